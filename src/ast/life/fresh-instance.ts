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

interface CallsOnMade {
  fresh: ReadonlySet<string>;
  /** Those that a function inside of the one that makes it calls once more. */
  again: ReadonlySet<string>;
}

/** Of the calls in {@link listCallsOnFresh} and in what is called later, by `Class.method`: those on an instance that is there. */
export function listCallsAgain(file: FileContext): ReadonlySet<string> {
  return file.memo(collectCallsOnMade, file.source).again;
}

/**
 * `Class.method` for each method that this file calls on an instance in the very function that makes it, by `new` or a
 * static method of the class: `const job = new Job(); job.schedule()`. Not where a function inside calls it once more on
 * that very instance: `link.on('offline', () => link.connect())`.
 */
export function listCallsOnFresh(file: FileContext): ReadonlySet<string> {
  return file.memo(collectCallsOnMade, file.source).fresh;
}

function collectCallsOnMade(_: ts.SourceFile, file: FileContext): CallsOnMade {
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
  const called = new Set<string>();
  if (made.size === 0) return { fresh: found, again: called };
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    const receiver = target && findMemberPath(target.receiver)?.join('.');
    if (receiver === undefined) continue;
    const home = findEnclosingFunction(call);
    for (let fn = home; ; fn = findEnclosingFunction(fn)) {
      const name = made.get(fn)?.get(receiver);
      if (name !== undefined) (fn === home ? found : called).add(`${name}.${target!.method}`);
      if (name !== undefined || !fn) break;
    }
  }
  const again = new Set([...called].filter((call) => found.delete(call)));
  return { fresh: found, again };
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
