import type { Binding, FileContext } from '../../model/file-context.ts';
import { findMethodCall, getOutermostWrapped, isWithin, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';

/**
 * Whether a key only comes this far where a constant table or list has it: `if (!HANDLERS[name]) return`,
 * `const rep = REPS[email]; if (!rep) throw …`, `if (KINDS.includes(kind)) …`. Then there are no more keys than the table has.
 */
export function isKnownKey(key: ts.Expression, file: FileContext): boolean {
  const value = skipAwait(key);
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  if (!binding || binding.writes.length > 0) return false;
  return binding.references.some((use) => {
    const test = findTest(use, file);
    return test !== undefined && [test, ...listOutcomes(test, file)].some((asked) => lets(asked, key));
  });
}

/** `TABLE[use]`, `use in TABLE`, `LIST.includes(use)`, `Object.hasOwn(TABLE, use)`. */
function findTest(use: ts.Identifier, file: FileContext): ts.Expression | undefined {
  const { parent } = getOutermostWrapped(use);
  if (ts.isElementAccessExpression(parent))
    return parent.expression !== use && isConstant(parent.expression, file) ? parent : undefined;
  if (ts.isBinaryExpression(parent)) {
    const isIn = parent.operatorToken.kind === ts.SyntaxKind.InKeyword && parent.left === use;
    return isIn && isConstant(parent.right, file) ? parent : undefined;
  }
  if (!ts.isCallExpression(parent)) return undefined;
  const target = findMethodCall(parent);
  if (!target || !/^(?:includes|has|get|hasOwn|hasOwnProperty)$/.test(target.method)) return undefined;
  const table = target.method === 'hasOwn' ? parent.arguments[0] : target.receiver;
  return table && parent.arguments.at(-1) === use && isConstant(table, file) ? parent : undefined;
}

/** A table or list that is written out at module level, or comes from another file and is called as a constant is. */
function isConstant(given: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(given);
  const keys = findMethodCall(value);
  if (keys && ts.isCallExpression(value) && /^(?:keys|values)$/.test(keys.method))
    return value.arguments[0] !== undefined && isConstant(value.arguments[0], file);
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  if (binding?.kind === 'import') return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(binding.name);
  if (binding?.kind !== 'const' || binding.scope !== file.moduleScope) return false;
  const { declaration } = binding;
  const made = ts.isVariableDeclaration(declaration) && declaration.initializer;
  return made ? isWrittenOut(skipWrappers(made)) && !binding.references.some(isFilled) : false;
}

/** As the literal stands: how long a list is (`size.ts`) depends on the keys that are put into it. */
function isWrittenOut(made: ts.Expression): boolean {
  if (ts.isObjectLiteralExpression(made))
    return made.properties.length > 0 && !made.properties.some(ts.isSpreadAssignment);
  if (ts.isArrayLiteralExpression(made)) return made.elements.length > 0 && !made.elements.some(ts.isSpreadElement);
  const isMaking = ts.isNewExpression(made) ? /^(?:Set|Map)$/ : /^Object\.freeze$/;
  if (!ts.isNewExpression(made) && !ts.isCallExpression(made)) return false;
  const first = made.arguments?.[0];
  return isMaking.test(made.expression.getText()) && first !== undefined && isWrittenOut(skipWrappers(first));
}

/** `table[key] = …`, `list.push(…)`, `set.add(…)`. */
function isFilled(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isElementAccessExpression(parent)) {
    const around = parent.parent;
    return (
      ts.isBinaryExpression(around) && around.left === parent && around.operatorToken.kind === ts.SyntaxKind.EqualsToken
    );
  }
  return ts.isPropertyAccessExpression(parent) && /^(?:push|unshift|set|add)$/.test(parent.name.text);
}

/** Where `const rep = REPS[email]` is asked about again. */
function listOutcomes(test: ts.Expression, file: FileContext): ts.Identifier[] {
  const { parent } = getOutermostWrapped(test);
  const binding: Binding | undefined =
    ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? file.bindingOf(parent.name) : undefined;
  return binding && binding.writes.length === 0 ? binding.references : [];
}

/** Whether a place is only reached where what is asked holds. */
function lets(asked: ts.Expression, place: ts.Node): boolean {
  let at: ts.Node = getOutermostWrapped(asked);
  let isDenied = false;
  if (ts.isPrefixUnaryExpression(at.parent) && at.parent.operator === ts.SyntaxKind.ExclamationToken) {
    isDenied = true;
    at = getOutermostWrapped(at.parent);
  }
  // `!known || isOld` refuses what is not known too, `known && isNew` lets only that in.
  const joins = isDenied ? ts.SyntaxKind.BarBarToken : ts.SyntaxKind.AmpersandAmpersandToken;
  while (ts.isBinaryExpression(at.parent) && at.parent.operatorToken.kind === joins)
    at = getOutermostWrapped(at.parent);
  const branch = at.parent;
  if (!ts.isIfStatement(branch) || branch.expression !== at) return false;
  if (!isDenied) return isWithin(place, branch.thenStatement);
  if (branch.elseStatement && isWithin(place, branch.elseStatement)) return true;
  return place.pos >= branch.end && isWithin(place, branch.parent) && leavesFunction(branch.thenStatement);
}
