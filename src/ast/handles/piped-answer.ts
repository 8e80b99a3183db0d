import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  calleeName,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { answerKind, bodyKind, type HandleKind, streamKind } from './handles.ts';
import { type ClientPipe, findClientOfPipe, isPipe, isSeenTo, mayBeAborted } from './pipe-client.ts';
import { endedText, stemOf } from './stream-givers.ts';

/** What another service answers with, piped to the client of a handler. */
export interface PipedAnswer extends ClientPipe {
  kind: HandleKind;
  /** Whether what is read is an object of a store, or is said to be a file or whatever is asked for. */
  isLarge: boolean;
  /** The functions of which one must be found to give a stream of a file or of another service, where another file has it. */
  givenBy?: readonly string[];
}

const childKind: HandleKind = {
  modules: ['child_process'],
  paths: [],
  name: 'child process',
  ends: ['kill'],
  cost: 'a process that waits for ever to write what nobody reads',
  source: 'Node.js 24, doc/api/child_process.md: a pipe has a limited capacity, and a child that exceeds it blocks',
};

const fetching = /^(?:node-fetch|make-fetch-happen|minipass-fetch)(?:\/|$)/;
/** What fits into the buffers on the way is sent before anybody goes: pictures in a page, most of what is no file. */
const small = /avatar|image|icon|logo|photo|picture|thumb|badge|favicon|placeholder/i;
/** What writes much, or without end. */
const longCommand =
  /ffmpeg|gst-launch|(?:pg_|mysql|mongo)dump|\btar\b|\bzip\b|\bgit\b|yt-?dlp|youtube-dl|\bsox\b|\btail\b|journalctl|kubectl|docker|rclone|\bcat\b|raspivid|libcamera|rtsp|mjpeg|x-mixed-replace|\brar\b|7z/i;
const large =
  /download|file|document|attachment|upload|media|video|audio|export|archive|backup|prox(?:y|ied)|\bpdf|\bcsv|\bzip/i;

/**
 * `const answer = await axios.get(url, { responseType: 'stream' }); answer.data.pipe(res)`: measured with Node.js 20 and 24,
 * of 20 clients that went during, or before, an answer of 5 MB 11 to 20 left its connection open, for `http`, `axios` and
 * `node-fetch`; of answers of 200 KB none did. Of `undici` it was each of 20, with Node.js 20. A child whose output is
 * piped so blocks once its pipe is full.
 */
export function findPipedAnswer(call: ts.CallExpression, file: FileContext): PipedAnswer | undefined {
  if (!isPipe(call)) return undefined;
  const fn = findClientOfPipe(call, file);
  if (!fn) return undefined;
  const home = fn.getText(file.source);
  if (mayBeAborted(fn, file) || isSeenTo({ pipe: call, fn }, file)) return undefined;
  let source = findMethodCall(call)!.receiver;
  for (let inner = asChained(source); inner; inner = asChained(source)) source = inner;
  const known = findSentKind(source, file);
  const givenBy = known ? [] : listGivers(skipWrappers(source), file);
  const isOfChild = findMemberName(skipWrappers(source)) === 'stdout';
  const kind = known ?? (givenBy.length === 0 ? undefined : isOfChild ? childKind : streamKind);
  if (kind === childKind && /kill|terminate|\btimeout\b/i.test(home)) return undefined;
  // `PROXY_URL` says where from, not what.
  const words = `${file.path} ${home}`.replace(/\b[A-Z][A-Z_]+\b/g, '');
  const isLarge =
    kind === childKind
      ? longCommand.test(`${file.path} ${home} ${textOfMaker(source, file)}`) || large.test(words)
      : !small.test(words) && (known === bodyKind || large.test(words));
  return kind && { pipe: call, fn, kind, isLarge, ...(givenBy.length > 0 && { givenBy }) };
}

/** What gives a stream: `storage.open` of `const stream = await storage.open(key)` and of `const { stream } = await storage.open(key)`; one for each value. */
export function listGivers(source: ts.Expression, file: FileContext): string[] {
  const part = findPart(source, file);
  if (part) return listGiverOf(part.of, file);
  const values = ts.isIdentifier(source) ? listValues(source, file) : [source];
  return values.flatMap((value) => {
    const of = findWebStream(value);
    if (of) return listGivers(of, file);
    return ts.isPropertyAccessExpression(value) && value !== source
      ? listGivers(value, file)
      : listGiverOf(value, file);
  });
}

function listGiverOf(call: ts.Expression, file: FileContext): string[] {
  if (!ts.isCallExpression(call)) return [];
  const name = calleeName(call);
  if (name.length > 3) return [name];
  // A short name says little: it must be that of the very file.
  const module = findOrigin(call.expression, file)?.module;
  return name && module?.startsWith('.') ? [`${stemOf(module)}.${name}`] : [];
}

/** `body` of `Readable.fromWeb(body)`. */
function findWebStream(value: ts.Expression): ts.Expression | undefined {
  const target = findMethodCall(value);
  return target?.method === 'fromWeb' && target.call.arguments[0] ? skipWrappers(target.call.arguments[0]) : undefined;
}

/** What stands where a child is made, also the function that is called for it. */
function textOfMaker(source: ts.Expression, file: FileContext): string {
  const of = findPart(skipWrappers(source), file)?.of;
  return of?.getText(file.source) ?? '';
}

/** `answer` of `answer.on('error', fail).pipe(gunzip)`. */
function asChained(value: ts.Expression): ts.Expression | undefined {
  const target = findMethodCall(skipWrappers(value));
  return target && /^(?:pipe|on|once)$/.test(target.method) ? target.receiver : undefined;
}

/** What another service sends: an answer, or an object of a store. */
export function findSentKind(value: ts.Expression, file: FileContext): HandleKind | undefined {
  const source = skipWrappers(value);
  const part = findPart(source, file);
  if (part) return kindOfPart(part, file);
  if (ts.isIdentifier(source)) {
    if (isAnswerOfNode(source, file)) return answerKind;
    for (const made of listValues(source, file)) {
      const kind = findSentKind(made, file);
      if (kind) return kind;
    }
    return undefined;
  }
  const web = findWebStream(source);
  if (web) return findSentKind(web, file);
  // `bucket.file(name).createReadStream()`, `s3.getObject(object).createReadStream()`
  const target = findMethodCall(source);
  const isOfStore =
    target?.method === 'createReadStream' && /^(?:file|getObject)$/.test(findMethodCall(target.receiver)?.method ?? '');
  return isOfStore ? bodyKind : undefined;
}

interface Part {
  name: string;
  of: ts.Expression;
}

/** `response.data`, `data` of `const { data } = response`, each with the call that gives the whole. */
function findPart(source: ts.Expression, file: FileContext): Part | undefined {
  const name = findMemberName(source);
  if (name !== undefined && (ts.isPropertyAccessExpression(source) || ts.isElementAccessExpression(source))) {
    const whole = skipWrappers(source.expression);
    const of = ts.isIdentifier(whole) ? (findValue(whole, file) ?? findResponse(whole, file)) : whole;
    return of && { name, of: ts.isAwaitExpression(of) ? of.expression : of };
  }
  const declaration = ts.isIdentifier(source) ? file.bindingOf(source)?.declaration : undefined;
  if (!declaration || !ts.isBindingElement(declaration)) return undefined;
  const { parent } = declaration.parent;
  const of = ts.isVariableDeclaration(parent)
    ? parent.initializer && skipAwait(parent.initializer)
    : ts.isParameter(parent)
      ? findResolved(parent)
      : undefined;
  const field = findPropertyName(declaration.propertyName ?? (declaration.name as ts.Identifier));
  return of && field !== undefined ? { name: field, of } : undefined;
}

function kindOfPart({ name, of }: Part, file: FileContext): HandleKind | undefined {
  const text = of.getText(file.source);
  if (name === 'stdout') return startsChild(of, file) ? childKind : undefined;
  if (name === 'Body') return /\bGetObjectCommand\b|\bgetObject\s*\(/.test(text) ? bodyKind : undefined;
  if (name === 'data') return /responseType['"]?\s*:\s*['"]stream['"]/.test(text) ? answerKind : undefined;
  if (name !== 'body') return undefined;
  const call = ts.isIdentifier(of) ? findResponse(of, file) : of;
  if (!call || !ts.isCallExpression(call)) return undefined;
  // `withRetry(() => fetch(url))`
  const isFetched =
    isFetch(call, file) ||
    listNodesWithin('CallExpression', call, file).some((inner) => isGivenBack(inner, call) && isFetch(inner, file));
  return isFetched ? answerKind : undefined;
}

/** `spawn(command)`, of which neither a limit of time nor a signal ends what it starts. */
function startsChild(of: ts.Expression, file: FileContext): boolean {
  const origin = ts.isCallExpression(of) ? findOrigin(of.expression, file) : undefined;
  const isStarted = origin?.module === 'child_process' || origin?.module === 'node:child_process';
  return isStarted && /^(?:spawn|execFile|exec)$/.test(originName(origin)) && !endedText.test(of.getText(file.source));
}

function isFetch(call: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  if (!origin) return false;
  if (origin.module === '') return /^fetch(?:\.\(\))?$/.test(originName(origin));
  return fetching.test(origin.module) || (origin.module === 'undici' && originName(origin) === 'request');
}

/** Whether a function that `taker` is handed gives back what the call gives. */
function isGivenBack(call: ts.CallExpression, taker: ts.CallExpression): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn || !isWithin(fn, taker) || isWithin(taker, fn)) return false;
  const outer = getOutermostWrapped(call);
  const value = ts.isAwaitExpression(outer.parent) ? getOutermostWrapped(outer.parent) : outer;
  return fn.body === value || ts.isReturnStatement(value.parent);
}

/** `call` of `const { response } = await call`. */
function findResponse(name: ts.Identifier, file: FileContext): ts.Expression | undefined {
  const declaration = file.bindingOf(name)?.declaration;
  if (!declaration || !ts.isBindingElement(declaration)) return undefined;
  const { parent } = declaration.parent;
  const field = findPropertyName(declaration.propertyName ?? (declaration.name as ts.Identifier));
  if (!ts.isVariableDeclaration(parent) || !parent.initializer) return undefined;
  return field !== undefined && /^(?:response|res|answer)$/.test(field) ? skipAwait(parent.initializer) : undefined;
}

/** What a name is given: its initial value, or what resolves the promise whose callback it is a parameter of. */
function findValue(name: ts.Identifier, file: FileContext): ts.Expression | undefined {
  const values = listValues(name, file);
  return values.length === 1 ? values[0] : undefined;
}

/** As {@link findValue}, and all that a variable without an initial value is given, in the branches of its function. */
function listValues(name: ts.Identifier, file: FileContext): ts.Expression[] {
  const { declaration, writes = [] } = file.bindingOf(name) ?? {};
  if (!declaration) return [];
  if (ts.isParameter(declaration)) return [findResolved(declaration) ?? []].flat();
  if (!ts.isVariableDeclaration(declaration)) return [];
  const later = writes.filter((write) => write !== declaration.name);
  if (declaration.initializer) return later.length === 0 ? [skipAwait(declaration.initializer)] : [];
  return later.flatMap(({ parent }) => (isAssignment(parent) ? [skipAwait(parent.right)] : []));
}

/** `call` of `call.then((response) => …)`. */
function findResolved(parameter: ts.ParameterDeclaration): ts.Expression | undefined {
  const fn = parameter.parent;
  if (!isFunctionNode(fn) || fn.parameters[0] !== parameter) return undefined;
  const outer = getOutermostWrapped(fn);
  const target = findMethodCall(outer.parent);
  return target?.method === 'then' && target.call.arguments[0] === outer ? target.receiver : undefined;
}

/** `answer` of `http.get(url, (answer) => …)` and of `request.on('response', (answer) => …)`. */
export function isAnswerOfNode(name: ts.Identifier, file: FileContext): boolean {
  const declaration = file.bindingOf(name)?.declaration;
  const fn = declaration && ts.isParameter(declaration) ? declaration.parent : undefined;
  if (!fn || !isFunctionNode(fn) || fn.parameters[0] !== declaration) return false;
  const call = getOutermostWrapped(fn).parent;
  const origin = ts.isCallExpression(call) ? findOrigin(call.expression, file) : undefined;
  if (!origin || !/^(?:https?|follow-redirects)$/.test(bareModule(origin.module))) return false;
  return /(?:^|\.)(?:get|request)(?:$|\.\(\)\.(?:on|once)$)/.test(originName(origin));
}
