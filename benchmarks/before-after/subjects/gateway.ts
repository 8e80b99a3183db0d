import { countTimers, serve, usedBytes } from '../subject.ts';

interface Gateway {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}
interface Exports {
  createGateway(options: {
    services: { name: string; prefix: string; targets: string[] }[];
    upstreamTimeoutMs: number;
    rateLimit: { max: number; windowMs: number };
  }): Gateway;
}

type Services = { name: string; prefix: string; targets: string[] }[];

const { createGateway } = (await import(process.argv[2]!)) as Exports;
const create = (services: Services): Gateway =>
  createGateway({ services, upstreamTimeoutMs: 2_000, rateLimit: { max: 1e9, windowMs: 1_000 } });

serve({
  start: (services: Services) => create(services).listen(0),
  usedBytes,
  countTimers,
  async cycles(count: number) {
    const services = [{ name: 'users', prefix: '/users', targets: ['http://127.0.0.1:9'] }];
    for (let i = 0; i < count; i++) {
      const gateway = create(services);
      await gateway.listen(0);
      await gateway.close();
    }
  },
});
