import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, findPropertyName, hasModifier, isClassNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findClassField, findThisOwner } from './class-shape.ts';

/** The number that an expression surely or by default is: a literal, a constant, a field's or parameter's default. */
export function findNumber(expression: ts.Expression, file: FileContext, depth = 0): number | undefined {
  if (depth > 5) return undefined;
  const value = skipWrappers(expression);
  if (ts.isNumericLiteral(value)) return Number(value.text.replaceAll('_', ''));
  if (ts.isBinaryExpression(value)) {
    const { kind } = value.operatorToken;
    if (kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken) {
      return findNumber(value.right, file, depth + 1);
    }
    const left = findNumber(value.left, file, depth + 1);
    const right = findNumber(value.right, file, depth + 1);
    if (left === undefined || right === undefined) return undefined;
    if (kind === ts.SyntaxKind.AsteriskToken) return left * right;
    if (kind === ts.SyntaxKind.SlashToken) return left / right;
    if (kind === ts.SyntaxKind.PlusToken) return left + right;
    if (kind === ts.SyntaxKind.LessThanLessThanToken) return left << right;
    if (kind === ts.SyntaxKind.AsteriskAsteriskToken) return left ** right;
    return kind === ts.SyntaxKind.MinusToken ? left - right : undefined;
  }
  if (ts.isConditionalExpression(value)) {
    return findNumber(value.whenTrue, file, depth + 1) ?? findNumber(value.whenFalse, file, depth + 1);
  }
  if (ts.isIdentifier(value)) {
    const declaration = file.bindingOf(value)?.declaration;
    const isValue =
      declaration &&
      (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isBindingElement(declaration));
    if (isValue && declaration.initializer) return findNumber(declaration.initializer, file, depth + 1);
    return declaration && ts.isParameter(declaration) ? findGiven(declaration, file, depth + 1) : undefined;
  }
  const constant = findStatic(value, file);
  if (constant) return findNumber(constant, file, depth + 1);
  const name = findMemberName(value);
  const owner = name === undefined ? undefined : findThisOwner(value, file);
  const isOwn = owner && (value as ts.PropertyAccessExpression).expression.kind === ts.SyntaxKind.ThisKeyword;
  const values = isOwn ? (findClassField(owner, name!, file)?.values ?? []) : [];
  for (const one of values) {
    const number = findNumber(one, file, depth + 1);
    if (number !== undefined) return number;
  }
  return undefined;
}

/** What `static limit = 5;` gives `Pool.limit`. */
function findStatic(value: ts.Expression, file: FileContext): ts.Expression | undefined {
  if (!ts.isPropertyAccessExpression(value) || !ts.isIdentifier(value.expression)) return undefined;
  const declaration = file.bindingOf(value.expression)?.declaration;
  if (!declaration || !isClassNode(declaration)) return undefined;
  const field = declaration.members.find((member) => findPropertyName(member.name) === value.name.text);
  return field && ts.isPropertyDeclaration(field) && hasModifier(field, ts.SyntaxKind.StaticKeyword)
    ? field.initializer
    : undefined;
}

/** What this file hands to a constructor for a parameter. */
function findGiven(parameter: ts.ParameterDeclaration, file: FileContext, depth: number): number | undefined {
  const home = parameter.parent;
  if (!ts.isConstructorDeclaration(home)) return undefined;
  const name = nameOfHolder(home.parent) ?? home.parent.name;
  const place = home.parameters.indexOf(parameter);
  for (const { parent } of (name && file.bindingOf(name)?.references) ?? []) {
    const argument = ts.isNewExpression(parent) ? parent.arguments?.[place] : undefined;
    const number = argument && findNumber(argument, file, depth);
    if (number !== undefined) return number;
  }
  return undefined;
}

function nameOfHolder(node: ts.Node): ts.Identifier | undefined {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name;
  return ts.isBinaryExpression(parent) && ts.isIdentifier(parent.left) ? parent.left : undefined;
}
