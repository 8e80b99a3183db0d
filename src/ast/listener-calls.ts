import type { FileContext } from '../model/file-context.ts';
import { findFunctionOfBinding } from './functions.ts';
import { findMemberName, findMemberPath, findMethodCall, isFunctionNode, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** One call that adds a listener to an emitter or event target, or takes one away. */
export interface ListenerCall {
  call: ts.CallExpression;
  method: string;
  receiver: ts.Expression;
  /** `this.socket`, `process`; undefined when it is computed. */
  target: string | undefined;
  /** The event as it is written: a literal's value, else its text. */
  event: string;
  /** Whether the event is known to be one and the same: a literal or a constant's path. */
  isEventKnown: boolean;
  listener: ts.Expression | undefined;
  /** Third argument of the DOM's methods. */
  options: ts.Expression | undefined;
}

const adding = /^(?:on|once|addListener|addEventListener|prependListener|prependOnceListener)$/;
const removing = /^(?:off|removeListener|removeEventListener)$/;

export function listAdds(file: FileContext): readonly ListenerCall[] {
  return file.memo(collectAdds, file.source);
}

export function listRemovals(file: FileContext): readonly ListenerCall[] {
  return file.memo(collectRemovals, file.source);
}

function collectAdds(_: ts.SourceFile, file: FileContext): ListenerCall[] {
  return collect(adding, file);
}

function collectRemovals(_: ts.SourceFile, file: FileContext): ListenerCall[] {
  return collect(removing, file);
}

function collect(methods: RegExp, file: FileContext): ListenerCall[] {
  return file.nodes('CallExpression').flatMap((call) => findListenerCall(call, methods, file) ?? []);
}

/** The parts of an adding call; undefined for other calls. */
export function findAdd(call: ts.CallExpression, file: FileContext): ListenerCall | undefined {
  return findListenerCall(call, adding, file);
}

export function findRemoval(call: ts.CallExpression, file: FileContext): ListenerCall | undefined {
  return findListenerCall(call, removing, file);
}

function findListenerCall(call: ts.CallExpression, methods: RegExp, file: FileContext): ListenerCall | undefined {
  const found = findMethodCall(call);
  if (!found || !methods.test(found.method) || call.arguments.length < 2) return undefined;
  const [first, listener, options] = call.arguments;
  const isEventKnown = ts.isStringLiteralLike(first!) || findMemberPath(first!) !== undefined;
  return {
    call,
    method: found.method,
    receiver: found.receiver,
    target: findMemberPath(found.receiver)?.join('.'),
    event: ts.isStringLiteralLike(first!) ? first.text : first!.getText(file.source),
    isEventKnown,
    listener,
    options,
  };
}

/** How a listener is referred to. */
export type Identity =
  /** The same function each time the text is evaluated: a name or a member. */
  | { kind: 'stable'; path: string }
  /** A new function each time: an inline function, `x.bind(…)`, or what a local factory makes; `of` is what it is made from. */
  | { kind: 'fresh'; how: 'function' | 'bind' | 'call'; of: string | undefined }
  | { kind: 'unknown' };

/** Whether two evaluations of an expression give the same function. */
export function identityOf(listener: ts.Expression, file: FileContext): Identity {
  const value = skipWrappers(listener);
  if (isFunctionNode(value)) return { kind: 'fresh', how: 'function', of: onlyCallee(value) };
  const path = findMemberPath(value)?.join('.');
  if (path !== undefined) return { kind: 'stable', path };
  if (!ts.isCallExpression(value)) return { kind: 'unknown' };
  const callee = skipWrappers(value.expression);
  if (findMemberName(callee) === 'bind') {
    const bound = (callee as ts.PropertyAccessExpression).expression;
    return { kind: 'fresh', how: 'bind', of: findMemberPath(bound)?.join('.') };
  }
  const made = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
  const factory = made && findFunctionOfBinding(made);
  return factory && returnsFunction(factory) ? { kind: 'fresh', how: 'call', of: made.name } : { kind: 'unknown' };
}

/** `() => this.close()` and `(e) => close(e)` are made from `this.close` and `close`. */
function onlyCallee(fn: ts.Node): string | undefined {
  const { body } = fn as ts.ArrowFunction;
  const only = ts.isBlock(body) && body.statements.length === 1 ? body.statements[0] : body;
  const value = only && ts.isExpressionStatement(only) ? only.expression : only;
  return value && ts.isCallExpression(value) ? findMemberPath(value.expression)?.join('.') : undefined;
}

/** Nothing but a function inside: `const handler = (event) => (error) => …`. */
function returnsFunction(fn: ts.FunctionLikeDeclaration): boolean {
  if (!fn.body) return false;
  if (!ts.isBlock(fn.body)) return isFunctionNode(skipWrappers(fn.body));
  const last = fn.body.statements.at(-1);
  return last !== undefined && ts.isReturnStatement(last) && !!last.expression && isFunctionNode(last.expression);
}
