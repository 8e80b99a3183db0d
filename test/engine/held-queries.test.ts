import { expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const queries = pairs.filter(({ rule }) => rule.id === 'no-query-in-loop');

interface Form {
  dependencies: string[];
  /** What the file that asks imports and holds. */
  head: string;
  /** Members of a class around it. */
  members?: string;
  list: string;
  /** Asked for each `order`. */
  one: string;
  files?: Record<string, string>;
}

/** Whether a query for each row of a list is told, of databases that other files open. */
async function isTold({ dependencies, head, members, list, one, files = {} }: Form): Promise<boolean> {
  const isScript = head.includes('require(');
  const express = isScript
    ? "const express = require('express');\nconst app = express();\n"
    : "import express from 'express';\nconst app = express();\n";
  const body = `const all = await ${list};\n  const out = [];\n  for (const order of all) out.push(await ${one});\n  return out;`;
  const asking =
    members === undefined
      ? `async function load(req) {\n  ${body}\n}\n`
      : `class Orders {\n  ${members}\n  async list() {\n  ${body}\n  }\n}\nconst service = new Orders(null, null);\nconst load = () => service.list();\n`;
  const root = tempProject({
    'package.json': JSON.stringify({
      name: 'shop',
      private: true,
      dependencies: Object.fromEntries(['express', ...dependencies].map((name) => [name, '1'])),
    }),
    [`src/main.${isScript ? 'js' : 'ts'}`]: `${express}${head}\n${asking}app.get('/x', async (req, res) => { res.json(await load(req)); });\napp.listen(3000);\n`,
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`src/${path}`, text])),
  });
  const { findings, problems } = await scan({ root, confidence: 'likely' }, queries);
  expect(problems).toEqual([]);
  return findings.length > 0;
}

const typeorm = {
  dependencies: ['typeorm', 'pg'],
  files: {
    'source.ts': "import { DataSource } from 'typeorm';\nexport const source = new DataSource({ type: 'postgres' });\n",
    'entities.ts': 'export class Order {}\nexport class Line {}\n',
    'repositories.ts':
      "import { source } from './source';\nimport { Line, Order } from './entities';\nexport const orderRepository = source.getRepository(Order);\nexport const lineRepository = source.getRepository(Line);\n",
    'connection.ts': 'export interface Connection { getRepository(entity: unknown): any; }\n',
  },
  head: "import { source } from './source';\nimport { Line, Order } from './entities';",
};
const sequelize = {
  dependencies: ['sequelize', 'pg'],
  files: {
    'models/index.js':
      "const Sequelize = require('sequelize');\nconst sequelize = new Sequelize('postgres://x');\nmodule.exports = { sequelize, Order: sequelize.define('order', {}), Line: sequelize.define('line', {}) };\n",
  },
  head: "const db = require('./models');",
};
const mongoose = {
  dependencies: ['mongoose'],
  files: {
    'models/index.js':
      "const mongoose = require('mongoose');\nmodule.exports = { Order: mongoose.model('Order'), Line: mongoose.model('Line') };\n",
    'models/order.ts': "import mongoose from 'mongoose';\nexport default mongoose.model('Order');\n",
    'models/line.ts': "import mongoose from 'mongoose';\nexport default mongoose.model('Line');\n",
  },
  head: "const db = require('./models');",
};
const mongodb = {
  dependencies: ['mongodb'],
  files: {
    'db.ts':
      "import { MongoClient } from 'mongodb';\nexport const db = new MongoClient('mongodb://x').db();\nexport const orders = db.collection('orders');\nexport const lines = db.collection('lines');\nexport const collections = { orders, lines };\n",
  },
};
const prisma = {
  dependencies: ['@prisma/client'],
  files: {
    'db.ts':
      "import { PrismaClient } from '@prisma/client';\nconst client = new PrismaClient();\nexport default client;\nexport const getClient = () => client;\n",
  },
};
const statement = "'SELECT * FROM lines WHERE order_id = $1', [order.id]";

const forms: Record<string, Form> = {
  'a repository of a data source': {
    ...typeorm,
    list: 'source.getRepository(Order).find()',
    one: 'source.getRepository(Line).findOneBy({ orderId: order.id })',
  },
  'a repository that the module holds': {
    ...typeorm,
    head: `${typeorm.head}\nconst orders = source.getRepository(Order);\nconst lines = source.getRepository(Line);`,
    list: 'orders.find()',
    one: 'lines.find({ where: { orderId: order.id } })',
  },
  'a repository that another module holds': {
    ...typeorm,
    head: "import { lineRepository, orderRepository } from './repositories';",
    list: 'orderRepository.find()',
    one: 'lineRepository.findOne({ where: { orderId: order.id } })',
  },
  'a repository that a field holds': {
    ...typeorm,
    members: 'orders = source.getRepository(Order);\n  lines = source.getRepository(Line);',
    list: 'this.orders.find()',
    one: 'this.lines.findOneBy({ orderId: order.id })',
  },
  'a repository by an interface of the project': {
    ...typeorm,
    head: "import type { Connection } from './connection';\nimport { Line, Order } from './entities';",
    members: 'constructor(private readonly connection: Connection) {}',
    list: 'this.connection.getRepository(Order).find()',
    one: 'this.connection.getRepository(Line).find({ where: { orderId: order.id } })',
  },
  'the manager of a data source': {
    ...typeorm,
    list: 'source.manager.find(Order)',
    one: 'source.manager.findOneBy(Line, { orderId: order.id })',
  },
  'a query builder': {
    ...typeorm,
    list: "source.getRepository(Order).createQueryBuilder('o').getMany()",
    one: "source.getRepository(Line).createQueryBuilder('l').where('l.orderId = :id', { id: order.id }).getMany()",
  },
  'active records': { ...typeorm, list: 'Order.find()', one: 'Line.find({ where: { orderId: order.id } })' },
  'models of an index': { ...sequelize, list: 'db.Order.findAll()', one: 'db.Line.findByPk(order.lineId)' },
  'models of the instance': {
    ...sequelize,
    list: 'db.sequelize.models.Order.findAll()',
    one: 'db.sequelize.models.Line.findAll({ where: { orderId: order.id } })',
  },
  'models that Nest hands in': {
    ...sequelize,
    dependencies: ['sequelize', '@nestjs/sequelize', 'pg'],
    head: '',
    members: 'constructor(private readonly orderModel, private readonly lineModel) {}',
    list: 'this.orderModel.findAll()',
    one: 'this.lineModel.findOne({ where: { orderId: order.id } })',
  },
  'models of documents': { ...mongoose, list: 'db.Order.find()', one: 'db.Line.findOne({ orderId: order.id })' },
  'models of documents, all of them': {
    ...mongoose,
    head: "import Order from './models/order';\nimport Line from './models/line';",
    list: 'Order.find().lean()',
    one: 'Line.find({ orderId: order.id }).lean()',
  },
  'collections that another module holds': {
    ...mongodb,
    head: "import { lines, orders } from './db';",
    list: 'orders.find().toArray()',
    one: 'lines.findOne({ orderId: order.id })',
  },
  'collections of a group': {
    ...mongodb,
    head: "import { collections } from './db';",
    list: 'collections.orders.find().toArray()',
    one: 'collections.lines.findOne({ orderId: order.id })',
  },
  'a client of Prisma under any name': {
    ...prisma,
    head: "import store from './db';",
    list: 'store.order.findMany()',
    one: 'store.line.findFirst({ where: { orderId: order.id } })',
  },
  'a client of Prisma that a function gives': {
    ...prisma,
    head: "import { getClient } from './db';",
    list: 'getClient().order.findMany()',
    one: 'getClient().line.findFirst({ where: { orderId: order.id } })',
  },
  'tables of knex': {
    dependencies: ['knex', 'pg'],
    files: { 'db.ts': "import knex from 'knex';\nexport const db = knex({ client: 'pg' });\n" },
    head: "import { db } from './db';",
    list: "db.table('orders').select()",
    one: "db.table('lines').where({ order_id: order.id }).first()",
  },
  'a helper that is handed the statement': {
    dependencies: ['pg'],
    files: {
      'db.ts':
        "import { Pool } from 'pg';\nconst pool = new Pool();\nexport const query = async (text, values) => (await pool.query(text, values)).rows;\n",
    },
    head: "import { query } from './db';",
    list: "query('SELECT * FROM orders')",
    one: `query(${statement})`,
  },
  'statements of pg-promise': {
    dependencies: ['pg-promise'],
    files: { 'db.ts': "import pgp from 'pg-promise';\nexport const db = pgp()('postgres://x');\n" },
    head: "import { db } from './db';",
    list: "db.any('SELECT * FROM orders')",
    one: `db.oneOrNone(${statement})`,
  },
  'relational queries of drizzle': {
    dependencies: ['drizzle-orm', 'pg'],
    files: {
      'db.ts': "import { drizzle } from 'drizzle-orm/node-postgres';\nexport const db = drizzle('postgres://x');\n",
    },
    head: "import { db } from './db';",
    list: 'db.query.orders.findMany()',
    one: 'db.query.lines.findFirst({ where: { orderId: order.id } })',
  },
};

const others: Record<string, Form> = {
  'what another service calls a repository': {
    dependencies: ['octokit', 'pg'],
    head: "import { Pool } from 'pg';\nimport { client } from './client';\nconst pool = new Pool();",
    files: { 'client.ts': "import { Octokit } from 'octokit';\nexport const client = new Octokit();\n" },
    list: "pool.query('SELECT * FROM orders').rows",
    one: 'client.getRepository(order.name).find()',
  },
  'an array of the program': {
    ...typeorm,
    head: `${typeorm.head}\nconst known = [{ id: 1 }];`,
    list: 'source.getRepository(Order).find()',
    one: 'known.find((one) => one.id === order.id)',
  },
  'what is asked of rows that a query gave': {
    ...typeorm,
    head: `${typeorm.head}\nconst found = await source.getRepository(Line).createQueryBuilder('l').getMany();`,
    list: 'source.getRepository(Order).find()',
    one: 'found.find(order.isMine)',
  },
  'what a list in memory is asked': {
    dependencies: ['pg'],
    head: "import { Pool } from 'pg';\nimport { lines } from './lines';\nconst pool = new Pool();",
    files: { 'lines.ts': 'export const lines = { findOne: (filter) => filter };\n' },
    list: "pool.query('SELECT * FROM orders').rows",
    one: 'lines.findOne({ orderId: order.id })',
  },
};

test.each(Object.entries(forms))('a query a row is told of %s', async (_, form) => {
  expect(await isTold(form)).toBe(true);
});

test.each(Object.entries(others))('no query is %s', async (_, form) => {
  expect(await isTold(form)).toBe(false);
});
