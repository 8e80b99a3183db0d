import type { Binding, FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findCallOn,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** A request or a socket that is given up when it times out, and goes on. */
export interface ToldTimeout {
  name: 'request' | 'socket';
  /** The listener that settles, and ends nothing. */
  listener: FunctionNode;
  fn: FunctionNode;
}

const settling = /^(?:reject|resolve|cb|callback|done|next|fail|finish|settle)/i;
const answering = /^(?:connect|secureConnect|ready|data|response)$/;
const ending = /\b(?:destroy|abort|resetAndDestroy|close)\b/;

/**
 * `request.on('timeout', () => reject(new Error('too slow')))`: the event only tells. Measured with Node.js 20 and 24, all of 20
 * requests and sockets to a host that never answers were still open seconds after.
 */
export function findToldTimeout(
  creation: ts.CallExpression | ts.NewExpression,
  file: FileContext,
): ToldTimeout | undefined {
  const name = kindOf(creation, file);
  const fn = name && findEnclosingFunction(creation);
  if (!fn) return undefined;
  let outer: ts.Node = creation;
  const chain: ts.CallExpression[] = [];
  for (let call = findCallOn(outer); call; call = findCallOn(outer)) {
    chain.push(call);
    outer = call;
  }
  const { parent } = getOutermostWrapped(outer);
  const isKept = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name);
  const binding = isKept ? file.bindingOf(parent.name as ts.Identifier) : undefined;
  if (!binding && !ts.isExpressionStatement(parent)) return undefined;
  const calls = [...chain, ...(binding?.references ?? []).flatMap((use) => findCallOn(use) ?? [])];
  if (/\bsignal\b/.test(creation.getText(file.source)) || mayEnd(binding, { name, fn }, file)) return undefined;
  if (binding && isGivenAway(binding)) return undefined;
  const listener = calls.flatMap((call) => findListener(call) ?? []).find((heard) => settles(heard, file));
  return listener && { name, listener, fn };
}

/** Whether something ends it, but where the other side has answered, or is found to be there. */
function mayEnd(
  binding: Binding | undefined,
  { name, fn }: Pick<ToldTimeout, 'name' | 'fn'>,
  file: FileContext,
): boolean {
  const home = binding ? binding.scope.node : fn;
  // `end()` of a request sends it.
  const end = name === 'socket' ? /^(?:destroy|abort|resetAndDestroy|close|end)$/ : ending;
  if (!ending.test(home.getText(file.source)) && name !== 'socket') return false;
  return (file.nodesOfKind(ts.SyntaxKind.Identifier) as readonly ts.Identifier[]).some(
    (at) => end.test(at.text) && isWithin(at, home) && !isInAnswer(at, home),
  );
}

/** In a listener that hears of an answer alone, or in the one that is handed in as it is made. */
function isInAnswer(node: ts.Node, home: ts.Node): boolean {
  for (let at: ts.Node = node; at.parent && at !== home; at = at.parent) {
    const call = isFunctionNode(at) ? getOutermostWrapped(at).parent : undefined;
    if (call && ts.isCallExpression(call) && /^(?:get|request|connect|createConnection)$/.test(calleeName(call)))
      return true;
    const heard = call && findMethodCall(call);
    const isHeard = heard && /^(?:on|once|addListener)$/.test(heard.method);
    if (isHeard && answering.test(findStringValue(heard.call.arguments[0]) ?? '')) return true;
  }
  return false;
}

function kindOf(creation: ts.CallExpression | ts.NewExpression, file: FileContext): ToldTimeout['name'] | undefined {
  const called = calleeName(creation);
  if (!/^(?:get|request|connect|createConnection|Socket)$/.test(called)) return undefined;
  const origin = findOrigin(ts.isNewExpression(creation) ? creation : creation.expression, file);
  if (!origin) return undefined;
  const module = bareModule(origin.module);
  const name = originName(origin);
  if (/^https?$/.test(module)) return /^(?:get|request)$/.test(name) ? 'request' : undefined;
  return /^(?:net|tls)$/.test(module) && /^(?:connect|createConnection|Socket\.new)$/.test(name) ? 'socket' : undefined;
}

/** `….on('timeout', listener)`, `….setTimeout(ms, listener)`. */
function findListener(call: ts.CallExpression): FunctionNode | undefined {
  const method = findMethodCall(call)?.method ?? '';
  const isHeard = /^(?:on|once|addListener)$/.test(method) && findStringValue(call.arguments[0]) === 'timeout';
  const given = isHeard || method === 'setTimeout' ? call.arguments[1] : undefined;
  const listener = given && skipWrappers(given);
  return listener && isFunctionNode(listener) ? listener : undefined;
}

function settles(listener: FunctionNode, file: FileContext): boolean {
  const calls = listNodesWithin('CallExpression', listener, file);
  return (
    calls.some(({ expression: callee }) => ts.isIdentifier(callee) && settling.test(callee.text)) &&
    !calls.some((call) => findMethodCall(call)?.method === 'end')
  );
}

/** Returned, stored or handed to a function, which may end it. */
function isGivenAway({ references }: Binding): boolean {
  return references.some((reference) => {
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent))
      return parent.expression !== outer && !isPipe(parent);
    if (isAssignment(parent)) return parent.right === outer;
    return (
      ts.isReturnStatement(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isShorthandPropertyAssignment(parent) ||
      ts.isArrayLiteralExpression(parent) ||
      (ts.isVariableDeclaration(parent) && parent.initializer === outer)
    );
  });
}

function isPipe(call: ts.Node): boolean {
  return findMethodCall(call)?.method === 'pipe';
}
