/** Nine instances that are mostly quick, sometimes slow, and now and then never answer. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { random } from '../../harness.ts';
import { serve } from '../subject.ts';

const next = random(7);
const body = JSON.stringify({
  items: Array.from({ length: 40 }, (_, id) => ({ id, name: `item ${id}`, note: 'x'.repeat(60) })),
});
const servers: Server[] = [];

function instance(): Promise<number> {
  const server = createServer((request, response) => {
    request.resume();
    const answer = (): void => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    };
    if (request.url === '/health') return answer();
    const luck = next();
    if (luck < 0.005) return;
    setTimeout(answer, luck < 0.025 ? 50 + 200 * next() : 1 + 4 * next());
  });
  servers.push(server);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

serve({
  async start() {
    const services = [];
    for (const name of ['users', 'orders', 'catalogue']) {
      const targets = [];
      for (let i = 0; i < 3; i++) targets.push(`http://127.0.0.1:${await instance()}`);
      services.push({ name, prefix: `/${name}`, targets });
    }
    return services;
  },
  async countConnections() {
    const counts = servers.map(
      (server) => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count))),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  },
});
