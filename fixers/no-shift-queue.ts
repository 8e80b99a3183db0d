import type { ArrayQueue } from '../src/ast/containers/array-queue.ts';
import { findMemberName, findMethodCall, getOutermostWrapped, isAssignment, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { findItemType } from './edit/item-type.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<ArrayQueue> = {
  rule: 'no-shift-queue',
  safety: 'safe',
  changes: 'makes the array a `Deque`, where only the methods of a queue are used on it',
  fix({ data }, file): Fix | Skip {
    const { accesses, declaration, isPrivate } = data;
    const initial = declaration?.initializer && skipWrappers(declaration.initializer);
    if (!declaration || !initial || !ts.isArrayLiteralExpression(initial) || initial.elements.length > 0)
      return { skip: 'it does not begin as an empty array' };
    const item = declaration.type ? findItemType(declaration.type, file) : '';
    if (item === undefined || (isTypeScriptFile(file) && item === ''))
      return { skip: 'the type of its items is not written' };
    const typed = isTypeScriptFile(file) ? `<${item}>` : '';
    const edits: TextEdit[] = [replaceNode(declaration.initializer!, `new Deque${typed}()`, file)];
    if (declaration.type) edits.push(replaceNode(declaration.type, `Deque${typed}`, file));
    for (const access of accesses) {
      const edit = rewrite(access, typed, file);
      if (edit === undefined) return { skip: 'it is used as an array elsewhere' };
      edits.push(...edit);
    }
    return {
      edits: edits.sort((a, b) => a.start - b.start) as [TextEdit, ...TextEdit[]],
      needs: ['Deque'],
      ...(!isPrivate && { safety: 'review' as const }),
    };
  },
};

function rewrite(access: ts.Expression, typed: string, file: FileContext): TextEdit[] | undefined {
  const outer = getOutermostWrapped(access) as ts.Expression;
  const { parent } = outer;
  if (isAssignment(parent) && parent.left === outer) {
    const value = skipWrappers(parent.right);
    const isEmpty = ts.isArrayLiteralExpression(value) && value.elements.length === 0;
    return isEmpty ? [replaceNode(parent.right, `new Deque${typed}()`, file)] : undefined;
  }
  if (ts.isElementAccessExpression(parent) && parent.expression === outer) {
    const isFirst = parent.argumentExpression.getText(file.source) === '0';
    const isWritten = isAssignment(parent.parent) && parent.parent.left === parent;
    return isFirst && !isWritten ? [{ start: outer.end, end: parent.end, text: '.peek()' }] : undefined;
  }
  const name = findMemberName(parent);
  if (name === 'length') {
    if (!isAssignment(parent.parent) || parent.parent.left !== parent) return [];
    if (parent.parent.right.getText(file.source) !== '0' || !ts.isExpressionStatement(parent.parent.parent))
      return undefined;
    return [replaceNode(parent.parent, `${outer.getText(file.source)}.clear()`, file)];
  }
  const target = findMethodCall(parent.parent);
  if (!target || skipWrappers(target.receiver) !== access) return undefined;
  const { arguments: args } = target.call;
  if (target.method === 'push' || target.method === 'unshift')
    return args.length === 1 && !ts.isSpreadElement(args[0]!) ? [] : undefined;
  return /^(?:shift|pop)$/.test(target.method) && args.length === 0 ? [] : undefined;
}
