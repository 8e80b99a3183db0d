import { findSend, isLimitedSend } from '../../src/ast/io/network-send.ts';
import { findQuery } from '../../src/ast/io/queries.ts';
import { findHeldTransaction } from '../../src/ast/io/transaction-around.ts';
import { findCallee } from '../../src/ast/names/symbol-ref.ts';
import { skipAwait } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isInCatch } from '../../src/ast/where/conditions.ts';
import { isOnWayOut } from '../../src/ast/where/rounds.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { FunctionDeed, LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export const rule = defineRule<{ call: ts.CallExpression }>({
  id: 'no-network-in-transaction',
  category: 'database',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'stable',
  effort: 45,
  message: '`{call}` is awaited inside a database transaction: its connection and locks wait for another service.',
  why: 'A transaction that waits 500 ms for a stranger holds a pooled connection and row locks for 500 ms: a pool of ten then serves at most twenty such requests a second, and a hanging service stops the whole database traffic.',
  advice:
    'Call before the transaction begins or after it has committed; where both must happen or none, write an outbox row and send it afterwards.',
  limits: [
    'A call with a time-out of its own is `possible`: the connection is held for no longer than that.',
    'What only a failure leads to (a `catch`, a branch that throws) is `possible`.',
    'A helper of another file counts when it, or a function that it calls, waits for another service: two calls deep at most.',
    'A transaction that is begun by hand (`BEGIN`, `startTransaction()`) counts where the same function commits it; one that is handed to another function is not followed there.',
  ],
  mentions: ['ransaction&await', 'BEGIN&await', 'begin(&await', 'pg-promise&await'],
  visit: {
    AwaitExpression(node, file) {
      const call = skipAwait(node.expression);
      if (!ts.isCallExpression(call)) return undefined;
      return judge(call, file);
    },
  },
});

function judge(call: ts.CallExpression, file: FileContext): Match<{ call: ts.CallExpression }> | undefined {
  const transaction = findHeldTransaction(call, file);
  if (!transaction) return undefined;
  // What undoes a failure runs seldom, and the transaction ends right after it.
  const isSeldom = isInCatch(call, transaction) || isOnWayOut(call, transaction);
  const values = { call: call.expression.getText(file.source).replace(/\s+/g, '').slice(0, 60) };
  const sent = findSend(call, file);
  if (sent)
    return {
      at: call,
      ...((isSeldom || isLimitedSend(sent, file)) && { confidence: 'possible' as const }),
      values,
      ...(sent !== call && { related: [{ at: sent, note: 'goes over the network' }] }),
      data: { call },
    };
  // What the transaction is for: nothing of other files is asked.
  if (findQuery(call, file)) return undefined;
  const to = findCallee(call, file);
  if (!to || to.kind === 'function') return undefined;
  const does = (deed: FunctionDeed): LinkCondition => ({ kind: 'callee-does', to, deeds: [deed] });
  const weak = isSeldom && { confidence: 'possible' as const };
  return { at: call, ...weak, values, when: does('sends'), sureWhen: does('sends:unlimited'), data: { call } };
}
