import type { FileContext } from '../model/file-context.ts';
import { isDisposerName } from './class-shape.ts';
import { listCallsOf } from './functions.ts';
import type { HandlePlace } from './handle-escape.ts';
import type { Life } from './life-cycle.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  hasModifier,
  nameOfFunction,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

const mountMethod =
  /^(?:component(?:Did|Will)Mount|UNSAFE_componentWillMount|connectedCallback|ngOnInit|ngAfterViewInit|mounted|created|onModuleInit|onApplicationBootstrap|afterInit)$/;

/**
 * Whether a second run of the function that starts a timer loses the first handle: the field or outer variable
 * is assigned without having been looked at or released before, on the way from the start of the function.
 * Constructors run once an instance, effects clean up between runs.
 */
export function isOverwritten(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn || ts.isConstructorDeclaration(fn) || life.kind === 'effect') return false;
  const names = new Set<string>();
  for (const place of places) {
    if (place.kind === 'collection' || place.kind === 'property') return false;
    if (place.kind === 'field') names.add(place.name);
    if (place.kind === 'binding' && findEnclosingFunction(place.binding.identifier) !== fn)
      names.add(place.binding.name);
  }
  return names.size > 0 && canRunAgain(getMethodAround(fn, life), call, names, life, file, 0);
}

/** Whether nothing on the way to `call`, in this method or in the only one that calls it, guards against a second run. */
function canRunAgain(
  fn: FunctionNode,
  call: ts.CallExpression,
  names: ReadonlySet<string>,
  life: Life,
  file: FileContext,
  hops: number,
): boolean {
  if (ts.isConstructorDeclaration(fn) || mountMethod.test(nameOfFunction(fn))) return false;
  if (isLookedAtBefore(names, call, fn, file)) return false;
  if (hops > 3 || !isPrivate(fn, life)) return true;
  const calls = listCallsOf(fn, file);
  if (calls.length !== 1) return calls.length > 1;
  const caller = findEnclosingFunction(calls[0]!);
  return caller !== undefined && canRunAgain(caller, calls[0]!, names, life, file, hops + 1);
}

function isPrivate(fn: FunctionNode, life: Life): boolean {
  if (
    ts.isMethodDeclaration(fn) &&
    (hasModifier(fn, ts.SyntaxKind.PrivateKeyword) || ts.isPrivateIdentifier(fn.name))
  ) {
    return true;
  }
  if (nameOfFunction(fn).startsWith('_')) return true;
  return life.kind !== 'owner' || ![...life.shape.methods.values()].includes(fn);
}

/** Callbacks inside a method belong to the run of that method. */
function getMethodAround(fn: FunctionNode, life: Life): FunctionNode {
  const methods = life.kind === 'owner' ? new Set(life.shape.methods.values()) : undefined;
  let at = fn;
  while (!methods?.has(at)) {
    const outer = findEnclosingFunction(at);
    if (!outer || outer === (life.kind === 'factory' ? life.fn : undefined)) break;
    at = outer;
  }
  return at;
}

function isLookedAtBefore(
  names: ReadonlySet<string>,
  call: ts.CallExpression,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  for (const identifier of file.nodesOfKind(ts.SyntaxKind.Identifier) as readonly ts.Identifier[]) {
    if (identifier.pos < fn.pos) continue;
    if (identifier.pos >= call.pos) break;
    if (names.has(identifier.text) && !isTargetOf(identifier, call)) return true;
  }
  for (const other of file.nodes('CallExpression')) {
    if (other.pos < fn.pos || other.end > call.pos) continue;
    const callee = skipWrappers(other.expression);
    const name = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
    if (name !== undefined && (isDisposerName(name) || /clear|stop|cancel|reset/i.test(name))) return true;
  }
  return /once|init|constructor/i.test(nameOfFunction(fn));
}

/** The left side of the very assignment that keeps the new handle. */
function isTargetOf(identifier: ts.Identifier, call: ts.CallExpression): boolean {
  for (let at: ts.Node = call; at.parent; at = at.parent) {
    if (ts.isBinaryExpression(at.parent) && at.parent.right === at) {
      return identifier.pos >= at.parent.left.pos && identifier.end <= at.parent.left.end;
    }
    if (ts.isExpressionStatement(at.parent)) return false;
  }
  return false;
}
