import { dirname, isAbsolute, join, relative, sep, win32 } from 'node:path';
import { type KeyPath, keyInWords } from './check.ts';
import { InputError } from './input-error.ts';
import { type ConfigFile, placeIn } from './load.ts';
import type { Config } from './types.ts';

/** A path with `/`, whatever the system writes. */
export function posix(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** The globs of a configuration file, made relative to the root: without one, of the folder that they are relative to. */
export function rebaseGlobs(root: string, globs: readonly string[], { file, globsFrom = dirname(file) }: ConfigFile) {
  const folder = posix(relative(root, globsFrom));
  return folder === ''
    ? [...globs]
    : globs.map((glob) => glob.replace(/^(!?)(.*)$/s, (_, not, rest) => `${not}${posix(join(folder, rest))}`));
}

/** Throws `InputError`, with its place, for the first glob that can match nothing. */
export async function assertGlobs(root: string, one: ConfigFile, shown: (file: string) => string): Promise<void> {
  for (const [path, globs] of listGlobs(one.config)) {
    for (const [index, glob] of globs.entries()) {
      const plain = glob.replace(/^!/, '');
      const why = whyUseless(plain) ?? whyOutside(plain, rebaseGlobs(root, [plain], one)[0]!);
      if (why === undefined) continue;
      const at = await placeIn(one.file, [...path, index], shown);
      throw new InputError(`"${keyInWords(path)}" holds a glob that matches nothing: "${glob}" ${why}`, { at });
    }
  }
}

function listGlobs({ include, exclude, entryPoints, overrides }: Config): [KeyPath, readonly string[]][] {
  return [
    [['include'], include ?? []],
    [['exclude'], exclude ?? []],
    [['entryPoints', 'request'], entryPoints?.request ?? []],
    [['entryPoints', 'event'], entryPoints?.event ?? []],
    ...(overrides ?? []).map(({ files }, index): [KeyPath, readonly string[]] => [
      ['overrides', index, 'files'],
      files,
    ]),
  ];
}

function whyUseless(glob: string): string | undefined {
  if (glob.trim() === '') return 'is empty';
  if (isAbsolute(glob) || win32.isAbsolute(glob)) return 'is absolute: write it relative to this file';
  const open = /\[(?!.[^\]]*\])/.exec(glob) ? '[' : /\{(?![^}]*\})/.exec(glob) ? '{' : undefined;
  return open && `never closes its ${open}`;
}

/** What a file above the root says of more than the root is no mistake: only who goes up can go too far. */
function whyOutside(...globs: [written: string, fromRoot: string]): string | undefined {
  return globs.every((glob) => /^\.\.(?:\/|$)/.test(posix(join(glob))))
    ? 'leaves the folder that is scanned'
    : undefined;
}
