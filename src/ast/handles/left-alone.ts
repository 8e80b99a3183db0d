import type { Binding, FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findPromiseAround,
  findProperty,
  getOutermostWrapped,
  hasModifier,
  isAssignment,
  isAsync,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** What answers a request or settles a promise: who is handed it, or refers to it, is waited for in another way. */
const answers = /^(?:res|resp|response|reply|ctx|context|next|done|cb|callback|resolve|reject|socket|ws|stream)$/;
/** What it is handed runs after the response, or at some other time. */
const deferring =
  /^(?:after|unstable_after|waitUntil|setImmediate|setTimeout|queueMicrotask|(?:\w*[iI]n|to)Background)$/;

/**
 * Whether nobody waits for what a call starts: it is a statement of its own, also with `then` or `catch` behind it, or
 * stands in what runs after the response. Not where it is handed a callback, or where it, or the function of this file
 * that it runs, holds what answers.
 */
export function runsUnattended(call: ts.CallExpression | ts.NewExpression, file: FileContext): boolean {
  const end = endOfChain(call);
  const { parent } = end;
  const isLeft =
    ts.isExpressionStatement(parent) ||
    ts.isVoidExpression(parent) ||
    (ts.isCallExpression(parent) && parent.expression !== end && deferring.test(calleeName(parent))) ||
    isHandedToStatement(end, file) ||
    isKeptUnread(end, file);
  if (!isLeft || holdsAnswer(end, file) || isHandedCallback(call, file)) return false;
  const run = findFunctionValue(call.expression, file);
  return !run || (mayReturnPromise(run, file) && !holdsAnswer(run, file));
}

/** `inQuiet(send(text));`: nobody waits for what a function is handed that gives nothing back. */
function isHandedToStatement({ parent }: ts.Node, file: FileContext): boolean {
  if (!ts.isCallExpression(parent) || !ts.isExpressionStatement(endOfChain(parent).parent)) return false;
  const run = ts.isIdentifier(parent.expression) ? findFunctionValue(parent.expression, file) : undefined;
  return run !== undefined && !holdsAnswer(parent, file) && !holdsAnswer(run, file);
}

/** A link of a chain hears the end itself, and in a constructor nobody can wait for a callback. */
function isHandedCallback(call: ts.CallExpression | ts.NewExpression, file: FileContext): boolean {
  if (ts.isCallExpression(call) && isLink(call)) return false;
  const fn = findEnclosingFunction(call);
  if (fn && ts.isConstructorDeclaration(fn)) return false;
  return call.arguments?.some((argument) => findFunctionValue(argument, file) !== undefined) ?? false;
}

/** `const started = load(); started.catch(report);`, and a field that nothing of the file reads again. */
function isKeptUnread(end: ts.Node, file: FileContext): boolean {
  const { parent } = end;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    const { references = [], scope } = file.bindingOf(parent.name) ?? {};
    if (scope === file.moduleScope) return false;
    return references.length > 0 && references.every((use) => ts.isExpressionStatement(endOfChain(use).parent));
  }
  if (!ts.isBinaryExpression(parent) || !isAssignment(parent) || parent.right !== end) return false;
  const left = skipWrappers(parent.left);
  const fn = findEnclosingFunction(parent);
  if (!ts.isPropertyAccessExpression(left) || !fn || !ts.isConstructorDeclaration(fn)) return false;
  if (left.expression.kind !== ts.SyntaxKind.ThisKeyword || !isPrivate(left, fn)) return false;
  return file.text.split(`this.${left.name.text}`).length === 2;
}

/** A field that only its class can read. */
function isPrivate({ name }: ts.PropertyAccessExpression, fn: ts.ConstructorDeclaration): boolean {
  if (ts.isPrivateIdentifier(name)) return true;
  return fn.parent.members.some(
    (member) =>
      ts.isPropertyDeclaration(member) &&
      ts.isIdentifier(member.name) &&
      member.name.text === name.text &&
      hasModifier(member, ts.SyntaxKind.PrivateKeyword),
  );
}

/** What gives nothing back has nothing to wait for: the calls in it tell. */
function mayReturnPromise(fn: FunctionNode, file: FileContext): boolean {
  if (isAsync(fn) || !fn.body || !ts.isBlock(fn.body)) return true;
  return file.memo(returnsValue, fn.body);
}

function returnsValue(at: ts.Node): boolean {
  if (ts.isReturnStatement(at)) return at.expression !== undefined;
  return !isFunctionNode(at) && ts.forEachChild(at, (child) => returnsValue(child) || undefined) === true;
}

/**
 * Whether nobody waits for what an inline function does: it is called in place, chained or handed over so, or is
 * asynchronous and handed to a `forEach`, which drops the promises.
 */
export function isRunAlone(fn: FunctionNode, file: FileContext): boolean {
  const outer = getOutermostWrapped(fn);
  const call = outer.parent;
  if (!ts.isCallExpression(call) || holdsAnswer(fn, file)) return false;
  if (deferring.test(calleeName(call)) || isDroppedByEach(fn, call)) return true;
  return (call.expression === outer || isLink(call)) && runsUnattended(call, file);
}

/** `list.forEach(async (item) => …);`, which is over at once; not one that is awaited, as a cursor's of its own may be. */
function isDroppedByEach(fn: FunctionNode, call: ts.CallExpression): boolean {
  return isAsync(fn) && findMethodCall(call)?.method === 'forEach' && ts.isExpressionStatement(endOfChain(call).parent);
}

function isLink(call: ts.CallExpression): boolean {
  return /^(?:then|catch|finally)$/.test(findMethodCall(call)?.method ?? '');
}

/** `f().then(…).catch(…)` of `f()`. */
function endOfChain(call: ts.Node): ts.Node {
  let at = getOutermostWrapped(call);
  while (
    ts.isPropertyAccessExpression(at.parent) &&
    at.parent.expression === at &&
    /^(?:then|catch|finally)$/.test(at.parent.name.text) &&
    ts.isCallExpression(at.parent.parent)
  )
    at = getOutermostWrapped(at.parent.parent);
  return at;
}

/**
 * Whether what a request brings back goes nowhere: none of the functions around it has anything that answers, and none
 * gives the request away.
 */
export function isUnheard(call: ts.CallExpression, file: FileContext): boolean {
  if (isDropped(call)) return true;
  let home = findEnclosingFunction(call);
  for (let at = home; at; at = findEnclosingFunction(at)) home = at;
  const { parent } = getOutermostWrapped(call);
  const isKept = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name);
  const uses = (isKept ? file.bindingOf(parent.name as ts.Identifier)?.references : undefined) ?? [];
  const isOnlyCalled = uses.every((use) => ts.isPropertyAccessExpression(use.parent));
  if (!home || !isOnlyCalled || !(isKept || ts.isExpressionStatement(endOfCalls(call).parent))) return false;
  const answersHere = (at: ts.Node): boolean =>
    (ts.isIdentifier(at) && isHeardBy(at, call, file)) ||
    ts.forEachChild(at, (child) => answersHere(child) || undefined) === true;
  return !answersHere(home);
}

/**
 * `await http.get(url);` with nothing that hears the answer: a request of Node is no promise, and what awaits it goes on
 * at once.
 */
function isDropped(call: ts.CallExpression): boolean {
  const [, ...others] = call.arguments;
  const outer = getOutermostWrapped(call);
  const { parent } = ts.isAwaitExpression(outer.parent) ? getOutermostWrapped(outer.parent) : outer;
  // `request({ url, callback })`
  if (!ts.isExpressionStatement(parent) || call.arguments.some((given) => findProperty(given, 'callback')))
    return false;
  return others.every((other) => ts.isObjectLiteralExpression(skipWrappers(other)));
}

/** What answers, by its name, as what a promise is settled by, or as a callback that was handed in and is called. */
function isHeardBy(name: ts.Identifier, call: ts.CallExpression, file: FileContext): boolean {
  if (isNameOnly(name)) return false;
  const binding = file.bindingOf(name);
  if (binding && isWithin(binding.identifier, call)) return false;
  if (answers.test(name.text)) return true;
  const declaration = binding?.declaration;
  if (!declaration || !ts.isParameter(declaration)) return false;
  const { parent } = name;
  const isCalled = ts.isCallExpression(parent) && parent.expression === name;
  return isCalled || (isFunctionNode(declaration.parent) && findPromiseAround(declaration.parent) !== undefined);
}

/** `get(url).on('error', report)` of `get(url)`. */
function endOfCalls(call: ts.Node): ts.Node {
  let at = getOutermostWrapped(call);
  while (
    ts.isPropertyAccessExpression(at.parent) &&
    at.parent.expression === at &&
    ts.isCallExpression(at.parent.parent)
  )
    at = getOutermostWrapped(at.parent.parent);
  return at;
}

/** Whether something refers to what answers, declared outside of it. */
function holdsAnswer(node: ts.Node, file: FileContext): boolean {
  return file.memo(refersToAnswer, node);
}

/** `const response = await signUp(form)`: what another has answered answers nobody. */
function isOthersAnswer({ identifier, declaration, writes }: Binding): boolean {
  if (!/^res(?:p(?:onse)?)?$/.test(identifier.text) || !ts.isVariableDeclaration(declaration)) return false;
  const { initializer } = declaration;
  const given = [...(initializer ? [initializer] : []), ...writes.map(({ parent }) => findAssigned(parent))];
  return given.length > 0 && given.every((value) => value && ts.isAwaitExpression(skipWrappers(value)));
}

function findAssigned(node: ts.Node): ts.Expression | undefined {
  return ts.isBinaryExpression(node) && isAssignment(node) ? node.right : undefined;
}

function refersToAnswer(node: ts.Node, file: FileContext): boolean {
  const isAnswer = (at: ts.Node): boolean => {
    if (!ts.isIdentifier(at) || !answers.test(at.text) || isNameOnly(at)) return false;
    const binding = file.bindingOf(at);
    return !binding || (!isWithin(binding.identifier, node) && !isOthersAnswer(binding));
  };
  const visit = (at: ts.Node): boolean =>
    isAnswer(at) || ts.forEachChild(at, (child) => visit(child) || undefined) === true;
  return visit(node);
}

/** `x.next` and `{ next: 1 }` refer to nothing. */
function isNameOnly(name: ts.Identifier): boolean {
  const { parent } = name;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === name) ||
    (ts.isPropertyAssignment(parent) && parent.name === name)
  );
}
