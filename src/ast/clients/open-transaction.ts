import type { Binding, FileContext } from '../../model/file-context.ts';
import { asksForHeld, findLeaks, isAbsence, type Leak, mayThrow } from '../handles/release-paths.ts';
import { isTakenWhere } from '../handles/taken-here.ts';
import {
  calleeName,
  type FunctionNode,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInCatch, isInFinally } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import { findLent, listAskedNames } from './lent-connection.ts';

/** A transaction that its function commits, and leaves open on some way out. */
export interface OpenTransaction {
  /** `sequelize.transaction()`. */
  call: ts.CallExpression;
  binding: Binding;
  leaks: readonly Leak[];
  ends: readonly ts.CallExpression[];
}

const beginning = /^(?:transaction|startTransaction|beginTransaction|begin)$/;
const ending = /commit|rollback|abort|complete/i;

/**
 * `const t = await sequelize.transaction(); await check(); try { …; await t.commit(); } catch (e) { await t.rollback(); }`:
 * of knex, Sequelize, Objection and Lucid, a transaction is a connection of the pool until it is committed or rolled back.
 */
export function findOpenTransaction(
  begin: ts.CallExpression,
  fn: FunctionNode,
  file: FileContext,
): OpenTransaction | undefined {
  const target = findMethodCall(begin);
  if (!target || !beginning.test(target.method) || begin.arguments.some((given) => isFunctionNode(skipWrappers(given))))
    return undefined;
  // `await connection.transaction(level)()`: a provider, which begins when it is called.
  const outer = getOutermostWrapped(begin);
  const call = ts.isCallExpression(outer.parent) && outer.parent.expression === outer ? outer.parent : begin;
  const awaited = getOutermostWrapped(call).parent;
  const lent = ts.isAwaitExpression(awaited) ? findLent(call, fn, file) : undefined;
  if (!lent || !isWithin(lent.binding.scope.node, fn)) return undefined;
  const { binding } = lent;
  const ends = listEnds(binding, fn, file);
  const isCommitted = ends.some((end) => isOwnEnd(end, binding, file) && findMethodCall(end)?.method === 'commit');
  if (!isCommitted || !isOfPool(binding, ends) || isGivenOut(binding)) return undefined;
  const told = [...lent.flags, ...listSetBeside(awaited)];
  const known = new Set<ts.Node>(ends);
  const leaks = findLeaks(
    fn,
    {
      acquire: awaited,
      isRelease: (node) => known.has(node),
      isGuard: (condition, isOfRelease) =>
        isTakenWhere(condition, lent.asked, file) !== undefined || asksForHeld(binding, condition, isOfRelease),
      isAbsence: (condition) => !(isTakenWhere(condition, lent.asked, file) ?? !isAbsence(condition)),
      isFlag: (condition) =>
        isFlagOfEnd(condition, fn) ||
        listAskedNames(condition).some((name) => told.includes(name) && name !== binding.name),
      canThrow: (node) => mayThrow(node, file) && !isAheadOfRollback(node, ends, fn),
    },
    file,
  );
  // What only the handling of a failure still does seldom fails itself.
  const felt = leaks.filter(({ outcome, at }) => outcome !== 'throw' || !isInCatch(at, fn));
  return felt.length > 0 ? { call: begin, binding, leaks: felt, ends } : undefined;
}

/** In a branch that then rolls back: `if (!saved) { await report(); await t.rollback(); return; }`. */
function isAheadOfRollback(node: ts.Node, ends: readonly ts.CallExpression[], fn: FunctionNode): boolean {
  const rollbacks = ends.filter((end) => end.pos > node.pos && /rollback|abort/i.test(calleeName(end)));
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    const isBranch = ts.isIfStatement(parent) && parent.expression !== at;
    if (isBranch && rollbacks.some((end) => isWithin(end, at))) return true;
  }
  return false;
}

/** `if (!given) { t = await db.transaction(); isOwn = true; }`: names that tell of it from then on. */
function listSetBeside(begun: ts.Node): string[] {
  let at = begun;
  while (!ts.isStatement(at)) at = at.parent;
  if (!ts.isBlock(at.parent) || !ts.isIfStatement(at.parent.parent)) return [];
  return at.parent.statements.flatMap((statement) => {
    const set = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    return set && isAssignment(set) && ts.isIdentifier(set.left) && set.right.kind === ts.SyntaxKind.TrueKeyword
      ? [set.left.text]
      : [];
  });
}

/** `t.commit()`, `rollback(t)`. */
function listEnds(binding: Binding, fn: FunctionNode, file: FileContext): ts.CallExpression[] {
  return listNodesWithin('CallExpression', fn, file).filter((call) => {
    const name = calleeName(call);
    if (!ending.test(name)) return false;
    return isOwnEnd(call, binding, file) || call.arguments.some((given) => isHeld(skipWrappers(given), binding, file));
  });
}

function isOwnEnd(call: ts.CallExpression, binding: Binding, file: FileContext): boolean {
  const target = findMethodCall(call);
  return target !== undefined && isHeld(skipWrappers(target.receiver), binding, file);
}

function isHeld(node: ts.Node, binding: Binding, file: FileContext): boolean {
  return ts.isIdentifier(node) && file.bindingOf(node) === binding;
}

/**
 * Rolled back somewhere, or handed to queries as theirs: `{ transaction: t }`, `.transacting(t)`, `t('users')`; a store of a
 * browser is not.
 */
function isOfPool({ references }: Binding, ends: readonly ts.CallExpression[]): boolean {
  if (ends.some((end) => /rollback/i.test(end.expression.getText()))) return true;
  return references.some((reference) => {
    const { parent } = reference;
    if (ts.isPropertyAssignment(parent)) return /^(?:transaction|trx|transacting)$/.test(parent.name.getText());
    if (ts.isShorthandPropertyAssignment(parent)) return /^(?:transaction|trx)$/.test(parent.name.text);
    if (!ts.isCallExpression(parent)) return false;
    const isCalled = parent.expression === reference && ts.isStringLiteralLike(parent.arguments[0] ?? parent);
    return isCalled || findMethodCall(parent)?.method === 'transacting';
  });
}

/** Returned or stored, by itself or in an object: whoever has it may end it. What is handed it for a call uses it. */
function isGivenOut({ references, writes }: Binding): boolean {
  return references.some((reference) => {
    if (writes.includes(reference)) return false;
    let outer = getOutermostWrapped(reference);
    while (ts.isObjectLiteralExpression(outer.parent.parent) && !ts.isSpreadAssignment(outer.parent))
      outer = getOutermostWrapped(outer.parent.parent);
    const { parent } = outer;
    if (isAssignment(parent)) return parent.right === outer;
    return (
      ts.isReturnStatement(parent) ||
      ts.isYieldExpression(parent) ||
      ts.isArrayLiteralExpression(parent) ||
      (ts.isArrowFunction(parent) && parent.body === outer) ||
      (ts.isVariableDeclaration(parent) && outer === getOutermostWrapped(reference))
    );
  });
}

/** `finally { if (!isCommitted) … }`: a name that only tells whether it ended. */
function isFlagOfEnd(condition: ts.Expression, fn: FunctionNode): boolean {
  return (isInFinally(condition) || isInCatch(condition, fn)) && /^[!\s\w.$?&|()]+$/.test(condition.getText());
}
