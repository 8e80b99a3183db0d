import { basename, dirname } from 'node:path';
import type { FileSummary, FunctionSummary, NamedValue } from '../model/link.ts';
import { escapeName } from './escape-name.ts';
import { listLoads } from './loads.ts';
import { declarationAt } from './outlines.ts';
import type { Project } from './project.ts';
import { restOfRouterFile } from './router-file.ts';
import { own } from './symbols.ts';
import { isTestFile } from './test-file.ts';

/** Other files of a folder that show how its files are brought in. */
const enoughNeighbours = 3;

/** So many files that lead to one surely bring it in. */
const manyLoaders = 40;

/**
 * Whether nobody runs what a service's file holds: no file but tests imports it, though most of what lies beside it is
 * imported, so that no framework loads the folder by itself; it does nothing as it loads, and none of its own functions
 * is called from outside (a route of a framework, a handler that a deployment names). What only such files import, or
 * files that import only one another, is run by nobody either.
 */
export function isUnusedFile(project: Project, file: string): boolean {
  if (project.isAside(file) || project.configuredEntry(file) !== undefined) return false;
  if (!isImported(project, file)) return isLeftAlone(project, file);
  if (project.isPublished(file)) return false;
  const loaders = new Set([file]);
  for (const loader of loaders) {
    for (const importer of project.importersOf(loader)) if (!isTestFile(project, importer)) loaders.add(importer);
    if (loaders.size > manyLoaders || project.isAside(loader)) return false;
  }
  // What a function of an imported file sets up, runs when those who import it call that.
  return [...loaders].every((loader) =>
    isImported(project, loader) ? isIdle(project, loader, true) : isLeftAlone(project, loader),
  );
}

/** Whether a file that nothing imports is one that nothing loads otherwise. */
function isLeftAlone(project: Project, file: string): boolean {
  if (isImported(project, file)) return false;
  if (project.isPublished(file) || !isIdle(project, file)) return false;
  if (isHelperOfTests(project, file)) return true;
  if (isOnlyRouter(project, file))
    return areImported(
      project,
      project.filesBeside(file).filter((other) => isOnlyRouter(project, other)),
      mostOf,
    );
  if (isBarrel(project, file)) return !isNamedInVain(project, file);
  const beside = neighboursOf(project, file);
  const all = project.filesBeside(file).filter((other) => isNeighbour(project, other));
  if (beside.length >= enoughNeighbours) {
    if (
      areImported(project, beside, mostOf) ||
      (areImported(project, beside, halfOf) && areImported(project, all, mostOf))
    )
      return true;
    if (!beside.some((other) => isImported(project, other))) return false;
  }
  if (isNestModule(project, file))
    return areImported(
      project,
      all.filter((other) => isNestModule(project, other)),
      mostOf,
    );
  const summary = project.summaryOf(file)!;
  if (isOfClients(summary)) return true;
  if (isOfPlainFunctions(summary)) return areImported(project, all, halfOf);
  return isOfPlainClasses(summary, project.textOf(file) ?? '') && areImported(project, all, mostOf);
}

/**
 * Whether a file does nothing as it loads, and has no function that is called from outside.
 *
 * @param isLed other files lead to it: what stands within its functions is not called from outside, and a handler that only
 *   its parameters tell is mounted by those
 */
function isIdle(project: Project, file: string, isLed = false): boolean {
  if (isOnlyRouter(project, file)) return project.configuredEntry(file) === undefined;
  if (project.configuredEntry(file) !== undefined) return false;
  if (isStartName.test(file) && !isBarrel(project, file)) return false;
  const summary = project.ask(file, 'acts as it loads', actsAsItLoads) ? undefined : project.summaryOf(file);
  if (!summary) return false;
  const isClass = (name: string): boolean => summary.classes.some((cls) => cls.name === name);
  const isPlain = isOfPlainFunctions(summary);
  const isRun = ({ entry, name }: FunctionSummary): boolean =>
    entry !== undefined && !isClass(name.split('.')[0]!) && !(entry.isBySignature && (isPlain || isLed));
  const run = summary.functions.filter(isRun);
  const isWithin = ({ line }: FunctionSummary): boolean => isWithinFunction(project, file, line);
  if (!run.every(isWithin)) return false;
  // A route may be mounted by what loads the folder; a listener or a timer is there when the function was called.
  return isLed || run.every(({ entry }) => entry!.kind === 'event') || isSkipped(project, file);
}

/**
 * Whether a file that at most tests import is theirs: it is named as what stands in for another there, or it lies among them
 * and none of them is its own, since what `users.js` has a `usersTest.js` for, a framework may load.
 */
function isHelperOfTests(project: Project, file: string): boolean {
  if (standIn.test(basename(file))) return true;
  const importers = project.importersOf(file);
  if (importers.length === 0 || importers.some((one) => stemOf(one) === stemOf(file))) return false;
  const folder = `${dirname(file)}/`;
  const around = [...project.files.keys()].filter((other) => other !== file && other.startsWith(folder));
  const tests = around.filter((other) => isTestFile(project, other));
  return tests.length > 0 && tests.length * 2 >= around.length;
}

/** `stub-user.repository.ts`, `FakeMailer.ts`, `clock.mock.js` */
const standIn =
  /^(?:stub|mock|fake|dummy)(?:[._-]|s?\.|[A-Z])|^(?:Stub|Mock|Fake|Dummy)[A-Z._-]|[._-](?:stub|mock|fake)s?\.\w+$/;

/** The name of a file without its ending, or that of what it tests: one word for `orderStore.js` and `order-store.test.js`. */
function stemOf(file: string): string {
  const name = basename(file).replace(/\.\w+$/, '');
  return name
    .replace(/[._-]?(?:tests?|specs?)$/i, '')
    .replace(/[._-]/g, '')
    .toLowerCase();
}

/** Each form begins otherwise and ends in one place only: a text that is none is told in one pass. */
const onlyHandsOn =
  /^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|export\s*(?:\*(?:\s*as\s+\w+)?|(?:type\s*)?\{[^{}]*\})\s*from\s*(?:'[^'\n]*'|"[^"\n]*")|;)+$/;

/**
 * Whether an index only hands on what others export by names; that of a whole package others may take by its name, and a
 * default export whatever loads the folder.
 */
function isBarrel(project: Project, file: string): boolean {
  const { packageDir = '' } = project.files.get(file) ?? {};
  const within = packageDir === '' ? file : file.slice(packageDir.length + 1);
  if (!/(?:^|\/)index\.\w+$/.test(within) || /^(?:src\/|lib\/)?index\.\w+$/.test(within)) return false;
  return project.ask(file, 'is a barrel', (text) => onlyHandsOn.test(text) && !/\bdefault\b/.test(text));
}

/** Whether a specifier that leads to no known file ends as the path to an index does: an alias may lead there that only a bundler knows. */
function isNamedInVain(project: Project, index: string): boolean {
  const tail = new RegExp(`(?:^|/)${escapeName(basename(dirname(index)))}(?:/(?:index(?:\\.\\w+)?)?)?$`);
  return [...project.files.values()].some(({ path, imports }) =>
    imports.some((specifier) => tail.test(specifier) && project.resolver.resolve(path, specifier) === undefined),
  );
}

/** Whether a file gives a router of its own, and does nothing else as it loads. */
function isOnlyRouter(project: Project, file: string): boolean {
  return project.ask(file, 'is only a router', (text) => {
    const rest = text.includes('Router') ? restOfRouterFile(text) : undefined;
    return rest !== undefined && !actsAsItLoads(rest);
  });
}

/**
 * Whether a file whose routes are mounted by a function (`export function createRoutes(router) { router.get('/', …) }`)
 * is the one that is left out: those beside it that do so too are imported.
 */
function isSkipped(project: Project, file: string): boolean {
  const alike = neighboursOf(project, file).filter((other) =>
    project
      .summaryOf(other)
      ?.functions.some(({ entry, line }) => entry !== undefined && isWithinFunction(project, other, line)),
  );
  return areImported(project, alike, mostOf);
}

function isWithinFunction(project: Project, file: string, line: number): boolean {
  const name = declarationAt(project, file, line);
  const value = name === undefined ? undefined : project.summaryOf(file)?.values[name];
  return value?.kind === 'function' && !project.summaryOf(file)!.functions[value.fn]!.entry;
}

const mostOf = 3 / 5;
const halfOf = 1 / 2;

function areImported(project: Project, files: readonly string[], share: number): boolean {
  const imported = files.filter((other) => isImported(project, other));
  return files.length >= enoughNeighbours && imported.length >= files.length * share;
}

/** Where no other lists it, nothing makes what it provides. */
export function isNestModule(project: Project, file: string): boolean {
  return /\.module\.[cm]?[jt]s$/.test(file) && /^@Module\s*\(/m.test(project.textOf(file) ?? '');
}

const clientName = /^\w*(?:client|pool|connection|redis|db|database|knex|sequelize|prisma|publisher|subscriber)$/i;

/** `export const client = createClient(…)`: what only those who import it can use. */
function isOfClients(summary: FileSummary): boolean {
  return isOfExports(summary, (name, kind) => clientName.test(name) && /^(?:other|instance|alias)$/.test(kind));
}

/** Functions with telling names: what loads the files of a folder looks for a default export, or one name in each. */
function isOfPlainFunctions(summary: FileSummary): boolean {
  return isOfExports(summary, (name, kind) => kind === 'function' && /^[A-Z]?[a-z]+[A-Z]/.test(name));
}

/** Whether a file exports something, and all that it exports is of a kind. */
function isOfExports(
  { exports, values }: FileSummary,
  isOne: (name: string, kind: NamedValue['kind']) => boolean,
): boolean {
  const all = Object.entries(exports);
  return (
    all.length > 0 &&
    all.every(([name, exported]) => {
      const value = 'local' in exported ? own(values, exported.local) : undefined;
      return value !== undefined && isOne(name, value.kind);
    })
  );
}

/** Classes without a base, a contract or a mark, and instances of them, by names that only an import can mean. */
function isOfPlainClasses({ exports, classes }: FileSummary, text: string): boolean {
  return (
    classes.length > 0 &&
    !Object.hasOwn(exports, 'default') &&
    !/^\s*@\w|\bclass\s[^{]*\b(?:extends|implements)\b/m.test(text)
  );
}

/** What a process, a page or a platform begins with goes by such names. */
export const isStartName =
  /(?:^|[/._-])(?:index|main|server|app|worker|cli|run|start|boot\w*|cron|jobs?|handlers?|lambda|functions?|entry|page|layout|route|routes|middleware|plugin|setup|seed\w*|migrat\w*|config)\.[\w.]+$/i;

/** `if (key === undefined) { throw new Error(…); }` at the top. */
const refusal = /^if\s*\(.*\)\s*(?:throw\b|\{\s*throw\b[^{}]*(?:\{[^{}]*\}[^{}]*)*\})/gm;

const setUp = /^([\w$]+)\.[\w$.]+\(\s*((?:[\w$]+\s*,\s*)*[\w$]+)\s*,?\s*\);?[ \t]*$/gm;

/** `dayjs.extend(utc);`, `Chart.register(Bar, Line);`: what a package is told of others runs nothing of the file. */
function withoutSetUps(text: string): string {
  let taken: ReadonlySet<string> | undefined;
  return text.replace(setUp, (call, root: string, given: string) => {
    taken ??= listTakenOfPackages(text);
    return [root, ...given.split(/\s*,\s*/)].every((name) => taken!.has(name)) ? '' : call;
  });
}

function listTakenOfPackages(text: string): ReadonlySet<string> {
  const ofPackages = listLoads(text).filter(({ module }) => /^(?:@[\w.-]+\/)?\w/.test(module));
  return new Set(ofPackages.map(({ local }) => local));
}

/** A statement that stands at the start of a line and is no declaration: a call, an assignment to a member, a condition that does not only refuse. */
export function actsAsItLoads(text: string): boolean {
  return /^(?!(?:module\.)?exports\b)(?:[\w$]+(?:\.[\w$]+)*\s*(?:\(|=(?!=))|\(|;\(|!|(?:await|void|new|if|for|while|try|switch|throw)\b)/m.test(
    withoutSetUps(text).replaceAll(refusal, ''),
  );
}

function isImported(project: Project, file: string): boolean {
  return project.importersOf(file).some((importer) => !isTestFile(project, importer));
}

function neighboursOf(project: Project, file: string): string[] {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return [...project.files.keys()].filter(
    (other) =>
      other !== file && other.startsWith(folder) && !other.includes('/', folder.length) && isNeighbour(project, other),
  );
}

function isNeighbour(project: Project, other: string): boolean {
  return !isTestFile(project, other) && !isStartName.test(other);
}
