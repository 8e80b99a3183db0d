/** All parts' numbers, the event loop and memory in one snapshot: what the metric adapters and the dashboard read. */
import { checkFunction, checkNumber } from './internal.ts';
import { LoadMonitor, type LoadSample } from './load-monitor.ts';

/** Anything with plain counters. */
export interface Observable {
  stats(): object;
}

export interface PartSnapshot {
  /** The part in kebab-case: `connection-pool`, `bounded-cache`. */
  kind: string;
  name: string;
  /** The numeric fields of the part's `stats()`. */
  stats: Record<string, number>;
  /** Its textual fields, if any: the state of a circuit breaker. */
  texts?: Record<string, string>;
}

export interface RuntimeSnapshot {
  /** Milliseconds since 1970. */
  time: number;
  pid: number;
  /** Seconds since the process started. */
  uptime: number;
  /** Share of one core used since the last sample; can pass 1 with worker threads. */
  cpuUtilization: number;
  load: LoadSample;
  parts: PartSnapshot[];
}

export interface RuntimeMonitorOptions {
  /** Milliseconds between samples of the event loop and memory. Default 1,000. */
  intervalMs?: number;
  /** Parts to watch from the start, by name. */
  parts?: Record<string, Observable>;
}

/** The fields of the parts' `stats()` that only ever grow; every other field is a level that rises and falls. */
export const cumulativeFields: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    'created fired stopped skipped errors expired runs stretched samples raised overloads decisions scaledOut scaledIn ' +
    'hits misses evictions expirations rejected loads loadFailures destroyed acquired released timeouts createErrors ' +
    'validationFailures leaks waitMillis added completed failed refused aborted successes failures opened calls shared ' +
    'batches keys'
  ).split(' '),
);

interface Watched {
  kind: string;
  name: string;
  part: Observable | WeakRef<Observable>;
}
interface PartsChannel {
  subscribe(listener: (message: unknown) => void): void;
  unsubscribe(listener: (message: unknown) => void): void;
}
interface MonitorHost {
  process?: {
    pid?: number;
    uptime?(): number;
    cpuUsage?(): { user: number; system: number };
    getBuiltinModule?(id: string): unknown;
  };
}

function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}

/**
 * Gathers the numbers of a process.
 *
 * ```ts
 * const monitor = new RuntimeMonitor({ parts: { orders: pool, sessions: cache } }).start();
 * console.log(monitor.snapshot());
 * ```
 *
 * Parts given by name are held until removed; those found by `discover()` are held weakly, so watching a part does not
 * leak it. A part whose `stats()` throws is left out of that snapshot. Cost of a snapshot: the parts' own `stats()`,
 * a copy of a few fields each; the event loop and memory are sampled at `intervalMs`, not at each snapshot.
 */
export class RuntimeMonitor {
  readonly #load: LoadMonitor;
  readonly #watched = new Set<Watched>();
  readonly #listeners = new Set<() => void>();
  readonly #numbers = new Map<string, number>();
  #sample: LoadSample;
  #cpuAt = 0;
  #cpuUsed = 0;
  #cpuUtilization = 0;
  #channel: PartsChannel | undefined;

  /** Starts nothing: call `start()`. Throws a TypeError for a bad option or a part without `stats`. */
  constructor(options: RuntimeMonitorOptions = {}) {
    const intervalMs = checkNumber('intervalMs', options.intervalMs ?? 1_000, 10, 2 ** 31 - 1);
    this.#load = new LoadMonitor({
      intervalMs,
      maxEventLoopUtilization: Number.POSITIVE_INFINITY,
      maxEventLoopDelay: Number.POSITIVE_INFINITY,
    });
    this.#sample = this.#load.sample();
    for (const [name, part] of Object.entries(options.parts ?? {})) this.add(name, part);
  }

  /** Begins sampling, once; does not keep the process alive. */
  start(): this {
    this.#load.start();
    return this;
  }

  /** Ends sampling and discovery; the parts stay. */
  stop(): void {
    this.#load.stop();
    this.#channel?.unsubscribe(this.#found);
    this.#channel = undefined;
  }

  [Symbol.dispose](): void {
    this.stop();
    this.#watched.clear();
    this.#listeners.clear();
  }

  /** Watches `part` as `name` and returns the function that ends it. `kind` defaults to the class name in kebab-case. */
  add(name: string, part: Observable, kind: string = kebab(part.constructor.name)): () => void {
    checkFunction(`stats of part ${name}`, part.stats);
    for (const old of this.#watched) if (deref(old) === part) this.#watched.delete(old);
    const watched: Watched = { kind, name, part };
    this.#watched.add(watched);
    this.#changed();
    return () => {
      if (this.#watched.delete(watched)) this.#changed();
    };
  }

  /** Also watches every part that is created from now on, weakly, under their own name or as `<kind> <number>`. */
  discover(): this {
    const { process } = globalThis as unknown as MonitorHost;
    const module = process?.getBuiltinModule?.('node:diagnostics_channel') as
      | { channel(name: string): PartsChannel }
      | undefined;
    if (this.#channel === undefined && module !== undefined) {
      this.#channel = module.channel('plimsoll:runtime:part');
      this.#channel.subscribe(this.#found);
    }
    return this;
  }

  /** Calls `listener` whenever the set of parts changes; returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(checkFunction('listener', listener));
    return () => this.#listeners.delete(listener);
  }

  /** The numbers now. */
  snapshot(): RuntimeSnapshot {
    this.#refresh();
    const { process } = globalThis as unknown as MonitorHost;
    const parts: PartSnapshot[] = [];
    for (const watched of this.#watched) {
      const part = deref(watched);
      if (part === undefined) {
        this.#watched.delete(watched);
        continue;
      }
      const fields = fieldsOf(part);
      if (fields !== undefined) parts.push({ kind: watched.kind, name: watched.name, ...fields });
    }
    return {
      time: Date.now(),
      pid: process?.pid ?? 0,
      uptime: process?.uptime?.() ?? 0,
      cpuUtilization: this.#cpuUtilization,
      load: this.#sample,
      parts,
    };
  }

  readonly #found = (message: unknown): void => {
    const { kind, part } = message as { kind: string; part: Observable };
    for (const watched of this.#watched) if (deref(watched) === part) return;
    this.#watched.add({ kind, name: this.#nameFor(kind, part), part: new WeakRef(part) });
    this.#changed();
  };

  /** A part's own name if it has one; numbered without one, and from its second bearer on. */
  #nameFor(kind: string, part: Observable & { name?: unknown }): string {
    const own = typeof part.name === 'string' ? part.name : undefined;
    const base = own ?? kind;
    const number = (this.#numbers.get(`${kind}/${base}`) ?? 0) + 1;
    this.#numbers.set(`${kind}/${base}`, number);
    return own !== undefined && number === 1 ? own : `${base} ${number}`;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #refresh(): void {
    const { process } = globalThis as unknown as MonitorHost;
    const usage = process?.cpuUsage?.();
    const now = performance.now();
    const {
      samples: _samples,
      overloaded: _overloaded,
      overloads: _overloads,
      errors: _errors,
      ...sample
    } = this.#load.stats();
    this.#sample = sample;
    if (usage === undefined || now - this.#cpuAt < 100) return;
    const used = (usage.user + usage.system) / 1_000;
    if (this.#cpuAt > 0) this.#cpuUtilization = (used - this.#cpuUsed) / (now - this.#cpuAt);
    this.#cpuAt = now;
    this.#cpuUsed = used;
  }
}

function deref(watched: Watched): Observable | undefined {
  return watched.part instanceof WeakRef ? watched.part.deref() : watched.part;
}

function fieldsOf(part: Observable): Pick<PartSnapshot, 'stats' | 'texts'> | undefined {
  try {
    const stats: Record<string, number> = {};
    let texts: Record<string, string> | undefined;
    for (const [field, value] of Object.entries(part.stats())) {
      if (typeof value === 'number') stats[field] = value;
      else if (typeof value === 'string') {
        texts ??= {};
        texts[field] = value;
      }
    }
    return texts === undefined ? { stats } : { stats, texts };
  } catch {
    return undefined;
  }
}
