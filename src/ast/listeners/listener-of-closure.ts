import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findMemberPath,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { runsForUsers } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';
import { eventKindOf } from './event-kind.ts';
import { hasOnce, isEnded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

/** `function Session(host) { host.on('paused', …); this.stop = function () {}; }`: each instance adds to what all are handed. */
export function findOfClosure({ add, fn, life, emitter, promise, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind !== 'call' || emitter !== 'parameter' || promise || file.role === 'ui') return undefined;
  if (/once/i.test(add.method) || hasOnce(add) || eventKindOf(add.event) !== 'recurring' || isEnded(add, file))
    return undefined;
  const handed = skipWrappers(add.receiver);
  const binding = ts.isIdentifier(handed) ? file.bindingOf(handed) : undefined;
  const index = binding ? fn.parameters.indexOf(binding.declaration as ts.ParameterDeclaration) : -1;
  if (index < 0 || !isConstructorOfClosures(fn, file)) return undefined;
  const name = nameOfFunction(fn);
  return {
    shape: 'lent',
    what: `each ${name}`,
    when: { kind: 'project-states', fact: `lent-${index}:${name}` },
    sureWhen: runsForUsers(add.call, file),
  };
}

/** A function by the name of a class, whose methods are functions that it sets on `this`, or on what stands for it. */
export function isConstructorOfClosures(fn: FunctionNode, file: FileContext): boolean {
  if (ts.isArrowFunction(fn) || !/^[A-Z][a-z]/.test(nameOfFunction(fn))) return false;
  return listNodesWithin('BinaryExpression', fn, file).some((node) => {
    if (!isAssignment(node) || !isFunctionNode(skipWrappers(node.right)) || !isWithin(node, fn)) return false;
    const path = findMemberPath(node.left);
    return path?.length === 2 && /^(?:this|_?self|that|me|_this)$/.test(path[0]!);
  });
}
