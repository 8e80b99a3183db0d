import { expect, test } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { fixAll } from '../fix-all.ts';

const pair = pairs.find(({ rule }) => rule.id === 'no-unbounded-fanout')!;

/** What becomes of work that is started for all users at once, between lines that say how the file is written. */
async function fixed(code: string, ahead = ''): Promise<string> {
  const head = `import { mapLimit } from '@plimsoll/runtime';
import { createServer } from 'node:http';
import { mailService, userRepository } from './services.js';
export const server = createServer(async (req, res) => {
  const users = await userRepository.listUsers();
${ahead}`;
  const tail = '\n  res.end();\n});\n';
  const { files, applied } = await fixAll({ 'src/a.ts': head + code + tail }, pair);
  expect(applied).toBe(1);
  expect(files['src/a.ts']!.startsWith(head)).toBe(true);
  return files['src/a.ts']!.slice(head.length, -tail.length);
}

const broken = `  await Promise.all(
    users.map(async (user) => {
      /* what they read,
         and when */
      const { subject } = await mailService.getLast(user.address);
      await mailService.note(subject, \`read
      by \${user.name}\`);
    }),
  );`;

test('the body stands where the call does, texts and comments as they are', async () => {
  expect(await fixed(broken)).toBe(`  await mapLimit(users, 10, async (user) => {
    /* what they read,
       and when */
    const { subject } = await mailService.getLast(user.address);
    await mailService.note(subject, \`read
      by \${user.name}\`);
  });`);
});

test('a body without brackets follows below, in a line of the width of the others', async () => {
  const code = `  await Promise.all(
    users.map((user) => mailService.send(user.address, user.language, 'news')),
  );`;
  expect(await fixed(code)).toBe(`  await mapLimit(users, 10, (user) =>
    mailService.send(user.address, user.language, 'news'),
  );`);
  const wide = `  const known = users.filter(({ address, language, name }) => address !== null && language !== null && name);\n`;
  expect(await fixed(code, wide)).toBe(
    `  await mapLimit(users, 10, (user) => mailService.send(user.address, user.language, 'news'));`,
  );
});

test('each argument has a line where the function cannot begin in the first', async () => {
  const code = `  const mails: Record<string, string>[] = await Promise.all(
    users.map(async ({ address, language }) => ({
      last: await mailService.getLast(address, language),
    })),
  );`;
  expect(await fixed(code)).toBe(`  const mails: Record<string, string>[] = await mapLimit(
    users,
    10,
    async ({ address, language }) => ({
      last: await mailService.getLast(address, language),
    }),
  );`);
  const chain = `  await Promise.all(
    users
      .filter(({ isActive }) => isActive)
      .map((user) =>
        mailService.send(user.address, user.language, user.subscription),
      ),
  );`;
  expect(await fixed(chain)).toBe(`  await mapLimit(
    users
      .filter(({ isActive }) => isActive),
    10,
    (user) => mailService.send(user.address, user.language, user.subscription),
  );`);
});

test('arguments end with a comma where those of other calls do', async () => {
  const code = `  await Promise.all(
    users.map((user) => mailService.send(user.address, user.language, 'news'))
  );`;
  expect(await fixed(code)).toBe(`  await mapLimit(users, 10, (user) =>
    mailService.send(user.address, user.language, 'news')
  );`);
});

test('what was one line and gets no longer stays one', async () => {
  const code = `  await Promise.all(users.map((user) => mailService.send(user.address, 'a subject that is long', 'news')));`;
  expect(await fixed(code)).toBe(
    `  await mapLimit(users, 10, (user) => mailService.send(user.address, 'a subject that is long', 'news'));`,
  );
});
