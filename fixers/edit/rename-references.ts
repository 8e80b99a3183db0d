import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';

/** Rewrites every use of a name, or those that `where` picks; the declaration keeps its own. */
export function renameReferences(
  binding: Binding,
  name: string,
  file: FileContext,
  where: (reference: ts.Identifier) => boolean = () => true,
): TextEdit[] {
  return binding.references.filter(where).map((reference) => renameIdentifier(reference, name, file));
}

/** Puts an expression in the place of one use of a name; `{ a }` becomes `{ a: name }`, `export { a }` keeps its name. */
export function renameIdentifier(reference: ts.Identifier, name: string, file: FileContext): TextEdit {
  const { parent } = reference;
  const start = reference.getStart(file.source);
  if (ts.isShorthandPropertyAssignment(parent)) {
    return { start, end: reference.end, text: `${reference.text}: ${name}` };
  }
  if (ts.isExportSpecifier(parent) && !parent.propertyName) {
    return { start, end: reference.end, text: `${name} as ${reference.text}` };
  }
  return { start, end: reference.end, text: name };
}
