import type { FileContext } from '../../model/file-context.ts';
import { classNameOf } from '../clients/lent-arguments.ts';
import { classShape, findSelf, findThisOwner } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  isWithin,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';

/**
 * `0:Prices` for `this.events = new EventEmitter(); this.prices = new Prices(this.events)` in a constructor, and for the like
 * with variables of one function: who makes a Prices makes what it is handed, too, so that both end together.
 */
export function listOwnArguments(file: FileContext): ReadonlySet<string> {
  const own = new Set<string>();
  for (const node of file.nodes('NewExpression')) {
    const callee = skipWrappers(node.expression);
    const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
    const fn = findEnclosingFunction(node);
    if (!binding || !fn || findRepetition(node)) continue;
    node.arguments?.forEach((argument, index) => {
      if (isMadeBy(argument, fn, file)) own.add(`${index}:${classNameOf(binding)}`);
    });
  }
  return own;
}

/** Whether a value, or what it is a member of, is made by a function itself: in a variable of it, or in a field of what it constructs. */
function isMadeBy(value: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const at = skipWrappers(value);
  const path = findMemberPath(at) ?? [];
  const root = rootOfMembers(at);
  const self = findSelf(root, file);
  if (self) {
    const owner = ts.isConstructorDeclaration(fn) ? findThisOwner(self, file) : undefined;
    const values = (owner && classShape(owner, file).fields.get(path[1] ?? '')?.values) ?? [];
    const made = values.filter((one) => isNew(one, path.slice(2), file) && isWithin(one, fn.parent));
    const isUnset = (one: ts.Expression): boolean => /^(?:null|undefined)$/.test(one.getText(file.source));
    return made.length > 0 && values.every((one) => made.includes(one) || isUnset(one));
  }
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  return isNew(declaration.initializer, path.slice(1), file) && findEnclosingFunction(declaration) === fn;
}

/** `new Events(log)`; of `new Room(bus)`, `room.bus` is what it was handed. */
function isNew(value: ts.Expression, members: readonly string[], file: FileContext): boolean {
  const made = skipWrappers(value);
  if (!ts.isNewExpression(made)) return false;
  const handed = (made.arguments ?? []).map((argument) => argument.getText(file.source)).join(' ');
  return !members.some((member) => handed.includes(member));
}
