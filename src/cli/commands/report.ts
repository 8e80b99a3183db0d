import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ruleFacts } from '../../rule-facts.generated.ts';
import { parseResult, sourceReader } from '../../run.ts';
import { weights } from '../../score/weights.ts';
import { print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import { parseReporter, settleReporters, splitReporters, stdoutFormat, writeReports } from '../reporting.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

/** Renders a saved result again. Code comes from the files where they still are, else from the result itself. */
export async function reportCommand(file: string, flags: { reporter?: string[] }, session: Session): Promise<number> {
  const { cwd } = session;
  const choices = settleReporters(
    (flags.reporter ?? []).flatMap(splitReporters).map((text) => parseReporter(text, cwd)),
  );
  const format = stdoutFormat(choices);
  if (format !== undefined) session.stdoutFormat = format;
  assertPaths([file], cwd, []);
  const result = parseResult(readFileSync(resolve(cwd, file), 'utf8'), file);
  const read = sourceReader(cwd);
  const unchanged = new Map<string, boolean>();
  for (const finding of result.findings) {
    const first = finding.snippet.split('\n')[0]?.trim() ?? '';
    const line = read(finding.file)?.split(/\r\n|\n|\r/)[finding.range.start.line - 1] ?? '';
    unchanged.set(finding.file, (unchanged.get(finding.file) ?? true) && line.includes(first));
  }
  const stdout = await writeReports(result, choices, {
    ...terminalOf(process.stdout),
    readSource: (name) => (unchanged.get(name) === false ? undefined : read(name)),
    rules: ruleFacts,
    weights,
  });
  await print(stdout);
  return 0;
}
