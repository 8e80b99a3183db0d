import { acquisitions } from '../../src/ast/libraries.ts';
import { bareModule, findOrigin, originName } from '../../src/ast/provenance.ts';
import { findLeaks, type Leak } from '../../src/ast/release-paths.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';

export interface UnreleasedConnection {
  /** `pool.connect()`. */
  call: ts.CallExpression;
  /** The local name of what was lent. */
  binding: Binding;
  fn: FunctionNode;
  leaks: readonly Leak[];
  /** The releases of this function. */
  releases: readonly ts.CallExpression[];
}

const acquireName =
  /^(?:connect|getConnection|acquire|checkout|createQueryRunner|startSession|getClient|acquireConnection)$/;
const releaseName = /^(?:release|endSession|destroy|end|close|releaseConnection|done|free|\$disconnect)$/;

const outcomes = { throw: 'when something throws', return: 'on an early return', end: 'at all' } as const;

export const rule = defineRule<UnreleasedConnection>({
  id: 'no-unreleased-connection',
  category: 'pooling',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'stable',
  message: '`{name}` is taken from the pool here and not given back {outcome}.',
  why: 'Each miss takes one connection out of the pool for good. After as many as the pool holds, every request waits for a connection that never comes.',
  advice:
    'Release it in a `finally` that begins right after it was acquired, or use the pool’s own `query`, `withConnection` or transaction helper.',
  limits: [
    'A connection handed to a function of another file, stored or returned is taken to be released there.',
    'Pools are known by import; a pool of unknown origin counts only when the function itself releases what it took on some path.',
  ],
  mentions: [
    'connect(&release',
    'getConnection',
    'acquire(&release',
    'createQueryRunner',
    'startSession',
    'connect(&pg',
    'checkout(',
  ],
  visit: {
    CallExpression(call, file) {
      const target = findMethodCall(call);
      if (!target || !acquireName.test(target.method) || file.role === 'test' || file.role === 'script')
        return undefined;
      const binding = findLentBinding(call, file);
      const fn = binding && findEnclosingFunction(call);
      if (!fn || !binding || !isWithin(binding.scope.node, fn)) return undefined;
      const releases = listReleases(binding, fn, file);
      const isKnown = isKnownPool(target.receiver, target.method, file);
      if (!isKnown && !releases.some((r) => releaseMethod(r) === 'release' || releaseMethod(r) === 'releaseConnection'))
        return undefined;
      if (isHandedOver(binding, fn, releases) || isPoolEnded(target.receiver, fn, file)) return undefined;
      const leaks = findLeaks(fn, handlingOf(call, binding, fn, releases), file);
      const worst = releases.length === 0 ? 'end' : leaks[0]?.outcome;
      if (!worst) return undefined;
      return {
        at: call,
        values: { name: binding.name, outcome: outcomes[worst] },
        related: leaks
          .filter((leak) => leak.outcome !== 'end')
          .slice(0, 1)
          .map((leak) => ({
            at: leak.at,
            note: leak.outcome === 'throw' ? 'may throw while it is held' : 'returns while it is held',
          })),
        data: { call, binding, fn, leaks, releases },
      };
    },
  },
});

/** `const c = await pool.connect()`; also `c = await …` on a local `let`. */
function findLentBinding(call: ts.CallExpression, file: FileContext): Binding | undefined {
  let outer = getOutermostWrapped(call);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  const { parent } = outer;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return file.bindingOf(parent.name);
  if (ts.isBinaryExpression(parent) && parent.right === outer && ts.isIdentifier(parent.left)) {
    const binding = file.bindingOf(parent.left);
    return binding?.kind === 'let' || binding?.kind === 'var' ? binding : undefined;
  }
  return undefined;
}

function isKnownPool(receiver: ts.Expression, method: string, file: FileContext): boolean {
  const origin = findOrigin(receiver, file);
  if (!origin) return false;
  const module = bareModule(origin.module);
  const path = `${originName(origin)}.${method}`;
  return acquisitions.some((known) => known.modules.includes(module) && known.method.test(path));
}

function listReleases(binding: Binding, fn: FunctionNode, file: FileContext): ts.CallExpression[] {
  return file.nodes('CallExpression').filter((call) => isWithin(call, fn) && isReleaseOf(call, binding, file));
}

/** `c.release()`, `pool.release(c)`, `release(c)`. */
function isReleaseOf(call: ts.CallExpression, binding: Binding, file: FileContext): boolean {
  const callee = skipWrappers(call.expression);
  if (ts.isElementAccessExpression(callee) && ts.isIdentifier(callee.expression)) {
    const isDispose = /^Symbol\.(?:asyncD|d)ispose$/.test(callee.argumentExpression.getText(file.source));
    return isDispose && file.bindingOf(callee.expression) === binding;
  }
  const target = findMethodCall(call);
  const name = target?.method ?? (ts.isIdentifier(call.expression) ? call.expression.text : '');
  if (!releaseName.test(name) && !/^(?:release|end|close|destroy|free)[A-Z]/.test(name)) return false;
  const isHeld = (node: ts.Node): boolean => ts.isIdentifier(node) && file.bindingOf(node) === binding;
  return (target !== undefined && isHeld(target.receiver)) || call.arguments.some((a) => isHeld(skipWrappers(a)));
}

function releaseMethod(call: ts.CallExpression): string {
  return findMethodCall(call)?.method ?? '';
}

/** Returned, stored, captured by a function that is kept, or passed on in a function that never releases it. */
function isHandedOver(binding: Binding, fn: FunctionNode, releases: readonly ts.CallExpression[]): boolean {
  return binding.references.some((reference) => {
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (ts.isReturnStatement(parent)) return true;
    if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
      // `query(text, { session })` lends it for the call.
      return releases.length === 0 || !ts.isCallExpression(parent.parent.parent);
    }
    if (ts.isArrayLiteralExpression(parent) || ts.isYieldExpression(parent) || ts.isSpreadElement(parent)) return true;
    if (isAssignment(parent) && parent.right === outer) return true;
    if (ts.isVariableDeclaration(parent) && parent.initializer === outer) return true;
    if (ts.isNewExpression(parent)) return true;
    const isArgument = ts.isCallExpression(parent) && parent.expression !== outer;
    if (isArgument && releases.length === 0) return true;
    const owner = findEnclosingFunction(reference);
    return owner !== fn && owner !== undefined && releases.length === 0 && isKept(owner);
  });
}

function isKept(fn: FunctionNode): boolean {
  const { parent } = getOutermostWrapped(fn);
  return !ts.isCallExpression(parent) || isFunctionNode(fn);
}

/** A pool made in this very function and ended in a `finally` takes its connections with it. */
function isPoolEnded(receiver: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  if (!ts.isIdentifier(receiver)) return false;
  const binding = file.bindingOf(receiver);
  if (!binding || !isWithin(binding.identifier, fn) || ts.isParameter(binding.declaration)) return false;
  return binding.references.some((reference) => {
    const target = findMethodCall(reference.parent.parent);
    if (!target || target.receiver !== reference || !/^(?:destroy|end|close|disconnect|drain)$/.test(target.method))
      return false;
    return isInFinally(reference, fn);
  });
}

function isInFinally(node: ts.Node, fn: FunctionNode): boolean {
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    if (ts.isTryStatement(at.parent) && at.parent.finallyBlock === at) return true;
  }
  return false;
}

/** A query runner takes its connection when it connects or first queries, not when it is made. */
function findLazyAcquisition(call: ts.CallExpression, binding: Binding, fn: FunctionNode): ts.Node | undefined {
  if (findMethodCall(call)?.method !== 'createQueryRunner') return undefined;
  for (const reference of binding.references) {
    if (findEnclosingFunction(reference) !== fn) continue;
    for (let at: ts.Node = reference; at !== fn && !ts.isStatement(at); at = at.parent) {
      if (ts.isAwaitExpression(at)) return at;
    }
  }
  return undefined;
}

function handlingOf(
  call: ts.CallExpression,
  binding: Binding,
  fn: FunctionNode,
  releases: readonly ts.CallExpression[],
) {
  const known = new Set<ts.Node>(releases);
  let acquire = findLazyAcquisition(call, binding, fn) ?? getOutermostWrapped(call);
  if (ts.isAwaitExpression(acquire.parent)) acquire = acquire.parent;
  return {
    acquire,
    isRelease: (node: ts.Node) => known.has(node),
    isGuard: (condition: ts.Expression) => binding.references.some((reference) => isWithin(reference, condition)),
  };
}
