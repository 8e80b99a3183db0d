import type { FileContext } from '../../model/file-context.ts';
import { keyDomain } from '../containers/key-domain.ts';
import { domainOfName } from '../containers/key-words.ts';
import { isLiveTable } from '../containers/live-table.ts';
import { isRowsOfRead } from '../io/rows-of-read.ts';
import { isShortRead } from '../io/short-read.ts';
import {
  type FunctionNode,
  findMemberName,
  findMethodCall,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Repetition } from '../where/where.ts';
import {
  dependsOnRound,
  findEntryAdd,
  findIterated,
  isDeclaredIn,
  isOverStream,
  listRepetitions,
  waitsEachRound,
} from './loop-facts.ts';
import { findSize, type Size, sizeOf, soundsLarge } from './size.ts';
import { findManyGiven, isOwnKeys, isTied } from './tied-size.ts';

/** `rows.find(row => row.id === item.id)` in a loop over items: each round walks all rows. */
export interface LinearLookup {
  call: ts.CallExpression;
  method: string;
  list: ts.Expression;
  repetition: Repetition;
  over: ts.Expression;
  /** The list gets entries in the same loop. */
  isGrowing: boolean;
  /**
   * What makes both sides long; undefined where one of them is only called so, comes with a request or holds what exists at
   * the moment, or where each round waits for something that takes longer.
   */
  evidence: { list: Size; over: Size } | undefined;
  /** The rows of a read are gathered, each looked for by its key among those before. */
  gathersRows: boolean;
  /** What a stream brings is gathered, each looked for among what has come before. */
  gathersStream: boolean;
  /** For `x => x.key === value`: the test and both sides; undefined for `includes(value)`. */
  key: { fn: FunctionNode; own: ts.Expression; other: ts.Expression } | undefined;
}

const byValue = /^(?:includes|indexOf|lastIndexOf)$/;
const byTest = /^(?:find|findIndex|findLast|some|filter)$/;

/** Judges a call of a searching method; undefined where either side is not known to be as long as data makes it. */
export function findLinearLookup(call: ts.CallExpression, file: FileContext): LinearLookup | undefined {
  const target = findMethodCall(call);
  const argument = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!target || !argument) return undefined;
  const isTest = byTest.test(target.method) && isFunctionNode(argument);
  if (!isTest && !(byValue.test(target.method) && !isFunctionNode(argument))) return undefined;
  const list = skipWrappers(target.receiver);
  if (!isPath(list)) return undefined;
  for (const repetition of listRepetitions(call)) {
    if (dependsOnRound(list, repetition.node, file)) return undefined;
    if (!dependsOnRound(argument, repetition.node, file)) continue;
    const over = findIterated(repetition);
    if (!over || isWithin(call, over) || isShortRead(over, file)) continue;
    const key = isTest ? findKey(argument as FunctionNode, repetition.node, file) : undefined;
    if (isTest && !key) return undefined;
    const isGrowing = growsIn(list, repetition.node, file);
    // Of values that are few, a list without doubles stays short.
    if (isGrowing && !isTest && keyDomain(argument, file) !== 'data') continue;
    const isGrouped = key !== undefined && isOwnKeys(over, list, file);
    const tied = isGrowing || isGrouped || isTied(list, over, file);
    const isOfData = isGrouped && keyDomain(key.own, file) === 'data';
    const many = tied && sizeOf(over, file) === 'unknown' ? findManyGiven(isOfData ? list : over, file) : undefined;
    const stream = isGrowing && isOverStream(repetition) ? sizeOfStream(over) : undefined;
    if (!many && !stream && !soundsLarge(over, file) && !isOfData) continue;
    if (!tied && !soundsLarge(list, file)) continue;
    const sizes = { list: findSize(list, file), over: many ?? stream ?? findSize(over, file) };
    const isLive = [isLiveTable(list, sizes.list), isLiveTable(over, sizes.over)];
    if (!isLive.includes(false)) return undefined;
    // A list that grows by one for each other key is as long as there are keys.
    const isLong = isGrowing
      ? !key || isOfMany(key.other, file)
      : sizes.list.size === 'large' || (tied && sizes.list.size !== 'small');
    // A body is parsed up to a limit, and nobody sends many ids by hand.
    const isOfRequest = sizes.over.isCarried || (sizes.list.isCarried && !isGrowing);
    const isSlow = sizes.over.size === 'large' && !isOfRequest && !isLive.includes(true) && !waitsEachRound(repetition);
    const evidence = isLong && isSlow ? sizes : undefined;
    const gathersRows =
      isGrowing && isLong && key !== undefined && !waitsEachRound(repetition) && isRowsOfRead(over, file);
    const gathersStream = stream !== undefined && evidence !== undefined;
    return {
      call,
      method: target.method,
      list,
      repetition,
      over,
      isGrowing,
      key,
      evidence,
      gathersRows,
      gathersStream,
    };
  }
  return undefined;
}

function sizeOfStream(over: ts.Expression): Size {
  return { size: 'large', why: 'all of a stream', at: over };
}

/** One of many different keys: as its value shows, or, where that does not, as it is called (`id`, `userKey`). */
function isOfMany(key: ts.Expression, file: FileContext): boolean {
  const domain = keyDomain(key, file);
  if (domain === 'data' || !ts.isIdentifier(key) || domainOfName(key.text) !== 'data') return domain === 'data';
  return domain === 'unknown' || isJoined(key, file);
}

/** `const id = columns.map((column) => row[column]).join('_')`: columns are few, what stands in them is not. */
function isJoined(key: ts.Identifier, file: FileContext): boolean {
  const declaration = file.bindingOf(key)?.declaration;
  const made = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
  const joined = made ? findMethodCall(skipWrappers(made)) : undefined;
  return joined?.method === 'join' && findMethodCall(skipWrappers(joined.receiver))?.method === 'map';
}

/** A name or a member of one: what stays the same from round to round unless it is written. */
function isPath(list: ts.Expression): boolean {
  if (ts.isIdentifier(list)) return true;
  return (
    ts.isPropertyAccessExpression(list) &&
    (list.expression.kind === ts.SyntaxKind.ThisKeyword || isPath(skipWrappers(list.expression)))
  );
}

function growsIn(list: ts.Expression, node: ts.Node, file: FileContext): boolean {
  if (!ts.isIdentifier(list)) return false;
  const binding = file.bindingOf(list);
  if (!binding || isDeclaredIn(binding, node)) return false;
  return binding.references.some((r) => isWithin(r, node) && findEntryAdd(r) !== undefined);
}

/** The test that compares a part of the list's item with something of the round. */
function findKey(fn: FunctionNode, node: ts.Node, file: FileContext): LinearLookup['key'] {
  if (!fn.parameters[0] || !fn.body) return undefined;
  let found: LinearLookup['key'];
  const own = (e: ts.Expression): boolean => usesParameter(e, fn, file);
  const visit = (at: ts.Node): void => {
    if (found || (isFunctionNode(at) && at !== fn)) return;
    if (ts.isBinaryExpression(at) && isEquality(at.operatorToken.kind)) {
      const { left, right } = at;
      for (const [a, b] of [
        [left, right],
        [right, left],
      ] as const) {
        if (own(a) && !own(b) && dependsOnRound(b, node, file)) {
          found = { fn, own: a, other: b };
          return;
        }
      }
    }
    const call = findMethodCall(at)?.call ?? (ts.isCallExpression(at) ? at : undefined);
    const pair = call && equality.test(lastNameOf(call)) ? sidesOf(call) : undefined;
    for (const [a, b] of pair ? [pair, [pair[1], pair[0]] as const] : []) {
      if (own(a) && !own(b) && dependsOnRound(b, node, file)) {
        found = { fn, own: a, other: b };
        return;
      }
    }
    // A test for either of several things is no key.
    if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.BarBarToken) return;
    ts.forEachChild(at, visit);
  };
  visit(fn.body);
  return found;
}

const equality = /^(?:eq|sameAs)$|equals?(?:$|ignor|case|insens)/i;

function lastNameOf({ expression }: ts.CallExpression): string {
  return ts.isIdentifier(expression) ? expression.text : (findMemberName(expression) ?? '');
}

/** `equals(a, b)`, `_.isEqual(a, b)`, `a.equals(b)`. */
function sidesOf(call: ts.CallExpression): readonly [ts.Expression, ts.Expression] | undefined {
  const [first, second] = call.arguments;
  if (first && second) return [first, second];
  const target = findMethodCall(call);
  return first && target ? [target.receiver, first] : undefined;
}

function isEquality(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsToken;
}

function usesParameter(expression: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  if (ts.isIdentifier(expression)) {
    const binding = file.bindingOf(expression);
    return !!binding && fn.parameters.some((p) => isWithin(binding.identifier, p));
  }
  return ts.forEachChild(expression, (child) => usesParameter(child, fn, file)) ?? false;
}
