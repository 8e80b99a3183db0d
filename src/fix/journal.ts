import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Entry {
  path: string;
  before: Buffer | undefined;
  /** Folders made for it, outermost first. */
  folders: string[];
}

/**
 * Writes files so that each is either the old one or the new one at every moment, and remembers the old ones: `restore`
 * puts back all of them.
 */
export class Journal {
  readonly #entries: Entry[] = [];

  /** Replaces or makes a file; links are followed, the mode and the owner are kept. */
  write(path: string, text: string): void {
    const target = existsSync(path) ? realpathSync(path) : path;
    const before = existsSync(target) ? readFileSync(target) : undefined;
    const folders: string[] = [];
    for (let dir = dirname(target); !existsSync(dir); dir = dirname(dir)) folders.unshift(dir);
    const entry = { path: target, before, folders };
    // Noted first: a write that fails half-way may have made folders.
    this.#entries.push(entry);
    mkdirSync(dirname(target), { recursive: true });
    replace(target, text);
  }

  /** Puts back every file as it was, newest first, and removes what was made. */
  restore(): void {
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      if (entry.before) replace(entry.path, entry.before);
      else if (existsSync(entry.path)) unlinkSync(entry.path);
      for (const folder of entry.folders.reverse()) removeIfEmpty(folder);
    }
  }
}

function replace(path: string, content: string | Buffer): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const old = existsSync(path) ? statSync(path) : undefined;
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    if (old) {
      chmodSync(temporary, old.mode);
      keepOwner(temporary, old.uid, old.gid);
    }
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) unlinkSync(temporary);
    throw error;
  }
}

/** Only a superuser can give files away; for others the new file is theirs, as with any editor. */
function keepOwner(path: string, uid: number, gid: number): void {
  const { uid: own, gid: ownGroup } = statSync(path);
  if (own === uid && ownGroup === gid) return;
  try {
    chownSync(path, uid, gid);
  } catch {
    // The content is what counts.
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Someone else put something into it.
  }
}
