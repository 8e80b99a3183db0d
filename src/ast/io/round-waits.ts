import { findMethodCall, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** A call that a round of a loop waits for. */
export interface Waited {
  call: ts.CallExpression;
  /** A failure is dealt with where it is waited for: `.catch(…)`, `const [error, row] = await tryCatch(…)`, `allSettled`. */
  isSettled: boolean;
}

/**
 * What an `await` waits for: the call behind `.lean()`, `.catch()` and the like, each of a `Promise.all([a(), b()])` that is
 * written out, and what a wrapper that gives failures back is handed. None where that is no call.
 */
export function listWaited(node: ts.AwaitExpression): Waited[] {
  const call = findChained(node.expression);
  if (!call) return [];
  const isSettled = catches(node.expression) || givesError(node);
  const gathered = listGathered(call);
  if (gathered) {
    const isAll = isSettled || findMethodCall(call)?.method === 'allSettled';
    return gathered.map((part) => ({ call: findChained(part)!, isSettled: isAll || catches(part) }));
  }
  const wrapped = givesError(node) ? findWrapped(call) : undefined;
  return [{ call: wrapped ?? call, isSettled }];
}

const chained = /^(?:catch|then|finally|lean|exec|toArray|select|populate)$/;
const maxHops = 6;

function findChained(expression: ts.Expression): ts.CallExpression | undefined {
  let value = skipWrappers(expression);
  for (let hops = 0; hops < maxHops && ts.isCallExpression(value); hops++) {
    const target = findMethodCall(value);
    if (!target || !chained.test(target.method)) return value;
    value = target.receiver;
  }
  return ts.isCallExpression(value) ? value : undefined;
}

/** `[a(), b()]` of `Promise.all([a(), b()])`, if each of them is a call. */
function listGathered(call: ts.CallExpression): ts.Expression[] | undefined {
  const target = findMethodCall(call);
  if (!target || !/^all(?:Settled)?$/.test(target.method) || target.receiver.getText() !== 'Promise') return undefined;
  const list = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!list || !ts.isArrayLiteralExpression(list) || list.elements.length === 0) return undefined;
  return list.elements.every((part) => findChained(part) !== undefined) ? [...list.elements] : undefined;
}

/** `call().catch((error) => log(error))`: whoever waits goes on. */
function catches(expression: ts.Expression): boolean {
  for (let at = findMethodCall(skipWrappers(expression)); at; at = findMethodCall(skipWrappers(at.receiver))) {
    const handler = at.method === 'catch' ? at.call.arguments[0] : undefined;
    if (handler) return !throws(skipWrappers(handler));
  }
  return false;
}

function throws(node: ts.Node): boolean {
  return ts.isThrowStatement(node) || (ts.forEachChild(node, throws) ?? false);
}

const errorName = /^_?(?:e|err|error)$|(?:Err|Error)$/;

/** `const [error, row] = await …`, `const { data, error } = await …`: a failure is a value like any other. */
function givesError({ parent }: ts.AwaitExpression): boolean {
  if (!ts.isVariableDeclaration(parent)) return false;
  const { name } = parent;
  if (ts.isIdentifier(name)) return false;
  const parts = ts.isArrayBindingPattern(name) ? name.elements.slice(0, 1) : name.elements;
  return parts.some((part) => ts.isBindingElement(part) && errorName.test((part.propertyName ?? part.name).getText()));
}

/** `send(item)` of `tryCatch(send(item))` and of `attempt(() => send(item))`. */
function findWrapped({ arguments: [given] }: ts.CallExpression): ts.CallExpression | undefined {
  const value = given && skipWrappers(given);
  if (!value) return undefined;
  if (!isFunctionNode(value)) return findChained(value);
  return value.body && !ts.isBlock(value.body) ? findChained(value.body) : undefined;
}
