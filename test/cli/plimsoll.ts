import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const bin = join(import.meta.dirname, '../../bin/plimsoll.js');
if (!existsSync(join(dirname(bin), '../dist/cli.js'))) throw new Error('build first: npm run build');

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  /** The plimsoll.js that a conversation is with, when it is not this build. */
  bin?: string;
  /** Undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Shell text in which `{}` stands for the command; without it the command runs by itself, piped. */
  shell?: string;
  nodeOptions?: string[];
  onStart?(pid: number): void;
}

/**
 * The environment of a plain terminal user: nothing that a CI or this test run has set. Rules on trial weigh, for what the
 * samples below are found by is on trial, and tests are about what findings do.
 */
const plainEnv = {
  PATH: process.env.PATH ?? '',
  HOME: tmpdir(),
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  PLIMSOLL_TRIAL: 'weigh',
};

/** Runs the built command as a user would. */
export function plimsoll(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const { cwd, shell, nodeOptions = [] } = options;
  const env = { ...plainEnv, ...options.env };
  const quoted = [process.execPath, ...nodeOptions, bin, ...args].map((word) => `'${word}'`).join(' ');
  const child =
    shell === undefined
      ? spawn(process.execPath, [...nodeOptions, bin, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn('bash', ['-c', shell.replace('{}', () => quoted)], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs the command on a terminal: what it shows there, stdout and stderr together. */
export function onTerminal(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const command = [process.execPath, bin, ...args].join(' ');
  return plimsoll(args, { ...options, shell: `script -qec '${command}' /dev/null` });
}

/** Runs the command on a terminal and answers it: each answer is typed once the screen shows what it waits for. */
export function conversation(
  args: readonly string[],
  options: RunOptions,
  answers: readonly (readonly [waitFor: string, keys: string])[],
): Promise<Outcome> {
  const command = [process.execPath, options.bin ?? bin, ...args].map((word) => `"${word}"`).join(' ');
  const env = { ...plainEnv, ...options.env };
  // Without a size of its own the terminal has no columns.
  const shell = `script -qec 'stty cols 100 rows 40; ${command}' /dev/null`;
  const child = spawn('bash', ['-c', shell], { cwd: options.cwd, env });
  const left = [...answers];
  let stdout = '';
  let seen = 0;
  child.stdout.on('data', (data) => {
    stdout += data;
    // On a busy machine several of them may come at once.
    for (let next = left[0]; next; next = left[0]) {
      const [waitFor, keys] = next;
      const at = stdout.indexOf(waitFor, seen);
      if (at < 0) return;
      seen = at + waitFor.length;
      left.shift();
      child.stdin.write(keys);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr: '' }));
  });
}

/** A folder with these files; the test that makes it removes it. */
export function project(files: Readonly<Record<string, string>>): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const leakyApp = `import express from 'express';

const app = express();

app.get('/orders', (request, response) => {
  setInterval(() => console.log(request.path), 1000);
  response.json([]);
});

const server = app.listen(3000);
process.once('SIGTERM', () => server.close());
`;

export const manifest = '{ "name": "shop", "type": "module", "dependencies": { "express": "5.0.0" } }\n';

/** Of a library: each who uses it makes what it offers. */
export const library = manifest.replace(
  '"dependencies"',
  '"version": "1.0.0", "types": "index.d.ts", "peerDependencies"',
);

/** One whose rules on trial weigh, for what does not see the environment of {@link plimsoll}. */
export const weighing = library.replace(' }\n', ', "plimsoll": { "trial": "weigh" } }\n');

/** A class with an interval that nothing clears, and a method to clear it in. */
export const poller = `export class Poller {
  constructor(private readonly poll: () => void) {
    setInterval(() => this.poll(), 1_000);
  }

  stop(): void {}
}
`;

/** A cache that grows with what clients ask for; its repair needs the runtime. */
export const cache = `import { createServer } from 'node:http';

const pages = new Map<string, string>();

function page(url: string): string {
  const known = pages.get(url);
  if (known !== undefined) return known;
  const made = url.toUpperCase();
  pages.set(url, made);
  return made;
}

const server = createServer((req, res) => {
  res.end(page(req.url ?? ''));
});
server.listen(3000);
process.once('SIGTERM', () => server.close());
`;
