import type { PackageFacts } from '../model/file-context.ts';
import type { FileSummary } from '../model/link.ts';
import { hashOfFile, sha256, stampOf } from './content-hash.ts';
import type { DiscoveredFile } from './discover.ts';
import { hashOfFacts } from './packages.ts';
import type { FileOutcome } from './process-file.ts';

interface Known {
  outcome?: FileOutcome;
  /** Null for a text that cannot be parsed. */
  summary?: FileSummary | null;
  answers: Map<string, unknown>;
}

/**
 * What the scans of one process, with the same rules and settings, made of texts: the second processes only the texts that
 * it has not seen. Costs the memory of every outcome for as long as it lives.
 */
export class ScanMemory {
  /** By path, text and package facts. */
  readonly #known = new Map<string, Known>();
  readonly #stamps = new Map<string, { stamp: string; hash: string }>();
  readonly #factsHashes = new WeakMap<PackageFacts, string>();

  /**
   * What processing the file would give.
   *
   * @param instead a text that stands for the one on disk
   */
  outcomeOf(file: DiscoveredFile, facts: PackageFacts, instead?: string): FileOutcome | undefined {
    const outcome = this.#find(file, facts, instead)?.outcome;
    return outcome && apart(outcome);
  }

  /** Keeps what processing gave, as it is by now: the scan goes on writing into its findings. */
  putOutcome(file: DiscoveredFile, facts: PackageFacts, outcome: FileOutcome): void {
    if (outcome.kind === 'failed') return;
    if (outcome.kind === 'scanned' && outcome.result?.problems.some(({ kind }) => kind !== 'syntax')) return;
    this.#at(file.path, outcome.hash, facts).outcome = apart(outcome);
  }

  summaryOf(file: DiscoveredFile, facts: PackageFacts, instead?: string): FileSummary | null | undefined {
    return this.#find(file, facts, instead)?.summary;
  }

  putSummary(file: DiscoveredFile, facts: PackageFacts, summary: FileSummary | null, instead?: string): void {
    const hash = this.#hashOf(file, instead);
    if (hash !== undefined) this.#at(file.path, hash, facts).summary = summary;
  }

  answerOf(file: DiscoveredFile, facts: PackageFacts, question: string, instead?: string): unknown {
    return this.#find(file, facts, instead)?.answers.get(question);
  }

  putAnswer(file: DiscoveredFile, facts: PackageFacts, question: string, answer: unknown, instead?: string): void {
    const hash = this.#hashOf(file, instead);
    if (hash !== undefined) this.#at(file.path, hash, facts).answers.set(question, answer);
  }

  #find(file: DiscoveredFile, facts: PackageFacts, instead: string | undefined): Known | undefined {
    const hash = this.#hashOf(file, instead);
    return hash === undefined ? undefined : this.#known.get(this.#keyOf(file.path, hash, facts));
  }

  #at(path: string, hash: string, facts: PackageFacts): Known {
    const key = this.#keyOf(path, hash, facts);
    const known = this.#known.get(key) ?? { answers: new Map() };
    this.#known.set(key, known);
    return known;
  }

  #keyOf(path: string, hash: string, facts: PackageFacts): string {
    let factsHash = this.#factsHashes.get(facts);
    if (factsHash === undefined) {
      factsHash = hashOfFacts(facts);
      this.#factsHashes.set(facts, factsHash);
    }
    return [path, hash, factsHash].join('\0');
  }

  /** A file that was at rest when it was read is read again only when its times or its size differ. */
  #hashOf({ absolute }: DiscoveredFile, instead: string | undefined): string | undefined {
    if (instead !== undefined) return sha256(instead);
    const stamp = stampOf(absolute);
    const seen = this.#stamps.get(absolute);
    if (seen && stamp !== '' && seen.stamp === stamp) return seen.hash;
    const hash = hashOfFile(absolute);
    if (hash !== undefined) this.#stamps.set(absolute, { stamp, hash });
    return hash;
  }
}

/** The findings of an outcome are written into later; the rest of it never is. */
function apart(outcome: FileOutcome): FileOutcome {
  if (outcome.kind !== 'scanned' || !outcome.result) return outcome;
  return { ...outcome, result: { ...outcome.result, findings: structuredClone(outcome.result.findings) } };
}
