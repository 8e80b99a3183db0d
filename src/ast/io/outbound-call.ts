import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { bareModule, findOrigin, isParameterCallee, originName } from '../names/provenance.ts';
import {
  findCallOn,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findPromiseAround,
  findStringValue,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isOptions } from './request-options.ts';

export type HttpLibrary =
  | 'fetch'
  | 'node-fetch'
  | 'axios'
  | 'nest'
  | 'got'
  | 'http'
  | 'superagent'
  | 'request-promise'
  | 'request'
  | 'simple-get'
  | 'download'
  | 'needle';

/** A call that sends a request to another host, by a library that would take a time-out. */
export interface OutboundCall {
  library: HttpLibrary;
  /** Where options would stand among the arguments. */
  index: number;
  /** What is waited for: the call, or the end of the chain that it begins. */
  end: ts.CallExpression;
}

const verbs =
  /^(?:fetch|axios|got|rp|requestPromise|\$fetch|get|simpleGet|concat|post|put|patch|delete|del|head|request|(?:post|put|patch)Form|json|text|download|needle)$/;
const fetchLike = /^(?:node-fetch|cross-fetch|isomorphic-fetch|isomorphic-unfetch|unfetch)$/;
/** Node's own fetch in other clothes. */
const fetchWrapper = /^(?:ofetch|node-fetch-native)$/;
/** A library that is imported under another name than its own: `nodeFetch`, `undiciFetch`, `axiosHttp`. */
const renamed = /fetch|axios|superagent|needle|request/i;

/** The request that a call sends, if it sends one. */
export function findOutboundCall(call: ts.CallExpression, file: FileContext): OutboundCall | undefined {
  const callee = skipWrappers(call.expression);
  const name = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
  if (name === undefined || !(verbs.test(name) || (ts.isIdentifier(callee) && renamed.test(name)))) return undefined;
  const found = (library: HttpLibrary, index: number): OutboundCall => ({ library, index, end: call });
  if (ts.isIdentifier(callee) && callee.text === 'fetch') {
    if (isParameterCallee(callee, file) || call.arguments.length === 0) return undefined;
    const module = bareModule(findOrigin(callee, file)?.module ?? '');
    if (loadsNodeFetch(callee, file)) return found('node-fetch', 1);
    if (module === '' || module === 'undici' || fetchWrapper.test(module)) return found('fetch', 1);
    return fetchLike.test(module) ? found('node-fetch', 1) : undefined;
  }
  const origin = findOrigin(callee, file);
  if (!origin) return undefined;
  const path = originName(origin);
  const [first] = call.arguments;
  const afterAddress = first && isOptions(skipWrappers(first), file) ? 0 : 1;
  const module = bareModule(origin.module);
  if (fetchWrapper.test(module)) return /^(?:\$?fetch|ofetch)?$/.test(path) ? found('fetch', 1) : undefined;
  if (fetchLike.test(module)) return /^(?:default|fetch)?$/.test(path) ? found('node-fetch', 1) : undefined;
  switch (module) {
    case 'undici':
      // Its `request` has the limits of its `fetch`.
      return path === 'fetch' || path === 'request' ? found('fetch', 1) : undefined;
    case 'fetch-retry':
      return path === '()' ? found('fetch', 1) : undefined;
    case '':
      return path === 'globalThis.fetch' ? found('fetch', 1) : undefined;
    case 'axios': {
      if (path === '') return found('axios', afterAddress);
      const index = optionsIndex(path);
      return index === undefined ? undefined : found('axios', index);
    }
    // Until Nest 8.
    case '@nestjs/common':
    case '@nestjs/axios': {
      const method = /^HttpService\.new\.(?:axiosRef\.)?(\w+)$/.exec(path)?.[1];
      const index = method === undefined ? undefined : optionsIndex(method);
      return index === undefined || endsInTime(call) ? undefined : found('nest', index);
    }
    case 'got':
      return /^(?:|got|(?:got\.)?(?:get|post|put|patch|delete|head))$/.test(path)
        ? found('got', afterAddress)
        : undefined;
    case 'request-promise':
    case 'request-promise-native':
      return /^(?:|get|post|put|patch|delete|del|head)$/.test(path)
        ? found('request-promise', afterAddress)
        : undefined;
    case 'request':
      return /^(?:|get|post|put|patch|delete|del|head)$/.test(path) ? found('request', afterAddress) : undefined;
    case 'simple-get':
      return /^(?:|concat|get|post|put|patch|head|delete)$/.test(path) ? found('simple-get', 0) : undefined;
    case 'download':
      return path === '' ? found('download', isFolder(call.arguments[1], file) ? 2 : 1) : undefined;
    case 'needle': {
      if (path === '') return found('needle', isRead(first) ? 2 : 3);
      const isBodied = /^(?:post|put|patch|delete)$/.test(path);
      return isBodied || /^(?:get|head)$/.test(path) ? found('needle', isBodied ? 2 : 1) : undefined;
    }
    case 'superagent': {
      if (!/^(?:get|post|put|patch|delete|del|head)$/.test(path) || endsInTime(call)) return undefined;
      return { ...found('superagent', call.arguments.length), end: endOfCalls(call) };
    }
    case 'http':
    case 'https':
    case 'follow-redirects':
      return /^(?:https?\.)?(?:get|request)$/.test(path) && !hasSocketTimeout(call, file)
        ? found('http', call.arguments.length > 1 && !isCallback(call.arguments[1]!, file) ? 1 : 0)
        : undefined;
    default:
      return undefined;
  }
}

/** `const fetch = (...given) => import('node-fetch').then(({ default: load }) => load(...given))`: in modules that cannot import it. */
function loadsNodeFetch(callee: ts.Identifier, file: FileContext): boolean {
  const local = findFunctionValue(callee, file);
  return local !== undefined && /\bimport\(\s*['"]node-fetch['"]\s*\)/.test(local.getText(file.source));
}

const callbackName = /^(?:resolve|fulfil|accept|cb|callback|done|next|on[A-Z]\w*|handle[A-Z]\w*)$/;

/** `https.get(url, resolve)`: what hears of the answer, where options may stand as well. */
function isCallback(given: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(given);
  if (isFunctionNode(value) || findFunctionValue(value, file)) return true;
  return ts.isIdentifier(value) && callbackName.test(value.text);
}

/** Where options stand among the arguments of a method of axios, and of its instances. */
export function optionsIndex(method: string): number | undefined {
  if (method === 'request') return 0;
  if (/^(?:get|delete|head)$/.test(method)) return 1;
  return /^(?:post|put|patch)(?:Form)?$/.test(method) ? 2 : undefined;
}

/** `download(url, 'files')`: what it brings is written there. */
function isFolder(given: ts.Expression | undefined, file: FileContext): boolean {
  return given !== undefined && !isOptions(skipWrappers(given), file);
}

/** `needle('get', url, options)` takes no body. */
function isRead(method: ts.Expression | undefined): boolean {
  return /^(?:get|head)$/i.test(findStringValue(method) ?? '');
}

/** `superagent.get(url).set(…).send(…)` of `superagent.get(url)`. */
function endOfCalls(call: ts.CallExpression): ts.CallExpression {
  for (let at = call; ; ) {
    const next = findCallOn(at);
    if (!next || /^(?:then|catch|finally)$/.test(findMethodCall(next)?.method ?? '')) return at;
    at = next;
  }
}

/** `.timeout(…)` further on in the chain, or as an operator: `http.get(url).pipe(timeout(5_000))`. */
function endsInTime(call: ts.CallExpression): boolean {
  const fn = findEnclosingFunction(call);
  return /\btimeout\s*\(/.test((fn ?? call.getSourceFile()).getText());
}

/** `req.setTimeout(…)` or `req.on('timeout', …)` in the same function, or in the one around its promise. */
function hasSocketTimeout(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn) return false;
  const promise = findPromiseAround(fn);
  const home = (promise && findEnclosingFunction(promise)) ?? fn;
  return /setTimeout|['"]timeout['"]|timeout\s*:|\.timeout\b/.test(home.getText(file.source));
}
