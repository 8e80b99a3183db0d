import type { FileContext } from '../model/file-context.ts';
import { findMemberName, findMethodCall, findPropertyName, skipAwait, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** Calls that give another value each time. */
export const freshCall =
  /^(?:uuid(?:v\d)?|v[14567]|randomUUID|nanoid|cuid2?|ulid|randomBytes|random|now|getTime|Symbol|uniqueId|nextId|generateId|createId|newId|genId|makeId|snowflake)$/;

/** Whether a key is another one at each run: a counter that goes on, a random or unique id, an object made on the spot. */
export function isFresh(key: ts.Expression, file: FileContext, depth = 0): boolean {
  if (depth > 5) return false;
  const value = skipAwait(key);
  const isPartFresh = (part: ts.Expression): boolean => isFresh(part, file, depth + 1);
  if (ts.isPostfixUnaryExpression(value) || ts.isPrefixUnaryExpression(value))
    return value.operator === ts.SyntaxKind.PlusPlusToken;
  if (ts.isTemplateExpression(value)) return value.templateSpans.some((span) => isPartFresh(span.expression));
  if (ts.isBinaryExpression(value))
    return (
      value.operatorToken.kind === ts.SyntaxKind.PlusToken && (isPartFresh(value.left) || isPartFresh(value.right))
    );
  if (ts.isCallExpression(value)) {
    const target = findMethodCall(value);
    const name = target?.method ?? (ts.isIdentifier(value.expression) ? value.expression.text : '');
    if (freshCall.test(name)) return true;
    if (/^(?:toString|toHexString|slice|substring)$/.test(name))
      return target !== undefined && isPartFresh(target.receiver);
    return /^(?:String|Number|parseInt)$/.test(name) && value.arguments.some(isPartFresh);
  }
  if (ts.isIdentifier(value)) {
    const declaration = file.bindingOf(value)?.declaration;
    return (
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      isPartFresh(declaration.initializer)
    );
  }
  const own = findOwnProperty(value, file);
  return own !== undefined && isPartFresh(own);
}

/** What `entry.id` was given in `const entry = { id: … }`. */
export function findOwnProperty(access: ts.Expression, file: FileContext): ts.Expression | undefined {
  const name = findMemberName(access);
  if (name === undefined) return undefined;
  const holder = skipWrappers((access as ts.PropertyAccessExpression).expression);
  const declaration = ts.isIdentifier(holder) ? file.bindingOf(holder)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  const object = skipWrappers(declaration.initializer);
  if (!ts.isObjectLiteralExpression(object)) return undefined;
  const property = object.properties.find((p) => findPropertyName(p.name) === name);
  if (!property) return undefined;
  if (ts.isPropertyAssignment(property)) return property.initializer;
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}
