import { isAfterAnswer, isTimeLimited } from '../../src/ast/bounded-wait.ts';
import { isAtEdge } from '../../src/ast/edge-runtime.ts';
import { isLeftAlone, isUnheard } from '../../src/ast/left-alone.ts';
import { importWords } from '../../src/ast/mention-words.ts';
import { isOwnHost } from '../../src/ast/own-host.ts';
import { bareModule, findOrigin, isHandedIn, originName } from '../../src/ast/provenance.ts';
import { isByHand } from '../../src/ast/seldom.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findPropertyName,
  isFunctionNode,
  nameOfFunction,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { hasTooling } from '../../src/ast/tooling.ts';
import { ts } from '../../src/ast/ts.ts';
import { isStartup, whileRequestWaits, whileUserWaits } from '../../src/ast/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface OutboundTimeout {
  call: ts.CallExpression;
  library: 'fetch' | 'node-fetch' | 'axios' | 'got' | 'http';
  /** The options, when they are written out. */
  options: ts.ObjectLiteralExpression | undefined;
  /** Where options would stand among the arguments. */
  index: number;
}

/** What a library does when it is told nothing; version read, and where. */
const defaults = {
  // undici 7.10 (Node.js 20 bundles 6), lib/dispatcher/client.js: headersTimeout and bodyTimeout are 300 s each.
  fetch: 'up to five minutes for the headers, and again between two parts of the body',
  edge: 'until its platform ends it',
  // node-fetch 2.7 and 3.3, src/index.js: http.request, no `timeout` unless set; cross-fetch 4.1 and isomorphic-fetch 3.0
  // hand on to node-fetch 2.
  'node-fetch': 'without end (node-fetch has no time-out of its own)',
  // axios 1.7, lib/defaults/index.js: timeout 0.
  axios: 'without end (its `timeout` is 0)',
  // got 14, source/core/options.ts: every phase of `timeout` is undefined.
  got: 'without end (no phase has a time-out)',
  // Node.js 20, lib/_http_client.js: no `timeout` unless set.
  http: 'without end',
} as const;

export const rule = defineRule<OutboundTimeout>({
  id: 'require-outbound-timeout',
  category: 'api',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'stable',
  effort: 10,
  message:
    '`{call}` in `{name}` has no time-out: when the other side hangs, the request that waits for it hangs {wait}.',
  why: 'One dependency that answers slowly holds every request that asks it: sockets, memory and pooled connections of those requests pile up with the arrival rate, until nothing is served.',
  advice:
    'Give the call a time-out a little above what it takes on a bad day: `signal: AbortSignal.timeout(10_000)`, or `timeout` in the options of axios or got.',
  limits: [
    'Options that come from elsewhere or are spread are taken to hold a time-out.',
    'A wrapper of the project around fetch is judged where it calls fetch.',
    'Calls that nobody waits for, those made after the response, and those that somebody waits for up to a limit only are left alone though their sockets pile up.',
    'What an administrator calls by hand, or tries (`/settings/chat/test`), is `possible`.',
    'Calls of the own machine or application, by their address or what it is called, are left alone.',
  ],
  mentions: ['fetch(', ...importWords(['axios', 'got', 'http', 'https', 'node:http', 'node:https'])],
  visit: {
    CallExpression(call, file) {
      return judge(call, file);
    },
  },
});

function judge(call: ts.CallExpression, file: FileContext): Match<OutboundTimeout> | undefined {
  const found = identify(call, file);
  if (!found || hasTooling(file)) return undefined;
  const fn = findEnclosingFunction(call);
  if (!fn || isStartup(fn) || isTimeLimited(call, file) || isAfterAnswer(call, file)) return undefined;
  const { library, index } = found;
  if (library === 'http' ? isUnheard(call, file) : isLeftAlone(call, file)) return undefined;
  const given = call.arguments[index] && skipWrappers(call.arguments[index]);
  const isUrl =
    library === 'http' &&
    given &&
    !ts.isObjectLiteralExpression(given) &&
    !ts.isIdentifier(given) &&
    !ts.isCallExpression(given);
  const argument = isUrl || !given ? undefined : optionsOf(given, library, file);
  if (argument && !ts.isObjectLiteralExpression(argument)) return undefined;
  if (call.arguments.some(ts.isSpreadElement) || (argument && isOpen(argument))) return undefined;
  if (call.arguments[0] && isOwnHost(call.arguments[0], file)) return undefined;
  const set: LinkCondition = {
    kind: 'project-states',
    fact: library === 'axios' ? 'token:axios.defaults.timeout' : 'token:setGlobalDispatcher',
  };
  const waits = whileRequestWaits(call, file);
  return {
    at: call.expression,
    ...(isByHand(fn, file) && { confidence: 'possible' as const }),
    values: {
      call: call.expression.getText(file.source).replace(/\s+/g, ''),
      name: nameOfFunction(fn),
      wait: defaults[library === 'fetch' && isAtEdge(file) ? 'edge' : library],
    },
    when: library === 'node-fetch' ? waits : { kind: 'all', of: [waits, { kind: 'not', of: set }] },
    sureWhen: whileUserWaits(call, file),
    data: { call, library, options: argument, index },
  };
}

function identify(call: ts.CallExpression, file: FileContext): Pick<OutboundTimeout, 'library' | 'index'> | undefined {
  const callee = skipWrappers(call.expression);
  const name = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
  if (name === undefined || !/^(?:fetch|axios|got|get|post|put|patch|delete|head|request|json|text)$/.test(name))
    return undefined;
  if (ts.isIdentifier(callee) && callee.text === 'fetch') {
    if (isHandedIn(callee, file)) return undefined;
    const origin = findOrigin(callee, file);
    if (call.arguments.length === 0) return undefined;
    const module = bareModule(origin?.module ?? '');
    if (module === '' || module === 'undici') return { library: 'fetch', index: 1 };
    const isOther = /^(?:node-fetch|cross-fetch|isomorphic-fetch)$/.test(module);
    return isOther ? { library: 'node-fetch', index: 1 } : undefined;
  }
  const origin = findOrigin(callee, file);
  if (!origin) return undefined;
  const path = originName(origin);
  switch (bareModule(origin.module)) {
    case '':
      return path === 'globalThis.fetch' ? { library: 'fetch', index: 1 } : undefined;
    case 'axios':
      if (path === '')
        return {
          library: 'axios',
          index: call.arguments[0] && ts.isObjectLiteralExpression(call.arguments[0]) ? 0 : 1,
        };
      if (path === 'request') return { library: 'axios', index: 0 };
      return /^(?:get|delete|head)$/.test(path)
        ? { library: 'axios', index: 1 }
        : /^(?:post|put|patch)$/.test(path)
          ? { library: 'axios', index: 2 }
          : undefined;
    case 'got':
      return /^(?:|got|(?:got\.)?(?:get|post|put|patch|delete|head))$/.test(path)
        ? { library: 'got', index: call.arguments[0] && ts.isObjectLiteralExpression(call.arguments[0]) ? 0 : 1 }
        : undefined;
    case 'http':
    case 'https':
      return /^(?:get|request)$/.test(path) && !hasSocketTimeout(call, file)
        ? {
            library: 'http',
            index: call.arguments.length > 1 && !isFunctionNode(skipWrappers(call.arguments[1]!)) ? 1 : 0,
          }
        : undefined;
    default:
      return undefined;
  }
}

/** The options where they are written out, also those that the function itself puts together before the call. */
function optionsOf(given: ts.Expression, library: OutboundTimeout['library'], file: FileContext): ts.Expression {
  const binding = ts.isIdentifier(given) && library !== 'http' ? file.bindingOf(given) : undefined;
  const declaration = binding?.declaration;
  if (!binding || !declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return given;
  const literal = skipWrappers(declaration.initializer);
  if (!ts.isObjectLiteralExpression(literal) || binding.writes.length > 0) return given;
  if (findEnclosingFunction(declaration) !== findEnclosingFunction(given)) return given;
  return binding.references.every((use) => use === given || isPropertyOf(use)) ? literal : given;
}

/** `options.baseURL = …` and `options.headers.accept`: nothing of it is a time-out, and it goes nowhere else. */
function isPropertyOf(use: ts.Identifier): boolean {
  const { parent } = use;
  return ts.isPropertyAccessExpression(parent) && parent.expression === use && !limiting.test(parent.name.text);
}

const limiting = /^(?:signal|timeout|cancelToken|dispatcher|agent|headersTimeout)$/;

/** Options that hold a time-out, or that may: spread, or made by a call. */
function isOpen(options: ts.ObjectLiteralExpression): boolean {
  return options.properties.some(
    (property) => ts.isSpreadAssignment(property) || limiting.test(findPropertyName(property.name) ?? ''),
  );
}

/** `req.setTimeout(…)` or `req.on('timeout', …)` in the same function. */
function hasSocketTimeout(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const last = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (last && ts.isIdentifier(last) && call.arguments.length > 0 && !ts.isStringLiteralLike(last)) {
    // Options in a variable: what it holds is not followed.
    return true;
  }
  return fn !== undefined && /setTimeout|['"]timeout['"]|timeout\s*:/.test(fn.getText(file.source));
}
