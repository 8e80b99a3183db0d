import type { Finding } from '../model/finding.ts';
import type { AcceptedFinding } from '../suppress.ts';

export type Answer = 'apply' | 'skip' | 'rule' | 'suppress' | 'edit' | 'why' | 'quit';

/** What a person has settled on; nothing of it is done yet. */
export interface Decisions {
  apply: Finding[];
  /** Those of `apply` whose fix is as the person has edited it. */
  edited: Finding[];
  suppress: AcceptedFinding[];
}

/** Whoever is asked. Rejects to call everything off. */
export interface Reviewer {
  show(finding: Finding, at: number, of: number): Promise<void>;
  ask(): Promise<Answer>;
  explain(finding: Finding): Promise<void>;
  /** The finding with its fix as the person has edited it; undefined when nothing came of that. */
  edit(finding: Finding): Promise<Finding | undefined>;
  askReason(): Promise<string>;
}

/** Asks about each finding in turn. To quit keeps what was settled before. */
export async function review(findings: readonly Finding[], reviewer: Reviewer): Promise<Decisions> {
  const decisions: Decisions = { apply: [], edited: [], suppress: [] };
  /** Rules whose every further repair is agreed to. */
  const agreed = new Set<string>();
  for (const [index, finding] of findings.entries()) {
    if (agreed.has(finding.ruleId)) {
      decisions.apply.push(finding);
      continue;
    }
    await reviewer.show(finding, index + 1, findings.length);
    const { answer, settled } = await settle(finding, reviewer);
    if (answer === 'quit') break;
    if (answer === 'rule') agreed.add(finding.ruleId);
    if (answer === 'apply' || answer === 'rule') decisions.apply.push(settled);
    if (settled !== finding) decisions.edited.push(settled);
    if (answer === 'suppress') decisions.suppress.push({ finding, reason: await reviewer.askReason() });
  }
  return decisions;
}

/** Asks until the answer settles what is to be done; an edited fix is one that is to be applied. */
async function settle(finding: Finding, reviewer: Reviewer): Promise<{ answer: Answer; settled: Finding }> {
  for (;;) {
    const answer = await reviewer.ask();
    if (answer === 'why') await reviewer.explain(finding);
    else if (answer === 'edit') {
      const settled = await reviewer.edit(finding);
      if (settled) return { answer: 'apply', settled };
    } else return { answer, settled: finding };
  }
}
