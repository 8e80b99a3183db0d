import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findCallOn, findMemberPath, findMethodCall, findStringValue, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const listening = /error|listen|handler|attach|instrument|monitor|observe|watch|events|setup|wire|register|track/i;
const clientName = /pool|client|conn|db|database|pg|postgres|sql/i;

/** `instrument(pool)`, `attachHandlers(this.pool)`: listeners may be added there. */
export function isHandedToListener(path: string, file: FileContext): boolean {
  return file.nodes('CallExpression').some((call) => {
    if (!call.arguments.some((argument) => findMemberPath(argument)?.join('.') === path)) return false;
    return listening.test(call.expression.getText(file.source));
  });
}

/** `createClient().on('error', log).connect()`: the row of calls that makes a client listens, before or behind `creation`. */
export function isHeardInRow(creation: ts.Expression): boolean {
  let last: ts.Expression = creation;
  for (let next = findCallOn(last); next; next = findCallOn(last)) last = next;
  for (let at = findMethodCall(last); at; at = findMethodCall(skipWrappers(at.receiver))) {
    const event = findStringValue(at.call.arguments[0]);
    if (/^(?:on|once|addListener)$/.test(at.method) && (event === undefined || event === 'error')) return true;
  }
  return false;
}

/** Names of what a file takes from another one and hands to what may listen. */
export function listHandedToListeners(file: FileContext): string[] {
  return file.nodes('CallExpression').flatMap((call) => {
    if (!listening.test(call.expression.getText(file.source))) return [];
    return call.arguments.flatMap((argument) => {
      const isImported = ts.isIdentifier(argument) && file.bindingOf(argument)?.kind === 'import';
      return isImported && clientName.test(argument.text) ? [argument.text] : [];
    });
  });
}

/** Whether a file listens for errors of a pool, by what that is called, or adds whatever listener a caller hands in. */
export function hearsClients(file: FileContext): boolean {
  return file.nodes('CallExpression').some((call) => {
    const target = findMethodCall(call);
    if (!target || !/^(?:on|once|addListener)$/.test(target.method)) return false;
    const event = findStringValue(call.arguments[0]);
    return (event === undefined || event === 'error') && clientName.test(target.receiver.getText(file.source));
  });
}

/** "The project asks a factory for a pool, and listens on none". */
export function hearsNoClient(factory: string): LinkCondition[] {
  return [
    { kind: 'project-states', fact: `reused:${factory}` },
    { kind: 'not', of: { kind: 'project-states', fact: 'hears-clients' } },
    { kind: 'not', of: { kind: 'in-library' } },
  ];
}
