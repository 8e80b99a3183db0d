/** Copies a naive system, scans and fixes the copies with the built command line, and compiles all of them. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

export const formNames = ['naive', 'safe', 'fixed'] as const;
export type FormName = (typeof formNames)[number];

export interface Verdict {
  score: number;
  grade: string;
  high: number;
  medium: number;
}

/** One form of a system, compiled. */
export interface Form {
  name: FormName;
  /** URL of the compiled `index.js`. */
  entry: string;
  verdict: Verdict;
  /** What the fixer said it repaired; 0 for the naive form. */
  fixes: number;
  /** Findings that are left, as `rule file:line`. */
  left: string[];
  compileErrors: string[];
  /** Whether fixing once more changes nothing; true for the naive form. */
  isStable: boolean;
}

export interface System {
  name: string;
  forms: Record<FormName, Form>;
}

const root = process.cwd();

function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, output: stdout + stderr });
    });
  });
}

interface Found {
  ruleId: string;
  severity: string;
  status: string;
  file: string;
  range: { start: { line: number } };
}
interface Report {
  score: { value: number; grade: string; counts: { high: number; medium: number } };
  findings: Found[];
}

async function plimsoll(folder: string, flags: readonly string[]): Promise<Report> {
  const report = join(folder, '../report.json');
  const bin = join(root, 'bin/plimsoll.js');
  const args = ['scan', '.', ...flags, '--quiet', '--no-config', '--reporter', `json=${report}`];
  const { code, output } = await run(process.execPath, [bin, ...args], folder);
  // 1 says that a gate failed, as it should for the naive form.
  if (code > 1) throw new Error(`plimsoll ${args.join(' ')} in ${folder} ended with ${code}:\n${output}`);
  return JSON.parse(readFileSync(report, 'utf8')) as Report;
}

function contentOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return files
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${path}\n${readFileSync(join(folder, path), 'utf8')}`)
    .join('\n');
}

interface Building {
  source: string;
  folder: string;
  name: FormName;
  /** Active findings of the naive form. */
  found: number;
  /** Leaves out the second fix, which takes as long as the first. */
  quick: boolean;
}

async function build({ source, folder, name, found, quick }: Building): Promise<Form> {
  const copy = join(folder, name);
  mkdirSync(copy, { recursive: true });
  for (const entry of ['src', 'package.json', 'tsconfig.json']) {
    cpSync(join(source, entry), join(copy, entry), { recursive: true });
  }
  const fix = [`--fix=${name === 'safe' ? 'safe' : 'review'}`, '--runtime', 'copy', '--allow-dirty'];
  const after = await plimsoll(copy, name === 'naive' ? [] : fix);
  let isStable = true;
  if (name !== 'naive' && !quick) {
    const once = contentOf(copy);
    await plimsoll(copy, fix);
    isStable = contentOf(copy) === once;
  }
  const { value: score, grade, counts } = after.score;
  return {
    name,
    entry: pathToFileURL(join(copy, 'dist/index.js')).href,
    verdict: { score, grade, high: counts.high, medium: counts.medium },
    fixes: name === 'naive' ? 0 : found - active(after).length,
    left: active(after).map(({ ruleId, file, range }) => `${ruleId} ${file}:${range.start.line}`),
    compileErrors: compile(copy),
    isStable,
  };
}

/** Declarations of libraries, parsed once for all forms. */
const sources = new Map<string, ts.SourceFile | undefined>();

/** Emits `dist/` under the form's own settings; what the compiler has to say against it. */
function compile(copy: string): string[] {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
  const config = ts.getParsedCommandLineOfConfigFile(join(copy, 'tsconfig.json'), {}, host);
  if (!config?.options.strict) throw new Error(`${copy} has no strict settings`);
  const compiler = ts.createCompilerHost(config.options);
  const read = compiler.getSourceFile;
  compiler.getSourceFile = (fileName, ...rest) => {
    if (!fileName.includes('/node_modules/')) return read(fileName, ...rest);
    if (!sources.has(fileName)) sources.set(fileName, read(fileName, ...rest));
    return sources.get(fileName);
  };
  const program = ts.createProgram(config.fileNames, config.options, compiler);
  const problems = ts.getPreEmitDiagnostics(program);
  program.emit();
  return problems.map(({ file, messageText }) => {
    return `${file?.fileName ?? copy}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

function active(report: Report): Found[] {
  return report.findings.filter(({ status }) => status === 'active');
}

/** Builds the three forms of the system in `source` below `work`, or takes those that are there. */
export async function buildSystem(name: string, source: string, work: string, quick: boolean): Promise<System> {
  const folder = join(work, name);
  const kept = join(folder, 'system.json');
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as System;
  mkdirSync(folder, { recursive: true });
  const modules = join(work, 'node_modules');
  if (!existsSync(modules)) symlinkSync(join(root, 'node_modules'), modules);
  const forms = {} as Record<FormName, Form>;
  for (const form of formNames) {
    const found = form === 'naive' ? 0 : forms.naive.left.length;
    forms[form] = await build({ source, folder, name: form, found, quick });
  }
  writeFileSync(kept, JSON.stringify({ name, forms }));
  return { name, forms };
}
