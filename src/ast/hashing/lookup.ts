import type { Binding, FileContext } from '../../model/file-context.ts';
import { type FunctionNode, getOutermostWrapped, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isPart, touches } from './effects.ts';
import { findRingKey, listSearchLocals } from './key.ts';
import { isNothing, kindOf, memberOf, type RingTerms } from './kinds.ts';
import { findRingMemo, type RingMemo } from './memo.ts';
import { listIdentifiers, type Part, type RingOwner, uses } from './parts.ts';
import type { RingChange } from './points.ts';
import { type EmptyResult, hasEffect, isSafe, readEnd } from './results.ts';

/** The search for the point of a key, and what is done with what it finds. */
export interface RingLookup {
  fn: FunctionNode;
  /** The parameter that it looks up, and what is hashed of it. */
  parameter: Binding;
  key: ts.Expression;
  /** A use of the points in it. */
  access: ts.Expression;
  /** The statements from the first to the last one that search. */
  search: ts.Statement;
  last: ts.Statement;
  /** Tests for an empty ring among them. */
  guards: readonly ts.IfStatement[];
  /** Whether the function has left when there are no nodes. */
  isGuarded: boolean;
  /** What a ring without nodes gives: nothing, as `null` or `undefined`, or an error since nothing has no members. */
  empty: EmptyResult;
  /** The variable that goes on to be used; undefined where the search ends the function. */
  kept: KeptResult | undefined;
  memo: RingMemo | undefined;
}

export interface KeptResult {
  binding: Binding;
  /** Expressions to put the node in the place of. */
  nodes: readonly ts.Expression[];
  /** Uses that only ask whether there is one. */
  tests: readonly ts.Identifier[];
}

interface Reading extends RingTerms {
  owner: RingOwner;
  changes: readonly RingChange[];
}

/** Reads a function as a look-up of one key; a text says why it is none. */
export function findLookup(fn: FunctionNode, reading: Reading, file: FileContext): RingLookup | string {
  const { state } = reading;
  const { body } = fn;
  if (!body || !ts.isBlock(body)) return 'the look-up is no list of statements';
  const key = findRingKey(fn, reading, file);
  if (!key) return 'no method here looks a key up by its hash';
  const used = fn.parameters.filter((p) => !isWithin(key.parameter.identifier, p));
  const memo = findRingMemo(fn, reading, file);
  const statements = body.statements.filter((s) => !memo?.inLookup.includes(s));
  const locals = listSearchLocals(fn, key.call, state, file);
  const isTouched = (s: ts.Node): boolean =>
    touches(s, state) || locals.some((l) => isWithin(l.identifier, s) || uses(s, l));
  const isGuard = (s: ts.Statement): s is ts.IfStatement =>
    ts.isIfStatement(s) &&
    !s.elseStatement &&
    leaves(s.thenStatement) &&
    touches(s.expression, state) &&
    !isTouched(s.thenStatement) &&
    !locals.some((l) => uses(s, l));
  const first = statements.findIndex((s) => isTouched(s) && !isGuard(s));
  if (first < 0) return 'no method here looks a key up';
  const search = statements[first]!;
  const before = statements.slice(0, first).filter((s) => isGuard(s));
  const rest = statements.slice(first);
  const access = findAccess(rest, state);
  if (!access) return 'no method here looks a key up';
  const common = { fn, parameter: key.parameter, key: key.value, access, search, memo };
  const isForeign = (s: ts.Node): boolean =>
    used.some((p) => listIdentifiers(s).some((name) => file.bindingOf(name)?.declaration === p));
  const guards = rest.filter((s) => isGuard(s));
  const isGuarded = before.length + guards.length > 0;
  const searching = rest.filter((s) => !isGuard(s));
  if (searching.some((s) => isForeign(s))) return 'the look-up takes more than a key';
  const ending = readEnd(searching, reading, locals, file);
  if (ending)
    return {
      ...common,
      last: rest.at(-1)!,
      guards,
      isGuarded,
      empty: isGuarded ? 'undefined' : ending,
      kept: undefined,
    };
  return findKept(rest, locals, { ...common, isGuarded: before.length > 0 }, reading, isGuard, file);
}

function findAccess(statements: readonly ts.Statement[], state: readonly Part[]): ts.Expression | undefined {
  return state.flatMap(({ accesses }) => accesses).find((access) => statements.some((s) => isWithin(access, s)));
}

/** `return`, `throw`, or a block that ends with one. */
function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last));
}

/** The last variable of a search that is used behind it, and nothing else of the search. */
function findKept(
  rest: readonly ts.Statement[],
  locals: readonly Binding[],
  common: Pick<RingLookup, 'fn' | 'parameter' | 'key' | 'access' | 'search' | 'memo' | 'isGuarded'>,
  terms: RingTerms,
  isGuard: (s: ts.Statement) => boolean,
  file: FileContext,
): RingLookup | string {
  const unclear = 'what the look-up does with the point it finds is not clear';
  for (const binding of [...locals].reverse()) {
    const lastWrite = [binding.identifier, ...binding.writes].at(-1)!;
    const end = rest.findIndex((s) => isWithin(lastWrite, s));
    const searching = rest.slice(0, end + 1);
    const tail = rest.slice(end + 1);
    if (end < 0 || !rest.some((s) => s === binding.declaration.parent.parent) || !tail.some((s) => uses(s, binding)))
      continue;
    const kind = kindOf(binding.references.find((r) => tail.some((s) => isWithin(r, s)))!, terms, file);
    if (!kind || kind === 'nothing') continue;
    if (tail.some((s) => !isGuard(s) && touches(s, kind === 'position' && terms.keys ? [terms.keys] : terms.state)))
      return unclear;
    if (tail.some((s) => locals.some((l) => l !== binding && uses(s, l) && !isWithin(l.identifier, s)))) return unclear;
    if (searching.some((s) => !isGuard(s) && (returnsIn(s) || hasEffect(s, locals, terms, file)))) return unclear;
    const kept = readUses(binding, kind, tail, terms);
    if (!kept) return unclear;
    const guards = searching.filter((s): s is ts.IfStatement => isGuard(s));
    const isGuarded = common.isGuarded || guards.length > 0;
    const empty =
      isGuarded || kept.tests.length > 0 || kept.nodes.every((node) => isSafe(node)) ? 'undefined' : 'throws';
    return { ...common, last: searching.at(-1)!, guards, isGuarded, empty, kept };
  }
  return unclear;
}

function returnsIn(node: ts.Node): boolean {
  if (ts.isReturnStatement(node)) return true;
  return !ts.isFunctionLike(node) && (ts.forEachChild(node, returnsIn) ?? false);
}

/** Every use of the variable as a node or as a test. */
function readUses(
  binding: Binding,
  kind: 'point' | 'position' | 'node',
  tail: readonly ts.Statement[],
  { table, read }: RingTerms,
): KeptResult | undefined {
  const nodes: ts.Expression[] = [];
  const tests: ts.Identifier[] = [];
  for (const reference of binding.references) {
    if (!tail.some((s) => isWithin(reference, s))) continue;
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    const isTest =
      ts.isPrefixUnaryExpression(parent) ||
      (ts.isIfStatement(parent) && parent.expression === outer) ||
      (ts.isConditionalExpression(parent) && parent.condition === outer) ||
      (ts.isBinaryExpression(parent) &&
        /^(?:[!=]==?|&&)$/.test(parent.operatorToken.getText()) &&
        (parent.left === outer || isNothing(skipWrappers(parent.left))));
    const isRead =
      kind === 'point' && memberOf(parent) === read && (parent as ts.PropertyAccessExpression).expression === outer;
    const isGot =
      kind === 'position' &&
      ((ts.isCallExpression(parent) && parent.arguments[0] === outer && isGetOf(parent, table)) ||
        (ts.isElementAccessExpression(parent) &&
          parent.argumentExpression === outer &&
          isPart(parent.expression, [table])));
    if (isRead || isGot) nodes.push(parent as ts.Expression);
    else if (isTest) tests.push(reference);
    else if (kind === 'node') nodes.push(reference);
    else return undefined;
  }
  return { binding, nodes, tests };
}

function isGetOf(call: ts.CallExpression, table: Part): boolean {
  const callee = skipWrappers(call.expression);
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 'get' && isPart(callee.expression, [table]);
}
