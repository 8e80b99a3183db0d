import { constructorMember } from '../ast/symbol-ref.ts';
import type { CallEdge, ClassSummary, EntryPoint, FileSummary, NamedValue } from '../model/link.ts';
import { compareText } from './order.ts';
import type { Project } from './project.ts';
import { escapeName, type FunctionRef, own, type SymbolTable } from './symbols.ts';

/** A call on the way from an entry point to a function. */
export interface Step {
  from: FunctionRef;
  edge: CallEdge;
  to: FunctionRef;
}

/** Why a function runs as often as it does: the entry, if one was found, then each call. */
export interface CallChain {
  entry: (FunctionRef & { point: EntryPoint }) | undefined;
  steps: Step[];
}

interface Caller {
  from: FunctionRef;
  edge: CallEdge;
}

interface Surroundings {
  reachers: readonly string[];
  within: ReadonlySet<string>;
}

/**
 * The part of the call graph that leads to the functions that findings ask about.
 * Grown backwards from them: only files that can reach one, and mention it by name, are ever summarised.
 */
export class CallGraph {
  readonly #project: Project;
  readonly #symbols: SymbolTable;
  readonly #callers = new Map<string, Caller[]>();
  readonly #functions = new Map<string, FunctionRef>();
  readonly #surroundings = new Map<string, Surroundings>();
  readonly #edgesByTail = new Map<string, Map<string, Caller[]>>();
  readonly #fromRequests = new Map<boolean, Map<string, Step | undefined>>();
  readonly #fromRepeated = new Map<boolean, Map<string, Step | undefined>>();
  #fromUsers: Map<string, Step | undefined> | undefined;

  constructor(project: Project, symbols: SymbolTable) {
    this.#project = project;
    this.#symbols = symbols;
  }

  /** Adds functions with everything that may lead to them. */
  grow(targets: Iterable<FunctionRef>): void {
    const open = [...targets].sort(compareRefs);
    for (let i = 0; i < open.length; i++) {
      const target = open[i]!;
      if (this.#functions.has(keyOf(target))) continue;
      this.#functions.set(keyOf(target), target);
      const callers = this.entryOf(target)?.kind === 'request' ? [] : this.#findCallers(target);
      this.#callers.set(keyOf(target), callers);
      for (const { from } of callers) open.push(from);
    }
    this.#fromRequests.clear();
    this.#fromRepeated.clear();
    this.#fromUsers = undefined;
  }

  /** The shortest chain from a request handler, where it is `awaited` of calls that are waited for; undefined when none leads here. */
  findRequestChain(target: FunctionRef, awaited = false): CallChain | undefined {
    let reached = this.#fromRequests.get(awaited);
    if (!reached) {
      reached = this.#search((fn) => this.entryOf(fn)?.kind === 'request', false, awaited);
      this.#fromRequests.set(awaited, reached);
    }
    return this.#chain(target, reached);
  }

  /** The shortest chain from a handler, a listener, a timer, or, where loops count, a call in a loop. */
  findRepetitionChain(target: FunctionRef, loopsCount: boolean): CallChain | undefined {
    const request = this.findRequestChain(target);
    if (request) return request;
    let reached = this.#fromRepeated.get(loopsCount);
    if (!reached) {
      reached = this.#search((fn) => (this.entryOf(fn)?.kind ?? 'startup') !== 'startup', loopsCount);
      this.#fromRepeated.set(loopsCount, reached);
    }
    return this.#chain(target, reached);
  }

  /** The shortest chain from what a published package offers and does not call itself. */
  findUserChain(target: FunctionRef): CallChain | undefined {
    this.#fromUsers ??= this.#search((fn) => this.#isLeftToUsers(fn), false);
    return this.#chain(target, this.#fromUsers);
  }

  /** Tests and examples are users too. */
  #isLeftToUsers(fn: FunctionRef): boolean {
    if (!this.#project.summaryOf(fn.file)?.functions[fn.fn]?.isOffered || !this.#project.isPublished(fn.file))
      return false;
    const callers = this.#callers.get(keyOf(fn)) ?? [];
    return callers.every(({ from }) => keyOf(from) === keyOf(fn) || this.#project.isAside(from.file));
  }

  entryOf({ file, fn }: FunctionRef): EntryPoint | undefined {
    const summary = this.#project.summaryOf(file);
    const entry = summary?.functions[fn]?.entry;
    if (entry) {
      if (this.#project.isAside(file)) return undefined;
      return entry.kind === 'request' && this.#project.isDesktop(file) ? { ...entry, kind: 'event' } : entry;
    }
    if (!summary) return undefined;
    const kind = this.#project.configuredEntry(file);
    if (!kind || !isExportedFunction(summary, fn)) return undefined;
    return { kind, label: summary.functions[fn]!.name };
  }

  nameOf({ file, fn }: FunctionRef): string {
    return this.#project.summaryOf(file)?.functions[fn]?.name ?? '';
  }

  /** Breadth first over the known part, from sorted starts: the parent step of each function that is reached. */
  #search(isStart: (fn: FunctionRef) => boolean, loopsStart: boolean, awaited = false): Map<string, Step | undefined> {
    const callees = new Map<string, Step[]>();
    const reached = new Map<string, Step | undefined>();
    const queue: FunctionRef[] = [];
    const looped: Step[] = [];
    for (const [key, callers] of this.#callers) {
      const to = this.#functions.get(key)!;
      for (const { from, edge } of callers) {
        if (awaited && edge.isLeftAlone) continue;
        const step = { from, edge, to };
        const steps = callees.get(keyOf(from));
        if (steps) steps.push(step);
        else callees.set(keyOf(from), [step]);
        if (edge.frequency === 'loop' && !this.#project.isAside(from.file)) looped.push(step);
      }
    }
    for (const fn of [...this.#functions.values()].sort(compareRefs)) {
      if (!isStart(fn)) continue;
      reached.set(keyOf(fn), undefined);
      queue.push(fn);
    }
    const visit = (step: Step): void => {
      if (reached.has(keyOf(step.to))) return;
      reached.set(keyOf(step.to), step);
      queue.push(step.to);
    };
    if (loopsStart) for (const step of looped.sort(compareSteps)) visit(step);
    for (let i = 0; i < queue.length; i++) {
      for (const step of (callees.get(keyOf(queue[i]!)) ?? []).sort(compareSteps)) visit(step);
    }
    return reached;
  }

  #chain(target: FunctionRef, reached: ReadonlyMap<string, Step | undefined>): CallChain | undefined {
    if (!reached.has(keyOf(target))) return undefined;
    const steps: Step[] = [];
    const seen = new Set<string>();
    let at = target;
    for (let step = reached.get(keyOf(at)); step && !seen.has(keyOf(at)); step = reached.get(keyOf(at))) {
      seen.add(keyOf(at));
      steps.unshift(step);
      at = step.from;
    }
    const point = this.entryOf(at);
    return { entry: point && { ...at, point }, steps };
  }

  #findCallers(target: FunctionRef): Caller[] {
    const summary = this.#project.summaryOf(target.file);
    if (!summary?.functions[target.fn]) return [];
    const names = namesOf(summary, target.fn);
    const homes = new Set([target.file]);
    for (const cls of names.classes) {
      this.#summariseHeirs(target.file, cls.name);
      for (const file of this.#symbols.relativesOf(target.file, cls)) homes.add(file);
    }
    const found = this.#callersIn(target.file, target, names.tails, undefined);
    if (!names.isReachable) return found;
    const { reachers, within } = this.#around(homes);
    for (const file of reachers) {
      if (file === target.file) continue;
      if (this.#project.leadsNowhere(file)) continue;
      if (!this.#project.isSummarised(file) && !names.mayBeCalledIn(this.#project.textOf(file) ?? '')) continue;
      found.push(...this.#callersIn(file, target, names.tails, within));
    }
    return found;
  }

  /** Classes that extend this one inherit its methods: whoever imports them may call those. */
  #summariseHeirs(file: string, name: string): void {
    for (const importer of this.#around(new Set([file])).reachers) {
      if (this.#project.leadsNowhere(importer)) continue;
      if (this.#project.mentions(importer, [`extends ${name}`])) this.#project.summaryOf(importer);
    }
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
  ): Caller[] {
    const edges = this.#edgesOf(file);
    const found: Caller[] = [];
    const isTarget = (ref: FunctionRef): boolean => ref.file === target.file && ref.fn === target.fn;
    for (const tail of [...tails, ...(file === target.file ? [`#${target.fn}`] : [])]) {
      for (const caller of edges.get(tail) ?? []) {
        if (this.#symbols.functionsOf(file, caller.edge.to, within).some(isTarget)) found.push(caller);
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
        const tail =
          to.kind === 'function' ? `#${to.fn}` : to.kind === 'method' ? to.member : (to.members.at(-1) ?? to.name);
        const caller = { from: { file, fn }, edge };
        const list = edges.get(tail);
        if (list) list.push(caller);
        else edges.set(tail, [caller]);
      }
    });
    return edges;
  }
}

interface CallNames {
  /** Last names that a call of the function can be written with. */
  tails: Set<string>;
  /** Whether a text may hold a call of it; looked at before a file is summarised. */
  mayBeCalledIn(text: string): boolean;
  /** Whether other files can call it at all. */
  isReachable: boolean;
  /** Classes that it is a method of. */
  classes: ClassSummary[];
}

function namesOf(summary: FileSummary, fn: number): CallNames {
  const tails = new Set<string>();
  const classes = summary.classes.filter((cls) => {
    const members = Object.keys(cls.methods).filter((member) => cls.methods[member] === fn);
    for (const member of members) tails.add(member);
    return members.length > 0;
  });
  const locals = new Set<string>(tails.has(constructorMember) ? classes.map((cls) => cls.name) : []);
  for (const [local, value] of Object.entries(summary.values)) {
    for (const name of namesInValue(local, value, fn)) {
      if (name === local) locals.add(local);
      else tails.add(name);
    }
  }
  for (const local of locals) tails.add(local);
  for (const [name, exported] of Object.entries(summary.exports)) {
    if ('local' in exported && locals.has(exported.local)) tails.add(name);
  }
  const isDefault = tails.has('default');
  const mayBeCalledIn = tails.has(constructorMember)
    ? mentionsMaking(
        [...tails].filter((tail) => tail !== constructorMember && tail !== 'default'),
        isDefault,
      )
    : isDefault
      ? () => true
      : mentionsCall(new Set(classes.flatMap((cls) => Object.keys(cls.methods))), tails);
  if (isDefault) tails.add('*');
  return { tails, mayBeCalledIn, isReachable: tails.size > 0, classes };
}

/** Methods stand behind a dot or in a pattern, other names anywhere. */
function mentionsCall(methods: ReadonlySet<string>, tails: ReadonlySet<string>): CallNames['mayBeCalledIn'] {
  const words = [...tails];
  const forms = words.map((word) => {
    const name = escapeName(word);
    return methods.has(word)
      ? `\\.\\s*${name}(?![\\w$])|[{,]\\s*${name}\\s*[,}:]|['"]${name}['"]`
      : `(?<![\\w$])${name}(?![\\w$])`;
  });
  const form = new RegExp(forms.join('|'));
  return (text) => words.some((word) => text.includes(word)) && form.test(text);
}

/** `new X`, `new module.X`, or another name given to X; under a default export X has whatever name it is imported by. */
function mentionsMaking(names: readonly string[], isDefault: boolean): CallNames['mayBeCalledIn'] {
  const any = names.map(escapeName).join('|');
  const form = new RegExp(
    `\\bnew\\s+(?:[\\w$]+\\.)*(?:${any})(?![\\w$])|(?:${any})\\s+as\\b|=\\s*(?:${any})\\s*[;\\n]`,
  );
  return (text) => {
    if (!text.includes('new ')) return false;
    if (form.test(text)) return true;
    if (!isDefault) return false;
    if (/\brequire\(|\bimport\(|\bdefault\s+as\b|\*\s*as\b/.test(text)) return true;
    for (const [, name] of text.matchAll(/\bimport\s+([\w$]+)\s*(?:,|from\b)/g))
      if (new RegExp(`\\bnew\\s+${escapeName(name!)}(?![\\w$])`).test(text)) return true;
    return false;
  };
}

function* namesInValue(name: string, value: NamedValue, fn: number): Generator<string> {
  if (value.kind === 'function' && value.fn === fn) yield name;
  if (value.kind === 'object') {
    for (const [property, inner] of Object.entries(value.properties)) yield* namesInValue(property, inner, fn);
  }
  // `const run = wrap; export { run }`: the alias is what other files call.
  if (value.kind === 'alias' && value.to.kind === 'function' && value.to.fn === fn) yield name;
}

function isExportedFunction(summary: FileSummary, fn: number): boolean {
  const { classes } = namesOf(summary, fn);
  return Object.values(summary.exports).some((exported) => {
    const value = 'local' in exported ? own(summary.values, exported.local) : undefined;
    if (!value) return false;
    if (value.kind === 'class') return classes.includes(summary.classes[value.class]!);
    return [...namesInValue('', value, fn)].length > 0;
  });
}

export function keyOf({ file, fn }: FunctionRef): string {
  return `${file}\0${fn}`;
}

function compareRefs(a: FunctionRef, b: FunctionRef): number {
  return compareText(a.file, b.file) || a.fn - b.fn;
}

function compareSteps(a: Step, b: Step): number {
  return compareRefs(a.from, b.from) || a.edge.at - b.edge.at || compareRefs(a.to, b.to);
}
