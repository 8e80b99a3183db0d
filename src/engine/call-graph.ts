import type { CallEdge, EntryPoint, FunctionSummary, RequestedBy } from '../model/link.ts';
import { isAdminRouter, isNamedByAdmins } from './admin-router.ts';
import { isExportedFunction } from './call-names.ts';
import { isCalledAtLoad } from './called-at-load.ts';
import { Callers, keyOfRunning, type Running } from './callers.ts';
import { compareRefs, compareSteps } from './order.ts';
import type { Project } from './project.ts';
import { isBy, isFromOutside, isWithoutAdmins } from './requested-by.ts';
import { type FunctionRef, keyOf, type SymbolTable } from './symbols.ts';
import { isUnmounted } from './unmounted-handler.ts';
import type { Wiring } from './wiring.ts';

/** A call on the way from an entry point to a function. */
export interface Step {
  from: Running;
  edge: CallEdge;
  to: Running;
}

/** Why a function runs as often as it does: the entry, if one was found, then each call. */
export interface CallChain {
  entry: (FunctionRef & { point: EntryPoint }) | undefined;
  steps: Step[];
}

/** Where a chain may begin, and which calls it may go by. */
interface Wanted {
  isStart(fn: FunctionRef): boolean;
  /** A call in a loop begins a chain. */
  loopsStart?: boolean;
  /** Only calls that somebody waits for. */
  awaited?: boolean;
  /** No chain goes by such a function. */
  isClosed?(fn: FunctionRef): boolean;
  /** Default: any number. */
  maxCalls?: number;
}

/** By so many calls a handler hands on what it was sent: controller, service, repository, cache. */
const maxHandings = 4;

/** A list is handed from a handler to a service, and by that to a repository. */
const maxListHandings = 3;

/**
 * The part of the call graph that leads to the functions that findings ask about.
 * Followed backwards from them, and no further than the first answer: only files that can reach one, and mention it by
 * name, are ever summarised.
 */
export class CallGraph {
  readonly #project: Project;
  readonly #symbols: SymbolTable;
  readonly #wiring: Wiring;
  readonly #callers: Callers;
  readonly #chains = new Map<string, CallChain | undefined>();
  readonly #unmounted = new Map<string, boolean>();
  readonly #forAdmins = new Map<string, boolean>();

  constructor(project: Project, symbols: SymbolTable, wiring: Wiring) {
    this.#project = project;
    this.#wiring = wiring;
    this.#symbols = symbols;
    this.#callers = new Callers(project, symbols, (fn) => this.entryOf(fn));
  }

  /**
   * The shortest chain from a request handler, where it is `awaited` of calls that are waited for, by those who are asked
   * for; undefined when none leads here, or none by so many calls.
   */
  findRequestChain(
    target: FunctionRef,
    awaited = false,
    by?: RequestedBy,
    maxCalls = Number.POSITIVE_INFINITY,
  ): CallChain | undefined {
    return this.#find(target, `request ${awaited} ${by} ${maxCalls}`, {
      isStart: (fn) => {
        const entry = this.entryOf(fn);
        return entry?.kind === 'request' && (!by || isBy(by, entry));
      },
      awaited,
      maxCalls,
      ...(by && isWithoutAdmins(by) && { isClosed: (fn) => !!this.#summaryOf(fn)?.isForAdmins }),
    });
  }

  /**
   * The shortest chain from a handler, a listener, a timer, or, where loops count, a call in a loop; or only from what comes
   * from outside.
   */
  findRepetitionChain(target: FunctionRef, loopsCount: boolean, fromOutside = false): CallChain | undefined {
    const any = this.findRequestChain(target) ?? this.findAnyRepetition(target, loopsCount);
    if (!fromOutside || !any || isFromOutside(any.entry?.point)) return any;
    return this.#find(target, 'outside', { isStart: (fn) => isFromOutside(this.entryOf(fn)) });
  }

  /** As {@link findRepetitionChain}, whatever it is that repeats: where a handler is far, it is not looked for. */
  findAnyRepetition(target: FunctionRef, loopsCount: boolean): CallChain | undefined {
    return this.#find(target, `repeated ${loopsCount}`, {
      isStart: (fn) => (this.entryOf(fn)?.kind ?? 'startup') !== 'startup',
      loopsStart: loopsCount,
    });
  }

  /** The shortest chain from what a published package offers and does not call itself. */
  findUserChain(target: FunctionRef): CallChain | undefined {
    return this.#find(target, 'users', { isStart: (fn) => this.#isLeftToUsers(fn) });
  }

  /** Whether a caller hands a function a list that data makes long, or hands on one that it is handed itself. */
  isHandedMany(fn: Running, parameter: number, hops = 1): boolean {
    return this.#callers.of(fn).some(({ from, edge }) => {
      if (this.#project.isAside(from.file)) return false;
      return edge.given?.some((value) => {
        if (value.argument !== parameter) return false;
        if (value.from !== 'parameter') return value.from === 'many';
        if (!value.isWhole || hops === maxListHandings) return false;
        return this.isHandedMany({ ...from, fn: value.fn }, value.parameter, hops + 1);
      });
    });
  }

  /** The calls by which what a request brings comes to a parameter of a function, nearest first. */
  findGivingChain(target: FunctionRef, parameter: number): CallChain | undefined {
    const seen = new Set<string>();
    let level: { fn: Running; parameter: number; steps: Step[] }[] = [{ fn: target, parameter, steps: [] }];
    for (let hops = 0; hops < maxHandings && level.length > 0; hops++) {
      const next: typeof level = [];
      for (const { fn, parameter: wanted, steps } of level) {
        for (const { from, edge } of this.#callers.byAnyName(fn)) {
          if (edge.isOnce || this.#project.isAside(from.file)) continue;
          const path = [{ from, edge, to: fn }, ...steps];
          for (const value of edge.given ?? []) {
            if (value.argument !== wanted || value.from === 'many') continue;
            if (value.from === 'request') {
              // What administrators bring are the few things that there are.
              if (this.entryOf(from)?.seldom === 'admin' || this.#summaryOf(from)?.isForAdmins) continue;
              return this.#chain(from, path, new Map());
            }
            const home = { ...from, fn: value.fn };
            const key = `${keyOfRunning(home)}\0${value.parameter}`;
            if (seen.has(key)) continue;
            seen.add(key);
            next.push({ fn: home, parameter: value.parameter, steps: path });
          }
        }
      }
      level = next;
    }
    return undefined;
  }

  /** Tests and examples are users too; what the methods of a prototype call on their own object is there for users none the less. */
  #isLeftToUsers(fn: FunctionRef): boolean {
    if (!this.#summaryOf(fn)?.isOffered || !this.#project.isPublished(fn.file)) return false;
    const isNone = (from: FunctionRef): boolean =>
      this.#project.isAside(from.file) || !!this.#summaryOf(from)?.isStandIn;
    if (isCalledAtLoad(this.#project, this.#symbols, fn)) return false;
    return this.#callers.of(fn).every(({ from, edge }) => {
      return keyOf(from) === keyOf(fn) || isNone(from) || (edge.to.kind === 'function' && edge.to.isOfSelf);
    });
  }

  entryOf({ file, fn }: FunctionRef): EntryPoint | undefined {
    const summary = this.#project.summaryOf(file);
    const entry = summary?.functions[fn]?.entry;
    if (entry) {
      if (this.#project.isAside(file) || (entry.isBySignature && this.#isUnmounted({ file, fn }))) return undefined;
      if (entry.kind === 'request' && this.#project.isDesktop(file)) return { ...entry, kind: 'event' };
      if (entry.kind !== 'request' || entry.seldom || !this.#isForAdmins({ file, fn }, entry)) return entry;
      return { ...entry, seldom: 'admin' };
    }
    if (!summary) return undefined;
    const kind = this.#project.configuredEntry(file);
    if (!kind || !isExportedFunction(summary, fn)) return undefined;
    return { kind, label: summary.functions[fn]!.name };
  }

  /**
   * Whether a handler stands in a router that other files mount for administrators alone, or, if only its parameters tell
   * it, is mounted so itself.
   */
  #isForAdmins(fn: FunctionRef, { isBySignature }: EntryPoint): boolean {
    const key = isBySignature ? keyOf(fn) : fn.file;
    let answer = this.#forAdmins.get(key);
    if (answer === undefined) {
      answer = isBySignature ? this.#isMountedForAdmins(fn) : isAdminRouter(this.#project, fn.file);
      this.#forAdmins.set(key, answer);
    }
    return answer;
  }

  #isMountedForAdmins(fn: FunctionRef): boolean {
    const mounts = isNamedByAdmins(this.#project, fn.file) ? this.#callers.find(fn) : [];
    const served = mounts.filter(({ from }) => !this.#project.isAside(from.file));
    return served.length > 0 && served.every(({ from }) => this.#summaryOf(from)?.entry?.seldom === 'admin');
  }

  #isUnmounted(fn: FunctionRef): boolean {
    const answer = this.#unmounted.get(keyOf(fn)) ?? isUnmounted(this.#project, fn);
    this.#unmounted.set(keyOf(fn), answer);
    return answer;
  }

  nameOf(fn: FunctionRef): string {
    return this.#summaryOf(fn)?.name ?? '';
  }

  #summaryOf({ file, fn }: FunctionRef): FunctionSummary | undefined {
    return this.#project.summaryOf(file)?.functions[fn];
  }

  #find(target: FunctionRef, question: string, wanted: Wanted): CallChain | undefined {
    const key = `${question}\0${keyOf(target)}`;
    if (!this.#chains.has(key)) this.#chains.set(key, this.#findLiving(target, wanted));
    return this.#chains.get(key);
  }

  /** A chain without code that nobody runs; what the target is part of is judged by others. */
  #findLiving(target: FunctionRef, wanted: Wanted): CallChain | undefined {
    for (;;) {
      const chain = this.#search(target, wanted);
      const above = [chain?.entry ?? [], ...(chain?.steps ?? []).map(({ from }) => from)].flat();
      if (!above.some((fn) => this.#wiring.isApart(fn, target, (piece) => this.#wiring.isUnwired(piece)))) return chain;
    }
  }

  /** Breadth first from the callee to its callers, each level in order: the first start that is met. */
  #search(target: FunctionRef, wanted: Wanted): CallChain | undefined {
    const { isStart, isClosed, loopsStart = false, awaited = false, maxCalls = Number.POSITIVE_INFINITY } = wanted;
    const isDead = (fn: FunctionRef): boolean =>
      this.#wiring.hasFound && this.#wiring.isApart(fn, target, (piece) => this.#wiring.isKnown(piece));
    /** The call by which each function leads to the target. */
    const next = new Map<string, Step | undefined>([[keyOfRunning(target), undefined]]);
    let level: Running[] = isClosed?.(target) ? [] : [target];
    for (let calls = 0; level.length > 0; calls++) {
      const start = level.find(isStart);
      if (start) return this.#chain(start, [], next);
      if (calls === maxCalls) return undefined;
      const callers: Running[] = [];
      for (const step of level
        .flatMap((to) => this.#callers.byAnyName(to).map((caller) => ({ ...caller, to })))
        .sort(compareSteps)) {
        const { from, edge, to } = step;
        if (edge.isOnce || (awaited && edge.isLeftAlone)) continue;
        if (isDead(from)) continue;
        if (loopsStart && edge.frequency === 'loop' && !this.#project.isAside(from.file)) {
          return this.#chain(to, [step], next);
        }
        if (next.has(keyOfRunning(from)) || isClosed?.(from)) continue;
        next.set(keyOfRunning(from), step);
        callers.push(from);
      }
      level = callers.sort(compareRefs);
    }
    return undefined;
  }

  /** From `start`, or the first of the `steps` that lead there, to the target. */
  #chain(start: Running, steps: Step[], next: ReadonlyMap<string, Step | undefined>): CallChain {
    for (let step = next.get(keyOfRunning(start)); step; step = next.get(keyOfRunning(step.to))) steps.push(step);
    const first = steps[0]?.from ?? start;
    const point = this.entryOf(first);
    return { entry: point && { ...first, point }, steps };
  }
}
