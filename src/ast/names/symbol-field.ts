import type { FileContext } from '../../model/file-context.ts';
import { findMemberPath, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * The name of the symbol that `this[kClients]` is kept under: a constant that is given a `Symbol` here, or one that
 * another module gives and that is called so. Undefined where the key may be another one each time.
 */
export function findSymbolName(access: ts.Node, file: FileContext): string | undefined {
  if (!ts.isElementAccessExpression(access)) return undefined;
  const key = skipWrappers(access.argumentExpression);
  const binding = ts.isIdentifier(key) ? file.bindingOf(key) : undefined;
  if (!binding || binding.writes.length > 0) return undefined;
  const { declaration, name } = binding;
  if (binding.kind === 'import') return saysSymbol.test(name) ? name : undefined;
  const holder = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  if (!ts.isVariableDeclaration(holder) || !holder.initializer || binding.scope !== file.moduleScope) return undefined;
  const value = skipWrappers(holder.initializer);
  if (!ts.isCallExpression(value)) return undefined;
  const made = findMemberPath(value.expression)?.join('.');
  if (made === 'Symbol' || made === 'Symbol.for') return holder === declaration ? name : undefined;
  return made === 'require' && saysSymbol.test(name) ? name : undefined;
}

/** Whether a symbol that this file makes is given to no other one: nobody else can ask for what is kept under it. */
export function isOwnSymbol(access: ts.Node, file: FileContext): boolean {
  if (!ts.isElementAccessExpression(access)) return false;
  const key = skipWrappers(access.argumentExpression);
  const binding = ts.isIdentifier(key) ? file.bindingOf(key) : undefined;
  if (!binding || binding.kind === 'import' || !ts.isVariableDeclaration(binding.declaration)) return false;
  const statement = binding.declaration.parent.parent;
  if (ts.isVariableStatement(statement) && (ts.getModifiers(statement)?.length ?? 0) > 0) return false;
  return binding.references.every(
    ({ parent }) => ts.isElementAccessExpression(parent) || ts.isComputedPropertyName(parent),
  );
}

/** `close` of `[kClose]() {}`; any other name as it is. */
export function plainName(name: string): string {
  return /^k[A-Z]/.test(name) ? name.charAt(1).toLowerCase() + name.slice(2) : name;
}

/** `kClients` of Node's own style, `SESSIONS_SYMBOL`, `symClients`. */
const saysSymbol = /^k[A-Z]|^sym[A-Z]|[sS]ymbol|SYMBOL/;
