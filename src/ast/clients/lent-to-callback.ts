import type { Binding, FileContext } from '../../model/file-context.ts';
import { findLeaks, type Leak } from '../handles/release-paths.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { listReleases } from './lent-connection.ts';

/** What a callback is lent: `pool.getConnection((error, connection) => …)`, `pool.connect((error, client, done) => …)`. */
export interface LentToCallback {
  callback: FunctionNode;
  /** Undefined where the callback does not even take it. */
  binding: Binding | undefined;
  releases: readonly ts.CallExpression[];
  /** A way out of the callback, or of one that works with it, on which it is still held. */
  leak: Leak | undefined;
}

/** Follows what a callback is lent through it and the callbacks of what it does; undefined where it goes elsewhere. */
export function findLentToCallback(call: ts.CallExpression, file: FileContext): LentToCallback | undefined {
  const last = call.arguments.length < 3 ? call.arguments.at(-1) : undefined;
  const callback = last && skipWrappers(last);
  if (!callback || !isFunctionNode(callback) || !callback.body) return undefined;
  const [failed, lent, done, ...others] = callback.parameters.map((parameter) => bindingOf(parameter, file));
  if (others.length > 0 || callback.parameters.some(({ dotDotDotToken }) => dotDotDotToken)) return undefined;
  if (callback.parameters.length < 2) {
    // `pool.connect((error) => …)`: it tries the pool, and keeps what it was lent.
    const isTry = callback.parameters.length === 0 || (failed && /^_?e(?:rr(?:or)?)?$/.test(failed.name));
    return isTry ? { callback, binding: undefined, releases: [], leak: undefined } : undefined;
  }
  if (!lent) return undefined;
  const releases = [...listReleases(lent, callback, file), ...(done ? listCallsOfBinding(done, callback, file) : [])];
  if (goesElsewhere(lent, releases) || (done && isHandedOn(done))) return undefined;
  const leak = releases.length > 0 ? findLeak(callback, { lent, failed, releases }, file) : undefined;
  return { callback, binding: lent, releases, leak };
}

function bindingOf({ name }: ts.ParameterDeclaration, file: FileContext): Binding | undefined {
  return ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
}

function listCallsOfBinding(binding: Binding, fn: FunctionNode, file: FileContext): ts.CallExpression[] {
  return listNodesWithin('CallExpression', fn, file).filter(
    ({ expression }) => ts.isIdentifier(expression) && file.bindingOf(expression) === binding,
  );
}

/** Anything but its methods, conditions on it, and calls that give it back. */
function goesElsewhere({ references, identifier }: Binding, releases: readonly ts.CallExpression[]): boolean {
  return references.some((reference) => {
    if (reference === identifier || releases.some((release) => isWithin(reference, release))) return false;
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) {
      // `connection.release` handed over, or called later by another name.
      const isCalled = ts.isCallExpression(parent.parent) && parent.parent.expression === parent;
      return !isCalled && /^(?:release|end|destroy|close)$/.test(parent.name.text);
    }
    return !ts.isIfStatement(parent) && !ts.isPrefixUnaryExpression(parent);
  });
}

/** `client.query(text, done)`. */
function isHandedOn({ references, identifier }: Binding): boolean {
  return references.some(
    (use) => use !== identifier && !(ts.isCallExpression(use.parent) && use.parent.expression === use),
  );
}

interface Held {
  lent: Binding;
  /** The error of the callback: where there is one, nothing was lent. */
  failed: Binding | undefined;
  releases: readonly ts.CallExpression[];
}

function findLeak(fn: FunctionNode, held: Held, file: FileContext): Leak | undefined {
  const { lent, failed, releases } = held;
  const known = new Set<ts.Node>(releases);
  const asks = (binding: Binding | undefined, condition: ts.Node): boolean =>
    binding?.references.some((reference) => isWithin(reference, condition)) ?? false;
  const leaks = findLeaks(
    fn,
    {
      acquire: undefined,
      isRelease: (node) => known.has(node),
      isGuard: (condition) => asks(lent, condition) || asks(failed, condition),
      isAbsence: (condition) => isNegated(condition) !== asks(failed, condition),
      canThrow: () => false,
    },
    file,
  );
  // What throws in a callback is an end of another kind: nobody catches it.
  const leak = leaks.find(({ outcome }) => outcome !== 'throw');
  if (leak) return leak;
  for (const inner of listWorkers(fn, lent)) {
    // What is given back behind it, or when something throws, is another way to the same end.
    const isOnly = releases.every((release) => isWithin(release, inner) || release.end <= inner.pos);
    if (!isOnly || !releases.some((release) => isWithin(release, inner))) continue;
    const found = findLeak(inner, { lent, failed: undefined, releases }, file);
    if (found) return found;
  }
  return undefined;
}

/** `!error`, `error === null`. */
function isNegated(condition: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(condition)) return true;
  return ts.isBinaryExpression(condition) && /^={2,3}$/.test(condition.operatorToken.getText());
}

/** The callbacks of what is done with it: `connection.query(text, (error, rows) => …)`. */
function listWorkers(fn: FunctionNode, lent: Binding): FunctionNode[] {
  return lent.references.flatMap((reference) => {
    const target = findMethodCall(reference.parent.parent);
    if (!target || target.receiver !== reference || findEnclosingFunction(reference) !== fn) return [];
    const last = target.call.arguments.at(-1);
    const worker = last && skipWrappers(last);
    return worker && isFunctionNode(worker) ? [worker] : [];
  });
}
