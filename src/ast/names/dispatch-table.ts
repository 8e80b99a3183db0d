import type { FileContext } from '../../model/file-context.ts';
import { skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * What a call may run that looks its function up in a table of the module: `handlers[kind](job)`, also by a name for it
 * (`const handle = handlers[kind];`).
 */
export function listDispatched(call: ts.CallExpression, file: FileContext): ts.Expression[] {
  const table = findTable(skipWrappers(call.expression), file);
  return (table?.properties ?? []).flatMap((property) => {
    if (ts.isShorthandPropertyAssignment(property)) return [property.name];
    return ts.isPropertyAssignment(property) ? [property.initializer] : [];
  });
}

function findTable(callee: ts.Expression, file: FileContext): ts.ObjectLiteralExpression | undefined {
  if (ts.isIdentifier(callee)) {
    const looked = findConstant(callee, file);
    return looked && ts.isElementAccessExpression(looked) ? findTable(looked, file) : undefined;
  }
  if (!ts.isElementAccessExpression(callee) || ts.isStringLiteralLike(callee.argumentExpression)) return undefined;
  const holder = skipWrappers(callee.expression);
  const isOfModule = ts.isIdentifier(holder) && file.bindingOf(holder)?.scope === file.moduleScope;
  const value = isOfModule ? findConstant(holder, file) : undefined;
  return value && ts.isObjectLiteralExpression(value) ? value : undefined;
}

function findConstant(name: ts.Identifier, file: FileContext): ts.Expression | undefined {
  const binding = file.bindingOf(name);
  if (!binding || binding.writes.length > 0 || !ts.isVariableDeclaration(binding.declaration)) return undefined;
  const { initializer } = binding.declaration;
  return initializer && skipWrappers(initializer);
}
