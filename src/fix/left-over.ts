import { removeBinding } from '../../fixers/edit/remove-unused.ts';
import { analyseFile } from '../ast/analyse.ts';
import { isWithin } from '../ast/syntax.ts';
import { ts } from '../ast/ts.ts';
import type { Binding, FileContext } from '../model/file-context.ts';
import type { TextEdit } from '../model/fixer.ts';
import { inOrder, joinEdits } from './edits.ts';
import { packageFacts } from './package-facts.ts';

export interface Swept {
  text: string;
  tree: FileContext;
  /** One list of edits after the other. */
  steps: TextEdit[][];
}

/**
 * Takes out what a module declares for itself that only code used which fixes have replaced: functions, types, constants
 * and imports of packages. A project that compiles with `noUnusedLocals` would fail by them. What a comment or a text still
 * names stays, as does what carries a comment, and an import of another file, which may be there for what it does.
 *
 * @param before the text without the fixes
 * @param tree the text with them, analysed
 */
export function sweepLeftOver(
  path: string,
  before: string,
  { text, tree }: { text: string; tree: FileContext },
): Swept {
  const swept: Swept = { text, tree, steps: [] };
  let used: ReadonlySet<string> | undefined;
  for (;;) {
    const unused = [...swept.tree.moduleScope.bindings.values()].filter((binding) => !isUsed(binding));
    if (unused.length === 0) return swept;
    used ??= namesUsedIn(analyse(path, before));
    const edits = unused
      .filter(({ name }) => used!.has(name))
      .map((binding) => removalOf(binding, swept.tree))
      .find((removal) => removal !== undefined);
    if (!edits) return swept;
    swept.text = joinEdits(swept.text, edits);
    swept.tree = analyse(path, swept.text);
    swept.steps.push(edits);
  }
}

function analyse(path: string, text: string): FileContext {
  return analyseFile(path, text, packageFacts('module'), 'product');
}

function isUsed({ references, declaration }: Binding): boolean {
  return references.some((use) => !isWithin(use, declaration));
}

/** None of a script, whose names other scripts of the page can use. */
function namesUsedIn({ moduleScope, source, text }: FileContext): Set<string> {
  if (!ts.isExternalModule(source) && !/\brequire\s*\(|\bexports\b/.test(text)) return new Set();
  return new Set([...moduleScope.bindings.values()].filter(isUsed).map(({ name }) => name));
}

function removalOf(binding: Binding, file: FileContext): TextEdit[] | undefined {
  const { declaration, name } = binding;
  if (isOfOtherFile(declaration) || (ts.isImportClause(declaration) && /\.[jt]sx$/.test(file.path))) return undefined;
  const removals = removeBinding(binding, file);
  if (!removals) return undefined;
  const edits = inOrder(removals.flatMap((removal) => removal.edits));
  const gone = edits.map(({ start, end }) => file.text.slice(start, end)).join('\n');
  if (/\/[/*]/.test(gone)) return undefined;
  return new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(joinEdits(file.text, edits))
    ? undefined
    : edits;
}

/** `import { x } from './other'`, `require('./other')` */
function isOfOtherFile(declaration: ts.Node): boolean {
  const statement = ts.findAncestor(
    declaration,
    (node) => ts.isImportDeclaration(node) || ts.isVariableStatement(node),
  );
  return statement !== undefined && /(?:from\s*|require\(\s*)['"`][./]/.test(statement.getText());
}
