import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isLogical,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition, type Repetition } from '../where/where.ts';

/** Every name that is used inside a node, with what it refers to. */
export function listUsedBindings(node: ts.Node, file: FileContext): Binding[] {
  const found = new Set<Binding>();
  const visit = (at: ts.Node): void => {
    if (ts.isIdentifier(at)) {
      const binding = file.bindingOf(at);
      if (binding) found.add(binding);
    }
    ts.forEachChild(at, visit);
  };
  visit(node);
  return [...found];
}

/** Whether a name is declared inside a node. */
export function isDeclaredIn(binding: Binding, node: ts.Node): boolean {
  return isWithin(binding.identifier, node);
}

/** Whether an expression has the same value in every round: nothing in it is declared, written or called inside. */
export function isInvariant(expression: ts.Expression, repetition: ts.Node, file: FileContext): boolean {
  const names = listUsedBindings(expression, file);
  if (names.some((b) => isDeclaredIn(b, repetition) || b.writes.some((w) => isWithin(w, repetition)))) return false;
  return !hasCall(expression);
}

function hasCall(node: ts.Node): boolean {
  return ts.isCallExpression(node) || ts.isAwaitExpression(node) || (ts.forEachChild(node, hasCall) ?? false);
}

/** Whether an expression uses what changes from round to round: the item, the index, what is declared in the body. */
export function dependsOnRound(node: ts.Node, repetition: ts.Node, file: FileContext): boolean {
  return listUsedBindings(node, file).some(
    (b) =>
      (isDeclaredIn(b, repetition) && !isWithin(b.identifier, node)) ||
      b.writes.some((w) => isWithin(w, repetition) && !isWithin(w, node)),
  );
}

/** All repetitions around a node, the innermost first. */
export function listRepetitions(node: ts.Node): Repetition[] {
  const found: Repetition[] = [];
  for (let at = findRepetition(node); at; at = findRepetition(at.node)) found.push(at);
  return found;
}

/** What is run to do all rounds: the outermost repetition, or the node itself. What is around it says how often. */
export function getOutermostRound(node: ts.Node): ts.Node {
  return listRepetitions(node).at(-1)?.node ?? node;
}

/** The node that adds an entry to what an expression names: `x.push()`, `x.set()`, `x.add()`, `x[k] = v`, `x = [...x, v]`. */
export function findEntryAdd(access: ts.Expression): ts.Node | undefined {
  const outer = getOutermostWrapped(access) as ts.Expression;
  const { parent } = outer;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) {
    const target = findMethodCall(parent.parent);
    return target && /^(?:push|unshift|set|add)$/.test(target.method) && skipWrappers(target.receiver) === access
      ? target.call
      : undefined;
  }
  if (ts.isElementAccessExpression(parent) && parent.expression === outer) {
    return isAssignment(parent.parent) && parent.parent.left === parent ? parent.parent : undefined;
  }
  return undefined;
}

/** What a repetition goes over: the array of `for…of` and of `map`, and `x` of `i < x.length` and `while (x.length)`. */
export function findIterated({ node, over }: Repetition): ts.Expression | undefined {
  if (over || ts.isCallExpression(node) || ts.isForInStatement(node) || ts.isForOfStatement(node)) return over;
  const condition = ts.isForStatement(node) ? node.condition : node.expression;
  if (!condition) return undefined;
  const bound = ts.isBinaryExpression(condition) ? [condition.right, condition.left] : [condition];
  for (const side of bound.map(skipWrappers)) {
    if (ts.isPropertyAccessExpression(side) && side.name.text === 'length') return skipWrappers(side.expression);
  }
  return undefined;
}

/** `for await (const record of source)`: whatever a stream brings, to its end. */
export function isOverStream({ node }: Repetition): boolean {
  return ts.isForOfStatement(node) && node.awaitModifier !== undefined;
}

/** Whether a place of a loop is reached once at most, for the loop ends with it: in a `return`, or in a block that leaves. */
export function endsRepetition(node: ts.Node, { node: loop }: Repetition): boolean {
  if (ts.isCallExpression(loop)) return false;
  for (let at = node; at !== loop && at.parent && !isFunctionNode(at); at = at.parent) {
    if (ts.isReturnStatement(at) || ts.isThrowStatement(at)) return true;
    const last = ts.isBlock(at) ? at.statements.at(-1) : undefined;
    if (last && (ts.isReturnStatement(last) || ts.isThrowStatement(last))) return true;
  }
  return false;
}

/** Whether each round waits for a call, not only now and then: what else it does takes less time than that. */
export function waitsEachRound({ node }: Repetition): boolean {
  const body = ts.isCallExpression(node)
    ? node.arguments.map((argument): ts.Node => skipWrappers(argument)).find(isFunctionNode)?.body
    : (node as ts.IterationStatement).statement;
  const visit = (at: ts.Node): boolean => {
    if (isFunctionNode(at)) return false;
    if (ts.isAwaitExpression(at)) return ts.isCallExpression(skipWrappers(at.expression));
    if (ts.isIfStatement(at)) return visit(at.expression);
    if (ts.isConditionalExpression(at)) return visit(at.condition);
    if (ts.isCatchClause(at) || ts.isCaseClause(at)) return false;
    if (isLogical(at)) return visit(at.left);
    return ts.forEachChild(at, visit) ?? false;
  };
  return body !== undefined && visit(body);
}
