import type { FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { findTimerRun, withCallees } from '../life/after-end.ts';
import type { Life } from '../life/life-cycle.ts';
import {
  type FunctionNode,
  findMemberName,
  findMethodCall,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { isPassingName } from './key-words.ts';

const endOfOne =
  /^_*(?:on)?(?:stop|close|end|destroy|remove|delete|disconnect|kill|terminate|leave|drop|unregister|cleanup)(?:[A-Z]\w*|ed)?$/i;

/** Who comes and goes while a service runs. */
const peerName = /(?:conn|connection|client|socket|peer|participant|stream|transport)(?:_?id)?$/i;

/**
 * Where an owner that keeps a timer for each connection, session or the like takes out what else it keeps for one that
 * has ended, and leaves the timer of that running: other methods clear it, none of its end does.
 */
export function findMissedKeyEnd(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  life: Life,
  file: FileContext,
): ts.Node | undefined {
  const [place] = places;
  if (life.kind !== 'owner' || places.length !== 1 || place?.kind !== 'collection') return undefined;
  const key = findKey(place.at);
  if (!key || !(isPassingName(key) || peerName.test(key)) || !clears.some((clear) => !isWithin(clear, call)))
    return undefined;
  const ends = [...life.shape.methods.values()].filter(
    (fn) =>
      endOfOne.test(nameOfFunction(fn)) &&
      fn.parameters.some(({ name }) => name.getText(file.source) === key) &&
      !/timer|timeout|interval/i.test(nameOfFunction(fn)),
  );
  if (clears.some((clear) => withCallees(ends, file).some((fn) => isWithin(clear, fn)))) return undefined;
  const drops = ends.flatMap((end) => listDrops(end, key, file));
  const names = drops.map(({ name }) => name);
  return drops.length > 0 && !names.includes(place.name) && !asksFor(names, call, file) ? drops[0]!.at : undefined;
}

/** `id` of `this.timers[id] = …` and of `this.timers.set(id, …)`. */
function findKey(at: ts.Node): string | undefined {
  const target = findMethodCall(at);
  const key = target ? target.call.arguments[0] : ts.isElementAccessExpression(at) ? at.argumentExpression : undefined;
  const name = key && skipWrappers(key);
  return name && ts.isIdentifier(name) ? name.text : undefined;
}

interface Drop {
  /** The field that keeps what is taken out. */
  name: string;
  at: ts.Node;
}

/** `delete this.peers[id]` and `this.peers.delete(id)` of a method. */
function listDrops(end: FunctionNode, key: string, file: FileContext): Drop[] {
  const isKey = (node: ts.Expression | undefined): boolean => node?.getText(file.source) === key;
  const found = (table: ts.Expression, at: ts.Node): Drop[] => {
    const name = findMemberName(table);
    return name === undefined ? [] : [{ name, at }];
  };
  const deleted = (file.nodesOfKind(ts.SyntaxKind.DeleteExpression) as readonly ts.DeleteExpression[]).flatMap(
    (node) => {
      const entry = skipWrappers(node.expression);
      if (!isWithin(node, end) || !ts.isElementAccessExpression(entry)) return [];
      return isKey(entry.argumentExpression) ? found(skipWrappers(entry.expression), node) : [];
    },
  );
  const called = listNodesWithin('CallExpression', end, file).flatMap((node) => {
    const target = findMethodCall(node);
    return target?.method === 'delete' && isKey(node.arguments[0]) ? found(skipWrappers(target.receiver), node) : [];
  });
  return [...deleted, ...called];
}

/** Whether what the timer runs looks whether its entry is still there. */
function asksFor(names: readonly string[], call: ts.CallExpression, file: FileContext): boolean {
  const { callback, called } = findTimerRun(call, file);
  return [...(callback ? [callback] : []), ...called].some((run) =>
    names.some((name) => new RegExp(`\\b${name}\\b`).test(run.getText(file.source))),
  );
}
