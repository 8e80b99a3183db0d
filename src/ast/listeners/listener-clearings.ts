import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  calleeName,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { pathOf, removing, startOfChain } from './listener-calls.ts';

/** A call that takes all listeners of an emitter away, or all of one event. */
export interface Clearing {
  call: ts.CallExpression;
  target: string | undefined;
  /** Undefined: of all events. */
  event: string | undefined;
}

/** `removeListeners(stream, pairs)`, `offAll(bus)`: a helper of another file that is there to take away. */
const clearingHelper =
  /^_?(?:remove|off|unbind|detach|clear|clean(?:up)?|drop|un(?:listen|subscribe|register|hook|watch|wire))\w*(?:Listener|Handler|Event|Callback|Hook)s?(?:From|Of|For|$)|^_?(?:offAll|removeAll|unbindAll)$/i;

/** The clearings of a file, those by a helper that is handed the emitter among them. */
export function listClearings(file: FileContext): readonly Clearing[] {
  return file.memo(collectClearings, file.source);
}

function collectClearings(_: ts.SourceFile, file: FileContext): Clearing[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const byHelper = listHandedToHelper(call, file);
    const found = findMethodCall(call);
    if (!found || !isClearing(found.method, call, file)) return byHelper;
    const receiver = startOfChain(found.receiver);
    const own = { call, target: pathOf(receiver, file), event: eventOf(call.arguments[0], file) };
    return [own, ...listThroughParameter(receiver, call.arguments[0], file), ...byHelper];
  });
}

/** What a helper's parameter is at its calls in this file: `drop(this.server)` of `drop(emitter) { emitter.removeAllListeners(); }`. */
function listThroughParameter(
  receiver: ts.Expression,
  event: ts.Expression | undefined,
  file: FileContext,
): readonly Clearing[] {
  const at = skipWrappers(receiver);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const fn = declaration && ts.isParameter(declaration) ? declaration.parent : undefined;
  if (!fn || !isFunctionNode(fn)) return [];
  const index = fn.parameters.indexOf(declaration as ts.ParameterDeclaration);
  return listCallsOf(fn, file).flatMap((call) => {
    const given = call.arguments[index];
    return given ? [{ call, target: pathOf(given, file), event: eventOf(event, file) }] : [];
  });
}

function listHandedToHelper(call: ts.CallExpression, file: FileContext): readonly Clearing[] {
  const [given] = call.arguments;
  if (!given || !clearingHelper.test(calleeName(call))) return [];
  const target = pathOf(given, file);
  return target === undefined || ts.isStringLiteralLike(given) ? [] : [{ call, target, event: undefined }];
}

/** The event as it is written; undefined for what a round over many hands in: `names.forEach((name) => bus.off(name))`. */
function eventOf(event: ts.Expression | undefined, file: FileContext): string | undefined {
  if (!event) return undefined;
  if (ts.isStringLiteralLike(event)) return event.text;
  const root = rootOfMembers(skipWrappers(event));
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  return declaration && isOfRound(declaration) ? undefined : event.getText(file.source);
}

/** The variable of a `for…of`, the parameter of a callback of `forEach`. */
function isOfRound(declaration: ts.Node): boolean {
  if (ts.isVariableDeclaration(declaration)) return ts.isForOfStatement(declaration.parent.parent);
  if (!ts.isParameter(declaration) || !isFunctionNode(declaration.parent)) return false;
  const { parent } = getOutermostWrapped(declaration.parent);
  return /^(?:forEach|map|each)$/.test(findMethodCall(parent)?.method ?? '');
}

/**
 * `off('done')` names no listener: emitters other than Node's own take away all of the event. So does a round over
 * pairs of events and listeners.
 */
function isClearing(method: string, call: ts.CallExpression, file: FileContext): boolean {
  if (method === 'removeAllListeners') return true;
  if (!removing.test(method) || call.arguments.length === 0) return false;
  return call.arguments.length === 1 || eventOf(call.arguments[0], file) === undefined;
}
