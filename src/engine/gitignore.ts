import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The rules in force in one folder: its own .gitignore first, then those above it. */
export interface IgnoreRules {
  /** Absolute folder that the patterns are relative to, POSIX, with a trailing slash. */
  base: string;
  /** Made when it is first asked: many a .gitignore is about nothing that is there. */
  own(): Ignore;
  /** Whether `own` may have an opinion on a path below `base`. */
  mayConcern(path: string): boolean;
  above: IgnoreRules | undefined;
}

/** Adds a folder's .gitignore, if it has one, to those above it. */
export function readIgnoreRules(
  folder: string,
  above: IgnoreRules | undefined,
  file = '.gitignore',
): IgnoreRules | undefined {
  let patterns: string;
  try {
    patterns = readFileSync(join(folder, file), 'utf8');
  } catch {
    return above;
  }
  // As `.git/info/exclude` of most checkouts: comments alone.
  if (!/^[ \t]*[^\s#]/m.test(patterns)) return above;
  let own: Ignore | undefined;
  return {
    base: `${folder.replaceAll('\\', '/')}/`,
    own() {
      own ??= ignore().add(patterns);
      return own;
    },
    mayConcern: searchOfNames(patterns),
    above,
  };
}

/**
 * Asking `ignore` takes a test for each pattern and folder of a path; most paths hold the names of no pattern. Names are
 * looked up as they are: to compile an expression of them takes longer than to walk a small project.
 */
function searchOfNames(patterns: string): (path: string) => boolean {
  const names = new Set<string>();
  const parts = new Set<string>();
  for (const line of patterns.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const { name, part } = nameIn(line.replace(/^!/, '').trimEnd());
    if (name === part && part !== '') names.add(part.toUpperCase());
    else parts.add(part.toUpperCase());
  }
  const some = [...parts];
  const isNamed = (name: string): boolean => {
    const upper = name.toUpperCase();
    return names.has(upper) || some.some((part) => upper.includes(part));
  };
  const folders = new Map<string, boolean>();
  const search = (path: string): boolean => {
    const at = path.lastIndexOf('/');
    if (isNamed(path.slice(at + 1))) return true;
    if (at < 0) return false;
    const folder = path.slice(0, at);
    let isConcerned = folders.get(folder);
    if (isConcerned === undefined) {
      isConcerned = search(folder);
      folders.set(folder, isConcerned);
    }
    return isConcerned;
  };
  return search;
}

/** What stands in each path that a pattern is about: the last of its folders or files that it names, or a part of the name. */
function nameIn(pattern: string): { name: string; part: string } {
  // An escape, or a set of characters, may stand for anything, and all that follows.
  const plain = pattern.replace(/[\\[].*$/, '*');
  for (const name of plain.split('/').reverse()) {
    const part = name.split(/[*?]/).reduce((longest, next) => (next.length > longest.length ? next : longest), '');
    if (part !== '') return { name, part };
  }
  return { name: '', part: '' };
}

/** The rules that hold in `folder` because of the folders above it, up to its git checkout, or else up to `root`. */
export function readIgnoreRulesAbove(folder: string, root: string): IgnoreRules | undefined {
  const above: string[] = [];
  let upToRoot: number | undefined;
  for (let at = folder; ; at = dirname(at)) {
    if (at !== folder) above.push(at);
    if (at === root) upToRoot = above.length;
    if (existsSync(join(at, '.git'))) {
      return readChain(above, readIgnoreRules(at, undefined, '.git/info/exclude'));
    }
    if (dirname(at) === at) return readChain(above.slice(0, upToRoot ?? 0), undefined);
  }
}

function readChain(folders: readonly string[], above: IgnoreRules | undefined): IgnoreRules | undefined {
  return [...folders].reverse().reduce((rules, folder) => readIgnoreRules(folder, rules), above);
}

/** The nearest .gitignore that has an opinion decides. */
export function isIgnored(path: string, isFolder: boolean, rules: IgnoreRules | undefined): boolean {
  return verdictOn(path, isFolder, rules) === 'ignored';
}

/** Whether a .gitignore takes a folder back (`!packages/node_modules`): it holds sources, whatever it is called. */
export function isTakenBack(folder: string, rules: IgnoreRules | undefined): boolean {
  return verdictOn(folder, true, rules) === 'taken back';
}

function verdictOn(path: string, isFolder: boolean, rules: IgnoreRules | undefined): 'ignored' | 'taken back' | 'none' {
  for (let at = rules; at; at = at.above) {
    if (!path.startsWith(at.base)) continue;
    const inside = path.slice(at.base.length);
    if (!at.mayConcern(inside)) continue;
    const verdict = at.own().test(isFolder ? `${inside}/` : inside);
    if (verdict.ignored) return 'ignored';
    if (verdict.unignored) return 'taken back';
  }
  return 'none';
}
