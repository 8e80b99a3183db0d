import type { FileContext } from '../model/file-context.ts';
import { classShape, findThisOwner } from './class-shape.ts';
import { findPairThroughCaller, isReset, takesTurns } from './counterpart.ts';
import { emitterLifeOf } from './emitter-lifetime.ts';
import { eventKindOf } from './event-kind.ts';
import { listCallsOf } from './functions.ts';
import { hasOnce, isEnded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  isHiddenMethod,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

/**
 * A listener that `start()` adds to what outlives it, where `stop()` exists, releases other things and makes ready for
 * another start, but leaves this one: each start adds one more.
 */
export function findLeftByCounterpart({ add, life, file }: ListenerPlace): ListenerLeak | undefined {
  if (file.role === 'ui' || life.kind === 'effect' || /once/i.test(add.method) || hasOnce(add)) return undefined;
  if (eventKindOf(add.event) !== 'recurring' || isEnded(add, file)) return undefined;
  const pair = findPairThroughCaller(add.call, file);
  if (
    !pair ||
    isRunByConstructor(pair.start, file) ||
    !(isReset(pair, file) || takesTurns(pair, file)) ||
    !outlives(add.receiver, pair.start)
  )
    return undefined;
  return {
    shape: 'counterpart',
    what: `each run of ${nameOfFunction(pair.start)}()`,
    left: pair.stop,
    confidence: 'likely',
  };

  /** Made before the start, and not by it. */
  function outlives(emitter: ts.Expression, start: FunctionNode): boolean {
    const lifetime = emitterLifeOf(emitter, start, file);
    if (lifetime === 'process' || lifetime === 'self') return true;
    const path = findMemberPath(skipWrappers(emitter));
    const root = rootOfMembers(skipWrappers(emitter));
    if (lifetime === 'outer') {
      const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
      return binding?.kind === 'parameter' || binding?.kind === 'const';
    }
    const owner = findThisOwner(emitter, file);
    if (lifetime !== 'field' || path?.length !== 2 || !owner) return false;
    const { fields, constructorNode } = classShape(owner, file);
    const field = fields.get(path[1]!);
    const isGiven = field?.declaration !== undefined && ts.isParameter(field.declaration);
    if (!field || (!isGiven && field.values.length === 0)) return false;
    return field.values.every(
      (value) =>
        ts.isPropertyDeclaration(value.parent) || (constructorNode !== undefined && isWithin(value, constructorNode)),
    );
  }
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
