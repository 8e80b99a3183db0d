import type { LinkCondition } from '../../model/link.ts';

/** How the calls of a library are told. */
export interface QueryLibrary {
  library:
    | 'prisma'
    | 'typeorm'
    | 'sequelize'
    | 'mongoose'
    | 'mikro-orm'
    | 'mongodb'
    | 'knex'
    | 'drizzle'
    | 'kysely'
    | 'sql'
    | 'supabase'
    | 'dynamodb'
    | 'firestore'
    | 'objection'
    | 'feathers'
    | 'd1'
    | 'neo4j'
    | 'elasticsearch'
    | 'datastore'
    | 'cosmos'
    | 'arangodb'
    | 'couchdb'
    | 'rethinkdb'
    | 'bookshelf'
    | 'waterline'
    | 'redis';
  modules: RegExp;
  /** Matched against the steps from the import, calls left out. */
  path: RegExp;
  /** Versions read, and where. */
  source: string;
}

/** The calls that ask the server, where not every call of a path does. Methods of older versions stay. */
export const methodsOf = {
  prisma:
    /^(?:findUnique|findUniqueOrThrow|findFirst|findFirstOrThrow|findMany|findRaw|create|createMany|createManyAndReturn|update|updateMany|updateManyAndReturn|upsert|delete|deleteMany|count|aggregate|aggregateRaw|groupBy)$/,
  // `create`, `merge` and `getId` of a repository ask nothing.
  typeorm:
    /^(?:find|findBy|findOne|findOneBy|findOneById|findOneOrFail|findOneByOrFail|findAndCount|findAndCountBy|findByIds|find(?:Roots|Trees|Ancestors|Descendants)|find(?:Ancestors|Descendants)Tree|count|countBy|count(?:Ancestors|Descendants)|exists?|existsBy|sum|average|minimum|maximum|preload|save|insert|update|updateAll|upsert|delete|deleteAll|remove|recover|restore|clear|softDelete|softRemove|increment|decrement|query|getOne|getOneOrFail|getMany|getManyAndCount|getRawOne|getRawMany|getRawAndEntities|getCount|getExists|execute|insertOne|insertMany|updateOne|updateMany|deleteOne|deleteMany|replaceOne|bulkWrite|countDocuments|findOneAnd(?:Update|Delete|Replace)|aggregate)$/,
  // `build` asks nothing.
  sequelize:
    /^(?:findByPk|findOne|findAll|findOrCreate|findCreateFind|findAndCountAll|findOrBuild|count|aggregate|create|bulkCreate|update|upsert|destroy|restore|truncate|increment|decrement|sum|max|min|query)$/,
  mongoose:
    /^(?:findById|findOne|find|findAndCount|findByIdAndUpdate|findByIdAndDelete|findByIdAndRemove|findOneAndUpdate|findOneAndDelete|findOneAndRemove|findOneAndReplace|updateOne|updateMany|deleteOne|deleteMany|replaceOne|create|insertOne|insertMany|bulkWrite|bulkSave|countDocuments|estimatedDocumentCount|exists|distinct|aggregate)$/,
  // `find` and `aggregate` give a cursor, which asks when it is read.
  mongodb:
    /^(?:findOne|insertOne|insertMany|updateOne|updateMany|deleteOne|deleteMany|replaceOne|bulkWrite|findOneAndUpdate|findOneAndDelete|findOneAndReplace|countDocuments|estimatedDocumentCount|toArray|distinct)$/,
  // `persist` and `remove` wait for the flush; `persistAndFlush` and `removeAndFlush` are gone in 7.
  'mikro-orm':
    /^(?:find|findOne|findOneOrFail|findAll|findAndCount|findByCursor|count|countBy|nativeInsert|nativeUpdate|nativeDelete|upsert|upsertMany|insert|insertMany|refresh|refreshOrFail|persistAndFlush|removeAndFlush|flush|execute|getResult|getResultList|getResultAndCount|getSingleResult|getCount)$/,
} as const satisfies Partial<Record<QueryLibrary['library'], RegExp>>;

export const queryLibraries: readonly QueryLibrary[] = [
  {
    library: 'sql',
    modules: /^(?:pg|pg-pool|@neondatabase\/serverless|@vercel\/postgres)$/,
    path: /(?:^|\.)query$/,
    source: 'pg 8.23.1, lib/client.js: query; pg-pool 3.14.0, index.js: query',
  },
  {
    library: 'sql',
    modules: /^(?:mysql|mysql2|mysql2\/promise|mariadb)$/,
    path: /(?:^|\.)(?:query|execute|batch)$/,
    source:
      'mysql2 3.24.6, lib/base/connection.js: query, execute; mariadb 3.5.4, lib/connection-promise.js: and batch',
  },
  {
    library: 'sql',
    modules: /^(?:mssql|oracledb)$/,
    path: /(?:^|\.)(?:query|execute|executeMany|batch)$/,
    source:
      'mssql 12.7.14, lib/base/request.js: query, execute, batch; oracledb 26.0.0, lib/connection.js: execute, executeMany',
  },
  {
    library: 'sql',
    modules: /^(?:pg-promise|slonik)$/,
    path: /(?:^|\.)(?:any|anyFirst|many|manyFirst|manyOrNone|maybeOne|maybeOneFirst|one|oneFirst|oneOrNone|none|query|result)$/,
    source: 'pg-promise 12.2.0, lib/database.js; slonik 48.8.3, src/types.ts: CommonQueryMethods',
  },
  {
    library: 'sql',
    modules:
      /^(?:cassandra-driver|@libsql\/client(?:\/\w+)?|@planetscale\/database|@tidbcloud\/serverless|@google-cloud\/(?:bigquery|spanner)|@clickhouse\/client)$/,
    path: /\.(?:execute|query)$/,
    source:
      'cassandra-driver 4.8.0, lib/client.js: execute; @libsql/client 0.15.15, lib-esm/node.d.ts: execute; @planetscale/database 1.19.0; @google-cloud/bigquery 8.1.1: query; @clickhouse/client 1.12.1: query',
  },
  {
    library: 'prisma',
    modules: /^(?:@prisma\/client|\.prisma\/client)$/,
    path: /^(?:PrismaClient|Prisma\.TransactionClient)\.new\.\w+\.\w+$|\$(?:query|execute)Raw(?:Unsafe|Typed)?$/,
    source: '@prisma/client 6.19.3 and 7.10.0, runtime/client.d.ts: Operation',
  },
  {
    library: 'typeorm',
    modules: /^(?:typeorm|@nestjs\/typeorm)$/,
    path: /(?:Repository|TreeRepository|MongoRepository|EntityManager|DataSource|QueryRunner)\.new(?:\.\w+)*\.\w+$|^createQueryBuilder\.|getRepository\.\w+$/,
    source:
      'typeorm 0.3.31 and 1.1.1, repository/{Repository,TreeRepository,MongoRepository}.d.ts, query-builder/*.d.ts, data-source/DataSource.d.ts',
  },
  {
    library: 'sequelize',
    modules: /^(?:sequelize|sequelize-typescript|@sequelize\/core)$/,
    path: /^(?:Sequelize\.)?new\.query$|^(?:Sequelize\.)?new\.define\.\w+$|^ModelStatic\.new\.\w+$|^ModelCtor\.new\.\w+$/,
    source: 'sequelize 6.37.8, lib/model.js; @sequelize/core 7.0.0-alpha.48, lib/model.js',
  },
  {
    library: 'mongoose',
    modules: /^(?:mongoose|@nestjs\/mongoose|@typegoose\/typegoose)$/,
    path: /^(?:model|getModelForClass|ReturnModelType\.new|Model\.new|models\.\w+|connection\.model|createConnection\.model)\.(?:\w+\.)*\w+$/,
    source: 'mongoose 8.24.10 and 9.12.1, lib/model.js, lib/query.js',
  },
  {
    library: 'mikro-orm',
    modules: /^@mikro-orm\//,
    path: /^(?:EntityManager|SqlEntityManager|EntityRepository|SqlEntityRepository)\.new\.(?:\w+\.)*\w+$|^MikroORM\.init\.em\.\w+$/,
    source:
      '@mikro-orm/core 6.6.16 and 7.2.5, EntityManager.d.ts, entity/EntityRepository.d.ts; @mikro-orm/sql 7.2.5, query/QueryBuilder.d.ts',
  },
  {
    library: 'mongodb',
    modules: /^mongodb$/,
    path: /^Collection\.new\.(?:\w+\.)*\w+$|\.collection\.(?:\w+\.)*\w+$/,
    source: 'mongodb 7.9.0, lib/collection.js, lib/cursor/abstract_cursor.js',
  },
  {
    library: 'knex',
    modules: /^knex$/,
    path: /./,
    source: 'knex 3.3.0, lib/query/querybuilder.js',
  },
  {
    library: 'kysely',
    modules: /^kysely$/,
    path: /\.execute(?:TakeFirst(?:OrThrow)?)?$/,
    source: 'kysely 0.28.19, dist/cjs/query-builder/*.d.ts',
  },
  {
    library: 'drizzle',
    modules: /^drizzle-orm\//,
    path: /\.(?:select|selectDistinct|selectDistinctOn|insert|update|delete|query|execute|\$count)(?:\.|$)/,
    source: 'drizzle-orm 0.45.4, {pg,mysql,sqlite}-core/db.d.ts, pg-core/query-builders/query.d.ts',
  },
];

/** The names of all of them and of the steps of their chains: asked first, since it costs least. */
export const queryMethod =
  /^(?:find\w*|create\w*|update\w*|upsert\w*|delete\w*|destroy|remove\w*|softRemove|softDelete|insert\w*|replaceOne|count\w*|estimatedDocumentCount|aggregate\w*|groupBy|query|execute\w*|batch|exec|lean|sort|select\w*|populate|save|exists?\w*|toArray|distinct|get(?:One|OneOrFail|Many|ManyAndCount|RawOne|RawMany|RawAndEntities|Count|Exists|Result|ResultList|ResultAndCount|SingleResult)|bulk(?:Create|Write|Save)|increment|decrement|sum|max|min|average|minimum|maximum|preload|recover|restore|truncate|clear|native\w+|persistAndFlush|removeAndFlush|flush|refresh\w*|where\w*|first|limit|orderBy|returning|values|set|from|del|pluck|andWhere|join|(?:left|right|inner|full)Join|having|offset|\$(?:query|execute)Raw\w*|\$count|onConflict\w*|merge|ignore|queryAsync|raw|any|anyFirst|many|manyFirst|manyOrNone|maybeOne\w*|one|oneFirst|oneOrNone|none|eq|neq|gte?|lte?|in|is|or|i?like|order|range|(?:maybeS|s)ingle)$/;

/** "The project uses a database library": for what only looks like a query where it stands. */
export const hasDatabase = importsAny(
  'pg',
  'mysql',
  'mysql2',
  'mariadb',
  'mssql',
  'oracledb',
  'mongodb',
  'mongoose',
  'knex',
  'kysely',
  'typeorm',
  'sequelize',
  'sequelize-typescript',
  '@sequelize/core',
  '@prisma/client',
  '@nestjs/typeorm',
  '@nestjs/mongoose',
  '@mikro-orm/core',
  'drizzle-orm',
  'pg-promise',
  'slonik',
  'cassandra-driver',
  'neo4j-driver',
  'objection',
  '@feathersjs/feathers',
  '@supabase/supabase-js',
  '@supabase/ssr',
  '@aws-sdk/lib-dynamodb',
  '@aws-sdk/client-dynamodb',
  'firebase-admin',
  'firebase-admin/firestore',
  '@google-cloud/firestore',
  '@elastic/elasticsearch',
  '@typegoose/typegoose',
  '@libsql/client',
  '@planetscale/database',
  '@neondatabase/serverless',
  'postgres',
  '@vercel/postgres',
  '@google-cloud/datastore',
  '@azure/cosmos',
  'arangojs',
  'nano',
  'rethinkdb',
  'bookshelf',
);

/** "The project imports one of these." */
export function importsAny(...modules: readonly string[]): LinkCondition {
  return { kind: 'any', of: modules.map((name) => ({ kind: 'project-states', fact: `import:${name}` })) };
}
