import { findTransactionAround } from '../../src/ast/io/queries.ts';
import { findFunctionValue } from '../../src/ast/names/functions.ts';
import { bareModule, findOrigin, originName } from '../../src/ast/names/provenance.ts';
import { findMemberName, skipAwait, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

const remote =
  /^(?:axios|got|undici|node-fetch|cross-fetch|ky|superagent|needle|stripe|@octokit\/.+|@aws-sdk\/client-.+|@google-cloud\/(?:storage|pubsub)|openai|@anthropic-ai\/sdk|nodemailer|resend|@sendgrid\/mail|twilio|@slack\/web-api|kafkajs|amqplib)$/;

export const rule = defineRule<{ call: ts.CallExpression }>({
  id: 'no-network-in-transaction',
  category: 'database',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 45,
  message: '`{call}` is awaited inside a database transaction: its connection and locks wait for another service.',
  why: 'A transaction that waits 500 ms for a stranger holds a pooled connection and row locks for 500 ms: a pool of ten then serves at most twenty such requests a second, and a hanging service stops the whole database traffic.',
  advice:
    'Call before the transaction begins or after it has committed; where both must happen or none, write an outbox row and send it afterwards.',
  limits: [
    'A call with a time-out of its own is `possible`: the connection is held for no longer than that.',
    'Calls behind helpers of other files are not seen.',
    'Transactions begun by hand (BEGIN … COMMIT) are not followed.',
  ],
  mentions: ['ransaction&await'],
  visit: {
    AwaitExpression(node, file) {
      const call = skipAwait(node.expression);
      if (!ts.isCallExpression(call)) return undefined;
      return judge(call, file);
    },
  },
});

function judge(call: ts.CallExpression, file: FileContext): Match<{ call: ts.CallExpression }> | undefined {
  if (!findTransactionAround(call)) return undefined;
  const sent = findSend(call, file, 0);
  if (!sent) return undefined;
  return {
    at: call,
    ...(isLimited(sent, file) && { confidence: 'possible' as const }),
    values: { call: call.expression.getText(file.source).replace(/\s+/g, '').slice(0, 60) },
    ...(sent !== call && { related: [{ at: sent, note: 'goes over the network' }] }),
    data: { call },
  };
}

/** The call itself, or one that a helper of this file awaits. */
function findSend(call: ts.CallExpression, file: FileContext, depth: number): ts.CallExpression | undefined {
  const callee = skipWrappers(call.expression);
  const origin = findOrigin(callee, file);
  if (origin && bareModule(origin.module) === '' && originName(origin) === 'fetch') return call;
  if (
    origin &&
    remote.test(bareModule(origin.module)) &&
    !/^(?:create|extend|defaults|getSignedUrl|webhooks)/.test(findMemberName(callee) ?? '') &&
    !/\bErrorCode\b/.test(originName(origin))
  )
    return call;
  if (depth > 0) return undefined;
  const fn = findFunctionValue(callee, file);
  if (!fn?.body) return undefined;
  for (const node of file.nodes('AwaitExpression')) {
    if (node.pos < fn.body.pos || node.end > fn.body.end) continue;
    const inner = skipAwait(node.expression);
    const sent = ts.isCallExpression(inner) ? findSend(inner, file, depth + 1) : undefined;
    if (sent) return sent;
  }
  return undefined;
}

/** A time-out in its own options bounds how long the connection is held. */
function isLimited({ arguments: given }: ts.CallExpression, file: FileContext): boolean {
  return given.some((argument) => /\b(?:timeout|signal)\b/.test(argument.getText(file.source)));
}
