import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../config/input-error.ts';
import { Journal } from '../fix/journal.ts';
import type { ScanFlags } from './options.ts';
import type { ReporterChoice } from './reporting.ts';

/**
 * Where `--patch` writes, absolute; undefined without it. Looked at before the scan: after a repair it would be too late
 * to say that the file cannot be written.
 */
export function findPatchFile(
  { patch }: ScanFlags,
  cwd: string,
  reports: readonly ReporterChoice[] = [],
): string | undefined {
  if (patch === undefined) return undefined;
  if (patch === '') throw new InputError('--patch names no file', { help: '--patch plimsoll.patch' });
  const file = resolve(cwd, patch);
  if (reports.some((report) => report.file === file)) {
    throw new InputError(`the patch and a report cannot share the file ${patch}`);
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new InputError(`cannot write the patch: ${patch} is a folder`, { help: `--patch ${patch}/plimsoll.patch` });
  }
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw unwritable(cause);
  }
  return file;
}

/** In one step: who reads it finds the old one or the whole new one. Empty where nothing is to be repaired. */
export function writePatch(file: string | undefined, patch: string): void {
  if (file === undefined) return;
  try {
    new Journal().write(file, patch);
  } catch (cause) {
    throw unwritable(cause);
  }
}

function unwritable(cause: unknown): InputError {
  return new InputError(`cannot write the patch: ${(cause as Error).message}`, { cause });
}
