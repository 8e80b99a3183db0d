import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import { findOrigin } from '../names/provenance.ts';
import {
  findEnclosingFunction,
  findEnclosingLoop,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

const tenMinutes = 600;
/** More seconds than a day has are milliseconds, where nothing says what they are. */
const day = 86_400;
const lifeName = /^(?:ex|px|ttl\w*|stdTTL|maxAge|max_age|expir\w*|duration|seconds)$/i;

/**
 * Whether what a cache keeps lives for ten minutes or less, by what is written where it is kept, where the cache is made, or
 * where its age is asked: only then do many come at the moment when it is gone.
 */
export function isShortLived(set: ts.Node, cache: ts.Expression | undefined, file: FileContext): boolean {
  const fn = findEnclosingFunction(set);
  const given = ts.isCallExpression(set) ? listLives(set, file) : [];
  const made = cache && listLivesOfMaking(cache, file);
  const asked = fn ? listNodesWithin('BinaryExpression', fn, file).flatMap((node) => listAges(node, file)) : [];
  return [...given, ...(made ?? []), ...asked].some(isShort);
}

/** Whether what a cache keeps under one key for all is loaded again: it has a time to live, or is taken out elsewhere. */
export function isLoadedAgain(set: ts.CallExpression, holder: string, fn: ts.Node, file: FileContext): boolean {
  if (set.arguments.length > 2 || /ex|ttl/i.test(set.getText(file.source))) return true;
  const cache = findMethodCall(set)?.receiver;
  return isPurged(holder, fn, file) || (cache !== undefined && listLivesOfMaking(cache, file).length > 0);
}

/**
 * `cache.delete(key)`, outside of the function that fills it: what is kept goes when something changes, whoever is asking for it
 * just then.
 */
export function isPurged(holder: string, fn: ts.Node, file: FileContext): boolean {
  const name = holder.split('.').at(-1);
  return file.nodes('CallExpression').some((call) => {
    const target = findMethodCall(call);
    return (
      target !== undefined &&
      /^(?:del|delete|remove|invalidate|cacheDelete|cacheDel|delByPattern|unlink)$/.test(target.method) &&
      findMemberPath(target.receiver)?.at(-1) === name &&
      !isWithin(call, fn)
    );
  });
}

/**
 * `for (const source of sources) await source.load(key)`, kept for as long as each of them says: what asks several in turn takes
 * as long as all of them, and more come meanwhile.
 */
export function isLoadedByMany(get: ts.Node, set: ts.CallExpression, file: FileContext): boolean {
  const life = set.arguments[2];
  const loop = findEnclosingLoop(set);
  if (!life || !loop || loop.pos < get.end || findNumber(life, file) !== undefined) return false;
  return listNodesWithin('AwaitExpression', loop, file).some((load) => load.end <= set.pos);
}

/** How long something is kept, in the unit of where that is written; without one it may be either. */
interface Life {
  number: number;
  unit?: 's' | 'ms';
}

function isShort({ number, unit }: Life): boolean {
  if (number <= 0) return false;
  const isHours = number % 3_600 === 0 && number < day;
  const isMilliseconds = unit === undefined ? number % 1_000 === 0 && !isHours : unit === 'ms';
  return (unit !== 'ms' && number <= tenMinutes) || (isMilliseconds && number <= tenMinutes * 1_000);
}

/** Redis names its units: `EX`, `setex` and `PX`, `psetex`; `stdTTL` is that of node-cache. */
function unitOf(name: string): Pick<Life, 'unit'> {
  if (/^(?:ex|setex|stdTTL|seconds)$/i.test(name)) return { unit: 's' };
  return /^(?:px|psetex)$/i.test(name) ? { unit: 'ms' } : {};
}

/** `60` of `set(key, value, 60)`, `set(key, value, 'EX', 60)`, `set(key, value, { ttl: 60 })` and `setex(key, 60, value)`. */
function listLives(set: ts.CallExpression, file: FileContext): Life[] {
  const method = findMethodCall(set)?.method ?? '';
  const isTimed = /^(?:setex|setEx|psetex)$/.test(method);
  const given = isTimed ? set.arguments.slice(1, 2) : set.arguments.slice(2);
  return given.flatMap((argument, i) => {
    const value = skipWrappers(argument);
    if (ts.isObjectLiteralExpression(value)) return listNamedLives(value, file);
    return livesOf(value, isTimed ? method : (findStringValue(given[i - 1]) ?? ''), file);
  });
}

function listNamedLives(options: ts.ObjectLiteralExpression, file: FileContext): Life[] {
  return options.properties.flatMap((property) => {
    const name = ts.isPropertyAssignment(property) ? (findPropertyName(property.name) ?? '') : '';
    return lifeName.test(name) ? livesOf((property as ts.PropertyAssignment).initializer, name, file) : [];
  });
}

/** `new LRUCache({ ttl: 60_000 })`. */
function listLivesOfMaking(cache: ts.Expression, file: FileContext): Life[] {
  const at = skipWrappers(cache);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const options = made && ts.isNewExpression(made) && findOrigin(made, file) ? made.arguments?.[0] : undefined;
  const literal = options && skipWrappers(options);
  return literal && ts.isObjectLiteralExpression(literal) ? listNamedLives(literal, file) : [];
}

/** `60_000` of `Date.now() + 60_000` and of `Date.now() - kept.at < 60_000`. */
function listAges({ left, right }: ts.BinaryExpression, file: FileContext): Life[] {
  const isNow = (side: ts.Expression): boolean => /Date\.now\(\)|new Date\(\)|\bnow\b/.test(side.getText(file.source));
  if (isNow(left)) return livesOf(right, '', file);
  return isNow(right) ? livesOf(left, '', file) : [];
}

/** The number that a value is, in the unit that what is called so has. */
function livesOf(value: ts.Expression, name: string, file: FileContext): Life[] {
  const number = findNumber(value, file);
  return number === undefined ? [] : [{ number, ...unitOf(name) }];
}
