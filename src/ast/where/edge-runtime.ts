import type { FileContext } from '../../model/file-context.ts';

const ofPackage = ['wrangler', '@cloudflare/workers-types', '@cloudflare/vitest-pool-workers'];
const ofFile =
  /\bruntime\s*[:=]\s*['"](?:experimental-)?edge['"]|['"]cloudflare:[\w-]+['"]|['"]@cloudflare\/workers-types['"]|\bDeno\.\w/;

/** Whether code runs in workers at the edge (Cloudflare, Vercel, Deno), whose `fetch` is the platform's, not undici. */
export function isAtEdge(file: FileContext): boolean {
  return ofPackage.some((name) => file.package.dependencies.has(name)) || ofFile.test(file.text);
}
