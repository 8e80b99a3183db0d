/** Generated programs for the differential check: module text, inputs, and a driver that tells what can be seen of it. */
import { createRequire } from 'node:module';
import type fc from 'fast-check';
import ts from 'typescript';
import * as runtime from '../../../runtime/src/index.ts';

/** What the program did: the same before and after the fix. `cost` is what the fix is for: after it, never more. */
export interface Observation {
  results: unknown;
  cost?: number;
}

/** biome-ignore lint/suspicious/noExplicitAny: what a generated module exports is known to its driver alone. */
export type Loaded = any;

/** Loads the module anew, with these libraries and globals in place of the real ones. */
export type Load = (world?: Record<string, unknown>) => Loaded;

export interface Program<Input = unknown> {
  rule: string;
  /** `.ts`, `.mjs` or `.cjs`. */
  extension: string;
  /** Texts that each show the defect. */
  source: fc.Arbitrary<string>;
  input: fc.Arbitrary<Input>;
  observe(load: Load, input: Input): Observation | Promise<Observation>;
}

/** Keeps the type of its input to itself, so that programs fit in one list. */
export function program<Input>(one: Program<Input>): Program {
  return one as unknown as Program;
}

const nodeRequire = createRequire(import.meta.url);

/** Compiles once; each load is a module of its own. `world` gives libraries by module name, and globals by name. */
export function compile(text: string): Load {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  const globals = ['fetch', 'console'] as const;
  const evaluate = new Function('module', 'exports', 'require', ...globals, outputText);
  return (world = {}) => {
    const module = { exports: {} };
    const require = (name: string): unknown => {
      if (name.startsWith('@plimsoll/runtime')) return runtime;
      return name in world ? world[name] : nodeRequire(name);
    };
    evaluate(module, module.exports, require, world.fetch ?? fetch, world.console ?? console);
    return module.exports;
  };
}

/** What a call gives or throws. */
export async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return { gave: await call() };
  } catch (error) {
    return { threw: error instanceof Error ? error.message : String(error) };
  }
}

/** Asks the handler of an `http.createServer` server that does not listen; what it ends the response with. */
export function ask(server: Loaded, request: object): Promise<unknown> {
  const [handler] = server.listeners('request');
  return new Promise((resolve, reject) => {
    const response = { setHeader() {}, writeHead() {}, end: (text: unknown) => resolve(text) };
    Promise.resolve(handler(request, response)).catch(reject);
  });
}

type Handler = (request: object, response: object) => unknown;

/** As much of express as the programs use. */
export function fakeExpress() {
  const handlers = new Map<string, Handler>();
  const router = {
    get: (path: string, handler: Handler) => handlers.set(`GET ${path}`, handler),
    post: (path: string, handler: Handler) => handlers.set(`POST ${path}`, handler),
  };
  const call = (route: string, request: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const response = { json: resolve, send: resolve, sendStatus: resolve };
      Promise.resolve(handlers.get(route)!(request, response)).catch(reject);
    });
  return { library: Object.assign(() => router, { Router: () => router }), call };
}
