import type { FileContext } from '../../model/file-context.ts';
import { initializerOf } from '../names/initializer.ts';
import { calleeName, findEnclosingFunction, findMemberPath, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from './entry-points.ts';

const requestRoot =
  /^(?:_?req(?:uest)?|ctx|context|socket|ws|message|msg|user|session|packet|headers|query|params|body|cookies|event)$/;

/** Whether a value is the parameter of a request handler, or a part of one. */
export function isRequestValue(expression: ts.Expression, file: FileContext): boolean {
  const path = findMemberPath(expression);
  if (!path) return false;
  let root = skipAwait(expression);
  while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) root = skipAwait(root.expression);
  if (!ts.isIdentifier(root)) return false;
  const binding = file.bindingOf(root);
  if (binding?.kind !== 'parameter') return false;
  const fn = findEnclosingFunction(binding.identifier);
  if (fn && findEntryPoint(fn, file)?.kind === 'request') return true;
  return (
    requestRoot.test(root.text) &&
    path.some((part) => /^(?:params|query|body|headers|cookies|ip|user|session|req|request|url)$/.test(part))
  );
}

const storeOfRequest =
  /^(?:getStore|get(?:Active|Current)?Req(?:uest)?|use(?:Current)?Request|(?:active|current)Req(?:uest)?)$/;

/** Whether a value is the request that is answered at the moment, or a part of it: `getCurrentRequest().url`, `storage.getStore().req.url`. */
export function isStoredRequest(expression: ts.Expression, file: FileContext): boolean {
  const path = findMemberPath(expression);
  let root = skipAwait(expression);
  while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) root = skipAwait(root.expression);
  const given = initializerOf(root, file);
  const call = given && skipAwait(given);
  if (!call || !ts.isCallExpression(call) || call.arguments.length > 0 || !storeOfRequest.test(calleeName(call)))
    return false;
  return path?.some((part) => /^_?req(?:uest)?$/.test(part)) ?? false;
}
