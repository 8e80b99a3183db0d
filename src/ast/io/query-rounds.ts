import type { FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import { listClasses, refOf } from '../names/symbol-ref.ts';
import { isChunked, isLiteralSized } from '../size/small-input.ts';
import {
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  type Invocation,
  isWithin,
  rootOfMembers,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInCatch } from '../where/conditions.ts';
import { type DataLoop, findDataLoop, runsOnce } from '../where/data-loop.ts';
import {
  asksForWritten,
  dependsOnLastRound,
  isInSomeRounds,
  isOnWayOut,
  isPaced,
  mayEndEarly,
} from '../where/rounds.ts';
import { isAwaitedOrReturned } from './queries.ts';
import { isAnswerOfMany, isPageOfAnswer, isRowQuery, rowListOf } from './row-lists.ts';

/** The loop over data around a call whose rounds follow one another for no reason. */
export function findRounds(call: Invocation, file: FileContext): DataLoop | undefined {
  const place = findDataLoop(call, file);
  if (!place || runsOnce(call, file)) return undefined;
  const { node } = place.repetition;
  if (isOnWayOut(call, node) || asksTableOfItem(call, node, file) || asksForWritten(call, node, file)) return undefined;
  return isInCatch(call, node) || isPaced(node, file) || dependsOnLastRound(call, node, file) ? undefined : place;
}

const naming = /^(?:from|into|table|getRepository|collection|model)$/;

/** `knex.select().from(entity.table)`: each round, or each call, asks a table of its own, which no query for all could. */
export function asksTableOfItem(call: Invocation, around: ts.Node, file: FileContext): boolean {
  const isOfRound = (name: ts.Identifier): boolean => {
    const binding = file.bindingOf(name);
    return binding !== undefined && !isWrittenOut(binding.declaration) && isWithin(binding.identifier, around);
  };
  for (let at = findMethodCall(call); at; at = findMethodCall(at.receiver)) {
    const [table] = at.call.arguments;
    if (!table || !naming.test(at.method)) continue;
    const root = rootOfMembers(skipWrappers(table));
    if (ts.isIdentifier(root) && isOfRound(root)) return true;
  }
  return namesTableOfItem(call, isOfRound, file);
}

/** `const table = 'orders'` */
function isWrittenOut(declaration: ts.Node): boolean {
  return ts.isVariableDeclaration(declaration) && findStringValue(declaration.initializer) !== undefined;
}

/** `FROM "${schema}"."${row.name}"`: the text of a statement ends so ahead of the name of a table. */
const aheadOfTable = /(?:\b(?:from|into|join|table)|^\s*update)\s+["`[]?$/i;

/** Whether a statement that is written out takes the name of its table from the round. */
function namesTableOfItem(call: Invocation, isOfRound: (name: ts.Identifier) => boolean, file: FileContext): boolean {
  const written = statementsOf(call, file);
  return written.some(({ head, templateSpans }) => {
    let isAhead = aheadOfTable.test(head.text);
    return templateSpans.some(({ expression, literal }) => {
      const root = rootOfMembers(skipWrappers(expression));
      if (isAhead && ts.isIdentifier(root) && isOfRound(root)) return true;
      // The schema stands ahead of the table.
      isAhead = (isAhead && /^["`\]]?\.["`[]?$/.test(literal.text)) || aheadOfTable.test(literal.text);
      return false;
    });
  });
}

/** What is handed over, also under a name. */
function statementsOf(call: Invocation, file: FileContext): ts.TemplateExpression[] {
  const given = ts.isCallExpression(call) ? call.arguments[0] : undefined;
  const value = given && skipWrappers(given);
  const declaration = value && ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const written = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : value;
  return written && ts.isTemplateExpression(written) ? [written] : [];
}

/** A loop that may end early, or reads a stream, whose rows are never all there. */
export function isWeakLoop(node: ts.Node, file: FileContext): boolean {
  if (mayEndEarly(node)) return true;
  return ts.isForOfStatement(node) && node.awaitModifier !== undefined && !isThere(node.expression, file);
}

/**
 * `for await (const user of users)` over an array, by its type or by the call that it was the answer of, which was waited
 * for: no stream.
 */
function isThere(over: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(over);
  if (isAnswerOfMany(value, file) || isPageOfAnswer(value, file)) return true;
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) return false;
  const { type, initializer } = declaration;
  if (type) return ts.isArrayTypeNode(type) || /^(?:Readonly)?Array</.test(type.getText(file.source));
  const made = initializer && skipWrappers(initializer);
  return made !== undefined && ts.isAwaitExpression(made) && isRowQuery(skipAwait(made), file);
}

/** Some of what hangs on one row: too few for a function of many keys to matter. */
export function isFewOfPart(call: ts.CallExpression, { repetition, over }: DataLoop, file: FileContext): boolean {
  return rowListOf(over, file) === 'part' && isInSomeRounds(call, repetition.node);
}

export interface HandedRound extends DataLoop {
  /** What is called for each. */
  to: SymbolRef;
}

/** `Promise.all(orders.map(presentOrder))`: a function that is named is called for each item, and the results are waited for. */
export function findHandedRound(call: ts.CallExpression, file: FileContext): HandedRound | undefined {
  const map = findMethodCall(call);
  const [given, ...others] = call.arguments;
  if (!map || !/^(?:map|flatMap)$/.test(map.method) || !given || others.length > 0) return undefined;
  const value = skipWrappers(given);
  if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return undefined;
  const all = findMethodCall(getOutermostWrapped(call).parent);
  if (!all || !/^all(?:Settled)?$/.test(all.method) || all.receiver.getText(file.source) !== 'Promise')
    return undefined;
  const over = map.receiver;
  if (!isAwaitedOrReturned(all.call) || isChunked(over, file) || isLiteralSized(over, file) || runsOnce(call, file))
    return undefined;
  const to = refOf(value, file, listClasses(file));
  return to && { repetition: { node: call, over }, over, to };
}
