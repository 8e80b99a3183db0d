import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  isAssignment,
  isCalledInPlace,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isOnFailure, leavesFunction, splitBy } from './conditions.ts';

const ending = /^_*(?:reset|shut|stop|close|dispose|destroy|tear|clear|clean|end|uninit|unload)/i;

/**
 * Whether a call runs once for the process: a variable of the module that the function around it sets stands in its way from
 * then on (`if (!started) { started = true; start(); }`, `if (started) return;`, `pool ??= connect()`), and nothing unsets it
 * but a failure, or a function that ends things.
 */
export function isOnceAProcess(call: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  const flags = file.memo(listFlags, file.source);
  return flags.some(
    (flag) => flag.writes.some((write) => runsWithin(write, fn)) && isKeptOutBy(flag, flags, call, fn, file),
  );
}

/** In the function itself, or in what it calls in place: `pending = (async () => { await start(); started = true; })()`. */
function runsWithin(write: ts.Identifier, fn: FunctionNode): boolean {
  let at = findEnclosingFunction(write);
  while (at && at !== fn && isCalledInPlace(at)) at = findEnclosingFunction(at);
  return at === fn;
}

/** Variables of the module that are unset as it loads, and stay set once they are. */
function listFlags(_: ts.SourceFile, file: FileContext): readonly Binding[] {
  return [...file.moduleScope.bindings.values()].filter(({ kind, declaration, writes }) => {
    if (kind !== 'let' && kind !== 'var') return false;
    if (writes.length === 0 || !ts.isVariableDeclaration(declaration)) return false;
    const { initializer } = declaration;
    return (initializer === undefined || isUnset(initializer)) && writes.every(staysSet);
  });
}

function isUnset(given: ts.Expression): boolean {
  const value = skipWrappers(given);
  const { kind } = value;
  if (kind === ts.SyntaxKind.FalseKeyword || kind === ts.SyntaxKind.NullKeyword) return true;
  return ts.isIdentifier(value) && value.text === 'undefined';
}

function staysSet(write: ts.Identifier): boolean {
  const fn = findEnclosingFunction(write);
  if (!fn || !isSetting(write.parent) || write.parent.left !== write) return false;
  return !isUnset(write.parent.right) || isOnFailure(write) || ending.test(nameOfFunction(fn));
}

function isSetting(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return (
    isAssignment(node) || kind === ts.SyntaxKind.QuestionQuestionEqualsToken || kind === ts.SyntaxKind.BarBarEqualsToken
  );
}

function isKeptOutBy(
  flag: Binding,
  flags: readonly Binding[],
  call: ts.Node,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  return flag.references.some((use) => {
    if (findEnclosingFunction(use) !== fn) return false;
    const { parent } = use;
    if (isSetting(parent) && parent.left === use)
      return parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken && isWithin(call, parent.right);
    const asked = findQuestion(use, flags, file);
    if (!asked) return false;
    const { question, isWhenSet } = asked;
    if (!isWhenSet) return isWithin(call, question.thenStatement);
    if (question.elseStatement && isWithin(call, question.elseStatement)) return true;
    const isAhead = question.end <= call.pos && isWithin(call, question.parent);
    return isAhead && leavesFunction(question.thenStatement);
  });
}

/**
 * The `if` that asks for a variable, alone or with others that are set so (`server && schema`, `!server || !schema`), and whether
 * it is for when it is set: `started`, `!started`, `client === null`.
 */
function findQuestion(
  use: ts.Identifier,
  flags: readonly Binding[],
  file: FileContext,
): { question: ts.IfStatement; isWhenSet: boolean } | undefined {
  let at: ts.Node = use;
  let isWhenSet = true;
  const { parent } = use;
  if (ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken) {
    at = parent;
    isWhenSet = false;
  } else if (ts.isBinaryExpression(parent) && parent.left === use && isUnset(parent.right)) {
    const operator = parent.operatorToken.getText(file.source);
    if (!/^[!=]==?$/.test(operator)) return undefined;
    at = parent;
    isWhenSet = operator.startsWith('!');
  }
  const joint = isWhenSet ? ts.SyntaxKind.AmpersandAmpersandToken : ts.SyntaxKind.BarBarToken;
  let whole = at;
  while (ts.isBinaryExpression(whole.parent) && whole.parent.operatorToken.kind === joint) whole = whole.parent;
  const question = whole.parent;
  if (!ts.isIfStatement(question) || question.expression !== whole) return undefined;
  const isOfFlag = (part: ts.Expression): boolean => {
    const name = !isWhenSet && ts.isPrefixUnaryExpression(part) ? part.operand : part;
    return ts.isIdentifier(name) && flags.some((flag) => flag === file.bindingOf(name));
  };
  const isOfAll = splitBy(joint, question.expression).every((part) => part === at || isOfFlag(part));
  return isOfAll ? { question, isWhenSet } : undefined;
}
