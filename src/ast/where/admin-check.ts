import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import {
  calleeName,
  findMemberPath,
  findMethodCall,
  findStringValue,
  isFunctionNode,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { asking, isAdminRole, isNamedForAdmins, letsIn } from './admin-guard.ts';

/** Who runs the service by a constant or a setting, which names them: `OWNER_ID`, `process.env.DEVELOPER_IDS`. */
const operators =
  /^(?:BOT_|APP_)?(?:OWNER|DEVELOPER|DEV|ADMIN|SUPER_?ADMIN)S?(?:_(?:(?:USER|CHAT|TELEGRAM|DISCORD)_)?IDS?)?$/;
/** `isAdmin`, `requireAdminAuth`, `isAdminId`; not `ensureAdminUsersReady`, `isAdminEnabled`, which ask for something else. */
const guardName =
  /admin(?:istrator)?s?(?:_?(?:auth\w*|access|session|role|permissions?|privileges?|rights?|key|token|request|api|only|context|login|route))*$|^is\w*admin_?(?:user|id|email|sender|account)$/i;
/** What asks for the roles that it is handed. */
const roleAsking = /^(?:can|may|in|has|is)_?[A-Z]|^(?:authori[sz]e|guard|allow|permit|protect)/;
/** Each user may have a team of their own: what its administrators ask for, users ask for. */
const group =
  'org(?:ani[sz]ation)?|team|group|room|channel|tenant|workspace|project|guild|server|shard|community|club|clan|company|school|shop|store';
export const ofGroup = new RegExp(`(?:${group}|chat|member)[\\s_:.-]?(?:member|user)?(?:_?is)?_?admin`, 'i');
const groupName = new RegExp(`(?:${group})(?:_?id)?$`, 'i');
const memberName = new RegExp(`^(?:\\w*member(?:ship)?|\\w*participant|(?:chat|${group})(?:user)?)$`, 'i');
const roleName = /role|rank|privilege|permission|access_?level|user_?type|account_?type/i;
const idName = /id$/i;
/** By its name it fails unless it finds what it asks for. */
export const failing = /^(?:require|assert|ensure|must|enforce|only)_?[A-Z]|Or(?:Fail|Throw)$/;

/** Whether a condition holds for whoever is no administrator. */
export function holdsForOthers(condition: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(condition);
  if (ts.isPrefixUnaryExpression(at))
    return at.operator === ts.SyntaxKind.ExclamationToken && holdsForAdmins(at.operand, file);
  if (!ts.isBinaryExpression(at)) return false;
  const { left, right } = at;
  switch (at.operatorToken.kind) {
    case ts.SyntaxKind.BarBarToken:
      return holdsForOthers(left, file) || holdsForOthers(right, file);
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return holdsForOthers(left, file) && holdsForOthers(right, file);
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
      return namesAdmin(left, right) || (right.kind === ts.SyntaxKind.TrueKeyword && holdsForAdmins(left, file));
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsToken:
      return right.kind === ts.SyntaxKind.FalseKeyword && holdsForAdmins(left, file);
    default:
      return false;
  }
}

/** Whether a condition holds for administrators alone. */
function holdsForAdmins(condition: ts.Expression, file: FileContext): boolean {
  const at = skipAwait(condition);
  if (ts.isPrefixUnaryExpression(at))
    return at.operator === ts.SyntaxKind.ExclamationToken && holdsForOthers(at.operand, file);
  if (ts.isBinaryExpression(at)) {
    const { left, right } = at;
    switch (at.operatorToken.kind) {
      case ts.SyntaxKind.BarBarToken:
        return holdsForAdmins(left, file) && holdsForAdmins(right, file);
      case ts.SyntaxKind.AmpersandAmpersandToken:
        return holdsForAdmins(left, file) || holdsForAdmins(right, file);
      case ts.SyntaxKind.QuestionQuestionToken:
        return holdsForAdmins(left, file);
      case ts.SyntaxKind.EqualsEqualsEqualsToken:
      case ts.SyntaxKind.EqualsEqualsToken:
        return namesAdmin(left, right) || (right.kind === ts.SyntaxKind.TrueKeyword && holdsForAdmins(left, file));
      default:
        return false;
    }
  }
  const value = onlyValueOf(at, file);
  const made = value && skipAwait(value);
  if (made && ts.isCallExpression(made) && isAskedOfGroup(made)) return false;
  if (asksForAdmin(at) || (ts.isCallExpression(at) && isAmongAdmins(at, file))) return true;
  return made !== undefined && holdsForAdmins(made, file);
}

/** `isAdmin`, `user.isAdmin`, `checkAdmin(context)`, `user.hasRole('admin')`; not `admin`, which may be none. */
function asksForAdmin(at: ts.Expression): boolean {
  if (!asksForOperator(at)) return false;
  const call = ts.isCallExpression(at) ? at : undefined;
  const name = findMemberPath(call ? call.expression : at)?.at(-1) ?? '';
  if (!isNamedForAdmins(name)) return call !== undefined && asksForRole(call);
  return call ? asking.test(name) : /^_?(?:is|has)_?[A-Z]/.test(name);
}

/** `ADMIN_IDS.includes(id)`, `['admin', 'root_admin'].includes(role)`, `user.roles.includes('admin')`, `roles.some((role) => role === 'admin')`. */
function isAmongAdmins(call: ts.CallExpression, file: FileContext): boolean {
  const target = findMethodCall(call);
  const [sought] = call.arguments;
  if (!target || !sought || !/^(?:includes|has|some)$/.test(target.method)) return false;
  const { receiver, method } = target;
  const list = skipWrappers(onlyValueOf(receiver, file) ?? receiver);
  const name = findMemberPath(receiver)?.at(-1) ?? '';
  if (method === 'some') {
    const test = skipWrappers(sought);
    return isFunctionNode(test) && !!test.body && !ts.isBlock(test.body) && holdsForAdmins(test.body, file);
  }
  if (ts.isArrayLiteralExpression(list) && list.elements.length > 0)
    return (
      list.elements.every((role) => isAdminRole(role) && isOfOperator(role)) &&
      roleName.test(sought.getText(file.source))
    );
  if (isNamedForAdmins(name) || operators.test(name)) return isOfOperator(receiver);
  return /roles$/i.test(name) && isAdminRole(sought) && isOfOperator(sought) && isOfOperator(receiver);
}

/** `user.role` and `'admin'`, `context.from.id` and `OWNER_ID`, in either order. */
function namesAdmin(left: ts.Expression, right: ts.Expression): boolean {
  const is = (one: ts.Expression, other: ts.Expression): boolean => {
    const path = findMemberPath(withoutForm(one))?.join('.') ?? '';
    const name = findMemberPath(withoutForm(other))?.at(-1) ?? '';
    if (operators.test(name) && idName.test(path)) return true;
    return (
      roleName.test(path) && isAdminRole(other) && isOfOperator(other) && !memberName.test(path.split('.').at(-2) ?? '')
    );
  };
  return is(left, right) || is(right, left);
}

/** `id` of `String(id)`, `id.toString()`, `Number(id)`. */
function withoutForm(at: ts.Expression): ts.Expression {
  const value = skipWrappers(at);
  if (!ts.isCallExpression(value)) return value;
  const [first] = value.arguments;
  const method = findMethodCall(value);
  if (method && /^(?:toString|toLowerCase|toUpperCase|trim)$/.test(method.method)) return withoutForm(method.receiver);
  return first && /^(?:String|Number|BigInt|parseInt)$/.test(calleeName(value)) ? withoutForm(first) : value;
}

/** Not `assertAdmin(workspaceId, user)`, nor `ensureAdminUsersReady()`. */
export function asksForOperator(at: ts.Expression): boolean {
  const call = ts.isCallExpression(at) ? at : undefined;
  const callee = call ? call.expression : at;
  const name = findMemberPath(callee)?.at(-1) ?? '';
  if (call ? isAskedOfGroup(call) : !isOfOperator(at)) return false;
  return !isNamedForAdmins(name) || guardName.test(name);
}

function isAskedOfGroup({ expression, arguments: given }: ts.CallExpression): boolean {
  return !isOfOperator(expression) || given.some((one) => groupName.test(nameOfGroup(one)));
}

/** `guild` of `guild`, `guild.id` and `guildId`. */
function nameOfGroup(at: ts.Expression): string {
  const path = findMemberPath(at) ?? [];
  return (path.at(-1) === 'id' ? path.at(-2) : path.at(-1)) ?? '';
}

/** Not `member.isAdmin`, `isTeamAdmin`, `Role.ORG_ADMIN`. */
function isOfOperator(at: ts.Expression): boolean {
  const path = findMemberPath(at) ?? [findStringValue(at) ?? ''];
  return !ofGroup.test(path.at(-1) ?? '') && !memberName.test(path.at(-2) ?? '');
}

/** `hasRole(user, 'admin')`, `access.check(actor, Role.ADMIN)`: each role that is named is one of administrators. */
export function asksForRole(call: ts.CallExpression, isAsked = true): boolean {
  const name = calleeName(call);
  if (!isAsked || !letsIn.test(name) || !(asking.test(name) || failing.test(name) || roleAsking.test(name)))
    return false;
  const roles = call.arguments.map(skipWrappers).flatMap((a) => (ts.isArrayLiteralExpression(a) ? a.elements : a));
  const named = roles.filter(isNameOfRole);
  return named.length > 0 && named.every((role) => isAdminRole(role) && isOfOperator(role));
}

/** `'admin'`, `Role.ADMIN`; not `this.policy`, nor a text. */
function isNameOfRole(at: ts.Expression): boolean {
  const text = findStringValue(at);
  if (text !== undefined) return /^[\w:.-]+$/.test(text);
  return ts.isPropertyAccessExpression(at) && /^[A-Z]/.test(findMemberPath(at)?.[0] ?? '');
}
