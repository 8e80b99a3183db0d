import type { Finding, Range } from '../../src/model/finding.ts';
import type { RuleFacts } from '../../src/model/rule-facts.ts';
import type { ScanResult } from '../../src/model/scan-result.ts';
import type { ReportContext } from '../../src/report/context.ts';
import { positionAt } from '../../src/report/source-lines.ts';
import { exitOf, judge } from '../../src/score/gates.ts';
import { score } from '../../src/score/score.ts';

export const sources: Record<string, string> = {
  'src/gateway.ts': [
    'export class Gateway {',
    '  private readonly seen = new Map<string, number>();',
    '',
    '  start(): void {',
    '    setInterval(() => this.sweep(), 1000);',
    '  }',
    '',
    '\tsweep(): void {',
    '\t\tfor (const [key] of this.seen) this.seen.delete(key); // 数え上げ',
    '  }',
    '}',
    '',
  ].join('\n'),
  'src/[tenant]/a b&c.ts': "import { db } from './db';\r\nexport const list = async () => db.query('select *');\r\n",
};

/** The range of `text` in a file of `sources`. */
export function rangeOf(file: string, text: string): Range {
  const source = sources[file] ?? '';
  const start = source.indexOf(text);
  if (start < 0) throw new Error(`${file} has no ${text}`);
  return { start: positionAt(source, start), end: positionAt(source, start + text.length) };
}

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    ruleId: 'no-leaked-interval',
    category: 'resources',
    severity: 'high',
    confidence: 'certain',
    lifecycle: 'stable',
    effort: 10,
    message: "The interval started by 'Gateway.start' is never cleared",
    why: 'Every start adds a timer that keeps the instance and all it refers to in memory for the life of the process.',
    advice: 'Keep the handle in a field and clear it in the hook that ends the instance.',
    file: 'src/gateway.ts',
    range: rangeOf('src/gateway.ts', 'setInterval(() => this.sweep(), 1000)'),
    scope: 'Gateway.start',
    snippet: '    setInterval(() => this.sweep(), 1000);',
    related: [],
    fingerprint: '5f0c9b1d2e3a4b5c',
    status: 'active',
    ...over,
  };
}

const intervalStart = rangeOf('src/gateway.ts', 'setInterval').start.offset;

/** One of everything that a report must be able to show. */
export const findings: Finding[] = [
  finding({
    ruleId: 'no-query-in-loop',
    category: 'database',
    severity: 'medium',
    confidence: 'likely',
    message: "A query for each row: `db.query` in 'list' reads [everything] 100% of the time",
    file: 'src/[tenant]/a b&c.ts',
    range: rangeOf('src/[tenant]/a b&c.ts', "db.query('select *')"),
    scope: 'list',
    snippet: "export const list = async () => db.query('select *');",
    related: [
      {
        file: 'src/gateway.ts',
        range: rangeOf('src/gateway.ts', 'Gateway'),
        note: 'GET /orders is handled here',
      },
      { file: 'src/[tenant]/a b&c.ts', range: rangeOf('src/[tenant]/a b&c.ts', 'list'), note: "calls 'list'" },
    ],
    skip: 'the query is built from text',
    fingerprint: 'aaaaaaaaaaaaaaaa',
  }),
  finding({
    ruleId: 'no-unbounded-cache',
    category: 'memory',
    message: "'seen' gains a key for each request and never loses one",
    range: rangeOf('src/gateway.ts', 'new Map<string, number>()'),
    scope: 'Gateway',
    fix: {
      safety: 'review',
      edits: [{ start: 0, end: 0, text: '' }],
      needs: ['BoundedCache'],
      imports: [],
      changes: 'Replaces the map by a BoundedCache',
      note: 'old entries can go missing',
    },
    fingerprint: 'bbbbbbbbbbbbbbbb',
  }),
  finding({
    fix: {
      safety: 'safe',
      edits: [{ start: intervalStart, end: intervalStart, text: 'this.timer = ' }],
      needs: [],
      imports: [],
      changes: 'Keeps the handle and clears it in `stop`',
    },
  }),
  finding({
    ruleId: 'require-query-limit',
    severity: 'low',
    lifecycle: 'trial',
    category: 'database',
    range: rangeOf('src/gateway.ts', 'for (const [key] of this.seen) this.seen.delete(key);'),
    fingerprint: 'cccccccccccccccc',
  }),
  finding({ status: 'suppressed', reason: 'ends with the process', fingerprint: 'dddddddddddddddd' }),
  finding({ status: 'baselined', fingerprint: 'eeeeeeeeeeeeeeee' }),
  finding({ confidence: 'possible', fingerprint: 'ffffffffffffffff' }),
];

export function resultOf(own: Finding[], over: Partial<ScanResult> = {}): ScanResult {
  const problems = over.problems ?? [];
  const total = score(own, 12_345);
  const gates = judge(own, total, { failOn: 'high', minScore: 80 });
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version: '0.1.0' },
    findings: own,
    problems: [],
    suppressionProblems: [],
    files: {
      inScope: 312,
      parsed: 41,
      codeLines: 12_345,
      skipped: {
        test: 8,
        declaration: 2,
        generated: 0,
        minified: 0,
        'build-output': 1,
        ignored: 0,
        linked: 0,
        special: 0,
      },
    },
    score: total,
    packages: [{ dir: '', name: '@shop/api', score: total }],
    gates,
    partial: problems.length > 0,
    exit: exitOf(gates, problems, false),
    ...over,
  };
}

export const sample: ScanResult = resultOf(findings, {
  problems: [
    {
      kind: 'syntax',
      file: 'src/broken.ts',
      position: { line: 3, column: 9, offset: 40 },
      message: "')' expected",
    },
    { kind: 'unreadable', file: 'src/secret.ts', message: 'permission denied' },
  ],
  suppressionProblems: [
    { kind: 'unused', file: 'src/gateway.ts', line: 7, message: 'no-weak-hash does not fire on the next line' },
  ],
});

export const clean: ScanResult = resultOf([]);

export const rules: RuleFacts[] = findings
  .filter((one, index) => findings.findIndex((other) => other.ruleId === one.ruleId) === index)
  .map(({ ruleId, category, severity, confidence, lifecycle, message, why, advice }) => ({
    id: ruleId,
    category,
    severity,
    confidence,
    lifecycle,
    message,
    why,
    advice,
    limits: ['Timers handed to another package are not followed.'],
    options: {},
  }));

export function contextOf(over: Partial<ReportContext> = {}): ReportContext {
  return {
    colour: false,
    hyperlinks: false,
    unicode: true,
    width: 100,
    readSource: (file) => sources[file],
    rules,
    ...over,
  };
}
