import type { SymbolRef } from '../model/link.ts';
import { escapeName } from './escape-name.ts';
import type { Project } from './project.ts';
import type { FunctionRef } from './symbols.ts';

/** What a file gives a name: what it loads from a module, or makes by a class or a function that goes by a name there. */
type Given =
  | { from: 'module'; module: string; name: string }
  | { from: 'maker'; maker: string; isCalled: boolean; module?: string; name?: string };

/** The functions that a reference in a file may run. */
export type Resolve = (file: string, ref: SymbolRef) => readonly FunctionRef[];

/** More would say that a name is one of many things. */
const maxNames = 6;

const type = '(?:\\s*:[^=;\\n{}()]{1,60})?';
const makerName = '(?:create|make|build|init|setup|new)[A-Z]\\w*';

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
    for (const path of this.#filesOf(packageDir)) {
      for (const given of this.#project.ask(path, `given:${holder}`, (text) => listGiven(text, holder))) {
        for (const fn of this.#resolve(path, refOf(given, member))) found.set(`${fn.file}\0${fn.fn}`, fn);
        if (found.size > 1) return [];
      }
    }
    return [...found.values()];
  }

  #findNames(owner: string, file: string): readonly string[] {
    const packageDir = this.#project.files.get(file)?.packageDir;
    const path = file.replace(/(?:\/index)?\.\w+$/, '');
    const module = path.slice(path.lastIndexOf('/') + 1);
    const names = new Set<string>();
    for (const other of packageDir === undefined ? [] : this.#filesOf(packageDir))
      for (const name of this.#project.ask(other, `names:${owner}:${module}`, (text) => listNames(text, owner, module)))
        names.add(name);
    return names.size > maxNames ? [] : [...names];
  }

  *#filesOf(packageDir: string): Generator<string> {
    for (const [path, known] of this.#project.files)
      if (known.packageDir === packageDir && !this.#project.isAside(path)) yield path;
  }
}

function refOf(given: Given, member: string): SymbolRef {
  const members = given.from === 'maker' && given.isCalled ? ['()', member] : [member];
  if (given.from === 'module') return { kind: 'imported', module: given.module, name: given.name, members };
  const { maker, module, name } = given;
  if (module === undefined || name === undefined) return { kind: 'local', name: maker, members };
  return { kind: 'imported', module, name, members };
}

function listGiven(text: string, holder: string): Given[] {
  if (!text.includes(holder)) return [];
  const name = escapeName(holder);
  const loaded = findLoad(text, holder);
  const given: Given[] = loaded ? [{ from: 'module', ...loaded }] : [];
  const making = new RegExp(
    `(?<![\\w$])${name}${type}\\s*[:=]\\s*(?:await\\s+)?(?:(new\\s+)((?:[\\w$]+\\.)*[\\w$]+)|((?:[\\w$]+\\.)?${makerName})\\s*\\()`,
    'g',
  );
  for (const [, made, cls, fn] of text.matchAll(making)) {
    const maker = (cls ?? fn)!;
    if (maker.includes('.')) continue;
    given.push({ from: 'maker', maker, isCalled: made === undefined, ...findLoad(text, maker) });
  }
  return given;
}

/** `import geo from './geo'`, `import * as geo from`, `import { geo } from`, `const geo = require(…)`, `const { geo } = require(…)` */
function findLoad(text: string, local: string): { module: string; name: string } | undefined {
  const name = escapeName(local);
  const module = `['"]([^'"\\n]{1,200})['"]`;
  const forms: readonly [string, (found: RegExpExecArray) => string][] = [
    [`\\bimport\\s+${name}\\s*(?:,[^;'"]{1,400})?\\bfrom\\s*${module}`, () => 'default'],
    [`\\bimport\\s+(?:[\\w$]+\\s*,\\s*)?\\*\\s*as\\s+${name}\\s+from\\s*${module}`, () => '*'],
    [`(?<![\\w$.])${name}\\s*=\\s*require\\s*\\(\\s*${module}\\s*\\)(?!\\s*[.(])`, () => '*'],
  ];
  for (const [form, nameOf] of forms) {
    const found = new RegExp(form).exec(text);
    if (found) return { module: found[1]!, name: nameOf(found) };
  }
  const taken = new RegExp(
    `\\{([^{}]*(?<![\\w$])${name}(?![\\w$])[^{}]*)\\}\\s*(?:from\\s*|=\\s*require\\s*\\(\\s*)${module}`,
  ).exec(text);
  const part =
    taken && new RegExp(`(?:([\\w$]+)\\s*(?::|\\sas\\s)\\s*)?(?<![\\w$])${name}\\s*(?:,|$)`).exec(taken[1]!.trim());
  return taken && part ? { module: taken[2]!, name: part[1] ?? local } : undefined;
}

/** The names that a text gives to what `owner` makes, or to what it loads from a file called `module`. */
function listNames(text: string, owner: string, module: string): string[] {
  const names: string[] = [];
  if (text.includes(owner)) {
    const made = new RegExp(
      `([\\w$]+)${type}\\s*[:=]\\s*(?:await\\s+)?(?:new\\s+)?(?:[\\w$]+\\.)?${escapeName(owner)}\\s*[(;,\\n]`,
      'g',
    );
    for (const [, name] of text.matchAll(made)) names.push(name!);
  }
  if (text.includes(module)) {
    const at = `['"][./@~][^'"\\n]{0,200}?(?<![\\w-])${escapeName(module)}(?:\\/index)?(?:\\.[cm]?[jt]s)?['"]`;
    const loaded = new RegExp(
      `\\bimport\\s+(?:\\*\\s*as\\s+)?([\\w$]+)\\s*(?:,[^;'"]{1,400})?\\bfrom\\s*${at}|([\\w$]+)\\s*=\\s*require\\s*\\(\\s*${at}|\\{([^{}]{1,400})\\}\\s*(?:from\\s*|=\\s*require\\s*\\(\\s*)${at}`,
      'g',
    );
    for (const [, one, required, taken] of text.matchAll(loaded)) {
      names.push(...[one ?? required ?? []].flat());
      for (const part of taken?.split(',') ?? [])
        names.push(
          part
            .split(/:|\sas\s/)
            .at(-1)!
            .trim(),
        );
    }
  }
  return [...new Set(names.filter((name) => /^[\w$]+$/.test(name)))];
}
