import type { FunctionSummary } from '../model/link.ts';
import { escapeName } from './escape-name.ts';
import { declarationAt, outlineIn } from './outlines.ts';
import type { Project } from './project.ts';
import { isTestFile } from './test-file.ts';
import { anyComment, mayBeRunElsewhere } from './uncalled-code.ts';

/** A method of a class. */
interface Method {
  file: string;
  cls: string;
  name: string;
}

/** What others know: the files whose text may hold a word, and whether nothing that runs leads to a piece of a file. */
export interface MethodAids {
  filesNaming(word: string): readonly string[];
  isUnwired(piece: { file: string; name: string }): boolean;
}

/** A name that so many files hold surely means something that runs. */
const manyFiles = 30;
/** What a framework calls by a name that is its own. */
const hookName =
  /^(?:on|ng|before|after|component|connected|disconnected|attribute|should|get[A-Z]\w*Props|render|handle|execute|perform|run|process|use|can|intercept|transform|validate|setup|up|down|start|stop|init|main)(?![a-z])/;

/** The name of the method that `scope` of a finding stands in, where something may only call it by that name. */
export function methodOf(scope: string): string | undefined {
  const [, cls, method] = /^([A-Z][\w$]*)\.([a-z][\w$]*)(?:\.|$)/.exec(scope) ?? [];
  return cls && method && !hookName.test(method) ? method : undefined;
}

/**
 * Whether nothing that runs calls the method that `scope` stands in, of a class that stands for itself: its name is only
 * told by tests, comments, declarations, code that nothing leads to, and methods of its class of which the same holds.
 * What functions and classes are named by: `wiring.ts`.
 */
export function isUncalledMethod(project: Project, file: string, scope: string, aids: MethodAids): boolean {
  if (methodOf(scope) === undefined || mayBeRunElsewhere(project, file)) return false;
  const [cls = '', name = ''] = scope.split('.');
  return isUnused(project, { file, cls, name }, aids, new Set());
}

/** @param seen names of methods of the class that are being asked about */
function isUnused(project: Project, method: Method, aids: MethodAids, seen: Set<string>): boolean {
  const { file, cls, name } = method;
  if (!isLone(project, method)) return false;
  seen.add(name);
  const files = aids.filesNaming(name).filter((path) => !isTestFile(project, path));
  return (
    files.length <= manyFiles &&
    files.every((path) => linesNaming(project, path, name).every((line) => isIdle(path, line)))
  );

  function isIdle(path: string, line: number): boolean {
    const functions = project.summaryOf(path)?.functions ?? [];
    if (functions.some((fn) => fn.line === line && fn.name.split('.').at(-1) === name)) return true;
    const piece = declarationAt(project, path, line);
    if (piece === undefined) return isOfType(project, path, line);
    if (path !== file || piece !== cls) return aids.isUnwired({ file: path, name: piece });
    const around = functions.reduce<FunctionSummary | undefined>(
      (last, fn) => (fn.line <= line && fn.line >= (last?.line ?? 0) ? fn : last),
      undefined,
    );
    // What a field of the class holds, whoever has the instance may call.
    const own = around && methodOf(around.name);
    return own !== undefined && (seen.has(own) || isUnused(project, { file, cls, name: own }, aids, seen));
  }
}

/** Lines from 1; comments name nothing. */
function linesNaming(project: Project, path: string, name: string): number[] {
  const code = (project.textOf(path) ?? '').replace(anyComment, (comment) => comment.replace(/[^\n]/g, ' '));
  const word = new RegExp(`(?<![\\w$])${escapeName(name)}(?![\\w$])`);
  return code.split('\n').flatMap((line, i) => (word.test(line) ? [i + 1] : []));
}

/** Whether a line is one of an interface or a type: what it says is only called by its name, too. */
function isOfType(project: Project, path: string, line: number): boolean {
  return (outlineIn(project, path).types ?? []).some(([first, last]) => first <= line && line <= last);
}

/** Whether an interface is one of the project: nothing but its files calls what it asks for. */
function isOwnContract(project: Project, file: string, text: string, name: string): boolean {
  const own = escapeName(name);
  if (new RegExp(`\\binterface\\s+${own}(?![\\w$])`).test(text)) return true;
  const [, specifier] =
    new RegExp(`\\bimport\\b[^;'"]*[{,\\s]${own}(?![\\w$])[^;'"]*\\bfrom\\s*['"]([^'"\\n]+)`).exec(text) ?? [];
  return specifier !== undefined && project.resolver.resolve(file, specifier) !== undefined;
}

/** A method that only a caller by its name can mean: of a class without a contract of others, not marked for a framework. */
function isLone(project: Project, { file, cls: name, name: method }: Method): boolean {
  const summary = project.summaryOf(file);
  const cls = summary?.classes.find((one) => one.name === name);
  const fn = cls && Object.hasOwn(cls.methods, method) ? cls.methods[method]! : undefined;
  if (!summary || !cls || fn === undefined || summary.functions[fn]!.entry) return false;
  if (
    !project.importersOf(file).some((importer) => !isTestFile(project, importer) && project.mentions(importer, [name]))
  )
    return false;
  const text = project.textOf(file) ?? '';
  const [heritage = ''] = new RegExp(`\\bclass\\s+${escapeName(name)}\\b[^{]*`).exec(text) ?? [];
  if (/\bextends\b/.test(heritage)) return false;
  const contracts = heritage.split(/\bimplements\b/)[1]?.match(/(?<![\w$.<])[A-Za-z_$][\w$]*(?=\s*(?:[,<]|$))/g) ?? [];
  const isOwn = contracts.every((one) => isOwnContract(project, file, text, one));
  if (!isOwn || (/\bimplements\b/.test(heritage) && contracts.length === 0)) return false;
  const isMarked = new RegExp(
    `@[\\w.]+(?:\\([^;{}]*\\))?\\s*(?:(?:public|static|async)\\s+)*${escapeName(method)}\\s*[(<=]`,
  );
  return !isMarked.test(text) && !/\bthis\s*\[|\bProxy\s*\(|\bgetOwnPropertyNames\b/.test(text);
}
