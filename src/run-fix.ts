import { MakerIndex } from './engine/makers.ts';
import { ScanMemory } from './engine/scan-memory.ts';
import { type EditedFix, fixProject, type RuntimeMode } from './fix/fix.ts';
import type { Finding } from './model/finding.ts';
import type { FixResult } from './model/fix-result.ts';
import type { FixSafety } from './model/fixer.ts';
import { type Run, run, type ScanOptions } from './run.ts';

export interface FixOptions extends ScanOptions {
  /** `review` applies also the fixes after which results or order may differ. Default: `safe`. */
  safety?: FixSafety;
  /** Only these findings. Default: all that have a fix. */
  isChosen?(finding: Finding): boolean;
  /** What a person has made of the fix of a finding; undefined where it stays the fixer's. */
  editedFix?(finding: Finding): EditedFix | undefined;
  /** False plans and returns the patch, and writes nothing. Default: true. */
  write?: boolean;
  /** How fixed code gets the runtime. Default: the configuration's, else as a package where it is a dependency, else copied. */
  runtime?: RuntimeMode;
  /** A command line that must pass before and after; fixes that break it are taken back. Default: the configuration's. */
  verify?: string;
  /** Fix although the git tree has changes that are not committed. Default: false. */
  allowDirty?: boolean;
  /** Told of each run of the command of `verify`. */
  onVerify?(run: { runs: number; fixes: number }): void;
}

/** The scan before, what was changed, and the scan after (of the files as they would be, when nothing is written). */
export interface FixRun {
  before: Run;
  after: Run;
  fixes: FixResult;
}

/** Scan → fix → scan again. */
export async function runFix(options: FixOptions): Promise<FixRun> {
  const memory = new ScanMemory();
  const before = await run(options, { memory });
  const hashes = before.outcome.scanned.flatMap(({ path, hash }) =>
    hash === undefined ? [] : [[path, hash] as const],
  );
  const { safety, write, allowDirty, signal, onVerify, isChosen, editedFix } = options;
  const runtime = options.runtime ?? before.settings.runtime.value;
  const verify = options.verify ?? before.settings.verify.value;
  const makers = new MakerIndex(before.settings.root, before.outcome.scanned);
  const fixes = await fixProject(
    {
      root: before.settings.root,
      findings: before.result.findings,
      contentHashes: new Map(hashes),
      scanned: new Set(before.outcome.scanned.map(({ path }) => path)),
      listMakers: (file, className, texts) => makers.list(file, className, texts),
      onFixed: (file, text, tree) => memory.foresee(file, text, tree),
      refind: (...asked) => memory.refind(...asked),
      ...(safety === undefined ? {} : { safety }),
      ...(write === undefined ? {} : { write }),
      ...(runtime === undefined ? {} : { runtime }),
      ...(verify === undefined ? {} : { verify }),
      ...(allowDirty === undefined ? {} : { allowDirty }),
      ...(signal === undefined ? {} : { signal }),
      ...(onVerify === undefined ? {} : { onVerify }),
      ...(isChosen === undefined ? {} : { isChosen }),
      ...(editedFix === undefined ? {} : { editedFix }),
    },
    // The whole project, because a fix of one file can end what another one suffers from.
    async (texts) => (await before.rescan(texts)).result.findings,
  );
  if (fixes.files.length === 0) return { before, after: before, fixes };
  const texts = new Map(fixes.files.map(({ file, after }) => [file, after]));
  return { before, after: await before.rescan(fixes.written ? undefined : texts), fixes };
}
