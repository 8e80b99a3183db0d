import { isTestPath } from '../ast/where/file-role.ts';
import type { FileSummary, FunctionSummary } from '../model/link.ts';
import type { Project } from './project.ts';

/** Other files of a folder that show how its files are brought in. */
const enoughNeighbours = 3;

/**
 * Whether nobody runs what a service's file holds: no file but tests imports it, though most of what lies beside it is
 * imported, so that no framework loads the folder by itself; it does nothing as it loads, and none of its own functions
 * is called from outside (a route of a framework, a handler that a deployment names).
 */
export function isUnusedFile(project: Project, file: string): boolean {
  if (project.isAside(file) || project.isPublished(file) || project.configuredEntry(file) !== undefined) return false;
  if (isImported(project, file) || isStartName.test(file) || project.ask(file, 'acts as it loads', actsAsItLoads))
    return false;
  const summary = project.summaryOf(file);
  const isClass = (name: string): boolean => summary?.classes.some((cls) => cls.name === name) ?? false;
  if (!summary) return false;
  const isPlain = isOfPlainFunctions(summary);
  const isRun = ({ entry, name }: FunctionSummary): boolean =>
    entry !== undefined && !isClass(name.split('.')[0]!) && !(isPlain && entry.isBySignature);
  if (summary.functions.some(isRun)) return false;
  const beside = neighboursOf(project, file);
  if (beside.length >= enoughNeighbours) {
    if (areImported(project, beside)) return true;
    if (!beside.some((other) => isImported(project, other))) return false;
  }
  return isPlain && areImported(project, project.filesBeside(file).filter(isNeighbour));
}

function areImported(project: Project, files: readonly string[]): boolean {
  const imported = files.filter((other) => isImported(project, other));
  return files.length >= enoughNeighbours && imported.length * 3 >= files.length * 2;
}

/** Functions with telling names: what loads the files of a folder looks for a default export, or one name in each. */
function isOfPlainFunctions({ exports, values }: FileSummary): boolean {
  const names = Object.keys(exports);
  return (
    names.length > 0 &&
    names.every((name) => {
      const exported = exports[name]!;
      const value = 'local' in exported && Object.hasOwn(values, exported.local) && values[exported.local];
      return value && value.kind === 'function' && /^[a-z]+[A-Z]/.test(name);
    })
  );
}

/** What a process, a page or a platform begins with goes by such names. */
export const isStartName =
  /(?:^|[/._-])(?:index|main|server|app|worker|cli|run|start|boot\w*|cron|jobs?|handlers?|lambda|functions?|entry|page|layout|route|routes|middleware|plugin|setup|seed\w*|migrat\w*|config)\.[\w.]+$/i;

/** A statement that stands at the start of a line and is no declaration: a call, an assignment to a member, a condition. */
export function actsAsItLoads(text: string): boolean {
  return /^(?!(?:module\.)?exports\b)(?:[\w$]+(?:\.[\w$]+)*\s*(?:\(|=(?!=))|\(|;\(|!|(?:await|void|new|if|for|while|try|switch|throw)\b)/m.test(
    text,
  );
}

function isImported(project: Project, file: string): boolean {
  return project.importersOf(file).some((importer) => !isTestPath(importer));
}

function neighboursOf(project: Project, file: string): string[] {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return [...project.files.keys()].filter(
    (other) => other !== file && other.startsWith(folder) && !other.includes('/', folder.length) && isNeighbour(other),
  );
}

function isNeighbour(other: string): boolean {
  return !isTestPath(other) && !isStartName.test(other);
}
