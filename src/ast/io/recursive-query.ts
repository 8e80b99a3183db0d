import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listCallsOf } from '../names/functions.ts';
import { findEnclosingFunction, getOutermostWrapped, isWithin, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isPaced } from '../where/rounds.ts';
import { findRepetition, type Repetition } from '../where/where.ts';
import { findQuery, isAwaitedOrReturned, isRun, type QueryCall } from './queries.ts';

/** A query whose rows are each handed to the function that makes it: one query for each node of a tree. */
export interface RecursiveQuery {
  query: QueryCall;
  /** The function's call of itself. */
  again: ts.CallExpression;
  /** What repeats that call: the walk over the rows. */
  repetition: Repetition;
  over: ts.Expression;
  /** What must hold besides for it to be run for many. */
  isListed?: LinkCondition;
  /** It asks for one that is named by who asks, and is hardly run for each of many. */
  isOfOne?: boolean;
}

/** Judges a query outside of loops by what its function does with the rows. */
export function findRecursiveQuery(call: ts.CallExpression, file: FileContext): RecursiveQuery | undefined {
  const rows = rowsOf(call);
  const fn = rows && findEnclosingFunction(call);
  if (!fn || findRepetition(call)) return undefined;
  const query = findQuery(call, file);
  if (query?.kind !== 'list' || !isRun(call, query)) return undefined;
  for (const again of listCallsOf(fn, file)) {
    if (!isWithin(again, fn) || !isAwaitedOrReturned(again)) continue;
    for (let round = findRepetition(again); round?.over; round = findRepetition(round.node)) {
      const over = skipAwait(round.over);
      if (!ts.isIdentifier(over) || file.bindingOf(over)?.identifier !== rows || !isWithin(round.node, fn)) continue;
      if (!isPaced(round.node, file)) return { query, again, repetition: round, over };
    }
  }
  return undefined;
}

/** `const rows = await find(…)`, `const { rows } = …`. */
function rowsOf(call: ts.CallExpression): ts.Identifier | undefined {
  const awaited = getOutermostWrapped(call).parent;
  if (!ts.isAwaitExpression(awaited)) return undefined;
  const holder = getOutermostWrapped(awaited).parent;
  if (!ts.isVariableDeclaration(holder)) return undefined;
  if (ts.isIdentifier(holder.name)) return holder.name;
  for (const element of holder.name.elements) {
    if (!ts.isBindingElement(element) || !ts.isIdentifier(element.name)) continue;
    if ((element.propertyName ?? element.name).getText() === 'rows') return element.name;
  }
  return undefined;
}
