import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findPromiseAround,
  findPropertyName,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const settles = /^(?:resolve|reject|resolver|callback|cb|done)$/;
const limitName = /max|limit|budget|capacity|threshold|highWater|quota|window|bound/i;

/**
 * Whether all that is put in is what settles a call that waits: `push(resolve)`, `push({ resolve, reject })`. Whoever
 * reads one thing waits for one, so that there are no more than readers.
 */
export function holdsWaiters(pushes: readonly ts.CallExpression[], file: FileContext): boolean {
  return pushes.length > 0 && pushes.every(({ arguments: [item] }) => item !== undefined && isWaiter(item, file));
}

function isWaiter(item: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(item);
  if (ts.isArrayLiteralExpression(value)) return value.elements.every((e) => isWaiter(e, file));
  if (ts.isObjectLiteralExpression(value))
    return value.properties.length > 0 && value.properties.every((p) => settles.test(findPropertyName(p.name) ?? ''));
  if (!ts.isIdentifier(value)) return false;
  const declaration = file.bindingOf(value)?.declaration;
  if (declaration && ts.isParameter(declaration)) return isOfExecutor(declaration) || settles.test(value.text);
  if (declaration && ts.isBindingElement(declaration)) return settles.test(value.text);
  const made = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
  return !!made && /^(?:new )?[\w.]*(?:defer|withResolvers)/i.test(made.getText(file.source));
}

function isOfExecutor({ parent }: ts.ParameterDeclaration): boolean {
  return isFunctionNode(parent) && findPromiseAround(parent) !== undefined;
}

/** `while (bytes > maxBytes && list.length > 1)`: trims to a budget and leaves the rest. */
export function isOverBudget(condition: ts.Expression, list: string): boolean {
  const test = skipWrappers(condition);
  if (!ts.isBinaryExpression(test)) return false;
  const { operatorToken, left, right } = test;
  switch (operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return isOverBudget(left, list) || isOverBudget(right, list);
    case ts.SyntaxKind.GreaterThanToken:
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return isBudget(right) && !looksInto(left, list);
    case ts.SyntaxKind.LessThanToken:
    case ts.SyntaxKind.LessThanEqualsToken:
      return isBudget(left) && !looksInto(right, list);
    default:
      return false;
  }
}

function isBudget(value: ts.Expression): boolean {
  const limit = skipWrappers(value);
  if (ts.isNumericLiteral(limit)) return Number(limit.text.replaceAll('_', '')) > 1;
  return limitName.test(findMemberPath(limit)?.at(-1) ?? '');
}

/** `list[0].time`: what its entries are, not how many. */
function looksInto(value: ts.Expression, list: string): boolean {
  return value.getText().includes(`${list}[`);
}

/** `if (list.length === 0) list.push(...(await nextPage()))`: one page is taken to its end before the next comes. */
export function isFilledWhenEmpty(fill: ts.CallExpression, list: ts.Expression, file: FileContext): boolean {
  const text = findMemberPath(list)?.join('.');
  if (text === undefined || !fill.arguments.some(ts.isSpreadElement)) return false;
  const fn = findEnclosingFunction(fill);
  return isWhereEmpty(fill, text) || (fn ? listCallsOf(fn, file) : []).some((call) => isWhereEmpty(call, text));
}

function isWhereEmpty(node: ts.Node, list: string): boolean {
  for (let at = node; at.parent && !isFunctionNode(at); at = at.parent) {
    const { parent } = at;
    const condition =
      ts.isIfStatement(parent) && parent.thenStatement === at
        ? parent.expression
        : (ts.isWhileStatement(parent) || ts.isDoStatement(parent)) && parent.statement === at
          ? parent.expression
          : undefined;
    if (condition && asksIfEmpty(condition, list)) return true;
    if (ts.isBlock(parent) && hasLeft(parent, at, list)) return true;
  }
  return false;
}

function asksIfEmpty(condition: ts.Expression, list: string): boolean {
  const text = condition.getText().replace(/\s+|\?(?=\.)/g, '');
  return ['!#.length', '#.length===0', '#.length==0', '#.length<1'].some((form) =>
    text.includes(form.replace('#', list)),
  );
}

/** `if (list.length > 0) return …` above. */
function hasLeft(block: ts.Block, before: ts.Node, list: string): boolean {
  return block.statements.some((statement) => {
    if (statement === before || statement.pos > before.pos || !ts.isIfStatement(statement)) return false;
    const test = statement.expression.getText().replace(/\s+/g, '');
    return (
      /^(?:>0|>=1|!==0)?$/.test(test.replace(`${list}.length`, '')) &&
      /^\{?\s*(?:return|yield|continue)\b/.test(statement.thenStatement.getText())
    );
  });
}
