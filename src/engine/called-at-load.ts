import { namesOf } from './call-names.ts';
import type { Project } from './project.ts';
import { type FunctionRef, keyOf, type SymbolTable } from './symbols.ts';

/** Whether a file of the product calls a function for its effect as it loads: what a package sets up itself, its users need not. */
export function isCalledAtLoad(project: Project, symbols: SymbolTable, target: FunctionRef): boolean {
  const summary = project.summaryOf(target.file);
  if (!summary) return false;
  const { tails } = namesOf(summary, target.fn);
  const isTarget = (fn: FunctionRef): boolean => keyOf(fn) === keyOf(target);
  return project
    .reachersOf([target.file])
    .filter((file) => !project.isAside(file) && (project.isSummarised(file) || project.mentions(file, tails)))
    .some((file) =>
      project.summaryOf(file)?.loadCalls?.some((to) => symbols.functionsOf(file, to, undefined).some(isTarget)),
    );
}
