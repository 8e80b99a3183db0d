import type { Finding } from '../model/finding.ts';
import type { Suppression } from '../suppress.ts';

export type Answer = 'apply' | 'skip' | 'rule' | 'suppress' | 'why' | 'quit';

/** What a person has settled on; nothing of it is done yet. */
export interface Decisions {
  apply: Finding[];
  suppress: Suppression[];
}

/** Whoever is asked. Rejects to call everything off. */
export interface Reviewer {
  show(finding: Finding, at: number, of: number): Promise<void>;
  ask(): Promise<Answer>;
  explain(finding: Finding): Promise<void>;
  askReason(): Promise<string>;
}

/** Asks about each finding in turn. To quit keeps what was settled before. */
export async function review(findings: readonly Finding[], reviewer: Reviewer): Promise<Decisions> {
  const decisions: Decisions = { apply: [], suppress: [] };
  /** Rules whose every further repair is agreed to. */
  const agreed = new Set<string>();
  for (const [index, finding] of findings.entries()) {
    if (agreed.has(finding.ruleId)) {
      decisions.apply.push(finding);
      continue;
    }
    await reviewer.show(finding, index + 1, findings.length);
    let answer = await reviewer.ask();
    while (answer === 'why') {
      await reviewer.explain(finding);
      answer = await reviewer.ask();
    }
    if (answer === 'quit') break;
    if (answer === 'rule') agreed.add(finding.ruleId);
    if (answer === 'apply' || answer === 'rule') decisions.apply.push(finding);
    if (answer === 'suppress') decisions.suppress.push({ finding, reason: await reviewer.askReason() });
  }
  return decisions;
}
