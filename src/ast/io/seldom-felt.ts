import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingFunction, findProperty } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isByHand } from '../where/seldom.ts';
import { isKeptByNext } from './data-cache.ts';
import { isKeptForAll } from './kept-answer.ts';
import type { HttpLibrary } from './outbound-call.ts';

/**
 * Whether few ever wait for a request to another host: it is made by hand, by a page; or it is one of fetch, which gives up
 * by itself, and its answer is kept for all who come after.
 *
 * @param options of the request, where they are written out
 */
export function isSeldomFelt(
  call: ts.CallExpression,
  library: HttpLibrary,
  options: ts.Node | undefined,
  file: FileContext,
): boolean {
  if (isByHand(findEnclosingFunction(call)!, file) || isOfPages(options)) return true;
  return library === 'fetch' && (isKeptForAll(call, file) || isKeptByNext(call, options, file));
}

/** `credentials: 'include'`: cookies are a browser's, which has no limit of Node.js' and holds no request of others. */
function isOfPages(options: ts.Node | undefined): boolean {
  const given = options && ts.isObjectLiteralExpression(options) ? findProperty(options, 'credentials') : undefined;
  return given !== undefined && ts.isStringLiteralLike(given) && /^(?:include|same-origin)$/.test(given.text);
}
