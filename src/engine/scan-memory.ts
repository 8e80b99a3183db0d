import { fileRole } from '../ast/where/file-role.ts';
import type { FileContext, PackageFacts } from '../model/file-context.ts';
import type { Finding } from '../model/finding.ts';
import type { FileSummary } from '../model/link.ts';
import { hashOfFile, headOfHash, sha256, stampOf } from './content-hash.ts';
import type { DiscoveredFile, Discovery } from './discover.ts';
import type { KeptPlaces } from './fact-places.ts';
import { hashOfFacts, type PackageIndex } from './packages.ts';
import { type FileOutcome, processFile } from './process-file.ts';
import type { RulePlan } from './rule-plan.ts';
import { type RawFinding, runRules } from './run-file.ts';

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
  #plan: RulePlan | undefined;
  #packages: PackageIndex | undefined;
  readonly #files = new Map<string, DiscoveredFile>();
  /** What `refind` gave, as the rules gave it. */
  readonly #refound = new WeakMap<Finding, RawFinding>();
  /** By path, text and package facts. */
  readonly #known = new Map<string, Known>();
  readonly #stamps = new Map<string, { stamp: string; hash: string }>();
  readonly #factsHashes = new WeakMap<PackageFacts, string>();
  /** What the last scan knew of facts. */
  places: KeptPlaces | undefined;

  /** Takes down what a scan looks at; gives the plan of the rules, made once. */
  open({ files, packages }: Pick<Discovery, 'files' | 'packages'>, makePlan: () => RulePlan): RulePlan {
    this.#packages = packages;
    for (const file of files) this.#files.set(file.path, file);
    this.#plan ??= makePlan();
    return this.#plan;
  }

  /**
   * Processes a text that the next scan will ask for, while someone has its tree: it is not parsed once more then.
   *
   * @param path of a file that the last scan looked at; nothing is done for others
   */
  foresee(path: string, text: string, tree: FileContext): void {
    const file = this.#files.get(path);
    if (!file || !this.#plan || !this.#packages) return;
    const facts = this.#packages.factsOf(file.packageDir);
    if (this.outcomeOf(file, facts, text)) return;
    this.putOutcome(file, facts, processFile(file, facts, this.#plan, { instead: text, tree }));
  }

  /**
   * Earlier findings of a file, as its rules find them in a new text of it. Left out are those that ask something else of
   * other files by now: only a scan can tell of these.
   *
   * @param before the text that `earlier` were found in
   * @param isSame whether a finding of the new text is an earlier one
   */
  refind(
    path: string,
    before: string,
    { text, tree }: { text: string; tree: FileContext },
    earlier: readonly Finding[],
    isSame: (earlier: Finding, now: Finding) => boolean,
  ): Finding[] {
    const file = this.#files.get(path);
    if (!file || !this.#plan || !this.#packages) return [];
    const facts = this.#packages.factsOf(file.packageDir);
    const known = this.#find(file, facts, before)?.outcome;
    const old = known?.kind === 'scanned' ? (known.result?.findings ?? []) : [];
    const role = fileRole(path, text, facts);
    const { rules, hasDirectives } = this.#plan.select(path, text, role);
    const wanted = new Set(earlier.map(({ ruleId }) => ruleId));
    const { confidence } = this.#plan;
    const input = { path, text, package: facts, role, hasDirectives, confidence, tree };
    const { findings } = runRules(
      input,
      rules.filter(({ pair }) => wanted.has(pair.rule.id)),
    );
    return findings.flatMap((raw): Finding[] => {
      const { finding } = raw;
      const match = earlier.find((one) => one.ruleId === finding.ruleId && isSame(one, finding));
      if (!match || !finding.fix) return [];
      const was = this.#refound.get(match) ?? old.find((one) => isAtPlaceOf(one.finding, match));
      if (!was || asked(was) !== asked(raw)) return [];
      const now = { ...match, range: finding.range, fix: finding.fix };
      this.#refound.set(now, raw);
      return [now];
    });
  }

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

  /** What tells the content of a file from every other one; '' when it cannot be read. */
  contentOf(file: DiscoveredFile): string {
    return headOfHash(this.#hashOf(file, undefined));
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

function isAtPlaceOf(one: Finding, other: Finding): boolean {
  const [a, b] = [one.range, other.range];
  return one.ruleId === other.ruleId && a.start.offset === b.start.offset && a.end.offset === b.end.offset;
}

function asked({ when, sureWhen }: RawFinding): string {
  return JSON.stringify([when, sureWhen]);
}

/** The findings of an outcome and their lists of related places are written into later; the rest of it never is. */
function apart(outcome: FileOutcome): FileOutcome {
  if (outcome.kind !== 'scanned' || !outcome.result) return outcome;
  const findings = outcome.result.findings.map((raw): RawFinding => {
    const { finding } = raw;
    return { ...raw, finding: { ...finding, related: [...finding.related] } };
  });
  return { ...outcome, result: { ...outcome.result, findings } };
}
