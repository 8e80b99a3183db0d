import { findJsonRoundTrip, isJson, isShort, isShownLong, type JsonRoundTrip } from '../../src/ast/json-round-trip.ts';
import { shownText } from '../../src/ast/shown-text.ts';
import { findEnclosingFunction } from '../../src/ast/syntax.ts';
import { onRequestPath, onUsersPath } from '../../src/ast/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';

const texts: Readonly<Record<JsonRoundTrip['kind'], string>> = {
  clone: 'is turned into JSON and back only to copy it',
  compare: 'is turned into JSON only to compare it',
  cache: 'is turned into JSON for a cache of this very process, and parsed at each look-up',
  log: 'is turned into JSON for a log line that is dropped unless its level is on',
};

export const rule = defineRule<JsonRoundTrip>({
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
    'It is `likely` only where a request waits for a copy or a comparison of what this file shows to grow with data; what is only called after many, bodies of requests (limited by what parses them), log lines and caches of the process are `possible`.',
    'A store in memory that stands in for one on a disk is left alone: its values are copies by contract.',
    'Bodies that frameworks parse and send are not judged.',
  ],
  mentions: ['JSON.stringify'],
  visit: {
    CallExpression(call, file) {
      if (!isJson(call, 'stringify') || !findEnclosingFunction(call)) return undefined;
      const found = findJsonRoundTrip(call, file);
      if (!found || (found.kind !== 'cache' && isShort(found, file))) return undefined;
      return {
        at: found.call,
        values: { value: shownText(found.value, file), what: texts[found.kind] },
        ...(!isShownLong(found, file) && { confidence: 'possible' as const }),
        // What is cached is asked for again and again, whoever it is that asks.
        ...(found.kind !== 'cache' && { when: onUsersPath(call, file), sureWhen: onRequestPath(call, file) }),
        data: found,
      };
    },
  },
});
