import type { FileContext } from '../../model/file-context.ts';
import { findLastWait, listLivenessTests } from '../life/gone-meanwhile.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { listAdds } from '../listeners/listener-calls.ts';
import { listFunctionUses } from '../names/functions.ts';
import { findEnclosingFunction, getOutermostWrapped, isWithin, rootOfMembers } from '../syntax.ts';
import { ts } from '../ts.ts';

const connectionName = /^_?(?:req|request|res|resp|response|reply|socket|sock|ws|client|conn|connection|peer)$/i;
const connectionType = /(?:Request|Response|Reply|Socket|Connection)\b/;

/**
 * What a handler waits for before it listens for the end of its client, which alone clears a timer: a client that goes
 * meanwhile has told of its end by then, and the timer runs for good. Undefined where the handler asks after the wait
 * whether the client is still there, or where anything else clears the timer.
 */
export function findLateEnd(
  call: ts.CallExpression,
  clears: readonly ts.Node[],
  file: FileContext,
): ts.AwaitExpression | undefined {
  const home = findEnclosingFunction(call);
  if (!home || clears.length === 0) return undefined;
  const ends = clears.map((clear) => findEndListener(clear, file));
  const [first] = ends;
  if (!first || !ends.every((end) => end && findEnclosingFunction(end) === home)) return undefined;
  const wait = findLastWait(first, [home], file);
  if (!wait) return undefined;
  const isAsked = listLivenessTests(wait, home, file).some((test) => findEnclosingFunction(test) === home);
  return isAsked ? undefined : wait;
}

/** `req.on('close', …)` around a clear, or whose listener it stands in, where nothing else calls that. */
function findEndListener(clear: ts.Node, file: FileContext): ts.CallExpression | undefined {
  const fn = findEnclosingFunction(clear);
  if (!fn) return undefined;
  const uses = listFunctionUses(fn, file).filter((use) => use === fn || !ts.isVariableDeclaration(use.parent));
  const adds = uses.map((use) => {
    const { parent } = getOutermostWrapped(use);
    return listAdds(file).find((add) => add.call === parent && add.listener && isWithin(use, add.listener));
  });
  const [first] = adds;
  const isOfClient = adds.every(
    (add) => add && (isClosing(add.event) || add.event === 'aborted') && isClient(add.receiver, file),
  );
  return isOfClient ? first?.call : undefined;
}

/** A request, a response or a socket that a function is handed. */
function isClient(receiver: ts.Expression, file: FileContext): boolean {
  const root = rootOfMembers(receiver);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration)) return false;
  return (
    connectionName.test((root as ts.Identifier).text) ||
    connectionType.test(declaration.type?.getText(file.source) ?? '')
  );
}
