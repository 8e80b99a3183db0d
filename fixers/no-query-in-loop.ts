import type { QueryInLoop } from '../rules/database/no-query-in-loop.ts';
import type { CalledQuery, QueryCall } from '../src/ast/io/queries.ts';
import { getOutermostWrapped } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { findRoundsOf, type Rounds, writeKeys } from './edit/find-rounds.ts';
import { indentationOf } from './edit/indentation-of.ts';
import { endWithComment } from './edit/insert-after-statement.ts';
import { findQueryAnswer, writeLookup } from './edit/look-up-rows.ts';
import { sureOfKey, whyNotBefore } from './edit/read-ahead.ts';
import { reindent } from './edit/reindent.ts';
import { findTextOfItem } from './edit/round-names.ts';
import { findKeyedQuery } from './edit/rows-at-once.ts';
import { findDrizzleQuery } from './edit/rows-of-drizzle.ts';
import { findKnexQuery } from './edit/rows-of-knex.ts';
import { writeStatementAtOnce } from './edit/statement-at-once.ts';
import { writeAhead } from './edit/write-ahead.ts';

export const fixer: Fixer<QueryInLoop> = {
  rule: 'no-query-in-loop',
  safety: 'review',
  changes:
    'asks for all rows in one query before the rounds and looks them up in a Map, by key or by the list of a key; writes and deletes in one statement',
  fix({ data }, file): Fix | Skip {
    const { query, call } = data;
    if (!query) return { skip: 'another file makes the query: it has to take many keys first' };
    const rounds = findRoundsOf(data);
    if ('skip' in rounds) return rounds;
    if (!isCalled(query)) return { skip: 'how its library writes a list of keys in a template is not known here' };
    if (call !== query.call) return { skip: 'the query stands in a helper, which has to take many keys first' };
    const loop = rounds.node;
    if (ts.isForOfStatement(loop) && isAlone(query.call, loop)) return writeAtOnce(query, rounds, loop, file);
    return readAhead(query, rounds, file);
  },
};

/** How the keyed query of a library is found that is built step by step. */
const findersOf: Partial<Record<CalledQuery['library'], typeof findKeyedQuery>> = {
  drizzle: findDrizzleQuery,
  knex: findKnexQuery,
};

function isCalled(query: QueryCall): query is CalledQuery {
  return ts.isCallExpression(query.call);
}

/** Whether a loop does nothing but wait for a statement whose answer nobody reads. */
function isAlone(call: ts.CallExpression, { statement }: ts.ForOfStatement): boolean {
  const awaited = getOutermostWrapped(call).parent;
  const holder = ts.isAwaitExpression(awaited) ? getOutermostWrapped(awaited).parent : undefined;
  return (
    !!holder &&
    ts.isExpressionStatement(holder) &&
    ts.isBlock(statement) &&
    statement.statements.length === 1 &&
    holder.parent === statement
  );
}

/** Columns that mostly hold dates, by their name. */
const ofTime = /(?:[dD]ate|[tT]ime(?:stamp)?|[dD]ay|At|_at)$/;

/** Columns of words, which a database may compare without regard to case. */
const ofText = /(?:[eE]?[mM]ail|[nN]ame|[sS]lug|[lL]ogin|[hH]andle|[tT]ag|[cC]ode|[sS]ku)$/;

const readNote =
  'all rows are read before the first round: a round no longer sees what an earlier one wrote, and rounds of one key share what was read';

function readAhead(query: CalledQuery, rounds: Rounds, file: FileContext): Fix | Skip {
  if (!/^(?:point|list)$/.test(query.kind))
    return { skip: 'it writes row by row: write all rows in one statement by hand' };
  const { call } = query;
  const answer = findQueryAnswer(call, rounds);
  if (!answer) return { skip: 'the query is not awaited on its own' };
  const round = { loop: rounds.node, file };
  const keyed = (findersOf[query.library] ?? findKeyedQuery)(query, round);
  if (typeof keyed === 'string') return { skip: keyed };
  if (ofTime.test(keyed.column)) return { skip: 'two dates that are equal are two keys of a Map' };
  const value = findTextOfItem(keyed.key, rounds.item, file);
  if (value === undefined) return { skip: 'the key is made in the round' };
  const reason = whyNotBefore(call, keyed.key, rounds, file);
  if (reason !== undefined) return { skip: reason };
  const sureness = sureOfKey(call, keyed.key, rounds, file);
  if (sureness === 'unsure') return { skip: 'the key may be missing: decide what the round does then' };
  const keys = writeKeys(rounds, value, sureness === 'tested', file);
  const { ahead, lookup } = writeLookup(keyed, keys, answer, rounds, file);
  const edits = writeAhead(rounds, ahead, file);
  if ('skip' in edits) return edits;
  return {
    edits: [lookup, ...edits],
    ...(keyed.imports && { imports: keyed.imports }),
    note: [
      readNote,
      ...(keyed.isList && !/(?:^|\.)_?id$/.test(value) ? ['a key that is null finds nothing'] : []),
      ...(ofText.test(keyed.column)
        ? ['keys that differ in case are not the same, whatever the database takes for equal']
        : []),
      ...(query.library === 'drizzle' ? ['before drizzle-orm 0.32.1 an empty list throws'] : []),
    ].join('; '),
  };
}

function writeAtOnce(query: CalledQuery, rounds: Rounds, loop: ts.ForOfStatement, file: FileContext): Fix | Skip {
  const code = writeStatementAtOnce(query, rounds, file);
  if (typeof code !== 'string') return code;
  const statement = (loop.statement as ts.Block).statements[0]!;
  const between = file.text.slice(loop.statement.getStart(file.source), statement.getStart(file.source));
  if (/\/[/*]/.test(between)) return { skip: 'a comment stands in the loop' };
  const behind = endWithComment(statement, file);
  const hasComment = behind !== statement.end;
  return {
    edits: [
      {
        start: loop.getStart(file.source),
        end: hasComment ? statement.end : loop.end,
        text: reindent(`await ${code};`, indentationOf(loop, file), file),
      },
      ...(hasComment ? [{ start: behind, end: loop.end, text: '' }] : []),
    ],
    note: 'one statement: either all rows are written or none, and hooks or errors of single rows are gone',
  };
}
