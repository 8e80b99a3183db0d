import type { Binding, FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf } from '../all-of.ts';
import { findMethodAround } from '../life/end-of-life.ts';
import { type ClassShape, findClassField } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findMemberPath,
  findPropertyName,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { runsAsItLives } from '../where/where.ts';
import { isRegistering, type ListenerLeak, type ListenerPlace, listOwnCaptures } from './listener-place.ts';

/**
 * `refresh() { const req = get(url); this.controller.signal.addEventListener('abort', () => req.destroy()); }`: the signal of a
 * controller that an instance has for its whole life keeps what each run of a method made, long after that run.
 */
export function findOnOwnSignal(place: ListenerPlace): ListenerLeak | undefined {
  const { add, outermost, life, file } = place;
  if (add.event !== 'abort' || life.kind !== 'owner') return undefined;
  const method = findMethodAround(add.call, life.shape);
  if (!method || method === life.shape.constructorNode || listOwnCaptures(add, method, file).length === 0)
    return undefined;
  const name = findController(add.receiver, file);
  if (name === undefined || !isMadeForGood(life.shape, name, file)) return undefined;
  const leak = { shape: 'signal', what: `each call of ${nameOfFunction(method)}()`, confidence: 'likely' } as const;
  if (isTimed(method, life.shape, file)) return leak;
  if (isRegistering(outermost)) return undefined;
  const isOne: LinkCondition = { kind: 'project-states', fact: `made-once:${life.shape.name}` };
  const when = allOf(life.isSingleton ? undefined : isOne, runsAsItLives(method.body ?? method, file));
  return { ...leak, ...(when && { when }) };
}

/** `controller` of `this.controller.signal`, also by `const { signal } = this.controller`. */
function findController(emitter: ts.Expression, file: FileContext): string | undefined {
  const at = skipWrappers(emitter);
  const root = rootOfMembers(at);
  const path = ts.isIdentifier(root) ? pathOfLocal(file.bindingOf(root)) : findMemberPath(at);
  return path?.length === 3 && path[0] === 'this' && path[2] === 'signal' ? path[1] : undefined;
}

function pathOfLocal(binding: Binding | undefined): readonly string[] | undefined {
  const declaration = binding?.declaration;
  if (declaration && ts.isVariableDeclaration(declaration))
    return declaration.initializer && findMemberPath(declaration.initializer);
  if (!declaration || !ts.isBindingElement(declaration) || !ts.isVariableDeclaration(declaration.parent.parent))
    return undefined;
  const { initializer } = declaration.parent.parent;
  const name = findPropertyName((declaration.propertyName ?? declaration.name) as ts.PropertyName);
  const path = initializer && findMemberPath(initializer);
  return path && name !== undefined ? [...path, name] : undefined;
}

/** Made with the instance, and never anew. */
function isMadeForGood(shape: ClassShape, name: string, file: FileContext): boolean {
  const [value, other] = findClassField(shape.node, name, file)?.values ?? [];
  if (!value || other || !/^new AbortController\(/.test(value.getText(file.source))) return false;
  return !ts.isBinaryExpression(value.parent) || isWithin(value, shape.constructorNode ?? value.parent);
}

/** `setInterval(() => this.refresh(), everyMs)`, `setInterval(this.refresh, everyMs)`. */
function isTimed(method: FunctionNode, shape: ClassShape, file: FileContext): boolean {
  const name = [...shape.methods].find(([, fn]) => fn === method)?.[0];
  const calls = name === undefined ? [] : (shape.fields.get(name)?.accesses ?? []);
  return file
    .nodes('CallExpression')
    .some(
      (call) =>
        findTimerFunction(call, file) === 'setInterval' &&
        call.arguments[0] !== undefined &&
        calls.some((use) => isWithin(use, call.arguments[0]!)),
    );
}
