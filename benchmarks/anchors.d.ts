/** Types for the measured libraries that come without any. */
declare module 'hashring' {
  export default class HashRing {
    constructor(
      nodes: string[] | Record<string, { weight?: number; vnodes?: number }>,
      algorithm?: string,
      options?: { 'vnode count'?: number; 'max cache size'?: number; replicas?: number },
    );
    get(key: string): string;
    range(key: string, size?: number, unique?: boolean): string[];
    add(node: string): void;
    remove(node: string): void;
  }
}

declare module 'murmurhash' {
  export default function murmurhash(key: string, seed?: number): number;
}
