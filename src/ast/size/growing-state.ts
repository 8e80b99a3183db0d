import type { FileContext } from '../../model/file-context.ts';
import { findMemberPath, findMethodCall, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** `JSON.stringify(this.scores)` of what gets entries elsewhere in its file: all of it is written for each that changes. */
export function isGrowingState(content: ts.Expression | undefined, file: FileContext): boolean {
  const value = content && findMethodCall(skipWrappers(content));
  const state = value?.method === 'stringify' ? value.call.arguments[0] : undefined;
  const path = state && findMemberPath(state);
  if (!state || !path || /conf|setting|option|prefer|meta|state$/i.test(path.at(-1)!)) return false;
  const root = rootOfMembers(skipWrappers(state));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  const isKept =
    path[0] === 'this' ? path.length === 2 : binding?.scope === file.moduleScope && binding.kind !== 'import';
  if (!isKept) return false;
  const text = path.join('.');
  const isOfState = (at: ts.Expression): boolean => findMemberPath(at)?.join('.') === text;
  return (
    file.nodes('BinaryExpression').some(({ left, operatorToken }) => {
      const isSet = operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isElementAccessExpression(left);
      return isSet && !ts.isStringLiteralLike(left.argumentExpression) && isOfState(left.expression);
    }) ||
    file.nodes('CallExpression').some((call) => {
      const target = findMethodCall(call);
      return target !== undefined && /^(?:push|unshift)$/.test(target.method) && isOfState(target.receiver);
    })
  );
}
