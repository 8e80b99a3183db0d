import type { FileContext } from '../../model/file-context.ts';
import { anyOf } from '../all-of.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  isWithin,
  nameOfFunction,
  rootOfMembers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { mayEndProcess } from '../where/process-end.ts';
import { isMadeOften, notMadeOnce } from '../where/starts-repeatedly.ts';
import { isOfCommandLine } from '../where/tooling.ts';
import { isOfLibrary } from '../where/under-load.ts';
import { openToUsers, outsideIteration } from '../where/where.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';
import { type ListenerLeak, type ListenerPlace, processEnd } from './listener-place.ts';

/** `for (const signal of ['SIGINT', 'SIGTERM'])`. */
const signalName = /^(?:sig|signal|signalName|exitSignal|event)$/i;
const endOfInstance =
  /^_*(?:close|stop|shut[dD]own|lower|destroy|disconnect|terminate|dispose|drain|quit|teardown)(?![a-z])/;
/** A function of such a name is there for nothing else, and is called once by whoever runs the process. */
const forTheEnd = /signal|graceful|shut_?down|exit|terminat|interrupt|clean_?up|hook|main|cli|command|run$/i;

/**
 * `process.on('SIGTERM', () => server.close())` in what makes the server: a thing with an end of its own, which the
 * listener outlives, with all that it holds. A library's users may make as many as they like.
 */
export function findForInstanceEnd(place: ListenerPlace): ListenerLeak | undefined {
  const { add, life, file } = place;
  if (add.target !== 'process' || !isEndOfProcess(add) || file.role !== 'product') return undefined;
  const fn = findEnclosingFunction(outsideIteration(add.call));
  if (!fn || isOfCommandLine(file) || forTheEnd.test(nameOfFunction(fn)) || life.kind === 'effect') return undefined;
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!listener || !endsInstance(listener, file)) return undefined;
  return {
    shape: 'counterpart',
    what: life.kind === 'owner' ? `each ${life.shape.name}` : `each call of ${nameOfFunction(fn)}()`,
    // Who ends the whole process takes itself for the only one.
    confidence: endsAll(listener, file) ? 'possible' : 'likely',
    when: anyOf(
      isOfLibrary(life),
      openToUsers(fn.body ?? fn, file),
      ...(life.kind === 'owner' ? [isMadeOften(add.call, life, file)] : []),
    ),
    // The one that a program makes as it starts is meant to hear of its end.
    ...(life.kind === 'owner' && { sureWhen: notMadeOnce(life) }),
  };
}

function isEndOfProcess({ event, call }: ListenerCall): boolean {
  return processEnd.test(event) || (ts.isIdentifier(call.arguments[0]!) && signalName.test(event));
}

/** Whether a listener, or what it calls (`() => this.shutdown()`), ends the process as well. */
function endsAll(listener: FunctionNode, file: FileContext): boolean {
  if (mayEndProcess(listener, file)) return true;
  return file.nodes('CallExpression').some((call) => {
    const called = isWithin(call, listener) ? findFunctionValue(call.expression, file) : undefined;
    return called !== undefined && mayEndProcess(called, file);
  });
}

/** Whether a listener ends what a function around it made, got, or was called on: `this.stop()`, `server.close()`. */
function endsInstance(listener: FunctionNode, file: FileContext): boolean {
  return file.nodes('CallExpression').some((call) => {
    const target = isWithin(call, listener) ? findMethodCall(call) : undefined;
    if (!target || !endOfInstance.test(target.method)) return false;
    const root = rootOfMembers(target.receiver);
    // In a plain function `this` is whoever emits.
    if (root.kind === ts.SyntaxKind.ThisKeyword)
      return ts.isArrowFunction(listener) || ts.isMethodDeclaration(listener);
    const declared = ts.isIdentifier(root) ? file.bindingOf(root)?.identifier : undefined;
    return declared !== undefined && !isWithin(declared, listener) && findEnclosingFunction(declared) !== undefined;
  });
}
