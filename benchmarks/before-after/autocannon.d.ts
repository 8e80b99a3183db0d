/** What the benchmark uses of autocannon, which comes without types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export interface RequestParts {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
  }
  export interface Options {
    url: string;
    connections: number;
    amount?: number;
    duration?: number;
    overallRate?: number;
    timeout?: number;
    requests: { setupRequest(request: RequestParts): RequestParts }[];
  }
  export interface Instance extends EventEmitter, PromiseLike<unknown> {
    on(
      event: 'response',
      listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
    ): this;
  }
  export default function autocannon(options: Options): Instance;
}
