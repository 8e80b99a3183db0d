import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Rule, SourceCode } from 'eslint';
import { type FileScan, FileScanner } from '../engine/file-scanner.ts';
import { fixAlone, type LoneFix } from '../fix/fix-alone.ts';
import { RuntimeSupply } from '../fix/runtime-source.ts';
import type { Finding } from '../model/finding.ts';
import { pairs } from '../registry.generated.ts';
import { type PlimsollSettings, readSettings } from './settings.ts';

/** The scan of one file as ESLint parsed it, shared by all rules. */
export interface SharedScan extends FileScan {
  /** The repair of a finding by itself, or why there is none. */
  fixOf(finding: Finding): LoneFix | { why: string };
}

interface OpenProject {
  scanner: FileScanner;
  supply: RuntimeSupply;
  usedAt: number;
}

/** In an editor ESLint lives for hours: after a pause of this length the disk is looked at anew. */
const pauseMs = 5_000;
const sourceName = /\.[cm]?[jt]sx?$/;
const scans = new WeakMap<SourceCode, SharedScan | undefined>();
const projects = new Map<string, OpenProject>();

/** Undefined for what Plimsoll does not judge: other languages, blocks of another file, files that a scan leaves out. */
export function scanOf(context: Rule.RuleContext): SharedScan | undefined {
  const { sourceCode } = context;
  if (!scans.has(sourceCode)) scans.set(sourceCode, scan(context));
  return scans.get(sourceCode);
}

function scan({ filename, physicalFilename, cwd, sourceCode, settings }: Rule.RuleContext): SharedScan | undefined {
  if (filename !== physicalFilename || !sourceName.test(filename)) return undefined;
  const own = readSettings(settings.plimsoll);
  const file = resolve(cwd, filename);
  const root = rootOf(file, resolve(cwd, own.root ?? '.'));
  const project = openProject(root, own);
  const { scanner, supply } = project;
  const { text } = sourceCode;
  const found = scanner.scan(relative(root, file).replaceAll('\\', '/'), text);
  // The first scan that asks about other files may take longer than a pause.
  project.usedAt = Date.now();
  return (
    found && {
      ...found,
      fixOf: (finding) =>
        fixAlone(finding, text, { supply, listMakers: (...asked) => scanner.makers().list(...asked) }),
    }
  );
}

function rootOf(file: string, root: string): string {
  const way = relative(root, file);
  return way.startsWith('..') || isAbsolute(way) ? dirname(file) : root;
}

function openProject(root: string, { root: _, ...settings }: PlimsollSettings): OpenProject {
  const key = JSON.stringify([root, settings]);
  const now = Date.now();
  const known = projects.get(key);
  if (known && now - known.usedAt < pauseMs) return known;
  known?.scanner.refresh();
  const scanner = known?.scanner ?? new FileScanner({ root, ...settings }, pairs);
  const project = { scanner, supply: new RuntimeSupply(root, undefined), usedAt: now };
  projects.set(key, project);
  return project;
}
