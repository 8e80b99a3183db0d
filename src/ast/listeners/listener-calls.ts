import type { FileContext } from '../../model/file-context.ts';
import { classShape, findThisOwner, type OwnerNode } from '../names/class-shape.ts';
import { findFunctionValue, isExported } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

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
export const removing = /^(?:off|removeListener|removeEventListener)$/;

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
export function findListenerAdd(call: ts.CallExpression, file: FileContext): ListenerCall | undefined {
  return findListenerCall(call, adding, file);
}

/** `socket.setTimeout(ms, run)`: `run` listens once for `timeout`, and stays where that does not come. */
export function findTimeoutAdd(call: ts.CallExpression, file: FileContext): ListenerCall | undefined {
  const found = findMethodCall(call);
  const [ms, listener] = call.arguments;
  if (found?.method !== 'setTimeout' || !ms || !listener || ms.getText(file.source) === '0') return undefined;
  const { receiver, method } = found;
  const target = pathOf(receiver, file);
  return { call, method, receiver, target, event: 'timeout', isEventKnown: true, listener, options: undefined };
}

export function findListenerRemoval(call: ts.CallExpression, file: FileContext): ListenerCall | undefined {
  return findListenerCall(call, removing, file);
}

function findListenerCall(call: ts.CallExpression, methods: RegExp, file: FileContext): ListenerCall | undefined {
  const found = findMethodCall(call);
  const [first, listener, options] = call.arguments;
  if (methods === adding && isAbortHelper(call) && first && listener) {
    const target = pathOf(first, file);
    return { call, method: 'on', receiver: first, target, event: 'abort', isEventKnown: true, listener, options };
  }
  if (!found || !methods.test(found.method) || call.arguments.length < 2) return undefined;
  const receiver = startOfChain(found.receiver);
  const isEventKnown = ts.isStringLiteralLike(first!) || findMemberPath(first!) !== undefined;
  return {
    call,
    method: found.method,
    receiver,
    target: pathOf(receiver, file),
    event: ts.isStringLiteralLike(first!) ? first.text : (pathOf(first!, file) ?? first!.getText(file.source)),
    isEventKnown,
    listener,
    options,
  };
}

/** `addAbortListener(signal, stop)`, as Node's `events` has it: what it gives back takes the listener away. */
function isAbortHelper({ expression }: ts.CallExpression): boolean {
  return (ts.isIdentifier(expression) ? expression.text : findMemberName(expression)) === 'addAbortListener';
}

/** `this.socket` for `self.socket` too, where `self` is `this`. */
export function pathOf(expression: ts.Expression, file: FileContext): string | undefined {
  const path = findMemberPath(expression);
  let root = skipWrappers(expression);
  while (findMemberName(root) !== undefined) root = skipWrappers((root as ts.PropertyAccessExpression).expression);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  const isSelf =
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer?.kind === ts.SyntaxKind.ThisKeyword;
  return path && [isSelf ? 'this' : path[0]!, ...path.slice(1)].join('.');
}

/** Methods of streams and sockets that give them back. */
const chained = /^(?:setNoDelay|setKeepAlive|setEncoding|setMaxListeners|setDefaultEncoding|ref|unref|pause|resume)$/;

/** `x` of `x.once('a', …).setNoDelay().once('b', …)`: these calls give their emitter back. */
export function startOfChain(receiver: ts.Expression): ts.Expression {
  const found = findMethodCall(skipWrappers(receiver));
  const isChained = found && [adding, removing, chained].some((methods) => methods.test(found.method));
  return isChained ? startOfChain(found.receiver) : receiver;
}

/** `socket.onclose = …`: the function, the event and what it is set on. */
export interface Handler {
  receiver: ts.Expression;
  event: string;
  listener: ts.Expression;
}

/** Every handler that the file sets as a property of what tells of an event. */
export function listHandlers(file: FileContext): readonly Handler[] {
  return file.memo(collectHandlers, file.source);
}

function collectHandlers(_: ts.SourceFile, file: FileContext): Handler[] {
  return file.nodes('BinaryExpression').flatMap((node) => {
    if (!isAssignment(node)) return [];
    const event = /^on([a-z]+)$/.exec(findMemberName(node.left) ?? '')?.[1];
    if (event === undefined) return [];
    return [{ receiver: (node.left as ts.PropertyAccessExpression).expression, event, listener: node.right }];
  });
}

/** The function that a listener is, within this file: inline, by name, a method, also bound. */
export function findListenerFunction(listener: ts.Expression, file: FileContext): FunctionNode | undefined {
  const direct = findFunctionValue(listener, file);
  if (direct) return direct;
  const value = skipWrappers(listener);
  if (ts.isCallExpression(value) && findMemberName(value.expression) === 'bind') {
    return findListenerFunction((value.expression as ts.PropertyAccessExpression).expression, file);
  }
  const name = findMemberName(value);
  const owner = name === undefined ? undefined : findOwnerAround(value, file);
  return owner && classShape(owner, file).methods.get(name!);
}

/** `this.x` in methods, and `self.x` in the functions within them. */
export function findOwnerAround(access: ts.Expression, file: FileContext): OwnerNode | undefined {
  const receiver = skipWrappers((access as ts.PropertyAccessExpression).expression);
  const isThis = receiver.kind === ts.SyntaxKind.ThisKeyword;
  if (!isThis && !(ts.isIdentifier(receiver) && /^_?(?:self|that|me|_this)$/.test(receiver.text))) return undefined;
  for (let at: ts.Node | undefined = access; at; at = findEnclosingFunction(at)) {
    const owner = findThisOwner(at, file);
    if (owner) return owner;
  }
  return undefined;
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
  const factory = findFunctionValue(callee, file);
  const of = findMemberPath(callee)?.join('.');
  return factory && returnsFunction(factory, file) ? { kind: 'fresh', how: 'call', of } : { kind: 'unknown' };
}

/** `() => this.close()` and `(e) => close(e)` are made from `this.close` and `close`. */
function onlyCallee(fn: ts.Node): string | undefined {
  const { body } = fn as ts.ArrowFunction;
  const only = ts.isBlock(body) && body.statements.length === 1 ? body.statements[0] : body;
  const value = only && ts.isExpressionStatement(only) ? only.expression : only;
  return value && ts.isCallExpression(value) ? findMemberPath(value.expression)?.join('.') : undefined;
}

/** Gives a new function whenever it is called: `const handler = (event) => (error) => …`. */
function returnsFunction(fn: FunctionNode, file: FileContext): boolean {
  if (!fn.body) return false;
  if (!ts.isBlock(fn.body)) return isFunctionNode(skipWrappers(fn.body));
  const returns = file.nodesOfKind(ts.SyntaxKind.ReturnStatement) as readonly ts.ReturnStatement[];
  const own = returns.filter((node) => isWithin(node, fn) && findEnclosingFunction(node) === fn);
  const value = own.length === 1 ? own[0]!.expression : undefined;
  return value !== undefined && isFunctionNode(skipWrappers(value));
}

/** Whether a variable of this file is handed to nothing but removals: whatever it holds, no emitter was given it. */
export function isOnlyRemoved(listener: ts.Expression, file: FileContext): boolean {
  const name = skipWrappers(listener);
  if (!ts.isIdentifier(name)) return false;
  const binding = file.bindingOf(name);
  if (binding && (binding.kind === 'parameter' || binding.kind === 'import' || isExported(binding.declaration, file)))
    return false;
  // `on('end', function ended() { off('end', ended); })` takes itself away.
  if (binding && ts.isFunctionExpression(binding.declaration)) return false;
  // A name that nothing declares is one that this file has put among the globals, or a mistake.
  const named = file.nodesOfKind(ts.SyntaxKind.Identifier) as readonly ts.Identifier[];
  const uses = binding?.references ?? named.filter(({ text, parent }) => text === name.text && !isMemberName(parent));
  return uses.every((use) => {
    const { parent } = getOutermostWrapped(use);
    if (isAssignment(parent)) return skipWrappers(parent.left) === use;
    const found = ts.isCallExpression(parent) && parent.expression !== use ? findMethodCall(parent) : undefined;
    return found !== undefined && removing.test(found.method);
  });
}

/** `const added = doc.on('update', save); … doc.off('update', added)`: an emitter that gives back what it has added. */
export function isGivenByAdd(listener: ts.Expression, adds: readonly ListenerCall[], file: FileContext): boolean {
  const name = skipWrappers(listener);
  const declaration = ts.isIdentifier(name) ? file.bindingOf(name)?.declaration : undefined;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value !== undefined && adds.some(({ call }) => call === skipWrappers(value));
}

/** `let onAbort;` that nothing assigns, however it is used: it holds undefined for good. */
export function isNeverAssigned(listener: ts.Expression, file: FileContext): boolean {
  const name = skipWrappers(listener);
  const binding = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  const declaration = binding?.declaration;
  if (!binding || !declaration || !ts.isVariableDeclaration(declaration) || declaration.initializer) return false;
  const statement = declaration.parent.parent;
  if (!ts.isVariableStatement(statement) || statement.modifiers?.length || isExported(declaration, file)) return false;
  return binding.references.every((use) => {
    const { parent } = getOutermostWrapped(use);
    return use.parent === declaration || (ts.isCallExpression(parent) && parent.expression !== use);
  });
}

function isMemberName(parent: ts.Node): boolean {
  return ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent);
}

/** Whether the DOM is told to capture: `true`, `false`; undefined when it cannot be told. */
export function captureFlagOf(options: ts.Expression | undefined): boolean | undefined {
  if (!options || options.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (options.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (!ts.isObjectLiteralExpression(options)) return undefined;
  for (const property of options.properties) {
    if (!ts.isPropertyAssignment(property)) return undefined;
    if (property.name.getText() !== 'capture') continue;
    if (property.initializer.kind === ts.SyntaxKind.TrueKeyword) return true;
    return property.initializer.kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
  }
  return false;
}
