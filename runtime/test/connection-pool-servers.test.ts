import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mysqlCore from 'mysql2';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionPool, type ConnectionPoolOptions } from '../src/connection-pool.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';

describe('with a real PostgreSQL', () => {
  let server: PostgresServer;
  let admin: pg.Client;

  beforeAll(async () => {
    server = await startPostgres({ maxConnections: 30 });
    admin = new pg.Client(server.config);
    await admin.connect();
  });

  afterAll(async () => {
    await admin?.end();
    await server?.[Symbol.asyncDispose]();
  });

  const connect = (options: Partial<ConnectionPoolOptions<pg.Client>> = {}): ConnectionPool<pg.Client> =>
    new ConnectionPool<pg.Client>({
      create: async () => {
        const client = new pg.Client(server.config);
        await client.connect();
        return client;
      },
      destroy: (client) => client.end(),
      validate: async (client) => (await client.query('select 1')).rowCount === 1,
      createRetryIntervalMillis: 20,
      max: 5,
      ...options,
    });

  const pidOf = async (client: pg.Client): Promise<number> =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
  const kill = (pid: number): Promise<unknown> => admin.query('select pg_terminate_backend($1)', [pid]);
  const backends = async (name: string): Promise<number> =>
    (await admin.query('select 1 from pg_stat_activity where application_name = $1', [name])).rowCount ?? 0;

  it('answers 500 queries over at most max connections, and leaves none behind', async () => {
    const config = { ...server.config, application_name: 'five' };
    const pool = connect({
      create: async () => {
        const client = new pg.Client(config);
        await client.connect();
        return client;
      },
    });
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        pool.use(async (client) => {
          if (i % 100 === 0) most = Math.max(most, await backends('five'));
          return (await client.query<{ n: number }>('select $1::int as n', [i])).rows[0]?.n;
        }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(most).toBeLessThanOrEqual(5);
    expect(pool.stats().created).toBe(5);
    expect(await pool.drain()).toEqual([]);
    for (let i = 0; i < 50 && (await backends('five')) > 0; i++) await sleep(10);
    expect(await backends('five')).toBe(0);
  });

  it('a backend killed in mid-query fails that query only; the connection is replaced', async () => {
    const pool = connect({ max: 1 });
    const pid = await pool.use(pidOf);
    const failed = expect(pool.use((client) => client.query('select pg_sleep(30)'))).rejects.toThrow(
      /terminating connection/,
    );
    const behind = pool.use(pidOf);
    await sleep(50);
    await kill(pid);
    await failed;
    expect(await behind).not.toBe(pid);
    expect(pool.stats()).toMatchObject({ created: 2, used: 0 });
    await pool.drain();
  });

  it('a backend killed while idle is removed without a crash and min is kept', async () => {
    const errors: unknown[] = [];
    const pool = connect({ min: 2, onError: (error) => errors.push(error) });
    await pool.warm();
    const pid = await pool.use(pidOf);
    await kill(pid);
    for (let i = 0; i < 100 && pool.stats().created < 3; i++) await sleep(10);
    for (let i = 0; i < 100 && pool.stats().idle < 2; i++) await sleep(10);
    expect(pool.stats()).toMatchObject({ idle: 2, created: 3 });
    expect(errors.length).toBeGreaterThan(0);
    expect(await pool.use(pidOf)).not.toBe(pid);
    await pool.drain();
  });

  it('a connection that died while lent but unused is destroyed on return', async () => {
    const pool = connect({ max: 1 });
    const lease = await pool.acquire();
    const pid = await pidOf(lease.resource);
    await kill(pid);
    await sleep(50);
    lease.release();
    expect(await pool.use(pidOf)).not.toBe(pid);
    await pool.drain();
  });

  it('a failed validation replaces the connection before the borrower sees it', async () => {
    let healthy = true;
    const pool = connect({ max: 1, validateAfterIdleMillis: 0, validate: async () => healthy });
    const pid = await pool.use(pidOf);
    healthy = false;
    expect(await pool.use(pidOf)).not.toBe(pid);
    expect(pool.stats().validationFailures).toBe(1);
    await pool.drain();
  });

  /** Connections of somebody else, as many as the server has places left. */
  async function takeAllPlaces(): Promise<pg.Client[]> {
    const taken: pg.Client[] = [];
    for (;;) {
      const client = new pg.Client({ ...server.config, application_name: 'others' });
      client.on('error', () => {});
      try {
        await client.connect();
      } catch {
        return taken;
      }
      taken.push(client);
    }
  }

  it('the server refusing further connections does not fail those that can wait for a return', async () => {
    const others = await takeAllPlaces();
    await Promise.all(others.splice(0, 3).map((client) => client.end()));
    for (let i = 0; i < 100 && (await backends('others')) > others.length; i++) await sleep(10);
    const pool = connect({ max: 60 });
    const results = await Promise.allSettled(
      Array.from({ length: 300 }, () => pool.use((client) => client.query('select pg_sleep(0.005)'))),
    );
    expect(results.filter((result) => result.status === 'rejected')).toEqual([]);
    expect(pool.stats().createErrors).toBeGreaterThan(0);
    expect(pool.stats().createErrors).toBeLessThan(80);
    await Promise.all([pool.drain(), ...others.map((client) => client.end())]);
  });

  it('fails fast while the server is down and recovers when it is back', async () => {
    await admin.end();
    const pool = connect({ min: 2 });
    await pool.warm();
    await server.stop();
    for (let i = 0; i < 100 && pool.stats().idle > 0; i++) await sleep(10);
    const down = await Promise.allSettled(Array.from({ length: 50 }, () => pool.use(pidOf)));
    expect(down.every((result) => result.status === 'rejected')).toBe(true);
    expect(pool.stats().createErrors).toBeLessThan(20);
    await server.start();
    admin = new pg.Client(server.config);
    await admin.connect();
    let pid = 0;
    for (let i = 0; i < 200 && pid === 0; i++) {
      pid = await pool.use(pidOf).catch(() => 0);
      if (pid === 0) await sleep(20);
    }
    expect(pid).toBeGreaterThan(0);
    await pool.drain();
  });

  it('a server that accepts and never answers: create is given up after its time-out', async () => {
    const sockets: Socket[] = [];
    const mute = createTcpServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const pool = connect({
      create: async ({ signal }) => {
        const client = new pg.Client({ ...server.config, port });
        client.on('error', () => {});
        signal.addEventListener('abort', () => void client.end());
        await client.connect();
        return client;
      },
      createTimeoutMillis: 100,
    });
    await expect(pool.acquire()).rejects.toThrow(/create took longer than 100 ms/);
    await pool.drain();
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
});

/** What mysql2 does not type of the server's side of a connection. */
interface ServerConnection {
  sequenceId: number;
  readonly stream: Socket;
  on(event: 'error' | 'query', listener: (value: string) => void): void;
  serverHandshake(settings: object): void;
  writeTextResult(rows: object[], columns: object[]): void;
}

describe('with mysql2 and a server speaking its protocol', () => {
  let port = 0;
  let threads = 0;
  const connections = new Set<ServerConnection>();
  const server = mysqlCore.createServer(() => {});

  beforeAll(async () => {
    server.on('connection', (accepted: unknown) => {
      const connection = accepted as ServerConnection;
      connections.add(connection);
      const id = ++threads;
      // The server side of mysql2 does not start its packet numbers anew with each command.
      const expectCommand = (): void => {
        connection.sequenceId = 0;
      };
      connection.on('error', () => {});
      connection.stream.on('close', () => connections.delete(connection));
      connection.serverHandshake({
        protocolVersion: 10,
        serverVersion: '8.0.0-test',
        connectionId: id,
        statusFlags: 2,
        characterSet: 8,
        capabilityFlags: 0xffffff ^ 0x800,
        authCallback(_params: unknown, done: (error: null) => void) {
          done(null);
          setImmediate(expectCommand);
        },
      });
      connection.on('query', (sql: string) => {
        if (sql.startsWith('hang')) return;
        connection.writeTextResult(
          [{ id: String(id) }],
          [
            {
              catalog: 'def',
              schema: '',
              table: '',
              orgTable: '',
              name: 'id',
              orgName: 'id',
              characterSet: 33,
              columnLength: 20,
              columnType: 253,
              flags: 0,
              decimals: 0,
            },
          ],
        );
        expectCommand();
      });
    });
    server.listen(0);
    const inner = (server as unknown as { _server: Server })._server;
    if (!inner.listening) await once(inner, 'listening');
    port = (inner.address() as AddressInfo).port;
  });

  afterAll(async () => {
    for (const connection of connections) connection.stream.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  const connect = (options: Partial<ConnectionPoolOptions<mysql.Connection>> = {}) =>
    new ConnectionPool<mysql.Connection>({
      create: () => mysql.createConnection({ host: '127.0.0.1', port, user: 'root' }),
      destroy: (connection) => connection.destroy(),
      max: 3,
      ...options,
    });
  const idOf = async (connection: mysql.Connection): Promise<string> => {
    const [rows] = await connection.query<mysql.RowDataPacket[]>('select id');
    return String(rows[0]?.id);
  };

  it('shares connections between many queries', async () => {
    const pool = connect();
    const ids = await Promise.all(Array.from({ length: 60 }, () => pool.use(idOf)));
    expect(new Set(ids).size).toBeLessThanOrEqual(3);
    expect(pool.stats().created).toBe(3);
    await pool.drain();
  });

  it('replaces a connection that the server dropped idle, and one dropped in mid-query', async () => {
    const pool = connect({ max: 1 });
    const first = await pool.use(idOf);
    for (const connection of connections) connection.stream.destroy();
    await sleep(50);
    const second = await pool.use(idOf);
    expect(second).not.toBe(first);
    const victim = pool.use((connection) => connection.query('hang'));
    const rejection = expect(victim).rejects.toThrow(/closed the connection|ECONNRESET|lost/i);
    await sleep(50);
    for (const connection of connections) connection.stream.destroy();
    await rejection;
    expect(await pool.use(idOf)).not.toBe(second);
    await pool.drain();
  });
});
