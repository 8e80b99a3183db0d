import type { Finding, FindingFix } from '../../src/model/finding.ts';
import type { TextEdit } from '../../src/model/fixer.ts';

/** A finding at the first of its edits. */
export function fixable(
  text: string,
  edits: readonly TextEdit[],
  over: Partial<FindingFix> & { ruleId?: string; file?: string } = {},
): Finding {
  const { ruleId = 'no-slow', file = 'a.ts', ...fix } = over;
  const { start, end } = edits[0]!;
  return {
    ruleId,
    category: 'performance',
    severity: 'high',
    confidence: 'certain',
    lifecycle: 'stable',
    message: 'This is slow',
    why: 'It takes time with every request.',
    advice: 'Make it fast.',
    file,
    range: { start: { line: 1, column: start + 1, offset: start }, end: { line: 1, column: end + 1, offset: end } },
    scope: '',
    snippet: text.split('\n')[0]!,
    related: [],
    fix: { safety: 'safe', edits, needs: [], imports: [], changes: 'makes it fast', ...fix },
    fingerprint: `${ruleId}:${start}`,
    status: 'active',
  };
}
