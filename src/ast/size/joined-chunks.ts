import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInSomeRounds } from '../where/rounds.ts';
import { type ByteGrowth, fewBytes, findRepeats, isConcat, isLastCall } from './byte-growth.ts';
import { isOfOneLine, isOfSmallBody, isShownToGetChunks } from './chunk-evidence.ts';
import { isDeclaredIn, listUsedBindings } from './loop-facts.ts';

/**
 * Judges a `Buffer.concat(chunks)` that runs for each chunk that `chunks` gets: all that has come is copied to learn its
 * length, or whether it is whole.
 */
export function findJoinedChunks(call: ts.CallExpression, file: FileContext): ByteGrowth | undefined {
  const list = call.arguments[0] && skipWrappers(call.arguments[0]);
  const path = list && findMemberPath(list)?.join('.');
  if (!list || path === undefined || !isConcat(call, file)) return undefined;
  const repeats = findRepeats(call, list, file);
  if (!repeats) return undefined;
  const place = repeats.kind === 'loop' ? repeats.node : repeats.fn;
  const chunks = findPushed(call, path, place, file);
  if (!chunks || isInSomeRounds(decidedOutside(call, place, file), place)) return undefined;
  if (isEmptied(path, file) || isOfFewBytes(call, file)) return undefined;
  const isShown = repeats.kind === 'loop' || isShownToGetChunks(repeats.fn, file);
  const isLarge = isShown && !isOfSmallBody(call, file) && !isOfOneLine(place, file);
  return { call, target: list, assignment: undefined, chunks, repeats, isLarge };
}

/** What the round puts in before the list is joined. */
function findPushed(
  call: ts.CallExpression,
  path: string,
  place: ts.Node,
  file: FileContext,
): readonly ts.Expression[] | undefined {
  for (const node of file.nodes('CallExpression')) {
    const push = findMethodCall(node);
    if (push?.method !== 'push' || node.end > call.pos || !isWithin(node, place)) continue;
    if (findMemberPath(push.receiver)?.join('.') === path && !isInSomeRounds(node, place)) return [...node.arguments];
  }
  return undefined;
}

/** `max > -1 && Buffer.concat(chunks).length > max`: what no round changes is no condition of one. */
function decidedOutside(call: ts.Node, place: ts.Node, file: FileContext): ts.Node {
  let found: ts.Node = call;
  for (let at = call; at !== place && ts.isExpression(at.parent); at = at.parent) {
    const { parent } = at;
    if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken) continue;
    if (parent.right !== at) continue;
    const isOuter = listUsedBindings(parent.left, file).every(
      (b) => !isDeclaredIn(b, place) && !b.writes.some((write) => isWithin(write, place)),
    );
    if (!isOuter) break;
    found = parent;
  }
  return found;
}

const taking = /^(?:shift|pop|splice)$/;

/** Whether the list is emptied before the last chunk has come: what is whole goes on, and the rest is short. */
function isEmptied(path: string, file: FileContext): boolean {
  const isList = (node: ts.Expression): boolean => {
    const names = findMemberPath(skipWrappers(node))?.join('.');
    return names === path || names === `${path}.length`;
  };
  const isEarly = (node: ts.Node): boolean => {
    const fn = findEnclosingFunction(node);
    return fn !== undefined && fn.kind !== ts.SyntaxKind.Constructor && !isLastCall(fn);
  };
  return (
    file.nodes('BinaryExpression').some((node) => isAssignment(node) && isList(node.left) && isEarly(node)) ||
    file.nodes('CallExpression').some((node) => {
      const taken = findMethodCall(node);
      return taken !== undefined && taking.test(taken.method) && isList(taken.receiver) && isEarly(node);
    })
  );
}

/** `Buffer.concat(head).length >= 512`: no more than is written there. */
function isOfFewBytes(call: ts.CallExpression, file: FileContext): boolean {
  const length = getOutermostWrapped(call).parent;
  const test = ts.isPropertyAccessExpression(length) ? length.parent : undefined;
  const limit = test && ts.isBinaryExpression(test) ? findNumber(test.right, file) : undefined;
  return limit !== undefined && limit <= fewBytes;
}
