import type { Binding, FileContext } from '../../model/file-context.ts';
import { calleeName, findEnclosingFunction, getOutermostWrapped, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * `createRoot(element).render(<Provider><App /></Provider>)`: the components that a page shows at its root, and what those
 * of this file show.
 */
export function listRootComponents(file: FileContext): Binding[] {
  const kinds = [ts.SyntaxKind.JsxSelfClosingElement, ts.SyntaxKind.JsxOpeningElement];
  const shown = kinds
    .flatMap((kind) => file.nodesOfKind(kind) as readonly ts.JsxOpeningLikeElement[])
    .flatMap((element) => {
      const binding = ts.isIdentifier(element.tagName) ? file.bindingOf(element.tagName) : undefined;
      return binding ? [{ element, binding }] : [];
    });
  const roots = shown.filter(({ element }) => isAtRoot(element)).map(({ binding }) => binding);
  const parts = shown.filter(({ element }) => roots.some((root) => isWithin(element, root.declaration)));
  return [...roots, ...parts.filter(({ element }) => !isIterated(element)).map(({ binding }) => binding)];
}

/** Whether an element is what a call of `render()` is handed, or stands around or in that. */
function isAtRoot(element: ts.JsxOpeningLikeElement): boolean {
  let at: ts.Node = element.parent;
  while (ts.isJsxElement(at) || ts.isJsxFragment(at) || ts.isParenthesizedExpression(at)) at = at.parent;
  if (!ts.isCallExpression(at)) return false;
  return /^(?:render|hydrate|hydrateRoot)$/.test(calleeName(at));
}

/** `{rows.map((row) => <Row />)}`. */
function isIterated(element: ts.Node): boolean {
  const fn = findEnclosingFunction(element);
  return fn !== undefined && ts.isCallExpression(getOutermostWrapped(fn).parent);
}
