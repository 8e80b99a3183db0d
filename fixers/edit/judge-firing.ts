import { findFunctionValue } from '../../src/ast/names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  isAssignment,
  isWithin,
  rootOf,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** What a deadline does when it fires. */
export interface Firing {
  /** Fulfils or fails the promise around it. */
  settles: boolean;
  /** Nothing else does so. */
  isAlone: boolean;
  /** Ends something that the other outcomes do not end: it has to come for them as well. */
  ends: ts.Node | undefined;
  /** Tells of it, or sets what others see. */
  tells: boolean;
}

const ending =
  /^(?:abort|cancel|clean|clear|close|delete|destroy|detach|disconnect|dispose|end|kill|off|release|remove|reset|return|stop|teardown|terminate|un[a-z])/i;
const ended = /^(?:close|disconnect|end|error|exit|finish)$/;

export function judgeFiring(call: ts.CallExpression, executor: FunctionNode, file: FileContext): Firing {
  const [callback] = call.arguments;
  const run = callback && findFunctionValue(callback, file);
  const uses = executor.parameters.flatMap(({ name }) =>
    ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : [],
  );
  const isOwn = (use: ts.Node): boolean => isWithin(use, call) || (run !== undefined && isWithin(use, run));
  const isBefore = (use: ts.Node): boolean =>
    use.end < call.pos && findEnclosingFunction(use) === executor && isCalled(use);
  const others = uses.filter((use) => !isOwn(use) && !isBefore(use));
  const deeds = run ? listDeeds(run, executor, file) : [];
  return {
    settles: uses.some(isOwn),
    isAlone: others.length === 0,
    ends: deeds.find((deed) => isEnd(deed) && !others.every((settle) => isDoneWith(deed, settle, executor, file))),
    tells: deeds.length > 0,
  };
}

/** Calls and assignments of the callback, without those that settle the promise or are there for what it is told. */
function listDeeds(run: FunctionNode, executor: FunctionNode, file: FileContext): ts.Node[] {
  const deeds: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && (isSettling(node.expression, executor, file) || isOfItself(node, run, file)))
      return;
    if (isDeed(node) && !isOwnFlag(node, executor, file)) deeds.push(node);
    ts.forEachChild(node, visit);
  };
  if (run.body) visit(run.body);
  return deeds;
}

function isDeed(node: ts.Node): boolean {
  return ts.isCallExpression(node) || ts.isDeleteExpression(node) || isAssignment(node) || isCount(node);
}

/** `late++`. */
function isCount(node: ts.Node): boolean {
  return ts.isPostfixUnaryExpression(node) || (ts.isPrefixUnaryExpression(node) && /^(?:\+\+|--)/.test(node.getText()));
}

/** `clearTimeout(timer)` of the timer that has just fired. */
function isOfItself({ arguments: [handle] }: ts.CallExpression, run: FunctionNode, file: FileContext): boolean {
  const declaration = handle && ts.isIdentifier(handle) ? file.bindingOf(handle)?.declaration : undefined;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) && isWithin(run, declaration);
}

function isSettling(callee: ts.Expression, executor: FunctionNode, file: FileContext): boolean {
  const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
  return binding !== undefined && executor.parameters.some((parameter) => parameter === binding.declaration);
}

function isCalled(use: ts.Node): boolean {
  return ts.isCallExpression(use.parent) && use.parent.expression === use;
}

/** `isLate = true`, of a variable that nobody outside of the executor knows. */
function isOwnFlag(deed: ts.Node, executor: FunctionNode, file: FileContext): boolean {
  const binding = isAssignment(deed) && ts.isIdentifier(deed.left) ? file.bindingOf(deed.left) : undefined;
  return binding !== undefined && isWithin(binding.identifier, executor);
}

/** `child.kill()`, `delete pending[id]`, `this.waiting = null`. */
function isEnd(deed: ts.Node): boolean {
  if (ts.isCallExpression(deed)) return ending.test(calleeName(deed));
  return (
    ts.isDeleteExpression(deed) || (ts.isBinaryExpression(deed) && /^(?:null|undefined)$/.test(deed.right.getText()))
  );
}

/** The function that settles does the same, or hears that what would be ended has ended. */
function isDoneWith(deed: ts.Node, settle: ts.Node, executor: FunctionNode, file: FileContext): boolean {
  const text = deed.getText(file.source);
  const isSame = (statement: ts.Statement): boolean =>
    ts.isExpressionStatement(statement) && statement.expression.getText(file.source) === text;
  for (let at = settle.parent; at !== executor && at.parent; at = at.parent) {
    const target = findMethodCall(at);
    const isHeard = target && /^(?:on|once|addListener|addEventListener)$/.test(target.method);
    if (isHeard && ended.test(findStringValue(target.call.arguments[0]) ?? '') && isOfSame(target.receiver, deed))
      return true;
    if (ts.isBlock(at) && findEnclosingFunction(at) !== executor && at.statements.some(isSame)) return true;
  }
  return false;
}

/** `session.process` and `session.kill()`. */
function isOfSame(receiver: ts.Expression, deed: ts.Node): boolean {
  const target = findMethodCall(deed);
  return target !== undefined && rootOf(receiver).getText() === rootOf(target.receiver).getText();
}
