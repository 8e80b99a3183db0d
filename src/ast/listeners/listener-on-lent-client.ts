import type { Binding, FileContext } from '../../model/file-context.ts';
import { isKnownPool } from '../clients/lent-connection.ts';
import type { Life } from '../life/life-cycle.ts';
import { findClassField, findThisOwner } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { runsForUsers } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';
import { findListenerFunction, type ListenerCall, pathOf } from './listener-calls.ts';
import { listEndsOf } from './listener-group.ts';
import { hasOnce, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

const lending = /^(?:connect|getConnection|acquire|checkout|getClient)$/;

/**
 * `const client = await pool.connect(); client.on('error', …); …; client.release()`: the pool lends the same client again,
 * with the listeners of all who had it before.
 */
export function findOnLentClient({ add, fn, life, file }: ListenerPlace): ListenerLeak | undefined {
  if (!isLent(skipWrappers(add.receiver), file) || listEndsOf(add, file).length > 0) return undefined;
  // `if (!client.isWatched)`, `if (client.listenerCount('error') === 0)`
  const asked = listConditionsOn(add.call, fn, file).map((at) => at.getText(file.source));
  if (asked.some((text) => text.includes(`${add.target}.`))) return undefined;
  // One that is given back as broken is thrown away.
  const returns = listReleasesOf(add.target!, add.receiver, file).filter(
    ({ arguments: [how] }) => how?.kind !== ts.SyntaxKind.TrueKeyword,
  );
  if (returns.length === 0 || isOverAtReturn(add, returns, file)) return undefined;
  return {
    shape: 'pooled',
    what: 'each user that the pool lends it to',
    // One that listens for what others tell is kept for as long as its process, but for the loss of a connection.
    confidence: add.event === 'notification' ? 'possible' : 'likely',
    // What takes one for its own time (a transaction) is made for each.
    ...(!isOfWork(life, fn) && !isLentOn(add.receiver, fn, file) && { sureWhen: runsForUsers(add.call, file) }),
  };
}

/** `worker.once('message', () => pool.release(worker))`: it listens once, and nothing else gives the client back. */
function isOverAtReturn(add: ListenerCall, returns: readonly ts.CallExpression[], file: FileContext): boolean {
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!listener || !(/once/i.test(add.method) || hasOnce(add))) return false;
  return returns.every((call) => isWithin(call, listener));
}

/** A method of what is made again and again, that begins no service. */
function isOfWork(life: Life, fn: FunctionNode): boolean {
  return (
    life.kind === 'owner' && !life.isSingleton && /^_*(?:begin|acquire|checkout|transact)/i.test(nameOfFunction(fn))
  );
}

/** `work(client)`: the function lends it on to a function that it is handed, for whatever work its callers have. */
function isLentOn(emitter: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const target = pathOf(emitter, file);
  return listNodesWithin('CallExpression', fn, file).some(({ expression, arguments: given }) => {
    const declaration = ts.isIdentifier(expression) ? file.bindingOf(expression)?.declaration : undefined;
    const isHanded = declaration !== undefined && ts.isParameter(declaration) && declaration.parent === fn;
    return isHanded && given.some((argument) => pathOf(argument, file) === target);
  });
}

function isLent(emitter: ts.Expression, file: FileContext): boolean {
  if (ts.isIdentifier(emitter)) {
    const binding = file.bindingOf(emitter);
    return binding !== undefined && listGiven(binding).some((value) => isLending(skipAwait(value), file));
  }
  const [self, name, ...rest] = findMemberPath(emitter) ?? [];
  const owner = self === 'this' && name !== undefined && rest.length === 0 ? findThisOwner(emitter, file) : undefined;
  return (owner && findClassField(owner, name!, file)?.values.some((v) => isLending(skipAwait(v), file))) ?? false;
}

/** What a variable is given, or the call that hands a callback its second argument. */
function listGiven({ declaration, identifier, writes }: Binding): ts.Expression[] {
  if (ts.isVariableDeclaration(declaration)) {
    const written = writes.flatMap(({ parent }) => (isAssignment(parent) ? [parent.right] : []));
    return declaration.initializer ? [declaration.initializer, ...written] : written;
  }
  const callback = findEnclosingFunction(identifier);
  if (!ts.isParameter(declaration) || !callback || callback.parameters[1] !== declaration) return [];
  const { parent } = getOutermostWrapped(callback);
  return ts.isCallExpression(parent) && isFunctionNode(skipWrappers(parent.arguments.at(-1) ?? parent)) ? [parent] : [];
}

function isLending(value: ts.Expression, file: FileContext): boolean {
  const target = findMethodCall(value);
  if (!target || !lending.test(target.method)) return false;
  return (
    /pool$/i.test(findMemberPath(target.receiver)?.at(-1) ?? '') || isKnownPool(target.receiver, target.method, file)
  );
}

/** `client.release()`, `pool.release(client)`, and `done()` where the pool hands that to the same callback. */
function listReleasesOf(target: string, emitter: ts.Expression, file: FileContext): ts.CallExpression[] {
  const binding = ts.isIdentifier(emitter) ? file.bindingOf(emitter) : undefined;
  const home = binding && findEnclosingFunction(binding.identifier);
  const given = home?.parameters[2]?.name;
  const done = given && ts.isIdentifier(given) ? file.bindingOf(given) : undefined;
  return file.nodes('CallExpression').filter((call) => {
    if (home && !isWithin(call, home)) return false;
    if (ts.isIdentifier(call.expression)) return done !== undefined && file.bindingOf(call.expression) === done;
    const found = findMethodCall(call);
    if (!found || !/^release/.test(found.method)) return false;
    return [found.receiver, ...call.arguments].some((at) => pathOf(at, file) === target);
  });
}
