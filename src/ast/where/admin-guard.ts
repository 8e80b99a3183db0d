import type { FileContext } from '../../model/file-context.ts';
import {
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const admin = /Admin(?:istrator)?s?(?![a-z])|(?<![a-z])(?:super)?admin(?:istrator)?s?(?![a-z])|ADMIN/;
/** `requireAdminOrOwner`, `loadAdmin`: others come through too, or it lets nobody in. */
const notOnly = /Or[A-Z_]|_OR_|^(?:is)?[nN]ot|^(?:load|set|find|fetch|skip|optional)/;
/** What lets in whoever has one of the roles that it is handed. */
export const letsIn = /role|permission|authori[sz]e|access|allow|guard|auth/i;
/** By its name a guard, not a handler (`listAdmins`). */
export const asking =
  /^(?:is|has|only|requires?|check|ensure|verify|must|assert|auth\w*?|allow|restrict\w*?)_?[A-Z]|Only$/;
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

function listGuardedRouters(_: ts.SourceFile, file: FileContext): { router: string; from: number }[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const target = findMethodCall(call);
    const isUse =
      target?.method === 'use' &&
      call.arguments.every((argument) => !ts.isStringLiteralLike(argument) || /^\/?\*$/.test(argument.text));
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

/** A role by its name: `'admin'`, `Role.SUPER_ADMIN`; not `'wallet:admin'`, who may do all with some things. */
export function isAdminRole(role: ts.Expression): boolean {
  const name = findStringValue(role) ?? findMemberPath(role)?.at(-1) ?? '';
  return admin.test(name) && !/\w:admin$/i.test(name);
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
  // All guards must let one through, but one of the roles is enough.
  return /guard/i.test(name) ? roles.some(isAdminRole) : roles.length > 0 && roles.every(isAdminRole);
}
