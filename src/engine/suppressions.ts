import { distance } from 'fastest-levenshtein';
import { ts } from '../ast/ts.ts';
import type { Finding } from '../model/finding.ts';
import type { SuppressionProblem } from '../model/scan-result.ts';

/** A directive that is well formed: which lines it covers, for which rules. */
export interface Suppression {
  /** 1-based line that it stands on. */
  line: number;
  /** 1-based, inclusive. */
  from: number;
  to: number;
  ruleIds: string[];
  reason: string;
  until?: string;
}

export interface Directives {
  suppressions: Suppression[];
  malformed: { line: number; message: string }[];
}

const directive = /(\/\/|\/\*)[\s*]*plimsoll-((?:ignore|disable|enable|suppress)[\w-]*)(?![\w-]|\.\w)/g;
const ruleId = /^[a-z][a-z\d]*(?:-[a-z\d]+)*$/;
const rest = '<rule-id>[, …] [until=YYYY-MM-DD] -- <reason>';

/** Reads the directives in the comments of a parsed file; look-alikes in strings and templates are none. */
export function readDirectives(source: ts.SourceFile): Directives {
  const { text } = source;
  const result: Directives = { suppressions: [], malformed: [] };
  const open: Suppression[] = [];
  const lineOf = (offset: number): number => source.getLineAndCharacterOfPosition(offset).line + 1;

  for (const match of text.matchAll(directive)) {
    if (!isInComment(source, match.index)) continue;
    const bodyStart = match.index + match[0].length;
    const isBlock = match[1] === '/*';
    const bodyEnd = isBlock ? indexOrEnd(text, '*/', bodyStart) : lineEnd(text, bodyStart);
    const line = lineOf(match.index);
    const parsed = parseBody(match[2]!, text.slice(bodyStart, bodyEnd));
    if ('message' in parsed) {
      result.malformed.push({ line, message: parsed.message });
      continue;
    }
    const { kind, ruleIds, reason, until } = parsed;
    const suppression: Suppression = {
      line,
      from: line,
      to: line,
      ruleIds,
      reason,
      ...(until !== undefined && { until }),
    };
    switch (kind) {
      case 'line':
        break;
      case 'file':
        suppression.from = 1;
        suppression.to = Number.MAX_SAFE_INTEGER;
        break;
      case 'next-line': {
        const after = isBlock ? indexOrEnd(text, '*/', bodyStart) + 2 : bodyEnd;
        suppression.from = suppression.to = lineOf(nextCode(source, after));
        break;
      }
      case 'start':
        open.push(suppression);
        continue;
      case 'end': {
        const started = open.findLastIndex((s) => ruleIds.length === 0 || sameIds(s.ruleIds, ruleIds));
        if (started < 0) {
          result.malformed.push({ line, message: 'plimsoll-ignore-end without a plimsoll-ignore-start before it' });
          continue;
        }
        const [begun] = open.splice(started, 1);
        begun!.to = line;
        result.suppressions.push(begun!);
        continue;
      }
    }
    result.suppressions.push(suppression);
  }
  for (const { line } of open) {
    result.malformed.push({ line, message: 'plimsoll-ignore-start without a plimsoll-ignore-end after it' });
  }
  return result;
}

type DirectiveKind = 'next-line' | 'line' | 'file' | 'start' | 'end';

type Body = { kind: DirectiveKind; ruleIds: string[]; reason: string; until?: string } | { message: string };

function parseBody(name: string, body: string): Body {
  const kind = /^ignore-(next-line|line|file|start|end)$/.exec(name)?.[1];
  if (kind === undefined) {
    return {
      message: `Unknown directive plimsoll-${name}; write plimsoll-ignore-next-line, -line, -file, -start or -end ${rest}`,
    };
  }
  const form = `plimsoll-${name} ${rest}`;
  const text = body
    .replace(/^\s*\*/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const [, head = '', reason = ''] = /^(.*?)(?:(?:^| )-- ?(.*))?$/.exec(text)!;
  const words = head.split(/[\s,]+/).filter((word) => word !== '');
  const ids: string[] = [];
  let until: string | undefined;
  for (const word of words) {
    const date = /^until=(.*)$/.exec(word)?.[1];
    if (date !== undefined) {
      if (!isDate(date)) return { message: `${word} is no date; write until=YYYY-MM-DD` };
      until = date;
    } else if (ruleId.test(word)) ids.push(word);
    else if (ruleId.test(word.slice(0, -1))) {
      return { message: `What stands behind the rule is no reason without --; write ${form}` };
    } else return { message: `${word} is no rule id; write ${form}` };
  }
  if (kind !== 'end') {
    if (ids.length === 0) return { message: `No rule is named; write ${form}` };
    if (reason === '') return { message: `No reason is given; write ${form}` };
  }
  return { kind: kind as DirectiveKind, ruleIds: ids, reason, ...(until !== undefined && { until }) };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

function indexOrEnd(text: string, needle: string, from: number): number {
  const at = text.indexOf(needle, from);
  return at < 0 ? text.length : at;
}

function lineEnd(text: string, from: number): number {
  const at = text.slice(from).search(/[\r\n\u2028\u2029]/);
  return at < 0 ? text.length : from + at;
}

/** The next place with code: behind blank lines, comments, and the `}` that closes a comment in JSX. */
function nextCode(source: ts.SourceFile, from: number): number {
  const { text } = source;
  const skip = /(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*/y;
  skip.lastIndex = from;
  let at = from + skip.exec(text)![0].length;
  if (text[at] === '}' && /\{\s*\/\*[^{}]*$/.test(text.slice(0, from))) {
    skip.lastIndex = at + 1;
    at += 1 + skip.exec(text)![0].length;
  }
  return Math.min(at, text.length);
}

/** Whether an offset lies in no literal: walks down to the token around it. */
function isInComment(source: ts.SourceFile, offset: number): boolean {
  let at: ts.Node = source;
  for (;;) {
    const child: ts.Node | undefined = ts.forEachChild(at, (c) => (c.pos <= offset && offset < c.end ? c : undefined));
    if (!child) break;
    at = child;
  }
  const isLiteral =
    ts.isStringLiteralLike(at) ||
    ts.isTemplateHead(at) ||
    ts.isTemplateMiddleOrTemplateTail(at) ||
    ts.isRegularExpressionLiteral(at) ||
    ts.isJsxText(at);
  return !isLiteral || offset < at.getStart(source);
}

/** A suppression that ends is told of so many days before. */
const warnedDays = 14;

function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000;
}

export interface SuppressionScope {
  /** Rules that ran on the file: directives for others cannot be judged unused. */
  ranRules: ReadonlySet<string>;
  knownRules: ReadonlySet<string>;
  /** `YYYY-MM-DD` */
  today: string;
}

/** Marks the findings of one file that a directive covers, and reports the directives that do not apply, or soon will not. */
export function applySuppressions(
  file: string,
  findings: readonly Finding[],
  directives: Directives,
  scope: SuppressionScope,
): SuppressionProblem[] {
  const problems: SuppressionProblem[] = [];
  const report = (kind: SuppressionProblem['kind'], line: number, message: string): void => {
    problems.push({ kind, file, line, message });
  };
  for (const { line, message } of directives.malformed) report('malformed', line, message);
  for (const suppression of directives.suppressions) {
    const { line, until } = suppression;
    for (const id of suppression.ruleIds) {
      if (!scope.knownRules.has(id)) {
        const near = nearestRule(id, scope.knownRules);
        report('unknown-rule', line, `There is no rule ${id}${near === undefined ? '' : `; did you mean ${near}?`}`);
        continue;
      }
      if (until !== undefined && until < scope.today) {
        report('expired', line, `The suppression of ${id} ended on ${until}`);
        continue;
      }
      let isUsed = false;
      for (const finding of findings) {
        const at = finding.range.start.line;
        if (finding.ruleId !== id || at < suppression.from || at > suppression.to) continue;
        isUsed = true;
        if (finding.status !== 'active') continue;
        finding.status = 'suppressed';
        finding.reason = suppression.reason;
      }
      if (isUsed && until !== undefined && daysBetween(scope.today, until) <= warnedDays) {
        report('expiring', line, `The suppression of ${id} ends on ${until}`);
      }
      if (!isUsed && scope.ranRules.has(id)) report('unused', line, `${id} finds nothing here: remove the suppression`);
    }
  }
  return problems;
}

function nearestRule(id: string, known: ReadonlySet<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(3, id.length / 3);
  for (const rule of [...known].sort()) {
    const away = distance(id, rule);
    if (away < least) {
      nearest = rule;
      least = away;
    }
  }
  return nearest;
}
