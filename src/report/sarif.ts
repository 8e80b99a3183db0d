import type { Finding, Range } from '../model/finding.ts';
import type { Confidence, Severity } from '../model/rule.ts';
import type { Problem, ScanResult } from '../model/scan-result.ts';
import { homepage, type ReportContext, rulePage } from './context.ts';
import { lineHashes } from './line-hashes.ts';
import { linesOf, positionAt, textOfRange } from './source-lines.ts';
import { besideInWords, toldSeverity, worstFirst } from './summary.ts';
import { pascalCase, plural, sentence } from './text.ts';

/** What GitHub takes of one run; what lies past it is cut, worst kept, and the cut is stated in a notification. */
export const limits = { results: 25_000, related: 100, snippetCharacters: 2_000, description: 1_024 } as const;

const levels: Record<Severity, 'error' | 'warning' | 'note'> = { high: 'error', medium: 'warning', low: 'note' };
const problemSeverities: Record<Severity, string> = { high: 'error', medium: 'warning', low: 'recommendation' };
const precisions: Record<Confidence, string> = { certain: 'very-high', likely: 'high', possible: 'medium' };

/** What the report knows of a scanned file, computed once a file. */
interface SourceFacts {
  text: string;
  lines: string[];
  hashes: string[];
}

type Sources = (file: string) => SourceFacts | undefined;

function sourcesOf(context: ReportContext): Sources {
  const known = new Map<string, SourceFacts | undefined>();
  return (file) => {
    if (!known.has(file)) {
      const text = context.readSource(file);
      known.set(file, text === undefined ? undefined : { text, lines: linesOf(text), hashes: lineHashes(text) });
    }
    return known.get(file);
  };
}

/** SARIF 2.1.0, within what GitHub code scanning reads of it. Suppressed and baselined results are marked, not dropped. */
export function sarif(result: ScanResult, context: ReportContext): string {
  const sources = sourcesOf(context);
  const kept =
    result.findings.length <= limits.results ? result.findings : worstFirst(result.findings).slice(0, limits.results);
  const ruleIds = [...new Set(kept.map((finding) => finding.ruleId))].sort();
  const ruleIndex = new Map(ruleIds.map((id, index) => [id, index]));
  const { version } = result.tool;
  const { versionControl } = context;
  const notifications = [
    ...result.problems.map(problemNotification),
    ...cutNotification(result.findings.length - kept.length),
  ];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Plimsoll',
            version,
            semanticVersion: version,
            informationUri: homepage,
            rules: ruleIds.map((id) => ruleDescriptor(id, kept, context)),
          },
        },
        automationDetails: { id: automationId(result) },
        ...(versionControl
          ? {
              versionControlProvenance: [
                {
                  repositoryUri: versionControl.repositoryUri,
                  revisionId: versionControl.revisionId,
                  ...(versionControl.branch === undefined ? {} : { branch: versionControl.branch }),
                  mappedTo: { uriBaseId: '%SRCROOT%' },
                },
              ],
            }
          : {}),
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The folder that was scanned.' } } },
        invocations: [
          {
            executionSuccessful: !result.partial,
            exitCode: result.exit.code,
            ...(notifications.length > 0 ? { toolExecutionNotifications: notifications } : {}),
          },
        ],
        results: kept.map((finding) => resultOf(finding, ruleIndex.get(finding.ruleId) ?? 0, sources)),
        properties: { score: result.score.value, grade: result.score.grade },
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** GitHub reads the category up to the last slash; a name of one package keeps the uploads of a workflow apart. */
function automationId(result: ScanResult): string {
  const [only, ...others] = result.packages;
  return only?.name !== undefined && others.length === 0 ? `plimsoll/${encodeURIComponent(only.name)}/` : 'plimsoll/';
}

function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function ruleDescriptor(id: string, findings: readonly Finding[], context: ReportContext) {
  const facts = context.rules.find((rule) => rule.id === id);
  const about = facts ?? findings.find((finding) => finding.ruleId === id);
  if (about === undefined) throw new Error(`no finding of rule ${id}`);
  const limitList = (facts?.limits ?? []).map((limit) => `- ${limit}`).join('\n');
  const words = id.replace(/^(no|require|prefer)-/, '').replaceAll('-', ' ');
  const short = { no: `No ${words}`, require: `Require ${words}`, prefer: `Prefer ${words}` }[id.split('-')[0] ?? ''];
  const text = `${sentence(about.why)}\n\n${sentence(about.advice)}`;
  const page = rulePage(id, context.rules);
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: clip(sentence(short ?? words), limits.description) },
    fullDescription: { text: clip(sentence(about.why), limits.description) },
    help: {
      text,
      markdown: `**Why**: ${sentence(about.why)}\n\n**Advice**: ${sentence(about.advice)}${limitList === '' ? '' : `\n\n**Limits**\n${limitList}`}${page === undefined ? '' : `\n\n[${id}](${page})`}`,
    },
    ...(page === undefined ? {} : { helpUri: page }),
    defaultConfiguration: { level: levels[about.severity] },
    properties: {
      tags: [about.category, 'performance', 'scalability'].filter((tag, at, all) => all.indexOf(tag) === at),
      precision: precisions[about.confidence],
      'problem.severity': problemSeverities[about.severity],
    },
  };
}

/** Relative to the scanned root, each segment encoded; a colon in the first one would read as a scheme. */
export function artifactUri(file: string): string {
  const encoded = file.split('/').map(encodeURIComponent).join('/').replaceAll('%40', '@');
  return /^[^/]*:/.test(file) ? `./${encoded}` : encoded;
}

function artifactLocation(file: string) {
  return { uri: artifactUri(file), uriBaseId: '%SRCROOT%' };
}

function regionOf({ start, end }: Range) {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function physicalLocation(file: string, range: Range, source: SourceFacts | undefined, snippet?: string) {
  const text = source === undefined ? snippet : textOfRange(source.text, range);
  return {
    artifactLocation: artifactLocation(file),
    region: {
      ...regionOf(range),
      ...(text ? { snippet: { text: clip(text, limits.snippetCharacters) } } : {}),
    },
    ...contextRegion(range, source),
  };
}

/** The two lines before and after, which must hold the region and more. */
function contextRegion({ start, end }: Range, source: SourceFacts | undefined) {
  if (source === undefined) return {};
  const startLine = Math.max(1, start.line - 2);
  const endLine = Math.min(source.lines.length, end.line + 2);
  const text = source.lines.slice(startLine - 1, endLine).join('\n');
  const isLarger = startLine < start.line || endLine > end.line;
  if (!isLarger || text.length > limits.snippetCharacters) return {};
  return { contextRegion: { startLine, endLine, snippet: { text } } };
}

/** Brackets of a message would start a link. */
function escapeMessage(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}

function messageOf(finding: Finding, related: readonly Finding['related'][number][]): string {
  const links = related.map((one, index) => `[${escapeMessage(one.note)}](${index + 1})`);
  const seeAlso = links.length > 0 ? ` See ${links.join(', ')}.` : '';
  const beside = besideInWords(finding);
  const weight = beside === undefined ? '' : ` Does not weigh: ${beside}.`;
  return `${escapeMessage(sentence(finding.message))} ${escapeMessage(sentence(finding.advice))}${weight}${seeAlso}`;
}

function resultOf(finding: Finding, ruleIndex: number, sources: Sources) {
  const source = sources(finding.file);
  const related = finding.related.slice(0, limits.related);
  const lineHash = source?.hashes[finding.range.start.line - 1];
  return {
    ruleId: finding.ruleId,
    ruleIndex,
    level: levels[toldSeverity(finding)],
    message: { text: messageOf(finding, related) },
    locations: [
      {
        physicalLocation: physicalLocation(finding.file, finding.range, source, finding.snippet),
        ...(finding.scope === ''
          ? {}
          : { logicalLocations: [{ fullyQualifiedName: finding.scope, kind: 'function' }] }),
      },
    ],
    partialFingerprints: {
      ...(lineHash === undefined ? {} : { primaryLocationLineHash: lineHash }),
      'plimsoll/v1': finding.fingerprint,
    },
    ...(related.length > 0
      ? {
          relatedLocations: related.map((one, index) => ({
            id: index + 1,
            message: { text: sentence(one.note) },
            physicalLocation: physicalLocation(one.file, one.range, sources(one.file)),
          })),
          codeFlows: [codeFlow(finding, related, sources)],
        }
      : {}),
    ...fixOf(finding, source),
    ...suppressionOf(finding),
    properties: {
      category: finding.category,
      confidence: finding.confidence,
      lifecycle: finding.lifecycle,
      ...(finding.effort === undefined ? {} : { effortMinutes: finding.effort }),
      ...(finding.owners === undefined ? {} : { owners: finding.owners }),
      ...(finding.skip === undefined ? {} : { noFix: finding.skip }),
    },
  };
}

/** The chain in order, the finding last. */
function codeFlow(finding: Finding, related: readonly Finding['related'][number][], sources: Sources) {
  const steps = [...related, { file: finding.file, range: finding.range, note: finding.message }];
  return {
    threadFlows: [
      {
        locations: steps.map((step) => ({
          location: {
            message: { text: sentence(step.note) },
            physicalLocation: physicalLocation(step.file, step.range, sources(step.file)),
          },
        })),
      },
    ],
  };
}

/** Only a fix that is whole by its edits: one that also needs imports would break the file when applied from here. */
function fixOf(finding: Finding, source: SourceFacts | undefined) {
  const { fix } = finding;
  if (!fix || source === undefined || fix.needs.length > 0 || fix.imports.length > 0) return {};
  return {
    fixes: [
      {
        description: { text: sentence(fix.changes) },
        artifactChanges: [
          {
            artifactLocation: artifactLocation(finding.file),
            replacements: fix.edits.map((edit) => ({
              deletedRegion: regionOf({
                start: positionAt(source.text, edit.start),
                end: positionAt(source.text, edit.end),
              }),
              insertedContent: { text: edit.text },
            })),
          },
        ],
      },
    ],
  };
}

function suppressionOf(finding: Finding) {
  if (finding.status === 'suppressed') {
    return {
      suppressions: [{ kind: 'inSource', ...(finding.reason === undefined ? {} : { justification: finding.reason }) }],
    };
  }
  // Code scanning compares by itself; a reader of the file is told what is old.
  if (finding.status === 'baselined' && finding.reason !== undefined) return { baselineState: 'unchanged' };
  if (finding.status === 'baselined') {
    return { baselineState: 'unchanged', suppressions: [{ kind: 'external', justification: 'In the baseline.' }] };
  }
  return {};
}

function problemNotification(problem: Problem) {
  const { position } = problem;
  return {
    level: 'error',
    message: { text: sentence(`The file '${problem.file}' could not be analysed: ${problem.message}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifactLocation(problem.file),
          ...(position ? { region: { startLine: position.line, startColumn: position.column } } : {}),
        },
      },
    ],
    descriptor: { id: problem.kind },
  };
}

function cutNotification(cut: number) {
  if (cut <= 0) return [];
  const text = `${plural(cut, 'result')} past GitHub's limit of ${limits.results} were left out of this file, the least severe and least certain ones.`;
  return [{ level: 'warning', message: { text }, descriptor: { id: 'results-cut' } }];
}
