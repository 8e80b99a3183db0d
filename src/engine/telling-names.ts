import { isHolderName, isTellingName } from '../ast/names/telling-name.ts';
import { escapeName } from './escape-name.ts';
import { GivenNames, type Resolve } from './given-names.ts';
import type { Project } from './project.ts';
import type { FunctionRef } from './symbols.ts';

/** Who in one package calls a method of a name, and who declares a function by it. */
interface UsesOfName {
  callers: readonly string[];
  owners: readonly string[];
}

/** A file that calls a method `member`, on what is called `holder`, where that counts. */
export interface PlaceOfName {
  file: string;
  member: string;
  holder?: string;
}

/** What a text does with a name. */
interface UseInText {
  isCalled: boolean;
  isDeclared: boolean;
}

/** Their names are those of `isTellingName`: what stands behind any other is not looked at. */
const methodCall = /\.\s*([a-z]+(?:[A-Z][a-z0-9]*){2,})(?!\w)\s*(?:<[^<>()]{0,60}>)?\(/g;
const declaration =
  /(?<![.\w$])([a-z]+(?:[A-Z][a-z0-9]*){2,})(?!\w)\s*(?:[:=]\s*(?:async\b|function\b|\([^()]*\)\s*(?::[^=]{1,80})?=>|[\w$]+\s*=>)|(?:<[^<>()]{0,60}>)?\([^()]*\)\s*(?::[^{};=]{1,80})?\{)/g;

/**
 * Calls of methods whose receiver nobody names the type of (what a container injects, a context carries, a factory made):
 * found by the method's name, where it says so much that one file of the package alone declares it, or by the name of what
 * it is called on, where one file alone declares what that is called after.
 */
export class TellingNames {
  readonly #project: Project;
  readonly #given: GivenNames;
  /** By package and what is asked. */
  readonly #uses = new Map<string, UsesOfName>();
  /** By package and method. */
  readonly #receivers = new Map<string, Map<string, string[]>>();

  constructor(project: Project, resolve: Resolve) {
    this.#project = project;
    this.#given = new GivenNames(project, resolve);
  }

  /**
   * Where a function may be called by name: by its own, if that is a telling one (only of a function that nothing but its
   * maker leads to), and on what is called after its owner (`userService.find()`, of `class UserService` or
   * `function createUserService()`).
   *
   * @param name as a summary has it, `Owner.member`
   * @param file declares it; nowhere where another file of the package declares a function, or an owner, so too
   */
  placesOf(name: string, file: string, isMadeOnly: boolean): PlaceOfName[] {
    const packageDir = this.#project.files.get(file)?.packageDir;
    const [owner, ...members] = name.split('.') as [string, ...string[]];
    const member = members.at(-1) ?? owner;
    if (packageDir === undefined) return [];
    const places: PlaceOfName[] = [];
    if (isMadeOnly && isTellingName(member)) {
      const { callers, owners } = this.#usesOf(member, packageDir);
      if (owners.every((other) => other === file)) places.push(...callers.map((caller) => ({ file: caller, member })));
    }
    const receivers = this.#receiversOf(member, packageDir);
    if (receivers.size === 0) return places;
    const holders = new Set([...(members.length > 0 ? [holderOf(owner)] : []), ...this.#given.namesOf(owner, file)]);
    for (const holder of holders) {
      const callers = receivers.get(holder);
      if (!callers || !this.ownedBy(holder, member, file).some((fn) => fn.file === file)) continue;
      const known = new Set(places.map((place) => place.file));
      for (const caller of callers) if (!known.has(caller)) places.push({ file: caller, member, holder });
    }
    return places;
  }

  /** What a method of a name is called on in the files of a package, by its own last name. */
  #receiversOf(member: string, packageDir: string): ReadonlyMap<string, readonly string[]> {
    const key = `${packageDir}\0${member}`;
    let receivers = this.#receivers.get(key);
    if (!receivers) {
      receivers = new Map();
      for (const path of this.#project.filesHolding(member, packageDir)) {
        const names = this.#project.ask(path, `called:${member}`, (text) => listReceivers(text, member));
        if (names.length === 0 || this.#project.isAside(path)) continue;
        for (const name of names) receivers.set(name, [...(receivers.get(name) ?? []), path]);
      }
      this.#receivers.set(key, receivers);
    }
    return receivers;
  }

  /** The functions that a method `member` of what is called `holder` in a file may be; none where its owner is not sure. */
  ownedBy(holder: string, member: string, file: string): FunctionRef[] {
    const packageDir = this.#project.files.get(file)?.packageDir;
    const owners =
      packageDir === undefined || !isHolderName(holder) ? [] : this.#usesOfHolder(holder, packageDir).owners;
    const [owner] = owners;
    if (owner === undefined || owners.length > 1) return this.#given.memberOf(holder, member, file);
    const functions = this.#project.summaryOf(owner)?.functions ?? [];
    return functions.flatMap(({ name }, fn) => {
      const [first, second, ...further] = name.split('.');
      return second === member && further.length === 0 && holderOf(first!) === holder ? [{ file: owner, fn }] : [];
    });
  }

  #usesOfHolder(holder: string, packageDir: string): UsesOfName {
    const key = `${packageDir}\0holder:${holder}`;
    let uses = this.#uses.get(key);
    if (!uses) {
      const paths = this.#project.filesHolding(holder.slice(1), packageDir);
      uses = this.#collect(paths, `holder:${holder}`, useOfHolder(holder));
      this.#uses.set(key, uses);
    }
    return uses;
  }

  #usesOf(name: string, packageDir: string): UsesOfName {
    const key = `${packageDir}\0${name}`;
    let uses = this.#uses.get(key);
    if (!uses) {
      const paths = this.#project.filesHolding(name, packageDir);
      uses = this.#collect(paths, `telling:${name}`, (text) => findUse(name, text));
      this.#uses.set(key, uses);
    }
    return uses;
  }

  /** Few names are asked for, and few texts hold one: to look for each takes less than to list all names of all texts. */
  #collect(paths: readonly string[], question: string, find: (text: string) => UseInText | null): UsesOfName {
    const callers: string[] = [];
    const owners: string[] = [];
    for (const path of paths) {
      const use = this.#project.ask(path, question, find);
      if (!use || this.#project.isAside(path)) continue;
      if (use.isCalled) callers.push(path);
      if (use.isDeclared) owners.push(path);
    }
    return { callers, owners };
  }
}

/** Null where it does nothing, as in most. */
function findUse(name: string, text: string): UseInText | null {
  return toUse(holds(text, methodCall, name), holds(text, declaration, name));
}

function toUse(isCalled: boolean, isDeclared: boolean): UseInText | null {
  return isCalled || isDeclared ? { isCalled, isDeclared } : null;
}

/** `rates` of `this.rates.all()`: by their last names, what a text calls a method on. */
function listReceivers(text: string, member: string): string[] {
  const receivers = new Set<string>();
  for (let at = text.indexOf(member); at >= 0; at = text.indexOf(member, at + member.length)) {
    if (!/^\s*(?:<[^<>()]{0,60}>)?\(/.test(text.slice(at + member.length, at + member.length + 80))) continue;
    const [, name] = /([\w$]+)\s*[!?]*\.\s*$/.exec(text.slice(Math.max(0, at - 80), at)) ?? [];
    if (name) receivers.add(name);
  }
  return [...receivers];
}

/** Who calls a method on what has the name of a holder, and who declares the class, the maker or the object that it is called after. */
function useOfHolder(holder: string): (text: string) => UseInText | null {
  const rest = escapeName(holder.slice(1));
  const name = `[${holder[0]}${holder[0]!.toUpperCase()}]${rest}`;
  const made = `(?:create|make|build)${name}`;
  const value = '(?:async\\b|function\\b|class\\b|\\{|\\([^()]*\\)\\s*(?::[^=]{1,80})?=>)';
  const isCalled = new RegExp(`(?<![\\w$])${escapeName(holder)}\\s*[!?]?\\.`);
  const isDeclared = new RegExp(
    `\\bclass\\s+${name}(?:Impl)?(?![\\w$])|\\bfunction\\s+(?:${made}|${name})(?![\\w$])|\\b(?:const|let|var)\\s+(?:${made}|${name})\\s*(?::[^=]{1,80})?=\\s*${value}`,
  );
  return (text) => toUse(isCalled.test(text), isDeclared.test(text));
}

/** `userService` of `UserService`, `UserServiceImpl` and `createUserService`. */
function holderOf(owner: string): string {
  const name = owner.replace(/^(?:create|make|build)(?=[A-Z])/, '').replace(/Impl$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function holds(text: string, form: RegExp, name: string): boolean {
  for (const [, found] of text.matchAll(form)) if (found === name) return true;
  return false;
}
