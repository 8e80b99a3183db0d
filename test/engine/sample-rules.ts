import { ts } from '../../src/ast/ts.ts';
import { onRequestPath, openToUsers, runsRepeatedly } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { RulePair } from '../../src/model/fixer.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Rule } from '../../src/model/rule.ts';

/** A rule that reports calls of the functions named, under a condition. */
export function callRule(
  id: string,
  callee: string,
  when?: (call: ts.CallExpression, file: Parameters<typeof onRequestPath>[1]) => LinkCondition,
  extra: Partial<Rule<undefined>> = {},
): RulePair<never> {
  const rule = defineRule<undefined>({
    id,
    category: 'performance',
    severity: 'medium',
    confidence: 'likely',
    lifecycle: 'stable',
    message: 'Calls {callee}.',
    why: 'It is slow.',
    advice: 'Do not.',
    limits: ['None.'],
    mentions: [callee],
    visit: {
      CallExpression(call, file) {
        if (!ts.isIdentifier(call.expression) || call.expression.text !== callee) return undefined;
        return { at: call, values: { callee }, data: undefined, ...(when && { when: when(call, file) }) };
      },
    },
    ...extra,
  });
  return { rule } as RulePair<unknown> as RulePair<never>;
}

export const plainRule = callRule('no-slow', 'slow');
export const requestRule = callRule('no-slow-request', 'slow', onRequestPath);
export const usersRule = callRule('no-slow-for-users', 'slow', openToUsers);
export const repeatedRule = callRule('no-slow-repeated', 'slow', runsRepeatedly);
/** Reports each call, and is sure of those that requests reach. */
export const sureRule = callRule('no-slow-unless-idle', 'slow', undefined, {
  visit: {
    CallExpression(call, file) {
      if (call.expression.getText(file.source) !== 'slow') return undefined;
      return { at: call, values: { callee: 'slow' }, data: undefined, sureWhen: onRequestPath(call, file) };
    },
  },
});
