import type { FileContext } from '../../model/file-context.ts';
import { findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What a call may run that looks its function up in a map of the module: `handlers.get(kind)(job)`, also by a name for it. */
export function listDispatched(call: ts.CallExpression, file: FileContext): readonly ts.Expression[] {
  const looked = findLookUp(skipWrappers(call.expression), file);
  if (!looked || looked.isByIndex || !ts.isIdentifier(looked.table)) return [];
  if (file.bindingOf(looked.table)?.scope !== file.moduleScope) return [];
  const map = findConstant(looked.table, file);
  if (!map || !ts.isNewExpression(map) || map.expression.getText(file.source) !== 'Map') return [];
  return [...listEntries(map), ...listSet(looked.table, file)];
}

/**
 * The table, of this file or another one, that a call looks its function, or what has it as a method, up in by a key:
 * `handlers[kind](job)`, `providers[name].load()`, also by a name for what was found.
 */
export function findTable(
  call: ts.CallExpression,
  file: FileContext,
): { table: ts.Expression; members: readonly string[] } | undefined {
  const method = findMethodCall(call);
  const looked = findLookUp(skipWrappers(method ? method.receiver : call.expression), file);
  return looked?.isByIndex ? { table: looked.table, members: method ? [method.method] : [] } : undefined;
}

/** A list of functions at module level, `const steps = [parse, check, store]`: who names it may run each of them. */
export function listSteps(file: FileContext): { uses: readonly ts.Identifier[]; steps: readonly ts.Expression[] }[] {
  return [...file.moduleScope.bindings.values()].flatMap((binding) => {
    const { declaration, kind, references } = binding;
    if (kind !== 'const' || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return [];
    const list = skipWrappers(declaration.initializer);
    if (!ts.isArrayLiteralExpression(list) || list.elements.length === 0) return [];
    const isNamed = (step: ts.Expression): boolean => ts.isIdentifier(step) || ts.isPropertyAccessExpression(step);
    return list.elements.every(isNamed) ? [{ uses: references, steps: list.elements }] : [];
  });
}

interface LookUp {
  table: ts.Expression;
  /** By `[key]`, else by `get(key)`. */
  isByIndex: boolean;
}

function findLookUp(value: ts.Expression, file: FileContext): LookUp | undefined {
  if (ts.isIdentifier(value)) {
    const made = findConstant(value, file);
    return made && !ts.isIdentifier(made) ? findLookUp(made, file) : undefined;
  }
  if (ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
    return findLookUp(skipWrappers(value.left), file);
  if (ts.isElementAccessExpression(value)) {
    const isNamed = ts.isStringLiteralLike(value.argumentExpression);
    return isNamed ? undefined : { table: skipWrappers(value.expression), isByIndex: true };
  }
  const asked = findMethodCall(value);
  return asked?.method === 'get' ? { table: skipWrappers(asked.receiver), isByIndex: false } : undefined;
}

/** `new Map([['paid', onPaid]])`. */
function listEntries({ arguments: given }: ts.NewExpression): ts.Expression[] {
  const list = given?.[0] && skipWrappers(given[0]);
  if (!list || !ts.isArrayLiteralExpression(list)) return [];
  return list.elements.flatMap((entry) => (ts.isArrayLiteralExpression(entry) ? entry.elements.slice(1, 2) : []));
}

/** `handlers.set('paid', onPaid)`, anywhere in the file. */
function listSet(table: ts.Identifier, file: FileContext): ts.Expression[] {
  return (file.bindingOf(table)?.references ?? []).flatMap(({ parent }) => {
    const { parent: call } = parent;
    const isSet = ts.isCallExpression(call) && call.expression === parent && findMethodCall(call)?.method === 'set';
    return isSet ? call.arguments.slice(1, 2) : [];
  });
}

/** What a name is made as that nothing is written to afterwards. */
export function findConstant(name: ts.Identifier, file: FileContext): ts.Expression | undefined {
  const binding = file.bindingOf(name);
  if (!binding || binding.writes.length > 0 || !ts.isVariableDeclaration(binding.declaration)) return undefined;
  const { initializer } = binding.declaration;
  return initializer && skipWrappers(initializer);
}
