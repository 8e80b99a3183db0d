import { anyOf } from '../../src/ast/all-of.ts';
import { isRowsOfRead } from '../../src/ast/io/rows-of-read.ts';
import { together } from '../../src/ast/mention-words.ts';
import { shownText } from '../../src/ast/names/shown-text.ts';
import {
  findJsonRoundTrip,
  isJson,
  isJsonHandedIn,
  isShort,
  isShownLong,
  type JsonRoundTrip,
} from '../../src/ast/size/json-round-trip.ts';
import { findLargeBody, isOfRouter } from '../../src/ast/size/large-body.ts';
import { sizeOf } from '../../src/ast/size/size.ts';
import { findEnclosingFunction, findStringValue } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import { openInLibrary } from '../../src/ast/where/under-load.ts';
import { onRequestPath, onUsersPath, runsAsItLives } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

/** JSON for nothing, or a limit that lets a body of any size in. */
export type BlockingJson = JsonRoundTrip | { kind: 'body'; call: ts.CallExpression };

const texts: Readonly<Record<JsonRoundTrip['kind'], string>> = {
  clone: 'is turned into JSON and back only to copy it',
  compare: 'is turned into JSON only to compare it',
  cache: 'is turned into JSON for a cache of this very process, and parsed at each look-up',
  answer: 'of every answer is turned into JSON and back, before the framework turns it into JSON once more',
  log: 'is turned into JSON for a log line that is dropped unless its level is on',
};

export const rule = defineRule<BlockingJson>({
  id: 'no-blocking-json',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 20,
  message: '{value} {what}: all other requests wait for the whole of it.',
  why: 'JSON is made and read in one go on the thread that serves all requests, at about 10 ms for a megabyte each way; what is copied, compared or cached this way grows with the rows and the payload.',
  advice:
    'Copy with structuredClone or only what is changed, compare ids or versions, keep values themselves in a cache of the process, and hand the object to the logger. Do not parse in a worker and send the whole object back: that is slower at every size.',
  limits: [
    'It is `likely` only where a request waits for a copy or a comparison of what this file shows to grow with data, where a package copies the rows that its users read, and around a cache of the process and in an interceptor of all answers; one answer that is cached for a key and not shown to grow, what is only called after many, one row, all rows of a table (how many there are is not shown), bodies of requests (limited by what parses them), what runs by a timer or for an event, and log lines are `possible`.',
    'What is one text by its name (an id, an address, a name) is not judged, nor what MySQL answers a write with.',
    'What is put under a key as text, by itself or as a field of an entry, counts where the same class, or the file, parses that field; a text that is also used otherwise (sent, say) is left alone where it has a name.',
    'A store in memory that stands in for one on a disk is left alone: its values are copies by contract.',
    'Bodies that frameworks parse and send are not judged, but for a limit of 100 MB and more for all paths; that of a router is `possible` in a program whose application reads all bodies itself.',
  ],
  mentions: ['JSON.stringify', ...together(['limit:'], ['json(', "'json'"])],
  visit: {
    CallExpression(call, file) {
      const limit = findLargeBody(call, file);
      if (limit) return judgeBody(call, limit, file);
      if (!isJson(call, 'stringify') || !findEnclosingFunction(call)) return undefined;
      const found = findJsonRoundTrip(call, file);
      if (!found || (found.kind !== 'cache' && found.kind !== 'answer' && isShort(found, file))) return undefined;
      return {
        at: found.call,
        values: { value: shownText(found.value, file), what: texts[found.kind] },
        ...weigh(found, call, file),
        data: found,
      };
    },
  },
});

function judgeBody(call: ts.CallExpression, limit: ts.Expression, file: FileContext): Match<BlockingJson> {
  return {
    at: call,
    values: { value: `A body of up to ${findStringValue(limit)}`, what: 'is read as JSON, on whatever path it comes' },
    ...(isOfRouter(call, file) && { sureWhen: unlessReadBefore }),
    data: { kind: 'body', call },
  };
}

/** "No application of the program reads all bodies, ahead of its routers". */
const unlessReadBefore: LinkCondition = { kind: 'not', of: { kind: 'program-states', facts: ['parses-json'] } };

/** Kept for a key, and neither what callers hand in, which is anything, nor shown to be long: one answer of some kilobytes. */
function isOfOneAnswer({ value }: JsonRoundTrip, file: FileContext): boolean {
  return !isJsonHandedIn(value, file) && sizeOf(value, file) !== 'large' && !isRowsOfRead(value, file);
}

/** What is cached is asked for again and again, whoever it is that asks, and an interceptor sees every answer; a package that reads rows does so for all who use it. */
function weigh(found: JsonRoundTrip, call: ts.CallExpression, file: FileContext): Partial<Match<BlockingJson>> {
  if (found.kind === 'answer') return {};
  if (found.kind === 'cache') return found.isKeyed && isOfOneAnswer(found, file) ? { confidence: 'possible' } : {};
  const isOfRows = found.kind === 'clone' && isRowsOfRead(found.value, file);
  const isLong = isShownLong(found, file);
  return {
    ...(!isOfRows && !isLong && { confidence: 'possible' as const }),
    // By a timer or a listener too, the process stands still; who waits for it is not seen.
    when: anyOf(onUsersPath(call, file), runsAsItLives(call, file)),
    sureWhen: anyOf(isLong ? onRequestPath(call, file) : undefined, isOfRows ? openInLibrary(call, file) : undefined),
  };
}
