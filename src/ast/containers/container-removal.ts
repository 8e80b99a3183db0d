import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isLoop,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';
import type { Removal } from './container-growth.ts';
import type { Container } from './containers.ts';

/** Which entries a `delete` takes: the oldest or those a walk finds, one whose operation ended, or one by its key. */
export function judgeDelete(
  node: ts.Node,
  key: ts.Expression | undefined,
  container: Container,
  fn: FunctionNode | undefined,
  file: FileContext,
): Removal {
  if (isInWalk(node, container, file) || isOldestKey(key, container, file) || isOfSweep(key, fn, container, file))
    return { node, kind: 'evict', key, fn };
  return {
    node,
    kind: isAtEndOfOperation(node, container) || (fn && isRunByTimer(fn, file)) ? 'settle' : 'keyed',
    key,
    fn,
  };
}

/** `setTimeout(() => self.delete(key), ttl)`: an entry that is put in goes by itself. */
function isRunByTimer(fn: FunctionNode, file: FileContext): boolean {
  const name = nameOfFunction(fn);
  return file.nodes('CallExpression').some((call) => {
    if (findMethodCall(call)?.method !== name) return false;
    const callback = findEnclosingFunction(call);
    const timer = callback && getOutermostWrapped(callback).parent;
    return timer !== undefined && ts.isCallExpression(timer) && calleeName(timer) === 'setTimeout';
  });
}

/** `for (const [id] of this.entries) this.remove(id)`: the function that takes one out is called for those that a walk finds. */
function isOfSweep(
  key: ts.Expression | undefined,
  fn: FunctionNode | undefined,
  container: Container,
  file: FileContext,
): boolean {
  const root = key && rootOfMembers(key);
  const declaration = root && ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!fn || !declaration || !ts.isParameter(declaration) || declaration.parent !== fn) return false;
  return listCallsOf(fn, file).some((call) => isInWalkOf(call, container, file));
}

/** In a loop or a callback over the container itself. */
function isInWalkOf(node: ts.Node, container: Container, file: FileContext): boolean {
  const { over } = findRepetition(node) ?? {};
  return over !== undefined && isTakenFrom(over, container, file);
}

/** Inside a loop over the container, or over keys taken from it, or any loop that is not over data of the caller. */
function isInWalk(node: ts.Node, container: Container, file: FileContext): boolean {
  for (let at: ts.Node = node; at.parent; at = at.parent) {
    if (isLoop(at)) {
      if (!ts.isForOfStatement(at) && !ts.isForInStatement(at)) return true;
      if (isTakenFrom(at.expression, container, file) || isOwnList(at.expression, file)) return true;
    }
    const call = getOutermostWrapped(at).parent;
    if (isFunctionNode(at) && ts.isCallExpression(call)) {
      const target = findMethodCall(call);
      if (
        target &&
        /^(?:forEach|filter|map|each|some|every)$/.test(target.method) &&
        isTakenFrom(target.receiver, container, file)
      )
        return true;
    }
  }
  return false;
}

/** Another list of the same owner, such as the times at which the entries expire: a sweep over that. */
function isOwnList(expression: ts.Expression, file: FileContext): boolean {
  let at = skipWrappers(expression);
  while (ts.isPropertyAccessExpression(at) || ts.isCallExpression(at)) {
    let inner: ts.Expression = at.expression;
    if (ts.isCallExpression(at) && /^(?:Object\.\w+|Array\.from)$/.test(at.expression.getText(file.source))) {
      inner = at.arguments[0] ?? inner;
    }
    at = skipWrappers(inner);
  }
  if (at.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (!ts.isIdentifier(at)) return false;
  const binding = file.bindingOf(at);
  return binding !== undefined && binding.scope === file.moduleScope && binding.kind !== 'import';
}

function isTakenFrom(expression: ts.Expression, container: Container, file: FileContext, depth = 0): boolean {
  if (container.accesses.some((access) => isWithin(access, expression))) return true;
  const value = skipWrappers(expression);
  if (!ts.isIdentifier(value) || depth > 2) return false;
  const binding = file.bindingOf(value);
  if (!binding || binding.kind === 'parameter') return false;
  const { declaration } = binding;
  if (
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer &&
    isTakenFrom(declaration.initializer, container, file, depth + 1)
  )
    return true;
  // A list of keys collected in a walk: `for (const [k] of map) stale.push(k)`.
  return binding.references.some((r) => {
    const push = findMethodCall(r.parent.parent);
    return push?.method === 'push' && push.receiver === r && isInWalk(push.call, container, file);
  });
}

function isOldestKey(key: ts.Expression | undefined, container: Container, file: FileContext, depth = 0): boolean {
  if (!key || depth > 3) return false;
  const value = skipWrappers(key);
  if (/\.next\(\)|\bkeys\(|\.shift\(\)|\.pop\(\)|\.(?:peek|tail|oldest|head)\b/.test(value.getText(file.source)))
    return true;
  const root =
    ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value)
      ? skipWrappers(value.expression)
      : value;
  if (!ts.isIdentifier(root)) return false;
  const binding = file.bindingOf(root);
  const declaration = binding?.declaration;
  if (declaration && ts.isBindingElement(declaration)) {
    const holder = declaration.parent.parent;
    return (
      ts.isVariableDeclaration(holder) &&
      holder.initializer !== undefined &&
      isOldestKey(holder.initializer, container, file, depth + 1)
    );
  }
  if (declaration && ts.isVariableDeclaration(declaration)) {
    if (declaration.initializer) return isOldestKey(declaration.initializer, container, file, depth + 1);
    return binding!.writes.some((w) => isAssignment(w.parent) && isInWalk(w.parent, container, file));
  }
  return false;
}

const endName =
  /^(?:finally|then|catch|on|once|addListener|addEventListener|prependListener|prependOnceListener|setTimeout|setInterval|setImmediate|nextTick|queueMicrotask|finished|eos|pipeline|onClose|onEnd|onAbort|subscribe|afterEach|defer)$/;
const handlerName = /^(?:on|handle)[A-Z]\w*/;
const endFunction =
  /(?:done|finish(?:ed)?|settle[d]?|complete[d]?|cleanup|clean[Uu]p|callback|cb|resolve|reject|end(?:ed)?|close[d]?|disconnect(?:ed)?|release[d]?|unlock|leave|dispose|teardown|destroy|unsubscribe|detach|stop)$/i;

/** In `finally`, or in a function that runs when something has ended; not in the one that has put the entry in itself. */
function isAtEndOfOperation(node: ts.Node, { accesses }: Container): boolean {
  const home = findEnclosingFunction(node);
  const isOfAdd = accesses.some(
    (access) =>
      access.pos < node.pos &&
      /^(?:add|set)$/.test(findMethodCall(access.parent.parent)?.method ?? '') &&
      findEnclosingFunction(access) === home,
  );
  for (let at: ts.Node = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.finallyBlock === at) return true;
    if (!isFunctionNode(at) || (isOfAdd && at === home)) continue;
    const call = getOutermostWrapped(at).parent;
    if (ts.isCallExpression(call)) {
      const name = calleeName(call);
      if (endName.test(name)) return true;
    } else if (
      ts.isReturnStatement(call) ||
      (ts.isArrowFunction(call) && call.body !== at.parent) ||
      ts.isPropertyAssignment(call)
    )
      return true;
    const name = nameOfFunction(at);
    if (handlerName.test(name) || endFunction.test(name)) return true;
  }
  return false;
}
