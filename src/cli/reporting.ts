import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../config/input-error.ts';
import type { ScanResult } from '../model/scan-result.ts';
import type { ReportContext } from '../report/context.ts';
import { reporters } from '../report/reporters.ts';

export interface ReporterChoice {
  name: string;
  /** Absolute; stdout without. */
  file?: string;
  /** Adds to the file instead of replacing it. */
  append?: boolean;
}

/** `json,sarif=out.sarif`, as the environment gives it, at the commas that a known name follows: files may have commas. */
export function splitReporters(text: string): string[] {
  const names = Object.keys(reporters).join('|');
  return text.split(new RegExp(`,(?=(?:${names})(?:=|,|$))`));
}

/** `sarif=out.sarif` → sarif; throws `InputError` when there is no such reporter. */
export function nameOfReporter(text: string): string {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  if (!Object.hasOwn(reporters, name)) {
    const names = Object.keys(reporters);
    throw new InputError(`unknown reporter "${name}"`, {
      wrong: { name, candidates: names },
      list: `plimsoll scan --help (${names.join(', ')})`,
    });
  }
  return name;
}

/** `sarif=out.sarif` → name and file. */
export function parseReporter(text: string, cwd: string): ReporterChoice {
  const name = nameOfReporter(text);
  if (name === text) return { name };
  const file = text.slice(name.length + 1);
  if (file === '') throw new InputError(`--reporter ${name}= names no file`);
  return { name, file: resolve(cwd, file) };
}

/** Checks the choices as a whole; the terminal stays human when every report goes to a file. */
export function settleReporters(choices: readonly ReporterChoice[]): ReporterChoice[] {
  const onStdout = choices.filter((choice) => choice.file === undefined);
  const [first, second] = onStdout;
  if (first && second) {
    throw new InputError(`two reports cannot share stdout: ${first.name} and ${second.name}`, {
      help: `give one a file: --reporter ${second.name}=<file>`,
    });
  }
  const files = choices.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new InputError(`two reports cannot share the file ${twice}`);
  return onStdout.length > 0 ? [...choices] : [{ name: 'pretty' }, ...choices];
}

/** The machine format that stdout is meant for, if it is. */
export function stdoutFormat(choices: readonly ReporterChoice[]): string | undefined {
  const name = choices.find((choice) => choice.file === undefined)?.name;
  return name !== undefined && reporters[name]?.machine ? name : undefined;
}

/** Writes the reports that have a file, and returns what stdout gets. */
export async function writeReports(
  result: ScanResult,
  choices: readonly ReporterChoice[],
  context: ReportContext,
): Promise<string> {
  let stdout = '';
  for (const { name, file, append } of choices) {
    const render = await reporters[name]?.load();
    if (!render) continue;
    if (file === undefined) {
      stdout += render(result, context);
      continue;
    }
    const text = render(result, { ...context, colour: false, hyperlinks: false, unicode: true, width: 100 });
    try {
      mkdirSync(dirname(file), { recursive: true });
      if (append) appendFileSync(file, text);
      else writeFileSync(file, text);
    } catch (cause) {
      throw new InputError(`cannot write the ${name} report: ${(cause as Error).message}`, { cause });
    }
  }
  return stdout;
}
