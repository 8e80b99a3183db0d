import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  isFunctionNode,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from './conditions.ts';

const admin = /Admin(?:istrator)?s?(?![a-z])|(?<![a-z])admin(?:istrator)?s?(?![a-z])|ADMIN/;
/** `requireAdminOrOwner`, `loadAdmin`: others come through too, or it lets nobody in. */
const notOnly = /Or[A-Z_]|_OR_|^(?:is)?[nN]ot|^(?:load|set|find|fetch|skip|optional)/;
/** What lets in whoever has one of the roles that it is handed. */
const letsIn = /role|permission|authori[sz]e|access|allow|guard|auth/i;
/** By its name a guard, not a handler (`listAdmins`). */
const asking = /^(?:is|has|only|requires?|check|ensure|verify|must|assert|auth\w*?|allow|restrict\w*?)_?[A-Z]|Only$/;
const hookName = /^(?:preHandler|preValidation|onRequest|beforeHandle|auth|guards?|middlewares?)$/;

/** Whether a route has a guard for administrators: an argument, an option, or an earlier `router.use(requireAdmin)` of its file. */
export function isForAdmins(route: ts.CallExpression, receiver: ts.Expression, file: FileContext): boolean {
  if (!/admin/i.test(file.text)) return false;
  if (route.arguments.slice(0, -1).some(isGuardArgument)) return true;
  const holder = receiver.getText(file.source);
  return file.memo(listGuardedRouters, file.source).some(({ router, from }) => from <= route.pos && router === holder);
}

/** `@UseGuards(AdminGuard)`, `@Roles(Role.ADMIN)`, `@Controller('admin/users')` on a method or its class. */
export function isDecoratedForAdmins(decorated: ts.HasDecorators): boolean {
  return (ts.getDecorators(decorated) ?? []).some(({ expression }) => {
    if (!ts.isCallExpression(expression)) return isGuard(expression);
    const [first] = expression.arguments;
    if (findMemberPath(expression.expression)?.at(-1) === 'Controller')
      return isAdminPath(findStringValue(first) ?? '');
    return isGuard(expression);
  });
}

/** `requireAdmin`, `adminProcedure`; not `requireAdminOrOwner`. */
export function isNamedForAdmins(name: string): boolean {
  return admin.test(name) && !notOnly.test(name);
}

/** `/admin/users`. */
export function isAdminPath(path: string): boolean {
  return /(?:^|\/)(?:(?:super|site|system)-?)?admin(?:istration)?(?:\/|$)/i.test(path);
}

/** So far into a handler its guard stands: behind who asks, and what for. */
const guardWithin = 4;

/**
 * Whether a handler lets nobody but administrators by: one of its first statements, or of a `try` that it begins with,
 * asks for one (`requireAdmin(context);`), or leaves unless there is one (`if (!user.isAdmin) return …`).
 */
export function beginsWithAdminGuard({ body }: FunctionNode, file: FileContext): boolean {
  if (!body || !ts.isBlock(body) || !/admin/i.test(file.text)) return false;
  const [first] = body.statements;
  const statements = first && ts.isTryStatement(first) ? first.tryBlock.statements : body.statements;
  return statements.slice(0, guardWithin).some((statement) => {
    if (ts.isExpressionStatement(statement)) {
      const call = skipAwait(statement.expression);
      return ts.isCallExpression(call) && asksForAdmin(call);
    }
    if (!ts.isIfStatement(statement) || !leavesFunction(statement.thenStatement)) return false;
    const unless = skipWrappers(statement.expression);
    const isNot = ts.isPrefixUnaryExpression(unless) && unless.operator === ts.SyntaxKind.ExclamationToken;
    return isNot && asksForAdmin(skipAwait(unless.operand));
  });
}

/** `isAdmin`, `user.isAdmin`, `requireAdmin(context)`, `user.hasRole('admin')`; not `admin`, which may be none. */
function asksForAdmin(at: ts.Expression): boolean {
  const callee = ts.isCallExpression(at) ? at.expression : at;
  const name = findMemberPath(callee)?.at(-1) ?? '';
  return isNamedForAdmins(name) ? asking.test(name) : ts.isCallExpression(at) && isGuard(at);
}

function listGuardedRouters(_: ts.SourceFile, file: FileContext): { router: string; from: number }[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const target = findMethodCall(call);
    const isUse = target?.method === 'use' && call.arguments.every((argument) => !ts.isStringLiteralLike(argument));
    if (!isUse || !call.arguments.some(isGuardArgument)) return [];
    return [{ router: target.receiver.getText(file.source), from: call.end }];
  });
}

function isGuardArgument(at: ts.Expression): boolean {
  const value = skipWrappers(at);
  if (ts.isArrayLiteralExpression(value)) return value.elements.some(isGuardArgument);
  if (!ts.isObjectLiteralExpression(value)) return isGuard(value);
  return value.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      hookName.test(findPropertyName(property.name) ?? '') &&
      (admin.test(findStringValue(property.initializer) ?? '') || isGuardArgument(property.initializer)),
  );
}

/** `requireAdmin`, `isAdmin()`, `authorize('admin')`, `requireRole([Role.ADMIN])`; not where others have a role too. */
function isGuard(at: ts.Expression): boolean {
  const value = skipWrappers(at);
  const call = ts.isCallExpression(value) ? value : undefined;
  if (call?.arguments.some((argument) => isFunctionNode(skipWrappers(argument)))) return false;
  const name = findMemberPath(call ? call.expression : value)?.at(-1) ?? '';
  // `use(isAdmin)`: a wrapper around the guard.
  const [wrapped] = call?.arguments.length === 1 ? call.arguments : [];
  if (wrapped && ts.isIdentifier(wrapped) && asking.test(wrapped.text) && isNamedForAdmins(wrapped.text)) return true;
  if (admin.test(name)) return isNamedForAdmins(name);
  if (!call || !letsIn.test(name)) return false;
  const roles = call.arguments.map(skipWrappers).flatMap((a) => (ts.isArrayLiteralExpression(a) ? a.elements : a));
  const isAdmin = (role: ts.Expression): boolean =>
    admin.test(findStringValue(role) ?? findMemberPath(role)?.at(-1) ?? '');
  // All guards must let one through, but one of the roles is enough.
  return /guard/i.test(name) ? roles.some(isAdmin) : roles.length > 0 && roles.every(isAdmin);
}
