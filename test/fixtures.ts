import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { scan } from '../src/engine/scan.ts';
import type { ScanOutcome } from '../src/engine/scan-request.ts';
import type { RulePair } from '../src/model/fixer.ts';
import type { Confidence } from '../src/model/rule.ts';

export const fixturesRoot = join(import.meta.dirname, '../fixtures');

/** One file of `fixtures/<rule>/{bad,good,fixed}`, or a folder of files that belong together. */
export interface Fixture {
  name: string;
  /** Text by path relative to the fixture's own root. */
  files: Record<string, string>;
}

const sourceName = /\.[cm]?[jt]sx?$/;

export function listFixtures(ruleId: string, kind: 'bad' | 'good' | 'fixed' | 'weighed'): Fixture[] {
  const folder = join(fixturesRoot, ruleId, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || sourceName.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ name, files: readFixture(folder, name) }));
}

function readFixture(folder: string, name: string): Record<string, string> {
  if (sourceName.test(name)) return { [name]: readFileSync(join(folder, name), 'utf8') };
  const inside = join(folder, name);
  const paths = readdirSync(inside, { recursive: true, encoding: 'utf8' }).filter((path) => /\.[a-z]+$/.test(path));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(inside, path), 'utf8')]));
}

/** `file:line` of every line that a mark says must be reported, or of those marked as `possible` or `likely` only. */
export function listMarks(files: Readonly<Record<string, string>>, word = ''): string[] {
  const mark = new RegExp(`// plimsoll-expect${word && ` ${word}`}\\b`);
  return Object.entries(files).flatMap(([file, text]) =>
    text.split(/\r?\n/).flatMap((line, i) => (mark.test(line) ? [`${file}:${i + 1}`] : [])),
  );
}

/** Scans the files alone in a project of their own; the rule's fixture folder may bring a package.json. */
export async function scanFiles(
  files: Readonly<Record<string, string>>,
  pairs: readonly RulePair<never>[],
  ruleId?: string,
  confidence: Confidence = 'possible',
): Promise<ScanOutcome & { root: string }> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const manifest = ruleId === undefined ? '' : join(fixturesRoot, ruleId, 'package.json');
  if (manifest !== '' && existsSync(manifest)) cpSync(manifest, join(root, 'package.json'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const sources = Object.keys(files).filter((path) => sourceName.test(path));
  const outcome = await scan({ root, paths: sources, confidence }, pairs);
  return { ...outcome, root };
}

export function listPlaces(outcome: ScanOutcome): string[] {
  return [...new Set(outcome.findings.map(({ file, range }) => `${file}:${range.start.line}`))].sort();
}
