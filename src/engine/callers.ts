import type { CallEdge, EntryPoint, HandedTo } from '../model/link.ts';
import { listDefaultHomes, listNewNames, mayCall, namesOf, tailOf, tailOfParameter } from './call-names.ts';
import type { Project } from './project.ts';
import { type ClassRef, type FunctionRef, keyOf, type SymbolTable } from './symbols.ts';

/**
 * A function as it runs, where the calls it makes tell it for instances of one class alone: what a base class calls by
 * `this.step()` is another method in each heir, so who runs another heir does not lead there.
 */
export interface Running extends FunctionRef {
  self?: ClassRef;
}

/** One text for each function, and each class that it runs for. */
export function keyOfRunning(run: Running): string {
  return run.self ? `${keyOf(run)}\0${run.self.file}\0${run.self.class}` : keyOf(run);
}

/** A call, and the function that makes it. */
export interface Caller {
  from: Running;
  edge: CallEdge;
}

/** A call as it is written; `on`: the classes that it is made on, where every meaning of it tells one. */
interface Call extends Caller {
  on?: readonly ClassRef[];
}

interface Surroundings {
  reachers: readonly string[];
  within: ReadonlySet<string>;
}

/**
 * Who calls a function: only files that can reach it, and mention it by name, are ever summarised.
 */
export class Callers {
  readonly #project: Project;
  readonly #symbols: SymbolTable;
  readonly #entryOf: (fn: FunctionRef) => EntryPoint | undefined;
  readonly #calls = new Map<string, readonly Call[]>();
  readonly #surroundings = new Map<string, Surroundings>();
  readonly #edgesByTail = new Map<string, Map<string, Caller[]>>();

  constructor(project: Project, symbols: SymbolTable, entryOf: (fn: FunctionRef) => EntryPoint | undefined) {
    this.#project = project;
    this.#symbols = symbols;
    this.#entryOf = entryOf;
  }

  /** Those of its own file, those that name it, and what is handed it; nothing that leads to a request handler matters. */
  of(run: Running): readonly Caller[] {
    return this.#for(run, this.#callsOf(run));
  }

  /** The callers; where they are of its own file only, also those that call it by its telling name or its owner's. */
  byAnyName(run: Running): readonly Caller[] {
    const callers = this.of(run);
    if (!callers.every(({ from }) => from.file === run.file) || this.#entryOf(run)?.kind === 'request') return callers;
    const name = this.#nameOf(run);
    const isMade = callers.every(
      ({ from, edge: { to } }) => to.kind === 'function' && name.startsWith(`${this.#nameOf(from)}.`),
    );
    const places = this.#symbols.names.placesOf(name, run.file, isMade);
    const named = places.flatMap(({ file, member, holder }) =>
      (this.#edgesOf(file).get(member) ?? []).filter(({ edge: { to } }) => {
        if (to.kind !== 'named' || (holder && to.holder !== holder)) return false;
        return !holder || this.#symbols.functionsOf(file, to, undefined).some((one) => keyOf(one) === keyOf(run));
      }),
    );
    return [...callers, ...named];
  }

  /** Every call of it, of a request handler too, whatever it runs for. */
  find(target: FunctionRef): readonly Caller[] {
    return this.#find(target);
  }

  #nameOf({ file, fn }: FunctionRef): string {
    return this.#project.summaryOf(file)?.functions[fn]?.name ?? '';
  }

  /** Without the calls that are made on another heir, each by a function that runs for the same. */
  #for(run: Running, calls: readonly Call[]): readonly Caller[] {
    const { self } = run;
    return calls.flatMap((call): Caller[] => {
      const { from, edge } = call;
      const { to } = edge;
      if (to.kind === 'function') return [self ? { from: { ...from, self }, edge } : call];
      if (to.kind !== 'method') {
        return self && call.on?.every((on) => !this.#symbols.areOfOneLine(on, self)) ? [] : [call];
      }
      const writer = { file: from.file, class: to.class };
      if (self && !this.#symbols.areOfOneLine(writer, self)) return [];
      const own = self ?? this.#symbols.classWith(run, to.member);
      if (!own || this.#symbols.isOfLine(writer, own)) return [call];
      return [{ from: { ...from, self: own }, edge }];
    });
  }

  #callsOf(fn: FunctionRef): readonly Call[] {
    let calls = this.#calls.get(keyOf(fn));
    if (!calls) {
      calls = this.#entryOf(fn)?.kind === 'request' ? [] : this.#find(fn);
      this.#calls.set(keyOf(fn), calls);
    }
    return calls;
  }

  #find(target: FunctionRef): Call[] {
    const summary = this.#project.summaryOf(target.file);
    if (!summary?.functions[target.fn]) return [];
    const names = namesOf(summary, target.fn);
    const homes = new Set([target.file]);
    for (const cls of names.classes) {
      this.#symbols.summariseExtending(target.file, cls.name);
      for (const file of this.#symbols.relativesOf(target.file, cls)) homes.add(file);
    }
    const found = [
      ...this.#callersIn(target.file, target, names.tails, undefined),
      ...this.#callersOfHanded(target.file, summary.functions[target.fn]!.handedTo ?? []),
    ];
    if (!names.isReachable) return found;
    const { reachers, within } = this.#around(homes);
    const routes = { within, defaultHomes: listDefaultHomes(names, target, within, this.#project) };
    const given = listNewNames(names, target, routes, this.#project, this.#symbols);
    const tails = new Set([...names.tails, ...given]);
    for (const file of reachers) {
      if (file === target.file || this.#project.leadsNowhere(file)) continue;
      if (!this.#project.isSummarised(file) && !mayCall(names, given, routes, this.#project, file)) continue;
      found.push(...this.#callersIn(file, target, tails, within));
    }
    return found;
  }

  /**
   * The entries that those who are handed a function make, and that call it: what runs it at once is run by whoever hands it
   * over, not by all who hand over something.
   */
  #callersOfHanded(file: string, handed: readonly HandedTo[]): Caller[] {
    return handed
      .flatMap(({ to, argument, member }) =>
        this.#symbols
          .functionsOf(file, to, undefined)
          .flatMap(({ file: home, fn }) => this.#edgesOf(home).get(tailOfParameter(fn, argument, member)) ?? []),
      )
      .filter(({ from }) => this.#entryOf(from) !== undefined);
  }

  /** The files that may call into `homes`, and those through which they name what they call. */
  #around(homes: ReadonlySet<string>): Surroundings {
    const key = [...homes].join('\0');
    let around = this.#surroundings.get(key);
    if (!around) {
      const within = new Set([...homes].flatMap((home) => this.#project.routesTo(home)));
      around = { reachers: this.#project.reachersOf(homes), within };
      this.#surroundings.set(key, around);
    }
    return around;
  }

  #callersIn(
    file: string,
    target: FunctionRef,
    tails: ReadonlySet<string>,
    within: ReadonlySet<string> | undefined,
  ): Call[] {
    const edges = this.#edgesOf(file);
    const found: Call[] = [];
    const isTarget = (ref: FunctionRef): boolean => ref.file === target.file && ref.fn === target.fn;
    for (const tail of [...tails, ...(file === target.file ? [`#${target.fn}`] : [])]) {
      for (const caller of edges.get(tail) ?? []) {
        const { to } = caller.edge;
        const meant = this.#symbols.functionsOf(file, to, within).filter(isTarget);
        if (meant.length > 0) {
          const on = meant.flatMap((one) => one.on ?? []);
          found.push(on.length === meant.length ? { ...caller, on } : caller);
        } else if (this.#symbols.mayBeOverriddenBy(file, to, target)) {
          found.push(caller);
        }
      }
    }
    return found;
  }

  /** The calls of a file by the last name they are written with; those of its own functions by `#ordinal`. */
  #edgesOf(file: string): Map<string, Caller[]> {
    let edges = this.#edgesByTail.get(file);
    if (edges) return edges;
    edges = new Map();
    this.#edgesByTail.set(file, edges);
    this.#project.summaryOf(file)?.functions.forEach(({ calls }, fn) => {
      for (const edge of calls) {
        const { to } = edge;
        const tail = tailOf(to);
        const caller = { from: { file, fn }, edge };
        const list = edges.get(tail);
        if (list) list.push(caller);
        else edges.set(tail, [caller]);
      }
    });
    return edges;
  }
}
