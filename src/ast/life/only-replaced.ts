import type { FileContext } from '../../model/file-context.ts';
import { listHandlePlaces } from '../handles/handle-escape.ts';
import type { Subscription } from '../listeners/subscriptions.ts';
import type { ClassField } from '../names/class-shape.ts';
import {
  findEnclosingFunction,
  findMemberName,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { withCallees } from './after-end.ts';
import type { Life } from './life-cycle.ts';

const subscribing = /^(?:subscribe\w*|observe|on[A-Z]\w*|add\w*(?:Listener|Handler|Observer|Subscriber))$/;

/** A subscription in a field that is ended where it makes way for the next one, so that the last one stays. */
export interface OnlyReplaced {
  subscription: Subscription;
  field: string;
  /** Where the one before is ended. */
  release: ts.Node;
}

/**
 * `this.sub?.unsubscribe(); this.sub = source.subscribe(run)`: whoever wrote that knows that it must be ended. Undefined
 * where anything else ends it, or the end of its owner comes to such a place.
 */
export function findOnlyReplaced(call: ts.CallExpression, life: Life, file: FileContext): OnlyReplaced | undefined {
  if (life.kind !== 'owner' || life.isSingleton || !subscribing.test(findMemberName(call.expression) ?? ''))
    return undefined;
  const [place, ...others] = listHandlePlaces(call, file);
  const field = place?.kind === 'field' && others.length === 0 ? life.shape.fields.get(place.name) : undefined;
  const ends = new Set<Subscription['ends']>();
  let release: ts.Node | undefined;
  for (const access of field?.accesses ?? []) {
    const use = useOf(access);
    if (use === undefined) return undefined;
    if (use === 'other') continue;
    if (!makesWay(access, field!, file)) return undefined;
    ends.add(use);
    release ??= access;
  }
  const [end] = ends;
  if (!field || !release || !end || ends.size > 1) return undefined;
  const atEnd = withCallees(life.shape.disposers, file);
  if (field.accesses.some((access) => atEnd.some((fn) => isWithin(access, fn)))) return undefined;
  const source = call.expression.getText(file.source).replace(/\s+/g, '');
  return { subscription: { call, source, ends: end }, field: field.name, release };
}

/** How an access ends what the field holds; `other` for a write or a question, undefined where it goes elsewhere. */
function useOf(access: ts.Expression): Subscription['ends'] | 'other' | undefined {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (isAssignment(parent)) return parent.left === outer ? 'other' : undefined;
  if (ts.isCallExpression(parent)) return parent.expression === outer ? 'call' : undefined;
  const member = findMemberName(parent);
  if (member !== undefined && (parent as ts.PropertyAccessExpression).expression === outer) {
    const isCalled = ts.isCallExpression(parent.parent) && parent.parent.expression === parent;
    if (!isCalled) return 'other';
    return /^(?:unsubscribe|dispose|remove)$/.test(member) ? (member as Subscription['ends']) : undefined;
  }
  const isAsked =
    ts.isIfStatement(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isPropertyDeclaration(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition === outer) ||
    (ts.isBinaryExpression(parent) &&
      (parent.left === outer || parent.operatorToken.kind !== ts.SyntaxKind.CommaToken));
  return isAsked ? 'other' : undefined;
}

/** Behind the release, in its function and on every way, the field gets the next one. */
function makesWay(release: ts.Node, { accesses }: ClassField, file: FileContext): boolean {
  const fn = findEnclosingFunction(release);
  const next = accesses.find((access) => {
    const { parent } = getOutermostWrapped(access);
    if (access.pos < release.pos || findEnclosingFunction(access) !== fn || !isAssignment(parent)) return false;
    return access === skipWrappers(parent.left) && ts.isCallExpression(skipWrappers(parent.right));
  });
  if (!fn || !next) return false;
  const isLeft = file
    .nodesOfKind(ts.SyntaxKind.ReturnStatement)
    .some((at) => at.pos > release.end && at.end < next.pos && findEnclosingFunction(at) === fn);
  return !isLeft;
}
