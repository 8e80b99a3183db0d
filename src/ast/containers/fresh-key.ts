import type { FileContext } from '../../model/file-context.ts';
import { isExecutor, isExported, listCallsOf } from '../names/functions.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findPropertyName,
  hasModifier,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** Calls that give another value each time. */
export const freshCall =
  /^_*(?:uuid(?:v\d)?|v[14567]|randomUUID|nanoid|cuid2?|ulid|randomBytes|random|now|getTime|Symbol|uniqueId|nextId|generateId|createId|newId|genId|makeId|snowflake)$/;

/** Whether a key is another one at each run: a counter that goes on, a random or unique id, an object made on the spot. */
export function isFresh(key: ts.Expression, file: FileContext, depth = 0): boolean {
  if (depth > 5) return false;
  const value = skipAwait(key);
  const isPartFresh = (part: ts.Expression): boolean => isFresh(part, file, depth + 1);
  if (ts.isPostfixUnaryExpression(value) || ts.isPrefixUnaryExpression(value))
    return value.operator === ts.SyntaxKind.PlusPlusToken;
  if (ts.isTemplateExpression(value)) return value.templateSpans.some((span) => isPartFresh(span.expression));
  if (isAssignment(value)) return isPartFresh(value.right);
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
    if (declaration && ts.isParameter(declaration)) return isHandedFresh(declaration, file, depth);
    if (isCountedOn(value, file)) return true;
    return (
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      isPartFresh(declaration.initializer)
    );
  }
  if (isCountedHere(value, file)) return true;
  const own = findOwnProperty(value, file);
  return own !== undefined && isPartFresh(own);
}

/** A parameter of a function that this file alone can call, always with a fresh value; a call of itself hands on its own. */
function isHandedFresh(parameter: ts.ParameterDeclaration, file: FileContext, depth: number): boolean {
  const fn = parameter.parent;
  if (!isFunctionNode(fn) || parameter.initializer || parameter.dotDotDotToken || !ts.isIdentifier(parameter.name))
    return false;
  const isOwn = ts.isMethodDeclaration(fn)
    ? ts.isPrivateIdentifier(fn.name) || hasModifier(fn, ts.SyntaxKind.PrivateKeyword)
    : ts.isFunctionDeclaration(fn) && !isExported(fn, file);
  if (!isOwn) return false;
  const binding = file.bindingOf(parameter.name);
  const index = fn.parameters.indexOf(parameter);
  const given = listCallsOf(fn, file)
    .map((call) => call.arguments[index])
    .filter((argument) => !(argument && ts.isIdentifier(argument) && file.bindingOf(argument) === binding));
  return given.length > 0 && given.every((argument) => argument !== undefined && isFresh(argument, file, depth + 1));
}

/** `counter` of an outer scope, where the function that adds, or the one whose promise it makes, counts it on; nothing sets it back. */
function isCountedOn(counter: ts.Identifier, file: FileContext): boolean {
  const binding = file.bindingOf(counter);
  const fn = findEnclosingFunction(counter);
  if (!binding || !fn || binding.writes.length === 0) return false;
  const run = isExecutor(fn) ? findEnclosingFunction(fn) : fn;
  const isOutside = run !== undefined && !isWithin(binding.declaration, run);
  return isOutside && binding.writes.every(isIncrement) && binding.writes.some((write) => isWithin(write, run));
}

function isIncrement({ parent }: ts.Node): boolean {
  const isUnary = ts.isPostfixUnaryExpression(parent) || ts.isPrefixUnaryExpression(parent);
  return isUnary && parent.operator === ts.SyntaxKind.PlusPlusToken;
}

/** `this.counter`, where the same function counts it on. */
function isCountedHere(value: ts.Expression, file: FileContext): boolean {
  const fn = ts.isPropertyAccessExpression(value) ? findEnclosingFunction(value) : undefined;
  if (!fn) return false;
  const text = value.getText(file.source);
  const kinds = [ts.SyntaxKind.PostfixUnaryExpression, ts.SyntaxKind.PrefixUnaryExpression] as const;
  return kinds.some((kind) =>
    (file.nodesOfKind(kind) as readonly (ts.PostfixUnaryExpression | ts.PrefixUnaryExpression)[]).some(
      ({ operator, operand, parent }) =>
        operator === ts.SyntaxKind.PlusPlusToken &&
        operand.getText(file.source) === text &&
        findEnclosingFunction(parent) === fn,
    ),
  );
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
