import type { Binding, FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  nameOfFunction,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listWalksAround } from '../where/data-walk.ts';
import { type Copy, copyOf, findRewrite, hasEmptyList } from './copy.ts';
import { findIterated, isDeclaredIn, listRepetitions } from './loop-facts.ts';
import { mergesNested } from './nested-growth.ts';
import { findReduction } from './reduction.ts';
import { findSize, type Size } from './size.ts';
import { findManyGiven } from './tied-size.ts';
import { isTakenFrom, isWorkList, sizeOfWork } from './work-list.ts';

export type Accumulation =
  /** `items.reduce((all, item) => [...all, item], [])` */
  | {
      kind: 'reduce';
      call: ts.CallExpression;
      over: ts.Expression;
      fn: FunctionNode;
      accumulator: ts.Identifier;
      copies: Copy[];
      initial: ts.Expression;
      size: Size;
    }
  /** `all = [...all, item]` in a loop, also for each key: `groups.set(key, [...(groups.get(key) ?? []), item])`. */
  | {
      kind: 'loop';
      assignment: ts.BinaryExpression | ts.CallExpression;
      target: ts.Expression;
      copy: Copy;
      over: ts.Expression | undefined;
      size: Size;
    };

/** Judges a `reduce` whose result is copied in each step. */
export function findReduce(call: ts.CallExpression, file: FileContext): Accumulation | undefined {
  const reduction = findReduction(call, file);
  if (!reduction) return undefined;
  const { over, step, initial } = reduction;
  const fn = findStep(step, file);
  const accumulator = fn?.parameters[0]?.name;
  if (!fn?.body || !accumulator || !ts.isIdentifier(accumulator)) return undefined;
  const copies = listResults(fn, accumulator.text)
    .map((result) => copyOf(result, accumulator.text, file))
    .filter((copy) => copy !== undefined);
  if (copies.length === 0) return undefined;
  const added = copies.flatMap((copy) => copy.added);
  const size = sizeOfRounds(over, call, accumulator.text, added, file);
  return { kind: 'reduce', call, over, fn, accumulator, copies, initial, size };
}

/** The function of each step: written there, of the file by its name, or what another one of the file makes: `reduce(addTo(totals), [])`. */
function findStep(step: ts.Expression, file: FileContext): FunctionNode | undefined {
  const own = findFunctionValue(step, file);
  if (own) return own;
  const value = skipWrappers(step);
  const maker = ts.isCallExpression(value) ? findFunctionValue(value.expression, file) : undefined;
  const made = maker ? listReturnedValues(maker, file).map((one) => findFunctionValue(one, file)) : [];
  return made.length === 1 ? made[0] : undefined;
}

/**
 * Of unknown size, but what a walk of any data gives for each part is merged whole: as large as all of that. Where single
 * items are pushed, only what is nested is copied.
 */
function sizeOfRounds(over: ts.Expression, node: ts.Node, name: string, added: Copy['added'], file: FileContext): Size {
  const size = findSize(over, file);
  if (size.size !== 'unknown' || size.why.startsWith('few')) return size;
  const many = findManyGiven(over, file);
  if (many) return many;
  const walks = listWalksAround(node, file);
  if (walks.length === 0) return size;
  if (!mergesNested(added, name, walks, file))
    return isOfOneObject(over) ? { size: 'small', why: 'the own keys of one object', at: over } : size;
  const pushes = findEnclosingFunction(node)?.getText(file.source).includes(`${name}.push(`);
  // Error answers, options and what somebody types in by hand are small, however they are nested.
  const isSmall = [over.getText(file.source), nameOfWalk(node)].some((name) => nestedByHand.test(name));
  const why = 'all that is nested in what is walked here';
  return pushes
    ? size
    : isSmall
      ? { size: 'unknown', why, at: node }
      : { size: 'large', why, at: node, isNested: true };
}

const nestedByHand = /errors?\b|Errors|option|config|setting|variable|validat|argument|flag/i;

function nameOfWalk(node: ts.Node): string {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const name = nameOfFunction(fn);
    if (name !== '<anonymous>') return name;
  }
  return '';
}

/** `Object.entries(value)`, also filtered and sorted. */
function isOfOneObject(over: ts.Expression): boolean {
  const target = findMethodCall(skipWrappers(over));
  if (!target) return false;
  if (ts.isIdentifier(target.receiver))
    return target.receiver.text === 'Object' && /^(?:keys|values|entries)$/.test(target.method);
  return /^(?:filter|map|sort|toSorted|reverse)$/.test(target.method) && isOfOneObject(target.receiver);
}

/** What the step gives: what it returns, and what it assigns to the accumulator that it returns. */
function listResults(fn: FunctionNode, accumulator: string): ts.Expression[] {
  const { body } = fn;
  if (!body) return [];
  if (!ts.isBlock(body)) return listOutcomes(body);
  const found: ts.Expression[] = [];
  const visit = (at: ts.Node): void => {
    if (isFunctionNode(at)) return;
    if (ts.isReturnStatement(at) && at.expression) found.push(...listOutcomes(at.expression));
    if (isAssignment(at) && ts.isIdentifier(at.left) && at.left.text === accumulator) found.push(at.right);
    ts.forEachChild(at, visit);
  };
  visit(body);
  return found;
}

/** Both sides of `known ? all : [...all, item]`. */
function listOutcomes(expression: ts.Expression): ts.Expression[] {
  const value = skipWrappers(expression);
  return ts.isConditionalExpression(value)
    ? [...listOutcomes(value.whenTrue), ...listOutcomes(value.whenFalse)]
    : [value];
}

/** Judges a place that is written anew in a loop. */
export function findLoopCopy(
  assignment: ts.BinaryExpression | ts.CallExpression,
  file: FileContext,
): Accumulation | undefined {
  const rewrite = findRewrite(assignment);
  if (!rewrite || rewrite.name.startsWith('this.')) return undefined;
  const { name, target } = rewrite;
  const copy = copyOf(rewrite.value, name, file);
  if (!copy) return undefined;
  const isKeyed = ts.isCallExpression(assignment) || findMemberPath(target) === undefined;
  if (copy.kind === 'concat' && !(hasEmptyList(copy.old, file) || (!isKeyed && isArray(target, copy, file))))
    return undefined;
  // One object for each key has an entry for each of a few things; the items of a key are as many as there are.
  if (isKeyed && copy.kind !== 'array' && copy.kind !== 'concat') return undefined;
  const root = rootOf(target);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  let found: Accumulation | undefined;
  for (const repetition of listRepetitions(assignment)) {
    if (!binding || (isDeclaredIn(binding, repetition.node) && !isAccumulator(binding, repetition.node))) break;
    const over = findIterated(repetition);
    const size = isWorkList(target, over, repetition.node, file)
      ? sizeOfWork(assignment, repetition, file)
      : over
        ? sizeOfRounds(over, assignment, name, listAdded(repetition.node, name, file), file)
        : { size: 'unknown' as const, why: 'a loop without a list', at: repetition.node };
    if (size.size === 'small') continue;
    const shown = isKeyed ? copy.old : target;
    if (size.size === 'large' || !found) found = { kind: 'loop', assignment, target: shown, copy, over, size };
    if (size.size === 'large') break;
  }
  return found;
}

/** The first parameter of what `reduce` runs: one value for all rounds. */
function isAccumulator({ declaration }: Binding, round: ts.Node): boolean {
  if (!ts.isParameter(declaration) || declaration.parent.parameters[0] !== declaration) return false;
  const target = findMethodCall(round);
  const step = target?.call.arguments[0];
  return /^reduce(?:Right)?$/.test(target?.method ?? '') && !!step && skipWrappers(step) === declaration.parent;
}

/** What all copies into one place add in a loop: each of them copies what any of them has merged. */
function listAdded(loop: ts.Node, name: string, file: FileContext): Copy['added'] {
  const added: Copy['added'][number][] = [];
  const visit = (at: ts.Node): void => {
    const rewrite = ts.isBinaryExpression(at) || ts.isCallExpression(at) ? findRewrite(at) : undefined;
    if (rewrite?.name === name) added.push(...(copyOf(rewrite.value, name, file)?.added ?? []));
    ts.forEachChild(at, visit);
  };
  visit(loop);
  return added;
}

/** Strings and rxjs streams have a `concat` too. */
function isArray(target: ts.Expression, copy: Copy, file: FileContext): boolean {
  if (isTakenFrom(target, file)) return true;
  if (copy.added.length > 0 && copy.added.every((a) => ts.isExpression(a) && ts.isStringLiteralLike(a))) return false;
  const declaration = ts.isIdentifier(target) ? file.bindingOf(target)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
  if (declaration.type) return /\[\]|Array</.test(declaration.type.getText(file.source));
  return !!declaration.initializer && ts.isArrayLiteralExpression(skipWrappers(declaration.initializer));
}
