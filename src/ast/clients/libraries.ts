import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, type Origin } from '../names/provenance.ts';
import { calleeName } from '../syntax.ts';
import { ts } from '../ts.ts';
import { opensNothing } from './opens-nothing.ts';

/**
 * What a construction opens; a `connection` serves one conversation at a time, the others may be shared. A `memory`
 * keeps what it has fetched for the next time: made anew, it has forgotten all.
 */
export type ClientKind = 'pool' | 'connection' | 'client' | 'agent' | 'memory' | 'http-client';

/** One way a library makes something that holds connections. */
export interface ClientCreation {
  /** Package names; a trailing `*` stands for the rest of the name. */
  modules: readonly string[];
  /** Steps after the module, `default` and `*` left out: `Pool.new`, `createPool.()`. */
  paths: readonly string[];
  kind: ClientKind;
  /** Made, it connects: it needs neither a call nor a query. */
  dialsAtOnce?: true;
  /** The option of its first argument without which it opens nothing. */
  needs?: string;
  /** What it costs when made anew: told in the message. */
  cost: string;
  /** Version read, and where. */
  source: string;
}

/**
 * Constructors and factories of clients that hold sockets, pools or threads. Cheap wrappers (drizzle over a pool, a
 * Supabase client over fetch) are left out on purpose.
 */
export const clientCreations: readonly ClientCreation[] = [
  {
    modules: ['pg', 'pg-pool', '@neondatabase/serverless'],
    paths: ['Pool.new', 'new', 'native.Pool.new'],
    kind: 'pool',
    cost: 'a pool of up to 10 PostgreSQL connections',
    source: 'pg 8.23.1, lib/index.js; pg-pool 3.14.0, index.js: max 10',
  },
  {
    modules: ['pg'],
    paths: ['Client.new', 'native.Client.new'],
    kind: 'connection',
    cost: 'a PostgreSQL connection and a server process (a client per query reached 0.01–0.02 of a pool)',
    source: 'pg 8.23.1, lib/client.js',
  },
  {
    modules: ['postgres'],
    paths: ['()'],
    kind: 'pool',
    cost: 'a pool of up to 10 PostgreSQL connections',
    source: 'postgres 3.4.9, src/index.js: max 10',
  },
  {
    modules: ['mysql', 'mysql2', 'mysql2/promise', 'mariadb'],
    paths: ['createPool.()', 'createPoolCluster.()'],
    kind: 'pool',
    cost: 'a pool of up to 10 MySQL connections',
    source:
      'mysql2 3.24.6, lib/pool_config.js; mysql 2.18.1, lib/PoolConfig.js; mariadb 3.5.4, lib/config/pool-options.js: connectionLimit 10',
  },
  {
    modules: ['mysql', 'mysql2', 'mysql2/promise', 'mariadb'],
    paths: ['createConnection.()'],
    kind: 'connection',
    cost: 'a MySQL connection with its handshake',
    source: 'mysql2 3.24.6, index.js',
  },
  {
    modules: ['mssql'],
    paths: ['ConnectionPool.new', 'connect.()'],
    kind: 'pool',
    cost: 'a pool of up to 10 SQL Server connections',
    source: 'mssql 12.7.14, lib/base/connection-pool.js: max 10',
  },
  {
    modules: ['oracledb'],
    paths: ['createPool.()', 'getConnection.()'],
    kind: 'pool',
    cost: 'Oracle sessions',
    source: 'oracledb 6, lib/oracledb.js',
  },
  {
    modules: ['mongodb'],
    paths: ['MongoClient.new', 'MongoClient.connect.()'],
    kind: 'pool',
    cost: 'a pool of up to 100 MongoDB connections and its monitors',
    source: 'mongodb 7.9.0, lib/connection_string.js: maxPoolSize 100',
  },
  {
    modules: ['mongoose'],
    paths: ['createConnection.()', 'connect.()'],
    kind: 'pool',
    dialsAtOnce: true,
    cost: 'a pool of up to 100 MongoDB connections',
    source: 'mongoose 8.24.10 and 9.12.1, lib/connection.js: the pool of mongodb, maxPoolSize 100',
  },
  {
    modules: ['ioredis'],
    paths: ['new', 'Redis.new', 'Cluster.new', 'Redis.Cluster.new'],
    kind: 'client',
    dialsAtOnce: true,
    cost: 'a Redis connection that reconnects for ever',
    source: 'ioredis 5.11.1 and 6.0.0, built/redis/RedisOptions.js: retryStrategy',
  },
  {
    modules: ['redis', '@redis/client'],
    paths: ['createClient.()', 'createCluster.()', 'createSentinel.()'],
    kind: 'client',
    cost: 'a Redis connection that reconnects for ever',
    source: '@redis/client 5.12.1 and 6.3.1, dist/lib/client/socket.js: defaultReconnectStrategy',
  },
  {
    modules: ['@prisma/client', '.prisma/client'],
    paths: ['PrismaClient.new'],
    kind: 'pool',
    cost: 'a query engine with a connection pool of its own',
    source:
      '@prisma/client 6.19.3: 2 × cores + 1 connections by its manual; 7.10.0: the pool of the adapter, 10 with @prisma/adapter-pg 7.10.1',
  },
  {
    modules: ['knex'],
    paths: ['()', 'knex.()', 'new', 'Knex.()'],
    kind: 'pool',
    needs: 'connection',
    cost: 'a pool of 2 to 10 connections',
    source:
      'knex 0.21.21 and 3.3.0, lib/client.js: poolDefaults min 2, max 10; no driver, no pool without `connection`',
  },
  {
    modules: ['typeorm'],
    paths: ['DataSource.new', 'createConnection.()'],
    kind: 'pool',
    cost: 'a pool of database connections and all entity metadata',
    source: 'typeorm 0.3.31 and 1.1.1, data-source/DataSource.d.ts; the pool of the driver',
  },
  {
    modules: ['sequelize', 'sequelize-typescript', '@sequelize/core'],
    paths: ['Sequelize.new', 'new'],
    kind: 'pool',
    cost: 'a pool of up to 5 database connections',
    source: 'sequelize 6.37.8, lib/dialects/abstract/connection-manager.js: max 5, acquire 60 s',
  },
  {
    modules: ['@mikro-orm/*'],
    paths: ['MikroORM.init.()'],
    kind: 'pool',
    cost: 'a database pool and all entity metadata',
    source: '@mikro-orm/core 6.6.16 and 7.2.5, MikroORM.d.ts',
  },
  {
    modules: ['cassandra-driver'],
    paths: ['Client.new'],
    kind: 'pool',
    cost: 'connections to every Cassandra host',
    source: 'cassandra-driver 4.7',
  },
  {
    modules: ['@elastic/elasticsearch', '@opensearch-project/opensearch'],
    paths: ['Client.new'],
    kind: 'client',
    cost: 'an HTTP connection pool',
    source: '@elastic/elasticsearch 8, lib/client',
  },
  {
    modules: ['neo4j-driver'],
    paths: ['driver.()'],
    kind: 'pool',
    cost: 'a pool of up to 100 Neo4j connections',
    source: 'neo4j-driver 5',
  },
  {
    modules: ['@clickhouse/client', '@clickhouse/client-web'],
    paths: ['createClient.()'],
    kind: 'client',
    cost: 'an HTTP agent with up to 10 sockets',
    source: '@clickhouse/client 1.8',
  },
  {
    modules: ['@aws-sdk/client-*', '@aws-sdk/lib-dynamodb'],
    // Each package has a client whose every command is a method, called after the service alone.
    paths: [
      '*Client.new',
      'ApiGatewayManagementApi.new',
      'CloudWatch.new',
      'CognitoIdentityProvider.new',
      'DynamoDB.new',
      'EventBridge.new',
      'KMS.new',
      'Kinesis.new',
      'Lambda.new',
      'S3.new',
      'SES.new',
      'SESv2.new',
      'SFN.new',
      'SNS.new',
      'SQS.new',
      'SSM.new',
      'STS.new',
      'SecretsManager.new',
    ],
    kind: 'client',
    cost: 'an HTTPS agent of its own: no socket is used twice, and credentials are resolved again',
    source: '@aws-sdk/client-s3 3.700, @smithy/node-http-handler',
  },
  {
    modules: ['@google-cloud/*'],
    paths: ['Storage.new', 'PubSub.new', 'Firestore.new', 'BigQuery.new', 'Datastore.new'],
    kind: 'client',
    cost: 'gRPC or HTTP channels and a token exchange',
    source: '@google-cloud/storage 7, @google-cloud/pubsub 4',
  },
  {
    modules: ['kafkajs'],
    paths: ['Kafka.new.producer.()', 'Kafka.new.admin.()'],
    kind: 'connection',
    cost: 'connections to the Kafka brokers',
    source: 'kafkajs 2.2, src/index.js',
  },
  {
    modules: ['amqplib', 'amqplib/callback_api', 'amqp-connection-manager'],
    paths: ['connect.()'],
    kind: 'connection',
    cost: 'an AMQP connection with its handshake',
    source: 'amqplib 0.10',
  },
  {
    modules: ['mqtt'],
    paths: ['connect.()', 'connectAsync.()'],
    kind: 'client',
    dialsAtOnce: true,
    cost: 'an MQTT connection with its handshake, which comes back by itself when it is lost',
    source: 'mqtt 5.14.1, src/lib/connect/index.ts; reconnectPeriod 1000',
  },
  {
    modules: ['nats', '@nats-io/transport-node'],
    paths: ['connect.()'],
    kind: 'client',
    cost: 'a NATS connection with its handshake',
    source: 'nats 2.29.3, src/node_transport.ts; @nats-io/transport-node 3.1.0',
  },
  {
    modules: ['etcd3'],
    paths: ['Etcd3.new'],
    kind: 'client',
    cost: 'gRPC channels to the servers of etcd',
    source: 'etcd3 1.1.2, src/connection-pool.ts',
  },
  {
    modules: ['bullmq', 'bull'],
    paths: ['Queue.new', 'QueueEvents.new', 'new'],
    kind: 'client',
    dialsAtOnce: true,
    cost: 'Redis connections of its own',
    source: 'bullmq 5.30, src/classes/queue.ts; bull 4.16',
  },
  {
    modules: ['undici'],
    paths: ['Agent.new', 'Pool.new', 'Client.new', 'ProxyAgent.new'],
    kind: 'agent',
    cost: 'a connection pool nobody uses twice (0.17–0.20 of a shared one)',
    source: 'undici 7.30, lib/dispatcher',
  },
  {
    modules: ['http', 'https', 'agentkeepalive'],
    paths: ['Agent.new', 'new', 'HttpsAgent.new'],
    kind: 'agent',
    cost: 'sockets nobody uses twice (0.18–0.22 of a shared agent)',
    source: 'Node.js 20, lib/_http_agent.js',
  },
  {
    modules: ['https-proxy-agent', 'http-proxy-agent', 'socks-proxy-agent', 'proxy-agent'],
    paths: ['new', 'HttpsProxyAgent.new', 'HttpProxyAgent.new', 'SocksProxyAgent.new', 'ProxyAgent.new'],
    kind: 'agent',
    cost: 'sockets to the proxy that nobody uses twice',
    source: 'https-proxy-agent 5.0.1 and 7.0.6; agent-base 7.1.4: an Agent of Node.js',
  },
  {
    modules: ['nodemailer'],
    paths: ['createTransport.()'],
    kind: 'client',
    cost: 'an SMTP connection with its TLS handshake',
    source: 'nodemailer 6.9, lib/nodemailer.js',
  },
  {
    modules: ['memcached', 'memjs'],
    paths: ['new', 'Client.create.()'],
    kind: 'client',
    cost: 'connections to the cache servers',
    source: 'memcached 2.2; memjs 1.3',
  },
  {
    modules: ['jwks-rsa'],
    paths: ['()', 'JwksClient.new', 'expressJwtSecret.()', 'passportJwtSecret.()', 'koaJwtSecret.()', 'hapiJwt2Key.()'],
    kind: 'memory',
    cost: 'an empty cache of signing keys, which are fetched again',
    source: 'jwks-rsa 4.1.0, src/JwksClient.js, src/wrappers/cache.js: one cache for each client',
  },
  {
    modules: ['jose', 'jose/jwks/remote'],
    paths: ['createRemoteJWKSet.()'],
    kind: 'memory',
    cost: 'an empty set of signing keys, which are fetched again',
    source: 'jose 6.2.18, dist/types/jwks/remote.d.ts: cacheMaxAge, cooldownDuration of each set',
  },
  {
    modules: ['aws-jwt-verify'],
    paths: ['CognitoJwtVerifier.create.()', 'JwtVerifier.create.()'],
    kind: 'memory',
    cost: 'an empty cache of signing keys, which are fetched again',
    source: 'aws-jwt-verify 5.2.1, README: the JWKS is cached in the verifier',
  },
  {
    modules: ['@grpc/grpc-js', 'grpc'],
    paths: ['Client.new', 'loadPackageDefinition.().*.new', 'makeGenericClientConstructor.().new'],
    kind: 'client',
    cost: 'an HTTP/2 channel with its TLS handshake',
    source: '@grpc/grpc-js 1.14.7, build/src/client.js, make-client.js',
  },
];

const grpc = clientCreations.find(({ modules }) => modules.includes('@grpc/grpc-js'));

/** The packages that make clients, each once. */
export const clientModules: readonly string[] = [...new Set(clientCreations.flatMap(({ modules }) => modules))];

const byModule = new Map<string, ClientCreation[]>();
const byPrefix: [prefix: string, creation: ClientCreation][] = [];
for (const creation of clientCreations) {
  for (const module of creation.modules) {
    if (module.endsWith('*')) byPrefix.push([module.slice(0, -1), creation]);
    else byModule.set(module, [...(byModule.get(module) ?? []), creation]);
  }
}

/** The creation that an expression (`new Pool()`, `createClient()`, or a name that holds one) comes from. */
export function findClientCreation(expression: ts.Node, file: FileContext): ClientCreation | undefined {
  const origin = findOrigin(expression, file);
  const creation = origin && matchCreation(origin);
  return creation?.needs && opensNothing(expression, creation.needs, file) ? undefined : creation;
}

function matchCreation(origin: Origin): ClientCreation | undefined {
  const module = bareModule(origin.module);
  // What the library is handed on by: a file of the project that exports it, or parts of it.
  if (/\bloadPackageDefinition,\(\),.*\bnew$/.test(`${origin.path}`)) return grpc;
  if (module === '' || module.startsWith('.')) return undefined;
  const written = origin.path.filter((step) => step !== 'default' && step !== '*').join('.');
  return creationsOf(module).find(({ paths }) => paths.some((path) => matchesPath(written, path)));
}

function creationsOf(module: string): readonly ClientCreation[] {
  return byModule.get(module) ?? byPrefix.flatMap(([prefix, creation]) => (module.startsWith(prefix) ? creation : []));
}

/** Whether a package makes clients of one of these kinds. */
export function makesClients(module: string, kinds: ReadonlySet<ClientKind | undefined>): boolean {
  return creationsOf(bareModule(module)).some(({ kind }) => kinds.has(kind));
}

const factoryVerbs = 'create|connect|init|knex|postgres|driver|producer|admin|getConnection|Knex';
const factoryName = new RegExp(`^(?:${factoryVerbs})|[jJ][wW][kK][sS]|JwtSecret$|^hapiJwt2Key`);

/** A first look that costs nothing: constructors are written with `new`, factories begin with a known verb. */
export function mayMakeClient(node: ts.NewExpression | ts.CallExpression): boolean {
  return ts.isNewExpression(node) || factoryName.test(calleeName(node));
}

/** What a text looks like in which {@link mayMakeClient} is true of something. */
export const clientMade = new RegExp(
  `\\bnew\\s|\\b(?:${factoryVerbs})[\\w$]*[\\s!?.)]*[(<]|[jJ][wW][kK][sS]|[jJ]wtSecret|hapiJwt2Key`,
);

function matchesPath(written: string, path: string): boolean {
  const star = path.indexOf('*');
  if (star < 0) return written === path;
  const [head, tail] = [path.slice(0, star), path.slice(star + 1)];
  const isBetween = written.length > path.length - 1 && written.startsWith(head) && written.endsWith(tail);
  return isBetween && (star > 0 || /^[A-Z]\w*$/.test(written.slice(0, -tail.length)));
}
