import type { FileContext } from '../../model/file-context.ts';

const doneOnce = /migrat|\bimport(?:er|ing)?\b|Importer|\bexport(?:er|ing)?\b|Exporter|back-?up|restor(?:e|ing)/i;

/**
 * Whether a file, or the class named, does work that somebody starts by hand and that ends, by what they are called:
 * migrations, imports, exports, backups. What it remembers is as much as there is to move.
 */
export function isWorkDoneOnce({ path }: FileContext, owner: string): boolean {
  return doneOnce.test(path) || doneOnce.test(owner);
}
