import { expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const timeouts = pairs.filter(({ rule }) => rule.id === 'require-outbound-timeout');
const ask = "(await fetch('https://rates.example/')).json()";
const express = "import express from 'express';\nconst app = express();\napp.listen(3000);\n";
const apollo = "import { ApolloServer } from '@apollo/server';\n";

/** Whether a request is seen to wait for the call in one of the files. */
async function isReached(files: Record<string, string>): Promise<boolean> {
  const dependencies = { express: '5', '@apollo/server': '4', 'express-graphql': '0.12', graphql: '16', ws: '8' };
  const root = tempProject({
    'package.json': JSON.stringify({ name: 'desk', private: true, dependencies }),
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`src/${path}`, text])),
  });
  const { findings, problems } = await scan({ root, confidence: 'likely' }, timeouts);
  expect(problems).toEqual([]);
  return findings.length > 0;
}

const reached: Record<string, Record<string, string>> = {
  'a resolver that the map names': {
    'main.ts': `${apollo}import { loadRates } from './rates';\nconst resolvers = { Query: { rates: loadRates } };\nnew ApolloServer({ resolvers });\n`,
    'rates.ts': `export async function loadRates(_, { id }) { return ${ask}; }\n`,
  },
  'a resolver that a maker gives': {
    'main.ts': `${apollo}import { makeRates } from './rates';\nconst resolvers = { Query: { rates: makeRates({}) } };\nnew ApolloServer({ resolvers });\n`,
    'rates.ts': `export const makeRates = (deps) => async (_, { id }) => ${ask};\n`,
  },
  'a resolver behind a wrapper that the map names': {
    'main.ts': `${apollo}import { withUser } from './auth';\nimport { loadRates } from './rates';\nconst resolvers = { Mutation: { rates: withUser(loadRates) } };\nnew ApolloServer({ resolvers });\n`,
    'auth.ts': 'export const withUser = (next) => (parent, args, context) => next(parent, args, context);\n',
    'rates.ts': `export async function loadRates(_, { id }) { return ${ask}; }\n`,
  },
  'all resolvers of a type, under another name': {
    'main.ts': `${apollo}import { rateQueries } from './queries';\nnew ApolloServer({ resolvers: { Query: rateQueries } });\n`,
    'queries.ts': `export const rateQueries = { rates: async (_, { id }) => ${ask} };\n`,
  },
  'resolvers that are spread into a type': {
    'main.ts': `${apollo}import { rateQueries } from './queries';\nimport user from './user';\nnew ApolloServer({ resolvers: { Query: { ...rateQueries, ...user.Query } } });\n`,
    'queries.ts': `export const rateQueries = { rates: async (_, { id }) => ${ask} };\n`,
    'user.ts': 'export default { Query: {} };\n',
  },
  'resolvers of a constant of the file': {
    'main.ts': `${apollo}const queries = { rates: async (_, { id }) => ${ask} };\nnew ApolloServer({ resolvers: { Query: queries } });\n`,
  },
  'a module that is a type of the schema': {
    'main.ts': `${apollo}import * as Query from './queries';\nnew ApolloServer({ resolvers: { Query } });\n`,
    'queries.ts': `export async function rates(_, { id }) { return ${ask}; }\n`,
  },
  'fields of a type beside the roots': {
    'main.ts': `${apollo}import { ratesOfShop } from './rates';\nnew ApolloServer({ resolvers: { Query: {}, Shop: { rates: ratesOfShop } } });\n`,
    'rates.ts': `export async function ratesOfShop(shop) { return ${ask}; }\n`,
  },
  'a root value': {
    'main.js': `const { graphqlHTTP } = require('express-graphql');\nconst root = require('./root');\nrequire('express')().use(graphqlHTTP({ schema: {}, rootValue: root }));\n`,
    'root.js': `module.exports = { rates: async ({ id }) => ${ask} };\n`,
  },
  'a resolver by what it satisfies': {
    'rates.ts': `import type { QueryResolvers } from './generated';\nexport const makeRates = () => (async (_parent, { id }) => ${ask}) satisfies QueryResolvers['rates'];\n`,
  },
  'resolvers by the type of what a function gives': {
    'rates.ts': `import type { Resolvers } from './generated';\nimport { loadRates } from './load';\nexport const queries = (): Resolvers['Query'] => ({ rates: loadRates });\n`,
    'load.ts': `export async function loadRates(_parent, { id }) { return ${ask}; }\n`,
  },
  'what a table of another file holds, by a key': {
    'main.ts': `${express}import { handlers } from './handlers';\napp.post('/:kind', async (req, res) => { res.json(await handlers[req.params.kind](req.body)); });\n`,
    'handlers.ts': `export const handlers = { rates: async (body) => ${ask} };\n`,
  },
  'a method of what a table holds, by a key': {
    'main.ts': `${express}import { providers } from './providers';\napp.get('/:name', async (req, res) => { const provider = providers[req.params.name]; res.json(await provider.load()); });\n`,
    'providers.ts': "import { Bank } from './bank';\nexport const providers = { bank: new Bank() };\n",
    'bank.ts': `export class Bank { async load() { return ${ask}; } }\n`,
  },
  'a function of a module that is a table': {
    'main.js': `const express = require('express');\nconst handlers = require('./handlers');\nconst app = express();\napp.post('/:kind', async (req, res) => { res.json(await handlers[req.params.kind](req.body)); });\napp.listen(3000);\n`,
    'handlers.js': `exports.rates = async (body) => ${ask};\n`,
  },
  'a method of the options of what mounts the route': {
    'main.ts': `${express}import { attachBank } from './bank';\nattachBank(app);\n`,
    'login.ts':
      'export function makeLogin(opts) { return (app) => { app.get(opts.path, async (req, res) => { res.json(await opts.loadProfile(req.query.code)); }); }; }\n',
    'bank.ts': `import { makeLogin } from './login';\nexport const attachBank = makeLogin({ path: '/bank', async loadProfile(code) { return ${ask}; } });\n`,
  },
  'a function of another file among the options, by a pattern': {
    'main.ts': `${express}import { mountLogin } from './login';\nimport { loadBankProfile } from './profile';\nmountLogin(app, { path: '/x', loadProfile: loadBankProfile });\n`,
    'login.ts':
      'export function mountLogin(app, { path, loadProfile }) { app.get(path, async (req, res) => { res.json(await loadProfile(req.query.code)); }); }\n',
    'profile.ts': `export async function loadBankProfile(code) { return ${ask}; }\n`,
  },
  'a handler that is handed to what mounts it': {
    'main.ts': `${express}import { mount } from './mount';\nmount(app, { path: '/x', handler: async (input) => ${ask} });\n`,
    'mount.ts':
      "import type { Express } from 'express';\nexport function mount(app: Express, route) { app.get(route.path, route.handler); }\n",
  },
  'a method of what a container of a package gives, by its telling name': {
    'main.ts': `${express}import ws from 'ws';\nimport { Bank } from './bank';\nawait new Bank().loadRatesOfBank();\napp.get('/', async (req, res) => { res.json(await ws.container.get('bank').loadRatesOfBank()); });\n`,
    'bank.ts': `export class Bank { async loadRatesOfBank() { return ${ask}; } }\n`,
  },
  'a use case that a maker gives to a controller': {
    'main.ts': `${express}import { getRates } from './controllers';\nimport { toHandler } from './handler';\napp.get('/', toHandler(getRates));\n`,
    'handler.ts':
      'export const toHandler = (controller) => (req, res) => controller({ body: req.body }).then((found) => res.json(found));\n',
    'controllers.ts': "import { makeGetRates } from './get-rates';\nexport const getRates = makeGetRates({});\n",
    'get-rates.ts': `export const makeGetRates = (deps) => async function getRates(input) { return ${ask}; };\n`,
  },
  'a service by the type of a part of what is handed in': {
    'main.ts': `${express}import { makeRates } from './rates';\nimport { makeRoutes } from './routes';\napp.use(makeRoutes({ rates: makeRates({}) }));\n`,
    'routes.ts': `import { Router } from 'express';\nimport type { makeRates } from './rates';\ninterface Parts { rates: ReturnType<typeof makeRates> }\nexport const makeRoutes = (parts: Parts) => { const router = Router(); router.get('/', async (req, res) => res.json(await parts.rates.list())); return router; };\n`,
    'rates.ts': `export const makeRates = (deps) => ({ async list() { return ${ask}; } });\n`,
  },
};

const router = (body: string): string =>
  `const Router = require('express').Router;\nconst router = new Router();\nrouter.get('/', async (req, res) => { res.json(${body}); });\nmodule.exports = router;\n`;
const routers = (names: readonly string[], more = ''): Record<string, string> => ({
  'main.js': `const express = require('express');\nconst app = express();\n${names.map((name) => `app.use('/${name}', require('./routes/${name}'));\n`).join('')}${more}app.listen(3000);\n`,
  'routes/orders.js': router('1'),
  'routes/shops.js': router('2'),
  'routes/users.js': router('3'),
  'routes/rates.js': router(ask),
});
reached['a router that is mounted'] = routers(['orders', 'shops', 'users', 'rates']);
reached['routers of a folder that is loaded by names'] = routers(
  [],
  "for (const name of require('fs').readdirSync('routes')) app.use(require('./routes/' + name));\n",
);

const unreached: Record<string, Record<string, string>> = {
  'a router that nobody mounts but a comment, though others are': routers(
    ['orders', 'shops', 'users'],
    "// app.use('/rates', require('./routes/rates'));\n",
  ),
  'a controller of a router that nobody mounts, and what that calls': {
    ...routers(['orders', 'shops', 'users']),
    'routes/rates.js':
      "const router = require('express').Router();\nconst { list } = require('../controllers/rates');\nrouter.get('/', list);\nmodule.exports = router;\n",
    'controllers/rates.js': `const { load } = require('../load');\nexports.list = async (req, res) => { res.json([await load(req), ${ask}]); };\n`,
    'load.js': `exports.load = async (file) => ${ask};\n`,
  },
  'what only a router that nobody mounts calls, whatever it listens to': {
    ...routers(['orders', 'shops', 'users']),
    'routes/rates.js': `const { load } = require('../load');\n${router('await load(req)')}`,
    'load.js': `exports.load = async (file) => { file.on('end', () => {}); return ${ask}; };\n`,
  },
  'what one call hands to a helper, by way of another call of it': {
    'main.ts': `${express}import { again } from './again';\napp.get('/', async (req, res) => { res.json(await again(async () => 1)); });\n`,
    'again.ts':
      'export async function again(run) { for (let i = 0; i < 3; i++) { try { return await run(); } catch {} } }\n',
    'report.ts': `import { again } from './again';\nexport const report = () => again(async () => ${ask});\n`,
  },
  'a function of a table that nobody looks into': {
    'main.ts': `${express}import { handlers } from './handlers';\napp.post('/', async (req, res) => { res.json(Object.keys(handlers)); });\n`,
    'handlers.ts': `export const handlers = { rates: async (body) => ${ask} };\n`,
  },
  'an option that whoever is handed it never calls': {
    'main.ts': `${express}import { mountLogin } from './login';\nmountLogin(app, { path: '/x', loadProfile: async (code) => ${ask} });\n`,
    'login.ts':
      'export function mountLogin(app, opts) { app.get(opts.path, async (req, res) => { res.json(req.query.code); }); }\n',
  },
  'a method of the name that what a package gives has': {
    'main.ts': `${express}import ws from 'ws';\nimport { Bank } from './bank';\nawait new Bank().loadRatesOfBank();\napp.get('/', async (req, res) => { const hub = await new ws.parts.Hub().openHub(); res.json(await hub.loadRatesOfBank()); });\n`,
    'bank.ts': `export class Bank { async loadRatesOfBank() { return ${ask}; } }\n`,
  },
  'a field of a type that is a word of another kind': {
    'main.ts': `${apollo}import { loadRates } from './rates';\nexport const columns = { query: { rates: loadRates } };\n`,
    'rates.ts': `export async function loadRates(id) { return ${ask}; }\n`,
  },
};

const serves = (name: string): string =>
  `${express}import { Count, Rates, Later } from './feeds';\nawait new Rates().read();\nconst feed = new ${name}();\napp.get('/', async (req, res) => { res.json(await feed.read()); });\n`;
const feeds = (base: string): string =>
  `${base}\nexport class Count extends Feed { async page() { return 1; } }\nexport class Rates extends Feed { async page() { return ${ask}; } }\nexport class Later extends Rates {}\n`;
const abstractFeed = 'abstract class Feed { abstract page(): Promise<unknown>; async read() { return this.page(); } }';
const plainFeed = 'class Feed { async page() { return 0; } async read() { return [1].map(() => this.page()); } }';
const privateFeed =
  'abstract class Feed { abstract page(): Promise<unknown>; async #all() { return this.page(); } async read() { return this.#all(); } }';
for (const [kind, base] of Object.entries({
  abstract: abstractFeed,
  overridden: plainFeed,
  'indirectly called': privateFeed,
})) {
  reached[`an ${kind} page of the class that is read`] = { 'main.ts': serves('Rates'), 'feeds.ts': feeds(base) };
  reached[`an ${kind} page of what the class that is read extends`] = {
    'main.ts': serves('Later'),
    'feeds.ts': feeds(base),
  };
  reached[`an ${kind} page of any of the classes that a list holds`] = {
    'main.ts': `${express}import { list } from './list';\napp.get('/:id', async (req, res) => { res.json(await list[req.params.id].read()); });\n`,
    'list.ts':
      "import { Count, Rates } from './feeds';\nexport const list = { count: new Count(), rates: new Rates() };\n",
    'feeds.ts': feeds(base),
  };
  unreached[`an ${kind} page of another class than the one that is read`] = {
    'main.ts': serves('Count'),
    'feeds.ts': feeds(base),
  };
}
for (const [holds, name] of [
  [reached, 'Rates'],
  [unreached, 'Count'],
] as const) {
  holds[`a page of a class whose base is in another file, where ${name} is read`] = {
    'main.ts': serves(name),
    'base.ts': `export ${plainFeed}\n`,
    'feeds.ts': feeds("import { Feed } from './base';"),
  };
}
reached['what a class does by the method that it overrides'] = {
  'main.ts': serves('Rates'),
  'feeds.ts': `class Feed { async read() { return ${ask}; } }\nexport class Rates extends Feed { async read() { return super.read(); } }\n`,
};
unreached['a page of another class than the one that is read by super'] = {
  'main.ts': serves('Count'),
  'feeds.ts': `${abstractFeed}\nexport class Count extends Feed { async page() { return 1; } async read() { return super.read(); } }\nexport class Rates extends Feed { async page() { return ${ask}; } }\n`,
};

test.each(Object.entries(reached))('requests are followed to %s', async (_, files) => {
  expect(await isReached(files)).toBe(true);
});

test.each(Object.entries(unreached))('requests do not lead to %s', async (_, files) => {
  expect(await isReached(files)).toBe(false);
});

test('what a package offers, and only hands on itself, is left to its users', async () => {
  const users = pairs.filter(({ rule }) => rule.id === 'no-blocking-json');
  const root = tempProject({
    'package.json': JSON.stringify({
      name: 'adapter',
      version: '1.0.0',
      main: 'src/index.ts',
      files: ['src'],
      dependencies: { mongoose: '8' },
    }),
    'src/index.ts':
      "import { makeAdapter } from './make';\nimport { find } from './find';\nexport { find };\nexport const adapter = () => makeAdapter({ find });\n",
    'src/make.ts': 'export function makeAdapter(parts) { return { ...parts }; }\n',
    'src/find.ts':
      "import mongoose from 'mongoose';\nconst Item = mongoose.model('Item');\nexport async function find() {\n  const items = await Item.find({});\n  return JSON.parse(JSON.stringify(items));\n}\n",
  });
  const { findings, refuted } = await scan({ root, confidence: 'possible' }, users);
  expect({ findings: findings.length, refuted: refuted.length }).toEqual({ findings: 1, refuted: 0 });
});
