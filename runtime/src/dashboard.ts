/**
 * A live page of a process's pools, caches, queues, timers, event loop and memory: `@plimsoll/runtime/dashboard`.
 *
 * Node only. The page is one document that loads nothing; its numbers arrive as server-sent events.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { page, pageScript, pageStyle } from './dashboard-page.ts';
import { checkInteger, checkNumber } from './internal.ts';
import { cumulativeFields, type RuntimeMonitor, type RuntimeSnapshot } from './runtime-monitor.ts';

export interface DashboardOptions {
  /** This process's numbers. Default: only processes that report from outside, see `run`. */
  monitor?: RuntimeMonitor;
  /** Port; 0 takes a free one. Default 9318. */
  port?: number;
  /** Address to listen on. Default `127.0.0.1`: the numbers are not meant for a network. */
  host?: string;
  /** Further Host names to answer to, without port: a tunnel's or a proxy's. Default: the loopback names and `host`. */
  allowedHosts?: readonly string[];
  /** Milliseconds between updates, while somebody watches. Default 1,000. */
  intervalMs?: number;
  /** `false` keeps the process alive while the dashboard runs, as a command does. Default `true`. */
  unref?: boolean;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What the program's processes load first. Default: this package's `dashboard-preload`. */
  preload?: string;
}

export interface Dashboard {
  /** Address of the page. */
  readonly url: string;
  readonly port: number;
  /**
   * Runs a program (and the Node processes it starts) so that its numbers appear on the page, its terminal being this
   * one; passes SIGINT, SIGTERM and SIGHUP on; resolves with its exit code, 128 + n for signal n. Rejects if it cannot start.
   */
  run(command: string, args?: readonly string[], options?: RunOptions): Promise<number>;
  /** The environment that makes a Node process report here, to be merged with its own; keeps the NODE_OPTIONS given. */
  environment(preload?: string, nodeOptions?: string): { NODE_OPTIONS: string; PLIMSOLL_DASHBOARD: string };
  /** Ends the page and the connections of those who watch. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A snapshot with what the program is called. */
export interface ProcessSnapshot extends RuntimeSnapshot {
  title: string;
}

interface Reported {
  snapshot: ProcessSnapshot;
  at: number;
}

const maxBodyBytes = 1_048_576;
const maxProcesses = 64;
const maxWatchers = 32;
/** A process that says nothing for this long has ended; until then the page calls it stalled. */
const forgetMs = 60_000;
/** A watcher that lets this much pile up misses updates instead of filling memory. */
const maxBacklogBytes = 1_048_576;
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function titleOf(): string {
  const [node, script] = process.argv;
  const path = script ?? node ?? 'node';
  return path.split(/[\\/]/).slice(-2).join('/');
}

/** The name in a Host header, without its port; undefined if there is none. */
function hostName(header: string | undefined): string | undefined {
  return header?.replace(/:\d+$/, '').toLowerCase();
}

function isSnapshot(value: unknown): value is ProcessSnapshot {
  const { pid, time, load, parts, title } = value as Partial<ProcessSnapshot>;
  return (
    typeof title === 'string' &&
    Number.isInteger(pid) &&
    typeof time === 'number' &&
    typeof load === 'object' &&
    Array.isArray(parts) &&
    parts.every((part) => typeof part?.kind === 'string' && typeof part.name === 'string' && part.stats)
  );
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Where this package's preload lies, beside this file: the ESM and CommonJS builds each have theirs. */
function defaultPreload(): string {
  const isCommonJs = typeof __filename === 'string' && __filename.endsWith('.cjs');
  const here = isCommonJs ? pathToFileURL(__filename).href : import.meta.url;
  return here.replace(/dashboard\.(\w+)$/, 'dashboard-preload.$1');
}

/**
 * Starts the page.
 *
 * ```ts
 * const dashboard = await startDashboard({ monitor, port: 9318 });
 * console.log(dashboard.url);
 * ```
 *
 * Listens on loopback and answers only to loopback names (plus `allowedHosts`): a foreign Host header, as DNS rebinding
 * produces, and a foreign Origin are refused with 403. `GET /snapshot` gives the same numbers as JSON. Nothing is
 * sampled for the page while nobody watches. Rejects with the system's error if the port is taken.
 */
export async function startDashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const { monitor } = options;
  const intervalMs = checkNumber('intervalMs', options.intervalMs ?? 1_000, 50, 2 ** 31 - 1);
  const wantedPort = checkInteger('port', options.port ?? 9318, 0, 65_535);
  const host = options.host ?? '127.0.0.1';
  const allowed = new Set([...loopbackNames, host, ...(options.allowedHosts ?? [])].map((name) => name.toLowerCase()));
  const token = randomBytes(24).toString('base64url');
  const title = titleOf();
  const reported = new Map<number, Reported>();
  const watchers = new Set<ServerResponse>();
  const document = page([...cumulativeFields]);
  const policy = [
    `default-src 'none'; script-src ${hashSource(pageScript)}`,
    // Bars set their width by style.
    `style-src 'self' ${hashSource(pageStyle)}; style-src-attr 'unsafe-inline'`,
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join('; ');
  let timer: ReturnType<typeof setInterval> | undefined;

  const list = (): ProcessSnapshot[] => {
    const now = Date.now();
    for (const [pid, { at }] of reported) if (now - at > forgetMs) reported.delete(pid);
    const own = monitor === undefined ? [] : [{ ...monitor.snapshot(), title }];
    return [...own, ...[...reported.values()].map(({ snapshot }) => snapshot)];
  };

  const broadcast = (): void => {
    const message = `data: ${JSON.stringify(list())}\n\n`;
    for (const watcher of watchers) if (watcher.writableLength < maxBacklogBytes) watcher.write(message);
  };

  const watch = (request: IncomingMessage, response: ServerResponse): void => {
    if (watchers.size >= maxWatchers) {
      response.writeHead(503, { 'retry-after': '10' }).end('Too many watch already\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`retry: 1000\ndata: ${JSON.stringify(list())}\n\n`);
    watchers.add(response);
    timer ??= setInterval(broadcast, intervalMs).unref();
    request.on('close', () => {
      watchers.delete(response);
      if (watchers.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    });
  };

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const given = Buffer.from(String(request.headers['x-plimsoll-token'] ?? ''));
    const wanted = Buffer.from(token);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      response.writeHead(403).end('Wrong token\n');
      return;
    }
    const body = await readBody(request);
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end('Too large\n');
      return;
    }
    let snapshot: unknown;
    try {
      snapshot = JSON.parse(body);
    } catch {
      snapshot = undefined;
    }
    if (snapshot === undefined || snapshot === null || !isSnapshot(snapshot)) {
      response.writeHead(400).end('Not a snapshot\n');
    } else if (!reported.has(snapshot.pid) && reported.size >= maxProcesses) {
      response.writeHead(503).end('Too many processes\n');
    } else {
      reported.set(snapshot.pid, { snapshot, at: Date.now() });
      response.writeHead(204).end();
    }
  };

  const isForeign = ({ headers }: IncomingMessage): boolean => {
    const name = hostName(headers.host);
    if (name === undefined || !allowed.has(name)) return true;
    const { origin } = headers;
    if (headers['sec-fetch-site'] === 'cross-site') return true;
    return origin !== undefined && origin !== `http://${headers.host}` && origin !== `https://${headers.host}`;
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    if (isForeign(request)) {
      response.writeHead(403).end('Refused: foreign Host or Origin\n');
      return;
    }
    const path = (request.url ?? '/').split('?')[0];
    if (request.method === 'POST' && path === '/push') {
      take(request, response).catch(() => response.destroy());
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (path === '/') {
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
      response.writeHead(200, { ...headers, 'cache-control': 'no-store' }).end(document);
    } else if (path === '/events') {
      watch(request, response);
    } else if (path === '/snapshot') {
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
      response.writeHead(200, headers).end(`${JSON.stringify(list())}\n`);
    } else {
      response.writeHead(404).end('Not found\n');
    }
  };

  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wantedPort, host, resolve);
  });
  if (options.unref ?? true) server.unref();
  const { port } = server.address() as AddressInfo;
  const shownHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${shownHost}:${port}/`;

  const environment: Dashboard['environment'] = (
    preload = defaultPreload(),
    nodeOptions = process.env.NODE_OPTIONS,
  ) => ({
    NODE_OPTIONS: `${nodeOptions ?? ''} --import=${preload}`.trim(),
    PLIMSOLL_DASHBOARD: `${url}push#${token}`,
  });

  const run: Dashboard['run'] = (command, args = [], { cwd, env = process.env, preload } = {}) => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...env, ...environment(preload, env.NODE_OPTIONS) },
    });
    const signals = Object.keys(signalNumbers) as (keyof typeof signalNumbers)[];
    const pass = (signal: NodeJS.Signals): void => {
      // A terminal sends Ctrl-C to both; a second SIGINT would read as "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    return new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (child.pid !== undefined) reported.delete(child.pid);
        resolve(code ?? 128 + (signalNumbers[signal as keyof typeof signalNumbers] ?? 9));
      });
    }).finally(() => {
      for (const signal of signals) process.off(signal, pass);
    });
  };

  const close = (): Promise<void> => {
    clearInterval(timer);
    timer = undefined;
    for (const watcher of watchers) watcher.end();
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };

  return { url, port, run, environment, close, [Symbol.asyncDispose]: close };
}
