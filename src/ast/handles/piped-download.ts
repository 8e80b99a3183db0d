import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isFunctionNode,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { mayBeNamed } from './handles.ts';
import { isPipe } from './pipe-client.ts';
import { findSentKind, isAnswerOfNode, listGivers } from './piped-answer.ts';

/** What is fetched and piped into a file, which stays open when the other side fails before the end. */
export interface PipedDownload {
  /** The call of `pipe()` between the answer and the file. */
  pipe: ts.CallExpression;
  /** The function that downloads. */
  fn: FunctionNode;
  /** It writes what it was handed. */
  isHanded?: true;
  /** The functions of which one must be found to give a stream of a file or of another service. */
  givenBy?: readonly string[];
}

const endName = /^(?:destroy|close|end|unpipe|pipeline|pump|finished|eos)$/;

const streamMakers: ReadonlySet<string> = new Set(['createWriteStream']);

/**
 * `answer.pipe(file); answer.on('error', reject); file.on('finish', resolve)`: measured with Node.js 20, of 20 downloads
 * that broke off each left its descriptor open, of `http` and of `undici`, and so did each of 20 uploads: `pipe()` ends its
 * target only at the end.
 */
export function findPipedDownload(creation: ts.CallExpression, file: FileContext): PipedDownload | undefined {
  const origin = mayBeNamed(creation, streamMakers) ? findOrigin(creation.expression, file) : undefined;
  if (!origin || !/^(?:fs|fs-extra|graceful-fs)$/.test(bareModule(origin.module))) return undefined;
  if (originName(origin) !== 'createWriteStream') return undefined;
  const pipe = findPipeInto(creation, file);
  if (!pipe) return undefined;
  const { root, listeners } = beginningOf(findMethodCall(pipe)!.receiver);
  const fn = homeOf(pipe);
  if (!fn || /\babort|\bsignal\b/i.test(fn.getText(file.source))) return undefined;
  const isHanded = isHandedStream(root, fn, file);
  const isKnown = findSentKind(root, file) !== undefined || isHanded;
  const givenBy = isKnown ? [] : listGivers(root, file);
  if (!isKnown && givenBy.length === 0) return undefined;
  const name = root.getText(file.source);
  const calls = listNodesWithin('CallExpression', fn, file);
  const heard = [...listeners, ...calls.filter((call) => findMethodCall(call)?.receiver.getText(file.source) === name)];
  const failures = heard.filter(isErrorListener);
  // Without a listener, an answer of `http` breaks off in silence, while others end the process; who handed it in may listen.
  const isSilent = isHanded || (ts.isIdentifier(root) && isAnswerOfNode(root, file));
  if (failures.length === 0 && !isSilent) return undefined;
  if (!failures.every((failure) => isPlain(failure, file))) return undefined;
  if (calls.some((call) => isEnd(call, { creation, source: name }, file))) return undefined;
  return { pipe, fn, ...(isHanded && { isHanded }), ...(givenBy.length > 0 && { givenBy }) };
}

const streamType = /^(?:\w+\.)*(?:Readable|ReadableStream|Stream|IncomingMessage)\b/;
const streamName = /^(?:stream|body|(?:read|readable|file|input|source|upload|content|data)_?Stream|readable)$/i;

/** A stream that the function is handed, itself or in an object: whoever has it cannot end the file. */
function isHandedStream(root: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const holder = rootOfMembers(root);
  const declaration = ts.isIdentifier(holder) ? file.bindingOf(holder)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || declaration.parent !== fn) return false;
  const name = ts.isIdentifier(root) ? root.text : findMemberName(root);
  if (
    name === undefined ||
    (root !== holder && skipWrappers((root as ts.PropertyAccessExpression).expression) !== holder)
  )
    return false;
  const type = root === holder ? declaration.type?.getText(file.source) : undefined;
  return type === undefined ? streamName.test(name) : streamType.test(type);
}

/** `….pipe(file)`, of the stream or of the local name that holds it and that goes nowhere else. */
function findPipeInto(creation: ts.CallExpression, file: FileContext): ts.CallExpression | undefined {
  const outer = getOutermostWrapped(creation);
  if (ts.isCallExpression(outer.parent)) return isInto(outer) ? outer.parent : undefined;
  if (!ts.isVariableDeclaration(outer.parent) || !ts.isIdentifier(outer.parent.name)) return undefined;
  const { references = [], writes = [] } = file.bindingOf(outer.parent.name) ?? {};
  const into = references.filter(isInto);
  const isKnown = references.every((use) => isInto(use) || ts.isPropertyAccessExpression(use.parent));
  return writes.length === 0 && into.length === 1 && isKnown ? (into[0]!.parent as ts.CallExpression) : undefined;
}

function isInto(use: ts.Node): boolean {
  return ts.isCallExpression(use.parent) && use.parent.arguments[0] === use && isPipe(use.parent);
}

/** `answer` of `answer.on('error', reject).pipe(gunzip)`, with the listeners that it is given on the way. */
function beginningOf(value: ts.Expression): { root: ts.Expression; listeners: ts.CallExpression[] } {
  const listeners: ts.CallExpression[] = [];
  let root = skipWrappers(value);
  for (let target = findMethodCall(root); target && /^(?:pipe|on|once)$/.test(target.method); ) {
    if (target.method !== 'pipe') listeners.push(target.call);
    root = skipWrappers(target.receiver);
    target = findMethodCall(root);
  }
  return { root, listeners };
}

function isErrorListener(call: ts.CallExpression): boolean {
  const target = findMethodCall(call);
  return /^(?:on|once)$/.test(target?.method ?? '') && findStringValue(call.arguments[0]) === 'error';
}

/** Whether all that a listener does is seen here: a function written out, or `reject` of a promise. */
function isPlain({ arguments: [, listener] }: ts.CallExpression, file: FileContext): boolean {
  const value = listener && skipWrappers(listener);
  if (!value || isFunctionNode(value)) return value !== undefined;
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  return (
    declaration !== undefined &&
    ts.isParameter(declaration) &&
    ts.isNewExpression(getOutermostWrapped(declaration.parent).parent)
  );
}

/** Whether a call may end the file when the download fails: not at its own end, nor when the file itself fails, nor what ends the source. */
function isEnd(
  call: ts.CallExpression,
  { creation, source }: { creation: ts.CallExpression; source: string },
  file: FileContext,
): boolean {
  const name = calleeName(call);
  if (!endName.test(name)) return false;
  if (name !== 'unpipe' && findMethodCall(call)?.receiver.getText(file.source) === source) return false;
  const { parent } = getOutermostWrapped(creation);
  const made = ts.isVariableDeclaration(parent) ? parent.name.getText(file.source) : undefined;
  for (let at = findEnclosingFunction(call); at; at = findEnclosingFunction(at)) {
    const heard = findMethodCall(getOutermostWrapped(at).parent);
    if (!heard || !/^(?:on|once)$/.test(heard.method)) continue;
    const event = findStringValue(heard.call.arguments[0]);
    if (event === 'finish' || event === 'end') return false;
    if (event === 'error' && made !== undefined && heard.receiver.getText(file.source) === made) return false;
  }
  return true;
}

/** The function around all callbacks. */
function homeOf(node: ts.Node): FunctionNode | undefined {
  let fn = findEnclosingFunction(node);
  while (fn) {
    const { parent } = getOutermostWrapped(fn);
    const around = ts.isCallExpression(parent) || ts.isNewExpression(parent) ? findEnclosingFunction(fn) : undefined;
    if (!around) return fn;
    fn = around;
  }
  return undefined;
}
