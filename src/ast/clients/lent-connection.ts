import type { Binding, FileContext } from '../../model/file-context.ts';
import { asksForHeld, findLeaks, type Handling, isAbsence, mayThrow } from '../handles/release-paths.ts';
import { type Asked, isTakenWhere } from '../handles/taken-here.ts';
import { findThisOwner } from '../names/class-shape.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInFinally, resultWith } from '../where/conditions.ts';
import { listMethodCalls, listNodesWithin } from '../within.ts';
import { acquisitions } from './acquisitions.ts';

const releaseName = /^_?(?:release|endSession|destroy|end|close|releaseConnection|done|free|\$disconnect)$/;

/** Methods that lend. */
export const acquireName =
  /^_?(?:connect|getConnection|acquire|checkout|createQueryRunner|startSession|getClient|acquireConnection|session|reserve)$/;

const getterName = /^(?:get|acquire|checkout|borrow)(?:Db|DB|Database|Pool|Pg|Mysql)?(?:Client|Connection|Conn)$/;

/** What lends, and by which name: `pool.connect()`, or a getter that another module has (`await getClient()`). */
export function findLender(call: ts.CallExpression): { receiver: ts.Expression; method: string } | undefined {
  const target = findMethodCall(call);
  if (target) return target;
  const callee = skipWrappers(call.expression);
  return ts.isIdentifier(callee) && getterName.test(callee.text)
    ? { receiver: callee, method: callee.text }
    : undefined;
}

/** Names that many other things have count for known pools only, and a lock ends by itself when its time is over. */
export function isOfOtherThing(receiver: ts.Expression, method: string, file: FileContext): boolean {
  if (/^(?:session|reserve)$/.test(method)) return !isKnownPool(receiver, method, file);
  return method === 'acquire' && /lock|mutex|lease/i.test(receiver.getText(file.source));
}

/** Something lent, under the name that this function gives it. */
export interface Lent {
  binding: Binding;
  /** Names that tell whether it was lent at all: of `given || pool.connect()`, `if (isOwn) c = …`, and what those choose. */
  flags: readonly string[];
  /** The conditions behind them, where one decides. */
  asked: readonly Asked[];
}

/** `const c = await pool.connect()`, `c = given ?? (await …)`, also on a local `let` or over a parameter. */
export function findLent(call: ts.CallExpression, fn: FunctionNode, file: FileContext): Lent | undefined {
  const flags: ts.Expression[] = [];
  const asked: Asked[] = [];
  const ask = (condition: ts.Expression, takes: boolean): void => {
    flags.push(condition);
    asked.push({ condition, takes });
  };
  let outer = getOutermostWrapped(call);
  for (let isInner = true; isInner; ) {
    const { parent } = outer;
    const isEither =
      ts.isBinaryExpression(parent) && parent.right === outer && /^(?:\|\||\?\?)$/.test(parent.operatorToken.getText());
    if (isEither) ask(parent.left, false);
    else if (ts.isConditionalExpression(parent) && parent.condition !== outer)
      ask(parent.condition, parent.whenTrue === outer);
    else if (!ts.isAwaitExpression(parent)) isInner = false;
    if (isInner) outer = getOutermostWrapped(parent);
  }
  for (let at: ts.Node = outer; at.parent && at !== fn; at = at.parent) {
    if (!ts.isIfStatement(at.parent) || at === at.parent.expression) continue;
    ask(at.parent.expression, at.parent.thenStatement === at);
    flags.push(...listSetIn(at as ts.Statement));
  }
  const names = withChosen(flags.flatMap(listAskedNames), fn, file);
  const { parent } = outer;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    const binding = file.bindingOf(parent.name);
    return binding && { binding, flags: names, asked };
  }
  if (ts.isBinaryExpression(parent) && parent.right === outer && ts.isIdentifier(parent.left)) {
    const binding = file.bindingOf(parent.left);
    const isLocal = binding?.kind === 'let' || binding?.kind === 'var' || binding?.kind === 'parameter';
    return isLocal ? { binding, flags: names, asked } : undefined;
  }
  return undefined;
}

/** `isOwn` of a branch that sets `isOwn = true`, beside what it does. */
function listSetIn(branch: ts.Statement): ts.Expression[] {
  return (ts.isBlock(branch) ? branch.statements : [branch]).flatMap((statement) => {
    const set = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    const isFlag = set && isAssignment(set) && /^(?:true|false)$/.test(set.right.getText());
    return isFlag ? [set.left] : [];
  });
}

/** `const point = given ? nameOfPoint() : undefined`: it tells what `given` tells. */
function withChosen(flags: readonly string[], fn: FunctionNode, file: FileContext): readonly string[] {
  if (flags.length === 0) return flags;
  const chosen = listNodesWithin('VariableDeclaration', fn, file).flatMap(({ name, initializer }) => {
    const value = initializer && skipWrappers(initializer);
    const isChosen = value && ts.isConditionalExpression(value) && listAskedNames(value.condition).some(isFlag);
    return isChosen ? [name.getText(file.source)] : [];
  });
  return [...flags, ...chosen];

  function isFlag(name: string): boolean {
    return flags.includes(name);
  }
}

/** `await pool.getConnection().query(…)`: lent, used once, and out of reach of any release. */
export function isUsedInPlace(call: ts.CallExpression): boolean {
  let outer = getOutermostWrapped(call);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  else if (findMethodCall(call)?.method !== 'createQueryRunner') return false;
  const access = outer.parent;
  if (!ts.isPropertyAccessExpression(access) || !ts.isCallExpression(access.parent)) return false;
  return (
    access.parent.expression === access &&
    /^(?:query|execute|connect|startTransaction|get\w+|has\w+|create\w+|drop\w+|clear\w+)$/.test(access.name.text)
  );
}

/** `await pool.connect();`, `pool.connect().then(() => log('connected'))`: lent to nobody, who cannot give it back. */
export function isLentToNobody(call: ts.CallExpression): boolean {
  let outer = getOutermostWrapped(call);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  else if (call.arguments.length > 0) return false;
  const then = findMethodCall(outer.parent.parent);
  if (then?.method === 'then' && then.receiver === outer) {
    const callback = then.call.arguments[0] && skipWrappers(then.call.arguments[0]);
    return callback !== undefined && isFunctionNode(callback) && callback.parameters.length === 0;
  }
  return ts.isExpressionStatement(outer.parent) || ts.isVoidExpression(outer.parent);
}

/** Whether a receiver and its method are known, by import, to lend connections. */
export function isKnownPool(receiver: ts.Expression, method: string, file: FileContext): boolean {
  // No other library has a method of this name.
  if (method === 'createQueryRunner') return true;
  const origin = findOrigin(receiver, file);
  if (!origin) return false;
  const module = bareModule(origin.module);
  const path = `${originName(origin)}.${method}`;
  return acquisitions.some((known) => known.modules.includes(module) && known.method.test(path));
}

/** Every call of a function that gives back what a binding holds. */
export function listReleases(binding: Binding, fn: FunctionNode, file: FileContext): ts.CallExpression[] {
  return listNodesWithin('CallExpression', fn, file).filter((call) => isReleaseOf(call, binding, file));
}

/** `c.release()`, `pool.release(c)`, `release(c)`. */
function isReleaseOf(call: ts.CallExpression, binding: Binding, file: FileContext): boolean {
  const callee = skipWrappers(call.expression);
  if (ts.isElementAccessExpression(callee) && ts.isIdentifier(callee.expression)) {
    const isDispose = /^Symbol\.(?:asyncD|d)ispose$/.test(callee.argumentExpression.getText(file.source));
    return isDispose && file.bindingOf(callee.expression) === binding;
  }
  const target = findMethodCall(call);
  const name = calleeName(call);
  if (!releaseName.test(name) && !/^_?(?:release|end|close|destroy|free)[A-Z]/.test(name)) return false;
  const isHeld = (node: ts.Node): boolean => ts.isIdentifier(node) && file.bindingOf(node) === binding;
  return (target !== undefined && isHeld(target.receiver)) || call.arguments.some((a) => isHeld(skipWrappers(a)));
}

/** No other kind of thing ends so. */
export function isOwnRelease(call: ts.CallExpression): boolean {
  return /^_?release(?:Connection)?$/.test(findMethodCall(call)?.method ?? '');
}

/**
 * Whether another function of the file releases what the same call lends, and this one only works with it: it need not be
 * known what `this._getConnection()` is.
 */
export function isReleasedElsewhere(
  call: ts.CallExpression,
  binding: Binding,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  const isWorkedWith = binding.references.every((use) => {
    const target = findMethodCall(use.parent.parent);
    return binding.writes.includes(use) || (target?.receiver === use && !releaseName.test(target.method));
  });
  if (!isWorkedWith || binding.references.length === 0) return false;
  const method = findMethodCall(call)?.method;
  if (method === undefined) return false;
  const lending = call.getText(file.source);
  return listMethodCalls(method, file).some((other) => {
    const home = findEnclosingFunction(other);
    if (!home || home === fn || isWithin(home, fn) || other.getText(file.source) !== lending) return false;
    if (lending.startsWith('this.') && findThisOwner(other, file) !== findThisOwner(call, file)) return false;
    const lent = findLent(other, home, file);
    return lent !== undefined && listReleases(lent.binding, home, file).some(isOwnRelease);
  });
}

/** Returned, stored, told of events, captured by a function that is kept, or passed on in a function that never releases it. */
export function isConnectionHandedOver(
  binding: Binding,
  fn: FunctionNode,
  releases: readonly ts.CallExpression[],
  method: string,
): boolean {
  if (releases.length === 0 && isListening(binding)) return true;
  return binding.references.some((reference) => {
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (ts.isReturnStatement(parent)) return true;
    if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
      // `query(text, { session })` lends it for the call: what takes a session takes it so, and ends none.
      const isForCall = ts.isCallExpression(parent.parent.parent);
      return !isForCall || (releases.length === 0 && method !== 'startSession');
    }
    if (ts.isArrayLiteralExpression(parent) || ts.isYieldExpression(parent) || ts.isSpreadElement(parent)) return true;
    if (isAssignment(parent) && parent.right === outer) return true;
    if (ts.isVariableDeclaration(parent) && parent.initializer === outer) return true;
    if (ts.isNewExpression(parent)) return true;
    const isArgument = ts.isCallExpression(parent) && parent.expression !== outer;
    if (isArgument && releases.length === 0) return true;
    const owner = findEnclosingFunction(reference);
    return owner !== fn && owner !== undefined && releases.length === 0 && isKept(owner);
  });
}

function isKept(fn: FunctionNode): boolean {
  const { parent } = getOutermostWrapped(fn);
  return !ts.isCallExpression(parent) || isFunctionNode(fn);
}

/** `client.query('LISTEN jobs')`, `client.on('notification', …)`: it is taken out of the pool for good, to be told of events. */
function isListening({ references }: Binding): boolean {
  return references.some((use) => {
    const target = findMethodCall(use.parent.parent);
    const first = target?.receiver === use ? target.call.arguments[0] : undefined;
    if (!first) return false;
    return target?.method === 'query'
      ? /^[`'"]\s*listen\b/i.test(first.getText())
      : findStringValue(first) === 'notification';
  });
}

/** A pool made in this very function and ended in a `finally` takes its connections with it. */
export function isPoolEnded(receiver: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  if (!ts.isIdentifier(receiver)) return false;
  const binding = file.bindingOf(receiver);
  if (!binding || !isWithin(binding.identifier, fn) || ts.isParameter(binding.declaration)) return false;
  return binding.references.some((reference) => {
    const target = findMethodCall(reference.parent.parent);
    if (!target || target.receiver !== reference || !/^(?:destroy|end|close|disconnect|drain)$/.test(target.method))
      return false;
    return isInFinally(reference);
  });
}

/** `this.pool = new Pool(options)` in this very function, which then tries a first connection of it: where that fails, nobody uses the pool. */
export function isPoolMade(receiver: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const path = findMemberPath(receiver)?.join('.');
  return file.nodes('NewExpression').some((made) => {
    if (path === undefined || findEnclosingFunction(made) !== fn || made.end > receiver.pos) return false;
    const { parent } = getOutermostWrapped(made);
    if (ts.isVariableDeclaration(parent)) return parent.name.getText(file.source) === path;
    return isAssignment(parent) && findMemberPath(parent.left)?.join('.') === path;
  });
}

/** `client.query('ROLLBACK')`, `runner.rollbackTransaction()`, `session.abortTransaction()`: it fails where the connection is lost, which its pool notices. */
function isRollback(node: ts.Node): boolean {
  const awaited = ts.isAwaitExpression(node) ? skipWrappers(node.expression) : node;
  const target = findMethodCall(awaited);
  if (!target) return false;
  return (
    /^(?:rollback|abortTransaction)/i.test(target.method) ||
    /^\s*rollback\b/i.test(findStringValue(target.call.arguments[0]) ?? '')
  );
}

/** Whether all outcomes give back what was lent, where its rollback goes well. */
export function isGivenBackUnlessRollbackFails(fn: FunctionNode, handling: Handling, file: FileContext): boolean {
  const canThrow = (node: ts.Node): boolean => mayThrow(node, file) && !isRollback(node);
  return findLeaks(fn, { ...handling, canThrow }, file).length === 0;
}

/** How to tell, on the way through a function, what happens to what it was lent; `lazy`: where that really takes it. */
export function handlingOfLent(
  call: ts.CallExpression,
  { binding, flags, asked }: Lent,
  lazy: ts.Node | undefined,
  releases: readonly ts.CallExpression[],
  file: FileContext,
): Handling {
  const known = new Set<ts.Node>(releases);
  let acquire = lazy ?? getOutermostWrapped(call);
  if (!lazy && ts.isAwaitExpression(acquire.parent)) acquire = acquire.parent;
  return {
    acquire,
    isRelease: (node: ts.Node) => known.has(node),
    isGuard: (condition: ts.Expression, isOfRelease: boolean) =>
      findAnswer(binding, condition) !== undefined ||
      isTakenWhere(condition, asked, file) !== undefined ||
      asksForHeld(binding, condition, isOfRelease),
    isAbsence: (condition: ts.Expression) => {
      const answer = findAnswer(binding, condition);
      return answer ? answer === 'refused' : !(isTakenWhere(condition, asked, file) ?? !isAbsence(condition));
    },
    isFlag: (condition: ts.Expression) => listAskedNames(condition).some((name) => flags.includes(name)),
  };
}

const granted = /^(?:is_?)?(?:ok|success(?:ful)?|succeeded|acquired|granted|allowed|obtained)$/i;
const refused = /^(?:is_?)?(?:err(?:or)?|failed|failure|denied|refused|rejected)$/i;

/** Whether what a call gives tells by a member of its own whether it was granted: `turn.ok`. */
export function tellsWhetherGranted(binding: Binding): boolean {
  return listAnswers(binding).length > 0;
}

/**
 * What it says of an attempt to take something that a condition holds: `!turn.ok`, `turn.ok === false` and `turn.error` that it
 * was refused, so that nothing is held. A connection has no such member.
 */
function findAnswer(binding: Binding, condition: ts.Expression): 'granted' | 'refused' | undefined {
  for (const answer of listAnswers(binding)) {
    const holds = isWithin(answer, condition) ? resultWith(condition, answer.getText(), true) : undefined;
    if (holds !== undefined) return granted.test(answer.name.text) === holds ? 'granted' : 'refused';
  }
  return undefined;
}

function listAnswers({ references }: Binding): ts.PropertyAccessExpression[] {
  return references.flatMap((use) => {
    const member = getOutermostWrapped(use).parent;
    const isAnswer = ts.isPropertyAccessExpression(member) && skipWrappers(member.expression) === use;
    return isAnswer && (granted.test(member.name.text) || refused.test(member.name.text)) ? [member] : [];
  });
}

/** `isOwn`, `this.runner`: the names that a condition asks about. */
export function listAskedNames(condition: ts.Expression): string[] {
  return condition.getText().match(/(?:this\.)?[A-Za-z_$][\w$]*(?:\.[\w$]+)*/g) ?? [];
}

/** A session of MongoDB, whoever made its client: no other one runs transactions. */
export function isOfTransaction(session: Binding): boolean {
  return session.references.some((use) => /^(?:with|start)Transaction$/.test(methodOf(use)));
}

/**
 * Whether what stays of a session of MongoDB, where something throws, is its number only: it has no connection but in a
 * transaction, and those that the driver runs (`session.withTransaction(…)`) it ends itself.
 */
export function isNumberOnly(session: Binding, fn: FunctionNode, handling: Handling, file: FileContext): boolean {
  const [first] = session.references.filter((use) => methodOf(use) === 'startTransaction');
  if (!first) return true;
  if (findEnclosingFunction(first) !== fn) return false;
  const canThrow = (node: ts.Node): boolean => node.end > first.pos && mayThrow(node, file);
  return findLeaks(fn, { ...handling, canThrow }, file).length === 0;
}

function methodOf({ parent }: ts.Node): string {
  return findMethodCall(parent.parent)?.method ?? '';
}

/** `await rollback(connection)`: a helper that ends the transaction may give the connection back as well. */
export function isHandedToHelper({ references }: Binding): boolean {
  return references.some(({ parent }, index) => {
    if (!ts.isCallExpression(parent) || !ts.isIdentifier(parent.expression)) return false;
    return (
      parent.arguments[0] === references[index] && /^(?:commit|rollback|finish|abort)/i.test(parent.expression.text)
    );
  });
}
