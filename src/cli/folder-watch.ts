import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../config/input-error.ts';

/** A change is told when nothing more has happened for this long: editors and git write in several steps. */
const quietMs = 100;

/** Tells of changes below a folder, but not in node_modules or in folders and files that start with a dot. */
export class FolderWatch {
  readonly #root: string;
  readonly #watchers = new Map<string, FSWatcher>();
  #isChanged = false;
  #wake: (() => void) | undefined;

  constructor(root: string) {
    this.#root = root;
    this.#follow(root);
  }

  /** Resolves after a change since the last call, once it is quiet again. Rejects with the signal's reason. */
  async next(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isChanged) await this.#changed(signal);
    while (this.#isChanged) {
      this.#isChanged = false;
      await sleep(quietMs, undefined, { signal });
    }
    // Folders that came with the change.
    this.#follow(this.#root);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      this.#wake = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
    });
  }

  #tell(): void {
    this.#isChanged = true;
    this.#wake?.();
  }

  #follow(folder: string): void {
    if (!this.#watchers.has(folder)) this.#watch(folder);
    let entries: ReturnType<typeof list>;
    try {
      entries = list(folder);
    } catch {
      // Gone meanwhile, or not ours to read: the scan says so.
      return;
    }
    for (const entry of entries) {
      if (entry.isDirectory() && !isLeftOut(entry.name)) this.#follow(join(folder, entry.name));
    }
  }

  #watch(folder: string): void {
    const forget = (): void => {
      this.#watchers.get(folder)?.close();
      this.#watchers.delete(folder);
    };
    try {
      const watcher = watch(folder, (kind, name) => {
        if (name !== null && isLeftOut(name)) return;
        if (kind === 'rename') {
          // A folder that was replaced by another one has to be watched anew.
          const inner = name === null ? folder : join(folder, name);
          this.#watchers.get(inner)?.close();
          this.#watchers.delete(inner);
        }
        this.#tell();
      });
      watcher.on('error', forget);
      this.#watchers.set(folder, watcher);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EMFILE') return;
      throw new InputError(`the system allows no more than ${this.#watchers.size} folders to be watched`, {
        help: 'raise the limit (on Linux: sysctl fs.inotify.max_user_watches), or watch a smaller folder',
        cause,
      });
    }
  }
}

function list(folder: string) {
  return readdirSync(folder, { withFileTypes: true });
}

function isLeftOut(name: string): boolean {
  return name === 'node_modules' || (name.startsWith('.') && name !== '.gitignore');
}
