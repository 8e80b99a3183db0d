import { describe, expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const keys = pairs.filter(({ rule }) => rule.id === 'no-redis-keys');

/** A store whose method walks all keys, and a service that asks it for each request, where it is handed one. */
const store = `import Redis from 'ioredis';
const redis = new Redis();
export class Sessions {
  async list() { return redis.keys('session:*'); }
}
export class Counter {
  async count() { return redis.get('count'); }
}
`;
const service = `import type { Sessions } from './sessions';
export class Report {
  constructor(private readonly sessions?: Sessions) {}
  async write() { return this.sessions?.list(); }
}
`;
const server = `import express from 'express';
import { Report } from './report';
import { Counter } from './sessions';
const app = express();
const counter = new Counter();
app.get('/report', async (req, res) => { res.json([await new Report().write(), await counter.count()]); });
app.listen(3000);
`;

/** Whether KEYS is told as something that runs again and again. */
async function isTold(files: Record<string, string>): Promise<boolean> {
  const manifest = JSON.stringify({ name: 'desk', private: true, dependencies: { ioredis: '5', express: '5' } });
  const root = tempProject({
    'package.json': manifest,
    'src/sessions.ts': store,
    'src/report.ts': service,
    'src/main.ts': server,
    ...files,
  });
  const { findings, problems } = await scan({ root, confidence: 'likely' }, keys);
  expect(problems).toEqual([]);
  return findings.length > 0;
}

/** Modules of Nest; the reports are asked for by a controller of one that `src/app.module.ts` takes by `taken` and lists as `listed`. */
const nest = (taken: string, more: Record<string, string> = {}, listed = 'ReportsModule'): Record<string, string> => {
  const module = (name: string, imports = ''): string =>
    `import { Module } from '@nestjs/common';\n${imports}@Module({ controllers: [${name}Controller] })\nexport class ${name}Module {}\n`;
  const folder = (name: string): Record<string, string> => ({
    [`src/${name}/${name}.module.ts`]: module(
      `${name[0]!.toUpperCase()}${name.slice(1)}`,
      `import { ${name[0]!.toUpperCase()}${name.slice(1)}Controller } from './${name}.controller';\n`,
    ),
    [`src/${name}/${name}.controller.ts`]: `import { Controller, Get } from '@nestjs/common';\nimport { Sessions, Counter } from '../sessions';\n@Controller('${name}')\nexport class ${name[0]!.toUpperCase()}${name.slice(1)}Controller {\n  constructor(private readonly sessions: Sessions, private readonly counter: Counter) {}\n  @Get() async all() { return ${name === 'reports' ? 'this.sessions.list()' : 'this.counter.count()'}; }\n}\n`,
  });
  return {
    ...folder('health'),
    ...folder('orders'),
    ...folder('users'),
    ...folder('reports'),
    'src/report.ts': '',
    'src/app.module.ts': `import { Module } from '@nestjs/common';\nimport { HealthModule } from './health/health.module';\nimport { OrdersModule } from './orders/orders.module';\nimport { UsersModule } from './users/users.module';\n${taken}@Module({ imports: [HealthModule, OrdersModule, UsersModule${taken && `, ${listed}`}] })\nexport class AppModule {}\n`,
    'src/main.ts':
      "import { NestFactory } from '@nestjs/core';\nimport { AppModule } from './app.module';\nvoid NestFactory.create(AppModule).then((app) => app.listen(3000));\n",
    ...more,
  };
};
const takesReports = "import { ReportsModule } from './reports/reports.module';\n";
const reports = "export * from './reports.module';\n";

/** A published package whose only entry hands on `handed` of a file that has a router and a label. */
const published = (handed: string): Record<string, string> => ({
  'package.json': JSON.stringify({
    name: 'desk',
    version: '2.1.0',
    exports: { '.': './dist/index.js' },
    publishConfig: { access: 'public' },
    dependencies: { ioredis: '5', '@trpc/server': '11' },
  }),
  'src/routes/reports.ts':
    "import { initTRPC } from '@trpc/server';\nimport { Sessions } from '../sessions';\nconst t = initTRPC.create();\nconst sessions = new Sessions();\nexport const reports = t.router({ all: t.procedure.query(async () => sessions.list()) });\nexport const label = () => 'desk';\n",
  'src/report.ts': '',
  'src/main.ts': "import { label } from './routes/reports';\nexport const title = () => label();\n",
  'src/index.ts': `export { title } from './main';\nexport { ${handed} } from './routes/reports';\n`,
});

const unwired: Record<string, Record<string, string>> = {
  'that only a controller asks whose module no other lists': nest(''),
  'that only a controller asks whose module an index hands on that nobody imports': nest('', {
    'src/reports/index.ts': reports,
  }),
  'that only a controller asks which no module lists': nest(takesReports, {
    'src/reports/reports.module.ts':
      "import { Module } from '@nestjs/common';\n@Module({})\nexport class ReportsModule {}\n",
  }),
  'that only a router asks which no entry of the package hands on': published('label'),
  'that only a type names': {},
  'that only a factory makes which nobody calls': {
    'src/factory.ts':
      "import { Sessions } from './sessions';\nimport { Report } from './report';\nexport const makeReport = () => new Report(new Sessions());\nexport const makeName = () => 'desk';\n",
    'src/main.ts': `${server}import { makeName } from './factory';\nconsole.log(makeName());\n`,
  },
  'that only a test makes': {
    'test/sessions.test.ts': "import { Sessions } from '../src/sessions';\nvoid new Sessions().list();\n",
  },
  'of two that make each other': {
    'src/sessions.ts': `${store}export class Desk { make() { return new Room(); } }\nexport class Room { desk = new Desk(); all = new Sessions(); }\n`,
  },
  'beside one that is taken where it is used': {
    'src/main.ts':
      "import express from 'express';\nimport { Report } from './report';\nconst app = express();\napp.get('/report', async (req, res) => { const { Counter } = await import('./sessions'); res.json([await new Report().write(), await new Counter().count()]); });\napp.listen(3000);\n",
  },
  'of a default export that holds all, of which another is used': {
    'src/sessions.ts': `${store}export default { Sessions, Counter };\n`,
    'src/main.ts': server.replace('{ Counter }', 'all').replace('new Counter', 'new all.Counter'),
  },
  'whose routes are mounted by a function that no file imports': {
    'src/main.ts': server
      .replace(
        "import { Counter } from './sessions';",
        "import { createHealth } from './routes/health';\nimport { createOrders } from './routes/orders';\nimport { createUsers } from './routes/users';",
      )
      .replace('const counter = new Counter();', 'app.use(createHealth(), createOrders(), createUsers());')
      .replace(', await counter.count()', ''),
    ...Object.fromEntries(
      ['Health', 'Orders', 'Users'].map((name) => [
        `src/routes/${name.toLowerCase()}.ts`,
        `import { Router } from 'express';\nexport function create${name}() { const router = Router(); router.get('/', (req, res) => res.end()); return router; }\n`,
      ]),
    ),
    'src/routes/sessions.ts':
      "import { Router } from 'express';\nimport { Sessions } from '../sessions';\nexport function createSessions() { const router = Router(); const sessions = new Sessions(); router.get('/', async (req, res) => { res.json(await sessions.list()); }); return router; }\n",
  },
};

const wired: Record<string, Record<string, string>> = {
  'that a controller asks whose module another lists': nest(takesReports),
  'that a controller asks whose module another lists for later': nest(
    takesReports,
    {},
    'forwardRef(() => ReportsModule)',
  ),
  'that a controller asks whose module another lists among all of its file': nest(
    "import * as all from './reports/reports.module';\n",
    {},
    '...Object.values(all)',
  ),
  'that a controller asks whose module another loads': nest(
    "const loaded = import('./reports/reports.module').then((all) => all.ReportsModule);\n",
    {},
    'loaded',
  ),
  'that a controller asks which a module of another file lists among others': nest(
    "import { extra } from './extra';\n",
    {
      'src/extra.ts':
        "import { ReportsController } from './reports/reports.controller';\nexport const extra = [ReportsController];\n",
      'src/reports/reports.module.ts': '',
    },
    '{ module: class {}, controllers: extra }',
  ),
  'that a controller asks whose module an index takes that acts behind sixty comments': nest('', {
    'src/reports/index.ts': `${'/** A report. */\n'.repeat(60)}import { ReportsModule } from './reports.module';\nconsole.log(ReportsModule);\n`,
  }),
  'that a controller asks whose module an index hands on that an unknown alias may mean': nest(
    "import { ReportsModule } from '~modules/reports';\n",
    { 'src/reports/index.ts': reports },
  ),
  'that a program makes': {
    'src/main.ts': server
      .replace('{ Counter }', '{ Counter, Sessions }')
      .replace('new Report()', 'new Report(new Sessions())'),
  },
  'that a factory makes which a program calls': {
    'src/factory.ts':
      "import { Sessions } from './sessions';\nimport { Report } from './report';\nexport const makeReport = () => new Report(new Sessions());\n",
    'src/main.ts': server
      .replace("{ Report } from './report'", "{ makeReport } from './factory'")
      .replace('new Report()', 'makeReport()'),
  },
  'that is loaded where it is used, and named by who waits for it': {
    'src/main.ts':
      "import express from 'express';\nimport { Report } from './report';\nconst app = express();\napp.get('/report', (req, res) => import('./sessions').then((all) => new Report(new all.Sessions()).write()).then((all) => res.json(all)));\napp.listen(3000);\n",
  },
  'that a router asks which an entry of the package hands on': published('label, reports as all'),
  'that is handed over as a value': {
    'src/wiring.ts':
      "import { register } from 'container';\nimport { Sessions } from './sessions';\nregister(Sessions);\n",
  },
  'that a container looks up by its name': {
    'src/wiring.ts':
      "import { container } from './container';\nimport { Counter } from './sessions';\ncontainer.add(Counter, container.make('Sessions'));\n",
  },
  'that another extends': {
    'src/wiring.ts':
      "import { Sessions } from './sessions';\nclass Logged extends Sessions {}\nexport const logged = new Logged();\n",
  },
  'of a module that is handed over': {
    'src/wiring.ts': "import * as all from './sessions';\nimport { load } from 'container';\nload(all);\n",
  },
  'of a module that is taken whole where it is used': {
    'src/wiring.ts': "import { load } from 'container';\nload(async () => await import('./sessions'));\n",
  },
  'that a framework is told to make by the type of a parameter': {
    'src/report.ts': `import { Injectable } from '@nestjs/common';\nimport { Sessions } from './sessions';\n@Injectable()\n${service.split('\n').slice(1).join('\n').replace('?: Sessions', ': Sessions')}`,
  },
  'that a function makes which is exported again under its own name': {
    'src/jobs.js':
      "const { Sessions } = require('./sessions');\nconst { Report } = require('./report');\nconst write = async () => new Report(new Sessions()).write();\nexports.write = async () => write();\n",
    'src/main.ts': `${server}import { write } from './jobs';\napp.get('/again', async (req, res) => { res.json(await write()); });\n`,
  },
  'whose routes a function mounts in a folder whose files are loaded by their names': Object.fromEntries(
    ['health', 'orders', 'users', 'sessions'].map((name) => [
      `src/hooks/${name}.ts`,
      `import { Router } from 'express';\nimport { Counter, Sessions } from '../sessions';\nexport function mount${name}(app) { app.get('/${name}', async (req, res) => { res.json(await new ${name === 'sessions' ? 'Sessions().list' : 'Counter().count'}()); }); }\n`,
    ]),
  ),
  'of a package that one with templates in another language depends on': {
    'package.json': JSON.stringify({
      name: 'desk',
      private: true,
      workspaces: ['packages/*'],
      dependencies: { ioredis: '5', express: '5' },
    }),
    'packages/site/package.json': JSON.stringify({
      name: 'site',
      private: true,
      dependencies: { vue: '3', desk: '1' },
    }),
  },
  'of a module of CommonJS that is taken as a default': {
    'src/stores.js':
      "const { Sessions } = require('./sessions');\nconst makeSessions = () => new Sessions();\nmodule.exports = { makeSessions };\n",
    'src/report.ts': `import stores from './stores';\n${service.replace('?: Sessions', ' = stores.makeSessions()')}`,
  },
  'of a folder that is loaded by names': {
    'src/libs/health.js': "const { makeCounter } = require('./stores');\nexports.health = () => makeCounter();\n",
    'src/libs/stores.js':
      "const { Counter, Sessions } = require('../sessions');\nexports.makeCounter = () => new Counter();\nexports.makeSessions = () => new Sessions();\n",
    'src/main.ts': `${server}const lib = (name: string) => require(\`./libs/\${name}\`);\napp.get('/health', (req, res) => res.json(lib('health').health()));\n`,
  },
  'that a file may make which is nested too deeply to be read': {
    'src/deep.ts': `import { Sessions } from './sessions';\nexport const deep = ${'[\n'.repeat(20_000)}new Sessions()${'\n]'.repeat(20_000)};\n`,
  },
  'that a file makes which cannot be read: its cast is taken for a tag, and the rest for text': {
    'src/cast.jsx': "import { Sessions } from './sessions';\nconst kind = <Kind>load();\nnew Sessions();\n",
  },
  'of which a field names its method ahead of all functions': {
    'src/sessions.ts': `import Redis from 'ioredis';\nconst redis = new Redis();\nexport class Sessions {\n  readonly handlers = { all: this.list };\n  async list() { return redis.keys('session:*'); }\n}\n`,
    'src/report.ts': 'export class Report { write() {} }\n',
    'src/main.ts':
      "import express from 'express';\nimport { mount } from './web';\nconst app = express();\nmount(app);\napp.listen(3000);\n",
    'src/web.ts':
      "import { Sessions } from './sessions';\nconst sessions = new Sessions();\nexport function mount(app) { app.get('/report', async (req, res) => { res.json(await sessions.list()); }); }\n",
  },
  'that stands in a record by which others are found': {
    'src/wiring.ts':
      "import { Sessions } from './sessions';\nexport const stores = { sessions: Sessions };\nfor (const name of Object.keys(stores)) console.log(name);\n",
  },
};

describe('a class', () => {
  test.each(Object.entries(unwired))('%s is not run by requests', async (_, files) => {
    expect(await isTold(files)).toBe(false);
  });

  test.each(Object.entries(wired))('%s is run by requests', async (_, files) => {
    expect(await isTold(files)).toBe(true);
  });
});
