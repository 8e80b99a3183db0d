import { describe, expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const keys = pairs.filter(({ rule }) => rule.id === 'no-redis-keys');

/** A store whose method walks all keys. */
const store = `const Redis = require('ioredis');
const redis = new Redis();
class Rates {
  async all() { return redis.keys('rate:*'); }
}
module.exports = Rates;
`;
const module = `const Redis = require('ioredis');
const redis = new Redis();
exports.all = async function all() { return redis.keys('rate:*'); };
`;
const inner = 'return async (req, res) => { res.json(await rates.all()); };';

/** Whether KEYS is told as something that a request runs. */
async function isTold(files: Record<string, string>): Promise<boolean> {
  const root = tempProject({
    'package.json': JSON.stringify({ name: 'desk', private: true, dependencies: { ioredis: '5', express: '5' } }),
    ...files,
  });
  const { findings, problems } = await scan({ root, confidence: 'likely' }, keys);
  expect(problems).toEqual([]);
  return findings.length > 0;
}

const server = (lines: string): string =>
  `const express = require('express');\n${lines}const app = express();\napp.get('/rates', makeHandler({ rates }));\napp.listen(3000);\n`;
const handler = `exports.makeHandler = ({ rates }) => { ${inner} };\n`;

const told: Record<string, Record<string, string>> = {
  'a module that is handed over in an object': {
    'lib/rates.js': module,
    'lib/handler.js': handler,
    'server.js': server("const { makeHandler } = require('./lib/handler');\nconst rates = require('./lib/rates');\n"),
  },
  'an instance that is handed over in an object': {
    'lib/rates.js': store,
    'lib/handler.js': handler,
    'server.js': server(
      "const { makeHandler } = require('./lib/handler');\nconst Rates = require('./lib/rates');\nconst rates = new Rates();\n",
    ),
  },
  'what a maker gives, handed over in an object': {
    'lib/rates.js':
      "const Redis = require('ioredis');\nconst redis = new Redis();\nexports.createRates = () => ({ async all() { return redis.keys('rate:*'); } });\n",
    'lib/handler.js': handler,
    'server.js': server(
      "const { makeHandler } = require('./lib/handler');\nconst { createRates } = require('./lib/rates');\nconst rates = createRates();\n",
    ),
  },
  'an instance that a class without types keeps': {
    'lib/rates.js': store,
    'lib/desk.js':
      'class Desk {\n  constructor(rates) { this.rates = rates; }\n  async show(req, res) { res.json(await this.rates.all()); }\n}\nmodule.exports = Desk;\n',
    'server.js':
      "const express = require('express');\nconst Desk = require('./lib/desk');\nconst Rates = require('./lib/rates');\nfunction main() {\n  const rates = new Rates();\n  const desk = new Desk(rates);\n  const app = express();\n  app.get('/rates', (req, res) => desk.show(req, res));\n  app.listen(3000);\n}\nmain();\n",
  },
  'a namespace that a function is handed': {
    'lib/rates.ts':
      "import Redis from 'ioredis';\nconst redis = new Redis();\nexport async function all() { return redis.keys('rate:*'); }\n",
    'lib/handler.ts': `export function makeHandler(rates: any) { ${inner} }\n`,
    'server.ts':
      "import express from 'express';\nimport { makeHandler } from './lib/handler';\nimport * as rates from './lib/rates';\nconst app = express();\napp.get('/rates', makeHandler(rates));\napp.listen(3000);\n",
  },
  'an object that a module exports by its name': {
    'lib/rates.ts':
      "import Redis from 'ioredis';\nconst redis = new Redis();\nexport const rates = { async all() { return redis.keys('rate:*'); } };\n",
    'lib/handler.ts': `export function makeHandler(rates: any) { ${inner} }\n`,
    'server.ts':
      "import express from 'express';\nimport { makeHandler } from './lib/handler';\nimport { rates } from './lib/rates';\nconst app = express();\napp.get('/rates', makeHandler(rates));\napp.listen(3000);\n",
  },
  'a handler of a bot that is made with what it asks': {
    'package.json': JSON.stringify({ name: 'bot', private: true, dependencies: { ioredis: '5', telegraf: '4' } }),
    'lib/rates.js': store,
    'lib/command.js':
      'module.exports = (source) => async (ctx) => { await ctx.reply((await source.all()).join()); };\n',
    'bot.js':
      "const { Telegraf } = require('telegraf');\nconst Rates = require('./lib/rates');\nconst command = require('./lib/command');\nconst bot = new Telegraf(process.env.TOKEN);\nconst source = new Rates();\nbot.command('rates', command(source));\nbot.launch();\n",
  },
};

const silent: Record<string, Record<string, string>> = {
  'a name that two files give to what has such a method': {
    ...told['an instance that is handed over in an object'],
    'lib/local.js': 'class Local { async all() { return []; } }\nmodule.exports = Local;\n',
    'lib/other.js':
      "const Local = require('./local');\nconst rates = new Local();\nexports.first = () => rates.all();\n",
  },
  'a name that the file itself gives to something else': {
    'lib/rates.js': store,
    'lib/handler.js':
      "const { Pool } = require('pg');\nconst rates = new Pool();\nexports.handle = async (req, res) => { res.json(await rates.all()); };\n",
    'jobs/dump.js':
      "const Rates = require('../lib/rates');\nconst rates = new Rates();\nrates.all().then(console.log);\n",
    'server.js':
      "const express = require('express');\nconst { handle } = require('./lib/handler');\nconst app = express();\napp.get('/rates', handle);\napp.listen(3000);\n",
  },
};

describe('what is handed in goes by the name that it is given where it is made', () => {
  test.each(Object.entries(told))('%s', async (_, files) => {
    expect(await isTold(files)).toBe(true);
  });

  test.each(Object.entries(silent))('not %s', async (_, files) => {
    expect(await isTold(files)).toBe(false);
  });
});
