import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import ignore from 'ignore';

/** Where GitHub and GitLab look, in an order that is each one's own; the first that is there holds. */
const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];

interface Rule {
  matches(path: string): boolean;
  owners: readonly string[];
  /** GitLab's `!pattern`: what matches has no owner in this section. */
  isExclusion: boolean;
}

/** Each section has its own last match; GitHub knows only the first one. */
interface Section {
  /** Owners of entries that name none. */
  fallback: readonly string[];
  rules: Rule[];
}

/** The owners of files, by their paths from the folder that the CODEOWNERS file speaks of. */
export type Ownership = (path: string) => readonly string[];

/**
 * Reads the CODEOWNERS file that holds for a folder: that of its git checkout, or the folder's own outside one.
 *
 * @param root absolute
 * @returns owners by path from `root`; undefined where there is no such file
 */
export function readOwners(root: string): Ownership | undefined {
  const top = findTop(root);
  const place = findPlace(top);
  if (place === undefined) return undefined;
  const text = readFileSync(join(top, place), 'utf8');
  const isGitlab =
    place.startsWith('.gitlab/') || (!place.startsWith('.github/') && existsSync(join(top, '.gitlab-ci.yml')));
  const ownersOf = parseOwners(text, isGitlab);
  const prefix = relative(top, root).split(sep).join('/');
  return (path) => {
    const fromTop = posix.join(prefix, path);
    return fromTop.startsWith('../') ? [] : ownersOf(fromTop);
  };
}

/** The CODEOWNERS file that holds for a folder, absolute; undefined without one. */
export function findOwnersFile(root: string): string | undefined {
  const top = findTop(root);
  const place = findPlace(top);
  return place === undefined ? undefined : join(top, place);
}

function findPlace(top: string): string | undefined {
  return places.find((one) => isFile(join(top, one)));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function findTop(root: string): string {
  for (let at = root; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return root;
  }
}

/**
 * What a CODEOWNERS file says. Lines that its own host would skip are skipped. Of each section the last match counts.
 *
 * @param isGitlab paths without a leading slash match at any depth, and `!` takes owners away
 */
export function parseOwners(text: string, isGitlab: boolean): Ownership {
  const sections = new Map<string, Section>([['', { fallback: [], rules: [] }]]);
  const hasSections = isGitlab || /^\^?\[[^\]\r\n]+\]/m.test(text);
  let section = sections.get('')!;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const heading = hasSections ? /^\^?\[([^\]]+)\](?:\[\d+\])?(.*)$/.exec(line) : undefined;
    if (heading) {
      const name = heading[1]!.trim().toLowerCase();
      const known = sections.get(name);
      section = { fallback: namesIn(heading[2]!.split(/\s+/)), rules: known?.rules ?? [] };
      sections.set(name, section);
      continue;
    }
    const rule = ruleOf(line, section, hasSections, isGitlab);
    if (rule) section.rules.push(rule);
  }
  return (path) => [...new Set([...sections.values()].flatMap((one) => ownersIn(one, path)))];
}

function ownersIn({ rules }: Section, path: string): readonly string[] {
  if (rules.some((rule) => rule.isExclusion && rule.matches(path))) return [];
  return rules.findLast((rule) => !rule.isExclusion && rule.matches(path))?.owners ?? [];
}

/** Users, teams, roles (`@@maintainer`) and mail addresses, up to a comment. */
function namesIn(words: readonly string[]): string[] {
  const end = words.findIndex((word) => word.startsWith('#'));
  return words.slice(0, end < 0 ? words.length : end).filter((word) => /^@\S|^\S+@\S/.test(word));
}

function ruleOf(line: string, { fallback }: Section, hasSections: boolean, isGitlab: boolean): Rule | undefined {
  // A blank that belongs to the path has a backslash before it.
  const words = line.match(/(?:\\.|\S)+/g)!;
  const isExclusion = line.startsWith('!');
  if (isExclusion && !hasSections) return undefined;
  const pattern = isExclusion ? words[0]!.slice(1) : words[0]!;
  const matches = matcherOf(isGitlab && !/^[/*]/.test(pattern) ? `**/${pattern}` : pattern);
  const owners = namesIn(words.slice(1));
  return { matches, owners: owners.length > 0 ? owners : fallback, isExclusion };
}

/** As .gitignore reads it, but that `folder/*` holds nothing of the folders inside, and case counts. */
function matcherOf(pattern: string): Rule['matches'] {
  const patterns = ignore({ ignorecase: false }).add(pattern);
  const isShallow = /[^*]\/\*$/.test(pattern);
  return (path) =>
    patterns.ignores(path) && !(isShallow && path.includes('/') && patterns.ignores(`${dirname(path)}/`));
}
