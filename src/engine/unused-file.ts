import { isTestPath } from '../ast/file-role.ts';
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
  if (!summary || summary.functions.some(({ entry, name }) => entry && !isClass(name.split('.')[0]!))) return false;
  const neighbours = neighboursOf(project, file);
  const imported = neighbours.filter((other) => isImported(project, other));
  return neighbours.length >= enoughNeighbours && imported.length * 3 >= neighbours.length * 2;
}

/** What a process, a page or a platform begins with goes by such names. */
const isStartName =
  /(?:^|[/._-])(?:index|main|server|app|worker|cli|run|start|boot\w*|cron|jobs?|handlers?|lambda|functions?|entry|page|layout|route|routes|middleware|plugin|setup|seed\w*|migrat\w*|config)\.[\w.]+$/i;

/** A statement that stands at the start of a line and is no declaration: a call, an assignment to a member, a condition. */
function actsAsItLoads(text: string): boolean {
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
    (other) =>
      other !== file &&
      other.startsWith(folder) &&
      !other.includes('/', folder.length) &&
      !isTestPath(other) &&
      !isStartName.test(other),
  );
}
