import type { FileContext } from '../../model/file-context.ts';
import type { FunctionDeed, LinkCondition, SymbolRef } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { type Invocation, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { DataLoop } from '../where/data-loop.ts';
import { hasDatabase } from './query-libraries.ts';
import { isCaught, readDeeds, worthOf } from './query-worth.ts';

/** What another function must do for a call of it in a loop to be a query a round. */
export interface CalleeQueries {
  asks: LinkCondition;
  /** "It only reads, and so do the others that a round waits for"; undefined where the loop is worth no query of many rows. */
  onlyReads: LinkCondition | undefined;
  /** See `LoopWorth` in `query-worth.ts`. */
  isAlone: boolean;
}

/** Undefined where the loop is not one over rows. */
export function findCalleeQueries(
  call: ts.CallExpression,
  to: SymbolRef,
  { repetition, over }: DataLoop,
  file: FileContext,
): CalleeQueries | undefined {
  const { reads, writes, isAlone, areRows, othersRead } = worthOf(call, repetition, over, file);
  const readsOf = reads ? [...readDeeds.filter((deed) => deed !== 'query:unique' || !isAtOnce(repetition.node))] : [];
  if (reads && call.arguments.some(isListOfOne)) readsOf.push('query:many');
  const deeds: FunctionDeed[] = [...readsOf];
  if (writes && !isCaught(call, repetition.node)) deeds.push('query:insert', 'query:delete');
  if (deeds.length === 0) return undefined;
  const does = (wanted: readonly FunctionDeed[]): LinkCondition => ({
    kind: 'callee-does',
    to,
    deeds: wanted,
    given: call.arguments.length,
  });
  return {
    asks: allOf(does(deeds), areRows, hasDatabase)!,
    onlyReads:
      readsOf.length > 0
        ? allOf(
            does(readsOf),
            // What another service takes to answer leaves little to win by one query for all.
            { kind: 'not', of: does(['query:insert', 'query:delete', 'writes', 'sends']) },
            isAlone ? othersRead : undefined,
          )
        : undefined,
    isAlone,
  };
}

/** `User.findById(id)`, which is a query where the project has the library: else it may be what this class asks itself. */
export function findModelQueries(
  call: Invocation,
  isOfLibrary: LinkCondition,
  place: DataLoop,
  file: FileContext,
): Pick<CalleeQueries, 'asks' | 'onlyReads'> | undefined {
  if (!ts.isCallExpression(call)) return undefined;
  const to = findCallee(call, file);
  const own = to && findCalleeQueries(call, to, place, file);
  return own && { asks: anyOf(isOfLibrary, own.asks), onlyReads: own.onlyReads && anyOf(isOfLibrary, own.onlyReads) };
}

/** Prisma gathers what is looked up at once. */
function isAtOnce(loop: ts.Node): boolean {
  return ts.isCallExpression(loop);
}

/** `findByIds([user.id])`: what could be asked for all of them. */
function isListOfOne(argument: ts.Expression): boolean {
  const value = skipWrappers(argument);
  return ts.isArrayLiteralExpression(value) && value.elements.length === 1 && !ts.isSpreadElement(value.elements[0]!);
}
