import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type ClientCapabilities,
  type CodeAction,
  DidChangeWorkspaceFoldersNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  type Range,
  ShutdownRequest,
  type TextDocumentEdit,
} from 'vscode-languageserver-protocol/node';
import { startEditor } from './editor.ts';
import { bin, cache, library, plimsoll, poller, project } from './plimsoll.ts';

/** The built server, with a project of these files. */
async function edit({ files, capabilities }: { files: Record<string, string>; capabilities?: ClientCapabilities }) {
  const { folder, remove } = project({ 'package.json': library, ...files });
  onTestFinished(remove);
  return startEditor({ bin, folder, ...(capabilities && { capabilities }) });
}

/** What a document is after an edit of plain text edits. */
function applied(text: string, change: TextDocumentEdit | undefined): string {
  const lines = text.split('\n');
  const offsetOf = ({ line, character }: Range['start']): number =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  let result = text;
  for (const one of [...(change?.edits ?? [])].reverse()) {
    const added = 'newText' in one ? one.newText : one.snippet.value;
    result = result.slice(0, offsetOf(one.range.start)) + added + result.slice(offsetOf(one.range.end));
  }
  return result;
}

function textEdit({ edit: change }: CodeAction, uri?: string): TextDocumentEdit | undefined {
  const edits = (change?.documentChanges ?? []).filter((one): one is TextDocumentEdit => 'textDocument' in one);
  return edits.find(({ textDocument }) => uri === undefined || textDocument.uri === uri);
}

describe('diagnostics', () => {
  test('on opening: place, severity, rule with its page, message and advice', async () => {
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    const [diagnostic, ...others] = await editor.open('src/poller.ts');
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({
      range: { start: { line: 2, character: 4 } },
      // High, but on trial.
      severity: 2,
      code: 'no-leaked-interval',
      codeDescription: { href: expect.stringMatching(/docs\/rules\/no-leaked-interval\.md$/) },
      source: 'plimsoll',
      message: expect.stringMatching(/^This interval .*\n.*clear/),
    });
  });

  test('follow what is typed, once for a burst of keys, without a save', async () => {
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    await editor.open('src/poller.ts');
    const before = editor.published.length;
    const fine = poller.replace('setInterval', 'this.poll(); void ');
    expect(await editor.change('src/poller.ts', `${poller}\n`, `${poller}\n\n`, fine)).toEqual([]);
    expect(editor.published.length - before).toBe(1);
    const [moved] = await editor.change('src/poller.ts', `\n\n${poller}`);
    expect(moved?.range.start.line).toBe(4);
  });

  test('a syntax error is a hint, and the server goes on', async () => {
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    const [problem, ...others] = await editor.open('src/poller.ts', poller.replace('(() =>', '((( =>'));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ severity: 4, message: expect.stringMatching(/^Not analysed: Syntax error/) });
    expect(await editor.change('src/poller.ts', poller)).toHaveLength(1);
  });

  test('depend on what is not saved in other files, after a save of those', async () => {
    const server = `import express from 'express';
import { Poller } from './poller.js';
const app = express();
app.get('/', (req, res) => {
  new Poller(() => {});
  res.end();
});
`;
    const once = `import { Poller } from './poller.js';\nnew Poller(() => {});\n`;
    const local = poller.replace('  stop(): void {}\n', '');
    const editor = await edit({ files: { 'src/poller.ts': local, 'src/server.ts': once } });
    const before = await editor.open('src/poller.ts');
    await editor.open('src/server.ts');
    await editor.change('src/server.ts', server);
    const next = editor.next('src/poller.ts');
    await editor.save('src/server.ts', server);
    expect([before.length, (await next).length]).toEqual([0, 1]);
  });

  test('go away when the file is closed, and what is not saved is forgotten', async () => {
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    await editor.open('src/poller.ts');
    const next = editor.next('src/poller.ts');
    await editor.close('src/poller.ts');
    expect(await next).toEqual([]);
  });

  test('leave out what a scan leaves out, and what is suppressed; a directive that does nothing is one', async () => {
    const directive = '    // plimsoll-ignore-next-line no-leaked-interval -- one for the life of the process\n';
    const kept = poller.replace('    setInterval', `${directive}    setInterval`);
    const stale = `${directive.trim()}\nexport {};\n`;
    const config = JSON.stringify({ exclude: ['src/old/**'] });
    const editor = await edit({
      files: {
        'src/kept.ts': kept,
        'src/stale.ts': stale,
        'src/old/poller.ts': poller,
        'plimsoll.config.json': config,
      },
    });
    expect(await editor.open('src/kept.ts')).toEqual([]);
    expect(await editor.open('src/old/poller.ts')).toEqual([]);
    expect(await editor.open('src/stale.ts')).toMatchObject([
      { code: 'suppression', severity: 2, range: { start: { line: 0 } } },
    ]);
  });
});

test('what the baseline knows is no diagnostic, one more of it is', async () => {
  const { folder, remove } = project({ 'package.json': library, 'src/poller.ts': poller });
  onTestFinished(remove);
  const { code } = await plimsoll(['baseline', 'update', '--accept-new'], { cwd: folder });
  expect(code).toBe(0);
  writeFileSync(join(folder, 'plimsoll.config.json'), '{ "baseline": "plimsoll-baseline.ndjson" }');
  const editor = await startEditor({ bin, folder });
  expect(await editor.open('src/poller.ts')).toEqual([]);
  const interval = '    setInterval(() => this.poll(), 1_000);\n';
  expect(await editor.change('src/poller.ts', poller.replace(interval, interval + interval))).toHaveLength(1);
});

describe('configuration', () => {
  test('is read anew when it changes', async () => {
    const off = JSON.stringify({ rules: { 'no-leaked-interval': 'off' } });
    const editor = await edit({ files: { 'src/poller.ts': poller, 'plimsoll.config.json': off } });
    expect(await editor.registered()).toBe('workspace/didChangeWatchedFiles');
    expect(await editor.open('src/poller.ts')).toEqual([]);
    const next = editor.next('src/poller.ts');
    await editor.touched('plimsoll.config.json', JSON.stringify({ rules: { 'no-leaked-interval': 'low' } }));
    expect(await next).toMatchObject([{ severity: 3 }]);
  });

  test('is read anew when it is code', async () => {
    const code = (state: string) => `export default { rules: { 'no-leaked-interval': '${state}' } };\n`;
    const editor = await edit({ files: { 'src/poller.ts': poller, 'plimsoll.config.js': code('off') } });
    expect(await editor.open('src/poller.ts')).toEqual([]);
    const next = editor.next('src/poller.ts');
    await editor.touched('plimsoll.config.js', code('low'));
    expect(await next).toMatchObject([{ severity: 3 }]);
  });

  test('a broken one is told once, with its place, until it is mended', async () => {
    const broken = '{ "rules": { "no-leaked-intervall": "off" } }';
    const editor = await edit({ files: { 'src/poller.ts': poller, 'plimsoll.config.json': broken } });
    expect(await editor.open('src/poller.ts')).toEqual([]);
    await editor.change('src/poller.ts', `${poller}\n`);
    expect(editor.messages).toHaveLength(1);
    expect(editor.messages[0]).toMatch(/^Plimsoll: unknown rule "no-leaked-intervall"/);
    expect(editor.messages[0]).toContain('at plimsoll.config.json:1:14');
    expect(editor.messages[0]).toContain('did you mean "no-leaked-interval"?');
    const next = editor.next('src/poller.ts');
    await editor.touched('plimsoll.config.json', '{}');
    expect(await next).toHaveLength(1);
  });

  test('each folder of the workspace has its own; folders come and go', async () => {
    const other = project({
      'package.json': library,
      'src/poller.ts': poller,
      'plimsoll.config.json': JSON.stringify({ rules: { 'no-leaked-interval': 'low' } }),
    });
    onTestFinished(other.remove);
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    expect(await editor.open('src/poller.ts')).toMatchObject([{ severity: 2 }]);
    const event = { added: [{ uri: pathToFileURL(other.folder).href, name: 'other' }], removed: [] };
    await editor.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, { event });
    const uri = pathToFileURL(join(other.folder, 'src/poller.ts')).href;
    const textDocument = { uri, languageId: 'typescript', version: 1, text: poller };
    await editor.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    const found = await editor.until(() => editor.published.find((one) => one.uri === uri));
    expect(found.diagnostics).toMatchObject([{ severity: 3 }]);
  });
});

test('an editor that tells of no folders gets all the same', async () => {
  const editor = await edit({ files: { 'src/poller.ts': poller }, capabilities: {} });
  expect(await editor.open('src/poller.ts')).toHaveLength(1);
  expect(editor.errors).toEqual([]);
});

describe('code actions', () => {
  test('a safe fix is preferred and does what --fix does', async () => {
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    await editor.open('src/poller.ts');
    const [fix] = await editor.actions('src/poller.ts');
    expect(fix).toMatchObject({ kind: 'quickfix', isPreferred: true, title: expect.stringMatching(/^Fix: /) });
    expect(fix?.diagnostics).toMatchObject([{ code: 'no-leaked-interval' }]);
    const after = applied(poller, textEdit(fix!));
    expect(after).toContain('clearInterval(');
    expect(await editor.change('src/poller.ts', after)).toEqual([]);
    expect(await editor.actions('src/poller.ts')).toEqual([]);
  });

  test('nothing is offered beside the finding; all safe fixes at once only when asked for', async () => {
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    await editor.open('src/poller.ts');
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    expect(await editor.actions('src/poller.ts', { range })).toEqual([]);
    const [all, ...others] = await editor.actions('src/poller.ts', { range, only: ['source.fixAll'] });
    expect(others).toEqual([]);
    expect(all?.kind).toBe('source.fixAll.plimsoll');
    expect(applied(poller, textEdit(all!))).toContain('clearInterval(');
  });

  test('a fix that needs review says so, and what may change, and is not preferred', async () => {
    const keys = `import { Router } from 'express';
import Redis from 'ioredis';
const redis = new Redis();
export const router = Router();
router.get('/keys/:user', async (req, res) => {
  const keys = await redis.keys(req.params.user);
  res.json(keys.length);
});
`;
    const editor = await edit({ files: { 'src/keys.ts': keys } });
    await editor.open('src/keys.ts');
    const actions = await editor.actions('src/keys.ts');
    const review = actions.find(({ title }) => title.startsWith('Fix, to be reviewed: collects the keys by SCAN'));
    expect(review).toMatchObject({ isPreferred: false, title: expect.stringContaining('SCAN may give a key twice') });
    expect(await editor.actions('src/keys.ts', { only: ['source.fixAll'] })).toEqual([]);
  });

  test('what a fix needs comes with it, in files of its own', async () => {
    const editor = await edit({ files: { 'src/cache.ts': cache } });
    await editor.open('src/cache.ts');
    const [fix] = await editor.actions('src/cache.ts');
    const created = (fix?.edit?.documentChanges ?? []).flatMap((one) =>
      'kind' in one ? [one.kind, 'uri' in one && one.uri] : [],
    );
    expect(created).toEqual(expect.arrayContaining(['create', editor.uriOf('src/lib/plimsoll/bounded-cache.ts')]));
    const part = textEdit(fix!, editor.uriOf('src/lib/plimsoll/bounded-cache.ts'));
    expect(applied('', part)).toContain('class BoundedCache');
    expect(applied(cache, textEdit(fix!, editor.uriOf('src/cache.ts')))).toContain('new BoundedCache');
  });

  test('an editor that cannot create files is not offered what needs one', async () => {
    const editor = await edit({ files: { 'src/cache.ts': cache }, capabilities: {} });
    await editor.open('src/cache.ts');
    const [suppress, ...others] = await editor.actions('src/cache.ts');
    expect(others).toEqual([]);
    expect(suppress?.title).toMatch(/^Suppress /);
    const [change] = Object.values(suppress?.edit?.changes ?? {});
    expect(change?.[0]?.newText).toMatch(/plimsoll-ignore-next-line no-unbounded-cache -- \n$/);
  });

  test('a suppression waits for its reason: the editor asks for it, and without one it does not hold', async () => {
    const editor = await edit({ files: { 'src/poller.ts': poller } });
    await editor.open('src/poller.ts');
    const suppress = (await editor.actions('src/poller.ts')).at(-1)!;
    const text = applied(poller, textEdit(suppress));
    const [, , line] = text.split('\n');
    expect(line).toBe(`    // plimsoll-ignore-next-line no-leaked-interval -- \${1:reason}`);
    const withReason = (reason: string): string => text.replace(/\$\{1:reason\}/, reason);
    const empty = withReason('');
    const codes = (await editor.change('src/poller.ts', empty)).map(({ code }) => code);
    expect(codes.sort()).toEqual(['no-leaked-interval', 'suppression']);
    expect(await editor.change('src/poller.ts', withReason('one for the process'))).toEqual([]);
  });

  test('a fix of a class changes the owner in another file too', async () => {
    const files = {
      'package.json': library.replace('5.0.0"', '5.0.0", "@plimsoll/runtime": "*"'),
      'src/poller.ts': poller.replace('  stop(): void {}\n', ''),
      'src/gateway.ts': `import { Poller } from './poller.js';

export class Gateway {
  private readonly poller = new Poller(() => {});

  close(): void {}
}
`,
    };
    const editor = await edit({ files });
    await editor.open('src/poller.ts');
    const [fix] = await editor.actions('src/poller.ts');
    const owner = applied(files['src/gateway.ts'], textEdit(fix!, editor.uriOf('src/gateway.ts')));
    expect(owner).toContain('this.poller.dispose();');
  });
});

test('ends when the editor shuts it down', async () => {
  const editor = await edit({ files: { 'src/poller.ts': poller } });
  await editor.connection.sendRequest(ShutdownRequest.type);
  const ended = new Promise((resolve) => editor.child.on('exit', resolve));
  await editor.connection.sendNotification(ExitNotification.type);
  expect(await ended).toBe(0);
});

test('a document that is no file, and a file that is no source, get no answer and do no harm', async () => {
  const editor = await edit({ files: { 'src/poller.ts': poller } });
  for (const uri of ['untitled:Untitled-1', editor.uriOf('readme.md')]) {
    const textDocument = { uri, languageId: 'typescript', version: 1, text: poller };
    await editor.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  }
  expect(await editor.open('src/poller.ts')).toHaveLength(1);
  expect(editor.published).toHaveLength(1);
});
