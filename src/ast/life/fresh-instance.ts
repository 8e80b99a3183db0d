import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { isDisposerName } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  nameOfFunction,
  skipAwait,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Life } from './life-cycle.ts';

/** Instances of the language's own classes are of no interest. */
const builtIn =
  /^(?:Map|Set|WeakMap|WeakSet|Date|RegExp|URL|URLSearchParams|Promise|AbortController|Array|Headers|FormData|\w*(?:Error|Array|Buffer|Stream))$/;
const making = /^(?:from|create|make|new|of|build|get|for)/;

/**
 * `Class.method` for each method that this file calls on an instance in the very function that makes it, by `new` or a
 * static method of the class: `const job = new Job(); job.schedule()`.
 */
export function listCallsOnFresh(file: FileContext): ReadonlySet<string> {
  const found = new Set<string>();
  const made = new Map<FunctionNode | undefined, Map<string, string>>();
  const keep = (at: ts.Expression, name: string | undefined): void => {
    if (name === undefined || !/^[A-Z]/.test(name) || builtIn.test(name)) return;
    const place = findPlace(at);
    if (place === undefined) return;
    const fn = findEnclosingFunction(at);
    const places = made.get(fn) ?? new Map<string, string>();
    made.set(fn, places.set(place, name));
  };
  for (const node of file.nodes('NewExpression')) keep(node, findMemberPath(node.expression)?.at(-1));
  for (const call of file.nodes('CallExpression')) {
    const path = findMemberPath(call.expression);
    if (path?.length === 2 && /^[A-Z]/.test(path[0]!) && making.test(path[1]!)) keep(call, path[0]);
  }
  if (made.size === 0) return found;
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    const places = target && made.get(findEnclosingFunction(call));
    const receiver = places && findMemberPath(target!.receiver)?.join('.');
    const name = receiver === undefined ? undefined : places!.get(receiver);
    if (name !== undefined) found.add(`${name}.${target!.method}`);
  }
  return found;
}

/** `job` of `const job = new Job()`, `this.job` of `this.job = new Job()`. */
function findPlace(creation: ts.Expression): string | undefined {
  let outer = getOutermostWrapped(creation);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  const { parent } = outer;
  if (ts.isVariableDeclaration(parent)) return ts.isIdentifier(parent.name) ? parent.name.text : undefined;
  return isAssignment(parent) && parent.right === outer ? findMemberPath(skipAwait(parent.left))?.join('.') : undefined;
}

/**
 * "Other files do not call each of these methods on an instance that they have just made", which is how it is meant to
 * be called then: once. Nothing for an end, which may come twice.
 */
export function unlessCalledOnFresh(entries: readonly FunctionNode[], life: Life): LinkCondition | undefined {
  if (life.kind !== 'owner') return undefined;
  const { name, constructorNode } = life.shape;
  const conditions = entries.map((fn): LinkCondition | undefined => {
    const method = nameOfFunction(fn);
    if (fn === constructorNode || isDisposerName(method)) return undefined;
    return { kind: 'not', of: { kind: 'project-states', fact: `on-fresh:${name}.${method}` } };
  });
  const all = conditions.filter((condition) => condition !== undefined);
  return all.length === conditions.length ? { kind: 'any', of: all } : undefined;
}
