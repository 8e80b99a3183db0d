import { isTellingName } from '../ast/names/telling-name.ts';
import type { Project } from './project.ts';

/** Who in one package calls a method of a name, and who declares a function by it. */
interface UsesOfName {
  callers: readonly string[];
  owners: readonly string[];
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
 * found by the method's name, where it says so much that one file of the package alone declares it.
 */
export class TellingNames {
  readonly #project: Project;
  readonly #uses = new Map<string, UsesOfName>();

  constructor(project: Project) {
    this.#project = project;
  }

  /** The files that call a method of a name, which `file` declares; none where another file declares it too. */
  callersOf(name: string, file: string): readonly string[] {
    const packageDir = this.#project.files.get(file)?.packageDir;
    if (packageDir === undefined || !isTellingName(name)) return [];
    const { callers, owners } = this.#usesOf(name, packageDir);
    return owners.every((owner) => owner === file) ? callers : [];
  }

  #usesOf(name: string, packageDir: string): UsesOfName {
    const key = `${packageDir}\0${name}`;
    let uses = this.#uses.get(key);
    if (!uses) {
      uses = this.#search(name, packageDir);
      this.#uses.set(key, uses);
    }
    return uses;
  }

  /** Few names are asked for, and few texts hold one: to look for each takes less than to list all names of all texts. */
  #search(name: string, packageDir: string): UsesOfName {
    const callers: string[] = [];
    const owners: string[] = [];
    for (const [path, known] of this.#project.files) {
      if (known.packageDir !== packageDir) continue;
      const use = this.#project.ask(path, `telling:${name}`, (text) => findUse(name, text));
      if (!use || this.#project.isAside(path)) continue;
      if (use.isCalled) callers.push(path);
      if (use.isDeclared) owners.push(path);
    }
    return { callers, owners };
  }
}

/** Null where it does nothing, as in most. */
function findUse(name: string, text: string): UseInText | null {
  if (!text.includes(name)) return null;
  const isCalled = holds(text, methodCall, name);
  const isDeclared = holds(text, declaration, name);
  return isCalled || isDeclared ? { isCalled, isDeclared } : null;
}

function holds(text: string, form: RegExp, name: string): boolean {
  for (const [, found] of text.matchAll(form)) if (found === name) return true;
  return false;
}
