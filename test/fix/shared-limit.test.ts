import { expect, test } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { scanFiles } from '../fixtures.ts';

const handler = (agent: string, timeout: string): Record<string, string> => ({
  'src/server.ts': `import http from 'node:http';

export const server = http.createServer((request, response) => {
  const agent = new http.Agent(${agent});
  http.get('http://backend/', { agent${timeout} }, (answer) => answer.pipe(response));
});
`,
});

test('an agent whose limit of sockets becomes one for all requests is shared only after review', async () => {
  const of = async (agent: string, timeout = ''): Promise<string | undefined> => {
    const pair = pairs.filter(({ rule }) => rule.id === 'no-client-per-request');
    const { findings } = await scanFiles(handler(agent, timeout), pair);
    expect(findings).toHaveLength(1);
    return findings[0]?.fix?.safety;
  };
  expect(await of('{ keepAlive: true }')).toBe('safe');
  expect(await of('{ keepAlive: true, maxSockets: 10 }', ', timeout: 2_000')).toBe('review');
});

test('such an agent is not shared where a request that is never answered would keep its socket', async () => {
  const pair = pairs.filter(({ rule }) => rule.id === 'no-client-per-request');
  const { findings } = await scanFiles(handler('{ keepAlive: true, maxSockets: 10 }', ''), pair);
  expect(findings[0]?.fix).toBeUndefined();
  expect(findings[0]?.skip).toMatch(/`maxSockets` would hold for all requests.*time-out first/);
});

test('what would connect, or read the environment, as soon as the module is loaded is shared only after review', async () => {
  const of = async (module: string, creation: string): Promise<string | undefined> => {
    const text = `import { createServer } from 'node:http';
import { ${module === 'pg' ? 'Pool' : 'Redis'} as Client } from '${module}';

export const server = createServer(async (request, response) => {
  const client = new Client(${creation});
  response.end(String(await client.get(request.url)));
});
`;
    const pair = pairs.filter(({ rule }) => rule.id === 'no-client-per-request');
    const { findings } = await scanFiles({ 'src/server.js': text }, pair);
    expect(findings).toHaveLength(1);
    return findings[0]?.fix?.safety;
  };
  expect(await of('pg', "{ host: 'db' }")).toBe('safe');
  expect(await of('pg', '{ host: process.env.DB_HOST }')).toBe('review');
  expect(await of('ioredis', "{ host: 'cache' }")).toBe('review');
});
