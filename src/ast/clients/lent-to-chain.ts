import type { FileContext } from '../../model/file-context.ts';
import { findMethodCall, getOutermostWrapped, isAsync, isFunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isConnectionHandedOver, listReleases } from './lent-connection.ts';
import { findLentToCallback, type LentToCallback } from './lent-to-callback.ts';

/** What a callback is lent, of a function or of a promise. */
export function findLentToWork(call: ts.CallExpression, method: string, file: FileContext): LentToCallback | undefined {
  return /^_|^startSession$/.test(method) ? undefined : (findLentToCallback(call, file) ?? findLentToChain(call, file));
}

/**
 * `pool.connect().then((client) => client.query(text).then((rows) => { client.release(); return rows; }))`: what the
 * callback of a promise is lent, and gives back where all goes well, or never. Undefined where a `catch`, a `finally` or
 * a callback for failures gives it back, and where it goes elsewhere.
 */
function findLentToChain(call: ts.CallExpression, file: FileContext): LentToCallback | undefined {
  const outer = getOutermostWrapped(call);
  const then = findMethodCall(outer.parent.parent);
  if (then?.method !== 'then' || then.receiver !== outer || then.call.arguments.length === 0) return undefined;
  const callback = skipWrappers(then.call.arguments[0]!);
  if (!isFunctionNode(callback) || isAsync(callback) || callback.parameters.length !== 1) return undefined;
  const { name } = callback.parameters[0]!;
  const lent = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  if (!lent) return undefined;
  const releases = listReleases(lent, callback, file);
  if (isConnectionHandedOver(lent, callback, releases, 'connect') || isGivenAway(callback, lent.references))
    return undefined;
  if (releases.length === 0) return { callback, binding: lent, releases, leak: undefined };
  const ways = releases.map((release) => wayTo(release, callback));
  if (ways.some((way) => way !== 'success')) return undefined;
  const work = lent.references.map(({ parent }) => findMethodCall(parent.parent)?.call);
  const first = work.find((done) => done && !releases.some((release) => isWithin(done, release)));
  return first && { callback, binding: lent, releases, leak: { outcome: 'throw', at: first } };
}

/** `(client) => client`, `(client) => (this.client = client)`. */
function isGivenAway({ body }: { body?: ts.Node | undefined }, references: readonly ts.Identifier[]): boolean {
  const value = body && ts.isExpression(body) ? skipWrappers(body) : undefined;
  return references.some((use) => value === use || ts.isAwaitExpression(use.parent));
}

/** On which outcome of the chain a release runs; undefined where no callback of a promise runs it. */
function wayTo(release: ts.Node, within: ts.Node): 'success' | 'failure' | undefined {
  for (let at = release; at !== within; at = at.parent) {
    if (!isFunctionNode(at)) continue;
    const value = getOutermostWrapped(at);
    const chained = findMethodCall(value.parent);
    if (chained?.method === 'then') return chained.call.arguments[0] === value ? 'success' : 'failure';
    return chained && /^(?:catch|finally)$/.test(chained.method) ? 'failure' : undefined;
  }
  return undefined;
}
