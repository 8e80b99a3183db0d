/** One code base in a process of its own: `subject.ts <folder>` prints what happened as JSON; the folder is changed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Project, ScriptKind, type SourceFile, SyntaxKind } from 'ts-morph';
import { analyseFile } from '../../src/ast/analyse.ts';
import { fileRole } from '../../src/ast/where/file-role.ts';
import { discover } from '../../src/engine/discover.ts';
import { runFile } from '../../src/engine/run-file.ts';
import { UsageError } from '../../src/engine/scan-request.ts';
import { textKind } from '../../src/engine/source-text.ts';
import { fix } from '../../src/index.ts';
import { pairs } from '../../src/registry.generated.ts';
import type { Outcome } from './outcome.ts';

const root = process.argv[2]!;
const rules = pairs.map((pair) => ({
  pair,
  options: Object.fromEntries(Object.entries(pair.rule.options ?? {}).map(([name, option]) => [name, option.default])),
  severity: undefined,
  isTrusted: false,
}));

const outcome: Outcome = {
  files: 0,
  lines: 0,
  findings: 0,
  slowest: { file: '', ms: 0 },
  crashes: [],
  fixes: 0,
  fixedFiles: 0,
  unparsed: [],
  lostComments: [],
  unstable: [],
};

const { files, packages } = discover({ root, testFiles: true, respectGitignore: false });
for (const { path, absolute, packageDir } of files) {
  const text = readFileSync(absolute, 'utf8');
  if (textKind(text) !== 'source') continue;
  const input = {
    path,
    text,
    package: packages.factsOf(packageDir),
    role: fileRole(path, text, packages.factsOf(packageDir)),
    hasDirectives: false,
    confidence: 'possible' as const,
  };
  outcome.files++;
  outcome.lines += text.split('\n').length;
  const start = performance.now();
  try {
    const { findings } = runFile(input, rules);
    analyseFile(path, text, input.package, input.role).summary();
    outcome.findings += findings.length;
  } catch (error) {
    outcome.crashes.push({
      file: path,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
  const ms = performance.now() - start;
  if (ms > outcome.slowest.ms) outcome.slowest = { file: path, ms: Math.round(ms) };
}

const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { allowJs: true } });
function parse(path: string, text: string): SourceFile {
  const scriptKind = /\.[cm]?jsx?$/.test(path) ? ScriptKind.JSX : path.endsWith('x') ? ScriptKind.TSX : ScriptKind.TS;
  return project.createSourceFile(`/f${project.getSourceFiles().length}`, text, { scriptKind });
}

function syntaxErrors(file: SourceFile): number {
  return (file.compilerNode as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length;
}

function commentsOf(file: SourceFile): Map<string, number> {
  const seen = new Set<number>();
  const counts = new Map<string, number>();
  for (const node of file.getDescendants()) {
    if (node.getKind() === SyntaxKind.JsxText) continue;
    for (const range of [...node.getLeadingCommentRanges(), ...node.getTrailingCommentRanges()]) {
      if (seen.has(range.getPos())) continue;
      seen.add(range.getPos());
      const text = range.getText().replace(/\s+/g, ' ');
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return counts;
}

try {
  const options = { cwd: root, config: false, safety: 'review', allowDirty: true, allowPartial: true } as const;
  const first = await fix({ ...options, write: false });
  outcome.fixedFiles = first.fixes.files.length;
  for (const { file, before, after, applied } of first.fixes.files) {
    outcome.fixes += applied.length;
    const [old, fresh] = [parse(file, before), parse(file, after)];
    if (syntaxErrors(fresh) > syntaxErrors(old)) outcome.unparsed.push(file);
    const left = commentsOf(fresh);
    for (const [text, count] of commentsOf(old)) {
      if ((left.get(text) ?? 0) < count) outcome.lostComments.push({ file, comment: text.slice(0, 120) });
    }
    writeFileSync(join(root, file), after);
  }
  for (const { file, after } of first.fixes.support) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), after);
  }
  const second = first.fixes.files.length > 0 ? await fix({ ...options, write: false }) : undefined;
  outcome.unstable.push(...(second?.fixes.files.map(({ file }) => file) ?? []));
} catch (error) {
  // A code base that is all tests has nothing to scan, and says so.
  if (!(error instanceof UsageError))
    outcome.crashes.push({ file: '', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
console.log(JSON.stringify(outcome));
