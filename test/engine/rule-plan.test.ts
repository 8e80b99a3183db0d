import { describe, expect, it } from 'vitest';
import { RulePlan } from '../../src/engine/rule-plan.ts';
import type { FileRole } from '../../src/model/file-context.ts';
import type { Confidence } from '../../src/model/rule.ts';
import { pairs } from '../../src/registry.generated.ts';

const cache = 'const seen = new Map();\nexport const see = (id) => seen.set(id, 1);\n';

/** Whether `no-unbounded-cache`, which is sure of little in pages, looks at a text. */
function looks(text: string, role: FileRole, confidence: Confidence): boolean {
  const plan = new RulePlan(pairs, { ruleIds: ['no-unbounded-cache'], confidence });
  return plan.select('src/a.ts', text, role).rules.length > 0;
}

describe('RulePlan', () => {
  it('runs a rule that is unsure in a role only where its finding would be reported', () => {
    expect(looks(cache, 'product', 'likely')).toBe(true);
    expect(looks(cache, 'ui', 'likely')).toBe(false);
    expect(looks(cache, 'ui', 'possible')).toBe(true);
  });

  it('runs it there all the same where the text holds what it is sure of, or a directive', () => {
    expect(looks(`import DataLoader from 'dataloader';\n${cache}`, 'ui', 'likely')).toBe(true);
    expect(looks(`// plimsoll-ignore no-unbounded-cache\n${cache}`, 'ui', 'likely')).toBe(true);
  });

  it('asks for both tokens of `a&b`', () => {
    const plan = new RulePlan(pairs, { ruleIds: ['no-quadratic-lookup'] });
    const runs = (text: string): boolean => plan.select('src/a.ts', text, 'product').rules.length > 0;
    expect(runs('for (const id of ids) if (!seen.includes(id)) mark(id);')).toBe(false);
    expect(runs('for (const id of ids) if (!seen.includes(id)) seen.push(id);')).toBe(true);
  });
});
