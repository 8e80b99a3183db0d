import type { FileContext } from '../../model/file-context.ts';
import { calleeName, type FunctionNode, findEnclosingFunction, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { asksForOperator, asksForRole, failing, holdsForOthers, ofGroup } from './admin-check.ts';
import { asking, isNamedForAdmins } from './admin-guard.ts';

/** Without one of these a file is not looked at: `user.isAdmin`, `OWNER_ID`. */
const anyWord = /admin|OWNER|DEVELOPER/i;
/** What tells somebody off, or notes it. */
const telling =
  /^(?:reply|respond|send\w*|answer\w*|edit\w*|followUp|deferReply|status|code|json|end|redirect|next|emit|ack|log|info|warn|error|debug|t|i18n|__|Response|callback|cb|done|fail\w*|catch|get\w*(?:Text|Message|Translation|Locale))$/;
const refusing = /\b40[134]\b|forbidden|unauthori[sz]ed|denied|not allowed|permission|error|not[_ ]?found/i;
/** Functions of frameworks that throw. */
const leaving = /^(?:notFound|forbidden|unauthorized|redirect|permanentRedirect|error|throw\w*)$/;

/**
 * Whether a function goes on for administrators alone: before it answers anybody, it asks for one (`requireAdmin(context)`),
 * or refuses whoever is none (`if (user.role !== 'admin') throw …`). Who has more of a team, a chat or a document than
 * others is a user.
 */
export function refusesOthers({ body }: FunctionNode, file: FileContext): boolean {
  if (!body || !ts.isBlock(body) || !file.memo(namesOperators, file.source)) return false;
  const steps = listSteps(body);
  const refusal = steps.findIndex((statement) => isRefusal(statement, file));
  return refusal >= 0 && !steps.slice(0, refusal).some((statement) => mayAnswer(statement, file));
}

function namesOperators({ text }: ts.SourceFile): boolean {
  return anyWord.test(text);
}

/** The statements of a function, those of a `try` among them. */
function listSteps(body: ts.Block): ts.Statement[] {
  return body.statements.flatMap((statement) =>
    ts.isTryStatement(statement) ? [...statement.tryBlock.statements] : statement,
  );
}

function isRefusal(statement: ts.Statement, file: FileContext): boolean {
  if (ts.isExpressionStatement(statement)) return isFailingCall(statement.expression, asking);
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.some(
      ({ initializer }) => initializer !== undefined && isFailingCall(initializer, failing),
    );
  if (!ts.isIfStatement(statement)) return false;
  const { expression, thenStatement, elseStatement } = statement;
  // "Only admins of the room may do this."
  if (!refuses(thenStatement, file) || ofGroup.test(thenStatement.getText(file.source))) return false;
  return holdsForOthers(expression, file) || (elseStatement !== undefined && isRefusal(elseStatement, file));
}

/** `requireAdmin(context)`, `access.grantOrFail(actor, policy, Privilege.PLATFORM_ADMIN, 'to move a space')`. */
function isFailingCall(at: ts.Expression, isFailing: RegExp): boolean {
  const call = skipAwait(at);
  if (!ts.isCallExpression(call) || !asksForOperator(call)) return false;
  const name = calleeName(call);
  return isNamedForAdmins(name) ? isFailing.test(name) : asksForRole(call, failing.test(name) || isFailing === asking);
}

/** Whether a branch leaves its function and gives nothing but a refusal. */
function refuses(branch: ts.Statement, file: FileContext): boolean {
  const last = ts.isBlock(branch) ? branch.statements.at(-1) : branch;
  if (!last) return false;
  if (ts.isThrowStatement(last)) return true;
  if (ts.isExpressionStatement(last)) {
    const call = skipAwait(last.expression);
    return ts.isCallExpression(call) && leaving.test(calleeName(call)) && !/\.error$/.test(call.expression.getText());
  }
  if (!ts.isReturnStatement(last)) return false;
  if (refusing.test(branch.getText(file.source))) return true;
  const given = last.expression && skipAwait(last.expression);
  const isRead = given !== undefined && (ts.isIdentifier(given) ? given.text !== 'undefined' : isMember(given));
  return !isRead && listNodesWithin('CallExpression', branch, file).every((call) => telling.test(calleeName(call)));
}

/** Whether a statement may leave the function with an answer: more than a refusal, or a text that is always the same. */
function mayAnswer(statement: ts.Statement, file: FileContext): boolean {
  const fn = findEnclosingFunction(statement);
  return listReturns(statement, file).some((leave) => {
    if (findEnclosingFunction(leave) !== fn) return false;
    const branch = ts.isBlock(leave.parent) ? leave.parent : leave;
    if (!refuses(branch, file)) return true;
    return (
      !refusing.test(branch.getText(file.source)) && listNodesWithin('CallExpression', branch, file).some(hasValue)
    );
  });
}

function hasValue({ arguments: given }: ts.CallExpression): boolean {
  return given.map(skipWrappers).some((one) => ts.isIdentifier(one) || isMember(one) || ts.isCallExpression(one));
}

function isMember(at: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at);
}

function listReturns(statement: ts.Statement, file: FileContext): readonly ts.ReturnStatement[] {
  const all = file.nodesOfKind(ts.SyntaxKind.ReturnStatement) as readonly ts.ReturnStatement[];
  return all.filter(({ pos, end }) => pos >= statement.pos && end <= statement.end);
}
