import type { ts } from '../../src/ast/ts.ts';
import { findServerStart, noneStates } from '../../src/ast/where/server-start.ts';
import { defineRule } from '../../src/model/define-rule.ts';

export const rule = defineRule<{ call: ts.CallExpression }>({
  id: 'require-runtime-metrics',
  category: 'monitoring',
  severity: 'low',
  confidence: 'possible',
  lifecycle: 'trial',
  effort: 20,
  message: 'This service starts without metrics of its event loop, memory or pools.',
  why: 'What sinks a service under load (a blocked loop, a growing heap, an empty pool) shows in these figures minutes before requests fail; without them the first sign is the outage.',
  advice:
    'Publish them: `new RuntimeMonitor()` of @plimsoll/runtime, `prom-client` with its default metrics, or an OpenTelemetry or APM agent.',
  limits: [
    'An agent that is loaded by the environment (`--require`, an operator) is not seen: the finding is `possible` only.',
  ],
  mentions: ['.listen('],
  visit: {
    CallExpression(call, file) {
      if (!findServerStart(call, file)) return undefined;
      return {
        at: call,
        when: noneStates([
          'token:prom-client',
          ...[
            'prom-client',
            'express-prom-bundle',
            '@plimsoll/runtime',
            '@opentelemetry/sdk-node',
            '@opentelemetry/api',
            '@opentelemetry/sdk-metrics',
            'dd-trace',
            'newrelic',
            'elastic-apm-node',
            '@sentry/node',
            '@sentry/nestjs',
            '@sentry/nextjs',
            'applicationinsights',
            'hot-shots',
            'node-statsd',
            'appmetrics',
            'fastify-metrics',
            '@willsoto/nestjs-prometheus',
          ].map((module) => `import:${module}`),
        ]),
        data: { call },
      };
    },
  },
});
