import type { FileContext } from '../../model/file-context.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import type { Add, Growth } from './container-growth.ts';
import type { Container } from './containers.ts';
import { isFresh } from './fresh-key.ts';
import { findHeld, findOperation, outermostFunction, type StaleEntry } from './stale-entry.ts';

const sending = /^(?:send|postMessage|write|emit|publish)$/;
const listening = /^(?:on|once|addListener|addEventListener)$/;
const answering = /message|response|answer|reply|data|packet|receive|result/i;
const limiting = /timeout|deadline|AbortSignal/i;

/**
 * The entries of a table of those who wait for an answer that only an answer takes out: whatever the file does when the other
 * side closes, it does not look at the table. Of a child that is forked nobody may even hear that it is gone.
 */
export function listUnansweredEntries(container: Container, growth: Growth, file: FileContext): StaleEntry[] {
  const { adds, removals, reads } = growth;
  const [removal] = removals;
  if (!removal || !removals.every(({ kind, fn }) => (kind === 'keyed' || kind === 'settle') && isOnAnswer(fn)))
    return [];
  // Walked over, counted or handed on: by whoever settles all of them.
  const known = [...adds, ...removals, ...reads].map(({ node }) => node);
  if (!container.accesses.every((access) => known.some((node) => isWithin(access, node)))) return [];
  return adds.flatMap((add) => {
    const send = add.key && isFresh(add.key, file) ? findSend(add, file) : undefined;
    return send && isLost(send, file) ? [{ add, end: send, removal: removal.node }] : [];
  });
}

/** In what is run for each message. */
function isOnAnswer(fn: FunctionNode | undefined): boolean {
  for (let at = fn; at; at = findEnclosingFunction(at)) {
    if (answering.test(nameOfFunction(at))) return true;
    const { parent } = getOutermostWrapped(at);
    const target = findMethodCall(parent);
    const event = target && listening.test(target.method) ? findStringValue(target.call.arguments[0]) : undefined;
    if (event !== undefined) return answering.test(event);
    if (isAssignment(parent) && /\.onmessage$/.test(parent.left.getText())) return true;
  }
  return false;
}

/** What asks the other side, where nothing limits how long its answer may take. */
function findSend(add: Add, file: FileContext): ts.CallExpression | undefined {
  const held = findHeld(add.value ?? add.key!, file);
  const operation = findOperation(held, add, file);
  if (!operation) return undefined;
  const around = outermostFunction(operation.home);
  if (limiting.test(around.getText(file.source))) return undefined;
  return listNodesWithin('CallExpression', around, file).find((call) =>
    sending.test(findMethodCall(call)?.method ?? ''),
  );
}

/** The file hears that a connection closes, or what it sends to is a child process. */
function isLost(send: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(findMethodCall(send)!.receiver, file);
  if (origin && bareModule(origin.module) === 'child_process' && originName(origin) === 'fork.()') return true;
  return (
    file.nodes('CallExpression').some((call) => {
      const target = findMethodCall(call);
      return (
        target !== undefined && listening.test(target.method) && isClosing(findStringValue(call.arguments[0]) ?? '')
      );
    }) || file.nodes('BinaryExpression').some((node) => isAssignment(node) && isOnClose(node.left, file))
  );
}

function isOnClose(left: ts.Expression, file: FileContext): boolean {
  const target = skipWrappers(left);
  return ts.isPropertyAccessExpression(target) && /^on(?:close|disconnect)$/.test(target.name.getText(file.source));
}
