import { hasFallback, isGuarded, listRemoteServices, type RemoteService } from '../../src/ast/io/remote-service.ts';
import type { ts } from '../../src/ast/ts.ts';
import { noneStates } from '../../src/ast/where/server-start.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { onRequestPath } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

const breakers = ['opossum', 'cockatiel', 'brakes', 'levee', 'mollitia', 'resilience-typescript', '@plimsoll/runtime'];

/** Nobody waits for what runs here: it is tried again later. */
const background = /(?:^|\/)(?:cron|jobs?|workers?|queues?|imports?|tasks?)\//;

export const rule = defineRule<RemoteService>({
  id: 'require-circuit-breaker',
  category: 'api',
  severity: 'low',
  confidence: 'possible',
  lifecycle: 'trial',
  effort: 45,
  message: 'Requests wait for `{service}` in {count} places, and nothing stops asking it when it fails.',
  why: 'While the service is down or slow, every request still waits for its own failure: requests pile up with the arrival rate, and the load keeps the other side from coming back.',
  advice:
    'Put one CircuitBreaker in front of the service: after a share of failures it refuses calls at once, and tries a few after a while. Answer with something else meanwhile where that is possible.',
  limits: [
    'A breaker in a proxy or a service mesh is not seen: the finding is `possible` only.',
    'Files of background work (`cron/`, `jobs/`, `workers/`, …) are left alone.',
    'Calls of one service are told by a host, a base address or a client in one file.',
  ],
  mentions: ['fetch', 'axios', 'got', 'undici', 'ky', 'superagent'],
  visit: { SourceFile: (source, file) => judge(source, file) },
});

/** One finding a service, at its first call. */
function* judge(_: ts.SourceFile, file: FileContext): Generator<Match<RemoteService>> {
  if (/circuit|breaker|bulkhead/i.test(file.text) || background.test(file.path) || hasTooling(file)) return;
  for (const service of listRemoteServices(file)) {
    const { name, calls } = service;
    const [first, ...others] = calls;
    if (!first || others.length === 0 || calls.some((call) => hasFallback(call) || isGuarded(call))) continue;
    yield {
      at: first.expression,
      related: others.slice(0, 3).map((call) => ({ at: call.expression, note: 'asks the same service' })),
      values: { service: name, count: String(calls.length) },
      when: {
        kind: 'all',
        of: [
          noneStates(breakers.map((module) => `import:${module}`)),
          { kind: 'any', of: calls.map((call) => onRequestPath(call, file)) },
        ],
      },
      data: service,
    };
  }
}
