import { findMethodCall, isAssignment, isFunctionNode, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** Syntax that does nothing but make a value of its parts; the statements are those of functions that are run on the way. */
const passive: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ArrayBindingPattern,
  ts.SyntaxKind.ArrayLiteralExpression,
  ts.SyntaxKind.AsExpression,
  ts.SyntaxKind.BinaryExpression,
  ts.SyntaxKind.BindingElement,
  ts.SyntaxKind.Block,
  ts.SyntaxKind.ComputedPropertyName,
  ts.SyntaxKind.ConditionalExpression,
  ts.SyntaxKind.ElementAccessExpression,
  ts.SyntaxKind.IfStatement,
  ts.SyntaxKind.NonNullExpression,
  ts.SyntaxKind.ObjectBindingPattern,
  ts.SyntaxKind.ObjectLiteralExpression,
  ts.SyntaxKind.OmittedExpression,
  ts.SyntaxKind.Parameter,
  ts.SyntaxKind.ParenthesizedExpression,
  ts.SyntaxKind.PrefixUnaryExpression,
  ts.SyntaxKind.PropertyAccessExpression,
  ts.SyntaxKind.PropertyAssignment,
  ts.SyntaxKind.ReturnStatement,
  ts.SyntaxKind.SatisfiesExpression,
  ts.SyntaxKind.ShorthandPropertyAssignment,
  ts.SyntaxKind.SpreadAssignment,
  ts.SyntaxKind.SpreadElement,
  ts.SyntaxKind.TemplateExpression,
  ts.SyntaxKind.TemplateSpan,
  ts.SyntaxKind.TypeAssertionExpression,
  ts.SyntaxKind.TypeOfExpression,
  ts.SyntaxKind.VariableDeclaration,
  ts.SyntaxKind.VariableDeclarationList,
  ts.SyntaxKind.VariableStatement,
  ts.SyntaxKind.VoidExpression,
]);

/**
 * What in a declaration or an expression does more than make a value (an unknown call, an assignment, `await`), or the
 * first name in it that is not `isSteady`. A getter, and a value that lacks what is asked of it, are taken to do nothing.
 */
export function findEffect(
  node: ts.Node,
  isSteady: (name: ts.Identifier | ts.ThisExpression) => boolean,
  file: FileContext,
): ts.Node | undefined {
  const visit = (at: ts.Node): ts.Node | undefined => {
    if (ts.isIdentifier(at) || isThis(at)) return isName(at) || isSteady(at) ? undefined : at;
    // A function that is only made does nothing yet.
    if (at.kind < ts.SyntaxKind.FirstNode || ts.isTypeNode(at) || isFunctionNode(at)) return undefined;
    if (ts.isCallExpression(at) || ts.isNewExpression(at)) {
      const parts = listParts(at, file);
      return parts ? parts.map(visitRun).find((found) => found) : at;
    }
    return passive.has(at.kind) && !isWrite(at) ? ts.forEachChild(at, visit) : at;
  };
  const visitRun = (part: ts.Expression): ts.Node | undefined => {
    const fn = skipWrappers(part);
    if (isConversion(fn, file)) return undefined;
    return isFunctionNode(fn) ? ts.forEachChild(fn, visit) : visit(part);
  };
  return visit(node);
}

function isThis(node: ts.Node): node is ts.ThisExpression {
  return node.kind === ts.SyntaxKind.ThisKeyword;
}

/** Whether an identifier is what a member or a declaration is called by. */
function isName(at: ts.Node): boolean {
  const { name, propertyName } = at.parent as ts.BindingElement;
  return (at === name && !ts.isShorthandPropertyAssignment(at.parent)) || at === propertyName;
}

function isWrite(node: ts.Node): boolean {
  if (ts.isVariableDeclarationList(node)) return (node.flags & ts.NodeFlags.Using) !== 0;
  if (!ts.isPrefixUnaryExpression(node)) return isAssignment(node);
  return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
}

const conversions = /^(?:Boolean|Number|String|isFinite|isNaN|parseFloat|parseInt)$/;
const collections = /^(?:Array|Date|Map|Set)$/;
const statics =
  /^(?:Array\.(?:from|isArray|of)|Math\.(?!random)\w+|Number\.\w+|Object\.(?:entries|fromEntries|hasOwn|keys|values))$/;
/** Of texts, numbers, dates and lists alone; what routers, clients and sockets have too (`find`, `join`, `replace`) is told by what it is handed. */
const ofValues =
  /^(?:at|endsWith|flat|getTime|includes|indexOf|lastIndexOf|padEnd|padStart|repeat|slice|split|startsWith|substring|toFixed|toISOString|toLowerCase|toString|toUpperCase|trim|trimEnd|trimStart)$/;
const byFunction = /^(?:every|filter|find|findIndex|findLast|flatMap|map|reduce|some|toSorted)$/;
const givingNew = /^(?:entries|filter|flat|flatMap|from|keys|map|slice|split|values)$/;

/** Whether a name converts a value, as the language has it. */
export function isConversion(callee: ts.Expression, file: FileContext): boolean {
  return isGlobal(callee, file) && conversions.test(callee.text);
}

function isGlobal(node: ts.Expression, file: FileContext): node is ts.Identifier {
  return ts.isIdentifier(node) && file.bindingOf(node) === undefined;
}

/** What a call of the language's own, which changes nothing, is handed; undefined for other calls. */
function listParts(
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
): readonly ts.Expression[] | undefined {
  const given = call.arguments ?? [];
  const callee = skipWrappers(call.expression);
  if (ts.isNewExpression(call)) {
    // Without a value, a date is that of the moment.
    const isMade = isGlobal(callee, file) && collections.test(callee.text) && (callee.text !== 'Date' || given[0]);
    return isMade ? given : undefined;
  }
  if (isConversion(callee, file)) return given;
  const target = findMethodCall(call);
  if (!target) return undefined;
  const { receiver, method } = target;
  if (isGlobal(receiver, file)) {
    const isPlain =
      statics.test(`${receiver.text}.${method}`) && (!given[1] || method !== 'from' || isRun(given[1], file));
    return isPlain ? given : undefined;
  }
  return isOfValue(receiver, method, given, file) ? [receiver, ...given] : undefined;
}

function isOfValue(
  receiver: ts.Expression,
  method: string,
  given: readonly ts.Expression[],
  file: FileContext,
): boolean {
  if (ofValues.test(method)) return true;
  if (byFunction.test(method)) return given[0] !== undefined && isRun(given[0], file);
  if (method === 'join') return given.length < 2 && !(given[0] && ts.isIdentifier(given[0]));
  if (method === 'replace' || method === 'replaceAll') return given.length === 2;
  if (method !== 'sort' && method !== 'reverse') return false;
  return isNew(receiver) && given.every((order) => isRun(order, file));
}

/** A function that is written out where it is handed over, or that converts. */
function isRun(given: ts.Expression, file: FileContext): boolean {
  return isFunctionNode(skipWrappers(given)) || isConversion(given, file);
}

/** A list that nobody else holds. */
function isNew(list: ts.Expression): boolean {
  return ts.isArrayLiteralExpression(list) || givingNew.test(findMethodCall(list)?.method ?? '');
}
