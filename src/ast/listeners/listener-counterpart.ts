import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf } from '../all-of.ts';
import { findPairThroughCaller, isReset, takesTurns } from '../life/counterpart.ts';
import { emitterLifeOf } from '../life/emitter-lifetime.ts';
import type { Life } from '../life/life-cycle.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  isFunctionNode,
  isHiddenMethod,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { runsOnceAnInstance } from '../where/once-an-instance.ts';
import { endsProcess } from '../where/process-end.ts';
import { isMadeOften } from '../where/starts-repeatedly.ts';
import { openToUsers, runsRepeatedly } from '../where/where.ts';
import { eventKindOf } from './event-kind.ts';
import { findForInstanceEnd } from './listener-of-instance-end.ts';
import { hasOnce, isEnded, type ListenerLeak, type ListenerPlace, processEnd } from './listener-place.ts';
import { unlessSelfCleared } from './self-clearing.ts';

/**
 * A listener that `start()` adds to what outlives it, where `stop()` exists, releases other things and makes ready for
 * another start, but leaves this one: each start adds one more.
 */
export function findLeftByCounterpart(place: ListenerPlace): ListenerLeak | undefined {
  const { add, life, file } = place;
  if (file.role === 'ui' || life.kind === 'effect' || /once/i.test(add.method) || hasOnce(add)) return undefined;
  if (eventKindOf(add.event) !== 'recurring' || isEnded(add, file)) return undefined;
  const pair = findPairThroughCaller(add.call, file);
  if (!pair || isRunByConstructor(pair.start, file) || !(isReset(pair, file) || takesTurns(pair, file)))
    return undefined;
  // An end that is the process's own is followed by no other start.
  const kept = endsProcess(pair.stop, file) ? undefined : outlivesAsHanded(add.receiver, pair.start);
  if (!kept) return undefined;
  // An instance that is started once leaves one for all its life.
  const once = life.kind === 'owner' && runsOnceAnInstance(add.call, pair.start, file) ? life : undefined;
  if (once && (once.isSingleton || add.target === 'process')) return findForInstanceEnd(place);
  // What its own owner made goes with it, and who hears of the end of the process is started once: unless it is seen.
  const isSeenOnly = kept === 'own' || processEnd.test(add.event);
  // What is started once, as its process is, is stopped once.
  const again = runsRepeatedlyOrForUsers(pair.start, life, file);
  const often = once ? isMadeOften(add.call, once, file) : isSeenOnly ? again : undefined;
  const when = allOf(unlessSelfCleared(add, pair, file), often);
  return {
    shape: 'counterpart',
    what: once ? `each ${once.shape.name}` : `each run of ${nameOfFunction(pair.start)}()`,
    left: pair.stop,
    confidence: 'likely',
    ...(when && { when }),
    ...(!isSeenOnly && { sureWhen: again }),
  };

  /** What a function that the start calls was handed, seen from the start. */
  function outlivesAsHanded(emitter: ts.Expression, start: FunctionNode): 'own' | 'given' | undefined {
    const root = rootOfMembers(skipWrappers(emitter));
    const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
    const fn = declaration && ts.isParameter(declaration) ? declaration.parent : undefined;
    if (!fn || !isFunctionNode(fn) || isWithin(start, fn)) return outlives(emitter, start);
    const index = fn.parameters.indexOf(declaration as ts.ParameterDeclaration);
    const given = listCallsOf(fn, file).map((call) => call.arguments[index]);
    // What each start makes for itself has its parts made with it.
    if (root !== emitter) {
      const isMade = given.every((argument) => argument && emitterLifeOf(argument, start, file) === 'local');
      return isMade && given.length > 0 ? undefined : outlives(emitter, start);
    }
    const lives = given.map((argument) => argument && outlives(argument, start));
    return lives.every((life) => life === lives[0]) ? lives[0] : undefined;
  }

  /** Made before the start, and not by it: by its owner, or by another. */
  function outlives(emitter: ts.Expression, start: FunctionNode): 'own' | 'given' | undefined {
    const lifetime = emitterLifeOf(emitter, start, file);
    if (lifetime === 'process') return 'given';
    if (lifetime === 'self') return 'own';
    const path = findMemberPath(skipWrappers(emitter));
    const root = rootOfMembers(skipWrappers(emitter));
    if (lifetime === 'outer') {
      const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
      return binding?.kind === 'parameter' || binding?.kind === 'const' ? 'given' : undefined;
    }
    const owner = findThisOwner(emitter, file);
    if (lifetime !== 'field' || path?.length !== 2 || !owner) return undefined;
    const { fields, constructorNode } = classShape(owner, file);
    const field = fields.get(path[1]!);
    const isGiven = field?.declaration !== undefined && ts.isParameter(field.declaration);
    if (!field || (!isGiven && field.values.length === 0)) return undefined;
    const isEarly = field.values.every(
      (value) =>
        ts.isPropertyDeclaration(value.parent) || (constructorNode !== undefined && isWithin(value, constructorNode)),
    );
    if (!isEarly) return undefined;
    const isMade = !isGiven && field.values.every((value) => ts.isNewExpression(skipWrappers(value)));
    return isMade ? 'own' : 'given';
  }
}

/** Started again and again, or by users of a package: those who call it, or who make its owner themselves. */
function runsRepeatedlyOrForUsers(start: FunctionNode, life: Life, file: FileContext): LinkCondition {
  const made = life.kind === 'owner' ? life.shape.constructorNode?.body : undefined;
  const places = [start.body ?? start, ...(made ? [made] : [])];
  const byUsers = places.map((place): LinkCondition => ({ ...openToUsers(place, file), directly: true }));
  return { kind: 'any', of: [runsRepeatedly(places[0]!, file), ...byUsers] };
}

/** Whether nothing but the constructor runs a method: once an instance. */
function isRunByConstructor(fn: FunctionNode, file: FileContext): boolean {
  const calls = listCallsOf(fn, file);
  return isHiddenMethod(fn) && calls.length > 0 && calls.every((call) => isInConstructor(call));
}

function isInConstructor(node: ts.Node): boolean {
  const fn = findEnclosingFunction(node);
  return fn !== undefined && ts.isConstructorDeclaration(fn);
}
