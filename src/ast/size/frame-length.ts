import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';

/** A frame of so many bytes is copied in a fraction of a millisecond. */
const maxFrameBytes = 1 << 20;

const narrow = /^(?:read|get)U?[iI]nt(?:8|16)(?:BE|LE)?$/;
const search = /^(?:indexOf|lastIndexOf|findIndex)$/;
/** What these give is no number. */
const noLength = /^(?:toString|subarray|slice)$/;
const bytesName = /buf|chunk|data|bytes|packet|frame|rest|remain/i;

/**
 * Whether a length, or a place in bytes that such lengths are added up to, is small for sure: a constant, a setting, a
 * byte or two of the bytes themselves, where a delimiter stands; not what 32 bits or a text say.
 */
export function isSmallLength(length: ts.Expression, file: FileContext): boolean {
  return judge(length, file, new Set());
}

function judge(length: ts.Expression, file: FileContext, seen: Set<unknown>): boolean {
  const value = skipWrappers(length);
  if (ts.isNumericLiteral(value)) return Number(value.text) <= maxFrameBytes;
  if (ts.isPostfixUnaryExpression(value) || ts.isPrefixUnaryExpression(value))
    return value.operator === ts.SyntaxKind.PlusPlusToken || value.operator === ts.SyntaxKind.MinusMinusToken;
  if (ts.isConditionalExpression(value)) return judge(value.whenTrue, file, seen) && judge(value.whenFalse, file, seen);
  if (ts.isBinaryExpression(value)) {
    const { kind } = value.operatorToken;
    // A setting with a default.
    if (kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken)
      return judge(value.right, file, seen);
    if (kind === ts.SyntaxKind.PercentToken || kind === ts.SyntaxKind.AmpersandToken)
      return judge(value.right, file, seen);
    const isOfParts = /^[-+*]$/.test(value.operatorToken.getText(file.source));
    return isOfParts && judge(value.left, file, seen) && judge(value.right, file, seen);
  }
  // A byte of it.
  if (ts.isElementAccessExpression(value)) return bytesName.test(findMemberPath(value.expression)?.at(-1) ?? '');
  if (ts.isCallExpression(value)) {
    const name = findMethodCall(value)?.method ?? '';
    return (
      narrow.test(name) ||
      search.test(name) ||
      noLength.test(name) ||
      (name === 'min' && value.arguments.some((a) => judge(a, file, seen)))
    );
  }
  if (ts.isIdentifier(value)) return judgeName(value, file, seen);
  return ts.isPropertyAccessExpression(value) && judgeMember(value, file, seen);
}

function judgeName(name: ts.Identifier, file: FileContext, seen: Set<unknown>): boolean {
  const binding = file.bindingOf(name);
  if (!binding) return false;
  if (seen.has(binding)) return true;
  seen.add(binding);
  if (isRefusedAbove(binding.references, file)) return true;
  const { declaration, writes } = binding;
  if (binding.kind === 'import') return /^[A-Z]/.test(name.text);
  if (ts.isParameter(declaration)) return writes.length === 0 && isSetting(name.text);
  if (!ts.isVariableDeclaration(declaration)) return false;
  const values = declaration.initializer ? [declaration.initializer] : [];
  const loop = declaration.parent.parent;
  if (ts.isForOfStatement(loop)) values.push(...listPushed(loop.expression, file));
  for (const { parent } of writes) if (isAssignment(parent)) values.push(parent.right);
  const isCounted = writes.some(({ parent }) => !isAssignment(parent));
  return (values.length > 0 || isCounted) && values.every((one) => judge(one, file, seen));
}

/** `this.size`, `chunk.index`: by all that this file writes to a member of that name; a setting where it writes none. */
function judgeMember(access: ts.PropertyAccessExpression, file: FileContext, seen: Set<unknown>): boolean {
  const { text } = access.name;
  if (/^[A-Z][A-Z0-9_]*$/.test(text)) return true;
  const key = `member ${text}`;
  if (seen.has(key)) return true;
  seen.add(key);
  const values = listWritten(text, file);
  if (values.length > 0) return values.every((one) => judge(one, file, seen));
  const number = findNumber(access, file);
  return number === undefined ? isSetting(text) && text !== 'length' : number <= maxFrameBytes;
}

/** What one asks for before any byte has come. */
function isSetting(name: string): boolean {
  return /size$|^(?:max|chunk|block|frame)/i.test(name);
}

function listWritten(name: string, file: FileContext): ts.Expression[] {
  return file
    .nodes('BinaryExpression')
    .filter((node) => isAssignment(node) && findMemberName(skipWrappers(node.left)) === name)
    .map((node) => node.right);
}

/** The items that a list of this file is given one by one. */
function listPushed(list: ts.Expression, file: FileContext): ts.Expression[] {
  const text = list.getText(file.source);
  return file.nodes('CallExpression').flatMap((call) => {
    const target = findMethodCall(call);
    return target?.method === 'push' && target.receiver.getText(file.source) === text ? [...call.arguments] : [];
  });
}

/** `if (length > limit) throw …` */
function isRefusedAbove(references: readonly ts.Node[], file: FileContext): boolean {
  return references.some((reference) => {
    const test = reference.parent;
    if (!ts.isBinaryExpression(test) || test.left !== reference) return false;
    if (!/^>=?$/.test(test.operatorToken.getText(file.source))) return false;
    const guard = test.parent;
    if (!ts.isIfStatement(guard) || !isWithin(test, guard.expression)) return false;
    const limit = findNumber(test.right, file);
    const last = ts.isBlock(guard.thenStatement) ? guard.thenStatement.statements.at(-1) : guard.thenStatement;
    const isRefused = last !== undefined && (ts.isThrowStatement(last) || ts.isReturnStatement(last));
    return limit !== undefined && limit <= maxFrameBytes && isRefused;
  });
}

/** Whether a place in bytes is moved on again and again: `index += length` in a loop, or in a function that one calls. */
export function isWalked(place: ts.Expression, isRepeated: (node: ts.Node) => boolean, file: FileContext): boolean {
  const value = skipWrappers(place);
  const name = findMemberName(value);
  if (name !== undefined)
    return file
      .nodes('BinaryExpression')
      .some((node) => isStep(node) && findMemberName(skipWrappers(node.left)) === name && isRepeated(node));
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  if (!binding) return false;
  if (binding.writes.some(({ parent }) => isStep(parent) && isRepeated(parent))) return true;
  const { declaration } = binding;
  const from = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const isCopy = from !== undefined && findMemberName(skipWrappers(from)) !== undefined;
  return isCopy && isWalked(from, isRepeated, file);
}

function isStep(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken;
}

/** In a loop, in a function that calls itself, or in one that a loop calls. */
export function runsInRounds(node: ts.Node, listCalls: (fn: ts.Node) => readonly ts.Node[]): boolean {
  if (findRepetition(node)) return true;
  const fn = findEnclosingFunction(node);
  return fn !== undefined && listCalls(fn).some((call) => isWithin(call, fn) || findRepetition(call) !== undefined);
}
