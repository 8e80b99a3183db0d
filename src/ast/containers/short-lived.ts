import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import { findOrigin } from '../names/provenance.ts';
import {
  findEnclosingFunction,
  findEnclosingLoop,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

const tenMinutes = 600;
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

/** Seconds, or whole seconds in milliseconds: as many of them as hours have are seconds. */
function isShort(life: number): boolean {
  const isMilliseconds = life % 1_000 === 0 && life % 3_600 !== 0;
  return life > 0 && (life <= tenMinutes || (isMilliseconds && life <= tenMinutes * 1_000));
}

/** `60` of `set(key, value, 60)`, `set(key, value, 'EX', 60)`, `set(key, value, { ttl: 60 })` and `setex(key, 60, value)`. */
function listLives(set: ts.CallExpression, file: FileContext): number[] {
  const isTimed = /^(?:setex|setEx|psetex)$/.test(findMethodCall(set)?.method ?? '');
  const given = isTimed ? set.arguments.slice(1, 2) : set.arguments.slice(2);
  return given.flatMap((argument) => {
    const value = skipWrappers(argument);
    return ts.isObjectLiteralExpression(value) ? listNamedLives(value, file) : numberOf(value, file);
  });
}

function listNamedLives(options: ts.ObjectLiteralExpression, file: FileContext): number[] {
  return options.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) && lifeName.test(findPropertyName(property.name) ?? '')
      ? numberOf(property.initializer, file)
      : [],
  );
}

/** `new LRUCache({ ttl: 60_000 })`. */
function listLivesOfMaking(cache: ts.Expression, file: FileContext): number[] {
  const at = skipWrappers(cache);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const options = made && ts.isNewExpression(made) && findOrigin(made, file) ? made.arguments?.[0] : undefined;
  const literal = options && skipWrappers(options);
  return literal && ts.isObjectLiteralExpression(literal) ? listNamedLives(literal, file) : [];
}

/** `60_000` of `Date.now() + 60_000` and of `Date.now() - kept.at < 60_000`. */
function listAges({ left, right }: ts.BinaryExpression, file: FileContext): number[] {
  const isNow = (side: ts.Expression): boolean => /Date\.now\(\)|new Date\(\)|\bnow\b/.test(side.getText(file.source));
  if (isNow(left)) return numberOf(right, file);
  return isNow(right) ? numberOf(left, file) : [];
}

function numberOf(value: ts.Expression, file: FileContext): number[] {
  const number = findNumber(value, file);
  return number === undefined ? [] : [number];
}
