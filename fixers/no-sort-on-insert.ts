import type { SortOnInsert } from '../src/ast/containers/sort-on-insert.ts';
import { findListHome, type ListHome } from '../src/ast/size/list-home.ts';
import { listUsedBindings } from '../src/ast/size/loop-facts.ts';
import {
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { insertInOrder } from './edit/insert-in-order.ts';
import { findItemType } from './edit/item-type.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<SortOnInsert> = {
  rule: 'no-sort-on-insert',
  safety: 'review',
  changes: 'makes the list a `PriorityQueue` where only its first is taken, else inserts each entry at its place',
  fix({ data }, file): Fix | Skip {
    const { call, push, list } = data;
    const order = call.arguments[0];
    if (!order) return { skip: 'without a function it is sorted as text: say what goes first' };
    const home = findListHome(list, file);
    const initial = home?.declaration?.initializer && skipWrappers(home.declaration.initializer);
    if (!home?.declaration || !initial || !ts.isArrayLiteralExpression(initial) || initial.elements.length > 0)
      return { skip: 'it does not begin as an empty list of this file' };
    if (!home.isPrivate) return { skip: 'other files may put entries in' };
    const item = home.declaration.type ? findItemType(home.declaration.type, file) : undefined;
    if (isTypeScriptFile(file) && item === undefined) return { skip: 'the type of its entries is not written' };
    const added = push.parent;
    const sorted = call.parent;
    if (!ts.isExpressionStatement(added) || !ts.isExpressionStatement(sorted) || !areNeighbours(added, sorted))
      return { skip: 'what is there already may have changed before it is sorted again' };
    if (findMethodCall(push)?.method !== 'push') return { skip: 'among equals the latest is to go first' };
    const queue = toQueue(data, home, order, item, file);
    if (queue)
      return {
        edits: queue,
        needs: ['PriorityQueue'],
        note: 'what decides the order must not change while an entry waits',
      };
    const others = home.accesses.filter((access) => !isWithin(access, added) && !isWithin(access, sorted));
    if (others.some((access) => isFilled(access))) return { skip: 'entries are put in elsewhere as well' };
    const edits = insertInOrder(data, order, item, file);
    return edits
      ? { edits, note: 'what decides the order must not change while an entry is in the list' }
      : { skip: 'a comment stands behind what is put in, or behind the function that orders' };
  },
};

function areNeighbours(first: ts.Statement, second: ts.Statement): boolean {
  const { parent } = first;
  return (
    ts.isBlock(parent) &&
    parent === second.parent &&
    parent.statements.indexOf(second) === parent.statements.indexOf(first) + 1
  );
}

/** Where the list is only added to, and its first read or taken; undefined for other uses. */
function toQueue(
  { call, push }: SortOnInsert,
  { declaration, accesses }: ListHome,
  order: ts.Expression,
  item: string | undefined,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  if (!canMove(order, file)) return undefined;
  const edits: TextEdit[] = [];
  let isTaken = false;
  for (const access of accesses) {
    if (access === declaration!.name || isWithin(access, push) || isWithin(access, call)) continue;
    const outer = getOutermostWrapped(access);
    const { parent } = outer;
    if (findMemberName(parent) === 'length' && !isAssignment(parent.parent)) continue;
    const target = findMethodCall(parent.parent);
    if (target?.method === 'shift' && skipWrappers(target.receiver) === access) {
      edits.push(replaceNode((target.call.expression as ts.PropertyAccessExpression).name, 'pop', file));
    } else if (ts.isElementAccessExpression(parent) && parent.argumentExpression.getText(file.source) === '0') {
      if (isAssignment(parent.parent) && parent.parent.left === parent) return undefined;
      edits.push({ start: outer.end, end: parent.end, text: '.peek()' });
    } else {
      return undefined;
    }
    isTaken = true;
  }
  if (!isTaken) return undefined;
  const typed = isTypeScriptFile(file) ? `<${item}>` : '';
  const made = `new PriorityQueue${typed}(${order.getText(file.source)})`;
  edits.push(replaceNode(declaration!.initializer!, made, file), removeStatement(call.parent as ts.Statement, file));
  if (declaration!.type) edits.push(replaceNode(declaration!.type, `PriorityQueue${typed}`, file));
  return edits.sort((a, b) => a.start - b.start) as [TextEdit, ...TextEdit[]];
}

/** The function that orders means the same where the list is declared. */
function canMove(order: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(order);
  if (/\b(?:this|arguments|await)\b/.test(value.getText(file.source))) return false;
  const names = listUsedBindings(value, file).filter((name) => !isWithin(name.identifier, value));
  if (names.some(({ scope }) => scope !== file.moduleScope)) return false;
  return isFunctionNode(value) || names.every(({ kind }) => kind === 'function' || kind === 'import');
}

/** Whether a use puts entries in, or gives the list to somebody who may. */
function isFilled(access: ts.Expression): boolean {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (isAssignment(parent) && parent.left === outer)
    return !/^\[\s*\]$|\.(?:filter|slice)\(/.test(parent.right.getText());
  const target = findMethodCall(parent.parent);
  if (target && skipWrappers(target.receiver) === access)
    return (
      /^(?:push|unshift|reverse|fill|copyWithin|sort)$/.test(target.method) ||
      (target.method === 'splice' && target.call.arguments.length > 2)
    );
  return ts.isElementAccessExpression(parent) && isAssignment(parent.parent) && parent.parent.left === parent;
}
