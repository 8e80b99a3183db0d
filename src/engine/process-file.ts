import { fileRole } from '../ast/where/file-role.ts';
import type { FileContext, PackageFacts } from '../model/file-context.ts';
import type { Problem } from '../model/scan-result.ts';
import { sha256 } from './content-hash.ts';
import type { DiscoveredFile } from './discover.ts';
import { scanImports } from './import-scan.ts';
import type { KeptTexts } from './kept-texts.ts';
import type { RulePlan } from './rule-plan.ts';
import { type FileResult, runFile } from './run-file.ts';
import { countCodeLines, readSource, textKind } from './source-text.ts';
import type { ScanTiming } from './timing.ts';

/** What reading one file gave. Plain data, so that a worker thread can send it. */
export type FileOutcome =
  | { kind: 'skipped'; path: string; reason: 'generated' | 'minified'; hash: string }
  | { kind: 'failed'; path: string; problem: Problem }
  | {
      kind: 'scanned';
      path: string;
      bytes: number;
      codeLines: number;
      imports: string[];
      /** SHA-256 of the text, in hex. */
      hash: string;
      /** Absent when no rule could fire. */
      result?: FileResult;
    };

/** What a scan knows of a file, and wants of it, beside its outcome. */
export interface FileAids {
  /** A text that stands for the one on disk. */
  instead?: string | undefined;
  /** Told of the text on disk. */
  kept?: KeptTexts | undefined;
  /** As in `runFile`. */
  timing?: ScanTiming | undefined;
  /** Of the text, as in `runFile`. */
  tree?: FileContext | undefined;
}

/** Reads a file once, sifts its text, and parses it only if some rule could fire. */
export function processFile(
  file: DiscoveredFile,
  pkg: PackageFacts,
  plan: RulePlan,
  { instead, kept, timing, tree }: FileAids = {},
): FileOutcome {
  const { path } = file;
  const source =
    instead === undefined ? readSource(path, file.absolute) : { text: instead, bytes: Buffer.byteLength(instead) };
  if ('problem' in source) return { kind: 'failed', path, problem: source.problem };
  const { text, bytes } = source;
  const kind = file.explicit ? 'source' : textKind(text);
  const hash = sha256(text);
  if (kind !== 'source') return { kind: 'skipped', path, reason: kind, hash };
  if (instead === undefined) kept?.keep(path, text);
  const role = fileRole(path, text, pkg);
  const { rules, hasDirectives } = plan.select(path, text, role);
  const outcome: FileOutcome = {
    kind: 'scanned',
    path,
    bytes,
    codeLines: countCodeLines(text),
    imports: scanImports(text),
    hash,
  };
  if (rules.length > 0 || hasDirectives) {
    const input = { path, text, package: pkg, role, hasDirectives, confidence: plan.confidence, tree };
    outcome.result = runFile(input, rules, timing);
  }
  return outcome;
}
