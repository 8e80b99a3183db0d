import type { FileContext } from '../model/file-context.ts';
import type { LinkCondition } from '../model/link.ts';
import { isExported } from './functions.ts';
import { type FunctionNode, hasModifier, isClassNode } from './syntax.ts';
import { ts } from './ts.ts';
import { isStartup } from './where.ts';

const applicationModules = [
  'express',
  'fastify',
  'koa',
  'hono',
  '@hapi/hapi',
  'next',
  '@nestjs/core',
  '@nestjs/common',
  'bullmq',
  'bull',
  'kafkajs',
  'aws-lambda',
  'commander',
  'yargs',
  'electron',
  'react',
  'vue',
  'svelte',
  'meteor/meteor',
  '@angular/core',
  'typescript',
  'discord.js',
  'telegraf',
];

/**
 * "The project is a library": nothing in it listens or is handed requests, so that what it exports is called by others,
 * as often as they like.
 */
export const isLibrary: LinkCondition = {
  kind: 'all',
  of: ['listen', ...applicationModules.map((module) => `import:${module}`)].map((fact) => ({
    kind: 'not',
    of: { kind: 'project-states', fact },
  })),
};

/** Whether a function is one that users of a library call: exported, or a public method of an exported class. */
export function isPublicApi(fn: FunctionNode | undefined, file: FileContext): boolean {
  if (!fn || isStartup(fn) || ts.isConstructorDeclaration(fn)) return false;
  if (ts.isMethodDeclaration(fn) && isClassNode(fn.parent)) {
    if (hasModifier(fn, ts.SyntaxKind.PrivateKeyword) || ts.isPrivateIdentifier(fn.name)) return false;
    return isExported(fn.parent, file);
  }
  return isExported(fn, file);
}
