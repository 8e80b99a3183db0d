import type { FileSummary } from '../model/link.ts';
import { escapeName } from './escape-name.ts';
import { isExportedToUsers } from './offered.ts';
import type { Project } from './project.ts';
import { isTestFile } from './test-file.ts';
import { isStartName } from './unused-file.ts';

const exportList = /\bexport\s*\{[^}]*\}|\b(?:module\.)?exports\s*=\s*\{[^}]*\}|\bexports\.[\w$]+\s*=\s*[\w$]+\s*;/g;
export const anyComment = /\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/.*/g;
/** Names in templates of other languages, which no scan reads. */
const templates = ['vue', 'svelte', 'astro', 'nuxt', '@angular/core', 'ember-source', 'riot', 'aurelia-framework'];

/** Whether others than the files of the project may take what a file exports by `names`. */
export function mayBeTakenElsewhere(project: Project, file: string, names: readonly string[]): boolean {
  return (
    project.isAside(file) || project.configuredEntry(file) !== undefined || isExportedToUsers(project, file, names)
  );
}

/**
 * Whether what no scan reads may run what stands in a file: users of a package, a configuration, whoever starts it, a
 * template in another language; what stands beside the product is nobody's question.
 */
export function mayBeRunElsewhere(project: Project, file: string): boolean {
  if (project.isAside(file) || project.isPublished(file) || project.configuredEntry(file) !== undefined) return true;
  return mayBeLoadedByPlace(project, file);
}

/** Whether a framework may load a file by its name, or a template in another language name what it exports. */
export function mayBeLoadedByPlace(project: Project, file: string): boolean {
  return isStartName.test(file) || project.isUsedWith(file, templates);
}

const wholeModule =
  /(?:\*\s+as|\bimport)\s+([\w$]+)\s*(?:,\s*\{[^}]*\}\s*)?from\s*['"]([^'"\n]+)|([\w$]+)\s*=\s*(?:await\s+)?(?:require|import)\s*\(\s*['"]([^'"\n]+)['"]\s*\)(?!\s*\.)/g;
const ownDefault = /^export\s+default\b|\bas\s+default\b/m;
/** Other files that hand something on have an instance of it, whose members are called by their names. */
const handsOn = /\bexport\s*(?:\*|\{[^}]*\}\s*from)|\bmodule\.exports\b|\bexports\.[\w$]+\s*=\s*require/;
const namedImport =
  /(?<!export\s*)\{[^{}]*\}\s*(?:from|=\s*(?:await\s+)?(?:require|import)\s*\()\s*['"]([^'"\n]+)|require\s*\(\s*['"]([^'"\n]+)['"]\s*\)\s*\.\w/g;
/** `app.set('util', require('./util'))`, `...require('./queries')` */
const givenModule =
  /(?<![\w$}]\s*=\s*(?:await\s+)?)(?:\brequire|\bimport)\s*\(\s*['"]([^'"\n]+)['"]\s*\)(?!\s*(?:\.|\)\s*\.\s*[\w$]|;?\s*$))/gm;

/**
 * Whether no file takes the value that a line stands in, made by a call as the file loads (a plugin, a resolver, a wrapped
 * handler): neither its own, nor those that take others beside it.
 */
export function isUntakenValue(project: Project, file: string, line: number): boolean {
  const value = valueAt(project, file, line);
  return value !== undefined && isUntaken(project, file, value.name);
}

/** {@link isUntakenValue}, by the name of the value. */
export function isUntaken(project: Project, file: string, name: string): boolean {
  return !mayBeLoadedByPlace(project, file) && isTakenByNobody(project, file, name);
}

/** The name of the value, made by a call as the file loads, that a line stands in. */
export function valueAt(project: Project, file: string, line: number): { name: string; isNew: boolean } | undefined {
  const above = (project.textOf(file) ?? '').split('\n', line).reverse();
  const [, name, made] = madeByCall.exec(above.find((one) => /^[^\s})\]/*]/.test(one)) ?? '') ?? [];
  return name === undefined ? undefined : { name, isNew: made !== undefined };
}

const madeByCall = /^(?:export\s+)?const\s+([\w$]+)[^=\n]*=\s*(new\s+)?[\w$]+(?:\.[\w$]+)*(?:<[^()]*>)?\(/;

const pooled =
  /^(?:export\s+)?const\s+([\w$]+)[^=\n]*=\s*(?:new\s+(?:[\w$]+\.)?\w*Pool|(?:[\w$]+\.)?create\w*Pool)\s*\(/;

/**
 * Whether no file takes the pool that a line exports, nor its own file anything of it but its events and its end: it
 * opens no connection.
 */
export function isUnaskedPool(project: Project, file: string, line: number): boolean {
  const [, name] = pooled.exec((project.textOf(file) ?? '').split('\n', line)[line - 1] ?? '') ?? [];
  return name !== undefined && isTakenByNobody(project, file, name, '\\.(?:on|once|end|close)\\(');
}

/** Whether no file takes what is exported, nor its own file but where `asking`, a pattern, follows its name. */
function isTakenByNobody(project: Project, file: string, name: string, asking?: string): boolean {
  const summary = project.isAside(file) ? undefined : project.summaryOf(file);
  const names = summary ? exportedNames(summary, name) : [];
  if (names.length === 0 || names.includes('default') || mayBeTakenElsewhere(project, file, names)) return false;
  const home = (project.textOf(file) ?? '').replace(anyComment, '').replace(exportList, '');
  const countOf = (pattern: string): number => home.match(new RegExp(pattern, 'g'))?.length ?? 0;
  const uses = countOf(`(?<![\\w$'"\`.])${escapeName(name)}(?![\\w$])`);
  const asked = asking === undefined ? 0 : countOf(`(?<![\\w$.])${escapeName(name)}${asking}`);
  return uses === asked + 1 && isLeftOut(project, file, names);
}

function exportedNames({ exports }: FileSummary, name: string): string[] {
  return Object.keys(exports).filter((exported) => {
    const one = exports[exported]!;
    return 'local' in one && one.local === name;
  });
}

/** Whether those who import the file take what they name of it, none of these names, and none takes all at once. */
function isLeftOut(project: Project, file: string, names: readonly string[]): boolean {
  const routes = new Set(
    project.routesTo(file).filter((route) => route === file || handsOn.test(project.textOf(route) ?? '')),
  );
  const importers = project.reachersOf([file]).filter((other) => other !== file && !isTestFile(project, other));
  const named = new RegExp(
    names
      .map(escapeName)
      .map((one) => `\\.\\s*${one}(?![\\w$])|\\{[^{}]*(?<![\\w$])${one}(?![\\w$])[^{}]*\\}\\s*(?:from|=)`)
      .join('|'),
  );
  const isTaken = (other: string): boolean => {
    const text = project.textOf(other) ?? '';
    return named.test(text) && !isOnlyImported(text, names);
  };
  if (importers.length === 0 || importers.some(isTaken)) return false;
  const takings = importers.flatMap((other) => listTakings(project, other, routes));
  return takings.includes('by name') && !takings.includes('whole');
}

/** Whether a text imports what goes by these names under them, and mentions none of them again: nothing of it is run. */
function isOnlyImported(text: string, names: readonly string[]): boolean {
  const code = text.replace(anyComment, '');
  return names.every((name) => {
    const one = new RegExp(`(?<![\\w$])${escapeName(name)}(?![\\w$])`, 'g');
    const mentions = code.match(one)?.length ?? 0;
    const isImport = new RegExp(
      `\\bimport\\s*\\{[^{}]*(?<![\\w$])${escapeName(name)}(?![\\w$]|\\s+as\\b)[^{}]*\\}\\s*from`,
    );
    return mentions === 0 || (mentions === 1 && isImport.test(code));
  });
}

/** How a file takes modules: names of theirs, or a whole module that is handed on or looked up in by a name that is made. */
function listTakings(project: Project, importer: string, routes: ReadonlySet<string>): ('by name' | 'whole')[] {
  const text = (project.textOf(importer) ?? '').replace(anyComment, '');
  const routeOf = (specifier: string): string | undefined => {
    const target = project.resolver.resolve(importer, specifier);
    return target !== undefined && routes.has(target) ? target : undefined;
  };
  const isRoute = (specifier: string): boolean => routeOf(specifier) !== undefined;
  /** `import Order, { total } from './order'`: a default export of its own is one name of a module among others. */
  const isOneName = (target: string): boolean => ownDefault.test(project.textOf(target) ?? '');
  const given = [...text.matchAll(givenModule)].filter(([, specifier]) => isRoute(specifier!));
  const named = [...text.matchAll(namedImport)].filter(([, from, required]) => isRoute(from ?? required!));
  const held = [...text.matchAll(wholeModule)].flatMap(([taken, space, from, required, fromRequired]) => {
    const route = routeOf(from ?? fromRequired!);
    if (route === undefined) return [];
    return taken.startsWith('import') && isOneName(route) ? [undefined] : [space ?? required!];
  });
  return [
    ...given.map(() => 'whole' as const),
    ...named.map(() => 'by name' as const),
    ...held.map((name) => (name !== undefined && isHandedOn(text, name) ? 'whole' : 'by name')),
  ];
}

function isHandedOn(text: string, name: string): boolean {
  const alone = new RegExp(`(?<![\\w$./'"-])${escapeName(name)}(?![\\w$]|\\s*\\??\\.\\s*[\\w$])`, 'g');
  return (text.match(alone) ?? []).length > 1;
}
