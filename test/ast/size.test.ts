import { describe, expect, it } from 'vitest';
import { analyseFile } from '../../src/ast/analyse.ts';
import { findSize, soundsLarge } from '../../src/ast/size/size.ts';
import type { ts } from '../../src/ast/ts.ts';

const pkg = {
  dir: '',
  name: undefined,
  type: 'module',
  dependencies: new Set(['firebase-admin', 'wrangler']),
  scripts: new Set<string>(),
} as const;

/** Judges the argument of `judge(…)` in a text. */
function sizeIn(text: string): { size: string; why: string; sounds: boolean } {
  const file = analyseFile('src/a.ts', text, pkg as unknown as Parameters<typeof analyseFile>[2]);
  const call = file.nodes('CallExpression').find((c) => c.expression.getText() === 'judge');
  const list = call?.arguments[0] as ts.Expression;
  const { size, why } = findSize(list, file);
  return { size, why, sounds: soundsLarge(list, file) };
}

const prisma = `import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\n`;
const large: Record<string, string> = {
  'all rows of a query without a limit': `${prisma}async function f() { const rows = await prisma.user.findMany(); judge(rows); }`,
  'rows of one customer': `${prisma}async function f(workspaceId: string) { judge(await prisma.user.findMany({ where: { workspaceId, active: true } })); }`,
  'all rows of a repository, in an order': `import type { Repository } from 'typeorm';\nasync function f(cards: Repository<Card>) { judge(await cards.find({ order: { id: 'ASC' } })); }`,
  'all documents of a collection': `import { getFirestore } from 'firebase-admin/firestore';\nasync function f() { const { docs } = await getFirestore().collection('cards').get(); judge(docs); }`,
  'all rows of a statement without a condition': `async function f(env: Env) { const { results } = await env.DB.prepare('SELECT * FROM cards').all(); judge(results); }`,
  'rows through map and filter': `${prisma}async function f() { const ids = (await prisma.user.findMany()).filter((u) => u.name).map((u) => u.id); judge(ids); }`,
  'one row for each of a long list': `${prisma}async function f(req: any) { const { ids } = req.body; judge(await prisma.user.findMany({ where: { id: { in: ids } } })); }`,
  'what a request carries': `function f(req: any) { judge(req.body.items); }`,
  'a parsed body': `async function f(request: Request) { const body = await request.json(); judge(body.orders); }`,
  'a service asked for all': `class A { constructor(private store: any) {} async f() { const all = await this.store.getAllOrders(); judge(all); } }`,
  'lines of a file': `import { readFile } from 'node:fs/promises';\nasync function f(p: string) { const text = await readFile(p, 'utf8'); judge(text.split('\\n')); }`,
  'a list filled for each row': `${prisma}async function f() { const names: string[] = []; for (const u of await prisma.user.findMany()) names.push(u.name); judge(names); }`,
  'pages gathered to the last': `async function f(api: any) { const all: unknown[] = []; let cursor; do { const page = await api.list({ cursor }); all.push(...page.items); cursor = page.next; } while (cursor); judge(all); }`,
  'a stream gathered': `async function f(stream: any) { const all: unknown[] = []; stream.on('data', (x: unknown) => all.push(x)); judge(all); }`,
  'a whole range of a store': `async function f(db: any) { judge(await db.getSortedSetRange('posts', 0, -1)); }`,
  'what the calls of this file hand over': `${prisma}async function f() { g(await prisma.user.findMany()); }\nfunction g(list: unknown[]) { judge(list); }`,
};
const notLarge: Record<string, [size: string, text: string]> = {
  'people by an office that few hold': [
    'unknown',
    `${prisma}async function f() { const superAdmins = await prisma.user.findMany({ where: { role: 'super' } }); judge(superAdmins); }`,
  ],
  'a literal': ['small', `judge(['a', 'b']);`],
  'a constant': ['small', `import { ROLES } from './roles.js';\njudge(ROLES);`],
  'a page of rows': ['unknown', `${prisma}async function f() { judge(await prisma.user.findMany({ take: 50 })); }`],
  'the children of one parent': [
    'unknown',
    `${prisma}async function f(postId: string) { judge(await prisma.comment.findMany({ where: { postId } })); }`,
  ],
  'documents below a document': [
    'unknown',
    `import { getFirestore } from 'firebase-admin/firestore';\nasync function f(id: string) { const { docs } = await getFirestore().collection('users').doc(id).collection('cards').get(); judge(docs); }`,
  ],
  'rows of a statement that asks for one key': [
    'unknown',
    `async function f(env: Env, id: string) { const { results } = await env.DB.prepare('SELECT * FROM cards WHERE user_id = ?').bind(id).all(); judge(results); }`,
  ],
  'rows of one customer, by a column that stands where options do': [
    'unknown',
    `import type { Repository } from 'typeorm';\nasync function f(cards: Repository<Card>, userId: string) { judge(await cards.find({ userId })); }`,
  ],
  'rows that are few by their name': [
    'unknown',
    `${prisma}async function f() { judge(await prisma.role.findMany()); }`,
  ],
  'those of one key': [
    'unknown',
    `${prisma}async function f(id: string) { judge((await prisma.user.findMany()).filter((u) => u.teamId === id || !u.teamId)); }`,
  ],
  'a slice with a limit': ['small', `function f(users: string[]) { judge(users.slice(0, 20)); }`],
  configuration: ['small', `function f(options: { users: string[] }) { judge(options.users); }`],
  'a list whose length is checked': [
    'small',
    `function f(ids: string[]) { if (ids.length > maxIds) throw new Error(); judge(ids); }`,
  ],
  'a batch that is emptied as it fills': [
    'small',
    `async function f(files: AsyncIterable<string>) { let batch: string[] = []; for await (const x of files) { batch.push(x); if (batch.length === 500) { judge(batch); batch = []; } } }`,
  ],
  'parts of a short text': ['unknown', `function f(path: string) { judge(path.split('/')); }`],
  'a parameter of unknown origin': ['unknown', `export function f(users: string[]) { judge(users); }`],
  'a part of one item': ['unknown', `function f(user: any) { judge(user.friends); }`],
};

describe('findSize', () => {
  for (const [name, text] of Object.entries(large)) {
    it(`calls ${name} large, and says why`, () => {
      const found = sizeIn(text);
      expect(found.size).toBe('large');
      expect(found.why).not.toBe('');
    });
  }
  for (const [name, [size, text]] of Object.entries(notLarge)) {
    it(`does not call ${name} large`, () => expect(sizeIn(text).size).toBe(size));
  }
  it('lets a name make a list sound large, never be it', () => {
    expect(sizeIn('export function f(users: string[]) { judge(users); }')).toMatchObject({
      size: 'unknown',
      sounds: true,
    });
    expect(sizeIn('export function f(roles: string[]) { judge(roles); }')).toMatchObject({
      size: 'small',
      sounds: false,
    });
  });
});
