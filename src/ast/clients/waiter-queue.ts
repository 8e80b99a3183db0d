import type { FileContext } from '../../model/file-context.ts';
import { findMethodCall, isFunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { HandPool } from './pool-faults.ts';

/**
 * Whether those who come when all is lent are put in a list by what settles their wait, `this.waiting.push({ resolve, … })`,
 * which giving back looks into.
 */
export function queuesWaiters({ shape, reachable, releasing }: HandPool, file: FileContext): boolean {
  return [...shape.fields.values()].some(
    ({ accesses }) =>
      accesses.some((access) => reachable.some((fn) => isWithin(access, fn)) && takesWaiter(access, file)) &&
      accesses.some((access) => releasing.some((fn) => isWithin(access, fn))),
  );
}

function takesWaiter(access: ts.Node, file: FileContext): boolean {
  const put = findMethodCall(access.parent?.parent);
  if (!put || put.receiver !== access || !/^(?:push|add|unshift)$/.test(put.method)) return false;
  const item = put.call.arguments[0] && skipWrappers(put.call.arguments[0]);
  if (!item) return false;
  if (!ts.isObjectLiteralExpression(item)) return isSettler(item, file);
  return item.properties.some(
    (part) =>
      (ts.isShorthandPropertyAssignment(part) && isSettler(part.name, file)) ||
      (ts.isPropertyAssignment(part) && isSettler(part.initializer, file)),
  );
}

/** The first parameter of `new Promise((resolve) => …)`, or of what another call hands it by that name: `asyncOperation((resolve) => …)`. */
function isSettler(value: ts.Expression, file: FileContext): boolean {
  const name = skipWrappers(value);
  const declaration = ts.isIdentifier(name) ? file.bindingOf(name)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || !isFunctionNode(declaration.parent)) return false;
  const handed = declaration.parent;
  if (handed.parameters[0] !== declaration || ts.isFunctionDeclaration(handed)) return false;
  const { parent } = handed;
  if (ts.isNewExpression(parent)) return parent.expression.getText(file.source) === 'Promise';
  return ts.isCallExpression(parent) && declaration.name.getText(file.source) === 'resolve';
}
