import { findQuery } from '../../src/ast/io/queries.ts';
import { listReturnedValues } from '../../src/ast/life/life-cycle.ts';
import { findFunctionValue } from '../../src/ast/names/functions.ts';
import { findImport } from '../../src/ast/names/provenance.ts';
import { isIncoming } from '../../src/ast/size/incoming.ts';
import { isJson } from '../../src/ast/size/json-round-trip.ts';
import {
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isLogical,
  skipAwait,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import { isAnswerOf } from './is-answer-of.ts';
import { getPathFrom } from './path-from.ts';

const maxDepth = 6;

const scalars: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.FalseKeyword,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.NullKeyword,
  ts.SyntaxKind.NumericLiteral,
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.TemplateExpression,
  ts.SyntaxKind.TrueKeyword,
]);

/** Methods of lists that give items of theirs. */
const giving = /^(?:at|filter|find|findLast|flat|pop|reverse|shift|slice|sort|splice|toReversed|toSorted)$/;
/** Methods of lists that hand each item to a callback first. */
const handing = /^(?:every|filter|find|findLast|flatMap|forEach|map|some)$/;

/**
 * Whether the file proves that a value is texts, numbers, lists and objects and nothing else: no instance that has methods,
 * a `toJSON` or an id of its own kind. So are literals, what was JSON before, and rows of a SQL driver, which hold dates too.
 */
export function isPlainData(expression: ts.Expression, file: FileContext, depth = 0): boolean {
  const value = skipAwait(expression);
  if (depth > maxDepth) return false;
  const again = (part: ts.Expression): boolean => isPlainData(part, file, depth + 1);
  if (scalars.has(value.kind)) return true;
  if (isBodyOfRequest(value, file)) return isFilledPlainly(value, again, file);
  if (ts.isIdentifier(value)) return isPlainName(value, again, file);
  if (ts.isConditionalExpression(value)) return again(value.whenTrue) && again(value.whenFalse);
  if (isLogical(value)) return again(value.left) && again(value.right);
  if (ts.isArrayLiteralExpression(value))
    return value.elements.every((element) => again(ts.isSpreadElement(element) ? element.expression : element));
  if (ts.isObjectLiteralExpression(value))
    return value.properties.every((property) => isPlainProperty(property, again));
  if (
    ts.isPropertyAccessExpression(value) &&
    value.name.text === 'rows' &&
    isAnswerOf('postgres', value.expression, file)
  )
    return true;
  if (ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value)) return again(value.expression);
  return ts.isCallExpression(value) && isPlainAnswer(value, again, file);
}

type Ask = (part: ts.Expression) => boolean;

/** What middleware made of the JSON of a request; a `ctx.body` is what is answered. */
function isBodyOfRequest(value: ts.Expression, file: FileContext): boolean {
  return isIncoming(value, file) && (findMemberPath(value) ?? []).some((part) => /^req(?:uest)?$/.test(part));
}

function isPlainProperty(property: ts.ObjectLiteralElementLike, again: Ask): boolean {
  if (ts.isPropertyAssignment(property)) return again(property.initializer);
  if (ts.isShorthandPropertyAssignment(property)) return again(property.name);
  return ts.isSpreadAssignment(property) && again(property.expression);
}

function isPlainAnswer(call: ts.CallExpression, again: Ask, file: FileContext): boolean {
  const { arguments: given, expression } = call;
  if (isJson(call, 'parse')) return given.length === 1;
  if (ts.isIdentifier(expression) && expression.text === 'structuredClone')
    return given[0] !== undefined && again(given[0]);
  const target = findMethodCall(call);
  // `await answer.json()`
  if (target?.method === 'json') return given.length === 0 && ts.isAwaitExpression(getOutermostWrapped(call).parent);
  if (target && giving.test(target.method)) return again(target.receiver);
  const query = findQuery(call, file);
  if (query) return query.library === 'knex' && query.kind !== 'unknown';
  const fn = findFunctionValue(expression, file);
  const results = fn ? listReturnedValues(fn, file) : [];
  return results.length > 0 && results.every(again);
}

function isPlainName(name: ts.Identifier, again: Ask, file: FileContext): boolean {
  const binding = file.bindingOf(name);
  if (!binding) return name.text === 'undefined';
  if (binding.kind === 'import') return /\.json$/.test(findImport(binding)?.module ?? '');
  return isPlainlyDeclared(binding.declaration, again, file) && isGivenPlainly(binding, again);
}

function isPlainlyDeclared(declaration: ts.Node, again: Ask, file: FileContext): boolean {
  if (ts.isParameter(declaration)) return isPlainItem(declaration, again);
  if (ts.isBindingElement(declaration)) return isPlainPart(declaration, again, file);
  if (!ts.isVariableDeclaration(declaration)) return false;
  const loop = declaration.parent.parent;
  if (ts.isForOfStatement(loop)) return again(loop.expression);
  return declaration.initializer !== undefined && again(declaration.initializer);
}

/** `orders.map((order) => …)` of plain orders. */
function isPlainItem({ parent: fn }: ts.ParameterDeclaration, again: Ask): boolean {
  const target = isFunctionNode(fn) ? findMethodCall(getOutermostWrapped(fn).parent) : undefined;
  return target !== undefined && handing.test(target.method) && again(target.receiver);
}

/** `const { items } = JSON.parse(text)`; `const [rows] = await connection.query(sql)` of mysql2, `const { rows } = …` of pg. */
function isPlainPart(element: ts.BindingElement, again: Ask, file: FileContext): boolean {
  const { dotDotDotToken, initializer, name, parent: pattern, propertyName } = element;
  const held = ts.isVariableDeclaration(pattern.parent) ? pattern.parent.initializer : undefined;
  if (!held || dotDotDotToken || (initializer && !again(initializer))) return false;
  const isFirst = ts.isArrayBindingPattern(pattern) && pattern.elements[0] === element;
  const isRows = ts.isObjectBindingPattern(pattern) && (propertyName ?? name).getText(file.source) === 'rows';
  if (isFirst && isAnswerOf('mysql', held, file)) return true;
  return (isRows && isAnswerOf('postgres', held, file)) || again(held);
}

/** Whether nothing else is assigned to a name, to parts of it, or added to it. */
function isGivenPlainly({ references }: Binding, again: Ask): boolean {
  return references.every((use) => isWrittenPlainly(use, again));
}

/** The same of `req.body`, wherever the file writes to it. */
function isFilledPlainly(value: ts.Expression, again: Ask, file: FileContext): boolean {
  const text = value.getText(file.source);
  const members = file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression) as readonly ts.PropertyAccessExpression[];
  return members.every((member) => member.getText(file.source) !== text || isWrittenPlainly(member, again));
}

function isWrittenPlainly(use: ts.Expression, again: Ask): boolean {
  const at = getPathFrom(use);
  const { parent } = at;
  if (isAssignment(parent) && parent.left === at) return again(parent.right);
  const added = ts.isCallExpression(parent) && parent.expression === at ? findMethodCall(parent) : undefined;
  return !added || !/^(?:push|splice|unshift)$/.test(added.method) || added.call.arguments.every(again);
}
