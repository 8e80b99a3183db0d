import { allOf } from '../../src/ast/all-of.ts';
import { endedByName, findEndedHandle } from '../../src/ast/handles/ended-handle.ts';
import { findHandleLeak, type HandleLeak } from '../../src/ast/handles/handle-leak.ts';
import { oftenEnough, weighHandle } from '../../src/ast/handles/handle-weight.ts';
import { handleWords, keptHandleWords } from '../../src/ast/handles/handle-words.ts';
import {
  answerKind,
  bodyKind,
  descriptorKind,
  fileKind,
  findHandleKind,
  type HandleKind,
  inheritedClient,
  streamKind,
} from '../../src/ast/handles/handles.ts';
import { findLastingName, lastingInstance, makesOwnInstance, ownerEnds } from '../../src/ast/handles/lasting-class.ts';
import { isEarly, isOfFailure, placeOfLeak, shownOutcome } from '../../src/ast/handles/leak-words.ts';
import { findLeftOpen } from '../../src/ast/handles/left-open.ts';
import { findPipedAnswer } from '../../src/ast/handles/piped-answer.ts';
import { findPipedDownload } from '../../src/ast/handles/piped-download.ts';
import { findPipedFile } from '../../src/ast/handles/piped-file.ts';
import { givesLastingStream, unlessIdleObjectsEnd } from '../../src/ast/handles/stream-givers.ts';
import { findUnreadAnswer } from '../../src/ast/handles/unread-answer.ts';
import { findUnreadBody } from '../../src/ast/handles/unread-body.ts';
import { fetchedAddress, findUnreadFetch } from '../../src/ast/handles/unread-fetch.ts';
import { findUnclosedDescriptor } from '../../src/ast/listeners/callback-descriptor.ts';
import { importWords, together } from '../../src/ast/mention-words.ts';
import { findImport } from '../../src/ast/names/provenance.ts';
import { ts } from '../../src/ast/ts.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

type Creation = ts.CallExpression | ts.NewExpression;

export interface LeakedHandle {
  creation: Creation;
  handle: HandleKind;
  leak: HandleLeak;
}

/** What a class of the project that is a client by inheritance must be called. */
const clientWords = ['Prisma', 'Client', 'Connection', 'DataSource', 'Database'];
const clientName = new RegExp(clientWords.join('|'));
const madeClient = new RegExp(`\\bnew\\s+[\\w$]*(?:${clientName.source})`);

export const rule = defineRule<LeakedHandle>({
  id: 'no-leaked-handle',
  category: 'resources',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: 'This {name} is not ended {outcome}: each one that is left open keeps {cost}.',
  why: 'The garbage collector does not close it. Descriptors, sockets, processes and timers grow with calls or instances until the process, or the server at the other end, has no more of them.',
  advice:
    'End it in a `finally` that begins right after it was made, or with `await using`; an owner ends in its own end what it made. Join streams by `pipeline()` of `node:stream`, which ends all of them when one goes.',
  limits: [
    'A page, icon or text whose name is written out and that is piped to a client is left alone: it is read in one piece.',
    'What only a failure leaves open is `possible` where no request, event or timer comes there (a browser and a client of a database are `likely` anyway); so are observers, and what an owner hands on or a base class may end.',
    'A handle that is returned, stored or passed on is taken to be ended there. What an effect of a page leaves open is `possible` where it may run once for the page; editors, charts, maps and players are judged in effects and owners only.',
    'Of streams joined by `pipe()`, those between a file, an answer of another service, or the output of a child, and the client of a handler are followed, also by way of what is made of the response, and what another service sends, or a function is handed as a stream, into a file; an answer that its handler calls an image or the like is `possible`: what is small is sent before anybody goes. An abort counts as an end of what is read, unless it is that of a timer that is cleared as the answer comes. An object of S3 is left alone where a client of the project has a `socketTimeout`, and so is a download of GridFS, which keeps neither a file nor a socket.',
    'A thread is judged where its owner keeps it, and where a function starts it for one message by a file that waits for more.',
    'An instance of a class of the project is judged in a field of an owner with an end, where it is used by its members alone, and where the class starts an interval, a thread or a listener of the page or process as it is made, which its end alone stops.',
    'Of what no known library makes, only what its own function opens, waits for and ends on some way out is followed.',
    'Else only what is known by its import is a handle; response bodies that are left unread, at all or on an early return, are followed for `http` and `https`, and on an early return for objects of S3 and for the stream in what a function of the project gives. Of `fetch`, only a GET of whatever an address names whose body nobody reads: a body of up to 16 KB (Node.js 20) or 64 KB (22 and later) holds no connection, so that what answers a failure, or an API, does not matter; the garbage collector ends it in its time, so that it is `possible`. What a refusal or a redirect leaves unread is `possible`.',
  ],
  roles: ['product', 'ui'],
  mentions: [
    ...together(importWords(['fs', 'fs-extra', 'graceful-fs']), ['Stream']),
    ...handleWords,
    ...together(['new '], ['WebSocket', 'EventSource', 'BroadcastChannel']),
    ...clientWords,
    ...keptHandleWords,
    ...together(['get(', 'request('], ["http'", "https'", 'http"', 'https"']).map((words) => `${words}&.statusCode`),
    ...together(
      ['await '],
      [
        '.close(',
        '.destroy(',
        '.dispose(',
        '.terminate(',
        '.disconnect(',
        '.quit(',
        '.shutdown(',
        '.kill(',
        '.$disconnect(',
      ],
    ),
    ...importWords(['lru-cache', 'quick-lru']),
    ...together(['= new '], ownerEnds),
    'GetObject',
    'getObject',
    ...together(["'timeout'", '"timeout"', '.setTimeout('], ['request(', '.get(', 'connect(', 'onnection(', 'Socket(']),
    'await fetch(',
    ...together(['.body', '.Body', '.stream'], ['pipeline(', '.pipe(']),
    '.pipe(&(res',
    '.pipe(&(_res',
    '.pipe(&Response',
    '.pipe(reply',
    '.pipe(&createWriteStream',
  ],
  shapes: {
    ...Object.fromEntries(clientWords.map((word) => [word, madeClient])),
    'await ': endedByName,
    '= new ': makesOwnInstance,
    'await fetch(': fetchedAddress,
  },
  visit: {
    CallExpression: (call, file) => judge(call, file),
    NewExpression: (call, file) => judge(call, file),
  },
});

function judge(creation: Creation, file: FileContext): Match<LeakedHandle> | undefined {
  if (ts.isCallExpression(creation)) {
    const descriptor = findUnclosedDescriptor(creation, file);
    if (descriptor) return report(creation, descriptorKind, { kind: 'never', ...descriptor }, file);
    const piped = findPipedFile(creation, file);
    if (piped) return report(creation, fileKind, { kind: 'piped', ...piped }, file);
    const downloaded = findPipedDownload(creation, file);
    if (downloaded) return report(creation, fileKind, { kind: 'downloaded', ...downloaded }, file);
    const looked = findUnreadFetch(creation, file);
    if (looked) return report(creation, answerKind, { kind: 'never', ...looked }, file);
    const sent = findPipedAnswer(creation, file);
    if (sent) return report(creation, sent.kind, { ...sent, kind: 'piped' }, file);
    const unread = findUnreadAnswer(creation, file);
    if (unread) return report(creation, answerKind, { kind: 'unread', ...unread }, file);
    const body = findUnreadBody(creation, file);
    if (body)
      return report(creation, body.givenBy ? streamKind : bodyKind, { kind: 'outcome', ends: [], ...body }, file);
  }
  const open = findLeftOpen(creation, file);
  if (open) return report(creation, open.handle, open.leak, file);
  const handle = findHandleKind(creation, file) ?? findInherited(creation, file);
  if (!handle) {
    const ended = findEndedHandle(creation, file);
    return ended ? report(creation, ended.kind, ended.leak, file) : judgeInstance(creation, file);
  }
  const leak = findHandleLeak(creation, handle, file);
  if (!leak || (leak.kind === 'never' && handle.isClient)) return undefined;
  return report(creation, handle, leak, file);
}

/** `new PrismaService()` of a class of the project: whether it is a client, its own file tells. */
function findInherited(creation: Creation, file: FileContext): HandleKind | undefined {
  if (!ts.isNewExpression(creation) || !ts.isIdentifier(creation.expression)) return undefined;
  const binding = file.bindingOf(creation.expression);
  const module = binding && findImport(binding)?.module;
  // By a path or an alias of one; what it is called must say that it could be.
  const isOwn = module !== undefined && /^(?:\.|[~#@]\/|src\/|app\/)/.test(module);
  return isOwn && binding && clientName.test(binding.name) ? inheritedClient : undefined;
}

/** An instance of a class of the project that nothing ends, though it runs on until it is. */
function judgeInstance(creation: Creation, file: FileContext): Match<LeakedHandle> | undefined {
  const name = findLastingName(creation, file);
  const leak = name === undefined ? undefined : findHandleLeak(creation, lastingInstance, file);
  if (!leak || leak.kind === 'outcome') return undefined;
  const match = report(creation, lastingInstance, leak, file);
  const isLasting: LinkCondition = { kind: 'project-states', fact: `runs-until-ended:${name}` };
  return { ...match, when: allOf(match.when, isLasting) };
}

function report(creation: Creation, handle: HandleKind, leak: HandleLeak, file: FileContext): Match<LeakedHandle> {
  const conditions: LinkCondition[] = [
    leak.kind === 'owner'
      ? { kind: 'not', of: { kind: 'project-states', fact: `made-once:${leak.life.shape.name}` } }
      : oftenEnough(handle, leak, isOfFailure(leak), file),
  ];
  if (handle === inheritedClient) {
    conditions.push({ kind: 'project-states', fact: `client-class:${creation.expression.getText(file.source)}` });
  }
  if (leak.kind === 'left' && leak.thread !== undefined)
    conditions.push({ kind: 'project-states', fact: `serving-thread:${leak.thread}` });
  if ('givenBy' in leak && leak.givenBy !== undefined) conditions.push(givesLastingStream(leak.givenBy));
  else if (leak.kind === 'piped' && handle === bodyKind) conditions.push(unlessIdleObjectsEnd);
  return {
    at: leak.kind === 'owner' ? leak.at : creation,
    values: { name: handle.name, cost: handle.cost, outcome: shownOutcome(leak) },
    ...placeOfLeak(creation, leak),
    when: { kind: 'all', of: conditions },
    ...weighHandle(creation, { handle, leak, isEarly: isEarly(leak) }, file),
    data: { creation, handle, leak },
  };
}
