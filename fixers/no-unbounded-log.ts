import type { UnboundedLog } from '../rules/memory/no-unbounded-log.ts';
import type { Add } from '../src/ast/containers/container-growth.ts';
import type { Container } from '../src/ast/containers/containers.ts';
import { isPublic } from '../src/ast/life/lifetime.ts';
import { getOutermostWrapped, isAssignment, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { replaceNode } from './edit/replace-node.ts';
import { findStatement } from './edit/statement-of.ts';

/** Enough to look back on, and a few megabytes at most. */
const capacity = '10_000';
/** Methods of arrays that only read, and give what `toArray()` gives them. */
const reading =
  /^(?:slice|map|filter|reduce|find|findLast|findIndex|some|every|forEach|join|includes|indexOf|flatMap|concat|entries|keys|values|toSorted|toReversed)$/;

export const fixer: Fixer<UnboundedLog> = {
  rule: 'no-unbounded-log',
  safety: 'review',
  changes: `Keeps the last ${capacity.replace('_', ',')} values: in a \`RingBuffer\`, or by cutting the array where it is added to.`,
  fix({ data }, file) {
    const { container, growth } = data;
    if (data.isSwept) return { skip: 'call what sweeps out its old items, on a timer or as items are added' };
    if (data.isLive) return { skip: 'what is added still lives: take each one out when it ends' };
    return useRing(container, growth.adds, file) ?? cutInPlace(growth.adds, container, file);
  },
};

/** Undefined where the array is used in a way that a ring buffer has no method for, or where others see its type. */
function useRing(container: Container, adds: readonly Add[], file: FileContext): Fix | undefined {
  const { home, type } = container;
  const isTyped = /\.(?:tsx?|[cm]ts)$/.test(file.path);
  if (home.kind === 'module' && isExported(home.binding.declaration, home.binding.references)) return undefined;
  if (home.kind === 'field' && isPublic(container)) return undefined;
  const element = elementOf(type, file);
  if (isTyped && element === undefined) return undefined;
  for (const { node } of adds) {
    if (!ts.isCallExpression(node) || !isPlainPush(node)) return undefined;
  }
  const edits: TextEdit[] = [];
  for (const access of container.accesses) {
    const edit = rewriteRead(access, container, file);
    if (!edit) return undefined;
    edits.push(...edit);
  }
  const code = `new RingBuffer${isTyped ? `<${element}>` : ''}(${capacity})`;
  const start = type ? type.pos - 1 : container.value.getStart(file.source);
  const first: TextEdit = type
    ? { start, end: container.value.end, text: ` = ${code}` }
    : replaceNode(container.value, code, file);
  return {
    edits: [first, ...edits],
    needs: ['RingBuffer'],
    note: 'Choose the number of values that are looked back on.',
  };
}

function isExported(declaration: ts.Node, references: readonly ts.Identifier[]): boolean {
  const statement = declaration.parent?.parent;
  if (statement && ts.isVariableStatement(statement) && (ts.getModifiers(statement)?.length ?? 0) > 0) return true;
  return references.some((r) => ts.isExportSpecifier(r.parent) || ts.isShorthandPropertyAssignment(r.parent));
}

function isPlainPush(call: ts.CallExpression): boolean {
  const { expression } = call;
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== 'push') return false;
  return (
    call.arguments.length === 1 && !ts.isSpreadElement(call.arguments[0]!) && ts.isExpressionStatement(call.parent)
  );
}

/** `T[]` and `Array<T>` → `T`. */
function elementOf(type: ts.TypeNode | undefined, file: FileContext): string | undefined {
  if (!type) return undefined;
  if (ts.isArrayTypeNode(type)) {
    const { elementType } = type;
    return (ts.isParenthesizedTypeNode(elementType) ? elementType.type : elementType).getText(file.source);
  }
  const isArray = ts.isTypeReferenceNode(type) && type.typeName.getText(file.source) === 'Array';
  return isArray ? type.typeArguments?.[0]?.getText(file.source) : undefined;
}

/** No edit for what a ring buffer does as an array does; undefined for what it cannot. */
function rewriteRead(access: ts.Expression, container: Container, file: FileContext): TextEdit[] | undefined {
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
    if (parent.expression !== outer || isAssignment(parent.parent)) return undefined;
    const index = parent.argumentExpression;
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

/** An arrow that looks at the value alone, not at its place or at the array. */
function takesOne(callback: ts.Expression): boolean {
  return ts.isArrowFunction(callback) && callback.parameters.length <= 1;
}

/** `log.push(x);` → and then `if (log.length > limit) log.shift();`. */
function cutInPlace(adds: readonly Add[], container: Container, file: FileContext): Fix | Skip {
  const edits: TextEdit[] = [];
  const limit = capacity;
  for (const { node, fn } of adds) {
    if (!fn) continue;
    const statement = findStatement(node);
    if (!ts.isCallExpression(node) || !isPushed(node) || !statement || !ts.isExpressionStatement(statement)) {
      return { skip: 'the array is not added to by statements of their own' };
    }
    const array = (node.expression as ts.PropertyAccessExpression).expression.getText(file.source);
    const isFirst = (node.expression as ts.PropertyAccessExpression).name.text === 'unshift';
    const many = node.arguments.length !== 1 || ts.isSpreadElement(node.arguments[0]!);
    const cut = isFirst
      ? `${array}.length = ${limit}`
      : many
        ? `${array}.splice(0, ${array}.length - ${limit})`
        : `${array}.shift()`;
    edits.push(...insertAfterStatement(statement, `if (${array}.length > ${limit}) ${cut};`, file));
  }
  if (container.home.kind === 'field' && container.type && ts.isTypeOperatorNode(container.type))
    return { skip: 'its type is read-only' };
  const [first, ...rest] = edits;
  if (!first) return { skip: 'nothing adds to it here' };
  return { edits: [first, ...rest], note: 'Choose the number of values that are looked back on.' };
}

function isPushed(call: ts.CallExpression): boolean {
  const { expression } = call;
  return (
    ts.isPropertyAccessExpression(expression) &&
    /^(?:push|unshift)$/.test(expression.name.text) &&
    call.arguments.length > 0
  );
}
