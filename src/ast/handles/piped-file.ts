import type { Binding, FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findCallOn,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { mayBeNamed } from './handles.ts';

/** A file that is sent, or written, by `pipe()`, which leaves it open when the other side goes before the end. */
export interface PipedFile {
  /** The call of `pipe()` between the file and the client. */
  pipe: ts.CallExpression;
  /** The function that the client is a parameter of. */
  fn: FunctionNode;
}

const fileSystem = /^(?:fs|fs-extra|graceful-fs)$/;
const requestName = /^_?(?:req|request)$/;
const responseName = /^_?(?:res|resp|response)$/;
const requestType = /^(?:\w+\.)*(?:Request|IncomingMessage|Http2ServerRequest)\b/;
const responseType = /^(?:\w+\.)*(?:Response|ServerResponse|Http2ServerResponse)\b/;
const endName = /^(?:destroy|close|unpipe|pipeline|pump|finished|onFinished|eos)$/;

/**
 * `fs.createReadStream(path).pipe(res)`, also through other streams or a name, and `req.pipe(fs.createWriteStream(path))`:
 * measured with Node.js 20, 22 and 24, each of 20 clients that went before the end left a descriptor open, both ways.
 */
export function findPipedFile(creation: ts.CallExpression, file: FileContext): PipedFile | undefined {
  const side = sideOf(creation, file);
  if (!side || (side === 'read' && isSmallPage(creation, file))) return undefined;
  for (const use of [creation, ...listNamed(creation, file)]) {
    const found = side === 'read' ? findPipeToClient(use, file) : findPipeFromClient(use, file);
    if (found && !isSeenTo(found, file)) return found;
  }
  return undefined;
}

const smallPage = /(?:^|\/)(?:[\w.-]+\.(?:html?|ico|txt|ejs)|(?:package|manifest|version)\.json)$/i;

/** A page or text whose name is written out: it is read in one piece, and closed before a client can go. */
function isSmallPage({ arguments: [given] }: ts.CallExpression, file: FileContext): boolean {
  const path = given && skipWrappers(given);
  const binding = path && ts.isIdentifier(path) ? file.bindingOf(path) : undefined;
  const { declaration } = binding ?? {};
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : path;
  if (!made || (binding && binding.writes.length > 0)) return false;
  const value = skipWrappers(made);
  const last = ts.isCallExpression(value) ? value.arguments.at(-1) : ts.isBinaryExpression(value) ? value.right : value;
  const text = last && ts.isTemplateExpression(last) ? last.templateSpans.at(-1)!.literal.text : findStringValue(last);
  return text !== undefined && smallPage.test(text);
}

/**
 * Whether something sees to what is read or written when the client goes: an end of its own, or a library that ends all
 * streams of a chain. A client who goes is no error of a stream on the way, and to end the client ends nothing but that.
 */
export function isSeenTo({ pipe, fn }: PipedFile, file: FileContext): boolean {
  const [to] = pipe.arguments;
  const client = to && isParameterOf(to, fn, file) ? to.getText(file.source) : undefined;
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    const target = findMethodCall(call);
    const name = calleeName(call);
    if (!endName.test(name) || isOnError(call, fn, file)) return false;
    return !target || target.receiver.getText(file.source) !== client;
  });
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

const streamMakers: ReadonlySet<string> = new Set(['createReadStream', 'createWriteStream']);

function sideOf(creation: ts.CallExpression, file: FileContext): 'read' | 'write' | undefined {
  const origin = mayBeNamed(creation, streamMakers) ? findOrigin(creation.expression, file) : undefined;
  if (!origin || !fileSystem.test(bareModule(origin.module))) return undefined;
  const name = originName(origin);
  return name === 'createReadStream' ? 'read' : name === 'createWriteStream' ? 'write' : undefined;
}

/** The uses of the local name that holds a stream; none where it goes elsewhere as well, which may see to it. */
function listNamed(creation: ts.CallExpression, file: FileContext): readonly ts.Node[] {
  const { parent } = getOutermostWrapped(creation);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return [];
  const { references = [], writes = [] } = file.bindingOf(parent.name) ?? ({} as Partial<Binding>);
  const isCalled = (use: ts.Node): boolean => findCallOn(use) !== undefined || isPiped(use);
  return writes.length === 0 && references.every(isCalled) ? references : [];
}

/** `….on('error', …).pipe(gzip).pipe(res)` of what stands at its beginning. */
function findPipeToClient(begin: ts.Node, file: FileContext): PipedFile | undefined {
  for (let call = findCallOn(begin); call; call = findCallOn(call)) {
    const fn = isPipe(call) && findClientOfPipe(call, file);
    if (fn) return { pipe: call, fn };
  }
  return undefined;
}

/** The handler whose client `….pipe(res)` sends to. */
export function findClientOfPipe({ arguments: [to] }: ts.CallExpression, file: FileContext): FunctionNode | undefined {
  return to && findHandler(to, responseName, responseType, file);
}

/** `req.pipe(gunzip).pipe(file)` around the file. */
function findPipeFromClient(use: ts.Node, file: FileContext): PipedFile | undefined {
  if (!isPiped(use)) return undefined;
  const pipe = getOutermostWrapped(use).parent as ts.CallExpression;
  let from = findMethodCall(pipe)!.receiver;
  for (let before = asCall(from); before; before = asCall(from))
    from = findMethodCall(before)?.receiver ?? before.expression;
  const fn = findHandler(from, requestName, requestType, file);
  return fn && { pipe, fn };
}

function asCall(value: ts.Expression): ts.CallExpression | undefined {
  const call = skipWrappers(value);
  return ts.isCallExpression(call) ? call : undefined;
}

function isPiped(use: ts.Node): boolean {
  const outer = getOutermostWrapped(use);
  return ts.isCallExpression(outer.parent) && outer.parent.arguments[0] === outer && isPipe(outer.parent);
}

export function isPipe(call: ts.CallExpression): boolean {
  return findMethodCall(call)?.method === 'pipe';
}

/** The function that has the client as a parameter, by its name or by its type. */
function findHandler(value: ts.Expression, name: RegExp, type: RegExp, file: FileContext): FunctionNode | undefined {
  const at = skipWrappers(value);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || !ts.isIdentifier(declaration.name)) return undefined;
  const isClient = declaration.type
    ? type.test(declaration.type.getText(file.source))
    : name.test(declaration.name.text);
  return isClient && isFunctionNode(declaration.parent) ? declaration.parent : undefined;
}
