import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../config/input-error.ts';

/** Names each path that is not there, with the one beside it that was probably meant. */
export function assertPaths(paths: readonly string[], cwd: string, commands: readonly string[]): void {
  for (const path of paths) {
    if (/[*?[\]{}!]/.test(path) || existsSync(resolve(cwd, path))) continue;
    if (commands.includes(path)) {
      throw new InputError(`options stand before the command "${path}"`, { help: `plimsoll ${path} comes first` });
    }
    if (lstatSync(resolve(cwd, path), { throwIfNoEntry: false })) {
      throw new InputError(`the symbolic link leads nowhere: ${path}`);
    }
    const folder = dirname(path);
    const siblings = listNames(resolve(cwd, folder)).map((name) => (folder === '.' ? name : join(folder, name)));
    const isWord = /^[a-z-]+$/.test(path);
    throw new InputError(isWord ? `no such file, folder or command: ${path}` : `no such file or folder: ${path}`, {
      wrong: { name: path, candidates: isWord ? [...commands, ...siblings] : siblings },
      ...(isWord ? { list: 'plimsoll --help' } : {}),
    });
  }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name !== 'node_modules' && !name.startsWith('.'));
  } catch {
    return [];
  }
}
