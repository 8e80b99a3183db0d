import type { FileContext } from '../model/file-context.ts';
import { findNumber } from './number-value.ts';
import { findOrigin } from './provenance.ts';
import { isSeldomAsked } from './seldom.ts';
import { isKeptBehind, isOfOnePiece } from './shared-load.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findThisClass,
  isAssignment,
  nameOfFunction,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

/** Two calls of one person seldom meet. */
const ofOnePerson = /user|member(?!ship)|customer|session|jwt|token|email|profile/i;

/**
 * Called a cache, by the name of the holder or of the key, and the dear part of what is loaded is not kept elsewhere: modules
 * that are loaded by `import()` are loaded once however often it is asked.
 */
export function isHotCache(
  holder: string,
  receiver: ts.Expression,
  key: ts.Expression,
  load: ts.AwaitExpression,
  file: FileContext,
): boolean {
  const names = `${holder} ${key.getText(file.source)}`;
  if (!/cache/i.test(names) || /\bimport\(/.test(file.text)) return false;
  return !isOfOnePiece(receiver, file) && !isKeptBehind(load, file) && !isSeldomAsked(file);
}

/** By the key, also where that was put together before, by the function, its parameters, its class or its file. */
export function isOfOnePerson(fn: FunctionNode, holder: string, key: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(key);
  const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  const made = binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
  const set = binding?.writes.map(({ parent }) => parent).filter(isAssignment) ?? [];
  const owner = findThisClass(fn)?.name?.text ?? '';
  const base = /[^/]*$/.exec(file.path)?.[0] ?? '';
  const texts = [key, ...(made ? [made] : []), ...set.map(({ right }) => right)].map((part) =>
    part.getText(file.source),
  );
  return ofOnePerson.test([...texts, holder, nameOfFunction(fn), owner, base].join(' '));
}

/** `redis.set(key, value)`, a `NodeCache` without a time: missed once, and when something has changed; or kept for days. */
export function isKeptForGood(set: ts.CallExpression, receiver: ts.Expression, file: FileContext): boolean {
  if (set.arguments.slice(2).some((given) => isOfDays(given, file))) return true;
  if (set.arguments.length === 2 && isMadeWithoutEnd(receiver, file)) return true;
  const module = findOrigin(receiver, file)?.module ?? '';
  const isRedis = /redis|valkey/i.test(`${module} ${receiver.getText(file.source)}`);
  const name = findMethodCall(set)?.method ?? '';
  if (/^(?:setex|setEx|psetex)$/.test(name)) return set.arguments[1] !== undefined && isOfDays(set.arguments[1], file);
  if (!isRedis || set.arguments.length > 2 || !/^(?:set|hset)$/.test(name)) return false;
  return !/\.p?expire(?:At)?\(/i.test(findEnclosingFunction(set)?.getText(file.source) ?? '');
}

const day = 86_400;

/** Whole days, in seconds or in milliseconds. */
function isOfDays(given: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(given);
  if (ts.isObjectLiteralExpression(value))
    return value.properties.some((one) => ts.isPropertyAssignment(one) && isOfDays(one.initializer, file));
  const time = findNumber(value, file);
  return time !== undefined && time >= day && time % day === 0;
}

/** `const codes = new NodeCache()`. */
function isMadeWithoutEnd(receiver: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(receiver);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  if (!made || !ts.isNewExpression(made)) return false;
  return (made.arguments ?? []).length === 0 && /^NodeCache$/.test(made.expression.getText(file.source));
}
