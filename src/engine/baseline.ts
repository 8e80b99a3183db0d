import { createHash } from 'node:crypto';
import type { Finding } from '../model/finding.ts';
import type { Severity } from '../model/rule.ts';
import type { BaselineReport, KnownFindings } from '../model/scan-result.ts';
import { normaliseCode } from './fingerprint.ts';
import { compareText } from './order.ts';

const header = { plimsollBaseline: 1 };
const rank: Record<Severity, number> = { high: 2, medium: 1, low: 0 };

/** A line of a baseline that is none. */
export class BaselineFault extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** No line number goes into it, and no white space: code that moves stays known. */
function codeOf(finding: Finding): string {
  const hash = createHash('sha1');
  hash.update(`${finding.ruleId}\0${finding.scope}\0${normaliseCode(finding.snippet)}`);
  return hash.digest('hex').slice(0, 12);
}

function keyOf({ file, scope, ruleId, code }: Omit<KnownFindings, 'count' | 'severity'>): string {
  return `${file}\0${scope}\0${ruleId}\0${code}`;
}

function worseOf(a: Severity, b: Severity): Severity {
  return rank[a] >= rank[b] ? a : b;
}

function compareKnown(a: KnownFindings, b: KnownFindings): number {
  return (
    compareText(a.file, b.file) ||
    compareText(a.scope, b.scope) ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.code, b.code)
  );
}

/** The findings that count, grouped and sorted. Those that the code itself suppresses need no entry. */
export function knownOf(findings: readonly Finding[]): KnownFindings[] {
  const known = new Map<string, KnownFindings>();
  for (const finding of findings) {
    if (finding.status === 'suppressed') continue;
    const { file, scope, ruleId, severity } = finding;
    const one = { file, scope, ruleId, code: codeOf(finding), count: 1, severity };
    const key = keyOf(one);
    const earlier = known.get(key);
    if (!earlier) known.set(key, one);
    else {
      earlier.count++;
      earlier.severity = worseOf(earlier.severity, severity);
    }
  }
  return [...known.values()].sort(compareKnown);
}

/** One line an entry, each a JSON value of its own, so that git can merge two branches line by line. */
export function formatBaseline(entries: readonly KnownFindings[]): string {
  const lines = [...entries].sort(compareKnown).map(({ file, scope, ruleId, code, count, severity }) =>
    JSON.stringify({
      at: scope === '' ? file : `${file}#${scope}`,
      rule: ruleId,
      code,
      ...(count === 1 ? {} : { count }),
      severity,
    }),
  );
  return `${[JSON.stringify(header), ...lines].join('\n')}\n`;
}

/**
 * Reads a baseline. Lines in any order; of two lines for the same code, as a merge by union leaves them, the worse counts.
 *
 * @throws BaselineFault for the first line that is wrong.
 */
export function parseBaseline(text: string): KnownFindings[] {
  const known = new Map<string, KnownFindings>();
  let hasHeader = false;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim();
    if (line === '') continue;
    if (/^(?:<{7}|={7}|>{7}|\|{7})/.test(line)) {
      throw new BaselineFault(index + 1, 'a merge left its conflict in the baseline');
    }
    const value = readLine(line);
    if (value && 'plimsollBaseline' in value) {
      if (value.plimsollBaseline !== header.plimsollBaseline)
        throw new BaselineFault(index + 1, 'the baseline is of another version of Plimsoll');
      hasHeader = true;
      continue;
    }
    const entry = value && entryOf(value);
    if (!entry) throw new BaselineFault(index + 1, 'not an entry of a baseline');
    const key = keyOf(entry);
    const earlier = known.get(key);
    if (earlier) {
      entry.count = Math.max(entry.count, earlier.count);
      entry.severity = worseOf(entry.severity, earlier.severity);
    }
    known.set(key, entry);
  }
  if (!hasHeader) throw new BaselineFault(1, 'not a baseline of Plimsoll');
  return [...known.values()].sort(compareKnown);
}

/** What may stand in a line, none of it checked yet. */
interface BaselineLine {
  plimsollBaseline?: unknown;
  at?: unknown;
  rule?: unknown;
  code?: unknown;
  count?: unknown;
  severity?: unknown;
}

function readLine(line: string): BaselineLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as BaselineLine) : undefined;
  } catch {
    return undefined;
  }
}

function entryOf(value: BaselineLine): KnownFindings | undefined {
  const { at, rule, code, severity, count = 1 } = value;
  if (typeof at !== 'string' || typeof rule !== 'string' || typeof code !== 'string') return undefined;
  if (!/^[0-9a-f]{12}$/.test(code) || typeof severity !== 'string' || !Object.hasOwn(rank, severity)) return undefined;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) return undefined;
  // A scope may hold a `#` of its own: `Cache.#evict`.
  const [, file, scope = ''] = /^(.+?\.[cm]?[jt]sx?)(?:#(.+))?$/.exec(at) ?? [];
  if (file === undefined) return undefined;
  return {
    file,
    scope,
    ruleId: rule,
    code,
    count,
    severity: severity as Severity,
  };
}

/**
 * Marks the findings that `entries` hold as baselined. An entry covers as many findings as it counts, none of a higher
 * severity than it was written down with.
 *
 * @param isJudged whether a scan looked for what an entry holds: one that it did not look for cannot be stale
 */
export function applyBaseline(
  findings: readonly Finding[],
  entries: readonly KnownFindings[],
  isJudged: (entry: KnownFindings) => boolean = () => true,
): Omit<BaselineReport, 'file'> {
  const byKey = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.status !== 'active') continue;
    const key = keyOf({ ...finding, code: codeOf(finding) });
    const group = byKey.get(key);
    if (group) group.push(finding);
    else byKey.set(key, [finding]);
  }
  const report: Omit<BaselineReport, 'file'> = { known: 0, fresh: 0, stale: [], worse: [] };
  for (const was of entries) {
    const found = byKey.get(keyOf(was)) ?? [];
    const covered = found.filter(({ severity }) => rank[severity] <= rank[was.severity]).slice(0, was.count);
    for (const finding of covered) finding.status = 'baselined';
    report.known += covered.length;
    const severity = found.map((finding) => finding.severity).reduce(worseOf, 'low');
    if (found.length > covered.length) report.worse.push({ was, now: { count: found.length, severity } });
    else if (covered.length < was.count && isJudged(was)) {
      report.stale.push({ ...was, count: was.count - covered.length });
    }
  }
  report.fresh = findings.filter(({ status }) => status === 'active').length;
  return report;
}

/** The entries without what is stale of them. */
export function withoutStale(entries: readonly KnownFindings[], stale: readonly KnownFindings[]): KnownFindings[] {
  const gone = new Map(stale.map((entry) => [keyOf(entry), entry.count]));
  return entries
    .map((entry) => ({ ...entry, count: entry.count - (gone.get(keyOf(entry)) ?? 0) }))
    .filter(({ count }) => count > 0);
}
