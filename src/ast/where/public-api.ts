import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { isPlatform } from '../life/host-made.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findThisOwner, type OwnerNode } from '../names/class-shape.ts';
import { findFunctionValue, isExported } from '../names/functions.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingFunction,
  hasModifier,
  isClassNode,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
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

/** "The file is part of a package that others build on", whatever else the project holds. */
export const inLibrary: LinkCondition = { kind: 'in-library' };

/** {@link isLibrary}; for what is made to last also {@link inLibrary}. */
export function ofLibrary(isLasting: boolean): LinkCondition {
  return isLasting ? { kind: 'any', of: [isLibrary, inLibrary] } : isLibrary;
}

/**
 * Whether a user of the file can get hold of a function: exported, a public method of an exported owner, or given out
 * by a function that is. Plain functions that bring an application up are run once.
 */
export function isPublicFunction(fn: FunctionNode, file: FileContext): boolean {
  return file.memo(judgeOffered, fn);
}

function judgeOffered(fn: FunctionNode, file: FileContext): boolean {
  if (readsCommandLine(fn, file)) return false;
  if (isClassNode(fn.parent)) {
    if (isPlatform(fn.parent, file)) return false;
    if (hasModifier(fn, ts.SyntaxKind.PrivateKeyword) || (fn.name && ts.isPrivateIdentifier(fn.name))) return false;
    return isExported(fn.parent, file) || isGivenClass(fn.parent, file);
  }
  const home = findEnclosingFunction(fn);
  if (isExported(fn, file)) return !isStartup(fn, file) && !/^(?:cli|cmd|command)$/i.test(nameOfFunction(fn));
  const owner = findOwnerOfMethod(fn, file);
  if (owner && isExported(owner, file)) return !nameOfFunction(fn).startsWith('_');
  return home !== undefined && isPublicFunction(home, file) && isGivenOut(fn, home, file);
}

/** `main(args = process.argv)`: a command of a program, which is there for whoever starts that. */
function readsCommandLine(fn: FunctionNode, file: FileContext): boolean {
  return !ts.isConstructorDeclaration(fn) && /\bprocess\.argv\b/.test(fn.getText(file.source));
}

/** `return class extends Loader { … }` of what users can get hold of, also by the name that the class has there. */
function isGivenClass(cls: ClassNode, file: FileContext): boolean {
  const home = findEnclosingFunction(cls);
  if (!home || !isPublicFunction(home, file)) return false;
  return listReturnedValues(home, file).some((returned) => {
    const value = skipWrappers(returned);
    return value === cls || (ts.isIdentifier(value) && file.bindingOf(value)?.declaration === cls);
  });
}

/** `Foo` of `Foo.prototype.bar = function () {}`, and the object literal of `{ bar() {} }`. */
function findOwnerOfMethod(fn: FunctionNode, file: FileContext): OwnerNode | undefined {
  if (ts.isArrowFunction(fn)) return undefined;
  const owner = fn.body && ts.isBlock(fn.body) ? findThisOwner(fn.body, file) : undefined;
  return owner === fn ? undefined : owner;
}

/** The function returns it, or an object that holds it. */
function isGivenOut(fn: FunctionNode, home: FunctionNode, file: FileContext): boolean {
  return listReturnedValues(home, file).some((returned) => {
    const value = skipWrappers(returned);
    if (!ts.isObjectLiteralExpression(value)) return findFunctionValue(value, file) === fn;
    return value.properties.some((property) => {
      if (property === fn) return true;
      if (ts.isPropertyAssignment(property)) return findFunctionValue(property.initializer, file) === fn;
      return ts.isShorthandPropertyAssignment(property) && findFunctionValue(property.name, file) === fn;
    });
  });
}

/** Whether a function is one that users of a library call as often as they like. */
export function isPublicApi(fn: FunctionNode | undefined, file: FileContext): boolean {
  return !!fn && !isStartup(fn, file) && !ts.isConstructorDeclaration(fn) && isPublicFunction(fn, file);
}
