/** What tells of the loss of a connection by an event. */
export interface LossEmitter {
  modules: RegExp;
  path: RegExp;
  what: string;
  /** What a log calls it. */
  told: string;
  /** It connects anew by itself. */
  isRenewed?: true;
  source: string;
  /** One connection: what a function makes for itself is gone before it can idle. */
  isOne?: true;
}

/** Emitters that report the loss of an idle connection as 'error'; without a listener Node.js ends the process. */
export const lossEmitters: readonly LossEmitter[] = [
  {
    modules: /^(?:pg|pg-pool)$/,
    path: /^(?:(?:native\.)?Pool\.)?new$/,
    what: 'An idle connection that breaks makes the pool emit',
    told: 'idle connection lost',
    isRenewed: true,
    source: 'pg-pool 3.14.0, index.js: makeIdleListener',
  },
  {
    modules: /^(?:redis|@redis\/client)$/,
    path: /^createClient\.\(\)(?:\.connect\.\(\))?$/,
    what: 'A connection that breaks makes the client emit',
    told: 'redis error',
    isRenewed: true,
    source: '@redis/client 5.12.1 and 6.3.1, dist/lib/client/index.js',
  },
  {
    modules: /^amqplib$/,
    path: /^connect\.\(\)$/,
    what: 'A connection that breaks emits',
    told: 'amqp connection lost',
    source: 'amqplib 0.10, lib/connection.js',
  },
  {
    modules: /^pg$/,
    path: /^(?:native\.)?Client\.new$/,
    what: 'A connection that breaks makes the client emit',
    told: 'database connection lost',
    source: 'pg 8.16.3, lib/client.js: _handleErrorEvent',
    isOne: true,
  },
  {
    modules: /^mysql2?(?:\/promise)?$/,
    path: /^createConnection\.\(\)$/,
    what: 'A connection that breaks emits',
    told: 'database connection lost',
    source: 'mysql2 3.14.1, lib/base/connection.js: _notifyError; mysql 2.18.1, lib/Connection.js',
    isOne: true,
  },
];

/** The first of them. */
export const poolOfPg: LossEmitter = lossEmitters[0]!;
