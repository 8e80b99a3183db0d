import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';

/** An answer of another host that is looked at, and left unread. */
export interface UnreadAnswer {
  fn: FunctionNode;
  answer: ts.Identifier;
  /** What leaves it: a branch, or all that hears of it. */
  branch: ts.Statement | ts.ConciseBody;
}

const client = /^(?:https?|follow-redirects)$/;
/** Looking at these reads nothing of the body. */
const heads = /^(?:statusCode|statusMessage|headers|rawHeaders|httpVersion|url|method)$/;

/**
 * `http.get(url, (answer) => { if (answer.statusCode !== 200) return fail(); … })`: a body that nobody reads keeps its
 * socket in use, of an agent that keeps connections alive as that of Node.js 19 and later does.
 */
export function findUnreadAnswer(call: ts.CallExpression, file: FileContext): UnreadAnswer | undefined {
  const handler = call.arguments.at(-1) && skipWrappers(call.arguments.at(-1)!);
  if (!handler || !isFunctionNode(handler) || !handler.body) return undefined;
  const origin = findOrigin(call.expression, file);
  if (!origin || !client.test(bareModule(origin.module)) || !/(?:^|\.)(?:get|request)$/.test(originName(origin)))
    return undefined;
  const answer = handler.parameters[0]?.name;
  const fn = findEnclosingFunction(call);
  if (!answer || !ts.isIdentifier(answer) || !fn) return undefined;
  if (isNeverRead(call, handler.body, answer, file)) return { fn, answer, branch: handler.body };
  if (isGivenUp(call, file) && /['"]timeout['"]|\.setTimeout\([^;]*\.(?:destroy|abort)\(/.test(fn.getText(file.source)))
    return undefined;
  for (const statement of ts.isBlock(handler.body) ? handler.body.statements : []) {
    if (ts.isIfStatement(statement) && isOfHead(statement.expression, answer, file)) {
      const { thenStatement: branch } = statement;
      if (leavesFunction(branch) && isUntouched(branch, answer, file)) return { fn, answer, branch };
    }
    if (!isUntouched(statement, answer, file)) return undefined;
  }
  return undefined;
}

/** `http.get(url, (answer) => resolve(answer.statusCode === 200))`: only what has a body, and may end it in no other way. */
function isNeverRead(call: ts.CallExpression, body: ts.ConciseBody, answer: ts.Identifier, file: FileContext): boolean {
  return (
    isOfHead(body, answer, file) && !isGivenUp(call, file) && !/\bHEAD\b|['"]head['"]/.test(textAround(call, file))
  );
}

/** `const request = https.request(…)`, given up later by its name. */
function isGivenUp(call: ts.CallExpression, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  const { text } = parent.name;
  return textAround(call, file)
    .split(/[^\w$.?]+/)
    .some((word) => isEndOf(word, text));
}

function textAround(call: ts.CallExpression, file: FileContext): string {
  return (findEnclosingFunction(call) ?? file.source).getText(file.source);
}

function isEndOf(word: string, name: string): boolean {
  return [`${name}.destroy`, `${name}.abort`, `${name}?.destroy`].includes(word);
}

function isOfHead(condition: ts.Node, answer: ts.Identifier, file: FileContext): boolean {
  return listUses(condition, answer, file).length > 0 && isUntouched(condition, answer, file);
}

/** Nothing but the head of an answer is looked at, and nothing is ended. */
function isUntouched(node: ts.Node, answer: ts.Identifier, file: FileContext): boolean {
  if (/\.(?:destroy|abort)\s*\(/.test(node.getText(file.source))) return false;
  return listUses(node, answer, file).every(
    ({ parent }) => ts.isPropertyAccessExpression(parent) && heads.test(parent.name.text),
  );
}

function listUses(node: ts.Node, answer: ts.Identifier, file: FileContext): readonly ts.Identifier[] {
  const { references = [] } = file.bindingOf(answer) ?? {};
  return references.filter((use) => use.pos >= node.pos && use.end <= node.end && use !== answer);
}
