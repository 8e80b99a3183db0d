import type { FileContext } from '../../model/file-context.ts';
import { findMemberPath, nameOfFunction, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Add, Growth, Removal } from './container-growth.ts';
import type { Container } from './containers.ts';
import { domainOfName } from './key-words.ts';
import { asksAge, hasExpiry } from './stamped.ts';

/** What is filled once for each thing that the program declares, sets up or warns of, by its name. */
const onceName =
  /warn|deprecat|notified|logged|reported|seen(?:Warning|Error)s?|emittedOnce|registered|registry|plugins|handlers|commands|middlewares?|hooks|adapters|providers|strategies|factories|metadata|models|schemas|listeners|repositories|subscri(?:bers|ptions)|symbols|types|injectors?|singletons?|routes$|failures?$|health|breakers?$|backoff|upstreams?$|endpoints?$/i;

/** A container that says by its name that it is a cache. */
export const cacheName = /cache|memo|lookup/i;

/** Whether a name says that there is one entry for each thing of the program. */
export function isFilledOnce(name: string): boolean {
  return onceName.test(name) && !cacheName.test(name);
}

/** A get-or-compute: the same function asks for the key first, or the container says that it is a cache. */
export function isMemo(add: Add, container: Container, growth: Growth, file: FileContext): boolean {
  if (container.kind === 'set') return false;
  return (
    (isAsked(add, growth, file) && !isCounter(add)) ||
    cacheName.test(container.name) ||
    /Cache|Memo(?!r)/.test(classOfContainer(container))
  );
}

/** The class that a container is a field of; empty for others. */
export function classOfContainer({ home }: Container): string {
  return home.kind === 'field' ? home.shape.name : '';
}

/** Whether the class that a container is a field of lives for as many requests as go over it, by its name. */
export function isOfConnection(container: Container): boolean {
  return /(?:Socket|Connection|Peer|Channel)$/.test(classOfContainer(container));
}

const invalidating =
  /^_*(?:invalidate|delete|remove|set|put|bust|forget|expire|evict|del|purge|update|refresh|save|store|write|get|has|peek|find|fetch|load|read|drop|clear)/i;
const expiring = /expire|ttl|fetched|cachedAt|timestamp|maxAge|stale|Date\.now|createdAt|loadedAt/i;

/** Removing one entry because it is out of date bounds nothing: those that nobody asks for again stay. */
function isInvalidation(removal: Removal, add: Add, container: Container, file: FileContext): boolean {
  if (!removal.fn || !invalidating.test(nameOfFunction(removal.fn))) return false;
  if (/invalidate|bust|forget|expire|purge|evict|refresh/i.test(nameOfFunction(removal.fn))) return true;
  if (removal.fn === add.fn) return true;
  return (
    cacheName.test(container.name) ||
    /Cache|Memo(?!r)/.test(classOfContainer(container)) ||
    expiring.test(add.value?.getText(file.source) ?? '')
  );
}

/**
 * Whether the removal of one entry leaves those behind that nobody asks for again: of a cache, or of what says until when
 * it holds, but is taken out only as it is used.
 */
export function mayNeverCome(
  removal: Removal,
  add: Add,
  isCache: boolean,
  container: Container,
  file: FileContext,
): boolean {
  if (isCache && isInvalidation(removal, add, container, file)) return true;
  if (!removal.fn || removal.fn === add.fn) return false;
  return hasExpiry(add.value, file) || asksAge(removal.fn, add.value, file);
}

/** Whether the function that adds an entry looks for it first. */
export function isAsked(add: Add, growth: Growth, file: FileContext): boolean {
  const key = add.key!.getText(file.source);
  return growth.reads.some(
    (read) => read.fn === add.fn && read.node.pos < add.node.pos && read.key?.getText(file.source) === key,
  );
}

/** `counts[k] = (counts[k] ?? 0) + 1`: what was there before goes into what is there now. */
function isCounter(add: Add): boolean {
  return add.value === undefined;
}

const stateName =
  /mutex|lock|semaphore|session|socket|connection|client|emitter|listener|subscription|stream|limiter|worker|watcher|pool|transport|controller|queue|handle|timer|timeout|interval|abort|peer|room|game|player|channel|browser|process|instance/i;

/** What the entries hold would be lost: a lock, a connection, a count, a running timer. */
export function holdsState(add: Add, container: Container, file: FileContext): boolean {
  if (stateName.test(container.name) && !cacheName.test(container.name)) return true;
  let value = add.value && skipWrappers(add.value);
  if (value && ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    const declaration = binding?.declaration;
    if (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer)
      value = skipWrappers(declaration.initializer);
    const written = binding?.writes.map((write) => write.parent).find((parent) => ts.isBinaryExpression(parent));
    if (written && ts.isBinaryExpression(written) && isMadeAnew(written.right)) value = skipWrappers(written.right);
  }
  if (!value) return true;
  const text = value.getText(file.source);
  if (/\bset(?:Timeout|Interval)\(/.test(text) || (isMadeAnew(value) && !cacheName.test(container.name))) return true;
  if (stateName.test(text.slice(0, 60)) && ts.isCallExpression(value)) return true;
  // A count or a list that grows from what was there before.
  if (!ts.isBinaryExpression(value)) return false;
  if (value.operatorToken.kind === ts.SyntaxKind.PlusToken && ts.isNumericLiteral(value.right)) return true;
  const { pos, end } = value;
  return container.accesses.some((access) => access.pos >= pos && access.end <= end);
}

function isMadeAnew(value: ts.Expression): boolean {
  const made = skipWrappers(value);
  return (
    ts.isNewExpression(made) &&
    !(ts.isIdentifier(made.expression) && /^(?:Date|Map|Set|RegExp|URL|Array)$/.test(made.expression.text))
  );
}

/** The page of a user lives for hours: what is remembered of each document that is looked at stays in it. */
export function isPageMemo(container: Container, add: Add, growth: Growth, file: FileContext): boolean {
  return (
    mayBePageMemo(container) && growth.removals.length === 0 && isNamedByData(add.key!) && isAsked(add, growth, file)
  );
}

/** Whether {@link isPageMemo} may hold of a container, as far as it tells itself. */
export function mayBePageMemo({ home, kind, name }: Container): boolean {
  return home.kind === 'module' && kind !== 'set' && cacheName.test(name);
}

/** `id`, `doc.id`, `url`: numbers and made-up keys of a page are few. */
function isNamedByData(key: ts.Expression): boolean {
  const name = findMemberPath(key)?.at(-1);
  return name !== undefined && domainOfName(name) === 'data' && !/key$/i.test(name);
}
