/** The parts of a scan, in the order they come. */
export const scanPhases = ['find files', 'read and parse', 'rules', 'link'] as const;
type ScanPhase = (typeof scanPhases)[number];

/** Where the time of a scan goes; filled in by one that keeps to one thread and has no cache. */
export class ScanTiming {
  /** Milliseconds of each rule and its fixer. What several rules ask of a file counts for the one that asks first. */
  readonly rules = new Map<string, number>();
  /** Milliseconds. */
  readonly phases = new Map<ScanPhase, number>();

  addRule(id: string, ms: number): void {
    this.rules.set(id, (this.rules.get(id) ?? 0) + ms);
    this.addPhase('rules', ms);
  }

  addPhase(phase: ScanPhase, ms: number): void {
    this.phases.set(phase, (this.phases.get(phase) ?? 0) + ms);
  }

  /** Does a part of a scan, and takes down how long it took, but for what the rules took of it. */
  measure<Result>(phase: ScanPhase, work: () => Result): Result {
    const inRules = this.phases.get('rules') ?? 0;
    const started = performance.now();
    const end = (): void => {
      this.addPhase(phase, performance.now() - started - ((this.phases.get('rules') ?? 0) - inRules));
    };
    let result: Result;
    try {
      result = work();
    } catch (error) {
      end();
      throw error;
    }
    if (result instanceof Promise) return result.finally(end) as Result;
    end();
    return result;
  }
}
