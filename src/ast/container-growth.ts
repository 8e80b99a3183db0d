import type { FileContext } from '../model/file-context.ts';
import { type Container, findWholeWrite, madeKind } from './containers.ts';
import { findFunctionValue } from './functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isLoop,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

/** One place where a container gets an entry. */
export interface Add {
  node: ts.Node;
  /** Undefined for arrays, and for bulk adds. */
  key: ts.Expression | undefined;
  value: ts.Expression | undefined;
  fn: FunctionNode | undefined;
}

/**
 * How entries leave.
 * `evict`: the oldest, or all that a walk over the container finds old; `reset`: all at once; `settle`: one, when the
 * operation it stands for ends (finally, a promise's end, an event, a timer); `keyed`: one, by its key.
 */
export type RemovalKind = 'evict' | 'reset' | 'settle' | 'keyed';

export interface Removal {
  node: ts.Node;
  kind: RemovalKind;
  key: ts.Expression | undefined;
  fn: FunctionNode | undefined;
}

export interface Growth {
  adds: readonly Add[];
  removals: readonly Removal[];
  /** `get`, `has`, `x[k]`, `k in x`. */
  reads: readonly { node: ts.Node; key: ts.Expression | undefined; fn: FunctionNode | undefined }[];
  /** Comparisons of its size with more than zero or one. */
  sizeChecks: readonly ts.Node[];
  /** Where it goes out of sight: handed to a call, kept in another object, returned as it is. */
  escapes: readonly { node: ts.Node; kind: 'argument' | 'stored' | 'returned' }[];
  /** Members called or read on it. */
  members: ReadonlySet<string>;
}

interface Draft {
  adds: Add[];
  removals: Removal[];
  reads: { node: ts.Node; key: ts.Expression | undefined; fn: FunctionNode | undefined }[];
  sizeChecks: ts.Node[];
  escapes: { node: ts.Node; kind: 'argument' | 'stored' | 'returned' }[];
  members: Set<string>;
}

const trimmingCall =
  /trim|evict|prune|clean|sweep|purge|limit|expire|drain|flush|clear|remove|delete|shrink|truncate|pull|cap\b|bound|gc|dispose|release|without|reject/i;

/** What a file does to a container: every add, removal, read, size check and escape. */
export function growthOf(container: Container, file: FileContext): Growth {
  const draft: Draft = { adds: [], removals: [], reads: [], sizeChecks: [], escapes: [], members: new Set() };
  for (const access of container.accesses) classify(access, container, draft, file, 0);
  return draft;
}

function classify(access: ts.Expression, container: Container, draft: Draft, file: FileContext, hops: number): void {
  const outer = getOutermostWrapped(access) as ts.Expression;
  const { parent } = outer;
  const fn = findEnclosingFunction(access);
  const whole = findWholeWrite(access);
  if (whole) {
    classifyWrite(whole, container, draft, fn);
    return;
  }
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) {
    classifyMember(parent, container, draft, fn, file);
    return;
  }
  if (ts.isElementAccessExpression(parent) && parent.expression === outer) {
    classifyElement(parent, container, draft, fn, file);
    return;
  }
  if (
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.InKeyword &&
    parent.right === outer
  ) {
    draft.reads.push({ node: parent, key: parent.left, fn });
    return;
  }
  if (ts.isCallExpression(parent) && parent.arguments.includes(outer)) {
    classifyArgument(parent, outer, container, draft, fn, file, hops);
    return;
  }
  if (ts.isNewExpression(parent) && parent.arguments?.includes(outer)) {
    const callee = skipWrappers(parent.expression);
    if (!(ts.isIdentifier(callee) && /^(?:Map|Set|Array)$/.test(callee.text)))
      draft.escapes.push({ node: parent, kind: 'stored' });
    return;
  }
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === outer)) {
    draft.escapes.push({ node: parent, kind: 'returned' });
    return;
  }
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
    const assigned = getOutermostWrapped(parent.parent).parent;
    const isExport = ts.isShorthandPropertyAssignment(parent) || isAssignment(assigned);
    draft.escapes.push({ node: parent, kind: isExport && isModuleExports(assigned) ? 'returned' : 'stored' });
    return;
  }
  if (isAssignment(parent) && parent.right === outer) {
    const left = parent.left.getText(file.source);
    if (!/^(?:module\.)?exports\b/.test(left)) draft.escapes.push({ node: parent, kind: 'stored' });
  }
}

function isModuleExports(node: ts.Node): boolean {
  return isAssignment(node) && /exports/.test(node.left.getText());
}

function classifyWrite(
  write: ts.BinaryExpression,
  container: Container,
  draft: Draft,
  fn: FunctionNode | undefined,
): void {
  const value = skipWrappers(write.right);
  if (value === skipWrappers(container.value)) return;
  if (
    write.operatorToken.kind === ts.SyntaxKind.QuestionQuestionEqualsToken ||
    write.operatorToken.kind === ts.SyntaxKind.BarBarEqualsToken
  )
    return;
  const isSelf = (node: ts.Node): boolean => container.accesses.some((a) => isWithin(a, node));
  if (
    ts.isArrayLiteralExpression(value) &&
    value.elements.some((e) => ts.isSpreadElement(e) && isSelf(e) && isWhole(e.expression, container))
  ) {
    draft.adds.push({ node: write, key: undefined, value: value.elements.find((e) => !isSelf(e)), fn });
    return;
  }
  const target = findMethodCall(value);
  if (target && target.method === 'concat' && isWhole(target.receiver, container)) {
    draft.adds.push({ node: write, key: undefined, value: target.call.arguments[0], fn });
    return;
  }
  draft.removals.push({ node: write, kind: madeKind(value) ? 'reset' : 'evict', key: undefined, fn });
}

function isWhole(node: ts.Expression, container: Container): boolean {
  return container.accesses.includes(skipWrappers(node));
}

function classifyMember(
  access: ts.PropertyAccessExpression,
  container: Container,
  draft: Draft,
  fn: FunctionNode | undefined,
  file: FileContext,
): void {
  const name = access.name.text;
  draft.members.add(name);
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  const call = ts.isCallExpression(parent) && parent.expression === outer ? parent : undefined;
  if (name === 'size' || name === 'length') {
    if (isAssignment(parent) && parent.left === outer) {
      draft.removals.push({ node: parent, kind: 'evict', key: undefined, fn });
    } else if (ts.isPostfixUnaryExpression(parent) || ts.isPrefixUnaryExpression(parent)) {
      if (parent.operator === ts.SyntaxKind.MinusMinusToken)
        draft.removals.push({ node: parent, kind: 'evict', key: undefined, fn });
    } else if (isSizeCheck(outer, file)) draft.sizeChecks.push(parent);
    return;
  }
  if (!call) {
    if (container.kind === 'object') classifyNamed(access, outer, draft, fn);
    return;
  }
  const [first, second] = call.arguments;
  switch (name) {
    case 'set':
      if (container.kind === 'map') draft.adds.push({ node: call, key: first, value: second, fn });
      return;
    case 'add':
      if (container.kind === 'set') draft.adds.push({ node: call, key: first, value: undefined, fn });
      return;
    case 'push':
    case 'unshift':
      draft.adds.push({ node: call, key: undefined, value: first, fn });
      return;
    case 'get':
    case 'has':
    case 'hasOwnProperty':
    case 'includes':
    case 'indexOf':
      draft.reads.push({ node: call, key: first, fn });
      return;
    case 'delete':
      draft.removals.push(judgeDelete(call, first, container, fn, file));
      return;
    case 'clear':
      draft.removals.push({ node: call, kind: 'reset', key: undefined, fn });
      return;
    case 'splice':
      if (call.arguments.length > 2) draft.adds.push({ node: call, key: undefined, value: call.arguments[2], fn });
      if (second?.getText(file.source) !== '0') draft.removals.push({ node: call, kind: 'evict', key: undefined, fn });
      return;
    case 'shift':
    case 'pop':
      draft.removals.push({ node: call, kind: 'evict', key: undefined, fn });
      return;
    default:
  }
}

/** `registry.name = x` on an object: a constant key. */
function classifyNamed(
  access: ts.PropertyAccessExpression,
  outer: ts.Node,
  draft: Draft,
  fn: FunctionNode | undefined,
): void {
  const { parent } = outer;
  if (ts.isDeleteExpression(parent)) draft.removals.push({ node: parent, kind: 'keyed', key: undefined, fn });
  else if (!isAssignment(parent)) draft.reads.push({ node: access, key: undefined, fn });
}

function classifyElement(
  access: ts.ElementAccessExpression,
  container: Container,
  draft: Draft,
  fn: FunctionNode | undefined,
  file: FileContext,
): void {
  const key = access.argumentExpression;
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (ts.isDeleteExpression(parent)) {
    draft.removals.push(judgeDelete(parent, key, container, fn, file));
    return;
  }
  if (container.kind === 'array') return;
  if (isAssignment(parent) && parent.left === outer) {
    const value = skipWrappers(parent.right);
    const isEmptied =
      value.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(value) && value.text === 'undefined');
    // A key whose value is taken off stays.
    if (!isEmptied) draft.adds.push({ node: parent, key, value: parent.right, fn });
    return;
  }
  if (ts.isPostfixUnaryExpression(parent) || ts.isPrefixUnaryExpression(parent)) {
    draft.adds.push({ node: parent, key, value: undefined, fn });
    return;
  }
  draft.reads.push({ node: access, key, fn });
}

function classifyArgument(
  call: ts.CallExpression,
  argument: ts.Expression,
  container: Container,
  draft: Draft,
  fn: FunctionNode | undefined,
  file: FileContext,
  hops: number,
): void {
  const callee = skipWrappers(call.expression);
  const name = findMemberName(callee) ?? (ts.isIdentifier(callee) ? callee.text : '');
  const receiver = ts.isPropertyAccessExpression(callee) ? callee.expression.getText(file.source) : '';
  if (
    receiver === 'Object' ||
    receiver === 'JSON' ||
    receiver === 'Array' ||
    receiver === 'console' ||
    receiver === 'util'
  ) {
    if (name === 'hasOwn') draft.reads.push({ node: call, key: call.arguments[1], fn });
    if (name === 'assign' && call.arguments[0] === argument) {
      draft.adds.push({ node: call, key: undefined, value: undefined, fn });
    }
    return;
  }
  if (name === 'push' || name === 'concat') return;
  const target = hops < 2 ? findFunctionValue(call.expression, file) : undefined;
  const parameter = target?.parameters[call.arguments.indexOf(argument)];
  if (parameter && ts.isIdentifier(parameter.name)) {
    const binding = file.bindingOf(parameter.name);
    const inner = { ...container, accesses: [...container.accesses, ...(binding?.references ?? [])] };
    for (const reference of binding?.references ?? []) classify(reference, inner, draft, file, hops + 1);
    return;
  }
  if (trimmingCall.test(name)) draft.removals.push({ node: call, kind: 'evict', key: undefined, fn });
  else draft.escapes.push({ node: call, kind: 'argument' });
}

/** `x.size > limit`, `x.length >= 100`; comparisons with nothing or one are questions of another kind. */
function isSizeCheck(size: ts.Node, file: FileContext): boolean {
  let at: ts.Node = size;
  while (ts.isBinaryExpression(at.parent) && /^[-+*/]$/.test(at.parent.operatorToken.getText(file.source)))
    at = at.parent;
  const { parent } = at;
  if (ts.isCallExpression(parent)) return false;
  if (!ts.isBinaryExpression(parent)) return false;
  const { kind } = parent.operatorToken;
  const isOrder = kind >= ts.SyntaxKind.LessThanToken && kind <= ts.SyntaxKind.GreaterThanEqualsToken;
  const isEqual = kind >= ts.SyntaxKind.EqualsEqualsToken && kind <= ts.SyntaxKind.ExclamationEqualsEqualsToken;
  if (!isOrder && !isEqual) return false;
  const other = parent.left === at ? parent.right : parent.left;
  if (/^[01]$/.test(other.getText(file.source))) return false;
  // `i < list.length` walks.
  return !(ts.isForStatement(parent.parent) && parent.parent.condition === parent);
}

function judgeDelete(
  node: ts.Node,
  key: ts.Expression | undefined,
  container: Container,
  fn: FunctionNode | undefined,
  file: FileContext,
): Removal {
  if (isInWalk(node, container, file) || isOldestKey(key, container, file)) return { node, kind: 'evict', key, fn };
  return { node, kind: isAtEndOfOperation(node) ? 'settle' : 'keyed', key, fn };
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
const endFunction =
  /^(?:on|handle)[A-Z]\w*|(?:done|finish(?:ed)?|settle[d]?|complete[d]?|cleanup|clean[Uu]p|callback|cb|resolve|reject|end(?:ed)?|close[d]?|disconnect(?:ed)?|release[d]?|unlock|leave|dispose|teardown|destroy|unsubscribe|detach|stop)$/i;

/** In `finally`, or in a function that runs when something has ended. */
function isAtEndOfOperation(node: ts.Node): boolean {
  for (let at: ts.Node = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.finallyBlock === at) return true;
    if (!isFunctionNode(at)) continue;
    const call = getOutermostWrapped(at).parent;
    if (ts.isCallExpression(call)) {
      const name = findMethodCall(call)?.method ?? (ts.isIdentifier(call.expression) ? call.expression.text : '');
      if (endName.test(name)) return true;
    } else if (
      ts.isReturnStatement(call) ||
      (ts.isArrowFunction(call) && call.body !== at.parent) ||
      ts.isPropertyAssignment(call)
    )
      return true;
    if (endFunction.test(nameOfFunction(at))) return true;
  }
  return false;
}
