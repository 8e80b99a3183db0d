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
  'a consumer of Kafka by the type of its messages': {
    dependency: 'kafkajs',
    code: `import type { EachMessagePayload } from 'kafkajs';\nimport { broker } from './broker';\nbroker.consume('orders', async (payload: EachMessagePayload) => ${walk});`,
  },
  'a function of Lambda by the type of its event': {
    dependency: '@sentry/serverless',
    code: `import type { APIGatewayProxyEventV2 } from 'aws-lambda';\nimport * as Sentry from '@sentry/serverless';\nexport const pay = Sentry.AWSLambda.wrapHandler(async (event: APIGatewayProxyEventV2) => ${walk});`,
  },
  'a command of a bot whose type a part of the library gives': {
    dependency: 'grammy',
    code: `import type { Bot } from 'grammy/web';\nexport function setUp(bot: Bot) { bot.command('all', async (ctx) => ctx.reply(String(${walk}))); }`,
  },
  'a resolver by its type of graphql-schema-typescript': {
    dependency: 'graphql',
    code: `import type { ArticleToTagsResolver } from 'definitions';\nconst resolver: ArticleToTagsResolver = async ({ id }, { first }) => ${walk};\nexport default resolver;`,
  },
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
  'a route of Hono that has a schema': {
    dependency: '@hono/zod-openapi',
    code: `import { OpenAPIHono } from '@hono/zod-openapi';\nconst app = new OpenAPIHono();\napp.openapi(listOrders, async (c) => c.json(${walk}));`,
  },
  'a handler that a factory of Hono makes': {
    dependency: 'hono',
    code: `import { createFactory } from 'hono/factory';\nconst factory = createFactory();\nexport const list = factory.createHandlers(async (c) => c.json(${walk}));`,
  },
  'a route of Elysia in a chain': {
    dependency: 'elysia',
    code: `import { Elysia } from 'elysia';\nexport const app = new Elysia({ prefix: '/orders' }).use(session).get('/', async ({ query }) => ${walk});`,
  },
  'a router of ts-rest': {
    dependency: '@ts-rest/express',
    code: `import { initServer } from '@ts-rest/express';\nconst s = initServer();\nexport const router = s.router(contract, { list: async ({ params }) => ({ status: 200, body: ${walk} }) });`,
  },
  'a router of ts-rest within another': {
    dependency: '@ts-rest/express',
    code: `import { initServer } from '@ts-rest/express';\nconst s = initServer();\nexport const router = s.router(contract, { orders: { list: async ({ params }) => ({ status: 200, body: ${walk} }) } });`,
  },
  'a handler of ts-rest in Nest': {
    dependency: '@ts-rest/nest',
    code: `import { TsRestHandler, tsRestHandler } from '@ts-rest/nest';\nexport class Orders { @TsRestHandler(contract) async handler() { return tsRestHandler(contract, { list: async ({ params }) => ({ status: 200, body: ${walk} }) }); } }`,
  },
  'a procedure of oRPC': {
    dependency: '@orpc/server',
    code: `import { os } from '@orpc/server';\nexport const list = os.input(schema).handler(async ({ input }) => ${walk});`,
  },
  'a function of a server of TanStack Start': {
    dependency: '@tanstack/react-start',
    code: `import { createServerFn } from '@tanstack/react-start';\nexport const list = createServerFn({ method: 'GET' }).validator(schema).handler(async ({ data }) => ${walk});`,
  },
  'an action of Astro': {
    dependency: 'astro',
    code: `import { defineAction } from 'astro:actions';\nexport const server = { list: defineAction({ input: schema, handler: async (input) => ${walk} }) };`,
  },
  'an action of next-safe-action': {
    dependency: 'next-safe-action',
    code: `import { actionClient } from './safe-action';\nexport const list = actionClient.schema(schema).action(async ({ parsedInput }) => ${walk});`,
  },
  'an action of SvelteKit': {
    dependency: '@sveltejs/kit',
    path: 'src/routes/orders/+page.server.ts',
    code: `export const actions = { default: async (event) => ({ all: ${walk} }) };`,
  },
  'the hook of a server of SvelteKit': {
    dependency: '@sveltejs/kit',
    path: 'src/hooks.server.ts',
    code: `export const handle = async ({ event, resolve }) => { event.locals.all = ${walk}; return resolve(event); };`,
  },
  'a loader of React Router, by its type': {
    dependency: '@react-router/node',
    path: 'app/orders/list.tsx',
    code: `import type { Route } from './+types/list';\nexport async function loader({ params }: Route.LoaderArgs) { return ${walk}; }`,
  },
  'a page of Next that is rendered for each request': {
    dependency: 'next',
    path: 'src/app/orders/page.tsx',
    code: `export default async function Page({ searchParams }) { const all = ${walk}; return all.length; }`,
  },
  'a page of Next for each order': {
    dependency: 'next',
    path: 'app/orders/[id]/page.tsx',
    code: `export default async function Page({ params }) { const all = ${walk}; return all.length; }`,
  },
  'a route of a server of Bun': {
    dependency: 'bun-types',
    code: `Bun.serve({ routes: { '/orders': async (incoming) => Response.json(${walk}), '/all': { GET: async () => Response.json([]) } } });`,
  },
  'a method of a route of a server of Bun': {
    dependency: 'bun-types',
    code: `Bun.serve({ routes: { '/orders': { GET: async (incoming) => Response.json(${walk}) } } });`,
  },
  'a server of Deno': {
    dependency: 'ioredis-mock',
    code: `Deno.serve(async (incoming) => Response.json(${walk}));`,
  },
  'a socket of uWebSockets.js': {
    dependency: 'uWebSockets.js',
    code: `import uWS from 'uWebSockets.js';\nuWS.App().ws('/*', { message: async (peer, text) => { peer.send(String(${walk})); } });`,
  },
  'a function of the cloud code of Parse': {
    dependency: 'parse-server',
    code: `Parse.Cloud.define('orders', async (input) => ${walk});`,
  },
  'a call of Firebase, second generation': {
    dependency: 'firebase-functions',
    code: `import { onCall } from 'firebase-functions/v2/https';\nexport const list = onCall({ region: 'europe-west1' }, async (call) => ${walk});`,
  },
  'a change of Firestore': {
    dependency: 'firebase-functions',
    code: `import { onDocumentWritten } from 'firebase-functions/v2/firestore';\nexport const list = onDocumentWritten('orders/{id}', async (change) => { ${walk}; });`,
  },
  'a function of the Serverless Framework under a name of its own': {
    dependency: 'serverless',
    code: `module.exports.listOrders = async (event, context) => ({ statusCode: 200, body: JSON.stringify(${walk}) });`,
  },
  'a method of Meteor in an object': {
    dependency: 'meteor-node-stubs',
    code: `import { ValidatedMethod } from 'meteor/mdg:validated-method';\nexport const list = new ValidatedMethod({ name: 'orders.list', validate: null, async run({ all }) { return ${walk}; } });`,
  },
  'a job of Agenda that is handed in': {
    dependency: 'agenda',
    code: `export default (agenda) => { agenda.define('orders', async (job) => { ${walk}; }); };`,
  },
  'a queue of Bull of another file': {
    dependency: 'bull',
    code: `import { orders } from './queues';\norders.process(5, async (job) => ${walk});`,
  },
  'a consumer of RabbitMQ that a channel is handed to': {
    dependency: 'amqplib',
    code: `export async function listen(channel) { await channel.consume('orders', async (delivery) => { ${walk}; channel.ack(delivery); }); }`,
  },
  'a consumer of SQS': {
    dependency: 'sqs-consumer',
    code: `import { Consumer } from 'sqs-consumer';\nexport const consumer = Consumer.create({ queueUrl: 'q', handleMessage: async (delivery) => { ${walk}; } });`,
  },
  'a controller of an older Strapi': {
    dependency: 'strapi',
    path: 'api/order/controllers/order.js',
    code: `module.exports = { async find(ctx) { return ${walk}; } };`,
  },
  'a subgraph that finds what another names': {
    dependency: '@apollo/subgraph',
    code: `export const resolvers = { Order: { async __resolveReference(reference) { return ${walk}; } } };`,
  },
  'an object of Cloudflare that lasts': {
    dependency: 'wrangler',
    code: `import { DurableObject } from 'cloudflare:workers';\nexport class Orders extends DurableObject { async list() { return ${walk}; } }`,
  },
  'a page of functions of Cloudflare': {
    dependency: 'wrangler',
    path: 'functions/orders.ts',
    code: `export const onRequestGet = async ({ env }) => Response.json(${walk});`,
  },
  'a function of Netlify': {
    dependency: '@netlify/functions',
    path: 'netlify/functions/orders.ts',
    code: `export default async (incoming) => Response.json(${walk});`,
  },
  'the session of Auth.js': {
    dependency: 'next-auth',
    code: `export const options = { callbacks: { async session({ session, token }) { session.all = ${walk}; return session; } } };`,
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
  'a handler that a deployment calls for a resource': {
    dependency: 'aws-lambda',
    code: `import type { CloudFormationCustomResourceEvent } from 'aws-lambda';\nexport const handler = async (event: CloudFormationCustomResourceEvent) => { const all = ${walk}; return { PhysicalResourceId: String(all.length) }; };`,
  },
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
  'a page of Next that is rendered when it is built': {
    dependency: 'next',
    path: 'src/app/about/page.tsx',
    code: `export default async function Page() { const all = ${walk}; return all.length; }`,
  },
  'a page of Next whose addresses are listed beforehand': {
    dependency: 'next',
    path: 'app/orders/[id]/page.tsx',
    code: `export function generateStaticParams() { return [{ id: '1' }]; }\nexport default async function Page({ params }) { const all = ${walk}; return all.length; }`,
  },
  'a page of SvelteKit that is rendered when it is built': {
    dependency: '@sveltejs/kit',
    path: 'src/routes/version.json/+server.ts',
    code: `export const prerender = true;\nexport async function GET() { return new Response(String(${walk})); }`,
  },
  'a loader of a page that has no server': {
    dependency: 'react-router',
    path: 'src/orders/list.tsx',
    code: `import type { LoaderFunctionArgs } from 'react-router';\nexport async function loader({ params }: LoaderFunctionArgs) { return ${walk}; }`,
  },
  'what takes an event in a project without functions of a cloud': {
    dependency: 'express',
    code: `export async function note(event, context) { return ${walk}; }`,
  },
  'a process that is no queue': {
    dependency: 'unified',
    code: `import { pipeline } from './pipeline';\npipeline.process(async (tree) => ${walk});`,
  },
  'an entry of a Map that nothing looks up': {
    dependency: 'express',
    code: `const handlers = new Map([['paid', onPaid]]);\nasync function onPaid(order) { return ${walk}; }\nconsole.log(handlers.size);`,
  },
};

test.each(Object.entries(others))('no load comes in by %s', async (_, one) => {
  expect(await isReached(one)).toBe(false);
});
