/** By question. */
type Answers = Record<string, unknown>;

/** Answers to questions about the texts of files. Of a file that is asked something new, what else no one asks goes. */
export class KeptAnswers {
  readonly #answers: Map<string, Answers>;
  readonly #asked = new Map<string, Set<string>>();
  readonly #grown = new Set<string>();

  /** @param kept by path, what {@link KeptAnswers.list} gave in an earlier scan */
  constructor(kept: Readonly<Record<string, Answers>> = {}) {
    this.#answers = new Map(Object.entries(kept));
  }

  of(path: string, question: string): unknown {
    const answer = this.#answers.get(path)?.[question];
    if (answer !== undefined) this.#mark(path, question);
    return answer;
  }

  put(path: string, question: string, answer: unknown): void {
    this.#answers.set(path, { ...this.#answers.get(path), [question]: answer });
    this.#mark(path, question);
    this.#grown.add(path);
  }

  /** For a file that has another text by now. */
  forget(path: string): void {
    this.#answers.delete(path);
  }

  /** What is worth keeping of some files. */
  list(paths: Iterable<string>): Record<string, Answers> {
    const kept: [string, Answers][] = [];
    for (const path of paths) {
      const answers = this.#answers.get(path);
      if (answers) kept.push([path, this.#grown.has(path) ? this.#listAsked(path, answers) : answers]);
    }
    return Object.fromEntries(kept);
  }

  #listAsked(path: string, answers: Answers): Answers {
    return Object.fromEntries(Object.entries(answers).filter(([question]) => this.#asked.get(path)?.has(question)));
  }

  #mark(path: string, question: string): void {
    const asked = this.#asked.get(path);
    if (asked) asked.add(question);
    else this.#asked.set(path, new Set([question]));
  }
}
