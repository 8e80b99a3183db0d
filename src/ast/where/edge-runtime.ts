import type { FileContext } from '../../model/file-context.ts';

const ofPackage = ['wrangler', '@cloudflare/workers-types', '@cloudflare/vitest-pool-workers'];
/** A server on Node.js: what belongs to workers is a tool beside it, or types. */
const ofNode = ['@hono/node-server', 'express', 'fastify', 'koa', '@nestjs/core', '@hapi/hapi'];
const ofFile =
  /\bruntime\s*[:=]\s*['"](?:experimental-)?edge['"]|['"]cloudflare:[\w-]+['"]|['"]@cloudflare\/workers-types['"]|\bDeno\.\w/;

/** What a module of a worker exports: the platform hands it the bindings of the worker. */
const ofEntry = /\bexport\s+default\s*\{[^{}]*?\bfetch\s*\(\s*\w+[^(),]*,\s*_?env\b/;

/** Whether code runs in workers at the edge (Cloudflare, Vercel, Deno), whose `fetch` is the platform's, not undici. */
export function isAtEdge(file: FileContext): boolean {
  const has = (name: string): boolean => file.package.dependencies.has(name);
  return (ofPackage.some(has) && !ofNode.some(has)) || ofFile.test(file.text) || ofEntry.test(file.text);
}
