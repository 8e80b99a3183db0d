import type { FileContext } from '../model/file-context.ts';
import type { LinkCondition } from '../model/link.ts';
import { bareModule, findOrigin, originName } from './provenance.ts';
import { findMethodCall } from './syntax.ts';
import type { ts } from './ts.ts';

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

/** "No file of the project imports one of these modules or states one of these facts." */
export function noneStates(facts: readonly string[]): LinkCondition {
  return { kind: 'not', of: { kind: 'any', of: facts.map((fact) => ({ kind: 'project-states', fact })) } };
}
