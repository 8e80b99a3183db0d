import { expect, test } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { scanFiles } from '../fixtures.ts';

const handler = (agent: string): Record<string, string> => ({
  'src/server.ts': `import http from 'node:http';

export const server = http.createServer((request, response) => {
  const agent = new http.Agent(${agent});
  http.get('http://backend/', { agent }, (answer) => answer.pipe(response));
});
`,
});

test('an agent whose limit of sockets becomes one for all requests is shared only after review', async () => {
  const of = async (agent: string): Promise<string | undefined> => {
    const pair = pairs.filter(({ rule }) => rule.id === 'no-client-per-request');
    const { findings } = await scanFiles(handler(agent), pair);
    expect(findings).toHaveLength(1);
    return findings[0]?.fix?.safety;
  };
  expect(await of('{ keepAlive: true }')).toBe('safe');
  expect(await of('{ keepAlive: true, maxSockets: 10 }')).toBe('review');
});
