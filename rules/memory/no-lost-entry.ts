import { allOf } from '../../src/ast/all-of.ts';
import { growthOf } from '../../src/ast/containers/container-growth.ts';
import {
  type Container,
  containerOfField,
  containerOfVariable,
  shownName,
} from '../../src/ast/containers/containers.ts';
import { asksSize, type EmptyBucket, findEmptyBucket } from '../../src/ast/containers/empty-buckets.ts';
import { keyDomain } from '../../src/ast/containers/key-domain.ts';
import { listLateEntries } from '../../src/ast/containers/late-entry.ts';
import { listUnansweredEntries } from '../../src/ast/containers/lost-answer.ts';
import { listLostEntries, type OperationEntry } from '../../src/ast/containers/operation-entry.ts';
import { findOtherKey, type OtherKey } from '../../src/ast/containers/other-key.ts';
import { isPassingKey } from '../../src/ast/containers/passing-key.ts';
import { listStaleEntries, type StaleEntry } from '../../src/ast/containers/stale-entry.ts';
import { listOfOneOutcome } from '../../src/ast/handles/one-outcome.ts';
import { lifetimeOf, listOwnerConditions } from '../../src/ast/life/lifetime.ts';
import { listLiveAdds, listNotTrimmedElsewhere } from '../../src/ast/life/trimming.ts';
import { emptyArrays, together } from '../../src/ast/mention-words.ts';
import { findMethodCall } from '../../src/ast/syntax.ts';
import { findTimerFunction } from '../../src/ast/timers/timers.ts';
import { ts } from '../../src/ast/ts.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export type LostEntry =
  | ({ leak: 'operation'; container: Container } & OperationEntry)
  | ({ leak: 'bucket'; container: Container } & EmptyBucket)
  | ({ leak: 'stale'; container: Container } & StaleEntry)
  | ({ leak: 'key'; container: Container } & OtherKey);

const underWay =
  /pending|in_?flight|in_?progress|active|running|processing|current|busy|loading|visiting|waiting|ongoing/i;
/** `syncing`, `sendingTo`: what they hold is being done. */
const isDoing =
  /^_*(?:currently)?(?!setting|string|mapping|routing|pricing|binding|encoding|thing|listing|rating|ranking)[a-z]{2,}ing(?![a-z])/;
/** Tables of what users open and leave. */
const comesAndGoes =
  /^_*\w*(?:rooms?|channels?|topics?|groups?|members|clients|sessions|users|sockets|connections|peers|waiters|players|games|tenants|watchers)(?:By\w+)?$/i;

/** Those of them that a person or a machine opens anew each time. */
const isOfVisitors = /^_*\w*(?:rooms?|clients|sessions|users|sockets|connections|peers|players|games)(?:By\w+)?$/i;

export const rule = defineRule<LostEntry>({
  id: 'no-lost-entry',
  category: 'memory',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: '{what}.',
  why: 'One entry stays for every operation that failed, or for every key that was ever used; what waits for such an entry to go waits for ever.',
  advice: 'Delete the entry in `finally`; delete a key when the last item of its list goes.',
  limits: [
    'What runs between an add and its removal is looked at in one function; ends of an operation are deadlines, failed sends, rejections, errors handed to a callback, the timer that is kept, a connection that closes while its handler awaits, and one, or a child process, that closes before it has answered.',
    'A key whose list is empty is small: `possible`, unless keys stand for what passes, such as sessions and messages.',
    'Awaits of sleeps, and those whose errors are caught on the spot, are taken not to fail.',
  ],
  mentions: together(
    ['delete ', '.delete(', '.splice('],
    ['new Map', 'new Set', '{}', 'Object.create(null', ...emptyArrays],
  ),
  visit: {
    VariableDeclaration(node, file) {
      if (!node.initializer || hasTooling(file)) return undefined;
      const container = containerOfVariable(node, file);
      return container && judge(container, file);
    },
    PropertyDeclaration(node, file) {
      if (!node.initializer || hasTooling(file)) return undefined;
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
    BinaryExpression(node, file) {
      if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken || hasTooling(file)) return undefined;
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
  },
});

function judge(container: Container, file: FileContext): Match<LostEntry>[] {
  if (container.kind === 'array' || container.accesses.length === 0) return [];
  const growth = growthOf(container, file);
  if (growth.adds.length === 0 || growth.escapes.some(({ kind }) => kind === 'stored')) return [];
  const other = findOtherKey(growth, file);
  if (other) return [judgeOtherKey(other, container)];
  const lost = listLostEntries(growth, file).filter(
    // Kept where it went well and taken back where not: only names of work under way say that no entry may stay.
    ({ exit }) => !ts.isReturnStatement(exit) || underWay.test(container.name) || isDoing.test(container.name),
  );
  const bucket = lost.length === 0 ? findEmptyBucket(container, growth, file) : undefined;
  const stale =
    lost.length === 0
      ? [
          ...listStaleEntries(container, growth, file),
          ...listOfOneOutcome(growth, file),
          ...listLateEntries(growth, file),
          ...listUnansweredEntries(container, growth, file),
        ]
      : [];
  if (lost.length === 0 && stale.length === 0 && !bucket) return [];
  const lifetime = lifetimeOf(container, growth.adds, file);
  if (lifetime === 'short') return [];
  const name = shownName(container);
  const matches = lost.map(
    (entry): Match<LostEntry> => ({
      at: entry.add.node,
      related: [
        { at: entry.exit, note: ts.isReturnStatement(entry.exit) ? 'when it returns here …' : 'when this fails …' },
        { at: entry.removal.node, note: '… the removal is skipped' },
      ],
      values: {
        what: ts.isReturnStatement(entry.exit)
          ? `The entry of \`${name}\` stays when the function returns before its removal`
          : `The entry of \`${name}\` stays when what is awaited before its removal fails`,
      },
      data: { leak: 'operation', container, ...entry },
    }),
  );
  for (const entry of stale) {
    matches.push({
      at: entry.add.node,
      related: [
        { at: entry.end, note: ts.isAwaitExpression(entry.end) ? 'when it ends meanwhile …' : 'when it ends here …' },
        { at: entry.removal, note: '… nothing removes what is removed here' },
      ],
      values: { what: `The entry of \`${name}\` stays when ${describeEnd(entry, file)}` },
      when: allOf(...listOwnerConditions(container, file), ...listNotTrimmedElsewhere(container)),
      data: { leak: 'stale', container, ...entry },
    });
  }
  if (!bucket || asksSize(bucket, file)) return matches;
  const adds = listLiveAdds(container, growth, file);
  const domains = adds.map(({ key }) => (key ? keyDomain(key, file) : 'unknown'));
  const isManifold = domains.includes('data') || (domains.includes('unknown') && comesAndGoes.test(container.name));
  if (adds.length === 0 || !(isManifold || bucket.isDroppedElsewhere)) return matches;
  // An empty list weighs little: only where a new key comes with each session or message do they pile up.
  const isHeavy =
    lifetime !== 'unknown' &&
    (isOfVisitors.test(container.name) || adds.some(({ key }) => key && isPassingKey(key, container, file)));
  const conditions = [...listOwnerConditions(container, file), ...listNotTrimmedElsewhere(container)];
  matches.push({
    at: bucket.removal,
    related: [{ at: container.at, note: 'no key ever leaves this table' }],
    values: { what: `The last item leaves its list, but the key stays in \`${name}\` for ever` },
    ...(!isHeavy && { confidence: 'possible' as const }),
    when: allOf(...conditions),
    data: { leak: 'bucket', container, ...bucket },
  });
  return matches;
}

function judgeOtherKey(other: OtherKey, container: Container): Match<LostEntry> {
  const name = shownName(container);
  const { text } = other.key;
  return {
    at: other.removal.node,
    related: [{ at: other.kept, note: `asked or filled by ${text}.${other.member}` }],
    values: { what: `This removes nothing: \`${name}\` is kept by \`${text}.${other.member}\`, not by \`${text}\`` },
    data: { leak: 'key', container, ...other },
  };
}

function describeEnd({ end }: StaleEntry, file: FileContext): string {
  if (ts.isAwaitExpression(end)) return 'the connection is gone before what is awaited has come';
  if (ts.isIfStatement(end)) return 'the operation fails';
  if (/^(?:send|postMessage|write|emit|publish)$/.test(findMethodCall(end)?.method ?? ''))
    return 'the other side goes before it has answered';
  const isTimer = ts.isCallExpression(end) && findTimerFunction(end, file) === 'setTimeout';
  if (isTimer) return 'its timer has run';
  return findMethodCall(end)?.method === 'then' ? 'the promise is rejected' : 'the operation ends without an answer';
}
