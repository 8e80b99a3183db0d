import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { classifyElement, classifyMember } from './container-member.ts';
import { type Container, findWholeWrite, madeKind } from './containers.ts';

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

/** A {@link Growth} that is being filled. */
export interface Draft {
  adds: Add[];
  removals: Removal[];
  reads: { node: ts.Node; key: ts.Expression | undefined; fn: FunctionNode | undefined }[];
  sizeChecks: ts.Node[];
  escapes: { node: ts.Node; kind: 'argument' | 'stored' | 'returned' }[];
  members: Set<string>;
}

const trimmingCall =
  /trim|evict|prune|clean|sweep|purge|limit|expire|drain|flush|clear|remove|delete|shrink|truncate|pull|cap\b|bound|gc|dispose|release|without|reject/i;

/** Makes it anew whenever it is asked to, though the constructor leaves the first making to it too; `reset` may be no more than that. */
const emptying = /^_*(?:clear|empty|wipe|purge|flush|invalidate)(?:[A-Z]\w*)?$/;

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
  if (value === skipWrappers(container.value)) {
    if (fn && emptying.test(nameOfFunction(fn)))
      draft.removals.push({ node: write, kind: 'reset', key: undefined, fn });
    return;
  }
  if (isWithin(container.value, value) || isDefaulted(value, container)) return;
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

/** `this.entries = this.entries || {}` takes nothing away. */
function isDefaulted(value: ts.Expression, container: Container): boolean {
  if (!ts.isBinaryExpression(value)) return false;
  const { kind } = value.operatorToken;
  const isDefault = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
  return isDefault && isWhole(value.left, container);
}

function isWhole(node: ts.Expression, container: Container): boolean {
  return container.accesses.includes(skipWrappers(node));
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
  const name = calleeName(call);
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

/** A table of the module that its own load puts entries into: what comes later is of the same kind, and as few. */
export function isPrimed({ home }: Container, { adds }: Growth): boolean {
  return home.kind === 'module' && adds.some(({ fn }) => fn === undefined);
}
