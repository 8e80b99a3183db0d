import type { FileContext } from '../../model/file-context.ts';
import { findMemberPath, findMethodCall, isFunctionNode, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Add } from './container-growth.ts';
import { domainOfName, saysNothing } from './key-words.ts';
import { listKeyParts } from './passing-key.ts';

/** `user.id`, `authorId`, `guildId`, `chat.id`. */
const one =
  /(?:^|[._])(?:user|member|account|staff|employee|author|player|guild|server|chat|channel|group|org(?:ani[sz]ation)?|tenant|workspace|team)(?:[._]?(?:id|uuid))?$/i;

/**
 * `lastSeen.set(req.user.id, Date.now())`, `hits.set(guildId, { count: 1, since: now })`: a number, a flag or a few of them
 * for each who is registered. A hundred bytes for each take years to be missed. Of addresses there is no end.
 */
export function isMarkOfOne({ key, value }: Add, file: FileContext): boolean {
  if (key === undefined || value === undefined || !isLittle(value, file)) return false;
  const names = listKeyParts(key, file).map((part) => findMemberPath(skipAwait(part))?.join('.') ?? '');
  const isFew = (name: string): boolean => {
    const last = name.split('.').at(-1)!;
    return one.test(name) || (name !== '' && (saysNothing(last) || domainOfName(last) === 'bounded'));
  };
  return names.some((name) => one.test(name)) && names.every(isFew);
}

const mostMarks = 6;

/** A mark, a hash, a record of a few of them that is written out, or the marks of a list that are left of it. */
function isLittle(given: ts.Expression, file: FileContext): boolean {
  const value = findMade(given, file);
  if (ts.isCallExpression(value) && (findMethodCall(value)?.method === 'digest' || isListOfTimes(value, file)))
    return true;
  if (!ts.isObjectLiteralExpression(value)) return isMark(value, file);
  const { properties } = value;
  return (
    properties.length <= mostMarks &&
    properties.every((property) => {
      if (ts.isShorthandPropertyAssignment(property)) return isMark(property.name, file);
      return ts.isPropertyAssignment(property) && isMark(property.initializer, file);
    })
  );
}

/** `times.filter((at) => now - at < 5000)`: what is compared as it is has no parts. */
function isListOfTimes(call: ts.CallExpression, file: FileContext): boolean {
  const [keeps] = call.arguments;
  const parameter = keeps && isFunctionNode(keeps) ? keeps.parameters[0] : undefined;
  if (findMethodCall(call)?.method !== 'filter' || !parameter || !ts.isIdentifier(parameter.name)) return false;
  const uses = file.bindingOf(parameter.name)?.references ?? [];
  return uses.length > 0 && uses.every(({ parent }) => ts.isBinaryExpression(parent));
}

/** What is made where there is none yet: `{ count: 0 }` of `const entry = hits.get(ip) ?? { count: 0 }`. */
function findMade(given: ts.Expression, file: FileContext): ts.Expression {
  const value = skipWrappers(given);
  if (ts.isBinaryExpression(value) && /^(?:\?\?|\|\|)$/.test(value.operatorToken.getText(file.source)))
    return skipWrappers(value.right);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  if (!made) return value;
  const own = skipWrappers(made);
  if (ts.isBinaryExpression(own)) return findMade(own, file);
  return ts.isObjectLiteralExpression(own) || ts.isCallExpression(own) ? own : value;
}

function isMark(given: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(given);
  if (ts.isNumericLiteral(value)) return true;
  if (value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword) return true;
  if (ts.isCallExpression(value)) return /^(?:Date|performance)\.now$/.test(value.expression.getText(file.source));
  if (ts.isBinaryExpression(value)) return isMark(value.left, file) || isMark(value.right, file);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) return false;
  if (declaration.type) return declaration.type.kind === ts.SyntaxKind.NumberKeyword;
  return declaration.initializer !== undefined && isMark(declaration.initializer, file);
}
