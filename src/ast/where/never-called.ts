import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import type { Add, Removal } from '../containers/container-growth.ts';
import { isStamped } from '../containers/stamped.ts';
import { isOfParameter, methodAround } from '../life/trimming.ts';
import { isNamedRemoval } from '../listeners/removed-at-end.ts';
import { listCallsOf } from '../names/functions.ts';
import { type FunctionNode, hasModifier, isClassNode, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { openToUsers } from './where.ts';

const removing =
  /^_*(?:clear|reset|empty|wipe|purge|remove|delete|forget|drop|evict|unregister|release|untrack|load)[A-Z_]\w*$/;

/**
 * "Nothing in the project calls what would take these entries out": the condition for each removal, or undefined where
 * one of them surely runs, or where its name is too common to be looked for.
 */
export function listNeverCalled(removals: readonly Removal[], file: FileContext): LinkCondition[] | undefined {
  const names = new Set<string>();
  for (const { kind, fn } of removals) {
    if (kind !== 'keyed' && kind !== 'reset') return undefined;
    const name = fn && isOffered(fn, file) ? nameOfFunction(fn) : undefined;
    if (name === undefined || !removing.test(name)) return undefined;
    names.add(name);
  }
  return [...names].map((name) => ({ kind: 'not', of: { kind: 'project-states', fact: `reused:${name}` } }));
}

const sweeping =
  /^_*(?:clear|clean(?:[uU]p)?|sweep|prune|purge|evict|expire|remove|delete|drop|trim|discard|gc)[A-Z_]\w*$/;
const looksAtTime = /\bDate\.now\(|new Date\(\)|performance\.now\(|expire(?:s|d)?(?:At|On)?\b/;

/**
 * "Nothing in the project calls what sweeps out the entries that are too old", though entries say when they are, nor takes one
 * out as what it stands for ends: the conditions for that, or undefined where there is no such sweep, or one that runs.
 */
export function listDeadSweep(
  adds: readonly Add[],
  removals: readonly Removal[],
  file: FileContext,
): LinkCondition[] | undefined {
  const sweeps = new Set(
    removals.flatMap(({ kind, key, fn: by }) => {
      const fn = methodAround(by);
      if (!fn || !looksAtTime.test(file.text.slice(fn.pos, fn.end))) return [];
      // `get(key)` that drops the entry which it finds too old.
      return kind === 'keyed' && key !== undefined && isOfParameter(key, fn, file) ? [] : [fn];
    }),
  );
  if (sweeps.size === 0 || !adds.some(({ value }) => isStamped(value, file))) return undefined;
  if ([...sweeps].some((fn) => !isOffered(fn, file) || !sweeping.test(nameOfFunction(fn)))) return undefined;
  const conditions = [...sweeps].flatMap((fn): LinkCondition[] => {
    // Only its own class could call it, or one that extends that.
    if (hasModifier(fn, ts.SyntaxKind.PrivateKeyword) || hasModifier(fn, ts.SyntaxKind.ProtectedKeyword)) return [];
    return [
      { kind: 'not', of: { kind: 'project-states', fact: `reused:${nameOfFunction(fn)}` } },
      { kind: 'not', of: openToUsers(fn.body ?? fn, file) },
    ];
  });
  return [...conditions, ...listNotRemovedAtEnd(removals, file)];
}

/** "No listener of an end takes out an entry by its key", for each method that does so for whoever calls it. */
function listNotRemovedAtEnd(removals: readonly Removal[], file: FileContext): LinkCondition[] {
  const methods = new Set<string>();
  for (const { key, fn: by } of removals) {
    const fn = methodAround(by);
    if (fn && key && isOfParameter(key, fn, file) && isNamedRemoval(nameOfFunction(fn)))
      methods.add(nameOfFunction(fn));
  }
  return [...methods].map((name) => ({ kind: 'not', of: { kind: 'project-states', fact: `removed-at-end:${name}` } }));
}

const ending = /^_*(?:disable|remove|stop|detach|unbind|unregister|unsubscribe|unlisten|clear|reset|hide)[A-Z]\w*$/;

/**
 * "Something in the project calls this function, or users of a published package do", for one that takes back what another
 * began; undefined where this file shows it, or where a framework may call it.
 */
export function whenCalledAtAll(fn: FunctionNode, file: FileContext): LinkCondition | undefined {
  const name = isOffered(fn, file) ? nameOfFunction(fn) : '';
  if (!ending.test(name)) return undefined;
  return { kind: 'any', of: [{ kind: 'project-states', fact: `reused:${name}` }, openToUsers(fn.body ?? fn, file)] };
}

/** A method of a class or a declared function that this file itself never uses. */
function isOffered(fn: FunctionNode, file: FileContext): boolean {
  if (listCallsOf(fn, file).length > 0) return false;
  return ts.isFunctionDeclaration(fn) || (ts.isMethodDeclaration(fn) && isClassNode(fn.parent));
}
