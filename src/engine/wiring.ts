import { type Declared, memberFrom, type Outline } from '../ast/names/outline.ts';
import { listLoadedByName } from './named-loads.ts';
import { declarationAt, outlineIn } from './outlines.ts';
import type { Project } from './project.ts';
import type { FunctionRef, SymbolTable } from './symbols.ts';
import { isTestFile } from './test-file.ts';
import { isUntaken, mayBeLoadedByPlace, mayBeTakenElsewhere, valueAt } from './uncalled-code.ts';
import { isNestModule, isUnusedFile } from './unused-file.ts';

/** A function, class or object that a file declares at its top level. */
interface Piece {
  file: string;
  name: string;
  /** A value that a call makes of handlers of requests, for others to serve: `router({ list: procedure.query(…) })`. */
  isRouter?: true;
}

/** So many pieces that lead to one surely belong to something that runs. */
const manyPieces = 60;

/** A message is sent by who handles another one. */
const maxMessages = 3;

/** What of a project leads to its functions and classes, by the names that stand as values in its files. */
export class Wiring {
  readonly #project: Project;
  readonly #originOf: OriginOf;
  readonly #unwired = new Map<string, boolean>();
  readonly #unused = new Map<string, boolean>();
  readonly #pieces = new Map<string, Piece | undefined>();
  #hasFound = false;
  #mayBeLoaded: ((file: string) => boolean) | undefined;

  constructor(project: Project, symbols: SymbolTable) {
    this.#project = project;
    this.#originOf = (file, name) => symbols.originOf(file, name);
  }

  /**
   * Whether nothing that runs leads to what a function is part of: whatever names it is itself named by nothing but
   * tests, or by more of the kind. A service that nobody constructs, a router that nobody mounts.
   */
  isUnwired(piece: Piece): boolean {
    const key = keyOf(piece);
    let answer = this.#unwired.get(key);
    if (answer === undefined) {
      answer =
        this.isUnused(piece.file) ||
        (piece.isRouter ? isUntaken(this.#project, piece.file, piece.name) : this.#isUnled(piece));
      this.#unwired.set(key, answer);
      this.#hasFound ||= answer;
    }
    return answer;
  }

  #isUnled(piece: Piece): boolean {
    const around = listUnled(this.#project, piece, this.#originOf);
    return around !== undefined && !around.some(({ file }) => this.#isLoadedByName(file));
  }

  /** {@link isUnusedFile} */
  isUnused(file: string): boolean {
    let answer = this.#unused.get(file);
    if (answer === undefined) {
      answer = isUnusedFile(this.#project, file);
      this.#unused.set(file, answer);
    }
    return answer;
  }

  /** Whether {@link isUnwired} has said so of something. */
  get hasFound(): boolean {
    return this.#hasFound;
  }

  /** Whether {@link isUnwired} has been asked and said so. */
  isKnown(piece: Piece): boolean {
    return this.#unwired.get(keyOf(piece)) === true;
  }

  /** The function or class of its file's top level that a function is part of; undefined where that is something else. */
  #pieceOf({ file, fn }: FunctionRef): Piece | undefined {
    const key = `${fn} ${file}`;
    if (!this.#pieces.has(key)) {
      const { values, functions } = this.#project.summaryOf(file)!;
      const { name: scope, line, entry } = functions[fn]!;
      const name = scope.split('.')[0]!;
      const at = Object.hasOwn(values, name) ? name : declarationAt(this.#project, file, line);
      const isServed = entry?.kind === 'request' && !entry.seldom;
      const made = at === undefined && isServed ? valueAt(this.#project, file, line) : undefined;
      const router = made && !made.isNew ? { file, name: made.name, isRouter: true as const } : undefined;
      this.#pieces.set(key, at === undefined ? router : { file, name: at });
    }
    return this.#pieces.get(key);
  }

  #isLoadedByName(file: string): boolean {
    this.#mayBeLoaded ??= listLoadedByName(this.#project);
    return this.#mayBeLoaded(file);
  }

  /** Whether a function is part of another piece than `from` is, and of one of which something holds. */
  isApart(fn: FunctionRef, from: FunctionRef, holds: (piece: Piece) => boolean): boolean {
    const piece = this.#pieceOf(fn);
    if (!piece || !holds(piece)) return false;
    const own = this.#pieceOf(from);
    return own?.name !== piece.name || own.file !== piece.file;
  }
}

const keyOf = ({ file, name, isRouter }: Piece): string => `${name} ${file}${isRouter ? ' *' : ''}`;

/** A piece and all that lead to it, none of which anything leads to that runs; undefined where something does. */
function listUnled(project: Project, first: Piece, originOf: OriginOf, hops = 0): Piece[] | undefined {
  const pieces = new Map([[keyOf(first), first]]);
  for (const piece of pieces.values()) {
    const makers = hops < maxMessages ? findMakersOfHandled(project, piece, originOf) : undefined;
    if (makers?.every((maker) => listUnled(project, maker, originOf, hops + 1))) continue;
    const users = pieces.size > manyPieces ? undefined : findUsers(project, piece);
    if (!users) return undefined;
    for (const user of users) pieces.set(keyOf(user), pieces.get(keyOf(user)) ?? user);
  }
  return [...pieces.values()];
}

type OriginOf = (file: string, name: string) => { file: string; local: string } | undefined;

/**
 * The pieces that make the messages which a class handles, where it handles any: a bus runs it for nothing else. Undefined
 * where something that runs makes one, or may.
 */
function findMakersOfHandled(project: Project, { file, name }: Piece, originOf: OriginOf): Piece[] | undefined {
  const { imports } = outlineIn(project, file);
  const messages = (declaredIn(project, { file, name })?.handles ?? []).map((local) => {
    const taken = imports.find((one) => one.local === local);
    if (!taken) return { file, local };
    const target = project.resolver.resolve(file, taken.module);
    return target === undefined ? undefined : originOf(target, taken.name);
  });
  if (messages.length === 0) return undefined;
  const makers: Piece[] = [];
  for (const message of messages) {
    const users = message && findUsers(project, { file: message.file, name: message.local });
    if (!users) return undefined;
    // A class that handles messages names them in its mark and its types.
    makers.push(...users.filter((one) => !declaredIn(project, one)?.handles));
  }
  return makers;
}

function declaredIn(project: Project, { file, name }: Piece): Declared | undefined {
  const { declarations } = outlineIn(project, file);
  return Object.hasOwn(declarations, name) ? declarations[name] : undefined;
}

/** The pieces that name one as a value; undefined where something that runs does, or may. */
function findUsers(project: Project, { file, name }: Piece): Piece[] | undefined {
  const outline = outlineIn(project, file);
  const declared = declaredIn(project, { file, name });
  const exported = Object.keys(outline.exports).filter((one) => outline.exports[one] === name);
  if (!declared || mayBeTakenElsewhere(project, file, exported)) return undefined;
  const isOfModule =
    declared.isOfModule === true && project.filesBeside(file).some((other) => isNestModule(project, other));
  if (!isOfModule && (declared.isMarked || mayBeLoadedByPlace(project, file))) return undefined;
  const atHome = usersIn(outline, file, (used) => isMention(used, name), name);
  if (!atHome || (exported.length === 0 && atHome.length === 0)) return undefined;
  const elsewhere = exported.length === 0 ? [] : findUsersElsewhere(project, file, exported, isOfModule);
  const users = elsewhere && [...atHome, ...elsewhere];
  return users?.length === 0 && !isOfModule && isEntry(project, file, name) ? undefined : users;
}

/** @param isOfModule it is made by who names it, whatever its file is loaded by */
function findUsersElsewhere(
  project: Project,
  file: string,
  exported: readonly string[],
  isOfModule: boolean,
): Piece[] | undefined {
  const routes = new Set(project.routesTo(file));
  const { isBundled = false } = outlineIn(project, file);
  const classes = exported.filter((name) => /^[A-Z]/.test(name));
  const users: Piece[] = [];
  let isTaken = false;
  const others = project.reachersOf([file]).filter((other) => other !== file && !isTestFile(project, other));
  const isOneValue = exported.includes('default') || exported.includes('=');
  const naming = new Set(
    others.filter((one) => isOneValue || project.mentions(one, exported) || isTakenWhole(project, one)),
  );
  // The others tell only whether the file is taken at all.
  for (const other of [...naming, ...others.filter((one) => !naming.has(one))]) {
    if (isTaken && !naming.has(other)) break;
    const outline = outlineIn(project, other);
    const isRoute = (module: string): boolean => {
      const target = project.resolver.resolve(other, module);
      return target !== undefined && routes.has(target);
    };
    if (outline.taken.some(isRoute)) return undefined;
    const takings = outline.imports
      .filter(({ module }) => isRoute(module))
      .map((one) => takingOf(one, exported, isBundled));
    const handedOn = Object.values(outline.exports);
    if (takings.some(({ local, isMeant }) => isMeant && handedOn.includes(local))) return undefined;
    const isNamed = (used: string): boolean => {
      const member = memberFrom(used);
      if (member) return isRoute(member.module) && (exported.includes(member.name) || exported.includes('='));
      return takings.some(({ isNamedBy }) => isNamedBy(used)) || classes.some((name) => used === `'${name}`);
    };
    const found = usersIn(outline, other, isNamed);
    if (!found) return undefined;
    users.push(...found);
    isTaken ||= takings.some(({ tells }) => tells) || takesMembers(outline, isRoute);
  }
  if (isTaken || isUnusedFile(project, file)) return users;
  return isOfModule && !isNamedApart(project, exported, [file, ...others]) ? users : undefined;
}

/** Whether another file names one of `exported` that is not seen to take it: an alias may lead there that only a bundler knows. */
function isNamedApart(project: Project, exported: readonly string[], seen: readonly string[]): boolean {
  const known = new Set(seen);
  return exported.some((name) =>
    project.places.filesOf(`reused:${name}`).some((other) => !known.has(other) && !isTestFile(project, other)),
  );
}

/** Whether a file may take a module under a name of its own. */
function isTakenWhole(project: Project, file: string): boolean {
  return project.ask(file, 'takes whole', (text) => /\b(?:import|require)\s*\(|\*\s*as\b/.test(text));
}

interface Taking {
  local: string;
  /** The import holds what is looked for. */
  isMeant: boolean;
  isNamedBy(used: string): boolean;
  /** Who takes the file so takes what is looked for the same way, if at all: no framework loads it by where it lies. */
  tells: boolean;
}

function takingOf(
  { local, name }: Outline['imports'][number],
  exported: readonly string[],
  isBundled: boolean,
): Taking {
  const isDefault = exported.includes('default') || exported.includes('=');
  const isOne = name === 'default' ? isDefault : exported.includes(name);
  const holdsAll = name === '*' || (name === 'default' && isBundled);
  const isWhole = isOne || (holdsAll && exported.includes('='));
  return {
    local,
    isMeant: isOne || holdsAll,
    isNamedBy: (used) =>
      isWhole
        ? isMention(used, local)
        : holdsAll && (used === local || exported.some((one) => used === `${local}.${one}`)),
    tells: !isDefault || holdsAll || name === 'default',
  };
}

function takesMembers({ loading, declarations }: Outline, isRoute: (module: string) => boolean): boolean {
  const isOfRoute = (used: string): boolean => {
    const member = memberFrom(used);
    return member !== undefined && isRoute(member.module);
  };
  return loading.some(isOfRoute) || Object.values(declarations).some(({ names }) => names.some(isOfRoute));
}

/** The pieces of a file that name what is looked for; undefined where it does as it loads, or may. */
function usersIn(
  { loading, declarations, isUnread }: Outline,
  file: string,
  isNamed: (used: string) => boolean,
  own?: string,
): Piece[] | undefined {
  if (isUnread || loading.some(isNamed)) return undefined;
  return Object.keys(declarations)
    .filter((name) => name !== own && declarations[name]!.names.some(isNamed))
    .map((name) => ({ file, name }));
}

/** `Orders`, `Orders.list`, and the name in quotes, by which a container may look it up. */
function isMention(used: string, name: string): boolean {
  return used === name || used.startsWith(`${name}.`) || used === `'${name}`;
}

/** Whether a framework calls a function, or the methods of a class, by where it stands or what it extends. */
function isEntry(project: Project, file: string, name: string): boolean {
  const { functions = [], classes = [] } = project.summaryOf(file) ?? {};
  const cls = classes.find((one) => one.name === name);
  const isOfBase = cls !== undefined && (cls.extends !== undefined || cls.implements.length > 0);
  return functions.some(
    ({ name: fn, entry }) => entry && !entry.isBySignature && (fn === name || (isOfBase && fn.startsWith(`${name}.`))),
  );
}
