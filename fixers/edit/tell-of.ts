import { findMemberPath, findMethodCall, findThisClass } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext, Scope } from '../../src/model/file-context.ts';

const loggerName = /^(?:log|logger|LOG|LOGGER|\w+(?:Log|Logger))$/;

/** A statement that tells of `error` where `at` stands: by the logger that the file uses there, else by the console. */
export function tellOf(error: string, text: string, at: ts.Node, file: FileContext): string {
  const calls = file.nodes('CallExpression').filter((call) => isLogCall(call));
  const known = calls.find((call) => isKnown(call, at, file));
  const logger = known && findLogger(known);
  if (!logger) return `console.error(${text}, ${error});`;
  const own = calls.filter((call) => findLogger(call) === logger);
  return `${logger}.error(${takesErrorFirst(own, file) ? `${error}, ${text}` : `${text}, ${error}`});`;
}

function isLogCall(call: ts.CallExpression): boolean {
  return /^(?:debug|error|fatal|info|warn)$/.test(findMethodCall(call)?.method ?? '') && findLogger(call) !== undefined;
}

/** `logger`, `this.logger`. */
function findLogger(call: ts.CallExpression): string | undefined {
  const path = findMemberPath(findMethodCall(call)!.receiver);
  const isAlone = path?.length === 1 || (path?.length === 2 && path[0] === 'this');
  return isAlone && loggerName.test(path.at(-1)!) ? path.join('.') : undefined;
}

/** Whether the logger of a call is known at a place: by a field of its class, a name of the module or of a function around it. */
function isKnown(call: ts.CallExpression, at: ts.Node, file: FileContext): boolean {
  const path = findLogger(call)!;
  if (path.startsWith('this.')) return findThisClass(at) !== undefined && findThisClass(at) === findThisClass(call);
  for (let scope: Scope | undefined = file.scopeOf(at); scope; scope = scope.parent) {
    const binding = scope.bindings.get(path);
    if (binding) return binding.kind !== 'type';
  }
  return false;
}

/** Pino takes the error first; most others take the text first. */
function takesErrorFirst(calls: readonly ts.CallExpression[], file: FileContext): boolean {
  const firsts = calls.flatMap(({ arguments: [first, second] }) => (first && second ? [first] : []));
  if (
    firsts.some((first) => ts.isObjectLiteralExpression(first) || /^(?:e|err|error)$/.test(first.getText(file.source)))
  )
    return true;
  return firsts.length === 0 && (file.package.dependencies.has('pino') || /['"]pino['"]/.test(file.text));
}
