import type { Binding, FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findClientHome } from '../clients/client-home.ts';
import { isInlineCallback } from '../names/functions.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { runsAtProcessEnd } from './process-end.ts';
import { frequencyOf, isStartup } from './where.ts';

/** The framework whose server a `listen` call starts; undefined for other calls. */
export function findServerStart(call: ts.CallExpression, file: FileContext): string | undefined {
  const target = findMethodCall(call);
  if (target?.method !== 'listen') return undefined;
  const origin = findOrigin(target.receiver, file);
  if (!origin) return undefined;
  const module = bareModule(origin.module);
  const path = originName(origin);
  if (/^https?$|^http2$/.test(module) && /^create(?:Secure)?Server\.\(\)$/.test(path)) return module;
  if (
    (module === 'express' || module === 'fastify' || module === 'restify') &&
    /^(?:fastify\.|createServer\.)?\(\)$/.test(path)
  )
    return module;
  if (module === 'koa' && path === 'new') return module;
  return undefined;
}

/** What calls the handlers of a project that starts no server of its own, or starts it by another word than listen(). */
const hosts = [
  'next',
  'nuxt',
  '@sveltejs/kit',
  '@remix-run/node',
  'react-router',
  'aws-lambda',
  '@azure/functions',
  '@google-cloud/functions-framework',
  'firebase-functions',
  '@hono/node-server',
  '@hapi/hapi',
];

/** "The file is part of a service: a program that loads it starts a server, or is written for a host of handlers; no library." */
export const isOfService: LinkCondition = {
  kind: 'all',
  of: [
    { kind: 'not', of: { kind: 'in-library' } },
    { kind: 'program-states', facts: ['listen', ...hosts.map((name) => `import:${name}`)] },
  ],
};

/** "No file of the project imports one of these modules or states one of these facts." */
export function noneStates(facts: readonly string[]): LinkCondition {
  return { kind: 'not', of: { kind: 'any', of: facts.map((fact) => ({ kind: 'project-states', fact })) } };
}

/**
 * Whether a call that starts a server is how the application itself comes up and stays: at module level or in a function
 * that runs once or is named so. Not where a library hands the server back, nor where the file ends it, or the process.
 */
export function isApplicationStart(call: ts.CallExpression, file: FileContext): boolean {
  if (call.arguments[0]?.getText(file.source) === '0') return false;
  return isEntry(call, file) && !isThrownAway(call, file) && !endsProcess(file);
}

/** Callbacks, as of a connection to the database, run in the function around them. */
function isEntry(call: ts.CallExpression, file: FileContext): boolean {
  let fn = findEnclosingFunction(call);
  while (fn && isInlineCallback(fn)) fn = findEnclosingFunction(fn);
  if (!fn || frequencyOf(fn.body ?? fn, file) === 'once') return true;
  return (
    isStartup(fn, file) && !/^(?:listen|serve|createServer)$/.test(nameOfFunction(fn)) && !isReturned(call, fn, file)
  );
}

/** `return app.listen(port)`, `const server = app.listen(port); return server`, `resolve(server)`. */
function isReturned(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  if (ts.isReturnStatement(getOutermostWrapped(call).parent)) return true;
  const names = [findClientHome(call, file), findHomeOf(call, file)].flatMap((home) => home?.binding ?? []);
  return names.some(({ references }) =>
    references.some(
      ({ parent }) =>
        isWithin(parent, fn) &&
        (ts.isReturnStatement(parent) ||
          ts.isShorthandPropertyAssignment(parent) ||
          (ts.isCallExpression(parent) && parent.expression.getText(file.source) === 'resolve')),
    ),
  );
}

/** Where `server` of `server.listen(…)` is kept. */
function findHomeOf(
  call: ts.CallExpression,
  file: FileContext,
): { path: string; binding: Binding | undefined } | undefined {
  const receiver = findMethodCall(call)?.receiver;
  const path = receiver && findMemberPath(receiver)?.join('.');
  if (!receiver || path === undefined) return undefined;
  return { path, binding: ts.isIdentifier(receiver) ? file.bindingOf(receiver) : undefined };
}

/** The file closes the server, other than on a signal: a probe, or a part that its owner ends. */
function isThrownAway(call: ts.CallExpression, file: FileContext): boolean {
  const paths = [findClientHome(call, file)?.path, findHomeOf(call, file)?.path];
  return file.nodes('CallExpression').some((other) => {
    const target = findMethodCall(other);
    if (!target || !/^(?:close|stop|destroy|closeAllConnections)$/.test(target.method)) return false;
    const path = findMemberPath(target.receiver)?.join('.');
    return path !== undefined && paths.includes(path) && !runsAtProcessEnd(other, file);
  });
}

/** `process.exit()` behind the work; one for a failure or a signal ends nothing that was meant to stay. */
function endsProcess(file: FileContext): boolean {
  return file
    .nodes('CallExpression')
    .some(
      (call) =>
        findMemberPath(call.expression)?.join('.') === 'process.exit' &&
        /^0?$/.test(call.arguments.map((argument) => argument.getText(file.source)).join()) &&
        !runsAtProcessEnd(call, file),
    );
}
