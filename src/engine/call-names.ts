import { anyMember, constructorMember } from '../ast/names/symbol-ref.ts';
import type { ClassSummary, FileSummary, NamedValue, SymbolRef } from '../model/link.ts';
import { listDefaultLoads } from './default-loads.ts';
import { escapeName } from './escape-name.ts';
import { renamesOne } from './name-lists.ts';
import type { Project } from './project.ts';
import { type FunctionRef, own, type SymbolTable } from './symbols.ts';

/** How a function can be called from other files. */
export interface CallNames {
  /** Last names that a call of the function can be written with. */
  tails: Set<string>;
  /** Whether a text may hold a call of it; looked at before a file is summarised. */
  mayBeCalledIn(text: string, loads: Loads): boolean;
  /** What is done with it where it is a default export, which goes by any name. */
  defaultUse: 'called' | 'made' | undefined;
  /** Whether the text of a file may hand it on under another name. */
  mayBeRenamedIn(project: Project, file: string): boolean;
  /** Whether other files can call it at all. */
  isReachable: boolean;
  /** Classes that it is a method of. */
  classes: ClassSummary[];
}

/** What the text of a file loads of the files by which a function can be had. */
interface Loads {
  /** A default export that it may call, or make an instance of, by a name of its own. */
  isDefault(): boolean;
  /** All of a module under one name. */
  isModule(): boolean;
}

/** The files by which a function can be had. */
export interface Routes {
  within: ReadonlySet<string>;
  /** Those whose default export it may be. */
  defaultHomes: ReadonlySet<string>;
}

/** The names by which a function can be called. */
export function namesOf(summary: FileSummary, fn: number): CallNames {
  const tails = new Set<string>();
  const classes = summary.classes.filter((cls) => {
    const members = Object.keys(cls.methods).filter((member) => cls.methods[member] === fn);
    for (const member of members) tails.add(member);
    return members.length > 0;
  });
  const locals = new Set<string>(tails.has(constructorMember) ? classes.map((cls) => cls.name) : []);
  const makers = new Set<number>();
  summary.functions.forEach(({ returns, name: maker }, place) => {
    for (const name of returns ? namesInValue('', returns, fn) : []) {
      if (name === '') makers.add(place);
      tails.add(name === '' ? maker.split('.').at(-1)! : name);
    }
  });
  for (const [local, value] of Object.entries(summary.values)) {
    if (value.kind === 'function' && makers.has(value.fn)) locals.add(local);
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
  const isMade = tails.has(constructorMember);
  const written = [...tails].filter((tail) => tail !== constructorMember && tail !== 'default');
  const mentions = isMade
    ? mentionsMaking(written)
    : mentionsCall(new Set(classes.flatMap((cls) => Object.keys(cls.methods))), written);
  const mayBeRenamedIn = mentionsRenaming(tails);
  const isReachable = tails.size > 0;
  const mentionsAll = mentionsHolder(summary, fn);
  if (isDefault) tails.add('*');
  tails.add(anyMember);
  // What a maker gives is called by the name of the maker and what stands for its result.
  if (makers.size > 0) tails.add('()');
  const mayBeCalledIn: CallNames['mayBeCalledIn'] = (text, loads) =>
    mentions(text) || (isDefault && loads.isDefault()) || mentionsAll(text, loads);
  const defaultUse = isDefault ? (isMade ? 'made' : 'called') : undefined;
  return { tails, mayBeCalledIn, defaultUse, mayBeRenamedIn, isReachable, classes };
}

/** `{ Query: userQueries }`, `graphqlHTTP({ rootValue: root })`, `handlers[kind](job)`: any of what something holds. */
const anyUse =
  /(?<![\w$.])(?:Query|Mutation|Subscription)\s*[:,}]|\brootValue\b|(?:Query|Mutation|Subscription)Resolvers\b|Resolvers\[|[\w$)]\s*\[[^\]'"\n]{1,80}\]\s*!?(?:\?\.)?\s*[(.;]/;

/** Whether a text names what holds the function, an object or the module, and may run any of what that holds. */
function mentionsHolder(summary: FileSummary, fn: number): CallNames['mayBeCalledIn'] {
  const holders: string[] = [];
  let isOfModule = false;
  for (const [name, exported] of Object.entries(summary.exports)) {
    const value = 'local' in exported ? own(summary.values, exported.local) : undefined;
    const made = value?.kind === 'function' ? summary.functions[value.fn]!.returns : undefined;
    const isHeld = [value, made].some((held) => held && [...namesInValue('', held, fn)].length > 0);
    if (!value || !isHeld) continue;
    if (value.kind === 'object') holders.push(name);
    if (value.kind !== 'object' || name === 'default') isOfModule = true;
  }
  if (holders.length === 0 && !isOfModule) return () => false;
  return (text, loads) =>
    anyUse.test(text) &&
    (holders.some((name) => name !== 'default' && text.includes(name)) || (isOfModule && loads.isModule()));
}

/** Whether the text of a file may hold a call of a function, by its names or by one that it was `given`. */
export function mayCall(
  names: CallNames,
  given: readonly string[],
  routes: Routes,
  project: Project,
  file: string,
): boolean {
  const text = project.textOf(file) ?? '';
  return isCalledIn(text, names, routes, project, file) || given.some((name) => text.includes(name));
}

function isCalledIn(
  text: string,
  { mayBeCalledIn, defaultUse = 'called' }: CallNames,
  { within, defaultHomes }: Routes,
  project: Project,
  file: string,
): boolean {
  const loadsOne = (use: 'called' | 'made', of: ReadonlySet<string>): boolean =>
    project.ask(file, 'default loads', listDefaultLoads)[use].some((module) => {
      const target = project.resolver.resolve(file, module);
      return target !== undefined && of.has(target);
    });
  return mayBeCalledIn(text, {
    isDefault: () => loadsOne(defaultUse, defaultHomes),
    isModule: () => loadsOne('called', within),
  });
}

/** The files whose default export a function may be: its own, and those of `within` that may hand on what they load. */
export function listDefaultHomes(
  { defaultUse }: CallNames,
  target: FunctionRef,
  within: ReadonlySet<string>,
  project: Project,
): ReadonlySet<string> {
  if (!defaultUse) return new Set();
  const isHandedOn = (file: string): boolean => project.ask(file, 'default loads', listDefaultLoads).isHandedOn;
  return new Set([...within].filter((file) => file === target.file || isHandedOn(file)));
}

/**
 * The names that a function has behind those who hand it on: `export { exec as store } from './store'`,
 * `export const getOrders = makeGetOrders(deps)`.
 */
export function listNewNames(
  names: CallNames,
  target: FunctionRef,
  routes: Routes,
  project: Project,
  symbols: SymbolTable,
): string[] {
  const given: string[] = [];
  for (const file of routes.within) {
    const isOwn = file === target.file;
    const isRenamed = !isOwn && names.mayBeRenamedIn(project, file);
    const textOf = (): string => (isOwn ? '' : (project.textOf(file) ?? ''));
    if (!isRenamed && !(names.tails.has('()') && isCalledIn(textOf(), names, routes, project, file))) continue;
    const summary = project.summaryOf(file);
    for (const [name, exported] of Object.entries(summary?.exports ?? {})) {
      if (names.tails.has(name)) continue;
      const value = 'local' in exported ? own(summary!.values, exported.local) : undefined;
      const isIt =
        'module' in exported
          ? symbols.originOf(file, name)?.file === target.file
          : value?.kind === 'alias' &&
            symbols
              .functionsOf(file, value.to, routes.within)
              .some((fn) => fn.file === target.file && fn.fn === target.fn);
      if (isIt) given.push(name);
    }
  }
  return given;
}

/** `exec as store`; what is `default` goes by any name behind those who hand something on. */
function mentionsRenaming(tails: ReadonlySet<string>): CallNames['mayBeRenamedIn'] {
  const names = [...tails].filter((tail) => tail !== constructorMember && tail !== 'default');
  const isDefault = tails.has('default');
  return (project, file) =>
    (isDefault && project.ask(file, 'exports by name', exportsByName)) || renamesOne(project, file, names);
}

function exportsByName(text: string): boolean {
  return /\bexport\s*\{|\bexports\b/.test(text);
}

/** Methods stand behind a dot or in a pattern, other names anywhere. */
function mentionsCall(methods: ReadonlySet<string>, words: readonly string[]): (text: string) => boolean {
  const forms = words.map((word) => {
    const name = escapeName(word);
    return methods.has(word)
      ? `\\.\\s*${name}(?![\\w$])|[{,]\\s*${name}\\s*[,}:]|['"]${name}['"]`
      : `(?<![\\w$])${name}(?![\\w$])`;
  });
  const form = new RegExp(forms.join('|'));
  return (text) => words.some((word) => text.includes(word)) && form.test(text);
}

/** `new X`, `new module.X`, or another name given to X. */
function mentionsMaking(names: readonly string[]): (text: string) => boolean {
  const any = names.map(escapeName).join('|');
  const form = new RegExp(
    `\\bnew\\s+(?:[\\w$]+\\.)*(?:${any})(?![\\w$])|(?:${any})\\s+as\\b|=\\s*(?:${any})\\s*[;\\n]`,
  );
  return (text) => text.includes('new ') && form.test(text);
}

function* namesInValue(name: string, value: NamedValue, fn: number): Generator<string> {
  if (value.kind === 'function' && value.fn === fn) yield name;
  if (value.kind === 'object' || value.kind === 'function') {
    for (const [property, inner] of Object.entries(value.properties ?? {})) yield* namesInValue(property, inner, fn);
  }
  // `const run = wrap; export { run }`: the alias is what other files call.
  if (value.kind === 'alias' && value.to.kind === 'function' && value.to.fn === fn) yield name;
}

/** Whether other files can get hold of a function by an export of its file. */
export function isExportedFunction(summary: FileSummary, fn: number): boolean {
  const { classes } = namesOf(summary, fn);
  return Object.values(summary.exports).some((exported) => {
    const value = 'local' in exported ? own(summary.values, exported.local) : undefined;
    if (!value) return false;
    if (value.kind === 'class') return classes.includes(summary.classes[value.class]!);
    return [...namesInValue('', value, fn)].length > 0;
  });
}

/** The last name that a call is written with. */
export function tailOf(to: SymbolRef): string {
  switch (to.kind) {
    case 'function':
      return `#${to.fn}`;
    case 'parameter':
      return tailOfParameter(to.fn, to.parameter, to.member);
    case 'method':
    case 'named':
      return to.member;
    default:
      return to.members.at(-1) ?? to.name;
  }
}

export function tailOfParameter(fn: number, parameter: number, member: string | undefined): string {
  return `#${fn}(${parameter})${member === undefined ? '' : `.${member}`}`;
}
