import type { OutboundTimeout } from '../rules/api/require-outbound-timeout.ts';
import { findEnclosingFunction } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { addArgument } from './edit/add-argument.ts';
import { addProperties } from './edit/add-property.ts';

const properties: Partial<Record<OutboundTimeout['library'], string>> = {
  fetch: 'signal: AbortSignal.timeout(10_000)',
  'node-fetch': 'signal: AbortSignal.timeout(10_000)',
  axios: 'timeout: 10_000',
  nest: 'timeout: 10_000',
  got: 'timeout: { request: 10_000 }',
  'request-promise': 'timeout: 10_000',
  request: 'timeout: 10_000',
  'simple-get': 'timeout: 10_000',
  download: 'timeout: 10_000',
  needle: 'response_timeout: 10_000',
};

export const fixer: Fixer<OutboundTimeout> = {
  rule: 'require-outbound-timeout',
  safety: 'review',
  changes: 'gives the call ten seconds',
  fix({ data }, file): Fix | Skip {
    const { call, library, options, index } = data;
    const note = 'ten seconds is a first guess: set it a little above what the call takes on a bad day';
    if (library === 'superagent') {
      const text = '.timeout({ response: 10_000, deadline: 60_000 })';
      return { edits: [{ start: call.end, end: call.end, text }], note };
    }
    const property = properties[library];
    if (!property) return { skip: 'what is to happen with the socket when time is up has to be written' };
    // The clock of a signal runs from where it is made: one for all calls would end them for good.
    if (options && property.startsWith('signal') && findEnclosingFunction(options) !== findEnclosingFunction(call))
      return { skip: 'its options are made elsewhere, and a signal is for one call' };
    if (options) return { edits: addProperties(options, [property], file), note };
    const missing = index - call.arguments.length;
    if (missing < 0 || missing > 1 || !ts.isCallExpression(call))
      return { skip: 'its options stand at an unknown place' };
    return { edits: [addArgument(call, `${missing === 1 ? 'undefined, ' : ''}{ ${property} }`, file)], note };
  },
};
