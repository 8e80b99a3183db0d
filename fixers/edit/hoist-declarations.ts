import { findEnclosingFunction } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { isTypeScriptFile } from './keep-value.ts';

export interface Hoisted {
  /** `let x: T;` for each name. */
  declarations: string[];
  /** Turn the declarations inside into assignments. */
  edits: TextEdit[];
}

/**
 * What it takes so that names declared inside a run of statements can be used outside of it.
 * Undefined where it cannot be done without losing a type or an order.
 */
export function hoistDeclarations(inside: (node: ts.Node) => boolean, file: FileContext): Hoisted | undefined {
  const hoisted: Hoisted = { declarations: [], edits: [] };
  for (const binding of file.bindings) {
    const { declaration, kind } = binding;
    if (kind === 'var' || kind === 'parameter' || !inside(declaration)) continue;
    if (binding.references.every((reference) => inside(reference))) continue;
    if (!ts.isVariableDeclaration(declaration) || !canHoist(declaration, binding)) return undefined;
    const { name, type, parent: list } = declaration;
    const start = list.getStart(file.source);
    const written = type?.getText(file.source) ?? typeOf(declaration, file);
    hoisted.declarations.push(`let ${name.getText(file.source)}${written ? `: ${written}` : ''};`);
    if (declaration.initializer) {
      hoisted.edits.push({ start, end: name.getStart(file.source), text: '' });
      if (type) hoisted.edits.push({ start: name.end, end: type.end, text: '' });
    } else hoisted.edits.push({ start, end: list.parent.end, text: '' });
  }
  return hoisted;
}

/** The type of what the global `fetch` gives, where TypeScript writes types; others are left to the compiler. */
function typeOf({ initializer }: ts.VariableDeclaration, file: FileContext): string | undefined {
  if (!isTypeScriptFile(file) || !initializer || !ts.isAwaitExpression(initializer)) return undefined;
  const { expression: call } = initializer;
  if (!ts.isCallExpression(call) || !ts.isIdentifier(call.expression) || call.expression.text !== 'fetch')
    return undefined;
  const isOwn = file.bindings.some(({ name }) => name === 'fetch' || name === 'Response');
  return isOwn ? undefined : 'Response';
}

function canHoist(declaration: ts.VariableDeclaration, binding: Binding): boolean {
  const list = declaration.parent;
  if (!ts.isVariableDeclarationList(list) || list.declarations.length > 1 || !ts.isVariableStatement(list.parent)) {
    return false;
  }
  if (!ts.isIdentifier(declaration.name) || (list.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using) return false;
  // Without a type the compiler follows assignments, but not into nested functions.
  const home = findEnclosingFunction(declaration);
  return !!declaration.type || binding.references.every((reference) => findEnclosingFunction(reference) === home);
}
