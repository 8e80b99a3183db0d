import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Category, Confidence, Lifecycle, Severity } from '../../src/model/rule.ts';
import { exitOf, type GateOptions, judge } from '../../src/score/gates.ts';
import { gradeOf, pointsLost, score, type Weighed } from '../../src/score/score.ts';
import { weights } from '../../src/score/weights.ts';

const finding = (over: Partial<Weighed> = {}): Weighed => ({
  ruleId: 'no-leaked-interval',
  category: 'resources',
  severity: 'high',
  confidence: 'certain',
  lifecycle: 'stable',
  status: 'active',
  ...over,
});
const many = (count: number, over: Partial<Weighed>) => Array.from({ length: count }, () => finding(over));

const anyFinding: fc.Arbitrary<Weighed> = fc.record({
  ruleId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  category: fc.constantFrom<Category>('resources', 'memory', 'hashing'),
  severity: fc.constantFrom<Severity>('high', 'medium', 'low'),
  confidence: fc.constantFrom<Confidence>('certain', 'likely', 'possible'),
  lifecycle: fc.constantFrom<Lifecycle>('stable', 'trial'),
  status: fc.constantFrom('active' as const, 'suppressed' as const, 'baselined' as const),
});
const anyFindings = fc.array(anyFinding, { maxLength: 300 });
const anyLines = fc.integer({ min: 0, max: 500_000 });

describe('score', () => {
  it('is 100 and A+ without findings', () => {
    expect(score([], 50_000)).toMatchObject({ value: 100, grade: 'A+', moves: [], categories: {} });
  });

  it('keeps both points of the report that started the project', () => {
    const before = [...many(118, {}), ...many(1760, { severity: 'medium' })];
    expect(score(before, 60_000)).toMatchObject({ value: 0, grade: 'F' });
    const after = many(1760, { severity: 'medium' });
    expect(score(after, 60_000)).toMatchObject({ value: 45, grade: 'C+' });
  });

  it('never falls below 35 without a high finding, and is 45 with the medium budget used up and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), anyLines, (medium, low, lines) => {
        const value = score([...many(medium, { severity: 'medium' }), ...many(low, { severity: 'low' })], lines).value;
        return value >= 35;
      }),
      { numRuns: 30 },
    );
    expect(score(many(5000, { severity: 'medium' }), 2000).value).toBe(45);
  });

  it('never rises by one more finding and never falls by one fewer', () => {
    fc.assert(
      fc.property(anyFindings, anyFinding, anyLines, (findings, extra, lines) => {
        return score([...findings, extra], lines).value <= score(findings, lines).value;
      }),
    );
  });

  it('never rises when a finding gets worse', () => {
    const worse = { low: 'medium', medium: 'high', high: 'high' } as const;
    const atEqualPlace = pointsLost('medium', 1, 2000) < pointsLost('high', 1, 2000);
    expect(atEqualPlace && pointsLost('low', 1, 2000) < pointsLost('medium', 1, 2000)).toBe(true);
    fc.assert(
      fc.property(fc.constantFrom<Severity>('low', 'medium'), anyLines, (severity, lines) => {
        return (
          score([finding({ severity: worse[severity] })], lines).value <= score([finding({ severity })], lines).value
        );
      }),
    );
  });

  it('depends on the findings, not on their order', () => {
    fc.assert(
      fc.property(anyFindings, anyLines, (findings, lines) => {
        expect(score([...findings].reverse(), lines)).toEqual(score(findings, lines));
      }),
    );
  });

  it('never falls by clean code alone, and counts its lines beside the value', () => {
    fc.assert(
      fc.property(anyFindings, anyLines, fc.nat(100_000), (findings, lines, more) => {
        const larger = score(findings, lines + more);
        expect(larger.codeLines).toBe(lines + more);
        return larger.value >= score(findings, lines).value;
      }),
    );
  });

  it('stays within 0 and 100, with lost points that sum to what is missing', () => {
    fc.assert(
      fc.property(anyFindings, anyLines, (findings, lines) => {
        const { value, lost } = score(findings, lines);
        const sum = lost.high + lost.medium + lost.low;
        return value >= 0 && value <= 100 && value === Math.max(0, Math.round(100 - sum));
      }),
    );
  });

  it('gives no weight to trial, possible, suppressed and baselined findings', () => {
    const weightless = [
      finding({ lifecycle: 'trial' }),
      finding({ confidence: 'possible' }),
      finding({ status: 'suppressed' }),
      finding({ status: 'baselined' }),
    ];
    expect(score(weightless, 2000)).toMatchObject({ value: 100, counts: { high: 0, medium: 0, low: 0 } });
  });

  it('assumes 2,000 lines at least, so that a tiny file with one finding is not a disaster', () => {
    expect(score(many(1, { severity: 'medium' }), 10).value).toBe(score(many(1, { severity: 'medium' }), 2000).value);
  });

  it('scores each category by its own findings, never below the whole', () => {
    fc.assert(
      fc.property(anyFindings, anyLines, (findings, lines) => {
        const whole = score(findings, lines);
        return Object.values(whole.categories).every((category) => category.value >= whole.value);
      }),
    );
  });

  it('lists at most three moves whose points add up to what repairing those rules wins', () => {
    fc.assert(
      fc.property(anyFindings, anyLines, (findings, lines) => {
        const before = score(findings, lines);
        expect(before.moves.length).toBeLessThanOrEqual(3);
        const repaired = new Set(before.moves.map((move) => move.ruleId));
        const after = score(
          findings.filter((one) => !repaired.has(one.ruleId)),
          lines,
        );
        const won = before.moves.reduce((sum, move) => sum + move.points, 0);
        expect(won).toBe(after.value - before.value);
      }),
    );
  });

  it('puts the rule first whose repair wins most', () => {
    const findings = [...many(1, { ruleId: 'small' }), ...many(4, { ruleId: 'large' })];
    expect(score(findings, 40_000).moves.map((move) => move.ruleId)).toEqual(['large', 'small']);
  });

  it('gives each grade from its least value on', () => {
    for (const [grade, least] of weights.grades) {
      expect(gradeOf(least)).toBe(grade);
      if (least > 0) expect(gradeOf(least - 1)).not.toBe(grade);
    }
  });
});

describe('gates', () => {
  it('fails on the severity asked for and worse, naming the numbers', () => {
    const findings = [finding({}), finding({ severity: 'medium' }), finding({ severity: 'low' })];
    const result = score(findings, 2000);
    const at = (failOn: Severity | 'never') => judge(findings, result, { failOn }).map((gate) => gate.passed);
    expect(at('high')).toEqual([false]);
    expect(at('never')).toEqual([]);
    const medium = judge(findings, result, { failOn: 'medium' })[0];
    expect(medium).toMatchObject({
      passed: false,
      message: '1 high and 1 medium findings, none allowed',
    });
  });

  it('never fails on findings that do not weigh', () => {
    const findings = [finding({ lifecycle: 'trial' }), finding({ status: 'baselined' })];
    const gates = judge(findings, score(findings, 2000), { failOn: 'low', minScore: 100, maxNew: 0 });
    expect(gates.every((gate) => gate.passed)).toBe(true);
  });

  it('tells of the findings that a report lists though none of them weighs', () => {
    const findings = [
      ...many(2, { lifecycle: 'trial' }),
      finding({ lifecycle: 'trial', severity: 'medium', confidence: 'possible' }),
      finding({ confidence: 'possible' }),
      finding({ status: 'suppressed' }),
    ];
    const told = (options: GateOptions) =>
      judge(findings, score(findings, 2000), options).map(({ message }) => message);
    expect(told({ failOn: 'high' })).toEqual(['no high finding that weighs (2 high on trial, 1 high only possible)']);
    expect(told({ failOn: 'low' })).toEqual([
      'no low or worse finding that weighs (2 high and 1 medium on trial, 1 high only possible)',
    ]);
    expect(told({ failOn: 'never', maxNew: 0, maxIssues: 1 })).toEqual([
      '0 findings that weigh (2 high and 1 medium on trial, 1 high only possible), 1 allowed',
      '0 new findings that weigh (2 high and 1 medium on trial, 1 high only possible), 0 allowed',
    ]);
    const one = [...findings, finding({})];
    expect(judge(one, score(one, 2000), { failOn: 'high' })[0]?.message).toBe('1 high finding, none allowed');
    expect(judge([], score([], 2000), { failOn: 'medium' })[0]?.message).toBe('no medium or worse findings');
  });

  it('states the score and the least allowed one', () => {
    const findings = many(3, {});
    const [gate] = judge(findings, score(findings, 2000), { failOn: 'never', minScore: 80 });
    expect(gate).toEqual({ name: 'min-score', passed: false, message: 'score 41 < 80' });
  });

  it('counts findings, those of a category too, and what has no effect any more', () => {
    const findings = [finding({}), finding({ category: 'database' }), finding({ status: 'baselined' })];
    const result = score(findings, 2000);
    const at = (options: object) => judge(findings, result, { failOn: 'never', ...options });
    expect(at({ maxIssues: 2 })).toEqual([{ name: 'max-issues', passed: true, message: '2 findings, 2 allowed' }]);
    expect(at({ maxIssues: 1 })[0]).toMatchObject({ passed: false, message: '2 findings, 1 allowed' });
    expect(at({ categories: { database: { maxIssues: 0, minScore: 100 }, api: { minScore: 100 } } })).toEqual([
      { name: 'max-issues', passed: false, message: '1 database finding, 0 allowed' },
      {
        name: 'min-score',
        passed: false,
        message: `score of database ${result.categories.database?.value} < 100`,
      },
      { name: 'min-score', passed: true, message: 'score of api 100 ≥ 100' },
    ]);
    expect(at({ maxStale: 0, stale: 0 })[0]).toMatchObject({ name: 'max-stale', passed: true });
    expect(at({ maxStale: 0, stale: 2 })[0]).toEqual({
      name: 'max-stale',
      passed: false,
      message: '2 suppressions and baseline entries without effect, 0 allowed',
    });
  });

  it('lets an incomplete scan outrank a failed gate, unless partial results are allowed', () => {
    const problem = { kind: 'syntax' as const, file: 'a.ts', message: 'x' };
    const gates = [{ name: 'fail-on' as const, passed: false, message: '1 high finding' }];
    expect(exitOf(gates, [problem], false).code).toBe(3);
    expect(exitOf(gates, [problem], true).code).toBe(1);
    expect(exitOf(gates, [], false).code).toBe(1);
    expect(exitOf([], [], false).code).toBe(0);
  });
});
