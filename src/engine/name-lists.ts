import type { Project } from './project.ts';

/** Letters beyond ASCII count, too. */
const word = '[\\w$\\u0080-\\uffff]+';
const words = new RegExp(word, 'g');
const extended = new RegExp(`(?<![\\w$])extends (${word})`, 'g');
const heritage = /\b(?:extends|implements)\s[^{]*/g;
const renamed = new RegExp(`(?<![\\w$])(${word})\\s+as\\s`, 'g');
const typeName = new RegExp(`\\bexport\\s+(?:declare\\s+)?(?:interface|type)\\s+(${word})`, 'g');

/*
 * What the linker asks of many texts with ever other names is answered by a list of the names that a text has in one
 * form: the texts are read once, in the first of many scans.
 */

/** Whether a text says `extends` right before a name. */
export function extendsName(project: Project, file: string, name: string): boolean {
  return project.ask(file, 'extended', (text) => firstParts(text, extended)).includes(name);
}

/** Whether a text says somewhere between `extends` or `implements` and a brace a name. */
export function mayInherit(project: Project, file: string, name: string): boolean {
  return project.ask(file, 'heritage', listHeritage).includes(name);
}

/** Whether a text gives one of some names another: `exec as store`. */
export function renamesOne(project: Project, file: string, names: readonly string[]): boolean {
  const known = project.ask(file, 'renamed', (text) => (text.includes(' as ') ? firstParts(text, renamed) : []));
  return known.length > 0 && names.some((name) => known.includes(name));
}

/** Whether a text exports a type or an interface of a name. */
export function exportsType(project: Project, file: string, name: string): boolean {
  return project.ask(file, 'exported types', (text) => firstParts(text, typeName)).includes(name);
}

function firstParts(text: string, form: RegExp): string[] {
  return [...new Set(Array.from(text.matchAll(form), ([, part]) => part!))];
}

function listHeritage(text: string): string[] {
  return [...new Set((text.match(heritage) ?? []).flatMap((part) => part.match(words) ?? []))];
}
