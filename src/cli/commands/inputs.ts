import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { configNames } from '../../config/load.ts';
import { findOwnersFile } from '../../engine/code-owners.ts';
import { run } from '../../run.ts';
import { version } from '../../version.ts';
import { agentVariables } from '../agents.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import type { Session } from '../session.ts';

/** Everything that can change the result of a scan, for build systems that cache it. */
export async function inputsCommand(paths: readonly string[], flags: ScanFlags, session: Session): Promise<number> {
  session.stdoutFormat = 'json';
  assertPaths(paths, session.cwd, []);
  const options = { ...scanOptionsOf(paths, flags), cwd: session.cwd, signal: session.signal };
  const { outcome, settings } = await run(options);
  const shown = (file: string) => relative(settings.root, file).replaceAll('\\', '/');
  const owners = findOwnersFile(settings.root);
  const folders = [...new Set(outcome.scanned.flatMap(({ path }) => foldersOf(path)))].sort();
  const beside = ['package.json', 'tsconfig.json', 'jsconfig.json', '.gitignore'];
  const document = {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version },
    root: '.',
    sources: [...outcome.scanned.map(({ path }) => path), ...outcome.problems.map(({ file }) => file)]
      .filter((file, index, all) => all.indexOf(file) === index)
      .sort(),
    configuration: [
      ...settings.files,
      ...settings.plugins.value,
      ...(settings.baseline.value ? [settings.baseline.value] : []),
      ...(owners === undefined ? [] : [owners]),
    ].map(shown),
    /** Files that would become the configuration if they appeared. */
    configurationCandidates: [...configNames, 'package.json'],
    packages: folders
      .flatMap((folder) => beside.map((name) => (folder === '' ? name : `${folder}/${name}`)))
      .filter((file) => existsSync(join(settings.root, file))),
    environment: ['CI', 'FORCE_COLOR', 'GITHUB_ACTIONS', 'NO_COLOR', 'PLIMSOLL_*', 'TERM', ...agentVariables],
    outputs: 'only where --reporter name=file says',
  };
  await print(`${JSON.stringify(document, undefined, 2)}\n`);
  return 0;
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}
