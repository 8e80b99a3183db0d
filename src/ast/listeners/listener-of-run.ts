import type { FileContext } from '../../model/file-context.ts';
import { anyOf } from '../all-of.ts';
import { findMethodAround } from '../life/end-of-life.ts';
import { type ClassField, findClassField, findThisOwner } from '../names/class-shape.ts';
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
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction, listConditionsOn } from '../where/conditions.ts';
import { isOfCommandLine } from '../where/tooling.ts';
import { runsForUsers, runsUnderLoad } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';
import { hasOnce, isRegistering, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

/** A listener that a function adds at each of its runs to what outlives them, though one is enough for all, or one for a run. */
export function findForEachRun(place: ListenerPlace): ListenerLeak | undefined {
  if (place.promise || place.life.kind === 'effect' || place.file.role === 'ui') return undefined;
  return findForEachAttempt(place) ?? findForEachUse(place) ?? findForEachBeginning(place) ?? findForWork(place);
}

const retrying = /^(?:p|promise|async)?_?(?:retry\w*|attempt|back_?off)$/i;

/** `retry(() => { client.on('ready', …).connect(); })`: each attempt adds its own to one client. */
function findForEachAttempt({ add, fn, file }: ListenerPlace): ListenerLeak | undefined {
  const { parent } = getOutermostWrapped(fn);
  const call = ts.isCallExpression(parent) && parent.expression !== fn ? parent : undefined;
  const name = call && (findMemberPath(call.expression)?.at(-1) ?? '');
  if (name === undefined || !retrying.test(name) || isMadeIn(add.receiver, fn, file)) return undefined;
  return { shape: 'call', what: 'each attempt', confidence: 'likely', sureWhen: runsForUsers(add.call, file) };
}

/** Whether a function makes the emitter itself: `const socket = connect()`, `this.socket = connect()`. */
function isMadeIn(emitter: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const root = rootOfMembers(skipWrappers(emitter));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (binding && (isWithin(binding.identifier, fn) || binding.writes.some((write) => isWithin(write, fn)))) return true;
  const name = findMemberPath(skipWrappers(emitter))?.at(-1);
  return listNodesWithin('BinaryExpression', fn, file).some(
    (node) => isAssignment(node) && findMemberPath(node.left)?.at(-1) === name,
  );
}

/**
 * `publish(topic, message) { this.producer.on('connected', () => log('connected')); … this.producer.send(message) }`: what
 * does one piece of work with an emitter that its instance keeps listens anew for each.
 */
function findForEachUse({ add, fn, life, emitter, file }: ListenerPlace): ListenerLeak | undefined {
  if (emitter !== 'field' || life.kind !== 'owner' || /once/i.test(add.method) || hasOnce(add)) return undefined;
  const method = findMethodAround(add.call, life.shape);
  if (method !== fn || fn.parameters.length === 0 || isRegistering(fn) || !isFixedField(add.receiver, file))
    return undefined;
  if (ts.isConstructorDeclaration(fn) || listConditionsOn(add.call, fn, file).length > 0) return undefined;
  const listener = add.listener && skipWrappers(add.listener);
  if (!listener || ts.isIdentifier(listener) || !isUsedForWork(add.target!, fn, file)) return undefined;
  return {
    shape: 'call',
    what: `each call of ${nameOfFunction(fn)}()`,
    confidence: 'likely',
    when: runsUnderLoad(add.call, file),
    sureWhen: runsForUsers(add.call, file),
  };
}

/** Whether an emitter is a field that is given its value as the instance is made, and never again. */
export function isFixedField(emitter: ts.Expression, file: FileContext): boolean {
  const [self, name, ...rest] = findMemberPath(skipWrappers(emitter)) ?? [];
  const owner = self === 'this' && name !== undefined && rest.length === 0 ? findThisOwner(emitter, file) : undefined;
  const field = owner && findClassField(owner, name!, file);
  return field !== undefined && !isGivenLater(field);
}

function isGivenLater({ values }: ClassField): boolean {
  return values.some((value) => {
    const fn = findEnclosingFunction(value);
    return fn !== undefined && !ts.isConstructorDeclaration(fn);
  });
}

const working = /^(?:send|publish|write|produce|emit|request|query|execute|exec|call|post|invoke|dispatch|push)/i;

/** `this.producer.send({ topic, message })`: it is handed on what the call was given. */
function isUsedForWork(target: string, fn: FunctionNode, file: FileContext): boolean {
  const given = new Set(
    fn.parameters.flatMap(({ name }) => (ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : [])),
  );
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    const found = findMethodCall(call);
    if (!found || !working.test(found.method) || findMemberPath(found.receiver)?.join('.') !== target) return false;
    return [...given].some((use) => call.arguments.some((argument) => isWithin(use, argument)));
  });
}

/** `initialize()`, which the constructor calls, and another method again: each time it adds to what the instance keeps. */
function findForEachBeginning({ add, fn, life, emitter, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind !== 'owner' || !/^(?:self|field)$/.test(emitter) || isMadeIn(add.receiver, fn, file)) return undefined;
  const { constructorNode } = life.shape;
  if (!constructorNode || fn === constructorNode || findMethodAround(add.call, life.shape) !== fn) return undefined;
  // `if (this.isListening) return`, `if (!this.isListening)`: no second time.
  const ahead = file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[];
  if (ahead.some((node) => isWithin(node, fn) && node.end <= add.call.pos && leavesFunction(node.thenStatement)))
    return undefined;
  if (listConditionsOn(add.call, fn, file).some((asked) => /!|==|listenerCount/.test(asked.getText(file.source))))
    return undefined;
  const name = [...life.shape.methods].find(([, method]) => method === fn)?.[0];
  const calls = name === undefined ? [] : (life.shape.fields.get(name)?.accesses ?? []).filter(isCalled);
  const callers = calls.map((call) => findMethodAround(call, life.shape) ?? findEnclosingFunction(call));
  const others = callers.flatMap((caller) => (caller && caller !== constructorNode && caller !== fn ? [caller] : []));
  if (!callers.includes(constructorNode) || others.length === 0) return undefined;
  return {
    shape: 'call',
    what: `each call of ${nameOfFunction(fn)}()`,
    confidence: 'likely',
    when: anyOf(...others.map((caller) => runsUnderLoad(caller.body ?? caller, file))),
  };
}

function isCalled(access: ts.Node): boolean {
  const { parent } = getOutermostWrapped(access);
  return ts.isCallExpression(parent) && parent.expression === access;
}

/**
 * `process.once('SIGINT', () => this.abort()); try { await work(); } finally { await this.tearDown(); }`: a run that has an
 * end of its own, at which the listener stays with all that it holds.
 */
function findForWork({ add, fn, life, emitter, file }: ListenerPlace): ListenerLeak | undefined {
  if (emitter !== 'process' || add.target !== 'process' || !add.listener || life.kind !== 'owner') return undefined;
  if (isOfCommandLine(file) || findMethodAround(add.call, life.shape) !== fn) return undefined;
  const finals = (file.nodesOfKind(ts.SyntaxKind.TryStatement) as readonly ts.TryStatement[]).filter(
    ({ finallyBlock, pos, parent }) => finallyBlock && pos >= add.call.end && parent === fn.body,
  );
  if (finals.length === 0 || !refersToThis(add.listener, file) || ts.isConstructorDeclaration(fn)) return undefined;
  return {
    shape: 'call',
    what: `each call of ${nameOfFunction(fn)}()`,
    confidence: 'likely',
    when: runsForUsers(add.call, file),
  };
}

function refersToThis(listener: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(listener);
  if (!isFunctionNode(value)) return /\bthis\b/.test(value.getText(file.source));
  return ts.isArrowFunction(value) && /\bthis\b/.test(value.getText(file.source));
}
