import type { ts } from '../../src/ast/ts.ts';
import { findServerStart, isApplicationStart, noneStates } from '../../src/ast/where/server-start.ts';
import { openToUsers } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';

export const rule = defineRule<{ call: ts.CallExpression }>({
  id: 'require-graceful-shutdown',
  category: 'api',
  severity: 'low',
  confidence: 'possible',
  lifecycle: 'trial',
  effort: 20,
  message:
    'Nothing in the project ends this server on SIGTERM: each deployment cuts off the requests that are running.',
  why: 'Every rollout, scale-down and restart sends SIGTERM; without a handler the process dies at once, and all requests in flight fail: as many as the arrival rate times the time a request takes.',
  advice:
    "On SIGTERM stop accepting (`server.close()`), let requests end within a few seconds, then close pools and exit: `process.once('SIGTERM', …)`.",
  limits: [
    'A handler in a package outside of the scanned folder is not seen.',
    'A server that a function hands back, that the file closes, or in a file that ends the process, is left alone.',
  ],
  mentions: ['.listen('],
  visit: {
    CallExpression(call, file) {
      if (!findServerStart(call, file) || !isApplicationStart(call, file)) return undefined;
      return {
        at: call,
        when: {
          kind: 'all',
          of: [
            noneStates([
              'signal:SIGTERM',
              'token:SIGTERM',
              ...[
                '@godaddy/terminus',
                'http-terminator',
                'lightship',
                'close-with-grace',
                'http-graceful-shutdown',
                'stoppable',
                'fastify-graceful-shutdown',
                'fastify-cli',
                '@nestjs/core',
              ].map((module) => `import:${module}`),
            ]),
            { kind: 'not', of: openToUsers(call, file) },
          ],
        },
        data: { call },
      };
    },
  },
});
