import type { Project } from './project.ts';

const handing = /\bexport\s*(?:\*\s*(as\s+[\w$]+\s*)?|\{([^{}]*)\}\s*)from\s*['"]([^'"\n]+)/g;
const handsOnAtRunTime = /\bmodule\.exports\b|\b(?:exports\.[\w$]+|__exportStar\s*\()/;

/**
 * Whether users of a published package may import what a file exports by `names`: an entry of the package has it, or one
 * that hands on what others export.
 */
export function isExportedToUsers(project: Project, file: string, names: readonly string[]): boolean {
  return project.isPublished(file) && isHandedOut(project, file, names, new Set());
}

function isHandedOut(project: Project, file: string, names: readonly string[], seen: Set<string>): boolean {
  if (project.isPublished(file)) {
    const entries = project.resolver.entriesBeside(file);
    if (!entries || entries.includes(file)) return true;
  }
  seen.add(file);
  for (const importer of project.importersOf(file)) {
    if (seen.has(importer) || project.isAside(importer)) continue;
    const handed = listHandedOn(project, importer, file, names);
    if (handed === 'all' || (handed.length > 0 && isHandedOut(project, importer, handed, seen))) return true;
  }
  return false;
}

/** The names under which a file hands on what another one exports. */
function listHandedOn(project: Project, importer: string, file: string, names: readonly string[]): string[] | 'all' {
  const text = project.textOf(importer) ?? '';
  const handed: string[] = [];
  for (const [, space, list, specifier] of text.matchAll(handing)) {
    if (project.resolver.resolve(importer, specifier!) !== file) continue;
    if (space !== undefined) return 'all';
    if (list === undefined) handed.push(...names.filter((name) => name !== 'default'));
    for (const [, name, given] of list?.matchAll(/([\w$]+)(?:\s+as\s+([\w$]+))?/g) ?? [])
      if (names.includes(name!)) handed.push(given ?? name!);
  }
  return handed.length === 0 && handsOnAtRunTime.test(text) ? 'all' : handed;
}
