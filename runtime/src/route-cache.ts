import { announce, checkInteger } from './internal.ts';

export interface RouteCacheOptions {
  /** The most paths to remember the answer for (also that there is none), rounded down to even; 0 for none. Default 1,000. */
  max?: number;
  /** Whether `/users/` also matches `/users`, and the reverse. Default false. */
  ignoreTrailingSlash?: boolean;
}

export interface RouteMatch<T> {
  readonly value: T;
  /** What `:name` and `*name` stood for, percent-decoded (left as it is where ill-formed), and the named groups of a RegExp. */
  readonly params: Readonly<Record<string, string>>;
}

export interface RouteCacheStats {
  routes: number;
  /** Paths remembered. */
  size: number;
  max: number;
  /** Answers given from memory. */
  hits: number;
  misses: number;
}

interface Route<T> {
  value: T;
  names: readonly string[];
}

interface Node<T> {
  literals: Map<string, Node<T>>;
  param: Node<T> | undefined;
  /** Ends here. */
  route: Route<T> | undefined;
  /** Ends here with whatever follows. */
  rest: Route<T> | undefined;
}

/** Longer paths are not remembered, lest a thousand of them take megabytes. */
const LONGEST = 512;

/**
 * Finds the route of a path without trying every route: patterns are compiled once into a tree of segments, and the answers
 * for the paths last asked for are remembered, up to `max`.
 *
 * ```ts
 * const routes = new RouteCache<string>();
 * routes.add('/users/:id', 'show user').add('/users/me', 'show me').add('/files/*path', 'file');
 * routes.match('/users/42'); // { value: 'show user', params: { id: '42' } }
 * routes.match('/users/me')?.value; // 'show me': the literal goes before the parameter
 * ```
 *
 * A segment is a literal, a parameter `:name`, or a rest `*name` (the last one; at least one character). Segment by segment a
 * literal goes before a parameter, a parameter before a rest; a RegExp is tried last, in the order of adding, and so is what a
 * hand-written scan would try first: put literals where order mattered. Of equal patterns the first added counts. What follows
 * a `?` or `#` in a path is ignored. To tell methods apart, make them the start of pattern and path: `'GET /users/:id'`.
 *
 * Cost: `match` O(1) for a remembered path, else O(segments), and O(routes) for RegExps only; about 100 bytes a remembered path.
 */
export class RouteCache<T> {
  private readonly half: number = 0;
  private readonly ignoreTrailingSlash: boolean = false;
  private root: Node<T> = emptyNode();
  private readonly expressions: { expression: RegExp; value: T }[] = [];
  private routes = 0;
  // Two generations of half the room each: whatever is asked for moves to the young one, and the old one is dropped whole.
  private young: Map<string, RouteMatch<T> | null> = new Map();
  private old: Map<string, RouteMatch<T> | null> = new Map();
  private hits = 0;
  private misses = 0;

  /** @throws TypeError when `max` is not an integer of at least 0 */
  constructor({ max = 1_000, ignoreTrailingSlash = false }: RouteCacheOptions = {}) {
    this.half = Math.floor(checkInteger('max', max, 0) / 2);
    this.ignoreTrailingSlash = ignoreTrailingSlash;
    announce('route-cache', this);
  }

  /**
   * Adds a route. O(segments); forgets the remembered answers.
   * @throws TypeError when a pattern has a `:` or `*` that is not a whole segment, a nameless or repeated parameter, or
   * anything after a rest: give a RegExp for such
   */
  add(pattern: string | RegExp, value: T): this {
    this.young.clear();
    this.old.clear();
    this.routes++;
    if (typeof pattern !== 'string') {
      // Without g and y, which would make matching depend on the match before.
      this.expressions.push({ expression: new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')), value });
      return this;
    }
    const names: string[] = [];
    let node = this.root;
    const segments = this.trimmed(pattern).split('/');
    for (const [i, segment] of segments.entries()) {
      const sign = segment[0];
      const name = segment.slice(1);
      if (sign !== ':' && sign !== '*') {
        if (/[:*]/.test(segment)) throw badPattern(pattern, 'a parameter that is a whole segment');
        node = childOf(node, segment);
        continue;
      }
      if ((sign === ':' && name === '') || /[:*]/.test(name) || names.includes(name)) {
        throw badPattern(pattern, 'a name of its own for each parameter');
      }
      names.push(name === '' ? '*' : name);
      if (sign === '*') {
        if (i < segments.length - 1) throw badPattern(pattern, 'nothing after a rest');
        node.rest ??= { value, names };
        return this;
      }
      node.param ??= emptyNode();
      node = node.param;
    }
    node.route ??= { value, names };
    return this;
  }

  /** The route of `path` and its parameters, or undefined. A remembered answer is shared, and frozen for that. */
  match(path: string): RouteMatch<T> | undefined {
    let found = this.young.get(path);
    if (found !== undefined) {
      this.hits++;
      return found ?? undefined;
    }
    found = this.old.get(path);
    if (found !== undefined) {
      this.hits++;
      this.old.delete(path);
    } else {
      this.misses++;
      found = this.search(this.trimmed(path)) ?? null;
    }
    if (this.half > 0 && path.length <= LONGEST) this.remember(path, found);
    return found ?? undefined;
  }

  /** Counters since it was made. O(1). */
  stats(): RouteCacheStats {
    const { routes, hits, misses } = this;
    return { routes, size: this.young.size + this.old.size, max: 2 * this.half, hits, misses };
  }

  private remember(path: string, found: RouteMatch<T> | null): void {
    if (this.young.size >= this.half) {
      this.old = this.young;
      this.young = new Map();
    }
    if (found) Object.freeze(Object.freeze(found).params);
    this.young.set(path, found);
  }

  private trimmed(path: string): string {
    let bare = path;
    for (const sign of ['?', '#']) {
      const end = bare.indexOf(sign);
      if (end >= 0) bare = bare.slice(0, end);
    }
    return this.ignoreTrailingSlash && bare.length > 1 && bare.endsWith('/') ? bare.slice(0, -1) : bare;
  }

  private search(path: string): RouteMatch<T> | undefined {
    const values: string[] = [];
    const route = this.descend(this.root, path, 0, values);
    if (route) return matchOf(route.value, route.names, values);
    for (const { expression, value } of this.expressions) {
      const groups = expression.exec(path);
      if (groups) return matchOf(value, Object.keys(groups.groups ?? {}), Object.values(groups.groups ?? {}));
    }
    return undefined;
  }

  /** The best route for `path` from `start` on, below `node`; fills `values` on success and leaves it as it was otherwise. */
  private descend(node: Node<T>, path: string, start: number, values: string[]): Route<T> | undefined {
    const slash = path.indexOf('/', start);
    const segment = slash < 0 ? path.slice(start) : path.slice(start, slash);
    const literal = node.literals.get(segment);
    if (literal) {
      const route = slash < 0 ? literal.route : this.descend(literal, path, slash + 1, values);
      if (route) return route;
    }
    if (node.param && segment !== '') {
      values.push(segment);
      const route = slash < 0 ? node.param.route : this.descend(node.param, path, slash + 1, values);
      if (route) return route;
      values.pop();
    }
    if (node.rest === undefined || start >= path.length) return undefined;
    values.push(path.slice(start));
    return node.rest;
  }
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), param: undefined, route: undefined, rest: undefined };
}

function childOf<T>(node: Node<T>, segment: string): Node<T> {
  const found = node.literals.get(segment);
  if (found) return found;
  const child = emptyNode<T>();
  node.literals.set(segment, child);
  return child;
}

function badPattern(pattern: string, wanted: string): TypeError {
  return new TypeError(`pattern must have ${wanted}, got ${JSON.stringify(pattern)}`);
}

/** An object without a prototype that, unlike `Object.create(null)`, keeps fast properties. */
const Params = function Params() {} as unknown as new () => Record<string, string>;
Params.prototype = Object.freeze(Object.create(null));

function matchOf<T>(value: T, names: readonly string[], values: readonly (string | undefined)[]): RouteMatch<T> {
  const params = new Params();
  for (let i = 0; i < names.length; i++) {
    const raw = values[i];
    if (raw !== undefined) params[names[i]!] = raw.includes('%') ? decoded(raw) : raw;
  }
  return { value, params };
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
