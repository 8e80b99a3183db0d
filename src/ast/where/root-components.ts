import type { Binding, FileContext } from '../../model/file-context.ts';
import { isExported, listFunctions } from '../names/functions.ts';
import { calleeName, findEnclosingFunction, getOutermostWrapped, isWithin, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * `createRoot(element).render(<Provider><App /></Provider>)`: the components that a page shows at its root, and what those
 * of this file always show.
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
  const wholes = [...roots.map(({ declaration }) => declaration), ...listWholes(file)];
  const parts = shown.filter(({ element }) => wholes.some((whole) => isWithin(element, whole)));
  return [...roots, ...parts.filter(({ element }) => standsAlways(element)).map(({ binding }) => binding)];
}

/** What is called the whole, and given to whoever shows it: `function App() { … } export default App;`. */
function listWholes(file: FileContext): readonly ts.Node[] {
  return listFunctions(file).filter((fn) => /^(?:App|Root)$/i.test(nameOfFunction(fn)) && isExported(fn, file));
}

/** Whether an element is what a call of `render()` is handed, or stands around or in that. */
function isAtRoot(element: ts.JsxOpeningLikeElement): boolean {
  let at: ts.Node = element.parent;
  while (ts.isJsxElement(at) || ts.isJsxFragment(at) || ts.isParenthesizedExpression(at)) at = at.parent;
  if (!ts.isCallExpression(at)) return false;
  return /^(?:render|hydrate|hydrateRoot)$/.test(calleeName(at));
}

/** As long as what it stands in is shown: none of `rows.map((row) => <Row />)`, `isOpen && <Menu />` and `<Route element={<Home />} />`. */
function standsAlways(element: ts.Node): boolean {
  const fn = findEnclosingFunction(element);
  for (let at = element.parent; at !== fn && at.parent; at = at.parent) {
    const isCondition = ts.isConditionalExpression(at) || ts.isBinaryExpression(at) || ts.isIfStatement(at);
    if (isCondition || ts.isJsxAttribute(at)) return false;
  }
  return !fn || !ts.isCallExpression(getOutermostWrapped(fn).parent);
}
