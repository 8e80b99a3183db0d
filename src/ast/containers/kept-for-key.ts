import type { Binding, FileContext } from '../../model/file-context.ts';
import { initializerOf } from '../names/initializer.ts';
import { findMemberName, findMemberPath, isAssignment, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Add, Growth } from './container-growth.ts';
import type { Container } from './containers.ts';

const lockMaker = /(?:mutex|semaphore|lock)$/i;
const lockTable = /mutex|lock|pending|in_?flight|running|queue/i;

/**
 * `locks[key] = new Mutex()`: whoever holds the lock of a key gives it back, and it is of no use until the key comes
 * again; the same holds of a promise that says when the work for a key is done.
 */
export function isLockOfKey(add: Add, container: Container, file: FileContext): boolean {
  const value = add.value && skipWrappers(add.value);
  const made = value && ts.isIdentifier(value) ? initializerOf(value, file) : value;
  if (!made || !(ts.isNewExpression(made) || ts.isCallExpression(made))) return false;
  const name = findMemberPath(made.expression)?.at(-1) ?? '';
  if (lockMaker.test(name)) return true;
  return ts.isNewExpression(made) && name === 'Promise' && lockTable.test(container.name);
}

/** Members that texts and numbers have too. */
const memberOfText =
  /^(?:length|to[A-Z]\w*|split|trim|slice|substr\w*|replace\w*|starts\w+|ends\w+|includes|indexOf|match|char\w+)$/;

/**
 * A `Map` whose key is an object that this function has waited for or made: what is read or made again is another
 * object, so that its entry is never found a second time. A `WeakMap` would let it go.
 */
export function isKeyedByObject(add: Add, container: Container, growth: Growth, file: FileContext): boolean {
  const key = add.key && skipWrappers(add.key);
  if (container.kind !== 'map' || growth.removals.length > 0 || !key || !ts.isIdentifier(key)) return false;
  const binding = file.bindingOf(key);
  if (!binding || !add.fn || !isWithin(binding.identifier, add.fn) || !comesAnew(binding)) return false;
  return binding.references.some(({ parent }) => {
    const isHolder = ts.isPropertyAccessExpression(parent) && parent.name !== key;
    const member = isHolder ? findMemberName(parent) : undefined;
    return member !== undefined && !memberOfText.test(member);
  });
}

function comesAnew({ declaration, writes }: Binding): boolean {
  if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
  const given = writes.map(({ parent }) => (isAssignment(parent) ? parent.right : undefined));
  return [declaration.initializer, ...given].some((one) => {
    const value = one && skipWrappers(one);
    return value !== undefined && (ts.isAwaitExpression(value) || ts.isObjectLiteralExpression(value));
  });
}
