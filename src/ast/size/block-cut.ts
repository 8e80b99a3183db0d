import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isSmallLength, isWalked, runsInRounds } from './frame-length.ts';

/** Bytes that are carried over from chunk to chunk. */
export interface CarriedBytes {
  /** What is joined: the call, and the name it goes by, if other than where the bytes are kept. */
  call: ts.Node;
  joined: ts.Identifier | undefined;
  target: ts.Expression;
}

/**
 * Whether frames of a small size are cut off the front for as long as there are any, so that less than one is left to be
 * copied: `while (buffer.length >= size) buffer = buffer.subarray(size)`, a walk over lengths of 16 bits, a search for a
 * delimiter, an odd byte at the end. Lengths that may be large leave a part of a large frame.
 */
export function isCutIntoBlocks(bytes: CarriedBytes, file: FileContext): boolean {
  const cuts = listCuts(bytes, file);
  const isRepeated = (node: ts.Node): boolean => isDrain(node, bytes, file);
  const drains = cuts.filter(({ cut, from }) => isRepeated(cut) || isWalked(from, isRepeated, file) || isTail(from));
  return (
    drains.length > 0 && cuts.every(({ from }) => isSmallLength(lengthKept(from), file)) && keepsNoMore(bytes, file)
  );
}

interface Cut {
  cut: ts.BinaryExpression;
  from: ts.Expression;
}

/** `x = y.slice(from)`, both of them the bytes. */
function listCuts(bytes: CarriedBytes, file: FileContext): Cut[] {
  const isBytes = (place: ts.Expression): boolean => isOfBytes(place, bytes);
  return file.nodes('BinaryExpression').flatMap((cut) => {
    if (!isAssignment(cut) || !isBytes(cut.left)) return [];
    const taken = findMethodCall(skipWrappers(cut.right));
    const [from] = taken?.call.arguments ?? [];
    if (!taken || !from || !/^(?:slice|subarray)$/.test(taken.method) || !isBytes(taken.receiver)) return [];
    const isOther = (ts.isNumericLiteral(from) && from.text === '0') || isOnce(cut);
    return isOther ? [] : [{ cut, from }];
  });
}

function isOfBytes(place: ts.Expression, { target, joined }: CarriedBytes): boolean {
  const path = findMemberPath(place)?.join('.');
  return path !== undefined && (path === findMemberPath(target)?.join('.') || path === joined?.text);
}

/** In rounds of its own, not those in which the bytes are joined. */
function isDrain(node: ts.Node, { call }: CarriedBytes, file: FileContext): boolean {
  for (let at = node.parent; at && !isFunctionNode(at); at = at.parent) {
    const isLoop = ts.isIterationStatement(at, false);
    if (isLoop) return !isWithin(call, at);
  }
  const fn = findEnclosingFunction(node);
  return fn !== undefined && !isWithin(call, fn) && runsInRounds(node, (home) => listCalls(home as FunctionNode, file));
}

function listCalls(fn: FunctionNode, file: FileContext): readonly ts.Node[] {
  if (!ts.isMethodDeclaration(fn)) return listCallsOf(fn, file);
  const name = fn.name.getText(file.source);
  return file.nodes('CallExpression').filter((call) => findMethodCall(call)?.method === name);
}

/** `bytes.length - 1`: a tail of a few bytes is kept. */
function isTail(from: ts.Expression): boolean {
  const value = skipWrappers(from);
  return (
    ts.isBinaryExpression(value) &&
    value.operatorToken.kind === ts.SyntaxKind.MinusToken &&
    /^(?:byteL|l)ength$/.test(findMemberName(skipWrappers(value.left)) ?? '')
  );
}

/** What a cut says of how much may be left: the tail itself, or the frame that is cut off. */
function lengthKept(from: ts.Expression): ts.Expression {
  return isTail(from) ? (skipWrappers(from) as ts.BinaryExpression).right : from;
}

/** All of what is joined is kept only where it is short, or where it is cut itself. */
function keepsNoMore(bytes: CarriedBytes, file: FileContext): boolean {
  const { joined, target } = bytes;
  if (!joined || listCuts(bytes, file).some(({ cut }) => isDrain(cut, bytes, file))) return true;
  const path = findMemberPath(target)?.join('.');
  return (file.bindingOf(joined)?.references ?? []).every((use) => {
    const { parent } = use;
    if (!isAssignment(parent) || parent.right !== use || findMemberPath(parent.left)?.join('.') !== path) return true;
    return isShort(parent, file) || isOnce(parent);
  });
}

/** Under `if (bytes.length < size)`. */
function isShort(node: ts.Node, file: FileContext): boolean {
  for (let at = node; at.parent && !isFunctionNode(at); at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at) continue;
    const test = skipWrappers(parent.expression);
    const isBelow = ts.isBinaryExpression(test) && /^<=?$/.test(test.operatorToken.getText(file.source));
    if (isBelow && isSmallLength(test.right, file)) return true;
  }
  return false;
}

/** Before something that is set for good once it is known: `if (!this.head) { …; this.head = true; }`. */
function isOnce(node: ts.Node): boolean {
  for (let at = node; at.parent && !isFunctionNode(at); at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at) continue;
    const test = skipWrappers(parent.expression);
    const flag = ts.isPrefixUnaryExpression(test) ? findMemberPath(test.operand)?.join('.') : undefined;
    if (flag !== undefined && isSetIn(parent.thenStatement, flag)) return true;
  }
  return false;
}

function isSetIn(node: ts.Node, path: string): boolean {
  if (isAssignment(node) && findMemberPath(node.left)?.join('.') === path) return true;
  return ts.forEachChild(node, (child) => isSetIn(child, path) || undefined) === true;
}
