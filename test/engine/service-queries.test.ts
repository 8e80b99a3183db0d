// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scanned code holds templates
import { expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const loops = pairs.filter(({ rule }) => rule.id === 'no-query-in-loop');

interface Case {
  dependency: string;
  opening: string;
  /** All orders: what gives them, or the statement that names them. */
  list: string;
  /** One user. */
  one: string;
  /** How a route asks for each of the orders. */
  round?: (one: string) => string;
}

const inTurn = (one: string): string => `for (const order of orders) shown.push({ order, user: ${one} });`;
const atOnce = (one: string): string =>
  `shown.push(...(await Promise.all(orders.map(async (order) => ({ order, user: ${one} })))));`;

async function isToldAsQuery({ dependency, opening, list, one, round = inTurn }: Case): Promise<boolean> {
  const root = tempProject({
    'package.json': JSON.stringify({ name: 'shop', dependencies: { express: '4', [dependency]: '1' } }),
    'src/orders.ts': [
      `import express from 'express';\n${opening}\nconst app = express();`,
      `app.get('/orders', async (req, res) => {\n  ${list.startsWith('const ') ? list : `const orders = ${list}`};\n  const shown = [];`,
      `  ${round(one)}\n  res.json(shown);\n});\napp.listen(3000);\n`,
    ].join('\n'),
  });
  const { findings, problems } = await scan({ root }, loops);
  expect(problems).toEqual([]);
  return findings.length > 0;
}

const documents = `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\nimport { DynamoDBDocumentClient, GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';\nconst db = DynamoDBDocumentClient.from(new DynamoDBClient({}));`;
const firestore = `import { getFirestore } from 'firebase-admin/firestore';\nconst db = getFirestore();`;
const dynamo: Case = {
  dependency: '@aws-sdk/lib-dynamodb',
  opening: documents,
  list: `(await db.send(new ScanCommand({ TableName: 'orders' }))).Items`,
  one: `await db.send(new GetCommand({ TableName: 'users', Key: { id: order.userId } }))`,
};
const queries: Record<string, Case> = {
  'pg-promise': {
    dependency: 'pg-promise',
    opening: `import pgPromise from 'pg-promise';\nconst db = pgPromise()(process.env.DATABASE_URL);`,
    list: `await db.any('SELECT * FROM orders')`,
    one: `await db.one('SELECT * FROM users WHERE id = $1', [order.userId])`,
  },
  Slonik: {
    dependency: 'slonik',
    opening: `import { createPool, sql } from 'slonik';\nconst pool = await createPool(process.env.DATABASE_URL);`,
    list: 'await pool.any(sql.unsafe`SELECT * FROM orders`)',
    one: 'await pool.one(sql.unsafe`SELECT * FROM users WHERE id = ${order.userId}`)',
  },
  'MySQL, of whose answer the first part is the rows': {
    dependency: 'mysql2',
    opening: `import mysql from 'mysql2/promise';\nconst db = mysql.createPool({});`,
    list: `const [orders] = await db.query('SELECT * FROM orders')`,
    one: `await db.execute('SELECT * FROM users WHERE id = ?', [order.userId])`,
  },
  Cassandra: {
    dependency: 'cassandra-driver',
    opening: `import { Client } from 'cassandra-driver';\nconst client = new Client({});`,
    list: `(await client.execute('SELECT * FROM orders')).rows`,
    one: `await client.execute('SELECT * FROM users WHERE id = ?', [order.userId], { prepare: true })`,
  },
  libSQL: {
    dependency: '@libsql/client',
    opening: `import { createClient } from '@libsql/client';\nconst db = createClient({ url: 'libsql://shop' });`,
    list: `(await db.execute('SELECT * FROM orders')).rows`,
    one: `await db.execute({ sql: 'SELECT * FROM users WHERE id = ?', args: [order.userId] })`,
  },
  DynamoDB: dynamo,
  'the older client of DynamoDB': {
    dependency: 'aws-sdk',
    opening: `import AWS from 'aws-sdk';\nconst db = new AWS.DynamoDB.DocumentClient();`,
    list: `(await db.scan({ TableName: 'orders' }).promise()).Items`,
    one: `await db.get({ TableName: 'users', Key: { id: order.userId } }).promise()`,
  },
  Firestore: {
    dependency: 'firebase-admin',
    opening: firestore,
    list: `(await db.collection('orders').get()).docs`,
    one: `await db.collection('users').doc(order.userId).get()`,
  },
  Objection: {
    dependency: 'objection',
    opening: `import { Order, User } from './models';`,
    list: 'await Order.query()',
    one: 'await User.query().findById(order.userId)',
  },
  'a service of Feathers': {
    dependency: '@feathersjs/feathers',
    opening: `import { services } from './services';`,
    list: `await services.service('orders').find({ query: {} })`,
    one: `await services.service('users').get(order.userId)`,
  },
  D1: {
    dependency: 'wrangler',
    opening: `import { env } from 'cloudflare:workers';`,
    list: `(await env.DB.prepare('SELECT * FROM orders').all()).results`,
    one: `await env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(order.userId).first()`,
  },
  Neo4j: {
    dependency: 'neo4j-driver',
    opening: `import neo4j from 'neo4j-driver';\nconst session = neo4j.driver('bolt://graph').session();`,
    list: `(await session.run('MATCH (o:Order) RETURN o')).records`,
    one: `await session.run('MATCH (u:User { id: $id }) RETURN u', { id: order.userId })`,
  },
  'postgres.js': {
    dependency: 'postgres',
    opening: `import postgres from 'postgres';\nconst sql = postgres(process.env.DATABASE_URL!);`,
    list: 'await sql`SELECT * FROM orders`',
    one: '(await sql`SELECT * FROM users WHERE id = ${order.userId}`)[0]',
  },
  'a tag that another file makes': {
    dependency: 'postgres',
    opening: `import './database';\nimport postgres from 'postgres';\nimport { sql } from './database';\nexport type Row = postgres.Row;`,
    list: 'await sql`SELECT * FROM orders`',
    one: 'await sql`SELECT * FROM users WHERE id = ${order.userId}`',
  },
  Neon: {
    dependency: '@neondatabase/serverless',
    opening: `import { neon } from '@neondatabase/serverless';\nconst sql = neon(process.env.DATABASE_URL!);`,
    list: 'await sql`SELECT * FROM orders`',
    one: 'await sql`SELECT * FROM users WHERE id = ${order.userId} LIMIT 1`',
  },
  'a template of Vercel, in a function of its own': {
    dependency: '@vercel/postgres',
    opening:
      "import { sql } from '@vercel/postgres';\nasync function loadUser(id: string) {\n  const { rows } = await sql`SELECT * FROM users WHERE id = ${id}`;\n  return rows[0];\n}",
    list: 'const { rows: orders } = await sql`SELECT * FROM orders`',
    one: 'await loadUser(order.userId)',
  },
  'a raw statement of Prisma': {
    dependency: '@prisma/client',
    opening: `import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();`,
    list: 'await prisma.order.findMany()',
    one: 'await prisma.$queryRaw`SELECT name FROM users WHERE id = ${order.userId}`',
  },
  'a whole table of knex, and the first element of an answer': {
    dependency: 'knex',
    opening: `import knex from 'knex';\nconst db = knex({ client: 'pg' });`,
    list: `await db('orders')`,
    one: `await db('users').where({ id: order.userId }).first()`,
  },
  'the rows of mysql2 by their place': {
    dependency: 'mysql2',
    opening: `import mysql from 'mysql2/promise';\nconst db = mysql.createPool({ connectionLimit: 10 });`,
    list: `(await db.query('SELECT * FROM orders'))[0]`,
    one: `await db.execute('SELECT * FROM users WHERE id = ?', [order.userId])`,
  },
  Datastore: {
    dependency: '@google-cloud/datastore',
    opening: `import { Datastore } from '@google-cloud/datastore';\nconst db = new Datastore();`,
    list: `(await db.runQuery(db.createQuery('Order')))[0]`,
    one: `await db.get(db.key(['User', order.userId]))`,
  },
  Cosmos: {
    dependency: '@azure/cosmos',
    opening: `import { orderItems, users } from './containers';`,
    list: '(await orderItems.items.readAll().fetchAll()).resources',
    one: 'await users.item(order.userId, order.userId).read()',
  },
  ArangoDB: {
    dependency: 'arangojs',
    opening: `import { aql } from 'arangojs';\nimport { db } from './database';`,
    list: 'await (await db.query(aql`FOR o IN orders RETURN o`)).all()',
    one: `await db.collection('users').document(order.userId)`,
  },
  CouchDB: {
    dependency: 'nano',
    opening: `import nano from 'nano';\nconst db = nano(process.env.COUCH!).use('shop');`,
    list: '(await db.list({ include_docs: true })).rows',
    one: 'await db.get(order.userId)',
  },
  RethinkDB: {
    dependency: 'rethinkdb',
    opening: `import r from 'rethinkdb';\nimport { connection } from './database';`,
    list: `await (await r.table('orders').run(connection)).toArray()`,
    one: `await r.table('users').get(order.userId).run(connection)`,
  },
  Bookshelf: {
    dependency: 'bookshelf',
    opening: `import { Order, User } from './models';`,
    list: 'await Order.fetchAll()',
    one: 'await User.where({ id: order.userId }).fetch()',
  },
  'the global models of Sails': {
    dependency: 'sails',
    opening: '',
    list: 'await Order.find()',
    one: 'await User.findOne({ id: order.userId })',
  },
  Typegoose: {
    dependency: '@typegoose/typegoose',
    opening: `import { getModelForClass } from '@typegoose/typegoose';\nimport { Order, User } from './classes';\nconst Users = getModelForClass(User);\nconst Orders = getModelForClass(Order);`,
    list: 'await Orders.find({})',
    one: 'await Users.findById(order.userId)',
  },
};

test.each(Object.entries(queries))('a query for each row is told of %s', async (_, one) => {
  expect(await isToldAsQuery(one)).toBe(true);
});

const others: Record<string, Case> = {
  'a template that a query builder only writes down': {
    dependency: 'drizzle-orm',
    opening: `import { sql } from 'drizzle-orm';\nimport { collect, db } from './database';`,
    list: 'await db.execute(sql`SELECT * FROM orders`)',
    one: 'await collect(sql`SELECT * FROM users WHERE id = ${order.userId}`)',
  },
  'a template that is no statement': {
    dependency: 'postgres',
    opening: `import postgres from 'postgres';\nimport { html } from './html';\nconst sql = postgres(process.env.DATABASE_URL!);`,
    list: 'await sql`SELECT * FROM orders`',
    one: 'await html`<b>${order.userId}</b>`',
  },
  'statements with keys of all': {
    dependency: 'postgres',
    opening: `import postgres from 'postgres';\nconst sql = postgres(process.env.DATABASE_URL!);`,
    list: 'await sql`SELECT * FROM orders`',
    one: 'users.get(order.userId)',
    round: (one) =>
      `const ids = orders.map((order) => order.userId);\nconst users = new Map((await sql\`SELECT * FROM users WHERE id = ANY(${'$'}{ids})\`).map((row) => [row.id, row]));\nfor (const order of orders) shown.push({ order, user: ${one} });`,
  },
  'what DynamoDB is asked for at once, over connections that many share': { ...dynamo, round: atOnce },
  'documents of Firestore that are asked for at once': { ...queries.Firestore!, round: atOnce },
  'a statement of SQLite, which no package of a service prepares': {
    dependency: 'better-sqlite3',
    opening: `import Database from 'better-sqlite3';\nconst db = new Database('shop.db');`,
    list: `db.prepare('SELECT * FROM orders').all()`,
    one: `db.prepare('SELECT * FROM users WHERE id = ?').get(order.userId)`,
  },
  'a get of what is no document': {
    dependency: 'firebase-admin',
    opening: `import { settings } from './settings';\n${firestore}`,
    list: `(await db.collection('orders').get()).docs`,
    one: 'await settings.get(order.kind)',
  },
};

test.each(Object.entries(others))('no query is told of %s', async (_, one) => {
  expect(await isToldAsQuery(one)).toBe(false);
});
