import { bareModule } from '../ast/names/provenance.ts';
import type { FunctionDeed } from '../model/link.ts';
import { textOfFact } from './fact-text.ts';
import type { Project } from './project.ts';
import { isTestFile } from './test-file.ts';

/** Which files state the facts that findings ask for; one look at all texts for those that are asked for together. */
export class StatedFacts {
  readonly #project: Project;
  readonly #candidates = new Map<string, readonly string[]>();
  readonly #found = new Map<string, string | undefined>();
  #importing: Map<string, string[]> | undefined;

  constructor(project: Project) {
    this.#project = project;
  }

  /** Looks for the files that may state each of the facts. */
  askAhead(facts: readonly string[]): void {
    this.#project.places.lookFor(facts.filter((fact) => !fact.startsWith('import:')));
  }

  /** A file that states a fact; the first by name. */
  find(fact: string): string | undefined {
    if (!this.#found.has(fact)) this.#found.set(fact, this.#search(fact));
    return this.#found.get(fact);
  }

  #search(fact: string): string | undefined {
    if (fact.startsWith('import:')) return this.#filesImporting(fact)[0];
    const candidates = this.#candidatesOf(fact);
    if (fact.startsWith('reused:')) return this.#findReuse(candidates, fact.slice('reused:'.length));
    const [, kind, name] = /^(function|keeping):(.*)$/s.exec(fact) ?? [];
    if (kind && name !== undefined) {
      const declares = (path: string): boolean => this.#declares(path, name, kind === 'keeping' ? 'keeps' : undefined);
      return candidates.find((path) => !isTestFile(this.#project, path) && declares(path));
    }
    const found = candidates.find((path) => this.#project.summaryOf(path)?.facts.includes(fact));
    return found ?? (fact.startsWith('made-for-call:') ? this.#searchOwners(fact, candidates) : undefined);
  }

  #filesImporting(fact: string): string[] {
    this.#importing ??= this.#indexImports();
    return this.#importing.get(fact.slice('import:'.length)) ?? [];
  }

  #indexImports(): Map<string, string[]> {
    const importing = new Map<string, string[]>();
    for (const { path, imports } of this.#project.files.values()) {
      for (const module of new Set(imports.filter((one) => !one.startsWith('.')).map(bareModule))) {
        const files = importing.get(module);
        if (files) files.push(path);
        else importing.set(module, [path]);
      }
    }
    return importing;
  }

  /** All files that state a fact. */
  filesStating(fact: string): string[] {
    if (fact.startsWith('import:')) return this.#filesImporting(fact);
    return this.#candidatesOf(fact).filter((path) => this.#project.summaryOf(path)?.facts.includes(fact));
  }

  /** The files whose text holds a word. */
  filesNaming(word: string): readonly string[] {
    return this.#candidatesOf(`reused:${word}`);
  }

  /** A part lives no longer than what makes it for itself. */
  #searchOwners(fact: string, candidates: readonly string[]): string | undefined {
    const part = `part:${fact.slice('made-for-call:'.length)}:`;
    this.#found.set(fact, undefined);
    const owners = candidates.flatMap((path) =>
      (this.#project.summaryOf(path)?.facts ?? [])
        .filter((stated) => stated.startsWith(part))
        .map((stated) => ({ path, owner: stated.slice(part.length) })),
    );
    // One pass over all texts for all of them.
    this.askAhead(owners.flatMap(({ owner }) => [`made-for-call:${owner}`, `made-once:${owner}`]));
    for (const { path, owner } of owners)
      if (this.find(`made-for-call:${owner}`) !== undefined && this.find(`made-once:${owner}`) === undefined)
        return path;
    return undefined;
  }

  #declares(path: string, name: string, deed: FunctionDeed | undefined): boolean {
    const functions = this.#project.summaryOf(path)?.functions ?? [];
    return functions.some(
      (fn) => (fn.name === name || fn.name.endsWith(`.${name}`)) && (!deed || (fn.deeds?.includes(deed) ?? false)),
    );
  }

  /** The file outside tests in which a name stands once more than where it is declared. */
  #findReuse(candidates: readonly string[], name: string): string | undefined {
    const word = new RegExp(`\\b${name}\\b`, 'g');
    let count = 0;
    return candidates.find((path) => {
      if (isTestFile(this.#project, path)) return false;
      count += this.#project.ask(path, `times ${name}`, (text) => text.match(word)?.length ?? 0);
      return count > 1;
    });
  }

  /** The files that may state a fact, by path. */
  #candidatesOf(fact: string): readonly string[] {
    let candidates = this.#candidates.get(fact);
    if (!candidates) {
      const files = this.#project.places.filesOf(fact);
      candidates = textOfFact(fact).isOfProduct ? files.filter((path) => !this.#project.isAside(path)) : files;
      this.#candidates.set(fact, candidates);
    }
    return candidates;
  }
}
