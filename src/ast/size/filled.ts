import type { FileContext } from '../../model/file-context.ts';
import { keyDomain } from '../containers/key-domain.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isLoop,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryAdd, findIterated, isDeclaredIn, isOverStream, listRepetitions } from './loop-facts.ts';
import type { Judge, Size } from './size.ts';

const fillsOnce =
  /^(?:constructor|register|use|install|define|add(?:Plugin|Hook|Rule|Route|Handler|Listener)|configure|init|load|setup|build|create$)/;

/**
 * How large what starts empty gets by being filled: as large as what it is filled for each of; `large` when pages are
 * gathered to their end, or a stream to its; a field also when each call adds an entry by a key that data brings.
 * Undefined when nothing fills it.
 */
export function sizeOfFilled(
  references: readonly ts.Expression[] | undefined,
  at: ts.Expression,
  file: FileContext,
  depth: number,
  judge: Judge,
): Size | undefined {
  const accesses = references ?? listFieldAccesses(at, file);
  // What also loses entries one by one holds those of the moment.
  const isTable = accesses.some(losesOne);
  let isFilled = false;
  let isSmall = true;
  for (const access of accesses) {
    const add = findEntryAdd(access);
    if (!add) continue;
    isFilled = true;
    const found = sizeOfAdd(add, access, { isField: references === undefined, isTable }, file, depth, judge);
    if (found.size === 'large') return found;
    if (found.size !== 'small') isSmall = false;
  }
  if (!isFilled) return undefined;
  return { size: isSmall ? 'small' : 'unknown', why: 'filled from what is not told', at };
}

function listFieldAccesses(at: ts.Expression, file: FileContext): readonly ts.Expression[] {
  const name = findMemberName(at);
  const owner = findThisOwner(at, file);
  return (owner && name !== undefined && classShape(owner, file).fields.get(name)?.accesses) || [];
}

function sizeOfAdd(
  add: ts.Node,
  access: ts.Expression,
  { isField, isTable }: { isField: boolean; isTable: boolean },
  file: FileContext,
  depth: number,
  judge: Judge,
): Size {
  const key = keyOfAdd(add);
  const isKeyed = key === undefined || keyDomain(key, file) === 'data';
  const spread = spreadOfAdd(add);
  const given = spread && judge(spread, file, depth + 1);
  if (given?.size === 'large') return given;
  const binding = ts.isIdentifier(access) ? file.bindingOf(access) : undefined;
  let last: Size = { size: given ? 'unknown' : 'small', why: 'filled by hand', at: add };
  for (const repetition of listRepetitions(add)) {
    if (binding && isDeclaredIn(binding, repetition.node)) break;
    const over = findIterated(repetition);
    const unknown: Size = { size: 'unknown', why: 'filled in a loop', at: repetition.node };
    if (!over) {
      const { node } = repetition;
      if (isLoop(node) && spread && isPaging(node))
        return { size: 'large', why: 'all pages to the last, gathered here', at: add };
      last = unknown;
      continue;
    }
    if (isOverStream(repetition) && isKeyed) return { size: 'large', why: 'all of a stream, gathered here', at: add };
    const size = judge(over, file, depth + 1);
    if (size.size === 'large' && isKeyed) return { ...size, why: `filled for each of ${size.why}` };
    if (size.size !== 'small') last = unknown;
  }
  const fn = findEnclosingFunction(add);
  const isKept = isField || (!!binding && !!fn && listRepetitions(add).length === 0 && !isDeclaredIn(binding, fn));
  if (fn && isDataListener(fn)) return { size: 'large', why: 'all of a stream, gathered here', at: add };
  // What a function lists for itself has as many entries as it makes calls.
  const outlives = isField || binding?.scope === file.moduleScope;
  if (isKept && outlives && !isTable && fn && !fillsOnce.test(nameOfFunction(fn)) && key !== undefined && isKeyed)
    return { size: 'large', why: 'an entry for each call with another key', at: add };
  return isKept && last.size === 'small' ? { ...last, size: 'unknown' } : last;
}

/** `map.delete(key)`. */
function losesOne(access: ts.Expression): boolean {
  const target = findMethodCall(access.parent.parent);
  return target?.method === 'delete' && target.receiver === access;
}

/** The key of `map.set(k, v)`, `set.add(k)`, `x[k] = v`; undefined for `push`. */
function keyOfAdd(add: ts.Node): ts.Expression | undefined {
  const target = findMethodCall(add);
  if (target) return /^(?:set|add)$/.test(target.method) ? target.call.arguments[0] : undefined;
  if (!isAssignment(add)) return undefined;
  const left = skipWrappers(add.left);
  return ts.isElementAccessExpression(left) ? left.argumentExpression : undefined;
}

/** `push(...items)`. */
function spreadOfAdd(add: ts.Node): ts.Expression | undefined {
  const [first] = findMethodCall(add)?.call.arguments ?? [];
  return first && ts.isSpreadElement(first) ? first.expression : undefined;
}

/** A loop that asks for one page after another until there is none. */
function isPaging(loop: ts.Node): boolean {
  return /\bawait\b/.test(loop.getText()) && /cursor|next|page|offset|hasMore|token|marker|skip/i.test(loop.getText());
}

/** `stream.on('data', …)`, `rl.on('line', …)`, `query.on('row', …)`. */
function isDataListener(fn: ts.Node): boolean {
  if (!isFunctionNode(fn)) return false;
  const call = getOutermostWrapped(fn).parent;
  const target = findMethodCall(call);
  return (
    !!target &&
    /^(?:on|addListener)$/.test(target.method) &&
    /^(?:data|line|row|entry|record)$/.test(findStringValue(target.call.arguments[0]) ?? '')
  );
}
