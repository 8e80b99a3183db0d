import { countTimers, serve, usedBytes } from '../subject.ts';

interface OrderService {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
  orders: { findByCustomer(customer: string): Promise<unknown[]> };
}
interface Exports {
  createOrderService(): OrderService;
}

const { createOrderService } = (await import(process.argv[2]!)) as Exports;
let service: OrderService;

serve({
  start() {
    service = createOrderService();
    return service.listen(0);
  },
  usedBytes,
  countTimers,
  /** Looks up `count` customers from number `first` on, ten at a time. */
  async lookUp({ first, count }: { first: number; count: number }) {
    let next = first;
    const loop = async (): Promise<void> => {
      while (next < first + count) await service.orders.findByCustomer(`visitor-${next++}`);
    };
    await Promise.all(Array.from({ length: 10 }, loop));
  },
  async cycles(count: number) {
    for (let i = 0; i < count; i++) {
      const one = createOrderService();
      await one.listen(0);
      await one.close();
    }
  },
});
