import type { Container } from '../../src/ast/containers/containers.ts';
import { getOutermostWrapped, isAssignment, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';

/** Methods of arrays that only read, and give what `toArray()` gives them. */
const reading =
  /^(?:slice|map|filter|reduce|find|findLast|findIndex|some|every|forEach|join|includes|indexOf|flatMap|concat|entries|keys|values|toSorted|toReversed)$/;

/** No edit for what a ring buffer does as an array does; undefined for what it cannot. */
export function readAsRing(access: ts.Expression, container: Container, file: FileContext): TextEdit[] | undefined {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  const asArray: TextEdit[] = [{ start: access.end, end: access.end, text: '.toArray()' }];
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) {
    const name = parent.name.text;
    const use = parent.parent;
    if (name === 'length') {
      const isCut = isAssignment(use) && use.left === parent;
      if (!isCut) return [];
      if (use.right.getText(file.source) !== '0') return undefined;
      return [{ start: access.end, end: use.end, text: '.clear()' }];
    }
    if (!ts.isCallExpression(use) || use.expression !== parent) return undefined;
    if (name === 'push' || name === 'at') return [];
    const callback = use.arguments[0];
    if (name === 'map' && use.arguments.length === 1 && callback && takesOne(callback) && !use.questionDotToken) {
      // Maps while it walks: no copy in between.
      return [
        { start: outer.getStart(file.source), end: outer.getStart(file.source), text: 'Array.from(' },
        { start: outer.end, end: callback.getStart(file.source), text: ', ' },
      ];
    }
    return reading.test(name) ? asArray : undefined;
  }
  if (ts.isElementAccessExpression(parent)) {
    const index = parent.argumentExpression;
    if (parent.expression !== outer || isAssignment(parent.parent) || !isPlace(index, outer, file)) return undefined;
    return [
      { start: outer.end, end: index.getStart(file.source), text: '.at(' },
      { start: index.end, end: parent.end, text: ')' },
    ];
  }
  if (ts.isSpreadElement(parent) || (ts.isForOfStatement(parent) && parent.expression === outer)) return [];
  if (isAssignment(parent) && parent.left === outer) {
    if (parent.right === container.value) return [];
    const value = skipWrappers(parent.right);
    if (!ts.isArrayLiteralExpression(value) || value.elements.length > 0) return undefined;
    return [{ start: access.end, end: parent.end, text: '.clear()' }];
  }
  if (ts.isReturnStatement(parent) || (ts.isPropertyAssignment(parent) && parent.initializer === outer)) return asArray;
  if (ts.isCallExpression(parent) && parent.arguments.includes(outer as ts.Expression)) return asArray;
  return undefined;
}

/** Whether an index is none below zero, which a list has nothing at and a ring buffer counts from its end. */
function isPlace(index: ts.Expression, list: ts.Node, file: FileContext): boolean {
  const place = skipWrappers(index);
  if (ts.isNumericLiteral(place)) return true;
  // Of none, both have nothing.
  if (place.getText(file.source).replace(/\s/g, '') === `${list.getText(file.source)}.length-1`) return true;
  const binding = ts.isIdentifier(place) ? file.bindingOf(place) : undefined;
  return binding !== undefined && isCountedUp(binding);
}

/** `for (let i = 0; …; i++)` */
function isCountedUp({ declaration, writes }: Binding): boolean {
  if (!ts.isVariableDeclaration(declaration) || !ts.isForStatement(declaration.parent.parent)) return false;
  const isFromZero = declaration.initializer !== undefined && ts.isNumericLiteral(declaration.initializer);
  return isFromZero && writes.every(({ parent }) => /^\+\+|\+\+$|\+=\s*\d/.test(parent.getText()));
}

/** An arrow that looks at the value alone, not at its place or at the array. */
function takesOne(callback: ts.Expression): boolean {
  return ts.isArrowFunction(callback) && callback.parameters.length <= 1;
}
