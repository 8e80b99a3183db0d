import type { FileContext } from '../../model/file-context.ts';
import { hasAwait } from '../io/independence.ts';
import { listCallsOf } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, findThisClass, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { contains } from '../within.ts';
import { findIterated, listRepetitions } from './loop-facts.ts';
import { sizeOf } from './size.ts';

/** What takes bytes by such a name takes chunks, or two files one after the other: whoever calls it tells. */
const taking = /^_*(?:append|add|push|put|insert|concat|extend)(?:[A-Z]\w*)?$/;

/**
 * Whether a function that takes bytes is one that gets them part after part: where this file calls `append()` itself, it
 * is from what gets or writes part after part.
 */
export function isShownToGetChunks(fn: FunctionNode, file: FileContext): boolean {
  const name = nameOfFunction(fn);
  if (isWriteOfOthers(name, fn, file)) return false;
  if (!taking.test(name) || listCallsOf(fn, file).length > 0) return true;
  // Calls of methods of prototypes are told by their name alone.
  if (findThisClass(fn)) return false;
  return file.nodes('CallExpression').some((call) => {
    const found = findMethodCall(call);
    return found?.method === name && found.receiver.kind === ts.SyntaxKind.ThisKeyword;
  });
}

/**
 * `write(field)` of a class that is no stream and gives nothing back, in a file that writes nothing: it puts a message
 * together, or gathers what comes.
 */
function isWriteOfOthers(name: string, fn: FunctionNode, file: FileContext): boolean {
  if (name !== 'write' || !ts.isMethodDeclaration(fn) || !ts.isClassLike(fn.parent)) return false;
  if (fn.parent.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)) return false;
  return (
    !contains(fn, (node) => ts.isReturnStatement(node) && node.expression !== undefined) && !/\.write\b/.test(file.text)
  );
}

/**
 * A loop that reads until there is no more, waits for what it goes over, or goes over what this file shows to be long: the
 * entries of a list in memory that are put into one packet are most often a few dozen bytes each.
 */
export function isOverMuch(loop: ts.Node, file: FileContext): boolean {
  if (ts.isWhileStatement(loop) || ts.isDoStatement(loop)) return true;
  if (ts.isForOfStatement(loop) && loop.awaitModifier) return true;
  if (hasAwait(loop)) return true;
  const repetition = listRepetitions(loopBody(loop)).find(({ node }) => node === loop);
  const over = repetition && findIterated(repetition);
  return over !== undefined && sizeOf(over, file) === 'large';
}

function loopBody(loop: ts.Node): ts.Node {
  return ts.isIterationStatement(loop, false) ? loop.statement : loop;
}

const endOfLine = /\b(?:includes|indexOf|endsWith)\(\s*(?:['"`](?:\\r)?\\[rn]['"`]|10\b|0x0a\b)/i;

/** What asks whether the end of a line has come waits for an answer of one line. */
export function isOfOneLine(place: ts.Node, file: FileContext): boolean {
  return endOfLine.test(place.getText(file.source));
}

const ofPicture = /snap_?shot|thumbnail|favicon|avatar/i;
const ofLogIn = /(?<![a-z])(?:auth|login|oauth)(?![a-z])|Auth(?![a-z])|Log[iI]n(?![a-z])/;

/** An answer of some kilobytes by its name, whole: a log-in, one picture of a camera. */
export function isOfSmallBody(call: ts.Node, file: FileContext): boolean {
  const names = [/[^/]*$/.exec(file.path)?.[0] ?? '', findThisClass(call)?.name?.text ?? ''];
  for (let fn = findEnclosingFunction(call); fn; fn = findEnclosingFunction(fn)) names.push(nameOfFunction(fn));
  return names.some((name) => ofPicture.test(name) || ofLogIn.test(name));
}
