import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import { findImport } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  isAssignment,
  isAsync,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from './entry-points.ts';
import { frequencyOf, isStartup } from './where.ts';

/**
 * What a file says of how long instances live: `made-for-call:X` where a function that runs many times makes one for
 * itself, `part:X:Y` where each `Y` makes one of its own.
 */
export function listInstanceLives(file: FileContext): ReadonlySet<string> {
  const facts = new Set<string>();
  if (file.role !== 'product' && file.role !== 'ui') return facts;
  for (const node of file.nodes('NewExpression')) {
    const name = classNameOf(node, file);
    if (name === undefined) continue;
    const owner = ownerOfPart(node, file);
    if (owner !== undefined) facts.add(`part:${name}:${owner}`);
    else if (isMadeForCall(node, file)) facts.add(`made-for-call:${name}`);
  }
  return facts;
}

/** "Instances of the class live for one call, or for an owner that does, unless the project makes but one". */
export function isMadeForCalls(className: string): LinkCondition {
  return {
    kind: 'all',
    of: [
      { kind: 'project-states', fact: `made-for-call:${className}` },
      { kind: 'not', of: { kind: 'project-states', fact: `made-once:${className}` } },
    ],
  };
}

function classNameOf(node: ts.NewExpression, file: FileContext): string | undefined {
  const callee = skipWrappers(node.expression);
  const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
  if (!binding) return undefined;
  const imported = findImport(binding)?.name;
  return imported && /^\w+$/.test(imported) && imported !== 'default' ? imported : binding.name;
}

/** The class whose instances keep it in a field. */
function ownerOfPart(node: ts.NewExpression, file: FileContext): string | undefined {
  const { parent } = getOutermostWrapped(node);
  const isField = isAssignment(parent) ? findMemberPath(parent.left)?.[0] === 'this' : ts.isPropertyDeclaration(parent);
  const owner = isField ? findThisOwner(node, file) : undefined;
  return owner && classShape(owner, file).name;
}

/** Whether each call of a factory in its own file is that of a handler, or of an asynchronous function, which holds the result. */
export function isFactoryOfCalls(factory: FunctionNode, file: FileContext): boolean {
  const calls = isExported(factory, file) ? [] : listCallsOf(factory, file);
  return (
    calls.length > 0 &&
    calls.every((call) => {
      const fn = findEnclosingFunction(call);
      const isOfCall = fn !== undefined && (isAsync(fn) || findEntryPoint(fn, file) !== undefined);
      return isOfCall && !bringingUp.test(nameOfFunction(fn)) && isMadeForCall(call, file);
    })
  );
}

const bringingUp = /^_*(?:create|build|make|set_?up|init|start|main|boot|run|register|configure|load|listen)/i;

/** Held by a name of a function that runs many times, which neither gives it back nor keeps it for itself. */
function isMadeForCall(node: ts.NewExpression | ts.CallExpression, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(node);
  const fn = findEnclosingFunction(node);
  if (!fn || !ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  if (isStartup(fn, file) || findEntryPoint(fn, file)?.kind === 'startup' || frequencyOf(node, file) !== 'call')
    return false;
  const binding = file.bindingOf(parent.name);
  if (!binding || binding.writes.length > 0) return false;
  return binding.references.every((use) => !isKept(use));
}

/** Returned, or put into a place of its own; one of many in a collection comes and goes. */
function isKept(use: ts.Identifier): boolean {
  const { parent } = getOutermostWrapped(broughtUp(use));
  if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) return true;
  if (isAssignment(parent)) return parent.right === getOutermostWrapped(use);
  if (!ts.isShorthandPropertyAssignment(parent) && !ts.isPropertyAssignment(parent)) return false;
  const object = getOutermostWrapped(parent.parent).parent;
  return ts.isReturnStatement(object) || ts.isArrowFunction(object) || isAssignment(object);
}

/** `client.connect()` of `return client.connect()`: what brings an instance up gives that instance to whoever asked for it. */
function broughtUp(use: ts.Identifier): ts.Expression {
  const method = ts.isPropertyAccessExpression(use.parent) && use.parent.expression === use ? use.parent : undefined;
  const isCalled = method !== undefined && ts.isCallExpression(method.parent) && method.parent.expression === method;
  return isCalled && /^_*(?:init(?:iali[sz]e)?|connect|open|boot(?:strap)?|ready)$/.test(method.name.text)
    ? (method.parent as ts.CallExpression)
    : use;
}
