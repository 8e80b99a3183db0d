import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findOrigin } from '../names/provenance.ts';
import { findEnclosingClass, findMemberPath, findMethodCall, findPropertyName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What asks for something once, by its name; what goes on tells so by its end. */
const requesting =
  /^(?:get|read|fetch|load|find|list|search|query|post|put|patch|delete|create|update|request)(?![a-z])(?!\w*(?:\$|Stream|Changes?|State|Updates?|Events?)$)/;
/** What is asked over the network; `rooms.get(id)` may give what a table holds. */
const asked = /(?:http|api|client|service|backend|gateway|^this)$/i;

/** `UserService.users` for each getter that gives what a call makes for whoever asks: `get users() { return this.api.readUsers(); }`. */
export function listRequestingGetters(file: FileContext): readonly string[] {
  const getters = file.nodesOfKind(ts.SyntaxKind.GetAccessor) as readonly ts.GetAccessorDeclaration[];
  return getters.flatMap((getter) => {
    const owner = findEnclosingClass(getter)?.name?.text;
    const name = findPropertyName(getter.name);
    const values = listReturnedValues(getter, file);
    return owner && name && values.length > 0 && values.every(isRequest) ? [`${owner}.${name}`] : [];
  });
}

/** `this.http.get(url).pipe(map(toUsers))`. */
function isRequest(value: ts.Expression): boolean {
  const call = findMethodCall(skipWrappers(value));
  if (call?.method === 'pipe') return isRequest(call.receiver);
  const path = call && findMemberPath(call.receiver);
  if (!call || path?.[0] !== 'this' || !requesting.test(call.method)) return false;
  const isBareVerb = !/[A-Z]/.test(call.method);
  return !isBareVerb || asked.test(path.at(-1)!);
}

/** Unless the class of `this.users.all` makes an observable each time its `all` is asked for: that completes, as one of a call does. */
export function unlessRequested(source: ts.Expression, file: FileContext): LinkCondition | undefined {
  const [owner, made, getter] = findOrigin(source, file)?.path.slice(-3) ?? [];
  if (owner === undefined || made !== 'new' || getter === undefined) return undefined;
  return { kind: 'not', of: { kind: 'project-states', fact: `requesting-getter:${owner}.${getter}` } };
}
