import { type ClientHome, findClientHome } from '../../src/ast/clients/client-home.ts';
import { hearsNoClient, isHandedToListener, isHeardInRow } from '../../src/ast/clients/client-listeners.ts';
import { hearsErrors } from '../../src/ast/clients/heard-client.ts';
import { isForOneJob } from '../../src/ast/clients/job-client.ts';
import { isLentAtOnce } from '../../src/ast/clients/lent-at-once.ts';
import { type LossEmitter, lossEmitters, poolOfPg } from '../../src/ast/clients/loss-emitters.ts';
import { type Creation, listCreationsBehind } from '../../src/ast/clients/made-by-helper.ts';
import { isNeverConnected } from '../../src/ast/clients/opens-nothing.ts';
import { listHandlePlaces } from '../../src/ast/handles/handle-escape.ts';
import { notSurvived } from '../../src/ast/handles/survived-errors.ts';
import { listReturnedValues } from '../../src/ast/life/life-cycle.ts';
import { importWords, together } from '../../src/ast/mention-words.ts';
import { listCallsOf } from '../../src/ast/names/functions.ts';
import { bareModule, findOrigin, originName } from '../../src/ast/names/provenance.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  nameOfFunction,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { whereServed } from '../../src/ast/where/ends-by-itself.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface PoolErrorHandler {
  creation: ts.NewExpression | ts.CallExpression;
  emitter: LossEmitter;
  /** Undefined where a function gives it at once. */
  home: ClientHome | undefined;
}

export const rule = defineRule<PoolErrorHandler>({
  id: 'require-pool-error-handler',
  category: 'pooling',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 5,
  message: "{what} 'error', and nothing listens on `{name}`: the process ends.",
  why: 'Idle connections break whenever the server restarts, fails over or a firewall drops them. The event comes outside of any request, so no try/catch sees it, and all requests of the process die with it.',
  advice:
    "Listen: `pool.on('error', (error) => log.error(error))`. A pool replaces the connection by itself; a single one has to be made anew.",
  limits: [
    'A client that is handed to another function at once, is left alone; one of pg that a factory gives is reported where the project calls the factory and listens on nothing that is called a pool, a client or a database. So left alone is a single connection (`Client` of pg, `createConnection()` of mysql) that no field or name of the module keeps.',
    'What a script opens that asks or sends something and ends is `possible` only, unless a program that serves loads it.',
  ],
  mentions: [
    'Pool',
    'createClient',
    'amqplib',
    ...together(importWords(['pg']), ['Client']),
    ...together(importWords(['mysql', 'mysql2', 'mysql2/promise']), ['createConnection']),
  ],
  visit: {
    NewExpression: (node, file) => judge(node, file),
    CallExpression: (node, file) => judge(node, file),
  },
});

function judge(node: ts.NewExpression | ts.CallExpression, file: FileContext): Match<PoolErrorHandler> | undefined {
  const emitter = findEmitter(node, file);
  const origin = emitter && findOrigin(node, file);
  const home = emitter && findClientHome(node, file);
  if (emitter === poolOfPg && (!home || isReturned(home))) return judgeFactory(node, home, file);
  if (!emitter || !origin || !home || ts.isNewExpression(node) !== originName(origin).endsWith('new')) return undefined;
  if (emitter.isOne && !isKept(home, file)) return undefined;
  // redis 3.1, index.js: `on_error` emits nothing where a strategy for retries is set.
  if (/\bretry_strategy\b/.test(node.getText(file.source))) return undefined;
  // Of two that are made by circumstances, the first is told.
  if (isSecond(node, file)) return undefined;
  if (hearsErrors(home, file) || isHandedToListener(home.path, file) || isReturned(home) || isAdapted(home, file))
    return undefined;
  if (isForOneJob(node, file) || isLentAtOnce(home, file) || isHandledWhereMade(node, emitter, file)) return undefined;
  if (isNeverConnected(node, home, file)) return undefined;
  const conditions: LinkCondition[] = [notSurvived(file)];
  if (home.binding && home.binding.scope === file.moduleScope) {
    const members = ['on:error', 'on', 'once', 'addListener'];
    conditions.push({ kind: 'unused-members', symbol: home.binding.name, members });
    conditions.push({ kind: 'not', of: { kind: 'project-states', fact: `handed-to-listener:${home.binding.name}` } });
  }
  if (isGivenBack(node, home, file))
    conditions.push({ kind: 'not', of: { kind: 'project-states', fact: 'hears-clients' } });
  return {
    at: node,
    values: { what: emitter.what, name: home.path },
    when: { kind: 'all', of: conditions },
    ...whereServed(file),
    data: { creation: node, emitter, home },
  };
}

/** What a call makes, as far as it makes a new one. */
function findEmitter(node: Creation, file: FileContext): LossEmitter | undefined {
  const name = node.expression.getText(file.source);
  if (!/(?:Pool|createClient|connect|Client|createConnection)$/.test(name)) return undefined;
  // `connect()` of a client that is kept is no new one.
  const receiver = findMethodCall(node)?.receiver;
  if (receiver && findMemberPath(receiver) && findOrigin(receiver, file)?.path.includes('()')) return undefined;
  const origin = findOrigin(node, file);
  return (
    origin &&
    lossEmitters.find(({ modules, path }) => modules.test(bareModule(origin.module)) && path.test(originName(origin)))
  );
}

/** `getClient()` of this file, which listens on each client that it makes. */
function isHandledWhereMade(node: Creation, emitter: LossEmitter, file: FileContext): boolean {
  const made = listCreationsBehind(node, (one) => findEmitter(one, file) === emitter, file);
  const isHeard = (one: Creation): boolean => {
    const home = findClientHome(one, file);
    return isHeardInRow(one) || (home !== undefined && hearsErrors(home, file));
  };
  return made.length > 0 && made.every(isHeard);
}

/** `createPool()`, which makes the pool of a service: nothing of the project listens on a pool or the like. */
function judgeFactory(
  node: ts.NewExpression | ts.CallExpression,
  home: ClientHome | undefined,
  file: FileContext,
): Match<PoolErrorHandler> | undefined {
  const fn = findEnclosingFunction(node);
  const isGiven = listHandlePlaces(node, file).every(
    (place) => place.kind === 'binding' || (place.kind === 'handed-over' && place.how === 'returned'),
  );
  if (!fn || !isGiven || nameOfFunction(fn) === '' || (home && hearsErrors(home, file)) || isForOneJob(node, file))
    return undefined;
  // Who makes one in this very file and ends it works with it and is done.
  if (listCallsOf(fn, file).length > 0 && /\.end\(/.test(file.text)) return undefined;
  return {
    at: node,
    values: { what: poolOfPg.what, name: home?.path ?? `${nameOfFunction(fn)}()` },
    when: { kind: 'all', of: [notSurvived(file), ...hearsNoClient(nameOfFunction(fn))] },
    ...whereServed(file),
    data: { creation: node, emitter: poolOfPg, home },
  };
}

/** In a field, or a name of the module. */
function isKept({ binding }: ClientHome, file: FileContext): boolean {
  return binding === undefined || binding.scope === file.moduleScope;
}

/** `url ? createClient(url) : createClient(port, host)`: both are kept by one name. */
function isSecond(node: ts.Node, file: FileContext): boolean {
  const outer = getOutermostWrapped(node);
  const { parent } = outer;
  if (!ts.isConditionalExpression(parent) || parent.whenFalse !== outer) return false;
  const first = findOrigin(parent.whenTrue, file);
  const second = findOrigin(node, file);
  return first?.module === second?.module && first?.path.join('.') === second?.path.join('.');
}

/** Adapters that listen on the pool they are handed (`@prisma/adapter-pg` 7.0, dist/index.js: PrismaPgAdapterFactory). */
const listeningAdapters = /^@prisma\/adapter-/;

/** `new PrismaPg(pool)`. */
function isAdapted(home: ClientHome, file: FileContext): boolean {
  return file.nodes('NewExpression').some(({ expression, arguments: given }) => {
    if (!given?.some((argument) => findMemberPath(argument)?.join('.') === home.path)) return false;
    return listeningAdapters.test(findOrigin(expression, file)?.module ?? '');
  });
}

/** `this.client = createClient(); return this.client;`: whoever asks for it may listen. */
function isGivenBack(node: Creation, { binding, path }: ClientHome, file: FileContext): boolean {
  const fn = binding === undefined ? findEnclosingFunction(node) : undefined;
  return fn !== undefined && listReturnedValues(fn, file).some((value) => findMemberPath(value)?.join('.') === path);
}

/** A local that the function gives away: its receiver listens, or not. */
function isReturned(home: ClientHome): boolean {
  return (
    home.binding !== undefined &&
    home.binding.scope.parent !== undefined &&
    home.binding.references.some((reference) => {
      const outer = getOutermostWrapped(reference);
      const { parent } = outer;
      if (ts.isReturnStatement(parent) || ts.isShorthandPropertyAssignment(parent)) return true;
      return ts.isCallExpression(parent) && parent.arguments.some((argument) => argument === outer);
    })
  );
}
