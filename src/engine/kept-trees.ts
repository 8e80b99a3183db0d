import type { FileContext } from '../model/file-context.ts';

/**
 * Characters of source whose trees are kept, some 40 bytes of memory each. Measured on three projects: nine tenths of the
 * time that the linker spends on summaries is for files that the scan had parsed before.
 */
const maxKept = 2_000_000;

/** Trees that a scan keeps for its linker: the first ones, as many as there is room for. */
export class KeptTrees {
  readonly #files = new Map<string, FileContext>();
  #room = maxKept;

  keep(file: FileContext): void {
    if (file.text.length > this.#room) return;
    this.#room -= file.text.length;
    this.#files.set(file.path, file);
  }

  /** The tree of a file, which is not kept any longer. */
  take(path: string): FileContext | undefined {
    const file = this.#files.get(path);
    this.#files.delete(path);
    return file;
  }
}
