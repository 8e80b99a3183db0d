import type { Project } from './project.ts';
import { isTestFile } from './test-file.ts';
import { actsAsItLoads } from './unused-file.ts';

/**
 * Whether a file may be loaded by a program that one of `stating` is part of: something loads both; or nobody can tell,
 * as the file lies in the package of one, or in one that theirs depends on, and no program of its own loads it.
 */
export function isOfProgram(project: Project, file: string, stating: readonly string[]): boolean {
  const programs = loadersOf(project, stating);
  const loaders = loadersOf(project, [file]);
  if ([...loaders].some((loader) => programs.has(loader))) return true;
  const roots = [...loaders].filter((loader) => project.importersOf(loader).length === 0);
  const isOwnProgram = roots.length > 0 && roots.every((root) => project.ask(root, 'acts as it loads', actsAsItLoads));
  if (isOwnProgram) return false;
  const packages = project.packagesOf(stating);
  return [...loaders].some((loader) => packages.has(project.files.get(loader)?.packageDir ?? ''));
}

/** The files and all that import them, at any remove, but tests. */
function loadersOf(project: Project, files: readonly string[]): Set<string> {
  const loaders = new Set(files.filter((file) => !isTestFile(project, file)));
  for (const loader of loaders) {
    for (const importer of project.importersOf(loader)) if (!isTestFile(project, importer)) loaders.add(importer);
  }
  return loaders;
}
