import type { FileContext } from '../../model/file-context.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
  rootOfMembers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const limiting = /timeout|(?<!t)race|deadline|abort|limitTime/i;
const answer = /^(?:res|resp|response|reply)$/;
const answering = /^(?:json|jsonp|send|redirect|end|render|sendStatus|sendFile|empty|text|html)$/;

/** Whether a call is raced against a timer, or handed to a helper that limits it; also by the name its promise is given. */
export function isTimeLimited(call: ts.Node, file: FileContext): boolean {
  if (isInLimit(call) || isLimitedByCallers(call, file)) return true;
  const { parent } = getOutermostWrapped(call);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  const { references = [] } = file.bindingOf(parent.name) ?? {};
  return references.length > 0 && references.every(isInLimit);
}

/** In a local function that is raced where its caller is asked for a limit. */
function isLimitedByCallers(call: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  return fn !== undefined && file.memo(isCalledInLimit, fn);
}

function isCalledInLimit(fn: FunctionNode, file: FileContext): boolean {
  return !isExported(fn, file) && listCallsOf(fn, file).some(isInLimit);
}

function isInLimit(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent, depth = 0; at && depth < 12; at = at.parent, depth++) {
    // What stands in the called function itself is handed to nobody: and its text may be that of a whole bundle.
    if (!ts.isCallExpression(at) || !at.arguments.some((argument) => isWithin(node, argument))) continue;
    if (limiting.test(findMethodCall(at)?.method ?? at.expression.getText())) return true;
  }
  return false;
}

/** Whether the function has answered before it comes to a place: `res.redirect('/');` in a statement ahead of it. */
export function isAfterAnswer(node: ts.Node, file: FileContext): boolean {
  return file.memo(listAnswers, file.source).some((statement) => {
    const isAhead = statement.end <= node.pos && isWithin(node, statement.parent);
    return isAhead && findEnclosingFunction(statement) === findEnclosingFunction(node);
  });
}

function listAnswers(_: ts.SourceFile, file: FileContext): readonly ts.Statement[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const statement = getOutermostWrapped(skipAwaitAround(call)).parent;
    return ts.isExpressionStatement(statement) && isAnswer(call) ? [statement] : [];
  });
}

function skipAwaitAround(call: ts.Node): ts.Node {
  const { parent } = getOutermostWrapped(call);
  return ts.isAwaitExpression(parent) ? parent : call;
}

function isAnswer(call: ts.CallExpression): boolean {
  const target = findMethodCall(call);
  if (!target || !answering.test(target.method)) return false;
  let root = rootOfMembers(target.receiver);
  // `res.status(202).json(body)`
  while (ts.isCallExpression(root)) root = rootOfMembers(root.expression);
  return ts.isIdentifier(root) && answer.test(root.text);
}
