import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from '../../run.ts';
import { joinShards } from '../../shards.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import type { Session } from '../session.ts';
import { askedReporters, reportsOf, usualReporters } from './scan.ts';

/** Links and judges what the shards of a scan made of the files, and reports as an undivided scan does. */
export async function mergeCommand(files: readonly string[], flags: ScanFlags, session: Session): Promise<number> {
  const { cwd, signal } = session;
  const asked = askedReporters(flags, session);
  assertPaths(files, cwd, []);
  const given = { ...scanOptionsOf([], flags), cache: false, cwd, signal };
  const texts = new Map(files.map((file) => [file, readFileSync(resolve(cwd, file), 'utf8')]));
  const { options, shards } = await joinShards(texts, given);
  const choices = asked ?? (await usualReporters(options, session));
  const done = await run(options, { shards });
  await print(await reportsOf(done, choices));
  return done.result.exit.code;
}
