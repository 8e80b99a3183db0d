import { expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const keys = pairs.filter(({ rule }) => rule.id === 'no-redis-keys');
const opening = "import Redis from 'ioredis';\nconst redis = new Redis();\n";
const walk = "await redis.keys('session:*')";

interface Case {
  dependency: string;
  code: string;
  path?: string;
}

/** Whether KEYS in the code is told as something that runs again and again: what calls it is where load comes in. */
async function isReached({ dependency, code, path = 'src/orders.ts' }: Case): Promise<boolean> {
  const manifest = JSON.stringify({ name: 'orders', dependencies: { ioredis: '5', [dependency]: '1' } });
  const root = tempProject({ 'package.json': manifest, [path]: `${opening}${code}\n` });
  const { findings, problems } = await scan({ root, confidence: 'possible' }, keys);
  expect(problems).toEqual([]);
  return findings.length > 0;
}

const entries: Record<string, Case> = {
  'a processor of BullMQ in Nest': {
    dependency: '@nestjs/bullmq',
    code: `import { WorkerHost } from '@nestjs/bullmq';\nexport class Mails extends WorkerHost { async process(job) { return ${walk}; } }`,
  },
  'a controller of LoopBack': {
    dependency: '@loopback/rest',
    code: `import { get } from '@loopback/rest';\nexport class Orders { @get('/orders') async list() { return ${walk}; } }`,
  },
  'a controller of Adonis': {
    dependency: '@adonisjs/core',
    code: `import type { HttpContext } from '@adonisjs/core/http';\nexport default class Orders { async index({ response }: HttpContext) { return response.ok(${walk}); } }`,
  },
  'a controller of Egg': {
    dependency: 'egg',
    code: `import { Controller } from 'egg';\nexport default class Orders extends Controller { async index() { this.ctx.body = ${walk}; } }`,
  },
  'a controller of Strapi': {
    dependency: '@strapi/strapi',
    code: `import { factories } from '@strapi/strapi';\nexport default factories.createCoreController('api::order.order', ({ strapi }) => ({ async find(ctx) { return ${walk}; } }));`,
  },
  'an action of Moleculer': {
    dependency: 'moleculer',
    code: `export default { name: 'orders', actions: { list: { params: {}, async handler(ctx) { return ${walk}; } } } };`,
  },
  'an action of Sails': {
    dependency: 'sails',
    path: 'api/controllers/orders/list.js',
    code: `module.exports = { inputs: {}, fn: async function (inputs) { return ${walk}; } };`,
  },
  'an endpoint of Astro': {
    dependency: 'astro',
    path: 'src/pages/orders.json.ts',
    code: `export const GET = async () => new Response(JSON.stringify(${walk}));`,
  },
  'a server of Bun': {
    dependency: 'bun-types',
    code: `Bun.serve({ port: 3000, async fetch(incoming) { return Response.json(${walk}); } });`,
  },
  'a function of Lambda that no type tells of': {
    dependency: 'ioredis-mock',
    code: `export const handler = async (event, context) => ${walk};`,
  },
  'what middy wraps': {
    dependency: '@middy/core',
    code: `import middy from '@middy/core';\nconst list = async (input) => ${walk};\nexport const main = middy(list);`,
  },
  'a function of Azure': {
    dependency: '@azure/functions',
    code: `import { app } from '@azure/functions';\napp.http('orders', { methods: ['GET'], handler: async () => ({ jsonBody: ${walk} }) });`,
  },
  'a function of Google Cloud': {
    dependency: '@google-cloud/functions-framework',
    code: `import { http } from '@google-cloud/functions-framework';\nhttp('orders', async (a, b) => { b.json(${walk}); });`,
  },
  'a field of a GraphQL type': {
    dependency: 'graphql',
    code: `export const resolvers = { User: { orders: async (parent, args, context) => ${walk} } };`,
  },
  'the context of Apollo': {
    dependency: '@apollo/server',
    code: `import { startStandaloneServer } from '@apollo/server/standalone';\nstartStandaloneServer(server, { context: async () => ({ all: ${walk} }) });`,
  },
  'a method of gRPC, by name': {
    dependency: '@grpc/grpc-js',
    code: `import { Server } from '@grpc/grpc-js';\nasync function list(call, callback) { callback(null, ${walk}); }\nconst server = new Server();\nserver.addService(definition, { list });`,
  },
  'a strategy of Passport': {
    dependency: 'passport-local',
    code: `import { Strategy } from 'passport-local';\nexport const strategy = new Strategy(async (user, password, done) => { done(null, ${walk}); });`,
  },
  'a function of Inngest': {
    dependency: 'inngest',
    code: `import { inngest } from './client';\nexport const sync = inngest.createFunction({ id: 'sync' }, { event: 'orders/paid' }, async () => ${walk});`,
  },
  'a task of trigger.dev that is called run': {
    dependency: '@trigger.dev/sdk',
    code: `import { task } from '@trigger.dev/sdk/v3';\nexport const sync = task({ id: 'sync', run: async (payload) => ${walk} });`,
  },
  'an activity of Temporal': {
    dependency: '@temporalio/worker',
    path: 'src/activities.ts',
    code: `export async function sync(order: string) { return ${walk}; }`,
  },
  'a command of a bot': {
    dependency: 'discord.js',
    code: `import { Command } from './command';\nexport default class Ping extends Command { async run(interaction) { await interaction.reply(String(${walk})); } }`,
  },
  'a job of the project': {
    dependency: 'bull',
    code: `import { BaseJob } from './base-job';\nexport class Clean extends BaseJob { async handle(payload) { return ${walk}; } }`,
  },
  'a hook of Mongoose': {
    dependency: 'mongoose',
    code: `import { Schema } from 'mongoose';\nexport const order = new Schema({});\norder.post('save', async function () { return ${walk}; });`,
  },
  'a hook of Sequelize': {
    dependency: 'sequelize-typescript',
    code: `import { AfterUpdate, Model } from 'sequelize-typescript';\nexport class Order extends Model { @AfterUpdate static async clear(order: Order) { return ${walk}; } }`,
  },
  'a subscriber of TypeORM': {
    dependency: 'typeorm',
    code: `import type { EntitySubscriberInterface } from 'typeorm';\nexport class Orders implements EntitySubscriberInterface { async afterUpdate(event) { return ${walk}; } }`,
  },
  'a hook of Payload': {
    dependency: 'payload',
    code: `export const Orders = { slug: 'orders', hooks: { afterChange: [async ({ doc }) => { ${walk}; return doc; }] } };`,
  },
  'what a Map of handlers gives': {
    dependency: 'express',
    code: `import express from 'express';\nconst handlers = new Map([['paid', onPaid]]);\nasync function onPaid(order) { return ${walk}; }\nexpress().post('/hook', async (req, res) => { await handlers.get(req.body.kind)?.(req.body); res.end(); });`,
  },
  'a method of one of a record of providers': {
    dependency: 'express',
    code: `import express from 'express';\nabstract class Provider { abstract charge(cents: number): Promise<unknown> }\nclass Stripe extends Provider { async charge(cents: number) { return ${walk}; } }\nconst providers: Record<string, Provider> = { stripe: new Stripe() };\nexpress().post('/pay', async (req, res) => { res.json(await providers[req.body.by].charge(1)); });`,
  },
};

test.each(Object.entries(entries))('load comes in by %s', async (_, one) => {
  expect(await isReached(one)).toBe(true);
});

const others: Record<string, Case> = {
  'the run of a command of a command line': {
    dependency: '@oclif/core',
    code: `import { Command } from '@oclif/core';\nexport default class Count extends Command { async run() { return ${walk}; } }`,
  },
  'a file called activities of what knows no Temporal': {
    dependency: 'express',
    path: 'src/activities.ts',
    code: `async function sync(order: string) { return ${walk}; }\nexport { sync };`,
  },
  'a hidden method of a job': {
    dependency: 'bull',
    code: `import { BaseJob } from './base-job';\nexport class Clean extends BaseJob { #handle(payload) { return (async () => ${walk})(); } }`,
  },
  'a field of a group of options': {
    dependency: 'express',
    code: `export const options = { Users: { load: async (parent) => ${walk} } };`,
  },
  'an entry of a Map that nothing looks up': {
    dependency: 'express',
    code: `const handlers = new Map([['paid', onPaid]]);\nasync function onPaid(order) { return ${walk}; }\nconsole.log(handlers.size);`,
  },
};

test.each(Object.entries(others))('no load comes in by %s', async (_, one) => {
  expect(await isReached(one)).toBe(false);
});
