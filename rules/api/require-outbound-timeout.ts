import { allOf, anyOf } from '../../src/ast/all-of.ts';
import {
  findInstanceLibrary,
  type InstanceLibrary,
  listInstanceCalls,
  whileOthersWait,
} from '../../src/ast/clients/axios-instance.ts';
import { findInjectedRequest, ofUnlimited } from '../../src/ast/clients/injected-instance.ts';
import { isUnheard, runsUnattended } from '../../src/ast/handles/left-alone.ts';
import { findOutboundCall, type HttpLibrary, type OutboundCall } from '../../src/ast/io/outbound-call.ts';
import { isOwnHost } from '../../src/ast/io/own-host.ts';
import { patienceOf } from '../../src/ast/io/patience.ts';
import { unlessAllEnd, unlessSet } from '../../src/ast/io/request-limits.ts';
import { findOptions } from '../../src/ast/io/request-options.ts';
import { unlessCallersLimit } from '../../src/ast/io/request-wrapper.ts';
import { isSeldomFelt } from '../../src/ast/io/seldom-felt.ts';
import { isUsersAddress } from '../../src/ast/io/users-address.ts';
import { importWords } from '../../src/ast/mention-words.ts';
import { shownFunction } from '../../src/ast/names/shown-function.ts';
import { findEnclosingClass, findEnclosingFunction, findProperty } from '../../src/ast/syntax.ts';
import { isAfterAnswer, isTimeLimited } from '../../src/ast/timers/bounded-wait.ts';
import { ts } from '../../src/ast/ts.ts';
import { isAtEdge } from '../../src/ast/where/edge-runtime.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { openInLibrary } from '../../src/ast/where/under-load.ts';
import {
  isStartup,
  onRequestPath,
  openToUsers,
  runsAsItLives,
  whileHeld,
  whileRequestWaits,
} from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface OutboundTimeout {
  call: ts.CallExpression;
  library: HttpLibrary;
  /** The options, when they are written out. */
  options: ts.ObjectLiteralExpression | undefined;
  /** Where options would stand among the arguments. */
  index: number;
}

export const rule = defineRule<OutboundTimeout>({
  id: 'require-outbound-timeout',
  category: 'api',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'stable',
  effort: 10,
  message: '`{call}`{place} has no time-out: when the other side hangs, whoever waits for it hangs {wait}.',
  why: 'One dependency that answers slowly holds every request that asks it: sockets, memory and pooled connections of those requests pile up with the arrival rate, until nothing is served.',
  advice:
    'Give the call a time-out a little above what it takes on a bad day: `signal: AbortSignal.timeout(10_000)`, or `timeout` in the options of axios or got.',
  limits: [
    'Options that come from elsewhere or are spread are taken to hold a time-out, unless it is the callers of the function that hand them in, and none of them in the project says anything of time; those that stand under a name of the file are read there, where nothing but such calls is handed them.',
    'A wrapper of the project around fetch is judged where it calls fetch; an instance of axios or got where it is made, by the calls of its file (also of what callers hand in) and, where it is exported, of files that say nothing of time; one that a container hands in under a token (`@Inject`) by each of its requests.',
    'Calls that nobody waits for, those made after the response, and those that somebody waits for up to a limit only are left alone though their sockets pile up; so is a function that stands in for the `fetch` of a client and hands on what that says.',
    'What an administrator asks for or calls by hand, or tries (`/settings/chat/test`), is `possible`.',
    'Where all requests end at a limit (a time-out in a middleware or an interceptor, a platform that routes tell how long they may take by `maxDuration`, a function of AWS Lambda, a worker at the edge), it is `possible`. So is fetch, which gives up after five minutes, where only jobs wait for it, where one answer is kept for all (also by the data cache of Next.js, of a fixed address), or where it asks for the cookies of a browser (`credentials`).',
    'An address that users set (`webhook.url`, a `callbackUrl` that is handed in) is none of these: whoever sets it may name a host that never answers, and jobs and requests behind it wait.',
    'What only a timer starts is `possible`, and left alone where it is fetch.',
    'What only users of a published package are seen to wait for is `possible` unless a class (a client) makes the call, and left alone where it is fetch, which gives up after five minutes.',
    'Calls of the own machine or application, by their address or what it is called, are left alone; not those whose address the environment gives and only the default is local.',
  ],
  mentions: [
    'fetch(',
    ...importWords(['node-fetch', 'cross-fetch', 'isomorphic-fetch', 'isomorphic-unfetch', 'unfetch', 'undici']),
    ...importWords(['ofetch', 'node-fetch-native', 'fetch-retry', 'follow-redirects']),
    '@nestjs/common&HttpService',
    ...importWords(['axios', '@nestjs/axios', 'got', 'superagent', 'http', 'https', 'node:http', 'node:https']),
    ...importWords(['request-promise', 'request-promise-native', 'request', 'simple-get', 'download', 'needle']),
  ],
  visit: {
    CallExpression(call, file) {
      const library = findInstanceLibrary(call, file);
      return library ? judgeInstance(call, library, file) : judge(call, file);
    },
  },
});

function judge(call: ts.CallExpression, file: FileContext): Match<OutboundTimeout> | undefined {
  const injected = findInjectedRequest(call, file);
  const found = injected ?? findOutboundCall(call, file);
  if (!found || hasTooling(file) || !isWaitedFor(found, file)) return undefined;
  const { library, index, end } = found;
  const options = findOptions(call, found, file);
  const target = library === 'http' && options !== 'open' ? (options ?? call.arguments[0]) : call.arguments[0];
  const handedIn = options === 'open' ? unlessCallersLimit(call, found, file) : [];
  if (!handedIn || (!injected && target && isOwnHost(target, file))) return undefined;
  const written = options === 'open' ? call.arguments[index] : options;
  // A worker at the edge ends with the one request that it serves, and holds no other.
  const isEndedByEdge = library === 'fetch' && isAtEdge(file);
  return {
    at: call.expression,
    ...((isSeldomFelt(call, library, written, file) || isEndedByEdge) && {
      confidence: 'possible' as const,
    }),
    values: {
      call: call.expression.getText(file.source).replace(/\s+/g, ''),
      place: ` in ${shownFunction(findEnclosingFunction(call)!)}`,
      wait: patienceOf[isEndedByEdge ? 'edge' : library],
    },
    when: allOf(
      unlessSet(whenWaitedFor(end, library, file), library),
      ...handedIn,
      ...(injected ? [ofUnlimited(injected)] : []),
    ),
    sureWhen:
      target && isUsersAddress(target, file)
        ? whileHeld(end, file)
        : // A job that nobody waits for has five minutes to give.
          allOf(
            anyOf(whileHeld(end, file, library !== 'fetch'), ...whileClientWaits(end, library, file)),
            unlessAllEnd,
          ),
    data: { call, library, options: written && ts.isObjectLiteralExpression(written) ? written : undefined, index },
  };
}

/** An instance is judged where it is made, by the calls that requests wait for, in its file and in others. */
function judgeInstance(
  creation: ts.CallExpression,
  library: InstanceLibrary,
  file: FileContext,
): Match<OutboundTimeout> | undefined {
  if (hasTooling(file) || /\.timeout\s*=[^=]/.test(file.text)) return undefined;
  const options = findOptions(creation, { library, index: 0 }, file);
  if (options === 'open') return undefined;
  const address = findProperty(options, library === 'got' ? 'prefixUrl' : 'baseURL');
  if (address && isOwnHost(address, file)) return undefined;
  const calls = listInstanceCalls(creation, library, file).flatMap(({ call, index }) => {
    const found: OutboundCall = { library, index, end: call };
    if (!isWaitedFor(found, file)) return [];
    // `this.client.request(config)`: what those who call the method hand in may limit it.
    const handedIn = findOptions(call, found, file) === 'open' ? unlessCallersLimit(call, found, file) : [];
    const whenWaited = (waits: LinkCondition): LinkCondition => ({ kind: 'all', of: [waits, ...(handedIn ?? [])] });
    return handedIn ? [{ call, whenWaited }] : [];
  });
  const elsewhere = whileOthersWait(creation, file);
  const first = calls[0]?.call;
  if (!first && elsewhere.length === 0) return undefined;
  return {
    at: creation.expression,
    values: { call: creation.expression.getText(file.source), place: '', wait: patienceOf[library] },
    ...(first && { related: [{ at: first.expression, note: 'a call that is waited for' }] }),
    when: unlessSet(
      anyOf(...calls.map(({ call, whenWaited }) => whenWaited(whileRequestWaits(call, file))), ...elsewhere),
      library,
    ),
    sureWhen: allOf(
      anyOf(...calls.map(({ call, whenWaited }) => whenWaited(whileHeld(call, file))), ...elsewhere),
      unlessAllEnd,
    ),
    data: { call: creation, library, options, index: 0 },
  };
}

/**
 * A request waits, or users of a package may, who cannot limit it, or what a timer starts, which ends no more; fetch gives
 * up by itself, after five minutes.
 */
function whenWaitedFor(end: ts.CallExpression, library: HttpLibrary, file: FileContext): LinkCondition {
  const asked = whileRequestWaits(end, file);
  if (library === 'fetch') return asked;
  const byTimer = allOf(runsAsItLives(end, file), { kind: 'not', of: onRequestPath(end, file) });
  return anyOf(asked, openToUsers(end, file), byTimer);
}

/**
 * "The call belongs to a client that a library offers": each request of its users waits for it, and they cannot limit
 * it. A function of a library may as well be a tool.
 */
function whileClientWaits(end: ts.CallExpression, library: HttpLibrary, file: FileContext): LinkCondition[] {
  if (library === 'fetch' || !findEnclosingClass(end)) return [];
  return [openInLibrary(end, file)];
}

/** Whether somebody may wait for what a call brings back, for as long as it takes. */
function isWaitedFor({ library, end }: OutboundCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(end);
  if (!fn || isStartup(fn, file) || isTimeLimited(end, file) || isAfterAnswer(end, file)) return false;
  return !(/^(?:http|request|simple-get)$/.test(library) ? isUnheard(end, file) : runsUnattended(end, file));
}
