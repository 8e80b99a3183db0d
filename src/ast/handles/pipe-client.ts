import type { FileContext } from '../../model/file-context.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** A call of `pipe()` on the way to or from the client of a handler. */
export interface ClientPipe {
  /** The call of `pipe()` between the stream and the client. */
  pipe: ts.CallExpression;
  /** The function that the client is a parameter of. */
  fn: FunctionNode;
}

const requestName = /^_?(?:req|request)$/;
const responseName = /^_?(?:res|resp|response|reply)$/;
const requestType = /^(?:\w+\.)*(?:Request|IncomingMessage|Http2ServerRequest)\b/;
/** `Response`, `NextApiResponse`, `ServerResponse<…>`. */
const responseType = /^(?:\w+\.)*(?:\w*Response|FastifyReply)\b/;
/** What says of a parameter that it is written to, and no more: its name must say the rest. */
const writableType = /^(?:(?:any|unknown|object|(?:\w+\.)*(?:Writable|WritableStream))\b|\{)/;
const endName = /^(?:destroy|close|unpipe|pipeline|pump)$/;
/** They tell that a stream has ended, and end nothing themselves. */
const watchName = /^(?:finished|onFinished|eos)$/;
/** What a client that goes is heard by. */
const endEvent = /^(?:close|aborted)$/;
/** Methods of a response that give it back. */
const chained =
  /^(?:status|code|set|header|headers|setHeader|type|contentType|writeHead|attachment|append|vary|links|location|cookie)$/;

export function isPipe(call: ts.CallExpression): boolean {
  return findMethodCall(call)?.method === 'pipe';
}

/** The handler whose client `….pipe(res)` sends to, also by way of what is made of it: `….pipe(asAttachment(res))`. */
export function findClientOfPipe({ arguments: [to] }: ts.CallExpression, file: FileContext): FunctionNode | undefined {
  const client = to && findClient(to, file);
  return client && findHandler(client, responseName, responseType, file);
}

/** The handler that has been sent what is read from here. */
export function findSender(from: ts.Expression, file: FileContext): FunctionNode | undefined {
  return findHandler(from, requestName, requestType, file);
}

/** The `res` of `res`, `res.writeHead(200)`, `reply.raw` and `asAttachment(res, name)`. */
function findClient(to: ts.Expression, file: FileContext): ts.Expression | undefined {
  const at = skipWrappers(to);
  if (ts.isIdentifier(at)) return at;
  if (findMemberName(at) === 'raw') return findClient((at as ts.PropertyAccessExpression).expression, file);
  if (!ts.isCallExpression(at)) return undefined;
  const target = findMethodCall(at);
  if (target && chained.test(target.method)) return findClient(target.receiver, file);
  const given = at.arguments.map(skipWrappers).filter(ts.isIdentifier);
  return given.find((one) => findHandler(one, responseName, responseType, file) !== undefined);
}

/**
 * Whether something sees to what is read or written when the client goes: an end of its own, or a library that ends all
 * streams of a chain. A client who goes is no error of a stream on the way, and to end the client ends nothing but that.
 */
export function isSeenTo({ pipe, fn }: ClientPipe, file: FileContext): boolean {
  const [to] = pipe.arguments;
  const at = to && findClient(to, file);
  const client = at && isParameterOf(at, fn, file) ? at.getText(file.source) : undefined;
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    const name = calleeName(call);
    const target = findMethodCall(call);
    const hearsEnd =
      target && /^(?:on|once)$/.test(target.method) && endEvent.test(findStringValue(call.arguments[0]) ?? '');
    if (watchName.test(name) || hearsEnd)
      return call.arguments.slice(1).some((argument) => isElsewhere(argument, fn, file));
    if (!endName.test(name) || isOnError(call, fn, file)) return false;
    return !target || target.receiver.getText(file.source) !== client;
  });
}

/** `finished(res, release)`, `res.on('close', this.release)`: what it does stands outside of the function. */
function isElsewhere(argument: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const value = skipWrappers(argument);
  if (ts.isCallExpression(value) || findMemberName(value) !== undefined) return true;
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  return declaration !== undefined && (ts.isParameter(declaration) || !isWithin(declaration, fn));
}

/** In a listener that hears the errors of a stream, not those of the client, which are how a client who sends goes. */
function isOnError(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  for (let at = findEnclosingFunction(call); at && at !== fn; at = findEnclosingFunction(at)) {
    const outer = getOutermostWrapped(at);
    const heard = findMethodCall(outer.parent);
    if (!heard || heard.call.arguments[1] !== outer || !/^(?:on|once)$/.test(heard.method)) continue;
    const event = findStringValue(heard.call.arguments[0]);
    if (event === 'error' && !isParameterOf(heard.receiver, fn, file)) return true;
  }
  return false;
}

function isParameterOf(value: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const at = skipWrappers(value);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  return declaration !== undefined && ts.isParameter(declaration) && declaration.parent === fn;
}

/**
 * Whether what is asked for can be aborted after its answer has begun: anything that speaks of an abort says so, but for
 * what only a timer aborts that is cleared once the answer is there.
 */
export function mayBeAborted(fn: FunctionNode, file: FileContext): boolean {
  if (!/\babort|\bsignal\b/i.test(fn.getText(file.source))) return false;
  const names = (file.nodesOfKind(ts.SyntaxKind.Identifier) as readonly ts.Identifier[]).filter(
    (name) => /abort|signal/i.test(name.text) && isWithin(name, fn),
  );
  const aborts = names.filter(({ text, parent }) => text === 'abort' && ts.isPropertyAccessExpression(parent));
  const timers = aborts.map((abort) => findTimerAround(abort, fn, file));
  const isLimited =
    aborts.length > 0 && timers.every((timer) => timer !== undefined && isClearedAtOnce(timer, fn, file));
  return (
    !isLimited || !names.every((name) => aborts.includes(name) || isOfController(name, file)) || hearsAbort(fn, file)
  );
}

/** `AbortController`, a variable that holds one or a timer, and the `signal` that it gives. */
function isOfController(name: ts.Identifier, file: FileContext): boolean {
  const { parent, text } = name;
  if (text === 'AbortController') return true;
  if (text === 'signal') return ts.isPropertyAssignment(parent) || ts.isPropertyAccessExpression(parent);
  const declaration = file.bindingOf(name)?.declaration;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return (
    made !== undefined &&
    (ts.isNewExpression(made) || (ts.isCallExpression(made) && findTimerFunction(made, file) === 'setTimeout'))
  );
}

/** The `setTimeout` that runs what stands here. */
function findTimerAround(node: ts.Node, fn: FunctionNode, file: FileContext): ts.CallExpression | undefined {
  for (let at: ts.Node = node; at !== fn && at.parent; at = at.parent)
    if (ts.isCallExpression(at) && findTimerFunction(at, file) === 'setTimeout') return at;
  return undefined;
}

/** The timer is cleared where the function goes on, or as its answer comes, and not where a stream ends. */
function isClearedAtOnce(timer: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(timer);
  const kept =
    ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? file.bindingOf(parent.name) : undefined;
  return (
    kept?.references.some((use) => {
      const call = use.parent;
      if (!ts.isCallExpression(call) || findTimerFunction(call, file) !== 'clearTimeout' || !isWithin(call, fn))
        return false;
      const around = findEnclosingFunction(call);
      const heard = around && around !== fn ? findMethodCall(getOutermostWrapped(around).parent) : undefined;
      return around === fn || (heard !== undefined && /^(?:then|finally)$/.test(heard.method));
    }) ?? false
  );
}

function hearsAbort(fn: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', fn, file).some((call) =>
    /^abort/.test(findStringValue(call.arguments[0]) ?? ''),
  );
}

/** The function that has the client as a parameter, by its type or its name. */
function findHandler(value: ts.Expression, name: RegExp, type: RegExp, file: FileContext): FunctionNode | undefined {
  const at = skipWrappers(value);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || !ts.isIdentifier(declaration.name)) return undefined;
  const isNamed = name.test(declaration.name.text);
  const text = declaration.type?.getText(file.source);
  const isClient = text === undefined ? isNamed : type.test(text) || (isNamed && writableType.test(text));
  return isClient && isFunctionNode(declaration.parent) ? declaration.parent : undefined;
}
