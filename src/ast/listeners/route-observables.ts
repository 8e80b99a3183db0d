import type { FileContext } from '../../model/file-context.ts';
import { findOrigin, originName } from '../names/provenance.ts';
import { findMethodCall, skipWrappers } from '../syntax.ts';
import type { ts } from '../ts.ts';

const ofRoute = /^ActivatedRoute\.new\.(?:params|queryParams|data|url|fragment|title|paramMap|queryParamMap)$/;

/**
 * Whether an observable is one of Angular's `ActivatedRoute`, by its type, also behind operators: the router ends these with the component
 * that it has made for the route, as its documentation says. `Router.events` lives on.
 */
export function isOfActivatedRoute(source: ts.Expression, file: FileContext): boolean {
  const piped = findMethodCall(skipWrappers(source));
  if (piped?.method === 'pipe') return isOfActivatedRoute(piped.receiver, file);
  const origin = findOrigin(source, file);
  return origin?.module === '@angular/router' && ofRoute.test(originName(origin));
}
