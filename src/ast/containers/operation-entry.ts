import type { FileContext } from '../../model/file-context.ts';
import { runsAtEnd } from '../life/trimming.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInCatch } from '../where/conditions.ts';
import type { Add, Growth, Removal } from './container-growth.ts';

/** An entry that stands for an operation under way: added, then awaited, then removed, in one function. */
export interface OperationEntry {
  add: Add;
  removal: Removal;
  /** The await whose rejection, or the return that, skips the removal. */
  exit: ts.Node;
  /** The statements of the add and of the removal, in one block, when they stand in one. */
  block: { first: ts.Statement; last: ts.Statement } | undefined;
}

/** The entries of a container whose removal is skipped when what is awaited in between fails. */
export function listLostEntries(growth: Growth, file: FileContext): OperationEntry[] {
  const found: OperationEntry[] = [];
  for (const add of growth.adds) {
    if (!add.key || !add.fn) continue;
    const key = add.key.getText(file.source);
    const own = growth.removals.filter((r) => r.key?.getText(file.source) === key && isSameRun(r, add));
    const [removal] = own;
    const skipped = own.length > 1 ? findSkippedEnd(add, own, growth, file) : undefined;
    if (skipped) found.push({ add, ...skipped, block: undefined });
    // Removed on another outcome too: in a catch, a finally, an event of its own.
    if (!removal || own.length > 1 || removal.kind !== 'keyed') continue;
    const run = runOf(add);
    const home = run && blockOf(removal.node, run);
    // What is noted of a failure stays until the work goes well.
    if (!home || !isWithin(add.node, home) || isInCatch(add.node, home)) continue;
    if (growth.removals.some((r) => r !== removal && r.kind !== 'keyed' && !runsAtEnd(r.fn, file))) continue;
    const exit = findExit(add, removal, file);
    if (exit) found.push({ add, removal, exit, block: statementsOf(add, removal) });
  }
  return found;
}

function isSameRun(removal: Removal, add: Add): boolean {
  return removal.fn === runOf(add) && removal.node.pos > add.node.end;
}

/** The executor of `new Promise` runs at once: it belongs to the function around it. */
function runOf(add: Add): FunctionNode | undefined {
  let { fn } = add;
  while (fn) {
    const { parent } = getOutermostWrapped(fn);
    if (!ts.isNewExpression(parent) || parent.expression.getText() !== 'Promise') break;
    fn = findEnclosingFunction(fn);
  }
  return fn;
}

/** The block of the removal, when it is a statement of its own that no condition guards after the add. */
function blockOf(node: ts.Node, fn: FunctionNode): ts.Block | undefined {
  const statement = node.parent;
  if (!statement || !ts.isExpressionStatement(statement) || !ts.isBlock(statement.parent)) return undefined;
  return isWithin(statement.parent, fn) ? statement.parent : undefined;
}

function findExit(add: Add, removal: Removal, file: FileContext): ts.Node | undefined {
  const between = (node: ts.Node): boolean => node.pos >= add.node.end && node.end <= removal.node.pos;
  for (const node of file.nodes('AwaitExpression')) {
    if (!between(node) || findEnclosingFunction(node) !== removal.fn || cannotFail(node, file)) continue;
    if (!isCaught(node, removal.node, removal.fn)) return node;
  }
  return findEarlyReturn(add, removal, file);
}

/** A return in a branch between the two, which nothing but the removal further down makes good. */
function findEarlyReturn(add: Add, removal: Removal, file: FileContext): ts.Node | undefined {
  const block = removal.node.parent.parent;
  if (findBlock(add.node) !== block) return undefined;
  const returns = file.nodesOfKind(ts.SyntaxKind.ReturnStatement) as readonly ts.ReturnStatement[];
  return returns.find(
    (node) =>
      node.pos >= add.node.end &&
      node.end <= removal.node.pos &&
      isWithin(node, block) &&
      findEnclosingFunction(node) === removal.fn &&
      !isFinallyAround(node, removal.node),
  );
}

/**
 * A return between the add and its last removal, with none of them ahead of it: those in a `catch` and in other branches do
 * not run on that way.
 */
function findSkippedEnd(
  add: Add,
  own: readonly Removal[],
  growth: Growth,
  file: FileContext,
): Pick<OperationEntry, 'removal' | 'exit'> | undefined {
  const block = findBlock(add.node);
  const others = growth.removals.filter((removal) => !own.includes(removal));
  if (!block || own.some(({ kind }) => kind !== 'keyed')) return undefined;
  if (others.some(({ fn, kind }) => kind !== 'keyed' && !runsAtEnd(fn, file))) return undefined;
  const removal = own.findLast(({ node }) => isOnPlainWay(node, block));
  if (!removal) return undefined;
  const returns = file.nodesOfKind(ts.SyntaxKind.ReturnStatement) as readonly ts.ReturnStatement[];
  const exit = returns.find(
    (node) =>
      node.pos >= add.node.end &&
      node.end <= removal.node.pos &&
      findEnclosingFunction(node) === removal.fn &&
      !own.some((one) => one.node.end <= node.pos && isWithin(node, findBlock(one.node) ?? one.node)),
  );
  return exit && { removal, exit };
}

/** Reached from a block without a condition: in it, or in the `try` of one. */
function isOnPlainWay(node: ts.Node, block: ts.Node): boolean {
  let at = findBlock(node);
  while (at && at !== block)
    at = ts.isTryStatement(at.parent) && at.parent.tryBlock === at ? at.parent.parent : undefined;
  return at === block;
}

function findBlock(node: ts.Node): ts.Node | undefined {
  return ts.isExpressionStatement(node.parent) ? node.parent.parent : undefined;
}

function isFinallyAround(node: ts.Node, removal: ts.Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    if (ts.isTryStatement(at.parent) && at.parent.finallyBlock && isWithin(removal, at.parent.finallyBlock))
      return true;
  }
  return false;
}

function cannotFail(node: ts.AwaitExpression, file: FileContext): boolean {
  const awaited = skipWrappers(node.expression);
  const declaration = ts.isIdentifier(awaited) ? file.bindingOf(awaited)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const text = (made ?? node.expression).getText(file.source);
  return (
    /^(?:\w+\.)?(?:sleep|delay|wait|setTimeout|timeout|tick|nextTick|setImmediate)\(/i.test(text) ||
    /\.catch\(|allSettled\(/.test(text) ||
    /^new Promise\b(?:(?!reject).)*$/s.test(text)
  );
}

/** A try around the await, but not around the removal, whose catch goes on. */
function isCaught(node: ts.Node, removal: ts.Node, fn: FunctionNode | undefined): boolean {
  for (let at = node; at.parent && at !== fn; at = at.parent) {
    const { parent } = at;
    if (!ts.isTryStatement(parent) || parent.tryBlock !== at) continue;
    if (parent.finallyBlock && parent.finallyBlock.statements.length > 0 && isWithin(removal, parent.finallyBlock))
      return true;
    if (!parent.catchClause) continue;
    if (isWithin(removal, parent.tryBlock)) {
      // The catch skips the removal, unless it makes up for it in ways of its own.
      return false;
    }
    return !leaves(parent.catchClause.block);
  }
  return false;
}

function leaves(block: ts.Block): boolean {
  let isLeft = false;
  const visit = (node: ts.Node): void => {
    if (isFunctionNode(node)) return;
    if (ts.isThrowStatement(node) || ts.isReturnStatement(node)) isLeft = true;
    else ts.forEachChild(node, visit);
  };
  visit(block);
  return isLeft;
}

/** The add's and the removal's statements in the block that holds both. */
function statementsOf(add: Add, removal: Removal): OperationEntry['block'] {
  const last = removal.node.parent as ts.Statement;
  const block = last.parent as ts.Block;
  const first = block.statements.find((s) => isWithin(add.node, s));
  return first && first !== last ? { first, last } : undefined;
}
