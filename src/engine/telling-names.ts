import { isTellingName } from '../ast/names/telling-name.ts';
import type { Project } from './project.ts';

/** In the texts of one package: who calls a method of a telling name, and who declares a function by it. */
interface NamesOfPackage {
  callers: ReadonlyMap<string, readonly string[]>;
  owners: ReadonlyMap<string, readonly string[]>;
}

interface NamesOfText {
  called: string[];
  declared: string[];
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
  readonly #packages = new Map<string, NamesOfPackage>();

  constructor(project: Project) {
    this.#project = project;
  }

  /** The files that call a method of a name, which `file` declares; none where another file declares it too. */
  callersOf(name: string, file: string): readonly string[] {
    const packageDir = this.#project.files.get(file)?.packageDir;
    if (packageDir === undefined || !isTellingName(name)) return [];
    const { callers, owners } = this.#namesOf(packageDir);
    const others = owners.get(name) ?? [];
    return others.every((other) => other === file) ? (callers.get(name) ?? []) : [];
  }

  #namesOf(packageDir: string): NamesOfPackage {
    let names = this.#packages.get(packageDir);
    if (!names) {
      names = this.#index(packageDir);
      this.#packages.set(packageDir, names);
    }
    return names;
  }

  #index(packageDir: string): NamesOfPackage {
    const callers = new Map<string, string[]>();
    const owners = new Map<string, string[]>();
    for (const [path, known] of this.#project.files) {
      if (known.packageDir !== packageDir || this.#project.isAside(path)) continue;
      const { called, declared } = this.#project.ask(path, 'telling names', listNames);
      for (const name of called) add(callers, name, path);
      for (const name of declared) add(owners, name, path);
    }
    return { callers, owners };
  }
}

function listNames(text: string): NamesOfText {
  const called = new Set<string>();
  const declared = new Set<string>();
  for (const [, name] of text.matchAll(methodCall)) if (isTellingName(name!)) called.add(name!);
  for (const [, name] of text.matchAll(declaration)) if (isTellingName(name!)) declared.add(name!);
  return { called: [...called], declared: [...declared] };
}

function add(to: Map<string, string[]>, name: string, path: string): void {
  const list = to.get(name);
  if (list) list.push(path);
  else to.set(name, [path]);
}
