import { analyseFile, seenAs } from '../ast/analyse.ts';
import { isStackOverflow, syntaxErrorsOf } from '../ast/parse.ts';
import { withoutSemicolons } from '../ast/semicolons.ts';
import { qualifiedName } from '../ast/summarise.ts';
import { findEnclosingClass, findEnclosingFunction, hasModifier } from '../ast/syntax.ts';
import { ts } from '../ast/ts.ts';
import { isDeprecated } from '../ast/where/deprecated.ts';
import { isSample } from '../ast/where/file-role.ts';
import { isInDrivenPage } from '../ast/where/in-driven-page.ts';
import { isOffProduction } from '../ast/where/off-production.ts';
import { isRedeclared } from '../ast/where/redeclared.ts';
import type { FileContext, FileRole, PackageFacts } from '../model/file-context.ts';
import type { Finding, FindingFix, Range, RelatedLocation } from '../model/finding.ts';
import type { Fix, Fixer, RulePair } from '../model/fixer.ts';
import type { FileSummary, LinkCondition } from '../model/link.ts';
import type { Confidence, Match, MatchResult, NodeKind, OptionValues, Rule, Severity } from '../model/rule.ts';
import type { Problem } from '../model/scan-result.ts';
import { fingerprint } from './fingerprint.ts';
import { compareFindings } from './order.ts';
import { type Directives, readDirectives } from './suppressions.ts';
import type { ScanTiming } from './timing.ts';

/** A rule with what the configuration says of it for one file. */
export interface RuleRun {
  pair: RulePair<never>;
  options: OptionValues;
  severity: Severity | undefined;
  /** Weighs though it may be on trial. */
  isTrusted: boolean;
}

/** A finding that may still depend on other files. */
export interface RawFinding {
  finding: Finding;
  when?: LinkCondition;
  sureWhen?: LinkCondition;
}

/** Whether a finding waits for what the linker says; one that weighs does, as nothing may run what it stands in. */
export function asksOthers({ when, sureWhen, finding }: RawFinding): boolean {
  return when !== undefined || sureWhen !== undefined || finding.confidence !== 'possible';
}

/** All that a scan keeps of a parsed file. Plain data. */
export interface FileResult {
  findings: RawFinding[];
  /** Made at once where a finding asks about other files; elsewhere only if the linker comes to need it. */
  summary?: FileSummary;
  directives?: Directives;
  problems: Problem[];
}

export interface RunFileInput {
  path: string;
  text: string;
  package: PackageFacts;
  role: FileRole;
  hasDirectives: boolean;
  /** Least confidence that is kept; with directives all are, to tell which directives are used. */
  confidence: Confidence;
  /** The text analysed, for whatever package and role, where someone has done so already. */
  tree?: FileContext | undefined;
}

const confidenceRank: Record<Confidence, number> = { certain: 2, likely: 1, possible: 0 };

/** Whether `confidence` is at least `least`. */
export function isConfident(confidence: Confidence, least: Confidence): boolean {
  return confidenceRank[confidence] >= confidenceRank[least];
}

const defaultRoles: readonly FileRole[] = ['product'];

/** Whether a rule looks at files of a role. */
export function looksAt({ roles = defaultRoles }: Pick<Rule, 'roles'>, role: FileRole): boolean {
  return roles.includes(role);
}

/**
 * Parses one file and runs the rules and their fixers over it: a pure function of its arguments.
 *
 * @param timing told how long each rule takes
 */
export function runFile(input: RunFileInput, rules: readonly RuleRun[], timing?: ScanTiming): FileResult {
  const summarise = (file: FileContext, result: FileResult): void => {
    if (result.findings.some(asksOthers)) result.summary = file.summary();
  };
  return runRules(input, rules, summarise, timing);
}

/** As {@link runFile}, without a summary. */
export function runRules(
  input: RunFileInput,
  rules: readonly RuleRun[],
  done?: (file: FileContext, result: FileResult) => void,
  timing?: ScanTiming,
): FileResult {
  const { path } = input;
  const result: FileResult = { findings: [], problems: [] };
  try {
    const { text, package: pkg, role, tree } = input;
    const file = tree ? seenAs(tree, pkg, role) : analyseFile(path, text, pkg, role);
    const syntax = syntaxProblem(file);
    if (syntax) {
      result.problems.push(syntax);
      return result;
    }
    if (input.hasDirectives) result.directives = readDirectives(file.source);
    const least = input.hasDirectives ? 'possible' : input.confidence;
    for (const run of rules) {
      if (!looksAt(run.pair.rule, file.role)) continue;
      const started = timing && performance.now();
      runRule(run, file, least, result);
      if (started !== undefined) timing!.addRule(run.pair.rule.id, performance.now() - started);
    }
    result.findings.sort(compareRaw);
    numberFindings(result.findings, file);
    done?.(file, result);
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    return { findings: [], problems: [nestingProblem(path)] };
  }
  return result;
}

/** Summarises a file that no rule asked for; undefined when it cannot be parsed. */
export function summariseFile(path: string, text: string, pkg: PackageFacts): FileSummary | undefined {
  try {
    const file = analyseFile(path, text, pkg);
    return syntaxProblem(file) ? undefined : file.summary();
  } catch (error) {
    if (isStackOverflow(error)) return undefined;
    throw error;
  }
}

function nestingProblem(file: string): Problem {
  return { kind: 'limit', file, message: 'Nested too deeply to be analysed' };
}

/** `0755`, `'\033[0m'`, `'\8'` and `09`: the language allows them in scripts that are not strict. */
const sloppyOctals: ReadonlySet<number> = new Set([1121, 1487, 1488, 1489]);

function isScript({ path, source }: FileContext): boolean {
  return (
    /\.c?js$/.test(path) &&
    !source.statements.some(
      (at) =>
        ts.isImportDeclaration(at) ||
        ts.isExportDeclaration(at) ||
        ts.isExportAssignment(at) ||
        hasModifier(at, ts.SyntaxKind.ExportKeyword),
    )
  );
}

function syntaxProblem(file: FileContext): Problem | undefined {
  // A file ending in .js may hold types: the parser still builds the tree, and reports these separately.
  const first = syntaxErrorsOf(file.source).find(({ code }) => !(sloppyOctals.has(code) && isScript(file)));
  if (!first) return undefined;
  const { line, character } = file.source.getLineAndCharacterOfPosition(first.start);
  return {
    kind: 'syntax',
    file: file.path,
    position: { line: line + 1, column: character + 1, offset: first.start },
    message: `Syntax error: ${ts.flattenDiagnosticMessageText(first.messageText, ' ')}${isFlow(file) ? ' (the file is written in Flow, which cannot be read: leave it out with `exclude`)' : ''}`,
  };
}

/** Whether the comments at the head of a file declare it to be Flow. */
function isFlow({ text }: FileContext): boolean {
  const comments = ts.getLeadingCommentRanges(text, 0) ?? [];
  return comments.some(({ pos, end }) => /@flow\b/.test(text.slice(pos, end)));
}

const ofSample = 'It stands in an example, which runs in nobody’s production';
const ofDeprecated = 'What it stands in is deprecated';

/** A rule that throws loses its findings of this file and is named; the others go on. */
function runRule(run: RuleRun, file: FileContext, least: Confidence, result: FileResult): void {
  const { rule, fixer } = run.pair;
  const matches: Match<never>[] = [];
  try {
    for (const kind of Object.keys(rule.visit) as NodeKind[]) {
      const visit = rule.visit[kind] as (node: ts.Node, file: FileContext, options: OptionValues) => MatchResult<never>;
      for (const node of file.nodes(kind)) collectMatches(visit(node, file, run.options), matches);
    }
  } catch (error) {
    result.problems.push(crashProblem(`Rule ${rule.id}`, file.path, error));
    return;
  }
  const places = new Set<string>();
  for (const found of matches) {
    if (!isConfident(found.confidence ?? rule.confidence, least)) continue;
    const doubt = isSample(file.path) ? ofSample : isDeprecated(found.at, file) ? ofDeprecated : undefined;
    const match: Match<never> = doubt === undefined ? found : { ...found, confidence: 'possible' };
    if (!isConfident(match.confidence ?? rule.confidence, least)) continue;
    if (isOffProduction(match.at, file) || isInDrivenPage(match.at, file) || isRedeclared(match.at, file)) continue;
    const start = match.at.getStart(file.source);
    const place = `${start}-${match.at.end}`;
    if (places.has(place)) continue;
    places.add(place);
    const finding = makeFinding(match, run, file, start);
    if (doubt !== undefined) finding.doubt = doubt;
    if (fixer) attachFix(finding, match, fixer, file, result.problems);
    const { when, sureWhen } = match;
    result.findings.push({ finding, ...(when && { when }), ...(sureWhen && { sureWhen }) });
  }
}

function collectMatches(found: MatchResult<never>, matches: Match<never>[]): void {
  if (found === undefined) return;
  if (Symbol.iterator in found) for (const match of found) matches.push(match);
  else matches.push(found);
}

/** What is told of a part of ours that failed on a file. */
export function crashProblem(who: string, file: string, error: unknown): Problem {
  if (isStackOverflow(error)) return { ...nestingProblem(file), message: `${who} stopped: nested too deeply` };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'crashed-rule', file, message: `${who} failed: ${message}` };
}

function makeFinding(match: Match<never>, run: RuleRun, file: FileContext, start: number): Finding {
  const { rule } = run.pair;
  const range = rangeOf(file.source, start, match.at.end);
  return {
    ruleId: rule.id,
    category: rule.category,
    severity: run.severity ?? match.severity ?? rule.severity,
    confidence: match.confidence ?? rule.confidence,
    // Whoever sets a rule's severity has judged the rule on their own code.
    lifecycle: run.severity || run.isTrusted ? 'stable' : rule.lifecycle,
    ...(rule.effort === undefined ? {} : { effort: rule.effort }),
    message: fillMessage(rule.message, match.values),
    why: rule.why,
    advice: rule.advice,
    file: file.path,
    range,
    scope: scopeName(match.at),
    snippet: snippetOf(file, range),
    related: (match.related ?? []).map((related) => relatedOf(related.at, related.note, file)),
    fingerprint: '',
    status: 'active',
  };
}

/** A placeholder without a value stays as it is written: the rule's own fixtures show it. */
function fillMessage(message: string, values: Readonly<Record<string, string>> | undefined): string {
  return message.replace(/\{(\w+)\}/g, (placeholder, name: string) => values?.[name] ?? placeholder);
}

function relatedOf(node: ts.Node, note: string, file: FileContext): RelatedLocation {
  return { file: file.path, range: rangeOf(file.source, node.getStart(file.source), node.end), note };
}

export function rangeOf(source: ts.SourceFileLike, start: number, end: number): Range {
  const position = (offset: number): Range['start'] => {
    const { line, character } = ts.getLineAndCharacterOfPosition(source, offset);
    return { line: line + 1, column: character + 1, offset };
  };
  return { start: position(start), end: position(end) };
}

/** The enclosing symbol; '' at module level. */
function scopeName(node: ts.Node): string {
  const fn = findEnclosingFunction(node);
  if (fn) return qualifiedName(fn);
  return findEnclosingClass(node)?.name?.text ?? '';
}

const snippetLines = 3;
const snippetWidth = 300;

function snippetOf(file: FileContext, { start, end }: Range): string {
  const starts = file.source.getLineStarts();
  const lines: string[] = [];
  for (let line = start.line; line <= end.line && lines.length < snippetLines; line++) {
    const from = starts[line - 1]!;
    // In a line of minified width the finding itself is shown, not the head of the line.
    const shown = line === start.line && start.column > snippetWidth ? start.offset : from;
    const text = file.text.slice(shown, Math.min(starts[line] ?? file.text.length, shown + snippetWidth));
    lines.push(text.replace(/[\r\n\u2028\u2029]+$/, '').replace(/^\uFEFF/, ''));
  }
  return lines.join('\n');
}

/** Fixers run while the tree lives. One that fails is named; the finding stays, without a fix. */
function attachFix(
  finding: Finding,
  match: Match<never>,
  fixer: Fixer<never>,
  file: FileContext,
  problems: Problem[],
): void {
  try {
    const answer = fixer.fix(match, file);
    if ('skip' in answer) finding.skip = answer.skip;
    else finding.fix = checkFix(answer, fixer, file);
  } catch (error) {
    finding.skip = 'The fixer failed on this place';
    problems.push(crashProblem(`The fixer of ${fixer.rule}`, file.path, error));
  }
}

function checkFix(fix: Fix, fixer: Fixer<never>, file: FileContext): FindingFix {
  const { length } = file.text;
  const edits = [...fix.edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let previousEnd = 0;
  for (const edit of edits) {
    if (edit.start < previousEnd) throw new Error(`edits overlap at offset ${edit.start}`);
    if (edit.end < edit.start || edit.end > length)
      throw new Error(`edit ${edit.start}–${edit.end} lies outside the file`);
    previousEnd = edit.end;
  }
  return {
    safety: fixer.safety === 'review' ? 'review' : (fix.safety ?? 'safe'),
    edits: withoutSemicolons(edits, file.source),
    needs: fix.needs ?? [],
    imports: fix.imports ?? [],
    changes: fix.changes ?? fixer.changes,
    ...(fix.note !== undefined && { note: fix.note }),
    ...(fix.ends && { ends: fix.ends }),
    ...(fix.under && { under: fix.under }),
    ...(fix.first && { first: fix.first }),
  };
}

function compareRaw(a: RawFinding, b: RawFinding): number {
  return compareFindings(a.finding, b.finding);
}

/** Equal code in one scope is told apart by its order; what is only `possible` comes last, as it is not always there. */
function numberFindings(findings: readonly RawFinding[], file: FileContext): void {
  const seen = new Map<string, number>();
  const isPossible = ({ finding }: RawFinding): boolean => finding.confidence === 'possible';
  const inOrder = [...findings.filter((raw) => !isPossible(raw)), ...findings.filter(isPossible)];
  for (const { finding } of inOrder) {
    const code = file.text.slice(
      finding.range.start.offset,
      Math.min(finding.range.end.offset, finding.range.start.offset + 2000),
    );
    const first = fingerprint(finding.ruleId, finding.file, finding.scope, code, 0);
    const ordinal = seen.get(first) ?? 0;
    seen.set(first, ordinal + 1);
    finding.fingerprint =
      ordinal === 0 ? first : fingerprint(finding.ruleId, finding.file, finding.scope, code, ordinal);
  }
}
