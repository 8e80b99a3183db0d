import { type FactText, textOfFact } from './fact-text.ts';
import { createPick } from './sift.ts';

/** Which files may state which facts, as it is kept from one scan to the next. */
export interface KeptPlaces {
  files: readonly string[];
  /** What tells the content of each from every other one; '' where it could not be read. */
  contents: readonly string[];
  /** Of each fact, the places of its files in `files`. */
  facts: readonly (readonly [fact: string, places: readonly number[]])[];
}

/**
 * Which files have a text that may state each fact. All texts are looked at once for the facts that are asked for together;
 * of the facts that are known, only the texts that have changed are looked at.
 */
export class FactPlaces {
  readonly #paths: readonly string[];
  readonly #textOf: (path: string) => string | undefined;
  /** By fact, places in the list of paths, ascending. */
  readonly #places = new Map<string, readonly number[]>();
  /** Places of the files that have another text by now. */
  readonly #stale = new Set<number>();
  readonly #asked = new Set<string>();
  /** By folder, the places of the files below it. */
  readonly #below = new Map<string, readonly number[]>();
  #isChanged = false;

  /** @param paths sorted */
  constructor(paths: readonly string[], textOf: (path: string) => string | undefined) {
    this.#paths = paths;
    this.#textOf = textOf;
  }

  /** Whether another scan would learn something from what is known. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /**
   * Takes over what an earlier scan knew, ahead of all else.
   *
   * @param contents of the files by now, in order; '' for those that are to be looked at anew
   */
  recall(kept: KeptPlaces, contents: readonly string[]): void {
    const now = new Map(this.#paths.map((path, place) => [path, place]));
    const moved = kept.files.map((path) => now.get(path));
    const seen = new Map(kept.files.map((path, i) => [path, kept.contents[i]]));
    for (const [place, path] of this.#paths.entries()) {
      if (contents[place] === '' || contents[place] !== seen.get(path)) this.#stale.add(place);
    }
    for (const [fact, places] of kept.facts) this.#places.set(fact, places.map((i) => moved[i]).filter(isDefined));
  }

  /** @param isWhole whether facts that nobody asked for are left out */
  keep(contents: readonly string[], isWhole: boolean): KeptPlaces {
    const facts = [...this.#places].filter(([fact]) => !isWhole || this.#asked.has(fact));
    return { files: this.#paths, contents, facts };
  }

  /** Has the text of a file looked at anew. */
  forget(path: string): void {
    const place = this.#paths.indexOf(path);
    if (place >= 0) this.#stale.add(place);
  }

  /** The files that may state a fact, sorted. */
  filesOf(fact: string): string[] {
    this.lookFor([fact]);
    return this.#places.get(fact)!.map((place) => this.#paths[place]!);
  }

  /** Takes one pass over all texts for the facts that are not known yet. */
  lookFor(facts: readonly string[]): void {
    if (facts.length === 0) return;
    if (this.#stale.size > 0) this.#lookAgain();
    for (const fact of facts) this.#asked.add(fact);
    const unknown = [...new Set(facts)].filter((fact) => !this.#places.has(fact));
    if (unknown.length === 0) return;
    const found = this.#search(unknown, this.#placesFor(unknown));
    for (const [i, fact] of unknown.entries()) this.#places.set(fact, found[i]!);
    this.#isChanged = true;
  }

  /** Where facts of one folder, which come one by one, are looked for: not in all files. */
  #placesFor([first, ...others]: readonly string[]): Iterable<number> {
    const { folder } = textOfFact(first!);
    if (folder === undefined || others.length > 0) return this.#paths.keys();
    let below = this.#below.get(folder);
    if (!below) {
      below = [...this.#paths.keys()].filter((place) => isBelow(this.#paths[place]!, folder));
      this.#below.set(folder, below);
    }
    return below;
  }

  #lookAgain(): void {
    const known = [...this.#places];
    const found = this.#search(
      known.map(([fact]) => fact),
      this.#stale,
    );
    for (const [i, [fact, places]] of known.entries()) {
      const rest = places.filter((place) => !this.#stale.has(place));
      this.#places.set(
        fact,
        [...rest, ...found[i]!].sort((a, b) => a - b),
      );
    }
    this.#stale.clear();
    this.#isChanged = true;
  }

  /** Of each fact, those of `places` whose text may state it. */
  #search(facts: readonly string[], places: Iterable<number>): number[][] {
    const forms = facts.map(textOfFact);
    const pick = createPick(forms);
    const found = facts.map((): number[] => []);
    for (const place of places) {
      const path = this.#paths[place]!;
      if (!forms.some((form) => isAskedOf(form, path))) continue;
      const text = this.#textOf(path) ?? '';
      for (const i of pick(text)) {
        const form = forms[i]!;
        if (isAskedOf(form, path) && (form.shape?.test(text) ?? true)) found[i]!.push(place);
      }
    }
    return found;
  }
}

function isAskedOf({ folder }: FactText, path: string): boolean {
  return folder === undefined || isBelow(path, folder);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) && path[folder.length] === '/';
}

function isDefined(place: number | undefined): place is number {
  return place !== undefined;
}
