import { describe, expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import type { ScanRequest } from '../../src/engine/scan-request.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import { callRule, plainRule, repeatedRule, requestRule, sureRule, usersRule } from './sample-rules.ts';
import { tempProject } from './temp-project.ts';

const slow = 'declare function slow(): void;\n';

async function chainsIn(
  files: Record<string, string>,
  pair = requestRule,
  request: Partial<ScanRequest> = {},
): Promise<string[][]> {
  const { findings } = await scan({ root: tempProject(files), ...request }, [pair]);
  return findings.map(({ file, related }) => [
    ...related.map((step) => `${step.file}:${step.range.start.line} ${step.note}`),
    file,
  ]);
}

test('a finding is as sure as it says where the rest of the project bears it out, and possible elsewhere', async () => {
  const files = {
    'src/server.ts': `import express from 'express';
import { busy } from './busy.js';
express().get('/', (req, res) => { busy(); res.end(); });
`,
    'src/busy.ts': `${slow}export const busy = () => slow();\n`,
    'src/idle.ts': `${slow}export const idle = () => slow();\n`,
  };
  const root = tempProject(files);
  const sureOf = async (confidence: 'likely' | 'possible') => {
    const { findings } = await scan({ root, confidence }, [sureRule]);
    return findings.map((finding) => `${finding.file} ${finding.confidence} ${finding.related.length}`);
  };
  expect(await sureOf('possible')).toEqual(['src/busy.ts likely 2', 'src/idle.ts possible 0']);
  expect(await sureOf('likely')).toEqual(['src/busy.ts likely 2']);
});

test('a finding that is only possible for what other files show says what was not found', async () => {
  const home = `${slow}export const idle = () => slow();\n`;
  const doubtsOf = async (files: Record<string, string>, pair: typeof sureRule) => {
    const { findings } = await scan({ root: tempProject(files), confidence: 'possible' }, [pair]);
    return findings.map(({ confidence, doubt }) => `${confidence}: ${doubt}`);
  };
  const main = "import { idle } from './idle.js';\nidle();\n";
  const called = { 'src/idle.ts': home, 'src/main.ts': main };
  expect(await doubtsOf(called, sureRule)).toEqual(['possible: No request handler was found that reaches `idle`']);
  const unused = {
    'src/idle.ts': `${home}export const other = 1;\n`,
    'src/main.ts': "import { other } from './idle.js';\nconsole.log(other);\n",
  };
  expect(await doubtsOf(unused, plainRule)).toEqual(['possible: Nothing of the project is seen to run it']);
  expect(await doubtsOf(called, plainRule)).toEqual(['likely: undefined']);
});

describe('what nothing of a service runs', () => {
  const body = '{ return slow(); }\n';
  const confidencesIn = async (files: Record<string, string>): Promise<string[]> => {
    const { findings } = await scan({ root: tempProject(files), confidence: 'possible' }, [plainRule]);
    return findings.map(({ file, scope, confidence }) => `${file} ${scope} ${confidence}`);
  };

  test.each([
    ['named imports', "import { find } from './store';\nfind();\n"],
    ['members of a namespace', "import * as store from './store';\nstore.find();\n"],
    ['a dynamic import', "const { find } = await import('./store');\nfind();\n"],
  ])('is possible: a function that those who import its file never name (%s)', async (_, main) => {
    const store = `${slow}export function find() ${body}export function findAll() ${body}`;
    expect(await confidencesIn({ 'src/orders.ts': main, 'src/store.ts': store })).toEqual([
      'src/store.ts find likely',
      'src/store.ts findAll possible',
    ]);
  });

  test.each([
    ['is named', "import { findAll } from './store';\nfindAll();\n"],
    ['may be looked up', "import * as store from './store';\nexport const run = (name: string) => store[name]();\n"],
    ['is handed on', "import { container } from './container';\ncontainer.add('store', require('./store'));\n"],
    ['is exported again and named', "export * from './store';\n", "import { findAll } from './orders';\nfindAll();\n"],
  ])('is sure where it %s', async (_, main, other = '') => {
    const store = `${slow}export function find() ${body}export function findAll() ${body}`;
    const files = { 'src/orders.ts': main, 'src/store.ts': store, 'src/other.ts': other };
    expect(await confidencesIn(files)).toContain('src/store.ts findAll likely');
  });

  test('counts what only such a function calls, and no published package', async () => {
    const store = `${slow}export function find() {}\nexport function findAll() { return load(); }\nfunction load() ${body}`;
    const files = { 'src/orders.ts': "import { find } from './store';\nfind();\n", 'src/store.ts': store };
    expect(await confidencesIn(files)).toEqual(['src/store.ts load possible']);
    const manifest = JSON.stringify({ name: 'orders', version: '1.0.0', types: 'index.d.ts' });
    expect(await confidencesIn({ ...files, 'package.json': manifest })).toEqual(['src/store.ts load likely']);
  });

  test('is possible: a method that no file names, of a class without a contract', async () => {
    const filesOf = (heritage: string) => ({
      'src/orders.ts': "import { Store } from './store';\nnew Store().find();\n",
      'src/store.ts': `${slow}export class Store${heritage} {\n  find() ${body}  findAll() ${body}}\n`,
    });
    expect(await confidencesIn(filesOf(''))).toEqual([
      'src/store.ts Store.find likely',
      'src/store.ts Store.findAll possible',
    ]);
    expect(await confidencesIn(filesOf(' implements Repository'))).toContain('src/store.ts Store.findAll likely');
  });

  test('is possible: a method that the contract of its class names, where that is of the project', async () => {
    const filesOf = (contract: string, calls = '') => ({
      'src/orders.ts': `import { Store } from './store';\nnew Store().find();\n${calls}`,
      'src/repository.ts': 'export interface Repository {\n  find(): Promise<void>;\n  findAll(): Promise<void>;\n}\n',
      'src/store.ts': `import type { Repository } from '${contract}';\n${slow}export class Store implements Repository {\n  find() ${body}  findAll() ${body}}\n`,
    });
    const found = 'src/store.ts Store.findAll';
    expect(await confidencesIn(filesOf('./repository'))).toContain(`${found} possible`);
    expect(await confidencesIn(filesOf('./repository', 'load().findAll();\n'))).toContain(`${found} likely`);
    expect(await confidencesIn(filesOf('repository'))).toContain(`${found} likely`);
  });

  test.each([
    ['a comment and a test', { 'src/rest.ts': '// store.findAll();\n', 'test/rest.test.ts': 'store.findAll();\n' }],
    [
      'a class that nobody makes',
      { 'src/rest.ts': 'export class Report { run(store) { return store.findAll(); } }\n' },
    ],
    ['a method of another class by that name', { 'src/rest.ts': 'export class List { findAll() {} }\n' }],
    ['a method of its class of which the same holds', {}, '  page() { return this.findAll(); }\n'],
  ])('is possible: a method that only %s names', async (_, others, more = '') => {
    const files = {
      'src/orders.ts': "import { Store } from './store';\nimport { title } from './rest';\nnew Store().find(title);\n",
      'src/rest.ts': '',
      'src/store.ts': `${slow}export class Store {\n  find() ${body}  findAll() ${body}${more}}\n`,
      ...others,
    };
    expect(await confidencesIn(files)).toContain('src/store.ts Store.findAll possible');
  });

  test.each([
    ['a function that runs', { 'src/rest.ts': 'export const all = (store) => store.findAll();\nall({});\n' }],
    ['a call as a file loads', { 'src/rest.ts': 'load().findAll();\n' }],
    ['a text', { 'src/rest.ts': "call('findAll');\n" }],
    ['a method of its class that is named', {}, '  find2() { return this.findAll(); }\n'],
    ['its constructor', {}, '  constructor() { this.findAll(); }\n'],
  ])('is sure: a method that %s names', async (_, others, more = '') => {
    const files = {
      'src/orders.ts': "import { Store } from './store';\nimport './rest';\nnew Store().find2();\n",
      'src/rest.ts': '',
      'src/store.ts': `${slow}export class Store {\n  findAll() ${body}${more}}\n`,
      ...others,
    };
    expect(await confidencesIn(files)).toContain('src/store.ts Store.findAll likely');
  });

  test('is possible: plain functions of a file that nothing imports, where the package is imported file by file', async () => {
    const files = {
      'src/server.ts': "import './a';\nimport './b';\nimport './c';\n",
      'src/a.ts': '',
      'src/b.ts': '',
      'src/c.ts': '',
      'src/health/check.ts': `${slow}export function checkDatabase() ${body}`,
    };
    expect(await confidencesIn(files)).toEqual(['src/health/check.ts checkDatabase possible']);
    const other = { ...files, 'src/health/check.ts': `${slow}export default function checkDatabase() ${body}` };
    expect(await confidencesIn(other)).toEqual(['src/health/check.ts checkDatabase likely']);
  });
});

describe('what helps tests', () => {
  const helper = `${slow}export function send() { return slow(); }\n`;
  const testOf = (path: string) => `import { send } from '${path}';\ndescribe('orders', () => {\n  send();\n});\n`;
  const confidencesIn = async (files: Record<string, string>): Promise<string[]> => {
    const { findings } = await scan({ root: tempProject(files), confidence: 'possible' }, [plainRule]);
    return findings.map(({ file, confidence }) => `${file} ${confidence}`);
  };
  const checks = {
    'check/tcp/client.js': helper,
    'check/tcp/proxyTest.js': testOf('./client.js'),
    'check/cliTest.js': testOf('./tcp/client.js'),
  };

  test('is possible: a file among tests that tests alone import', async () => {
    expect(await confidencesIn(checks)).toEqual(['check/tcp/client.js possible']);
  });

  test.each([
    ['its own test imports', { 'check/tcp/clientTest.js': testOf('./client.js') }],
    ['the product imports, too', { 'src/server.js': "import { send } from '../check/tcp/client.js';\nsend();\n" }],
    ['acts as it loads', { 'check/tcp/client.js': `${helper}send();\n` }],
    [
      'has the name alone of a test imports',
      { 'check/cliTest.js': "import { send } from './tcp/client.js';\nsend();\n" },
    ],
    ['lies among others', { 'check/tcp/a.js': '', 'check/tcp/b.js': '' }],
  ])('is sure: what %s', async (_, others) => {
    const found = await confidencesIn({ ...checks, ...others });
    expect(found).toContain('check/tcp/client.js likely');
  });
});

describe('what only files that nobody runs lead to', () => {
  const body = '{ return slow(); }\n';
  const serving = {
    'src/server.ts': "import './a';\nimport './b';\nimport './c';\n",
    'src/a.ts': '',
    'src/b.ts': '',
    'src/c.ts': '',
  };
  const confidencesIn = async (files: Record<string, string>): Promise<string[]> => {
    const { findings } = await scan({ root: tempProject({ ...serving, ...files }), confidence: 'possible' }, [
      plainRule,
    ]);
    return findings.map(({ file, confidence }) => `${file} ${confidence}`);
  };
  const check = `${slow}export function checkDatabase() ${body}`;

  test('is possible: two files that import only one another, and one that a left file imports', async () => {
    const twin = "import { checkDatabase } from './check';\nexport function warnOwner() { checkDatabase(); }\n";
    const ring = { 'src/health/check.ts': `import { warnOwner } from './warn';\n${check}`, 'src/health/warn.ts': twin };
    expect(await confidencesIn(ring)).toEqual(['src/health/check.ts possible']);
    expect(await confidencesIn({ 'src/health/check.ts': check, 'src/health/warn.ts': twin })).toEqual([
      'src/health/check.ts possible',
    ]);
    const run = { ...ring, 'src/health/warn.ts': `${twin}warnOwner();\n` };
    expect(await confidencesIn(run)).toEqual(['src/health/check.ts likely']);
  });

  test('is possible: what is imported and never named again', async () => {
    const files = (use: string) => ({
      'src/server.ts': `import './a';\nimport { checkDatabase } from './check';\n${use}`,
      'src/check.ts': check,
    });
    expect(await confidencesIn(files(''))).toEqual(['src/check.ts possible']);
    expect(await confidencesIn(files('checkDatabase();\n'))).toEqual(['src/check.ts likely']);
  });
});

describe('the request path', () => {
  test.each([
    ["import order from './order';\nexport { order as presentOrder };\n"],
    ["export { default as presentOrder } from './order';\n"],
  ])('runs through a default export that another file gives a name: %j', async (index) => {
    const files = {
      'src/server.ts': `import express from 'express';
import { presentOrder } from './presenters';
express().get('/', (req, res) => res.json(presentOrder()));
`,
      'src/presenters/index.ts': index,
      'src/presenters/order.ts': `${slow}export default function present() { slow(); }\n`,
    };
    expect(await chainsIn(files)).toHaveLength(1);
  });

  test('runs from a handler through imports and re-exports, each step in evidence', async () => {
    const files = {
      'src/server.ts': `import express from 'express';
import { listOrders } from './services/index.js';
const app = express();
app.get('/orders', async (req, res) => {
  res.json(await listOrders());
});
`,
      'src/services/index.ts': `export * from './orders';\nexport * from './users';\n`,
      'src/services/users.ts': 'export const users = 1;\n',
      'src/services/orders.ts': `import { load } from './store';
export async function listOrders() {
  return load();
}
`,
      'src/services/store.ts': `${slow}export const load = () => slow();\nexport function unrelated() { slow(); }\n`,
    };
    expect(await chainsIn(files)).toEqual([
      [
        'src/server.ts:4 request handler: GET /orders',
        'src/server.ts:5 calls listOrders',
        'src/services/orders.ts:3 calls load',
        'src/services/store.ts',
      ],
    ]);
  });

  test('runs through the aliases of module-alias', async () => {
    const handler = (from: string): string =>
      `const express = require('express');\nconst { load } = require('${from}');\nexpress().get('/', (req, res) => {\n  load();\n});\n`;
    const store = `const { slow } = require('slow');\nexports.load = () => slow();\n`;
    const filesOf = (from: string): Record<string, string> => ({
      'package.json': JSON.stringify({
        name: 'shop',
        _moduleAliases: { '@stores': 'src/stores', '@orders': 'src/stores/orders.js' },
      }),
      'src/server.js': handler(from),
      'src/stores/orders.js': store,
    });
    expect(await chainsIn(filesOf('@stores/orders'))).toHaveLength(1);
    expect(await chainsIn(filesOf('@orders'))).toHaveLength(1);
    expect(await chainsIn(filesOf('@store/orders'))).toEqual([]);
  });

  test('runs through classes and constructor injection', async () => {
    const files = {
      'src/orders.controller.ts': `import { Controller, Get } from '@nestjs/common';
import { OrdersService } from './orders.service';
@Controller()
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}
  @Get('/orders')
  list() {
    return this.orders.findAll();
  }
}
`,
      'src/orders.service.ts': `import { BaseStore } from './base-store';
export class OrdersService extends BaseStore {
  findAll() {
    return this.query();
  }
}
`,
      'src/base-store.ts': `${slow}export class BaseStore {
  query() {
    slow();
  }
  never() {
    slow();
  }
}
`,
    };
    expect(await chainsIn(files)).toEqual([
      [
        'src/orders.controller.ts:6 request handler: @Get /orders OrdersController.list',
        'src/orders.controller.ts:8 calls OrdersService.findAll',
        'src/orders.service.ts:4 calls BaseStore.query',
        'src/base-store.ts',
      ],
    ]);
  });

  test('runs through an injected interface to the class that implements it', async () => {
    const files = {
      'src/ports.ts': 'export interface Store {\n  find(): void;\n}\n',
      'src/handler.ts': `import type { Store } from './ports';
import { Router } from 'express';
export class Handler {
  constructor(private store: Store) {}
  routes(router: Router) {
    router.get('/x', (req, res) => {
      this.store.find();
    });
  }
}
`,
      'src/sql-store.ts': `import type { Store } from './ports';\n${slow}export class SqlStore implements Store {
  find() {
    slow();
  }
}
`,
    };
    expect(await chainsIn(files)).toEqual([
      ['src/handler.ts:6 request handler: GET /x', 'src/handler.ts:7 calls SqlStore.find', 'src/sql-store.ts'],
    ]);
  });

  test('runs through a class that inherits the method', async () => {
    const files = {
      'src/base.ts': `${slow}export class Base {\n  find() {\n    slow();\n  }\n}\n`,
      'src/users.ts': `import { Base } from './base';\nexport class Users extends Base {}\n`,
      'src/server.ts': `import express from 'express';
import { Users } from './users';
const users = new Users();
express().get('/', (req, res) => users.find());
`,
    };
    expect(await chainsIn(files)).toEqual([
      ['src/server.ts:4 request handler: GET /', 'src/server.ts:4 calls Base.find', 'src/base.ts'],
    ]);
  });

  test('starts at a handler that another file registers by name', async () => {
    const files = {
      'routes.js': `const express = require('express');
const controller = require('./controller');
const router = express.Router();
router.post('/a', controller.create);
module.exports = router;
`,
      'controller.js': 'exports.create = function create(a, b) {\n  slow();\n};\n',
    };
    expect(await chainsIn(files)).toEqual([
      ['routes.js:4 request handler: POST /a', 'routes.js:4 calls create', 'controller.js'],
    ]);
  });

  test('runs through a name that a function has behind those who hand it on', async () => {
    const files = {
      'src/server.ts': `import express from 'express';\nimport * as steps from './steps';\nexpress().get('/', (req, res) => steps.push.store(req));\n`,
      'src/steps/index.ts': `import * as push from './push';\nexport { push };\n`,
      'src/steps/push/index.ts': `import { exec as parse } from './parse';\nimport { exec as store } from './store';\nexport { parse, store };\n`,
      'src/steps/push/parse.ts': `${slow}export const exec = () => slow();\n`,
      'src/steps/push/store.ts': `${slow}export const exec = () => slow();\n`,
    };
    const chains = await chainsIn(files);
    expect(chains.map((chain) => chain.at(-1))).toEqual(['src/steps/push/store.ts']);
  });

  test('runs through a list of functions, by whoever names it', async () => {
    const files = {
      'src/server.ts': `import express from 'express';\nimport { run } from './chain';\nexpress().post('/', async (req, res) => { await run(req); });\n`,
      'src/chain.ts': `import { parse, store } from './steps';
const steps = [parse, store];
const never = [parse];
const stepsFor = (kind: string) => (kind === 'push' ? steps : []);
export async function run(req) {
  for (const step of stepsFor(req.kind)) await step(req);
}
`,
      'src/steps.ts': `${slow}export const parse = () => slow();\nexport const store = () => slow();\nexport const rest = () => slow();\n`,
    };
    const chains = await chainsIn(files);
    expect(chains.map((chain) => chain.slice(0, -1))).toEqual([
      [
        'src/server.ts:3 request handler: POST /',
        'src/server.ts:3 calls run',
        'src/chain.ts:6 calls stepsFor',
        'src/chain.ts:4 calls parse',
      ],
      [
        'src/server.ts:3 request handler: POST /',
        'src/server.ts:3 calls run',
        'src/chain.ts:6 calls stepsFor',
        'src/chain.ts:4 calls store',
      ],
    ]);
  });

  test('runs through a function with overloads', async () => {
    const overloads = `function load(id: string): void;\nfunction load(id: number): void;\nfunction load(id: unknown) {\n  slow();\n}\n`;
    const server = `import express from 'express';\n${slow}express().get('/', (req, res) => load(req.query.id));\n`;
    expect(await chainsIn({ 'src/server.ts': `${server}${overloads}` })).toHaveLength(1);
    const other = {
      'src/server.ts': server.replace(slow, "import { load } from './store';\n"),
      'src/store.ts': `${slow}${overloads}export { load };\n`,
    };
    expect(await chainsIn(other)).toHaveLength(1);
  });

  test('runs through the imports of a package from its own folder', async () => {
    const files = {
      'package.json': JSON.stringify({ name: 'shop', type: 'module', imports: { '#stores/*': './stores/*.js' } }),
      'server.js': `import express from 'express';\nimport { load } from '#stores/orders';\nexpress().get('/', (req, res) => load());\n`,
      'stores/orders.js': `${slow}export const load = () => slow();\n`,
    };
    expect(await chainsIn(files)).toHaveLength(1);
  });

  test('crosses workspace packages and tsconfig paths', async () => {
    const files = {
      'package.json': JSON.stringify({ name: 'root', workspaces: ['packages/*'] }),
      'tsconfig.base.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@app/*": ["apps/api/src/*"] } } }',
      'apps/api/tsconfig.json': '// the app\n{ "extends": "../../tsconfig.base.json", }',
      'apps/api/package.json': JSON.stringify({ name: 'api' }),
      'apps/api/src/main.ts': `import express from 'express';
import { work } from '@app/work';
express().get('/', (req, res) => work());
`,
      'apps/api/src/work.ts': `import { heavy } from '@acme/core/heavy';\nexport const work = () => heavy();\n`,
      'packages/core/package.json': JSON.stringify({ name: '@acme/core', exports: { './*': './dist/*.js' } }),
      'packages/core/src/heavy.ts': `${slow}export function heavy() {\n  slow();\n}\n`,
    };
    expect(await chainsIn(files)).toEqual([
      [
        'apps/api/src/main.ts:3 request handler: GET /',
        'apps/api/src/main.ts:3 calls work',
        'apps/api/src/work.ts:2 calls heavy',
        'packages/core/src/heavy.ts',
      ],
    ]);
  });

  test('is not start-up, and not a function of the same name elsewhere', async () => {
    const files = {
      'src/server.ts': `import express from 'express';
import { load } from './other';
import { boot } from './boot';
boot();
express().get('/', (req, res) => load());
`,
      'src/other.ts': 'export function load() {}\n',
      'src/boot.ts': `${slow}export function boot() {\n  load();\n}\nfunction load() {\n  slow();\n}\nslow();\n`,
    };
    expect(await chainsIn(files)).toEqual([]);
  });

  test('starts where the configuration says so', async () => {
    const files = { 'src/jobs/mail.ts': `${slow}export async function run() {\n  slow();\n}\n` };
    expect(await chainsIn(files)).toEqual([]);
    expect(await chainsIn(files, requestRule, { entryPoints: { request: ['src/jobs/**'] } })).toEqual([
      ['src/jobs/mail.ts:2 request handler: run', 'src/jobs/mail.ts'],
    ]);
  });

  test.each([
    ['a function', "import { defineHandler } from './rpc';\ndefineHandler('list', async () => {\n  slow();\n});\n"],
    ['one under another name', "import { defineHandler as on } from './rpc';\non('list', () => {\n  slow();\n});\n"],
    ['a method', "import { api } from './rpc';\napi.defineHandler(() => {\n  slow();\n});\n"],
    [
      'a handler in an object',
      "import { defineHandler } from './rpc';\ndefineHandler({ list: async () => slow() });\n",
    ],
    [
      'a decorator',
      "import { defineHandler } from './rpc';\nclass Orders {\n  @defineHandler() list() { slow(); }\n}\n",
    ],
    [
      'a handler by name',
      "import { defineHandler } from './rpc';\ndefineHandler(list);\nfunction list() {\n  slow();\n}\n",
    ],
  ])('starts where what the configuration names is handed a function: %s', async (_, text) => {
    const files = { 'src/orders.ts': slow + text };
    const entryPoints = { requestCalls: ['defineHandler'] };
    expect(await chainsIn(files)).toEqual([]);
    expect(await chainsIn(files, requestRule, { entryPoints: { eventCalls: ['defineHandler'] } })).toEqual([]);
    expect(await chainsIn(files, requestRule, { entryPoints: { requestCalls: ['other.defineHandler'] } })).toEqual([]);
    const [chain] = await chainsIn(files, requestRule, { entryPoints });
    expect(chain?.[0]).toMatch(/request handler: @?defineHandler/);
  });

  test.each([
    ['the type of a handler', 'const list: RequestHandler = (a, b) => slow();\n', 'RequestHandler list'],
    ['the type of a resolver', "const me: QueryResolvers['me'] = async () => slow();\n", 'QueryResolvers me'],
    [
      'the type of all resolvers',
      'const all: Resolvers = { User: { posts: async () => slow() } };\n',
      'Resolvers posts',
    ],
    [
      'an interface of a command bus',
      "import type { ICommandHandler } from '@nestjs/cqrs';\nclass Pay implements ICommandHandler<Order> {\n  execute() {\n    slow();\n  }\n}\n",
      'ICommandHandler',
    ],
    [
      'a decorator of messages',
      'class Mails {\n  @KafkaEventHandler(UserMoved)\n  moved() {\n    slow();\n  }\n}\n',
      '@KafkaEventHandler',
    ],
    ['a field of a schema', 'field({ type: User, resolve: () => slow() });\n', 'GraphQL resolve'],
    [
      'what Azure Functions hand in',
      'module.exports = async function (context, req) {\n  slow();\n};\n',
      '(context, req)',
    ],
    ['a route of a Lambda', "Router([{ httpMethod: 'GET', path: '/x', handler: async () => slow() }]);\n", 'route /x'],
  ])('starts where a function is handed to a framework by %s', async (_, text, label) => {
    const [chain] = await chainsIn({ 'src/orders.ts': slow + text });
    expect(chain?.[0]).toMatch(/(?:request|message) handler: /);
    expect(chain?.[0]).toContain(label);
  });

  test('does not start at functions that only look so: a type of another thing, a deferred result, a store', async () => {
    const texts = [
      'const list: Handler[] = [() => slow()];\n',
      "import type { IQueryHandler } from '../cqrs';\nclass Find implements IQueryHandler<Order> {\n  execute() {\n    slow();\n  }\n}\n",
      "const job = { type: 'load', resolve: () => slow(), reject: () => 0 };\n",
      'class Store {\n  find(params: string) {\n    slow();\n  }\n}\n',
    ];
    for (const text of texts) expect(await chainsIn({ 'src/orders.ts': slow + text })).toEqual([]);
  });

  test('starts at the methods of Feathers services', async () => {
    const files = {
      'package.json': JSON.stringify({ dependencies: { '@feathersjs/feathers': '5' } }),
      'src/mine.ts': `${slow}class Mine {\n  find() {\n    slow();\n  }\n}\nmodule.exports = (app) => app.use('/mine', new Mine());\n`,
      'src/own.ts': `${slow}class Own {\n  find() {\n    slow();\n  }\n}\nmodule.exports = { Own };\n`,
    };
    const chains = await chainsIn(files);
    expect(chains).toHaveLength(1);
    expect(chains[0]?.[0]).toBe('src/mine.ts:3 request handler: Feathers find');
  });

  test('is followed by the telling name of a method where nobody tells the type of what it is called on', async () => {
    const factory = 'module.exports = () => ({\n  findOrdersOfCustomer: async () => slow(),\n});\n';
    const files = {
      'src/store.ts': slow + factory,
      'src/server.ts': `import express from 'express';\nexpress().get('/x', (req, res) => req.stores.orders.findOrdersOfCustomer(1));\n`,
    };
    expect(await chainsIn(files)).toEqual([
      ['src/server.ts:2 request handler: GET /x', 'src/server.ts:2 calls exports.findOrdersOfCustomer', 'src/store.ts'],
    ]);
    const second = { 'src/other.ts': 'class Other {\n  findOrdersOfCustomer(): void {}\n}\nexport { Other };\n' };
    expect(await chainsIn({ ...files, ...second })).toEqual([]);
    const short = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, text.replace('findOrdersOfCustomer', 'findOrders')]),
    );
    expect(await chainsIn(short)).toEqual([]);
  });

  test('is followed by the name of what a method is called on, after which one class or maker alone is called', async () => {
    const routes = `const express = require('express');
module.exports = ({ orderService }) => {
  express().get('/x', (req, res) => orderService.find(1));
};
`;
    const chain = (callee: string): string[][] => [
      ['src/routes.js:3 request handler: GET /x', `src/routes.js:3 calls ${callee}`, 'src/orders.js'],
    ];
    const owner = `${slow}class OrderService {\n  find(id) {\n    slow();\n  }\n}\nmodule.exports = OrderService;\n`;
    const files = { 'src/routes.js': routes, 'src/orders.js': owner };
    expect(await chainsIn(files)).toEqual(chain('OrderService.find'));
    const maker = `${slow}function createOrderService() {\n  return {\n    find: (id) => slow(),\n  };\n}\nmodule.exports = createOrderService;\n`;
    expect(await chainsIn({ ...files, 'src/orders.js': maker })).toEqual(chain('createOrderService.find'));
    const second = { 'src/old.js': 'class OrderService {}\nmodule.exports = OrderService;\n' };
    expect(await chainsIn({ ...files, ...second })).toEqual([]);
    expect(await chainsIn({ ...files, 'src/routes.js': routes.replaceAll('orderService', 'orders') })).toEqual([]);
  });

  test('comes through objects that constructor functions give, and spread into one another', async () => {
    const give = (name: string, given: string): string =>
      `function ${name}(parts) {\n  return {${given}};\n}\nmodule.exports = ${name};\n`;
    const files = {
      'package.json': JSON.stringify({ dependencies: { 'apollo-server': '2' } }),
      'src/resolvers.js': `const Queries = require('./queries');\nmodule.exports = (parts) => {\n  const queries = new Queries(parts);\n  return { Query: queries };\n};\n`,
      'src/queries.js': `const OrderQueries = require('./order-queries');\nfunction Queries(parts) {\n  const orderQueries = new OrderQueries(parts);\n  return { ...orderQueries };\n}\nmodule.exports = Queries;\n`,
      'src/order-queries.js': slow + give('OrderQueries', ' orders: () => slow() '),
    };
    expect(await chainsIn(files)).toEqual([
      [
        'src/resolvers.js:4 request handler: GraphQL Query',
        'src/resolvers.js:4 calls OrderQueries.orders',
        'src/order-queries.js',
      ],
    ]);
  });

  test('is followed beyond the paths asked for, which alone are reported', async () => {
    const files = {
      'src/server.ts': `import express from 'express';\nimport { work } from './work';\nexpress().get('/', (req, res) => work());\n`,
      'src/work.ts': `${slow}export function work() {\n  slow();\n}\n`,
    };
    expect(await chainsIn(files, requestRule, { paths: ['src/work.ts'] })).toEqual([
      ['src/server.ts:3 request handler: GET /', 'src/server.ts:3 calls work', 'src/work.ts'],
    ]);
  });

  test('is followed within the checkout below the root that the paths lie in, not into those beside it', async () => {
    const server = (work: string): string =>
      `import express from 'express';\nimport { work } from '${work}';\nexpress().get('/', (req, res) => work());\n`;
    const files = {
      'beside/server.ts': server('../mine/src/work'),
      'beside/.git/HEAD': '',
      'mine/server.ts': server('./src/work'),
      'mine/.git/HEAD': '',
      'mine/src/work.ts': `${slow}export function work() {\n  slow();\n}\n`,
    };
    const request = { paths: ['mine/src'] };
    expect((await chainsIn(files, requestRule, request)).flat()).toContain('mine/server.ts:3 calls work');
    const { 'mine/server.ts': _, ...without } = files;
    expect(await chainsIn(without, requestRule, request)).toEqual([]);
    const { 'mine/.git/HEAD': __, ...oneProject } = without;
    expect(await chainsIn(oneProject, requestRule, request)).toHaveLength(1);
    const submodule = { ...oneProject, 'mine/.git': 'gitdir: ../.git/modules/mine\n' };
    expect(await chainsIn(submodule, requestRule, request)).toHaveLength(1);
  });

  test('a finding that nothing reaches is kept apart with the reason', async () => {
    const root = tempProject({ 'a.ts': `${slow}export function lonely() {\n  slow();\n}\n` });
    const { findings, refuted } = await scan({ root }, [requestRule]);
    expect(findings).toEqual([]);
    expect(refuted).toMatchObject([{ why: 'No request handler was found that reaches `lonely`' }]);
  });
});

describe('a file that no rule asked for is read when its text may hold the call', () => {
  const service = `${slow}export class Service {\n  constructor() { slow(); }\n  run() { slow(); }\n}\nexport default Service;\n`;
  const handler = (imports: string, body: string): string =>
    `import express from 'express';\n${imports}\nexpress().get('/', (req, res) => {\n  ${body}\n});\n`;
  test.each([
    ['a class made by its name', "import { Service } from './service';", 'new Service();', 2],
    ['a class under another name', "import { Service as S } from './service';", 'new S();', 2],
    ['a class of a namespace', "import * as all from './service';", 'new all.Service();', 2],
    ['a default export under any name', "import Anything from './service';", 'new Anything();', 2],
    ['the default export of a namespace', "import * as all from './service';", 'new all.default();', 2],
    ['a default export by its own name', "import { default as X } from './service';", 'new X();', 2],
    ['a required default export', "const X = require('./service').default;", 'new X();', 2],
    ['a method', "import { Service } from './service';\nconst service = new Service();", 'service\n    .run();', 5],
    ['a method in a pattern', "import { Service } from './service';\nconst { run } = new Service();", 'run();', 5],
    [
      'a method by its name in quotes',
      "import { Service } from './service';\nconst s = new Service();",
      "s['run']();",
      5,
    ],
  ])('%s', async (_, imports, body, line) => {
    const files = { 'src/service.ts': service, 'src/server.ts': handler(imports, body) };
    const { findings } = await scan({ root: tempProject(files) }, [requestRule]);
    expect(findings.map(({ file, range }) => `${file}:${range.start.line}`)).toContain(
      `src/service.ts:${line === 2 ? 3 : 4}`,
    );
  });
});

describe('what runs repeatedly', () => {
  test('is called in a loop, or listens, also across files', async () => {
    const files = {
      'src/main.ts': `import { step } from './step';
import { once } from './once';
export function main(items: string[]) {
  for (const item of items) step(item);
  once();
}
`,
      'src/step.ts': `${slow}export function step(item: string) {\n  slow();\n}\n`,
      'src/once.ts': `${slow}export function once() {\n  slow();\n}\n`,
      'src/listener.ts': `${slow}process.on('tick', () => {\n  slow();\n});\n`,
    };
    expect(await chainsIn(files, repeatedRule)).toEqual([
      ["src/listener.ts:2 event handler: on 'tick'", 'src/listener.ts'],
      ['src/main.ts:4 calls step in a loop', 'src/step.ts'],
    ]);
  });
});

describe('what is asked for by one person', () => {
  const store = `${slow}export const load = () => slow();\n`;
  const server = (from: string): string =>
    `import express from 'express';\nimport { load } from '${from}';\nexpress().get('/x', () => load());\n`;

  test('the handlers of tests, scripts and examples are on no request path', async () => {
    const files = { 'src/store.ts': store, 'scripts/preview.ts': server('../src/store') };
    expect(await chainsIn(files)).toEqual([]);
    expect(await chainsIn({ ...files, 'src/server.ts': server('./store') })).toHaveLength(1);
  });

  test('a loop of a script repeats nothing of the product', async () => {
    const loop = (from: string): string =>
      `import { load } from '${from}';\nexport function fill(items: string[]) {\n  for (const item of items) load();\n}\n`;
    const files = { 'src/store.ts': store, 'scripts/fill.ts': loop('../src/store') };
    expect(await chainsIn(files, repeatedRule)).toEqual([]);
    expect(await chainsIn({ ...files, 'src/fill.ts': loop('./store') }, repeatedRule)).toHaveLength(1);
  });

  test('the handlers of a desktop application repeat, but are on no request path', async () => {
    const files = {
      'package.json': '{ "name": "notes", "devDependencies": { "electron": "37.0.0" } }',
      'src/store.ts': store,
      'src/main.ts': server('./store'),
    };
    expect(await chainsIn(files)).toEqual([]);
    expect(await chainsIn(files, repeatedRule)).toHaveLength(1);
  });
});

describe('what users of a package can run', () => {
  const files = (manifest: object): Record<string, string> => ({
    'package.json': JSON.stringify(manifest),
    'src/queue.ts': `${slow}export class Queue {\n  constructor() {\n    slow();\n  }\n}\n`,
    'src/connection.ts': `import { Queue } from './queue';
export class Connection {
  readonly queue: Queue;
  constructor() {
    this.queue = new Queue();
  }
}
`,
    'src/connection.test.ts': `import { Connection } from './connection';\nnew Connection();\n`,
  });
  const library = { name: 'wire', version: '1.0.0', main: 'dist/index.js' };

  test('is what a published package offers and does not call itself, and what that calls', async () => {
    expect(await chainsIn(files(library), usersRule)).toEqual([
      ['src/connection.ts:5 calls Queue.constructor', 'src/queue.ts'],
    ]);
  });

  test('is nothing that the package calls for its effect as it loads, but what it makes and keeps so', async () => {
    const withIndex = (index: string): Record<string, string> => ({
      'package.json': JSON.stringify(library),
      'lib/hooks.js': 'exports.addHooks = (schema) => slow(schema);\n',
      'lib/parts.js':
        "const hooks = require('./hooks');\nmodule.exports = { addTo(schema) { hooks.addHooks(schema); } };\n",
      'lib/index.js': index,
    });
    const index = "const parts = require('./parts');\n";
    expect(await chainsIn(withIndex(`${index}parts.addTo({});\n`), usersRule)).toEqual([]);
    expect(await chainsIn(withIndex(`${index}exports.added = parts.addTo({});\n`), usersRule)).toHaveLength(1);
    expect(await chainsIn(withIndex(`${index}exports.add = () => parts.addTo({});\n`), usersRule)).toHaveLength(1);
  });

  test('is nothing in a private package, nor in one whose start runs node', async () => {
    expect(await chainsIn(files({ ...library, private: true }), usersRule)).toEqual([]);
    expect(await chainsIn(files({ ...library, scripts: { start: 'node dist/index.js' } }), usersRule)).toEqual([]);
  });

  test('is nothing in a package that is put into an image, and shows no sign of being published', async () => {
    const pod = { ...library, types: 'types/index.d.ts', scripts: { 'docker:build': 'docker build .' } };
    expect(await chainsIn(files(pod), usersRule)).toEqual([]);
    expect(await chainsIn(files({ ...pod, repository: 'github:a/wire' }), usersRule)).toHaveLength(1);
    expect(await chainsIn(files({ ...library, types: 'types/index.d.ts' }), usersRule)).toHaveLength(1);
    expect(await chainsIn(files({ ...library, description: '' }), usersRule)).toEqual([]);
    const withImage = (manifest: object) => ({ ...files(manifest), Dockerfile: 'FROM node:22\n' });
    expect(await chainsIn(withImage(library), usersRule)).toEqual([]);
    expect(await chainsIn(withImage({ ...library, repository: 'github:a/wire' }), usersRule)).toHaveLength(1);
  });

  test('is what factories, prototypes and exported objects give out, but nothing that brings an application up', async () => {
    const sources = {
      'package.json': JSON.stringify(library),
      'lib/factory.js': `exports.makeTimer = () => {\n  const go = () => slow();\n  return { go };\n};\n`,
      'lib/socket.js': `function Socket() {}\nSocket.prototype.open = function () {\n  slow();\n};\nmodule.exports = Socket;\n`,
      'lib/tools.js': `module.exports = {\n  ask: function () {\n    slow();\n  },\n};\n`,
      'lib/hidden.js': `function hidden() {\n  slow();\n}\n`,
      'lib/server.js': `exports.startServer = () => slow();\n`,
    };
    expect(await chainsIn(sources, usersRule)).toEqual([['lib/factory.js'], ['lib/socket.js'], ['lib/tools.js']]);
  });

  test('lead to what methods call on their own object: of a prototype, by `self` in a callback, of an object', async () => {
    const sources = {
      'package.json': JSON.stringify(library),
      'lib/gauge.js': `function Gauge() {}\nGauge.prototype.read = function () {\n  this._settle();\n};\nGauge.prototype._settle = function () {\n  slow();\n};\nmodule.exports = Gauge;\n`,
      'lib/meter.js': `function Meter() {}\nMeter.prototype.read = function (pins) {\n  const self = this;\n  pins.forEach(function (pin) {\n    self._sense(pin);\n  });\n};\nMeter.prototype._sense = function () {\n  slow();\n};\nmodule.exports = Meter;\n`,
      'lib/scale.js': `module.exports = {\n  weigh: function () {\n    this._tare();\n  },\n  _tare: function () {\n    slow();\n  },\n};\n`,
      'lib/unused.js': `function Dial() {}\nDial.prototype._turn = function () {\n  slow();\n};\nmodule.exports = Dial;\n`,
    };
    const ends = (await chainsIn(sources, usersRule)).map((chain) => chain.at(-1));
    expect(ends).toEqual(['lib/gauge.js', 'lib/meter.js', 'lib/scale.js']);
  });

  test('end at a method of a prototype that others of it call too: it is there for users none the less', async () => {
    const gauge = `function Gauge() {}\nGauge.prototype.renew = function () {\n  this.read();\n};\nGauge.prototype.read = function () {\n  slow();\n};\nmodule.exports = Gauge;\n`;
    const chains = await chainsIn({ 'package.json': JSON.stringify(library), 'lib/gauge.js': gauge }, usersRule);
    expect(chains).toEqual([['lib/gauge.js']]);
  });
});

describe('members used elsewhere', () => {
  const unused = callRule(
    'no-x',
    'slow',
    (): LinkCondition => ({
      kind: 'unused-members',
      symbol: 'cache',
      members: ['delete', 'clear', '=length'],
    }),
  );
  const owner = `${slow}export const cache = new Map<string, string>();\nslow();\n`;

  test('speak against the finding: by name, through a barrel, through a namespace', async () => {
    const users: Record<string, string>[] = [
      { 'user.ts': `import { cache } from './owner';\nexport const f = () => cache.delete('a');\n` },
      {
        'index.ts': `export { cache as shared } from './owner';\n`,
        'user.ts': `import { shared } from './index';\nshared.clear();\n`,
      },
      { 'user.ts': `import * as o from './owner';\no.cache.clear();\n` },
      { 'user.js': `const { cache } = require('./owner');\ncache.clear();\n` },
    ];
    for (const user of users) expect(await chainsIn({ 'owner.ts': owner, ...user }, unused)).toEqual([]);
  });

  test('of another symbol, or other members, do not', async () => {
    const files = {
      'owner.ts': owner,
      'user.ts': `import { cache } from './owner';\nimport { cache as c } from './other';\ncache.get('a');\nc.delete('a');\n`,
      'other.ts': 'export const cache = new Map();\n',
    };
    expect(await chainsIn(files, unused)).toEqual([['owner.ts']]);
  });
});

describe('facts of the project', () => {
  const unlessStated = (fact: string) =>
    callRule('no-y', 'slow', (): LinkCondition => ({ kind: 'not', of: { kind: 'project-states', fact } }));

  test('are stated by any file, also by one that no rule asked for', async () => {
    const files = { 'a.ts': `${slow}slow();\n`, 'b.ts': `process.on('SIGTERM', () => {});\nimport 'compression';\n` };
    expect(await chainsIn(files, unlessStated('signal:SIGTERM'))).toEqual([]);
    expect(await chainsIn(files, unlessStated('import:compression'))).toEqual([]);
    expect(await chainsIn(files, unlessStated('signal:SIGINT'))).toEqual([['a.ts']]);
  });

  test('conditions combine', async () => {
    const files = { 'a.ts': `${slow}slow();\n`, 'b.ts': `import 'compression';\n` };
    const states = (fact: string): LinkCondition => ({ kind: 'project-states', fact });
    const all = callRule('no-z', 'slow', () => ({
      kind: 'all',
      of: [states('import:compression'), states('import:x')],
    }));
    const any = callRule('no-z', 'slow', () => ({
      kind: 'any',
      of: [states('import:x'), states('import:compression')],
    }));
    expect(await chainsIn(files, all)).toEqual([]);
    expect(await chainsIn(files, any)).toEqual([['a.ts']]);
  });
});

test('the result is the same whatever the order of the files, and on several threads', async () => {
  const files: Record<string, string> = {
    'server.ts': `import express from 'express';\nimport { all } from './all';\nexpress().get('/', (req, res) => all());\n`,
    'all.ts': '',
  };
  for (let i = 0; i < 40; i++) {
    files[`work-${i}.ts`] =
      `import { next } from './work-${(i + 1) % 40}';\nexport function next() {\n  setInterval(() => next(), 1);\n}\n`;
    files['all.ts'] += `import { next as n${i} } from './work-${i}';\n`;
  }
  files['all.ts'] += `export function all() {\n${Array.from({ length: 40 }, (_, i) => `  n${i}();\n`).join('')}}\n`;
  const forwards = tempProject(files);
  const backwards = tempProject(Object.fromEntries(Object.entries(files).reverse()));
  const { pairs } = await import('../../src/registry.generated.ts');
  const pairsModule = new URL('../../src/pairs.ts', import.meta.url).href;
  const one = await scan({ root: forwards, confidence: 'possible' }, pairs);
  const other = await scan({ root: backwards, confidence: 'possible' }, pairs);
  const threads = await scan({ root: forwards, confidence: 'possible', threads: 2, pairsModule }, pairs);
  expect(one.files.parsed).toBeGreaterThan(30);
  expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  expect(JSON.stringify(threads)).toBe(JSON.stringify(one));
});

describe('a file that nothing of a service imports', () => {
  const timer = (name: string): string =>
    `${slow}export class ${name} {\n  start() {\n    setInterval(() => slow(), 1000);\n  }\n}\n`;
  const files = {
    'src/main.ts': `import { Mails } from './jobs/mails.js';
import { Bills } from './jobs/bills.js';
import './jobs/audits.js';
new Mails().start();
new Bills().start();
`,
    'src/jobs/mails.ts': timer('Mails'),
    'src/jobs/bills.ts': timer('Bills'),
    'src/jobs/audits.ts': timer('Audits'),
    'src/jobs/sync.ts': timer('Sync'),
    'src/jobs/sync.test.ts': "import { Sync } from './sync.js';\nnew Sync().start();\n",
  };
  const confidencesIn = async (more: Record<string, string> = {}): Promise<string[]> => {
    const root = tempProject({ ...files, ...more });
    const { findings } = await scan({ root, confidence: 'possible' }, [repeatedRule]);
    return findings.map((finding) => `${finding.file} ${finding.confidence}`);
  };
  const used = ['src/jobs/audits.ts likely', 'src/jobs/bills.ts likely', 'src/jobs/mails.ts likely'];

  test('is unsure, though tests import it, where what lies beside it is imported', async () => {
    expect(await confidencesIn()).toEqual([...used, 'src/jobs/sync.ts possible']);
  });

  test('is unsure where a function of it listens: that it does when it was called', async () => {
    const listening = `${slow}export default function useTicks() {\n  process.on('tick', () => slow());\n}\n`;
    const named = { 'src/jobs/sync.ts': listening, 'src/jobs/sync.test.ts': '' };
    expect(await confidencesIn(named)).toEqual([...used, 'src/jobs/sync.ts possible']);
  });

  test('is judged as others are where it acts as it loads: it may be a program of its own', async () => {
    const alone = { 'src/jobs/sync.ts': `${timer('Sync')}new Sync().start();\n` };
    expect(await confidencesIn(alone)).toEqual([...used, 'src/jobs/sync.ts likely']);
  });

  test('is judged as others are where a framework loads the folder: nothing imports the others either', async () => {
    const loaded = { 'src/main.ts': "import { loadFolder } from 'loader';\nloadFolder('src/jobs');\n" };
    expect(await confidencesIn(loaded)).toEqual([...used, 'src/jobs/sync.ts likely']);
  });

  test('is judged as others are in a package that others import from', async () => {
    const library = { 'package.json': '{ "name": "jobs", "version": "1.0.0", "main": "dist/index.js" }' };
    expect(await confidencesIn(library)).toEqual([...used, 'src/jobs/sync.ts likely']);
  });
});

describe('a handler that only its parameters tell', () => {
  const handlers = `${slow}export async function listOrders(req, res) { slow(); res.end(); }
export async function resetOrders(req, res) { slow(); res.end(); }
`;
  const linesOf = async (server: string): Promise<string[]> =>
    (await chainsIn({ 'src/server.ts': server, 'src/handlers.ts': handlers })).map(
      ([first = '']) => first.split(' ')[0]!,
    );

  test('is none where those who import its file mount the others, and never name it', async () => {
    const mounting =
      "import { mount } from './mount';\nimport { listOrders } from './handlers';\nmount('/orders', listOrders);\n";
    expect(await linesOf(mounting)).toEqual(['src/handlers.ts:2']);
    expect(await linesOf(`${mounting}// mount('/reset', resetOrders);\n`)).toEqual(['src/handlers.ts:2']);
  });

  test('is one where whoever imports its file names none of them: a text of another kind may', async () => {
    const loading =
      "import * as handlers from './handlers';\nimport { mountAll } from './mount';\nmountAll('routes.yaml', handlers);\n";
    expect(await linesOf(loading)).toEqual(['src/handlers.ts:2', 'src/handlers.ts:3']);
  });

  test('is one where its own file mounts it', async () => {
    const own = `${handlers}export const routes = { '/reset': resetOrders };\n`;
    const mounting =
      "import { routes, listOrders } from './handlers';\nimport { mount } from './mount';\nmount('/orders', listOrders);\nmount('/', routes);\n";
    const chains = await chainsIn({ 'src/server.ts': mounting, 'src/handlers.ts': own });
    expect(chains.map(([first = '']) => first.split(' ')[0])).toEqual(['src/handlers.ts:2', 'src/handlers.ts:3']);
  });

  test('is none of the server actions of a file where nothing that imports it asks for it', async () => {
    const actions = `'use server';\n${slow}export async function listOrders() { slow(); }
export async function resetOrders() { slow(); }
`;
    const page = "import { listOrders } from './actions';\nexport const Orders = () => listOrders();\n";
    const chains = await chainsIn({ 'src/Orders.ts': page, 'src/actions.ts': actions });
    expect(chains.map(([first = '']) => first.split(' ')[0])).toEqual(['src/actions.ts:3']);
  });

  test('is none of which only its own file speaks, or whose name another file has for something of its own', async () => {
    const actions = `'use server';\n${slow}export async function listOrders() { slow(); }
export async function resetOrders() { slow(); console.error('[resetOrders] failed'); } // resetOrders
`;
    const page =
      "import { listOrders } from './actions';\nasync function resetOrders() {}\nexport const Orders = () => [listOrders(), resetOrders()];\n";
    const chains = await chainsIn({ 'src/Orders.ts': page, 'src/actions.ts': actions });
    expect(chains.map(([first = '']) => first.split(' ')[0])).toEqual(['src/actions.ts:3']);
  });
});
