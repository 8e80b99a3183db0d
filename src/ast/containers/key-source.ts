import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { listCallsOf } from '../names/functions.ts';
import { findMethodCall, isFunctionNode, rootOfMembers, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { runsFromOutside } from '../where/where.ts';
import type { Add } from './container-growth.ts';
import { isFresh } from './fresh-key.ts';
import { listKeyParts } from './passing-key.ts';
import { notKeptOfRows } from './stored-key.ts';

const maxDepth = 4;

/**
 * "Users, messages or connections lead to what adds": a round of the process's own clock and its start bring no other keys
 * than those of the few things that the program has, and whoever keeps a row that it has found no more than there are rows.
 * Undefined where the file shows itself where ever more come from: they are made anew, are of what is read there (rows, one after the other or each for itself), or of the message that a job brings.
 *
 * @param byUsers what else shows that many come
 */
export function whenFromOutside(
  add: Add,
  byUsers: readonly LinkCondition[],
  file: FileContext,
): LinkCondition | undefined {
  const { node, key } = add;
  const isShown = !key || isFresh(key, file) || listKeyParts(key, file).some((part) => isOfRead(part, file, 0));
  return isShown ? undefined : allOf(anyOf(runsFromOutside(node, file), ...byUsers), notKeptOfRows(add, file));
}

function isOfRead(part: ts.Expression, file: FileContext, depth: number): boolean {
  const value = skipWrappers(part);
  if (depth > maxDepth) return false;
  if (ts.isAwaitExpression(value)) return ts.isCallExpression(skipAwait(value));
  const root = rootOfMembers(value);
  if (!ts.isIdentifier(root)) return false;
  let holder: ts.Node | undefined = file.bindingOf(root)?.declaration;
  while (holder && ts.isBindingElement(holder)) holder = holder.parent.parent;
  if (!holder) return false;
  if (ts.isParameter(holder)) {
    const fn = holder.parent;
    if (!isFunctionNode(fn)) return false;
    if (findEntryPoint(fn, file)?.kind === 'request') return true;
    const place = fn.parameters.indexOf(holder);
    const handed = listCallsOf(fn, file).flatMap((call) => call.arguments[place] ?? []);
    if (handed.some((argument) => isOfRead(argument, file, depth + 1))) return true;
    const each = ts.isCallExpression(fn.parent) ? findMethodCall(fn.parent) : undefined;
    return each !== undefined && /^(?:forEach|map|flatMap|filter)$/.test(each.method)
      ? isOfRead(each.receiver, file, depth + 1)
      : false;
  }
  if (!ts.isVariableDeclaration(holder)) return false;
  const loop = holder.parent.parent;
  const from = ts.isForOfStatement(loop) ? loop.expression : holder.initializer;
  return from !== undefined && isOfRead(from, file, depth + 1);
}
