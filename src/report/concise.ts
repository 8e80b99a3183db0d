import { Chalk } from 'chalk';
import type { ScanResult } from '../model/scan-result.ts';
import { paintFor } from './code-frame.ts';
import type { ReportContext } from './context.ts';
import {
  baselineInWords,
  besideInWords,
  besideTheScore,
  comparisonInWords,
  countsInWords,
  isActive,
  ownersInWords,
  placeOf,
} from './summary.ts';
import { oneLine, visible } from './text.ts';

/** One line a finding, as compilers print them, and one line for the whole. */
export function concise(result: ScanResult, context: ReportContext): string {
  const lines = tellings(result, context).map(({ line }) => line);
  const since = comparisonInWords(result);
  if (since !== undefined) lines.push(visible(since));
  if (result.baseline) lines.push(visible(baselineInWords(result.baseline)));
  return `${[...lines, wholeInOneLine(result)].join('\n')}\n`;
}

/** What came and what went between two scans, line by line, and one line for the whole; empty when nothing did. */
export function changes(before: ScanResult, after: ScanResult, context: ReportContext): string {
  const [old, fresh] = [tellings(before, context), tellings(after, context)];
  const went = without(old, fresh).map(({ line }) => `- ${line}`);
  const came = without(fresh, old).map(({ line }) => `+ ${line}`);
  if (went.length + came.length === 0 && wholeInOneLine(before) === wholeInOneLine(after)) return '';
  return `${[...went, ...came, wholeInOneLine(after)].join('\n')}\n`;
}

/** One thing that a report says, and what it is known by though lines above it change. */
interface Telling {
  line: string;
  identity: string;
}

function tellings(result: ScanResult, context: ReportContext): Telling[] {
  const paint = new Chalk({ level: context.colour ? 1 : 0 });
  return [
    ...result.findings.filter(isActive).map((finding) => {
      const owners = ownersInWords(finding);
      const beside = besideInWords(finding);
      const tail = `[${finding.ruleId}${beside === undefined ? '' : `, ${beside}`}]${owners === undefined ? '' : ` (${oneLine(owners)})`}`;
      return {
        line: `${visible(placeOf(finding))}: ${paintFor(finding, paint)(finding.severity)} ${oneLine(finding.message)} ${paint.dim(tail)}`,
        identity: `${finding.file} ${finding.fingerprint} ${finding.severity} ${tail}`,
      };
    }),
    ...result.problems.map(({ file, position, message }) => {
      const at = position ? `:${position.line}:${position.column}` : '';
      return {
        line: `${visible(file)}${at}: ${paint.red('not analysed')} ${oneLine(message)}`,
        identity: `${file} ${message}`,
      };
    }),
    ...result.suppressionProblems.map(({ file, line, message, kind }) => ({
      line: `${visible(file)}:${line}: ${paint.yellow('warning')} ${oneLine(message)} [${kind} suppression]`,
      identity: `${file} ${message} ${kind}`,
    })),
  ];
}

function without(tellings: readonly Telling[], others: readonly Telling[]): Telling[] {
  const left = new Map<string, number>();
  for (const { identity } of others) left.set(identity, (left.get(identity) ?? 0) + 1);
  return tellings.filter(({ identity }) => {
    const count = left.get(identity) ?? 0;
    left.set(identity, count - 1);
    return count <= 0;
  });
}

function wholeInOneLine({ score, findings, gates, partial }: ScanResult): string {
  const beside = besideTheScore(findings);
  const failed = gates.filter((gate) => !gate.passed).map((gate) => `${gate.name}: ${gate.message}`);
  return `score ${score.value}/100 ${score.grade}: ${countsInWords(score.counts)}${beside.length > 0 ? `; beside it ${beside.join(', ')}` : ''}${partial ? '; partial' : ''}${failed.length > 0 ? `; failed ${failed.join('; ')}` : ''}`;
}
