import type { FileContext } from '../../model/file-context.ts';
import { eventKindOf } from '../listeners/event-kind.ts';
import type { Subscription } from '../listeners/subscriptions.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { emitterLifeOf } from './emitter-lifetime.ts';

const subscribing = /^(?:subscribe|on[A-Z]\w*)$/;
/** `this.toDispose.push(…)`, `disposables.add(…)`, `this._register(…)`. */
const keeping = /^(?:push|add|addAll|pushAll|use|_?register\w*|_?addDisposable\w*)$/;

/**
 * A call beside `call`, in the same function, whose result an owner keeps in a list of what it has to end: whoever wrote
 * that knows that what is subscribed to lives longer than the owner.
 */
export function findKeptSibling(
  call: ts.CallExpression,
  file: FileContext,
  source?: string,
): ts.CallExpression | undefined {
  const fn = findEnclosingFunction(call);
  return file.nodes('CallExpression').find((other) => {
    const target = findMethodCall(other);
    if (other === call || !target || !subscribing.test(target.method) || findEnclosingFunction(other) !== fn)
      return false;
    if (source !== undefined && target.receiver.getText(file.source) !== source) return false;
    const [listener] = other.arguments;
    if (!listener || !(isFunctionNode(skipWrappers(listener)) || target.method !== 'subscribe')) return false;
    const keeper = findMethodCall(getOutermostWrapped(other).parent);
    return keeper !== undefined && keeping.test(keeper.method) && isOwnList(keeper.receiver, file);
  });
}

/**
 * `this.toDispose.push(model.onDidChange(…)); model.onDidMove(…);`: a subscription that is dropped, to what its function is
 * handed, where another one to the same is kept to be ended.
 */
export function findSubscriptionBesideKept(call: ts.CallExpression, file: FileContext): Subscription | undefined {
  const target = ts.isExpressionStatement(getOutermostWrapped(call).parent) ? findMethodCall(call) : undefined;
  const [listener, ...others] = call.arguments;
  if (!target || !/^on[A-Z]/.test(target.method) || !listener || others.length > 0) return undefined;
  if (!isFunctionNode(skipWrappers(listener)) && findMemberPath(listener)?.[0] !== 'this') return undefined;
  // What a source says of its own end is gone with it.
  if (eventKindOf(target.method.replace(/^on(?:Did|Will)?/, '')) === 'last') return undefined;
  const fn = findEnclosingFunction(call);
  if (!fn || !/^(?:parameter|outer)$/.test(emitterLifeOf(target.receiver, fn, file))) return undefined;
  const source = target.receiver.getText(file.source);
  return findKeptSibling(call, file, source) && { call, source: `${source}.${target.method}`, ends: 'dispose' };
}

/** A field of the owner, or a variable of its method; not a list that somebody hands over. */
function isOwnList(receiver: ts.Expression, file: FileContext): boolean {
  const root = rootOfMembers(skipWrappers(receiver));
  if (root.kind === ts.SyntaxKind.ThisKeyword) return true;
  return ts.isIdentifier(root) && /^(?:const|let|var)$/.test(file.bindingOf(root)?.kind ?? '');
}
