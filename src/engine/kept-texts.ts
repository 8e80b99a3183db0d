/** Texts are kept up to this many characters, all together. */
const maxKept = 48_000_000;

/** Texts of files that were read, for whoever needs them again in one scan; those kept so far make room for more. */
export class KeptTexts {
  readonly #texts = new Map<string, string>();
  #length = 0;

  get(path: string): string | undefined {
    return this.#texts.get(path);
  }

  keep(path: string, text: string): void {
    this.#length += text.length;
    if (this.#length > maxKept) {
      this.#texts.clear();
      this.#length = text.length;
    }
    this.#texts.set(path, text);
  }
}
