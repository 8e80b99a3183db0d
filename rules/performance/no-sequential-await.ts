import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { reachesServer } from '../../src/ast/clients/embedded-database.ts';
import { notOnGivenConnection } from '../../src/ast/clients/given-connection.ts';
import { fillsCache } from '../../src/ast/containers/cache-fill.ts';
import {
  eachSends,
  fewReads,
  hasSent,
  isFewAndQuick,
  isLittleGained,
  isPageAndTotal,
  isRunForAll,
  isWeakRounds,
  isWorthTogether,
  listAsked,
  listSent,
  notCached,
  toServer,
} from '../../src/ast/io/await-worth.ts';
import {
  type AwaitedElements,
  type AwaitedMembers,
  findAwaitedElements,
  findAwaitedMembers,
} from '../../src/ast/io/awaited-elements.ts';
import {
  findIndependentRounds,
  type IndependentRounds,
  isInTransaction,
  type ListLoop,
} from '../../src/ast/io/independence.ts';
import {
  findIndependentReads,
  type IndependentReads,
  isContinued,
  isOrderMeant,
  startsWithRead,
} from '../../src/ast/io/independent-reads.ts';
import { findSize } from '../../src/ast/size/size.ts';
import { findEnclosingFunction } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { oncePath, runsOnce } from '../../src/ast/where/data-loop.ts';
import { findEntryPoint } from '../../src/ast/where/entry-points.ts';
import { openInLibrary } from '../../src/ast/where/under-load.ts';
import {
  closeToRequests,
  findRepetition,
  onAskedPath,
  onReadPath,
  onRequestPath,
  runsForUsers,
} from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export type SequentialAwait =
  | { kind: 'loop'; rounds: IndependentRounds }
  | { kind: 'statements'; reads: IndependentReads }
  | { kind: 'elements'; elements: AwaitedElements }
  | { kind: 'members'; members: AwaitedMembers };

export const rule = defineRule<SequentialAwait>({
  id: 'no-sequential-await',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: '{what} wait for one another though none needs the other: the time is the sum of all of them.',
  why: 'Each await is a round trip. Twenty reads of 20 ms take 420 ms one after another and 21 ms together, and the request holds its memory and its connection all the while.',
  advice:
    'In a loop use mapLimit, which runs some ten at a time and keeps the order and the first error (a plain Promise.all over rows starts them all at once); neighbouring reads go into one Promise.all. For rows, one query for all is better still.',
  limits: [
    'Only reads are judged, for writes may meet in one record, and what a round of a loop sends to another host where it deals with its failure and goes on.',
    'A loop that counts is judged where it starts at a written number and each call is handed the counter; one up to a number that is written out, or named as a limit, is left alone.',
    'Loops with an early exit, shared state, a transaction, a pause, chunks, pages or retries are left alone, and those over a list that is written out or few by its name. Where nothing says that it grows with data, only what is surely read over the network counts; queries only where each round asks another table.',
    'Two reads side by side are `possible` but where a route for reading (GET, a query) starts with them and both go to another service (a call of a known HTTP library, or of what is called `…Client`, `…Api` and is no database): the quicker one is all that is won, of two queries a millisecond; so are three of which no two ask for several things (`getTags`), outside of loops.',
    'The values of one object (`{ a: await a(), b: await b() }`) are weighed as neighbouring reads are, where all that are waited for are read.',
    'What a `Promise.all` is handed as `[await a(), await b()]` is `likely` in what answers requests or a library offers, and `possible` where one of them writes.',
    'Fewer than five reads of what somebody does now and then (approves, invites, removes), or that a cache may answer, and those whose order a comment explains by who may go on, or says is meant, are `possible`. What one connection answers, taken out of a pool before or handed in, is left alone; where only its name says so (`connection`), it is `possible`.',
    'Reads that are made for all elements at once (`Promise.all(rows.map(async …))`) are `possible`: those of the others go on meanwhile.',
    'A loop is `likely` where users read (no action of theirs), in the handler and up to three calls below it, and each round waits for another service; what asks the own database, most often for a handful, what a round sends for its effect, a list that the program keeps, and where what is called keeps the answers, are `possible`.',
    'What changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL), and what is a chore by the name of its file or route (a report, an export, an upload, a synchronisation, settings), is asked for by few: `possible`.',
    'Reads of local files, for administrators or background jobs and in code of the browser are `possible`; queries of a project that sets up SQLite alone run one after another anyway, and what it reads otherwise is `possible`, but for calls of other hosts.',
  ],
  mentions: ['await'],
  // One after another: two of them, or one in a loop.
  shapes: { await: /await[\s\S]*await|\bfor\b/ },
  visit: {
    ForOfStatement: judgeLoop,
    ForInStatement: judgeLoop,
    ForStatement: judgeLoop,
    AwaitExpression(node, file) {
      const found = judgeElements(node, file) ?? judgeMembers(node, file) ?? judgeNeighbours(node, file);
      return found && !isInTransaction(node, file) ? found : undefined;
    },
  },
});

function judgeElements(node: ts.AwaitExpression, file: FileContext): Match<SequentialAwait> | undefined {
  const elements = findAwaitedElements(node, file);
  if (!elements) return undefined;
  return {
    at: node,
    ...((elements.hasWrite || isLittleGained(elements.calls, file)) && { confidence: 'possible' as const }),
    values: { what: `The ${elements.calls.length} calls of one Promise.all` },
    when: allOf(runsForUsers(node, file), notOnGivenConnection(elements.calls, file)),
    sureWhen: allOf(anyOf(onAskedPath(node, file), openInLibrary(node, file)), toServer(elements.calls, file)),
    data: { kind: 'elements', elements },
  };
}

function judgeMembers(node: ts.AwaitExpression, file: FileContext): Match<SequentialAwait> | undefined {
  const members = findAwaitedMembers(node, file);
  const what = `${members?.calls.length} reads for one object`;
  return members && judgeReads(node, members, what, { kind: 'members', members }, file);
}

function judgeNeighbours(node: ts.AwaitExpression, file: FileContext): Match<SequentialAwait> | undefined {
  const statement = node.parent.parent?.parent;
  if (!statement || !ts.isVariableStatement(statement) || !ts.isBlock(statement.parent)) return undefined;
  if (!startsWithRead(statement, file) || isContinued(statement, file)) return undefined;
  const reads = findIndependentReads(statement, file);
  const what = `${reads?.calls.length} neighbouring reads`;
  return reads && judgeReads(node, reads, what, { kind: 'statements', reads }, file);
}

function judgeReads(
  node: ts.AwaitExpression,
  reads: IndependentReads | AwaitedMembers,
  what: string,
  data: SequentialAwait,
  file: FileContext,
): Match<SequentialAwait> {
  return {
    at: node,
    ...(isWeak(reads, node, file) && { confidence: 'possible' as const }),
    values: { what },
    // What two reads save counts where a request begins; deeper, few would notice.
    when: allOf(
      reads.calls.length > 2 ? onRequestPath(node, file) : closeToRequests(node, isPageAndTotal(reads) ? 2 : 0, file),
      ...listAsked(reads),
      reachesServer(reads.calls, file),
      notOnGivenConnection(reads.calls, file),
    ),
    sureWhen: allOf(
      ...(reads.calls.length < manyReads && !findRepetition(node)
        ? [onReadPath(node, file), ...notCached(reads.calls, file)]
        : [onAskedPath(node, file)]),
      toServer(reads.calls, file),
      // The quicker of two is all that is won: of two queries a millisecond, and one more connection is taken.
      reads.calls.length < fewReads ? eachSends(reads.calls, file) : undefined,
    ),
    data,
  };
}

function judgeLoop(loop: ListLoop, file: FileContext): Match<SequentialAwait> | undefined {
  const rounds = oncePath.test(file.path) ? undefined : findIndependentRounds(loop, file);
  if (!rounds || runsOnce(loop, file) || isInTransaction(loop, file) || !isWorthTogether(rounds, file))
    return undefined;
  const size = findSize(rounds.over, file);
  const over = rounds.over.getText(file.source).replace(/\s+/g, ' ').slice(0, 60);
  return {
    at: rounds.calls[0]!.parent,
    ...(isWeakRounds(rounds, file) && { confidence: 'possible' as const }),
    values: { what: `The ${hasSent(rounds, file) ? 'requests' : 'reads'} for each of ${over}` },
    ...(size.size === 'large' && { related: [{ at: size.at, note: size.why }] }),
    when: allOf(
      runsForUsers(loop, file),
      notOnGivenConnection(rounds.calls, file),
      ...listAsked(rounds),
      ...listSent(rounds),
    ),
    // Nobody waits for timers and jobs; deeper still it is one step of many. Lists are a handful more often than not.
    sureWhen: allOf(
      closeToRequests(loop, 3, file),
      onReadPath(loop, file),
      ...notCached(rounds.calls, file),
      eachSends(rounds.calls, file),
    ),
    data: { kind: 'loop', rounds },
  };
}

/** So many add up whoever waits, even in what somebody does once in a while. */
const manyReads = 5;

function isWeak(reads: IndependentReads | AwaitedMembers, node: ts.AwaitExpression, file: FileContext): boolean {
  const isShort = isFewAndQuick(reads, node) && !isOfPage(node, file);
  const isMeant = 'statements' in reads && isOrderMeant(reads, file);
  return isShort || isMeant || isLittleGained(reads.calls, file) || fillsCache(node, file) || isRunForAll(node);
}

/** In a handler that answers with what it reads: a page or a list, loaded by everybody who opens it. */
function isOfPage(node: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(node);
  const { label } = (fn && findEntryPoint(fn, file)) ?? {};
  return /^(?:@?get\b|tRPC query|load(?:er)? |Next get)/i.test(label ?? '');
}
