import type { FileContext } from '../../model/file-context.ts';
import { findLastWait, listLivenessTests } from '../life/gone-meanwhile.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { listFunctionUses } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import type { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';
import type { Add, Growth } from './container-growth.ts';
import type { StaleEntry } from './stale-entry.ts';

const listening = /^(?:on|once|addListener|addEventListener|prependListener)$/;
/**
 * The entries of a table of connections that are added after something was waited for, while the connection may have gone: its
 * end, which alone takes them out, is over by then.
 */
export function listLateEntries(growth: Growth, file: FileContext): StaleEntry[] {
  const { adds, removals } = growth;
  const [removal] = removals;
  if (!removal || !removals.every(({ fn, kind }) => kind !== 'evict' && kind !== 'reset' && isOfEnd(fn, file)))
    return [];
  return adds.flatMap((add) => {
    const handler = findConnectionHandler(add.fn);
    const end = handler && findWait(add, handler, file);
    return end && !isAsked(add, end, handler, file) ? [{ add, end, removal: removal.node }] : [];
  });
}

/** `server.on('connection', (socket) => …)`, `handleConnection(client)` of a gateway. */
function findConnectionHandler(fn: FunctionNode | undefined): FunctionNode | undefined {
  for (let at = fn; at; at = findEnclosingFunction(at)) {
    const { parent } = getOutermostWrapped(at);
    const target = findMethodCall(parent);
    if (target && listening.test(target.method)) {
      const event = findStringValue(target.call.arguments[0]);
      return event === 'connection' || event === 'secureConnection' ? at : undefined;
    }
    if (nameOfFunction(at) === 'handleConnection') return at;
  }
  return undefined;
}

/** In a listener of the end of a connection, in `handleDisconnect()`, or in what either is handed or calls at once. */
function isOfEnd(fn: FunctionNode | undefined, file: FileContext): boolean {
  for (let at = fn; at; at = findEnclosingFunction(at)) {
    if (/^(?:handleDisconnect|onDisconnect|handleClose)$/.test(nameOfFunction(at))) return true;
    const isListener = listFunctionUses(at, file).some((use) => {
      const target = findMethodCall(getOutermostWrapped(use).parent);
      const event = target && listening.test(target.method) ? findStringValue(target.call.arguments[0]) : undefined;
      return event !== undefined && (isClosing(event) || event === 'disconnecting' || event === 'error');
    });
    if (isListener) return true;
  }
  return false;
}

/** What was waited for last ahead of the add, in its function or in one around it, up to the handler. */
function findWait({ node, fn }: Add, handler: FunctionNode, file: FileContext): ts.AwaitExpression | undefined {
  const around: FunctionNode[] = [];
  for (let at = fn; at && isWithin(at, handler); at = findEnclosingFunction(at)) around.push(at);
  return findLastWait(node, around, file);
}

/** Whether the connection is asked after the wait whether it is still there. */
function isAsked({ node }: Add, wait: ts.Node, handler: FunctionNode, file: FileContext): boolean {
  return listLivenessTests(wait, handler, file).some(
    (question) => question.pos < node.pos && (isWithin(node, question) || leavesFunction(question.thenStatement)),
  );
}
