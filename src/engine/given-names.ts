import type { SymbolRef } from '../model/link.ts';
import { type Load, listLoads } from './loads.ts';
import type { Project } from './project.ts';
import type { FunctionRef } from './symbols.ts';
import { findWord } from './words.ts';

/** What a file gives a name: what it loads, or a class, a function or a value of its own by name; or what calling that gives. */
interface Given {
  of: Load | string;
  isCalled: boolean;
}

/** The functions that a reference in a file may run. */
export type Resolve = (file: string, ref: SymbolRef) => readonly FunctionRef[];

/** More would say that a name is one of many things. */
const maxNames = 6;

/**
 * What is handed in as a parameter, kept in a field or carried by a context, followed by the name that it is given where it is
 * made or loaded: `source.rate()` runs the method of `class RateSource` where one file says `const source = new RateSource()`.
 */
export class GivenNames {
  readonly #project: Project;
  readonly #resolve: Resolve;
  readonly #members = new Map<string, FunctionRef[]>();
  readonly #names = new Map<string, readonly string[]>();

  constructor(project: Project, resolve: Resolve) {
    this.#project = project;
    this.#resolve = resolve;
  }

  /** The function that a method `member` of what is called `holder` in a file is; none where the files of its package give that name to several that have one. */
  memberOf(holder: string, member: string, file: string): FunctionRef[] {
    const packageDir = this.#project.files.get(file)?.packageDir;
    if (packageDir === undefined) return [];
    const key = `${packageDir}\0${holder}\0${member}`;
    let members = this.#members.get(key);
    if (!members) {
      members = this.#findMember(holder, member, packageDir);
      this.#members.set(key, members);
    }
    return members;
  }

  /**
   * The names that the files of its package give to what has a function.
   *
   * @param owner the class, the maker, or what else the function belongs to in its file, which may be the module
   */
  namesOf(owner: string, file: string): readonly string[] {
    const key = `${file}\0${owner}`;
    let names = this.#names.get(key);
    if (!names) {
      names = this.#findNames(owner, file);
      this.#names.set(key, names);
    }
    return names;
  }

  #findMember(holder: string, member: string, packageDir: string): FunctionRef[] {
    const found = new Map<string, FunctionRef>();
    for (const path of this.#project.filesHolding(holder, packageDir)) {
      const given = this.#givenIn(path, holder);
      if (given.length === 0 || this.#project.isAside(path)) continue;
      for (const one of given)
        for (const fn of this.#resolve(path, refOf(one, member))) found.set(`${fn.file}\0${fn.fn}`, fn);
      if (found.size > 1) return [];
    }
    return [...found.values()];
  }

  #givenIn(path: string, holder: string): readonly Given[] {
    return this.#project.ask(path, `given:${holder}`, (text) => {
      const loadOf = (local: string): Load | undefined =>
        this.#project.ask(path, 'loads', listLoads).find((load) => load.local === local);
      const load = loadOf(holder);
      const made = listMakings(text, holder).map(({ maker, isCalled }) => ({ of: loadOf(maker) ?? maker, isCalled }));
      return load ? [{ of: load, isCalled: false }, ...made] : made;
    });
  }

  #findNames(owner: string, file: string): readonly string[] {
    const home = this.#project.files.get(file);
    const names = new Set<string>();
    for (const path of [file, ...this.#project.reachersOf([file])]) {
      if (this.#project.files.get(path)?.packageDir !== home?.packageDir || this.#project.isAside(path)) continue;
      for (const name of this.#project.ask(path, `named:${owner}`, (text) => listNames(text, owner))) names.add(name);
      if (!this.#project.importersOf(file).includes(path)) continue;
      for (const { module, local } of this.#project.ask(path, 'loads', listLoads))
        if (this.#project.resolver.resolve(path, module) === file) names.add(local);
    }
    return names.size > maxNames ? [] : [...names];
  }
}

function refOf({ of, isCalled }: Given, member: string): SymbolRef {
  const members = isCalled ? ['()', member] : [member];
  if (typeof of === 'string') return { kind: 'local', name: of, members };
  return { kind: 'imported', module: of.module, name: of.name, members };
}

const type = '(?:\\s*:[^=;\\n{}()]{1,60})?';

const making = new RegExp(
  `^${type}\\s*[:=]\\s*(?:await\\s+)?(?:new\\s+([\\w$]+)(?![\\w$.])|((?:create|make|build|init|setup|new)[A-Z]\\w*)\\s*\\()`,
);

/** `source = new RateSource(…)`, `source: createSource(…)` */
function listMakings(text: string, holder: string): { maker: string; isCalled: boolean }[] {
  return [...findWord(text, holder)].flatMap((at) => {
    const [, cls, fn] = making.exec(text.slice(at + holder.length, at + holder.length + 160)) ?? [];
    const maker = cls ?? fn;
    return maker === undefined ? [] : [{ maker, isCalled: cls === undefined }];
  });
}

const givenName = new RegExp(`([\\w$]+)${type}\\s*[:=]\\s*(?:await\\s+)?(?:new\\s+)?(?:[\\w$]+\\.)?$`);

/** The names that a text gives to what `owner` makes, or to itself. */
function listNames(text: string, owner: string): string[] {
  return [...findWord(text, owner)].flatMap((at) => {
    if (!/^\s*[(;,\n]/.test(text.slice(at + owner.length, at + owner.length + 20))) return [];
    return givenName.exec(text.slice(Math.max(0, at - 120), at))?.[1] ?? [];
  });
}
