import type { FileContext } from '../model/file-context.ts';
import { isInCatch } from './conditions.ts';
import { type DataLoop, findDataLoop, runsOnce } from './data-loop.ts';
import { dependsOnLastRound, isInSomeRounds, isPaced, mayEndEarly } from './rounds.ts';
import { rowListOf } from './row-lists.ts';
import { ts } from './ts.ts';

/** The loop over data around a call whose rounds follow one another for no reason. */
export function findRounds(call: ts.CallExpression, file: FileContext): DataLoop | undefined {
  const place = findDataLoop(call, file);
  if (!place || runsOnce(call, file)) return undefined;
  const { node } = place.repetition;
  return isInCatch(call, node) || isPaced(node, file) || dependsOnLastRound(call, node, file) ? undefined : place;
}

/** A loop that may end early, or reads a stream, whose rows are never all there. */
export function isWeakLoop(node: ts.Node): boolean {
  return mayEndEarly(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
}

/** Some of what hangs on one row: too few for a function of many keys to matter. */
export function isFewOfPart(call: ts.CallExpression, { repetition, over }: DataLoop, file: FileContext): boolean {
  return rowListOf(over, file) === 'part' && isInSomeRounds(call, repetition.node);
}
