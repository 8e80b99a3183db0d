import { join } from 'node:path';
import type { PackageFacts } from '../model/file-context.ts';
import type { FileSummary } from '../model/link.ts';
import { hashOfFile, headOfHash, readState, sha256, stampOf } from './content-hash.ts';
import type { DiscoveredFile } from './discover.ts';
import type { KeptPlaces } from './fact-places.ts';
import { KeptAnswers } from './kept-answers.ts';
import { type KeptOutcome, packOutcome, unpackOutcome } from './kept-outcome.ts';
import { type ConfigStates, type ImportTargets, type KeptTargets, packTargets, unpackTargets } from './kept-targets.ts';
import { hashOfFacts } from './packages.ts';
import type { FileOutcome } from './process-file.ts';
import { keepNewest, RecordFile, RecordWriter, type Stored } from './record-file.ts';
import { planRequest, type ScanOutcome, type ScanRequest } from './scan-request.ts';

/** What is kept of one file. All of it holds for one text only; `outcome` and `summary` also for one set of facts. */
interface Row {
  /** SHA-256 of the content, in hex. */
  hash: string;
  /** Times and size with which the content was seen; '' when they say nothing, and the content has to be read. */
  stamp: string;
  /** Hash of the package facts. */
  facts: string;
  /** {@link StoredOutcome}; `plain` stands for one among those of {@link PlainOutcomes}. */
  outcome?: Stored | 'plain';
  /** Where there is no outcome: the specifiers that the text names. */
  imports?: Stored;
  /** A summary; null for a text that cannot be parsed. */
  summary?: Stored;
}

interface StoredOutcome {
  /** Without its summary, which has a record of its own. */
  outcome: Exclude<FileOutcome, { kind: 'failed' }>;
  hasSummary: boolean;
  explicit: boolean;
}

/**
 * The outcomes of all files that no rule looked at, by path, and without what their rows tell: most files are such, and
 * to read a record of its own for each takes several times as long.
 */
type PlainOutcomes = Record<string, StoredOutcome>;

/** The outcome of a whole scan. */
interface Whole {
  /** Of every text and package.json, and of what discovery found. */
  key: string;
  /** The day it was judged on, where that matters. */
  day?: string;
  /** {@link ConfigStates} */
  configs: Stored;
  /** {@link KeptOutcome} */
  outcome: Stored;
}

interface Index {
  files: Record<string, Row>;
  /** The newest first. */
  wholes: Whole[];
  /** {@link PlainOutcomes} */
  plain?: Stored;
  /** Of the last scan that asked; its key stands for the names of all files, and for every package.json. */
  targets?: { key: string; kept: Stored };
  /** {@link KeptPlaces} */
  places?: Stored;
  /** {@link KeptAnswers}, of the files whose rows hold by now. */
  answers?: Stored;
}

const maxWholes = 4;
/** Files of a cache folder: one for each set of rules and settings that is in use. */
const maxFiles = 8;
/**
 * What earlier scans with the same rules and settings made of files: outcomes, summaries, and the outcomes of whole scans.
 * Entries answer for a content, never for a name or a time alone; damage reads as absence; writing is best effort.
 */
export class ScanCache {
  readonly #file: string;
  readonly #folder: string;
  readonly #isCopy: boolean;
  readonly #records: RecordFile;
  readonly #index: Index;
  readonly #current = new Map<string, Row | undefined>();
  readonly #stamps = new Map<string, string>();
  readonly #hashes = new Map<string, string | undefined>();
  readonly #factsHashes = new Map<string, string>();
  #plain: PlainOutcomes | undefined;
  #answers: KeptAnswers | undefined;
  #isChanged = false;

  /** Opens what there is; undefined when the request wants no cache. */
  static open(request: ScanRequest): ScanCache | undefined {
    if (!request.cache) return undefined;
    const { folder, identity, isCopy } = request.cache;
    const name = sha256(JSON.stringify([identity, planRequest(request)])).slice(0, 32);
    return new ScanCache(folder, join(folder, name), isCopy === true);
  }

  private constructor(folder: string, file: string, isCopy: boolean) {
    this.#folder = folder;
    this.#file = file;
    this.#isCopy = isCopy;
    const found = RecordFile.read(file);
    this.#index = (found?.index as Index | undefined) ?? { files: {}, wholes: [] };
    this.#records = found?.records ?? new RecordFile();
  }

  /** Whether earlier scans kept anything of a file with this name. */
  knows({ path }: DiscoveredFile): boolean {
    return Object.hasOwn(this.#index.files, path);
  }

  /** Hash of the content that the file has now; undefined when it cannot be read. */
  hashOf(file: DiscoveredFile): string | undefined {
    this.#rowOf(file);
    if (!this.#hashes.has(file.path)) this.#hashes.set(file.path, hashOfFile(file.absolute));
    return this.#hashes.get(file.path);
  }

  /** The head of its hash; '' when it cannot be read. */
  contentOf(file: DiscoveredFile): string {
    return headOfHash(this.hashOf(file));
  }

  /**
   * What processing the file would give.
   *
   * @param instead a text that stands for the one on disk
   */
  outcomeOf(file: DiscoveredFile, facts: PackageFacts, instead?: string): FileOutcome | undefined {
    const row = instead === undefined ? this.#rowOf(file) : this.#rowOfText(file, instead);
    if (!row?.outcome || row.facts !== this.#hashOfFacts(facts)) return undefined;
    const stored = this.#storedOutcome(file, row);
    if (!stored || stored.explicit !== file.explicit) return undefined;
    const { outcome } = stored;
    if (!stored.hasSummary || outcome.kind !== 'scanned' || !outcome.result) return outcome;
    const summary = row.summary && (this.#records.valueOf(row.summary) as FileSummary | undefined);
    return summary && { ...outcome, result: { ...outcome.result, summary } };
  }

  /** Keeps what processing gave, unless the same text could give something else another time. */
  putOutcome(file: DiscoveredFile, facts: PackageFacts, outcome: FileOutcome): void {
    if (outcome.kind === 'failed' || this.#isTaken(file)) return;
    const row = this.#renew(file, facts, outcome.hash);
    if (outcome.kind === 'skipped' || !outcome.result) {
      this.#plainOutcomes()[file.path] = { outcome: withoutName(outcome), hasSummary: false, explicit: file.explicit };
      row.outcome = 'plain';
      return;
    }
    const { summary, ...result } = outcome.result;
    if (result.problems.some(({ kind }) => kind !== 'syntax')) return;
    const hasSummary = summary !== undefined;
    row.outcome = toRecord({ outcome: { ...outcome, result }, hasSummary, explicit: file.explicit });
    if (hasSummary) row.summary = toRecord(summary);
  }

  importsOf(file: DiscoveredFile): readonly string[] | undefined {
    const row = this.#rowOf(file);
    if (row?.imports) return this.#records.valueOf(row.imports) as string[] | undefined;
    const stored = row && this.#storedOutcome(file, row);
    return stored?.outcome.kind === 'scanned' ? stored.outcome.imports : undefined;
  }

  putImports(file: DiscoveredFile, facts: PackageFacts, text: string, imports: readonly string[]): void {
    if (this.#isTaken(file)) return;
    this.#renew(file, facts, sha256(text)).imports = toRecord(imports);
  }

  /** Null for a file that cannot be parsed; undefined when it is not known. */
  summaryOf(file: DiscoveredFile, facts: PackageFacts): FileSummary | null | undefined {
    const row = this.#rowOf(file);
    if (!row?.summary || row.facts !== this.#hashOfFacts(facts)) return undefined;
    return this.#records.valueOf(row.summary) as FileSummary | null | undefined;
  }

  /** Adds the summary to what is known of the file with this content. */
  putSummary(file: DiscoveredFile, facts: PackageFacts, summary: FileSummary | null): void {
    const row = this.#rowOf(file);
    if (row?.facts !== this.#hashOfFacts(facts)) return;
    row.summary = toRecord(summary);
    this.#isChanged = true;
  }

  answerOf(file: DiscoveredFile, question: string): unknown {
    return this.#rowOf(file) && this.#openAnswers().of(file.path, question);
  }

  putAnswer(file: DiscoveredFile, question: string, answer: unknown): void {
    if (!this.#rowOf(file)) return;
    this.#openAnswers().put(file.path, question, answer);
    this.#isChanged = true;
  }

  /** The outcome of a scan of the same content with the same surroundings. */
  findWhole(
    key: string | undefined,
    root: string,
    today: string,
    files: readonly DiscoveredFile[],
  ): ScanOutcome | undefined {
    for (const { key: known, configs, day, outcome } of this.#index.wholes) {
      if (known !== key || (day !== undefined && day !== today)) continue;
      if (!areAsKept(this.#records.valueOf(configs) as ConfigStates | undefined, root)) continue;
      const kept = this.#records.valueOf(outcome) as KeptOutcome | undefined;
      if (kept) return unpackOutcome(kept, files, (file) => this.hashOf(file)!);
    }
    return undefined;
  }

  /** @param of what the outcome is found by, `files` of the scan among it, as they are given to find it */
  putWhole(
    of: { key: string; configs: ConfigStates; day?: string; files: readonly DiscoveredFile[] },
    outcome: ScanOutcome,
  ): void {
    const { files, configs, ...rest } = of;
    this.#index.wholes.unshift({ ...rest, configs: toRecord(configs), outcome: toRecord(packOutcome(outcome, files)) });
    this.#isChanged = true;
  }

  /**
   * Which files the `files` import, of those whose content is the same as when that was found.
   *
   * @param key of all that targets depend on besides contents and tsconfig files, the order of `files` included
   */
  targetsOf(key: string, root: string, files: readonly DiscoveredFile[]): ImportTargets | undefined {
    const found = this.#index.targets;
    if (found?.key !== key) return undefined;
    const kept = this.#records.valueOf(found.kept) as KeptTargets | undefined;
    if (!kept || !areAsKept(kept.configs, root)) return undefined;
    return unpackTargets(kept, files, this.#contentsOf(files));
  }

  putTargets(key: string, files: readonly DiscoveredFile[], found: ImportTargets): void {
    if (this.#isCopy && this.#index.targets) return;
    this.#index.targets = { key, kept: toRecord(packTargets(found, files, this.#contentsOf(files))) };
    this.#isChanged = true;
  }

  places(): KeptPlaces | undefined {
    return this.#index.places && (this.#records.valueOf(this.#index.places) as KeptPlaces | undefined);
  }

  putPlaces(places: KeptPlaces): void {
    if (this.#isCopy && this.#index.places) return;
    this.#index.places = toRecord(places);
    this.#isChanged = true;
  }

  /**
   * Writes what has changed. A cache that cannot be written is none: the next scan is a cold one.
   *
   * @param keep the files there are; without it those of earlier scans stay
   */
  save(keep?: ReadonlySet<string>): void {
    if (!this.#isChanged) return;
    const writer = new RecordWriter();
    const move = (stored: Stored | undefined): Stored | undefined => stored && writer.add(this.#records, stored);
    // What is undefined is not written.
    const files: [string, Record<keyof Row, unknown>][] = [];
    const plain: PlainOutcomes = Object.create(null) as PlainOutcomes;
    for (const [path, row] of Object.entries(this.#index.files)) {
      if (keep && !this.#isCopy && !keep.has(path)) continue;
      const { hash, stamp, facts } = row;
      const own = row.outcome === 'plain' ? this.#plainOutcomes()[path] : undefined;
      if (own) plain[path] = own;
      const outcome = row.outcome === 'plain' ? own && ('plain' as const) : move(row.outcome);
      const [imports, summary] = [move(row.imports), move(row.summary)];
      files.push([path, { hash, stamp, facts, outcome, imports, summary }]);
    }
    const wholes = this.#index.wholes.slice(0, maxWholes).map((whole) => ({
      ...whole,
      configs: writer.add(this.#records, whole.configs),
      outcome: writer.add(this.#records, whole.outcome),
    }));
    const found = this.#index.targets;
    const targets = found && { ...found, kept: writer.add(this.#records, found.kept) };
    const places = move(this.#index.places);
    const kept = this.#answers?.list(files.map(([path]) => path));
    const answers = move(kept ? toRecord(kept) : this.#index.answers);
    try {
      const index = {
        files: Object.fromEntries(files),
        wholes,
        plain: move(toRecord(plain)),
        targets,
        places,
        answers,
      };
      writer.write(this.#file, index);
      keepNewest(this.#folder, maxFiles);
    } catch {
      // A folder that cannot be written, as in a read-only checkout.
    }
  }

  #storedOutcome({ path }: DiscoveredFile, { outcome: stored, hash }: Row): StoredOutcome | undefined {
    if (stored === undefined) return undefined;
    if (stored !== 'plain') return this.#records.valueOf(stored) as StoredOutcome | undefined;
    const own = this.#plainOutcomes()[path];
    return own && { ...own, outcome: { ...own.outcome, path, hash } };
  }

  #contentsOf(files: readonly DiscoveredFile[]): string[] {
    return files.map((file) => this.contentOf(file));
  }

  /** None where they are damaged. */
  #openAnswers(): KeptAnswers {
    const kept = this.#index.answers;
    this.#answers ??= new KeptAnswers(kept && (this.#records.valueOf(kept) as Record<string, Record<string, unknown>>));
    return this.#answers;
  }

  /** Empty where they are damaged: their files are then processed anew. */
  #plainOutcomes(): PlainOutcomes {
    if (!this.#plain) {
      const kept = this.#index.plain && (this.#records.valueOf(this.#index.plain) as PlainOutcomes | undefined);
      this.#plain = Object.assign(Object.create(null) as PlainOutcomes, kept);
    }
    return this.#plain;
  }

  /** Another tree's files fill gaps, and never take the place of what is known of the tree itself. */
  #isTaken(file: DiscoveredFile): boolean {
    return this.#isCopy && this.knows(file);
  }

  /** What is known of the content that the file has now. */
  #rowOf(file: DiscoveredFile): Row | undefined {
    const { path } = file;
    if (!this.#current.has(path)) this.#current.set(path, this.#look(file));
    return this.#current.get(path);
  }

  #rowOfText(file: DiscoveredFile, text: string): Row | undefined {
    const row = this.knows(file) ? this.#index.files[file.path] : undefined;
    return row?.hash === sha256(text) ? row : undefined;
  }

  /** Times and size first; where they differ from those that were kept, the content. */
  #look(file: DiscoveredFile): Row | undefined {
    const { path, absolute } = file;
    const stamp = this.#isCopy ? '' : stampOf(absolute);
    // Before the content is read: a change in between then shows as another stamp.
    this.#stamps.set(path, stamp);
    const row = this.knows(file) ? this.#index.files[path] : undefined;
    if (!row) return undefined;
    if (stamp !== '' && row.stamp === stamp) {
      this.#hashes.set(path, row.hash);
      return row;
    }
    const hash = hashOfFile(absolute);
    this.#hashes.set(path, hash);
    if (row.hash !== hash) return undefined;
    if (stamp !== '') {
      row.stamp = stamp;
      this.#isChanged = true;
    }
    return row;
  }

  /** A fresh row for a content that was just read. */
  #renew({ path }: DiscoveredFile, facts: PackageFacts, hash: string): Row {
    const row: Row = { hash, stamp: this.#stamps.get(path) ?? '', facts: this.#hashOfFacts(facts) };
    this.#index.files[path] = row;
    this.#openAnswers().forget(path);
    this.#current.set(path, row);
    this.#hashes.set(path, hash);
    this.#isChanged = true;
    return row;
  }

  #hashOfFacts(facts: PackageFacts): string {
    let hash = this.#factsHashes.get(facts.dir);
    if (hash === undefined) {
      hash = hashOfFacts(facts);
      this.#factsHashes.set(facts.dir, hash);
    }
    return hash;
  }
}

function areAsKept(configs: ConfigStates | undefined, root: string): boolean {
  return (
    configs !== undefined &&
    Object.entries(configs).every(([path, state]) => readState(join(root, path)).state === state)
  );
}

/** Its row has the name and the hash. */
function withoutName<Outcome extends StoredOutcome['outcome']>(outcome: Outcome): Outcome {
  return { ...outcome, path: '', hash: '' };
}

function toRecord(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
