import type { ts } from '../../src/ast/ts.ts';
import { findServerStart, noneStates } from '../../src/ast/where/server-start.ts';
import { defineRule } from '../../src/model/define-rule.ts';

export const rule = defineRule<{ call: ts.CallExpression }>({
  id: 'require-compression',
  category: 'api',
  severity: 'low',
  confidence: 'possible',
  lifecycle: 'trial',
  effort: 10,
  message: 'No answer of this {framework} server is compressed, as far as the project shows.',
  why: 'JSON and HTML shrink to a fifth or a tenth: without compression the bytes sent, and the time slow clients hold a connection, are that much higher for each request.',
  advice:
    'Add compression (`compression`, `koa-compress`, `@fastify/compress`), or let the proxy in front do it and suppress this finding with that reason.',
  limits: ['A proxy or CDN that compresses is not seen: the finding is `possible` only.'],
  mentions: ['.listen('],
  visit: {
    CallExpression(call, file) {
      const framework = findServerStart(call, file);
      if (!framework || !/^(?:express|koa|fastify|restify)$/.test(framework)) return undefined;
      return {
        at: call,
        values: { framework },
        when: noneStates([
          'token:compression',
          ...[
            'compression',
            'koa-compress',
            '@fastify/compress',
            'fastify-compress',
            'shrink-ray',
            'shrink-ray-current',
            'express-static-gzip',
            'http-compression',
            'zlib',
          ].map((module) => `import:${module}`),
        ]),
        data: { call },
      };
    },
  },
});
