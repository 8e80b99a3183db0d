import type { ScanResult } from '../model/scan-result.ts';

/** One JSON value a line: the head, each finding, each problem, and the summary last. */
export function ndjson(result: ScanResult): string {
  const { findings, problems, suppressionProblems, schemaVersion, tool, ...summary } = result;
  const lines = [
    { type: 'start', schemaVersion, tool },
    ...findings.map((finding) => ({ type: 'finding', ...finding })),
    ...problems.map(({ kind, ...problem }) => ({ type: 'problem', problem: kind, ...problem })),
    ...suppressionProblems.map(({ kind, ...problem }) => ({ type: 'suppression-problem', problem: kind, ...problem })),
    { type: 'summary', ...summary },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
