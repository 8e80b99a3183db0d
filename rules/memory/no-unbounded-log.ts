import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { type Growth, growthOf, type Removal } from '../../src/ast/containers/container-growth.ts';
import {
  type Container,
  containerOfField,
  containerOfVariable,
  shownName,
} from '../../src/ast/containers/containers.ts';
import { isFilledAsMade, notForSettings } from '../../src/ast/containers/filled-once.ts';
import { isGivenUp } from '../../src/ast/containers/given-up.ts';
import { isAwaiting, isLive, isRecording, logName } from '../../src/ast/containers/recorded.ts';
import { findSpent } from '../../src/ast/containers/spent-item.ts';
import { isStamped } from '../../src/ast/containers/stamped.ts';
import { isOfOneOwner, keepsClock, lifetimeOf, listOwnerConditions } from '../../src/ast/life/lifetime.ts';
import {
  isTrimmedOnOthers,
  listLiveAdds,
  listLiveRemovals,
  listNotTrimmedElsewhere,
  methodAround,
} from '../../src/ast/life/trimming.ts';
import { emptyArrays, together } from '../../src/ast/mention-words.ts';
import { shownFunction } from '../../src/ast/names/shown-function.ts';
import { nameOfFunction, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { listDeadSweep, listNeverCalled } from '../../src/ast/where/never-called.ts';
import { isLibrary, isPublicApi } from '../../src/ast/where/public-api.ts';
import { repeatsItself } from '../../src/ast/where/self-repeating.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { onRequestPath, openToUsers, runsAsItLives, runsRepeatedly } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface UnboundedLog {
  container: Container;
  growth: Growth;
  /** What is added still lives, such as a connection: it must not just be dropped. */
  isLive: boolean;
  /** There is a sweep for it, which nobody calls. */
  isSwept: boolean;
}

export const rule = defineRule<UnboundedLog>({
  id: 'no-unbounded-log',
  category: 'memory',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: '`{name}` only ever grows: {fn} adds to it and {trim} for as long as the process lives.',
  why: 'A history that is never cut grows with every request, sample or event since the start, and whatever sorts, averages or copies it takes longer each time.',
  advice:
    'Keep the last N in a ring buffer, or sums and counts instead of the samples; or cut the array where it is added to.',
  limits: [
    'Arrays of handlers, plugins, routes and other parts are taken to be filled at start-up; what settles one promise and a timer that fires once are of no use soon after.',
    'What its own function ends, or hears the end of, is taken to leave its list behind.',
    'Any removal while the owner lives counts as enough, unless what would sweep out the items that are too old is called by nobody.',
    'A list that neither is called a log, a history, records and the like nor keeps connections or what has the time in it is `possible`, and so is one that nothing is seen to add to again and again.',
  ],
  mentions: together(['.push(', '.unshift(', '.concat(', '[...'], emptyArrays),
  visit: {
    VariableDeclaration(node, file) {
      if (!node.initializer || !isEmptyArray(node.initializer) || hasTooling(file)) return undefined;
      const container = containerOfVariable(node, file);
      return container && judge(container, file);
    },
    PropertyDeclaration(node, file) {
      if (!node.initializer || !isEmptyArray(node.initializer) || hasTooling(file)) return undefined;
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
    BinaryExpression(node, file) {
      if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken || !isEmptyArray(node.right) || hasTooling(file)) {
        return undefined;
      }
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
  },
});

function isEmptyArray(node: ts.Expression): boolean {
  const value = skipWrappers(node);
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  return ts.isNewExpression(value) && ts.isIdentifier(value.expression) && value.expression.text === 'Array';
}

function judge(container: Container, file: FileContext): Match<UnboundedLog> | undefined {
  if (container.kind !== 'array' || container.accesses.length === 0) return undefined;
  const growth = growthOf(container, file);
  if (growth.adds.length === 0 || growth.sizeChecks.length > 0) return undefined;
  if (growth.escapes.some(({ kind }) => kind === 'stored') || isTrimmedOnOthers(container, file)) return undefined;
  const adds = listLiveAdds(container, growth, file).filter(
    (add) => isRecording(add, container, growth, file) && !isFilledAsMade(container, add, file),
  );
  const add = adds[0];
  if (!add) return undefined;
  const removals = listLiveRemovals(growth, file).filter((removal) => !isAtStart(removal));
  const neverSwept = listDeadSweep(adds, removals, file);
  const neverAsked = neverSwept ?? listNeverCalled(removals, file);
  if (!neverAsked) return undefined;
  // What gives up its items one by one outlives them.
  const lifetime = isGivenUp(add, file) ? 'long' : lifetimeOf(container, adds, file);
  if (lifetime === 'short') return undefined;
  if (growth.escapes.some(({ kind }) => kind === 'argument') && !logName.test(container.name)) return undefined;
  const spent = findSpent(add, growth, file);
  // That an owner lives on is told by its name, unless there is but one or it keeps a clock: what it empties at its end,
  // or does not call a log and is no connection, may be of one run. Where requests add to it, they outnumber its runs.
  const isTold = lifetime === 'long' && !isGivenUp(add, file) && !growth.removals.some(isAtStart);
  const isClosed = growth.removals.length > 0 && removals.length === 0;
  const isLog = logName.test(container.name) || (add.value !== undefined && isLive(add.value));
  const isAgain = spent === 'settler' || neverSwept !== undefined || repeatsItself(add.node, file);
  const isOfRun = isTold && (isClosed || !isLog) && !spent && !keepsClock(container, file) && !isAgain;
  const repeated = runsRepeatedly(add.node, file);
  const isOver = isGivenUp(add, file) || spent !== undefined;
  const isRecord = isLog || isStamped(add.value, file);
  const isOffered =
    (logName.test(container.name) || isStamped(add.value, file) || isOver) && isPublicApi(methodAround(add.fn), file);
  const ofUsers = allOf(isLibrary, notForSettings(add))!;
  const users: LinkCondition[] =
    add.value && isAwaiting(add.value) ? [ofUsers, openToUsers(add.node, file)] : [ofUsers];
  const conditions: LinkCondition[] = [
    ...listOwnerConditions(container, file),
    ...listNotTrimmedElsewhere(container),
    ...neverAsked,
    ...(isAgain ? [] : [isOffered ? anyOf(repeated, ...users) : repeated]),
  ];
  const isUntold = lifetime === 'unknown' && spent !== 'settler' && !neverSwept;
  const oneOwner = isUntold ? isOfOneOwner(container) : undefined;
  const often = isOffered ? anyOf(runsAsItLives(add.node, file), ...users) : runsAsItLives(add.node, file);
  const ofMany = isGivenUp(add, file) ? anyOf(often, notForSettings(add)) : often;
  const sureWhen = isOfRun ? onRequestPath(add.node, file) : isAgain ? undefined : ofMany;
  return {
    at: container.at,
    related: [{ at: add.node, note: 'a value is added here' }],
    values: {
      name: shownName(container),
      fn: shownFunction(add.fn!),
      trim:
        growth.removals.length === 0
          ? 'nothing takes from it'
          : neverAsked.length > 0
            ? 'nothing calls what would empty it, so it grows'
            : 'it is emptied only when its owner ends, so it grows',
    },
    ...(((isUntold && !oneOwner) || !(isRecord || isOver)) && { confidence: 'possible' as const }),
    when: { kind: 'all', of: conditions },
    sureWhen: allOf(sureWhen, oneOwner),
    data: {
      container,
      growth,
      isSwept: neverSwept !== undefined,
      isLive: isOver || adds.some((one) => isGivenUp(one, file) || (one.value !== undefined && isLive(one.value))),
    },
  };
}

/** Emptied as a capture or a connection begins: it has grown since the last one did. */
function isAtStart({ kind, fn }: Removal): boolean {
  return kind === 'reset' && fn !== undefined && /^_*(?:start|open|connect)$/.test(nameOfFunction(fn));
}
