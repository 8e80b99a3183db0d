import type { FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findMemberName, isAssignment, isWithin, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { widgetKinds } from './widget-handles.ts';

/** Something that holds on to what the garbage collector cannot take: a descriptor, a socket, a process, a timer. */
export interface HandleKind {
  /** Package names; `''` for globals; a trailing `*` stands for the rest of the name. */
  modules: readonly string[];
  /** Steps after the module, `default`, `*` and `promises` left out: `open.()`, `Client.new`. */
  paths: readonly string[];
  /** What it is called in the message. */
  name: string;
  /** Methods of it that end it. */
  ends: readonly string[];
  /** Functions of its module that end it when they are handed it. */
  endedBy?: readonly string[];
  /** The argument that takes the handle with it when it ends; it counts where it is not made on the spot. */
  endsWith?: number;
  /** Methods that give what it can be ended by: whoever asks for that may do so. */
  handsOut?: readonly string[];
  /** What stays for each one that is not ended. */
  cost: string;
  /** Whether it is made to live on and tell of events, so that leaving it open can be what is meant. */
  listens?: true;
  /** `for await (… of handle)` ends it, on every way out of the loop. */
  endsWithLoop?: true;
  /** Whether it ends by itself or with what it looks at unless an owner keeps it: only then it is judged. */
  keptOnly?: true;
  /** Whether `no-client-per-request` speaks of those that nothing ends at all. */
  isClient?: true;
  /** Version read, and where. */
  source: string;
}

/** What must be ended by whoever makes it, and does not end by itself. */
export const handleKinds: readonly HandleKind[] = [
  {
    modules: ['fs', 'fs/promises', 'fs-extra', 'graceful-fs'],
    paths: ['openSync.()'],
    name: 'file descriptor',
    ends: [],
    endedBy: ['closeSync', 'close', 'createReadStream', 'createWriteStream'],
    cost: 'one descriptor of the 1,024 or so that a process has',
    source: 'Node.js 24, doc/api/fs.md',
  },
  {
    modules: ['fs', 'fs/promises', 'fs-extra'],
    paths: ['open.()'],
    name: 'file handle',
    ends: ['close', 'createReadStream', 'createWriteStream', 'readableWebStream', 'readLines'],
    endedBy: ['close', 'closeSync'],
    cost: 'one descriptor of the 1,024 or so that a process has',
    source: 'Node.js 24, doc/api/fs.md',
  },
  {
    modules: ['fs', 'fs/promises'],
    paths: ['opendir.()', 'opendirSync.()'],
    name: 'directory handle',
    endsWithLoop: true,
    ends: ['close', 'closeSync'],
    cost: 'one descriptor of the 1,024 or so that a process has',
    source: 'Node.js 24, doc/api/fs.md',
  },
  {
    modules: ['fs', 'chokidar'],
    paths: ['watch.()', 'FSWatcher.new'],
    name: 'watcher',
    ends: ['close'],
    listens: true,
    cost: 'its descriptors and inotify watches, and a process that does not end',
    source: 'Node.js 24, doc/api/fs.md; chokidar 4, README',
  },
  {
    modules: ['puppeteer', 'puppeteer-core', 'puppeteer-extra'],
    paths: ['launch.()', 'connect.()'],
    name: 'browser',
    ends: ['close', 'disconnect', 'kill'],
    handsOut: ['process'],
    cost: 'a browser with its processes, some 100 MB',
    source: 'puppeteer 24, docs/api',
  },
  {
    modules: ['playwright', 'playwright-core', '@playwright/test'],
    paths: ['chromium.launch.()', 'firefox.launch.()', 'webkit.launch.()', 'chromium.launchPersistentContext.()'],
    name: 'browser',
    ends: ['close'],
    cost: 'a browser with its processes, some 100 MB',
    source: 'playwright 1.50, docs/api',
  },
  {
    modules: ['pg'],
    paths: ['Client.new', 'native.Client.new'],
    name: 'database connection',
    ends: ['end', 'release'],
    cost: 'a connection and a server process',
    isClient: true,
    source: 'pg 8.23, lib/client.js',
  },
  {
    modules: ['mysql', 'mysql2', 'mysql2/promise', 'mariadb', 'typeorm', 'mongoose', 'oracledb'],
    paths: ['createConnection.()', 'getConnection.()', 'DataSource.new'],
    name: 'database connection',
    ends: ['end', 'destroy', 'close', 'release'],
    cost: 'a connection or pool of the database',
    isClient: true,
    source: 'mysql2 3.24, index.js; typeorm 0.3, src/data-source',
  },
  {
    modules: ['mongodb'],
    paths: ['MongoClient.new', 'MongoClient.connect.()'],
    name: 'database client',
    ends: ['close'],
    cost: 'a pool of connections and its monitors',
    isClient: true,
    source: 'mongodb 6.10, src/mongo_client.ts',
  },
  {
    modules: ['@prisma/client', '.prisma/client'],
    paths: ['PrismaClient.new'],
    name: 'database client',
    ends: ['$disconnect'],
    cost: 'a query engine with its pool of connections',
    isClient: true,
    source: 'prisma 6, packages/client',
  },
  {
    modules: ['ioredis', 'redis', '@redis/client'],
    paths: ['new', 'Redis.new', 'createClient.()'],
    name: 'Redis client',
    ends: ['quit', 'disconnect', 'close', 'destroy', 'end'],
    cost: 'a connection that reconnects for ever',
    isClient: true,
    source: 'ioredis 5.4, lib/Redis.ts; redis 5, packages/client',
  },
  {
    modules: ['amqplib', 'amqplib/callback_api'],
    paths: ['connect.()'],
    name: 'broker connection',
    ends: ['close'],
    cost: 'a connection with its heartbeat',
    isClient: true,
    source: 'amqplib 0.10, lib/connect.js',
  },
  {
    modules: ['y-protocols/awareness', 'y-protocols/awareness.js'],
    paths: ['Awareness.new'],
    name: 'awareness',
    ends: ['destroy'],
    endsWith: 0,
    cost: 'an interval of three seconds and the document with it',
    source: 'y-protocols 1.0, awareness.js',
  },
  {
    modules: ['prosemirror-view'],
    paths: ['EditorView.new'],
    name: 'editor view',
    ends: ['destroy'],
    cost: 'its document, DOM and listeners',
    source: 'prosemirror-view 1.37, src/index.ts',
  },
  {
    modules: ['', 'ws', 'isomorphic-ws', 'eventsource'],
    paths: ['WebSocket.new', 'EventSource.new', 'new'],
    name: 'connection',
    ends: ['close', 'terminate'],
    listens: true,
    cost: 'a socket on both sides',
    source: 'ws 8.18, lib/websocket.js; HTML Standard',
  },
  {
    modules: ['', 'worker_threads'],
    paths: ['BroadcastChannel.new'],
    name: 'broadcast channel',
    ends: ['close'],
    listens: true,
    cost: 'its listeners for every message of its name',
    source: 'HTML Standard; Node.js 22, lib/internal/worker/io.js',
  },
  {
    modules: ['', 'worker_threads'],
    paths: ['Worker.new'],
    name: 'worker',
    ends: ['terminate'],
    keptOnly: true,
    cost: 'a thread with its own heap',
    source: 'Node.js 24, doc/api/worker_threads.md; HTML Standard',
  },
  {
    modules: ['dgram'],
    paths: ['createSocket.()'],
    name: 'socket',
    ends: ['close'],
    keptOnly: true,
    cost: 'a bound port, and a process that does not end',
    source: 'Node.js 24, doc/api/dgram.md',
  },
  {
    modules: ['coap'],
    paths: ['Agent.new'],
    name: 'agent',
    ends: ['close'],
    keptOnly: true,
    cost: 'a UDP socket',
    source: 'coap 1.4, lib/agent.ts',
  },
  {
    modules: ['bullmq'],
    paths: ['Worker.new', 'Queue.new', 'QueueEvents.new', 'FlowProducer.new'],
    name: 'connection of the queue',
    ends: ['close', 'disconnect'],
    keptOnly: true,
    cost: 'its Redis connections, and for a worker the jobs that it still takes',
    source: 'bullmq 5, src/classes',
  },
  {
    modules: ['cron', 'croner', 'node-cron', 'node-schedule'],
    paths: ['CronJob.new', 'Cron.new', 'schedule.()', 'scheduleJob.()'],
    name: 'schedule',
    ends: ['stop', 'cancel', 'destroy'],
    keptOnly: true,
    cost: 'a timer that runs its job for ever',
    source: 'cron 4, croner 9, node-cron 4, node-schedule 2: README',
  },
  {
    modules: [''],
    paths: ['ResizeObserver.new', 'MutationObserver.new', 'IntersectionObserver.new', 'PerformanceObserver.new'],
    name: 'observer',
    // What looks at nothing any more goes by itself.
    ends: ['disconnect', 'unobserve'],
    keptOnly: true,
    cost: 'a callback that runs on, with what it refers to',
    source: 'W3C Resize Observer, Intersection Observer; DOM Standard',
  },
  {
    modules: [''],
    paths: ['AudioContext.new'],
    name: 'audio context',
    ends: ['close'],
    keptOnly: true,
    cost: 'an audio thread of the few that a page may have',
    source: 'W3C Web Audio API',
  },
  ...widgetKinds,
];

export const workerKind: HandleKind = handleKinds.find(({ name }) => name === 'worker')!;

export const descriptorKind: HandleKind = handleKinds[0]!;

export const fileKind: HandleKind = {
  modules: ['fs'],
  paths: [],
  name: 'file stream',
  ends: ['destroy'],
  cost: 'a file descriptor',
  source: 'Node.js 20, 22 and 24, measured: see piped-file.ts',
};

/** What a function of another file opens. */
export const streamKind: HandleKind = {
  modules: [],
  paths: [],
  name: 'stream',
  ends: ['destroy'],
  cost: 'the file or the socket that it reads from',
  source: 'Node.js 20 and 24, measured: see piped-answer.ts',
};

export const requestKind: HandleKind = {
  modules: ['http', 'https'],
  paths: [],
  name: 'request',
  ends: ['destroy'],
  cost: 'a socket until the other side gives up',
  source: 'Node.js 24, doc/api/http.md: the timeout event only notifies',
};

export const socketKind: HandleKind = {
  modules: ['net', 'tls'],
  paths: [],
  name: 'socket',
  ends: ['destroy'],
  cost: 'a connection until the other side gives up',
  source: 'Node.js 24, doc/api/net.md: the user must end the socket',
};

/** What a cache holds, and its file ends. */
export const cachedKind: HandleKind = {
  modules: ['lru-cache', 'quick-lru'],
  paths: [],
  name: 'cached value',
  ends: [],
  cost: 'what it has open',
  source: 'lru-cache 11, README: dispose; quick-lru 7, README: onEviction',
};

export const answerKind: HandleKind = {
  modules: ['http', 'https', 'follow-redirects'],
  paths: [],
  name: 'response body',
  ends: ['resume', 'destroy'],
  cost: 'a socket until the other side gives up',
  source: 'Node.js 20, docs/api/http.md: the data of a response has to be consumed',
};

export const bodyKind: HandleKind = {
  modules: ['@aws-sdk/client-s3'],
  paths: [],
  name: 'response body',
  ends: ['destroy'],
  cost: 'a socket of the 50 that the client opens at most',
  source: '@aws-sdk/client-s3 3, README of @smithy/node-http-handler: maxSockets',
};

/** A class of the project that is a client by inheritance: which it extends, another file tells. */
export const inheritedClient: HandleKind = {
  modules: [],
  paths: [],
  name: 'database client',
  ends: ['$disconnect', 'close', 'end', 'quit', 'destroy', 'disconnect', 'onModuleDestroy', 'onApplicationShutdown'],
  cost: 'its pool of connections',
  source: 'the classes of the project',
};

/** Names of the classes of a file that extend a client which must be ended. */
export function listClientClasses(file: FileContext): readonly string[] {
  return file.nodes('ClassDeclaration').flatMap(({ name, heritageClauses }) => {
    const base = heritageClauses?.flatMap(({ types }) => types)[0]?.expression;
    const origin = name && base && findOrigin(base, file);
    const path = origin && `${originName(origin)}.new`;
    const isClient =
      origin &&
      handleKinds.some(
        ({ isClient: client, modules, paths }) =>
          client &&
          paths.includes(path!) &&
          (modules.includes(origin!.module) || (path === 'PrismaClient.new' && /prisma/.test(origin!.module))),
      );
    return isClient ? [name!.text] : [];
  });
}

/** What kind of handle an expression makes; undefined for everything else. */
export function findHandleKind(creation: ts.Expression, file: FileContext): HandleKind | undefined {
  const origin = mayMakeHandle(creation) ? findOrigin(creation, file) : undefined;
  if (!origin) return undefined;
  const kinds = kindsByModule.get(bareModule(origin.module));
  if (!kinds || givesWhatIsKept(creation, file)) return undefined;
  const path = originName(origin).replace(/^(?:window|globalThis|global|self)\.|^promises\./, '');
  return kinds.find((kind) => kind.paths.includes(path));
}

/** `getBrowser()` of `function getBrowser() { browser ??= launch(); return browser; }`: what it gives is there for all who call. */
function givesWhatIsKept(creation: ts.Expression, file: FileContext): boolean {
  const fn = ts.isCallExpression(creation) ? findFunctionValue(creation.expression, file) : undefined;
  if (!fn) return false;
  return listReturnedValues(fn, file).some((given) => {
    const told = skipAwait(given);
    // `return (browser ??= await launch())`
    const value = isAssignment(told) ? skipWrappers(told.left) : told;
    const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
    return binding !== undefined && !isWithin(binding.identifier, fn);
  });
}

/** The last names of the paths of all kinds, and what is left out of paths. */
const makers = new Set([
  'default',
  '*',
  ...handleKinds.flatMap(({ paths }) => paths.map((path) => path.split('.').at(-2))),
]);

/**
 * Whether what is called or constructed may be one of `names`: what a member comes from changes nothing about its own name,
 * but for a field, which may hold anything. For what looks at every call of a file.
 */
export function mayBeNamed(
  { expression }: ts.CallExpression | ts.NewExpression,
  names: ReadonlySet<string | undefined>,
): boolean {
  const callee = skipWrappers(expression);
  const name = findMemberName(callee);
  if (name === undefined || names.has(name)) return true;
  return skipWrappers((callee as ts.PropertyAccessExpression).expression).kind === ts.SyntaxKind.ThisKeyword;
}

function mayMakeHandle(creation: ts.Expression): boolean {
  return (!ts.isCallExpression(creation) && !ts.isNewExpression(creation)) || mayBeNamed(creation, makers);
}

const kindsByModule = new Map<string, readonly HandleKind[]>();
for (const kind of handleKinds)
  for (const module of kind.modules) kindsByModule.set(module, [...(kindsByModule.get(module) ?? []), kind]);
