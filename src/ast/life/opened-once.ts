import type { FileContext } from '../../model/file-context.ts';
import { listFunctionUses } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findPropertyName,
  getOutermostWrapped,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isGivenOut, listReturnedValues } from './life-cycle.ts';

/** Hono and its adapters (`upgradeWebSocket`), h3 2 (`defineWebSocketHandler`): what they are handed runs for each connection. */
const takesConnections = /^(?!use)\w*web_?socket/i;
const restOfConnection = /^(?:on)?(?:close|message|error)$/i;

/**
 * The function that runs for each connection, where `fn` hears that this one has opened, which comes once:
 * `upgradeWebSocket((c) => { let beat; return { onOpen() { … }, onClose() { … } }; })`.
 */
export function findConnectionOpenedBy(fn: FunctionNode, file: FileContext): FunctionNode | undefined {
  if (!/^(?:on)?open$/i.test(nameOfFunction(fn))) return undefined;
  const home = findEnclosingFunction(fn);
  if (!home || !isGivenOut(fn, file) || !hearsTheRest(home, file)) return undefined;
  const uses = listFunctionUses(home, file);
  return uses.length > 0 && uses.every(isHandedToSockets) ? home : undefined;
}

/** What the function gives back hears of messages or of the end, too. */
function hearsTheRest(home: FunctionNode, file: FileContext): boolean {
  return listReturnedValues(home, file).some((value) => {
    const handlers = skipWrappers(value);
    if (!ts.isObjectLiteralExpression(handlers)) return false;
    return handlers.properties.some(({ name }) => restOfConnection.test(findPropertyName(name) ?? ''));
  });
}

function isHandedToSockets(use: ts.Node): boolean {
  const outer = getOutermostWrapped(use);
  const { parent } = outer;
  return ts.isCallExpression(parent) && parent.expression !== outer && takesConnections.test(calleeName(parent));
}
