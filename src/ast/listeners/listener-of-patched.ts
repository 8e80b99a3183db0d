import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { inLibrary } from '../where/public-api.ts';
import { listNodesWithin } from '../within.ts';
import { eventKindOf } from './event-kind.ts';
import { hasOnce, isRegisteringName, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

/**
 * `pool.exec = function (task) { this.worker.on('message', …); return exec.apply(this, arguments); }`: what stands in for a
 * method of somebody else's instance runs for each call of that, and adds one more to what the instance keeps.
 */
export function findForEachPatchedCall({ add, fn, life, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind === 'effect' || !ts.isFunctionExpression(fn) || !/^this(?:\.|$)/.test(add.target ?? ''))
    return undefined;
  if (/once/i.test(add.method) || hasOnce(add) || eventKindOf(add.event) !== 'recurring') return undefined;
  const method = findPatchedMethod(fn);
  if (method === undefined || isRegisteringName(method) || !callsOriginal(method, fn, file)) return undefined;
  return {
    shape: 'call',
    what: `each call of the patched ${method}()`,
    confidence: 'likely',
    sureWhen: inLibrary,
  };
}

/** `original.apply(this, arguments)`, `original.call(this, …)`, of a method that is kept around it. */
function callsOriginal(method: string, fn: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    const target = findMethodCall(call);
    const original = target && skipWrappers(target.receiver);
    if (!original || !/^(?:apply|call)$/.test(target.method) || !ts.isIdentifier(original)) return false;
    const kept = file.bindingOf(original);
    const isThis = call.arguments[0]?.kind === ts.SyntaxKind.ThisKeyword;
    return (
      isThis &&
      kept &&
      holdsMethod(kept, method) &&
      !isWithin(kept.identifier, fn) &&
      findEnclosingFunction(call) === fn
    );
  });
}

/** What was handed in, and `const exec = pool.exec`; a constructor function begins with that of its base in the same way. */
function holdsMethod({ kind, declaration }: Binding, method: string): boolean {
  if (kind === 'parameter') return true;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value !== undefined && findMemberName(skipWrappers(value)) === method;
}

/** `exec` of `wrap(Pool.prototype, 'exec', (exec) => function () {})`, and of `Pool.prototype.exec = function () {}`. */
function findPatchedMethod(fn: FunctionNode): string | undefined {
  const { parent } = getOutermostWrapped(fn);
  if (isAssignment(parent)) return findMemberName(parent.left);
  const maker = ts.isArrowFunction(parent) || ts.isReturnStatement(parent) ? findEnclosingFunction(fn) : undefined;
  const call = maker && getOutermostWrapped(maker).parent;
  if (!call || !ts.isCallExpression(call) || call.arguments.length < 3) return undefined;
  const [patched, name] = call.arguments;
  return findMemberPath(skipWrappers(patched!)) ? findStringValue(name) : undefined;
}
