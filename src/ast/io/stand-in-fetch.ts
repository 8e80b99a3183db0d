import type { FileContext } from '../../model/file-context.ts';
import { isExported, listFunctionUses } from '../names/functions.ts';
import { findEnclosingFunction, findPropertyName, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * `new EventSource(url, { fetch: (input, init) => fetch(input, { ...init, headers }) })`: a function that stands in for the
 * `fetch` of a client, and hands on what that says of its call. The client ends it, and may keep it open for as long as it lives.
 */
export function isStandIn(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const init = fn?.parameters[1]?.name;
  if (!fn || !init || !ts.isIdentifier(init) || !handsOn(call.arguments[1], init, file)) return false;
  const uses = listFunctionUses(fn, file);
  return uses.length > 0 && uses.every(isFetchOption) && !isExported(fn, file);
}

/** `init`, or `{ ...init }`: also what it says of time. */
function handsOn(options: ts.Expression | undefined, init: ts.Identifier, file: FileContext): boolean {
  const given = options && skipWrappers(options);
  const parts = !given
    ? []
    : ts.isObjectLiteralExpression(given)
      ? given.properties.filter(ts.isSpreadAssignment)
      : [given];
  return parts.some((part) => {
    const value = ts.isSpreadAssignment(part) ? skipWrappers(part.expression) : part;
    return ts.isIdentifier(value) && file.bindingOf(value)?.identifier === init;
  });
}

/** Named `fetch` in the options of a call, however deep. */
function isFetchOption(use: ts.Node): boolean {
  const property = ts.isMethodDeclaration(use) ? use : getOutermostWrapped(use).parent;
  if (!ts.isObjectLiteralElement(property) || findPropertyName(property.name) !== 'fetch') return false;
  let object = getOutermostWrapped(property.parent);
  while (ts.isPropertyAssignment(object.parent)) object = getOutermostWrapped(object.parent.parent);
  return (
    ts.isNewExpression(object.parent) || (ts.isCallExpression(object.parent) && object.parent.expression !== object)
  );
}
