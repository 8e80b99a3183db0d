/**
 * What a finding asks of the other files. Rules build these by the questions in `src/ast`;
 * the linker answers them over the summaries alone.
 */
export type LinkCondition =
  /**
   * The function (ordinal in its file, see `FileSummary.functions`) can be reached from a request handler; where it is
   * `awaited`, by calls that somebody waits for; by no more than `within` calls; where it says by whom, from one that
   * asks, see {@link RequestedBy}.
   */
  | { kind: 'on-request-path'; fn: number; awaited?: true; within?: number; by?: RequestedBy }
  /**
   * The function runs again and again: on the request path, in an event listener or timer anywhere, or (unless
   * `asItLives`) in a loop, which may be one that ends; where it is `fromOutside`, by what users, messages or connections
   * bring, not by the process's own clock, its jobs or its administrators.
   */
  | { kind: 'runs-repeatedly'; fn: number; asItLives?: true; fromOutside?: true }
  /**
   * Users of a published package can run the function as often as they like: the package offers it to them and does not
   * call it itself, not even for its effect as it loads, or (unless `directly`) calls it from such a function.
   */
  | { kind: 'open-to-users'; fn: number; directly?: true }
  /**
   * A request handler hands a part of what was sent to the function as its `parameter`, itself or through functions that
   * hand their own parameters on.
   */
  | { kind: 'handed-by-requests'; fn: number; parameter: number }
  /** The file belongs to a library: a published package that others build on, and that is no program of its own. */
  | { kind: 'in-library' }
  /** No file uses one of `members` on the value this file exports as `symbol` (`delete`, `on:error`, `=length`, `pool.end`). */
  | { kind: 'unused-members'; symbol: string; members: readonly string[] }
  /**
   * Another file calls one of `members` on the value this file exports as `symbol`, in a function that a request waits
   * for; never one that mentions a word of `unless`.
   */
  | { kind: 'called-on-request-path'; symbol: string; members: readonly string[]; unless: readonly string[] }
  /**
   * Each function that calling `to` may run does one of `deeds` each time, itself or by a function that it calls; a
   * function that keeps what it read does not count as reading, nor as asking the database, and one that calls a sleep
   * is none. What a parameter spares that is among the first `given` is not done.
   */
  | { kind: 'callee-does'; to: SymbolRef; deeds: readonly FunctionDeed[]; given?: number }
  /** A caller in another file, or one that it is handed on by, hands the function what data makes long as its `parameter`-th argument. */
  | { kind: 'handed-many'; fn: number; parameter: number }
  /** Some file of the project states `fact`; `reused:<name>`: a name stands in it once more than where it is declared; `function:<name>`: it has such a function; `keeping:<name>`: one that keeps what it read, or gathers questions. */
  | { kind: 'project-states'; fact: string }
  /** The file is loaded by a program of which some file states one of `facts`, as far as imports and packages tell. */
  | { kind: 'program-states'; facts: readonly string[] }
  | { kind: 'not'; of: LinkCondition }
  | { kind: 'all'; of: readonly LinkCondition[] }
  | { kind: 'any'; of: readonly LinkCondition[] };

/**
 * `users`: who gets an answer, of what is no rare thing to ask for; `readers`: those without what is asked for now and then; `waiting`: whom a call that hangs
 * holds, none that somebody tries by hand, no administrator, and none that a platform ends by itself; `waiting-users`: those without jobs; `sharing`: whoever shares the process with others, which
 * what a platform ends does not; `sharing-users`: the `users` of those.
 */
export type RequestedBy = 'users' | 'readers' | 'waiting' | 'waiting-users' | 'sharing' | 'sharing-users';

/** A value as a file can name it without reading another file. */
export type SymbolRef =
  /** The `fn`-th function of this file; `isOfSelf` where a method of a prototype or an object calls one beside it. */
  | { kind: 'function'; fn: number; isOfSelf?: true }
  /** Method `member` of the `class`-th class of this file (looked up in its base classes too; `isSuper`: in those alone). */
  | { kind: 'method'; class: number; member: string; isSuper?: true }
  /** What `module` exports as `name` (`default`, `*` for the namespace), then `members` on it, or on an instance of it. */
  | { kind: 'imported'; module: string; name: string; members: readonly string[] }
  /** Members of what this file itself exports or declares at module level as `name`. */
  | { kind: 'local'; name: string; members: readonly string[] }
  /** What callers hand the `fn`-th function of this file as its `parameter`-th argument, or the `member` of that. */
  | { kind: 'parameter'; fn: number; parameter: number; member?: string }
  /** The method `member` of something whose type the file does not tell; only where its name is a telling one, or that of its `holder`. */
  | { kind: 'named'; member: string; holder?: string };

/** How often a call runs for each run of the function around it. */
export type CallFrequency = 'once' | 'loop';

/**
 * What is handed to a call as its `argument`-th: a list that data makes `many`, a parameter of the `fn`-th function of the
 * file or a part of one (`isWhole`: as it came), else a part of a request.
 */
export type GivenValue = { argument: number } & (
  | { from: 'many' }
  | { from: 'request' }
  | { from: 'parameter'; fn: number; parameter: number; isWhole?: true }
);

export interface CallEdge {
  to: SymbolRef;
  /** Offset of the call, for evidence chains. */
  at: number;
  line: number;
  frequency: CallFrequency;
  /** Nobody waits for what it starts: see `src/ast/handles/left-alone.ts`. */
  isLeftAlone?: true;
  /**
   * It runs once for the process, however often its function does, or not at all in production: see
   * `src/ast/where/once-guard.ts`, `src/ast/where/off-production.ts`, `src/ast/where/redeclared.ts`.
   */
  isOnce?: true;
  /** The parameter that spares it where callers hand something in: `known ?? (await load(id))`. */
  sparedBy?: number;
  /** What of its arguments data makes long, requests bring, or callers. */
  given?: readonly GivenValue[];
}

/** Why a function is an entry of the request path, e.g. `express GET /orders`. */
export interface EntryPoint {
  /** `request`: one run per request or message; `event`: a listener or timer, repeated; `startup`: once. */
  kind: 'request' | 'event' | 'startup';
  label: string;
  /**
   * What comes once in a while: a background `job` of a queue, a timetable, a timer or a thread, which nobody waits for; a `trial` of what
   * somebody sets up, who sees how long it takes; what an `admin` asks for.
   */
  seldom?: 'job' | 'trial' | 'admin';
  /** A function of a cloud: the platform ends it after some seconds or minutes, and it holds nobody else up. */
  isEnded?: true;
  /** By its name it does what somebody asks for now and then, see `src/ast/io/action.ts`. */
  isAction?: true;
  /** It changes or removes one thing, or is a chore by its name: see `src/ast/where/chore.ts`. */
  isRare?: true;
  /**
   * Nothing but its parameters tells (`(req, res)`), or that it is a server action as all of its file: who mounts or calls it
   * must be found elsewhere, see `src/engine/unmounted-handler.ts`.
   */
  isBySignature?: true;
}

/**
 * What a function does outside of the process: it waits for a read or a write, asks the database for or about what it is
 * handed, or keeps what it read (a cache, a loader; `caches`: where a cache is asked by name). `sleeps`: it only waits for a timer, see `src/ast/timers/sleep.ts`;
 * `catches`: no failure of its work comes to its caller, see `src/ast/io/cannot-fail.ts`; `at-once`: what it gives is there
 * as it returns, see `src/ast/io/gives-at-once.ts`; `shares`: it takes turns by a lock,
 * or joins what is in flight; `rows`: a query that may give many rows is among what it asks; `all-rows`: one without a limit
 * and without a filter by one key; `query:unique`: a look-up of those that Prisma makes one query of, where they are asked for
 * at once; `query:many`: one for many keys. `sends`: it waits for another service over the network, `sends:unlimited` where the
 * call sets no limit of time.
 */
export type FunctionDeed =
  | 'reads'
  | 'writes'
  | 'sends:unlimited'
  | 'keeps'
  | 'caches'
  | 'rows'
  | 'all-rows'
  | 'sends'
  | 'asks'
  | 'query:unique'
  | 'query:many'
  | 'query:point'
  | 'query:list'
  | 'query:insert'
  | 'query:delete'
  | 'sleeps'
  | 'catches'
  | 'at-once'
  | 'shares';

/** A call of `to` hands a function over as its `argument`-th, or as the `member` of an object. */
export interface HandedTo {
  to: SymbolRef;
  argument: number;
  member?: string;
}

export interface FunctionSummary {
  /** `name`, `Class.name`, `name.<anonymous>`; for people and for scope ids. */
  name: string;
  line: number;
  entry?: EntryPoint;
  /** Whether a user of the file can get hold of it, other than to bring an application up once: see `src/ast/where/public-api.ts`. */
  isOffered?: true;
  /** It refuses whoever is no administrator: see `src/ast/where/refuses-others.ts`. */
  isForAdmins?: true;
  /** What it does each time it is called; left out where that is nothing. */
  deeds?: readonly FunctionDeed[];
  /** What it gives back, where that is a value that has functions: a factory's object, an instance. */
  returns?: NamedValue;
  calls: CallEdge[];
  /** Who is handed it, and may run it. */
  handedTo?: HandedTo[];
  /** No function of the file: it stands for one of another file where that is handed over. */
  isStandIn?: true;
}

export interface ClassSummary {
  name: string;
  extends?: SymbolRef;
  /** Interfaces it implements, for constructor injection by interface. */
  implements: SymbolRef[];
  /** Method name → ordinal of the function; the constructor is `<new>`. Look up with `Object.hasOwn`. */
  methods: Record<string, number>;
  /** What the fields that hold something with methods hold, by name. */
  fields?: Record<string, NamedValue>;
}

/** What a module-level name stands for. */
export type NamedValue =
  | { kind: 'function'; fn: number; properties?: Record<string, NamedValue> }
  | { kind: 'class'; class: number }
  /** An instance of a class: `new Service()`. */
  | { kind: 'instance'; of: SymbolRef }
  /** An object literal; each property is a value of its own. `spread`: what is put in as a whole. */
  | { kind: 'object'; properties: Record<string, NamedValue>; spread?: NamedValue[] }
  | { kind: 'alias'; to: SymbolRef }
  | { kind: 'other' };

/** The members used on a symbol of another file. */
export interface SymbolUse {
  module: string;
  name: string;
  members: string[];
}

/** Everything another file may need to know about this one. Plain data, cacheable by content hash. */
export interface FileSummary {
  functions: FunctionSummary[];
  classes: ClassSummary[];
  /** Module-level names, exported or not. */
  values: Record<string, NamedValue>;
  /** Exported name → module-level name of this file, or a symbol of another module. */
  exports: Record<string, { local: string } | { module: string; name: string }>;
  /** Modules re-exported whole. */
  starExports: string[];
  /** Module specifiers, as written. */
  imports: string[];
  uses: SymbolUse[];
  /** Members used on this file's own module-level names, by any of its functions. */
  ownUses: Record<string, string[]>;
  /** What it calls for its effect alone as it loads: see `src/ast/where/load-calls.ts`. */
  loadCalls?: SymbolRef[];
  /** Project-wide facts: `import:express`, `signal:SIGTERM`, `listen`, `token:<word>` … */
  facts: string[];
}
