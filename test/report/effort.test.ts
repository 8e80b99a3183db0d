import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { sonar } from '../../src/report/sonar.ts';
import { durationInWords, effortInWords } from '../../src/report/summary.ts';
import { finding, resultOf } from './sample.ts';

const fixedBy = (safety: 'safe' | 'review'): Partial<Finding> => ({
  fix: { safety, edits: [], needs: [], imports: [], changes: 'x' },
});

describe('effort', () => {
  it.each([
    [1, '5 min'],
    [13, '15 min'],
    [55, '55 min'],
    [58, '1 h'],
    [134, '2 h'],
    [140, '2.5 h'],
    [640, '11 h'],
    [90_000, '1,500 h'],
  ])('%i minutes are %s', (minutes, words) => {
    expect(durationInWords(minutes)).toBe(words);
  });

  it('sums up what is active, and what a fix takes off it', () => {
    const list = [
      finding({ effort: 120, ...fixedBy('safe') }),
      finding({ effort: 10, ...fixedBy('review') }),
      finding({ effort: 5 }),
      finding({ effort: 500, status: 'suppressed', ...fixedBy('safe') }),
    ];
    expect(effortInWords(list)).toBe('about 2.5 h by hand, 1 of 3 by --fix, 1 more by --fix=review');
    expect(effortInWords(list.slice(1))).toBe('about 15 min by hand, 1 of 2 by --fix=review');
    expect(effortInWords([finding({ effort: 10 })])).toBe('about 10 min by hand');
  });

  it('says nothing where there is nothing to repair, or a rule of a plugin gives no estimate', () => {
    const { effort: _, ...unknown } = finding();
    expect(effortInWords([])).toBeUndefined();
    expect(effortInWords([unknown])).toBeUndefined();
    const { issues } = JSON.parse(sonar(resultOf([finding({ effort: 30 }), unknown])));
    expect(issues.map(({ effortMinutes }: { effortMinutes?: number }) => effortMinutes)).toEqual([30, undefined]);
  });
});
