import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { isOfOtherFile } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findStringValue,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const closing = /^(?:close|closed|disconnect|disconnected|end|destroy|terminate)$/;

/** A timer that works on a connection whose handler sets it, and which tells when it closes. */
export interface OnConnection {
  /** The names of functions of other files that listen for that. */
  listeners: readonly string[];
}

/** Undefined where a timer does not do so. */
export function findConnection(call: ts.CallExpression, file: FileContext): OnConnection | undefined {
  const handler = findEnclosingFunction(call);
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!handler || !run || !isFunctionNode(run)) return undefined;
  for (const parameter of handler.parameters) {
    const binding = ts.isIdentifier(parameter.name) ? file.bindingOf(parameter.name) : undefined;
    if (!binding?.references.some((use) => isWithin(use, run))) continue;
    const adds = binding.references.flatMap((use) => findCloseListener(use, handler) ?? []);
    if (adds.length > 0) return { listeners: adds.flatMap((add) => nameOfForeign(add.arguments[1], file) ?? []) };
  }
  return undefined;
}

/** `onClose` of `socket.on('close', onClose)` and of `onClose.bind(socket)`, from another file. */
function nameOfForeign(listener: ts.Expression | undefined, file: FileContext): string | undefined {
  const value = listener && skipWrappers(listener);
  if (!value) return undefined;
  if (ts.isCallExpression(value)) {
    const target = findMethodCall(value);
    return nameOfForeign(target?.method === 'bind' ? target.receiver : value.expression, file);
  }
  return isOfOtherFile(value, file) ? findMemberPath(value)?.at(-1) : undefined;
}

/** "None of them clears what the handle is kept in". */
export function listClearsOfListeners({ listeners }: OnConnection, places: readonly HandlePlace[]): LinkCondition[] {
  return places.flatMap((place) =>
    place.kind !== 'property'
      ? []
      : listeners.map((name): LinkCondition => {
          return { kind: 'not', of: { kind: 'project-states', fact: `clear-timer-by:${name}.${place.name}` } };
        }),
  );
}

function findCloseListener(use: ts.Identifier, handler: FunctionNode): ts.CallExpression | undefined {
  const access = use.parent;
  const target = access.parent && findMethodCall(access.parent);
  if (!target || target.receiver !== use || findEnclosingFunction(use) !== handler) return undefined;
  const isAdd =
    /^(?:on|once|addListener)$/.test(target.method) && closing.test(findStringValue(target.call.arguments[0]) ?? '');
  return isAdd ? target.call : undefined;
}
