import {
  callsPause,
  changesAttempt,
  changesSubject,
  endsOnFailure,
  endsOnSuccess,
  findRetryLoop,
  goesOn,
  goesOtherWay,
  isCountedRetry,
  isEndless,
  isLocked,
  isOneOfMany,
  isPacedByRound,
  isPauseOrRepair,
  isToldOfError,
  leavesAlways,
  leavesWithoutConnection,
  mayGiveUp,
  withoutTexts,
} from '../../src/ast/io/attempts.ts';
import { findOnlyEnd, isOpenLoop } from '../../src/ast/io/endless-tries.ts';
import { findRunAnew, keepsHead } from '../../src/ast/io/kept-failed.ts';
import { findJitterLeftOut } from '../../src/ast/io/library-jitter.ts';
import { waitsForEvents } from '../../src/ast/listeners/event-wait.ts';
import { listCallsOf } from '../../src/ast/names/functions.ts';
import { findEnclosingFunction, isWithin, type LoopNode } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { findRestartAtOnce, restartWords } from '../../src/ast/where/restart-at-once.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { contains } from '../../src/ast/within.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface NaiveRetry {
  fault: 'endless' | 'timed' | 'immediate' | 'fixed' | 'jitter';
  /** The loop around the attempt, or the call of a library. */
  loop: LoopNode | ts.CallExpression | undefined;
  attempt: ts.TryStatement | undefined;
}

/** What is tried brings pauses of its own: it retries, or asks a limiter first. */
const pacedName = /withRetr|untilSuccess|limiter/i;
/** A person answers first. */
const askingName = /\b(?:\w*[pP]rompt\w*|\w*[qQ]uestion|inquirer|readline\w*)\b/;

const howAtOnce = {
  timed: 'at once, as often as its time allows',
  endless: 'at once and without end',
  immediate: 'at once, with no pause between',
} as const;

export const rule = defineRule<NaiveRetry>({
  id: 'no-naive-retry',
  category: 'database',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: 'A failed attempt is repeated {how}.',
  why: 'When a dependency is down or slow, retries multiply the calls that reach it just when it can bear them least, and clients that retry in step come back in waves.',
  advice:
    'Retry a few times with pauses that grow and vary (`retry` of @plimsoll/runtime, decorrelated jitter), and give up with the last error.',
  limits: [
    'It is `likely` where nothing but success, the kind of a failure that does not go by, or a time of five seconds and more ends the tries, and nothing waits between them; so it is where what could not be sent stays in its queue, or is put back, and the next run begins at once. Else it is `possible`: who knows the service knows what a failed attempt meets there, some tries do no harm, and what goes on to the next of several looks the same.',
    'What waits for a person is left alone.',
    'A wait for an event that is taken up again, and a loop that ends with its connection, are left alone.',
    'A restart from the event that tells of the end is one where a start that fails ends so too: child processes, workers, sockets, requests of `http`. What counts its starts, or takes the next of a queue, is left alone.',
    'Whether an error is worth a retry at all is not judged.',
  ],
  mentions: ['catch&await', 'p-retry', 'exponential-backoff', ...restartWords],
  visit: {
    TryStatement: (node, file) => (hasTooling(file) ? undefined : judgeTry(node, file)),
    CallExpression: (node, file) => judgeLibrary(node, file) ?? judgeRestart(node, file),
    BinaryExpression: (node, file) => judgeRestart(node, file),
  },
});

function judgeTry(node: ts.TryStatement, file: FileContext): Match<NaiveRetry> | undefined {
  if (!node.catchClause || !contains(node.tryBlock, ts.isAwaitExpression)) return undefined;
  if (waitsForEvents(node.tryBlock)) return undefined;
  const loop = findRetryLoop(node);
  const found = loop ? judgeLoop(node, loop, file) : judgeRecursion(node, file);
  return found ?? judgeRun(node, file);
}

/** The next run begins at once, with what has failed still waiting. */
function judgeRun(attempt: ts.TryStatement, file: FileContext): Match<NaiveRetry> | undefined {
  const { run, again } = findRunAnew(attempt, file) ?? {};
  const data = { fault: 'endless' as const, loop: undefined, attempt };
  return run && report(run, data, 'at once and without end', { again: again!, isSure: true });
}

function judgeLoop(attempt: ts.TryStatement, loop: LoopNode, file: FileContext): Match<NaiveRetry> | undefined {
  if (ts.isForOfStatement(loop) || ts.isForInStatement(loop)) return undefined;
  const isOfHead = keepsHead(attempt, loop, file);
  const isOpen = isOfHead || isOpenLoop(loop, file);
  if (!isOpen && !isCountedRetry(loop, file)) return undefined;
  // Without a way out on success it is a worker's loop, not a retry.
  if (!isOfHead && !endsOnSuccess(attempt, loop)) return undefined;
  const clause = attempt.catchClause!;
  // A catch that always leaves, or ends the loop by what it sets, does not retry.
  const isEnd = leavesAlways(clause.block) || endsOnFailure(attempt, loop);
  if (isEnd && !contains(clause.block, ts.isContinueStatement)) return undefined;
  const text = loop.getText(file.source);
  if (pacedName.test(attempt.tryBlock.getText(file.source)) || askingName.test(text)) return undefined;
  const pauses = callsPause(text);
  const isLimited = mayGiveUp(attempt, loop, file);
  if (changesSubject(attempt, loop, file) || changesAttempt(attempt, loop, file)) return undefined;
  if (!pauses && contains(clause.block, isPauseOrRepair)) return undefined;
  if (isOpen && leavesWithoutConnection(loop, file)) return undefined;
  const isEndlessByHead = isOfHead || isEndless(loop);
  if (!pauses) {
    const isUnlimited = isEndlessByHead && !isLimited;
    const end = isUnlimited ? 'kind' : isOpen && !isOfHead ? findOnlyEnd(attempt, loop, file) : undefined;
    const fault = end === 'time' ? 'timed' : end ? 'endless' : 'immediate';
    return report(loop, { fault, loop, attempt }, howAtOnce[fault], {
      isSure: end !== undefined && !isPacedByRound(attempt, loop),
    });
  }
  if (isEndlessByHead && !isLimited && !/Math\.random|jitter|\*\*|Math\.pow|Math\.min|\*=|backoff/i.test(text)) {
    return report(loop, { fault: 'endless', loop, attempt }, 'without end, after the same pause each time');
  }
  return undefined;
}

function report(
  loop: ts.Node,
  data: NaiveRetry,
  how: string,
  { again, isSure }: { again?: ts.Node; isSure?: boolean } = {},
): Match<NaiveRetry> {
  return {
    at: again ?? data.attempt?.catchClause ?? loop,
    ...(!isSure && { confidence: 'possible' as const }),
    values: { how },
    related: [{ at: loop, note: 'repeats the attempt' }],
    data,
  };
}

/** `catch { return connect(); }`: the function calls itself after a failure, with nothing that ends it. */
function judgeRecursion(attempt: ts.TryStatement, file: FileContext): Match<NaiveRetry> | undefined {
  const fn = findEnclosingFunction(attempt);
  const clause = attempt.catchClause!;
  const calls = fn ? listCallsOf(fn, file) : [];
  const again = calls.find((call) => isWithin(call, clause.block));
  // It goes on after a success too: a worker, as a loop without a way out is.
  if (
    !fn ||
    !again ||
    calls.some((call) => isWithin(call, attempt.tryBlock) && findEnclosingFunction(call) === fn) ||
    goesOn(again) ||
    isToldOfError(again, clause) ||
    isLocked(attempt, fn, file) ||
    goesOtherWay(attempt, fn, file) ||
    isOneOfMany(attempt, fn)
  )
    return undefined;
  const body = withoutTexts(clause.block, file);
  const isGuarded =
    contains(clause.block, (n) => ts.isIfStatement(n) || ts.isThrowStatement(n) || ts.isConditionalExpression(n)) ||
    (fn.body && /attempt|retr(?:y|ies)|tries|count/i.test(withoutTexts(fn.body, file)));
  const isCounted = /count|retr|attempt|tries/i.test(body);
  const pauses = callsPause(body);
  if (!pauses && contains(clause.block, (n) => isPauseOrRepair(n) && !isWithin(again, n))) return undefined;
  const data = { loop: undefined, attempt };
  if (isGuarded && pauses)
    return isCounted && !/Math\.random|jitter|\*\*|Math\.pow|\*\s*2|2\s*\*/i.test(body)
      ? report(fn, { fault: 'fixed', ...data }, 'after the same pause each time', { again })
      : undefined;
  if (isGuarded)
    return isCounted && /\+\+|--|[-+]=? ?1\b/.test(body)
      ? report(fn, { fault: 'immediate', ...data }, 'at once, with no pause between', { again })
      : undefined;
  const how = pauses ? 'without end, after the same pause each time' : 'at once and without end';
  return report(fn, { fault: 'endless', ...data }, how, { again, isSure: !pauses });
}

/** What has ended is started anew from the event that tells of it, also when each start fails. */
function judgeRestart(node: ts.CallExpression | ts.BinaryExpression, file: FileContext): Match<NaiveRetry> | undefined {
  const found = findRestartAtOnce(node, file);
  const data: NaiveRetry = { fault: 'endless', loop: undefined, attempt: undefined };
  return found && report(found.start, data, 'at once and without end', { again: found.again, isSure: true });
}

function judgeLibrary(call: ts.CallExpression, file: FileContext): Match<NaiveRetry> | undefined {
  const found = findJitterLeftOut(call, file);
  return (
    found && {
      at: call,
      confidence: 'possible',
      values: {
        how: `after pauses that all clients share: \`${found.module}\` has its \`${found.option}\` off by default`,
      },
      data: { fault: 'jitter', loop: call, attempt: undefined },
    }
  );
}
