import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { saysNothing } from '../containers/key-words.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isWithin,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { comesWithRequests } from '../where/under-load.ts';
import { listMethodCalls } from '../within.ts';
import { listClearsOf } from './clears-of-places.ts';

/** What there is one of for each use: nobody starts a second timer for it. */
const ofOneUse =
  /(?:socket|conn|connection|client|peer|ws|req|request|session|job|task|message|msg|call|transaction|tx|timer|handle|operation|process|run|execution|query|file|upload|download|batch|event|notification|correlation|nonce|token|lock|uuid|guid|invite|attempt|round|game|match)(?:_?ids?|_?keys?)?$/i;
const position = /^_?(?:index|i)$/i;

/** How the same key comes a second time while its timer runs. */
export interface KeyAgain {
  /** What other files must say for it to come about. */
  when: LinkCondition | undefined;
}

/**
 * `this.timers.set(key, setTimeout(…))` of a function that is handed the key: several others of the file call it; or it
 * is called for whoever is heard of, by requests, of which another function clears the timer of a single one.
 */
export function findKeyAgain(
  call: ts.CallExpression,
  place: Extract<HandlePlace, { kind: 'collection' }>,
  fn: FunctionNode,
  file: FileContext,
): KeyAgain | undefined {
  const key = findKey(place.at);
  const root = key && rootOfMembers(key);
  const binding = root && ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!key || !binding || !ts.isParameter(binding.declaration) || binding.declaration.parent !== fn) return undefined;
  const callers = new Set(listCallsOf(fn, file).map((from) => findEnclosingFunction(from)));
  callers.delete(fn);
  if (callers.size > 1) return ts.isIdentifier(key) ? { when: undefined } : undefined;
  const name = findMemberPath(key)?.at(-1) ?? '';
  if (ofOneUse.test(name) || saysNothing(name) || position.test(name) || !isClearedSingly(call, place, fn, file))
    return undefined;
  return { when: comesWithRequests(call, file) };
}

/** The key of `table[key] = …` and of `table.set(key, …)`. */
function findKey(at: ts.Node): ts.Expression | undefined {
  const target = findMethodCall(at);
  if (target) return target.method === 'set' ? skipWrappers(target.call.arguments[0]!) : undefined;
  return ts.isElementAccessExpression(at) ? skipWrappers(at.argumentExpression) : undefined;
}

/** Another function looks the timer of one key up, and clears it. */
function isClearedSingly(
  call: ts.CallExpression,
  place: Extract<HandlePlace, { kind: 'collection' }>,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  const isOfTable = (table: ts.Expression): boolean => findMemberPath(table)?.at(-1) === place.name;
  return listClearsOf([place], file).some((clear) => {
    const by = findEnclosingFunction(clear);
    if (!by || isWithin(clear, fn) || isWithin(clear, call)) return false;
    return (
      listMethodCalls('get', file).some((get) => isWithin(get, by) && isOfTable(findMethodCall(get)!.receiver)) ||
      (file.nodesOfKind(ts.SyntaxKind.ElementAccessExpression) as readonly ts.ElementAccessExpression[]).some(
        (at) => isWithin(at, by) && isOfTable(at.expression),
      )
    );
  });
}
