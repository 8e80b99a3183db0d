import type { FileContext } from '../../model/file-context.ts';
import { callsPause, withoutTexts } from '../io/attempts.ts';
import { findCalled } from '../life/after-end.ts';
import { findListenerFunction, listAdds, pathOf } from '../listeners/listener-calls.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findPromiseAround,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { contains, listNodesWithin } from '../within.ts';
import { hasTooling } from './tooling.ts';

/** What starts something anew as soon as it has ended. */
export interface RestartAtOnce {
  start: FunctionNode;
  again: ts.CallExpression;
}

/** A start that fails comes to its end by these events too: where they start it anew, nothing slows that down. A request that fails tells so. */
const endsOfFailed: readonly { module: RegExp; made: RegExp; events: RegExp }[] = [
  { module: /^child_process$/, made: /^(?:spawn|fork|exec|execFile)$/, events: /^(?:exit|close)$/ },
  { module: /^worker_threads$/, made: /^Worker$/, events: /^exit$/ },
  { module: /^(?:net|tls)$/, made: /^(?:connect|createConnection|Socket|TLSSocket)$/, events: /^close$/ },
  {
    module: /^(?:|ws|isomorphic-ws)$/,
    made: /^(?:(?:globalThis|window|self)\.)?(?:WebSocket|default|\*|)$/,
    events: /^close$/,
  },
  { module: /^https?$/, made: /^(?:request|get)$/, events: /^error$/ },
];

/** The tokens without which no file has such a restart. */
export const restartWords: readonly string[] = [
  ...['child_process', 'worker_threads'].flatMap((module) => [`${module}&exit`, `${module}&close`]),
  ...['WebSocket', 'createConnection', '.connect('].flatMap((made) => [`${made}&close`, `${made}&onclose`]),
  ...['http.', 'https.'].flatMap((module) => [`${module}request(&'error'`, `${module}get(&'error'`]),
];

const countName = /attempt|retr(?:y|ies)|tries|count|\bmax|limit|crash|fail|times\b/i;
/** What it is after a start that has worked, or when long enough has gone by. */
const workedName = /\b\w*(?:opened|connected|ready|established|uptime|started_?at|Date\.now|performance\.now)\b/i;
/** It was ended in order to be started anew. */
const askedName = /restarting|reload|relaunch|request|asked|chang|pending|queue/i;
const jobName = /next|job|task|queue|work|batch|file|item|step|test|build|lint|watch/i;

/** `const child = spawn(…); child.on('exit', () => start())` in `start` itself, with no pause and no count. */
export function findRestartAtOnce(
  registration: ts.CallExpression | ts.BinaryExpression,
  file: FileContext,
): RestartAtOnce | undefined {
  const told = hasTooling(file) ? undefined : findEndListener(registration, file);
  if (!told) return undefined;
  const start = findStart(registration);
  const handler = findListenerFunction(told.listener, file);
  if (!start || !handler?.body || jobName.test(nameOfFunction(start)) || takesNext(start, file)) return undefined;
  const made = told.target === undefined ? told.receiver : findMade(told.target, start, file);
  if (!made || !endsWith(made, told.event, file)) return undefined;
  const again = findAgain(handler, start, file);
  if (!again || isPaced(handler, file) || isPaced(start, file, made)) return undefined;
  return isAskedFirst(again, handler, file) ? undefined : { start, again };
}

interface EndListener {
  target: string | undefined;
  /** `http.get(url)` of `http.get(url).on('error', f)`. */
  receiver?: ts.Expression;
  event: string;
  listener: ts.Expression;
}

/** `x.on('close', f)`, `x.addEventListener('close', f)`, `x.onclose = f`. */
function findEndListener(node: ts.CallExpression | ts.BinaryExpression, file: FileContext): EndListener | undefined {
  if (ts.isCallExpression(node)) {
    const add = listAdds(file).find(({ call }) => call === node);
    if (!add?.listener || !/^(?:exit|close|error)$/.test(add.event)) return undefined;
    return { target: add.target, receiver: add.receiver, event: add.event, listener: add.listener };
  }
  if (!isAssignment(node) || findMemberName(node.left) !== 'onclose') return undefined;
  const target = pathOf((skipWrappers(node.left) as ts.PropertyAccessExpression).expression, file);
  return target === undefined ? undefined : { target, event: 'close', listener: node.right };
}

/** The function around, through executors of promises. */
function findStart(node: ts.Node): FunctionNode | undefined {
  let fn = findEnclosingFunction(node);
  while (fn && findPromiseAround(fn)) fn = findEnclosingFunction(fn);
  return fn;
}

/** The call or `new` by which `start` makes what `target` names. */
function findMade(target: string, start: FunctionNode, file: FileContext): ts.Expression | undefined {
  const values = [
    ...listNodesWithin('VariableDeclaration', start, file).map(({ name, initializer }) => ({ at: name, initializer })),
    ...listNodesWithin('BinaryExpression', start, file)
      .filter(isAssignment)
      .map(({ left, right }) => ({ at: left, initializer: right })),
  ];
  const found = values.find(({ at, initializer }) => initializer && ts.isExpression(at) && pathOf(at, file) === target);
  let made = found && skipAwait(found.initializer!);
  // `this.child = child = spawn(…)`
  while (made && ts.isBinaryExpression(made) && isAssignment(made)) made = skipWrappers(made.right);
  return made;
}

function endsWith(made: ts.Expression, event: string, file: FileContext): boolean {
  if (!ts.isCallExpression(made) && !ts.isNewExpression(made)) return false;
  const origin = findOrigin(made.expression, file);
  if (!origin) return false;
  const module = bareModule(origin.module);
  const name = originName(origin);
  return endsOfFailed.some((kind) => kind.module.test(module) && kind.made.test(name) && kind.events.test(event));
}

/** The call that starts it anew, by the handler itself or one function that it calls. */
function findAgain(handler: FunctionNode, start: FunctionNode, file: FileContext): ts.CallExpression | undefined {
  const own = listNodesWithin('CallExpression', handler, file).filter(
    (call) => findEnclosingFunction(call) === handler,
  );
  const direct = own.find((call) => findCalled(call, file) === start);
  if (direct) return direct;
  return own.find((call) => {
    const via = findCalled(call, file);
    if (!via || via === handler || isPaced(via, file)) return false;
    const again = listNodesWithin('CallExpression', via, file).find((inner) => findCalled(inner, file) === start);
    return again !== undefined && findEnclosingFunction(again) === via && !isAskedFirst(again, via, file);
  });
}

/** It counts or waits: in all of a handler, ahead of what is made in a start. */
function isPaced(fn: FunctionNode, file: FileContext, made?: ts.Node): boolean {
  if (!made) {
    const code = withoutTexts(fn, file);
    return callsPause(code) || countName.test(code);
  }
  return contains(
    fn,
    (node) => ts.isAwaitExpression(node) && node.end <= made.pos && callsPause(node.getText(file.source)),
  );
}

/** A run for each of what is waiting: it goes on with the next one. */
function takesNext(start: FunctionNode, file: FileContext): boolean {
  return /\b(?:shift|pop|next)\(/.test(withoutTexts(start, file));
}

/** Behind a condition that is met after a start that has worked, or by an end that was asked for. */
function isAskedFirst(again: ts.CallExpression, within: FunctionNode, file: FileContext): boolean {
  const asked: string[] = [];
  for (let at: ts.Node = again; at !== within && at.parent; at = at.parent) {
    const { parent } = at;
    if (isFunctionNode(parent)) break;
    if (ts.isConditionalExpression(parent) && at !== parent.condition)
      asked.push(parent.condition.getText(file.source));
    if (ts.isBinaryExpression(parent) && parent.right === at) asked.push(parent.left.getText(file.source));
    if (ts.isSwitchStatement(parent) || ts.isCaseClause(parent)) return true;
    if (!ts.isIfStatement(parent) || at === parent.expression) continue;
    const text = parent.expression.getText(file.source);
    // A code or signal by which it asks for a new start itself.
    if (at === parent.thenStatement && /(?<![!=])==={0,1}\s*(?!0\b|null|undefined|false|true)/.test(text)) return true;
    asked.push(text);
  }
  for (const node of file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]) {
    if (isWithin(node, within) && node.end <= again.pos) asked.push(node.expression.getText(file.source));
  }
  return asked.some((text) => workedName.test(text.replace(/!\s*[\w.$#]+/g, '')) || askedName.test(text));
}
