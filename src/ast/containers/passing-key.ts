import type { FileContext } from '../../model/file-context.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { findParsedAddress } from '../names/parsed-address.ts';
import {
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  rootOfMembers,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isRequestValue } from '../where/request-value.ts';
import { holdsClients } from './client-table.ts';
import type { Add } from './container-growth.ts';
import type { Container } from './containers.ts';
import { findOwnProperty, isFresh } from './fresh-key.ts';
import { domainOfName, isPassingName, saysNothing } from './key-words.ts';
import { hasExpiry } from './stamped.ts';

/**
 * Whether a key stands for something that passes, so that there is a new one all the time: it is made on the spot, comes
 * out of a request, or is called after a session, a message, a job, a user, a text. Other keys are things that somebody
 * sets up or owns (a server, a workspace, a campaign, what is only called `id`), of which a process sees few.
 */
export function isPassingKey(key: ts.Expression, container: Container, file: FileContext, ofClients = false): boolean {
  if (isFresh(key, file)) return true;
  const parts = listParts(key, file, 0).filter((part) => !(ofClients && isSetAddress(part, file)));
  if (parts.some((part) => isPassing(part, file))) return true;
  return !ofClients && parts.every((part) => saysNothing(nameOf(part))) && isPassingName(container.name);
}

/** Whether an entry has such a key, or says itself when it expires where whoever calls chooses the key. */
export function isPassingEntry({ key, value }: Add, container: Container, file: FileContext): boolean {
  if (!key || isOfAccounts(key, file)) return false;
  const ofClients = holdsClients(container, value, file);
  return isPassingKey(key, container, file, ofClients) || (isAnyKey(key, file) && hasExpiry(value, file));
}

const accountId =
  /(?:^|_|[a-z])(?:user|member|account|customer|employee|author|guild|tenant|workspace)_?(?:id|uid|uuid)$/i;

/**
 * Whether a key is the id of an account, beside what is few: who is registered comes again, and a service can hold an
 * entry for each of them for years. What a request may make up, or a text beside it, is another thing.
 */
function isOfAccounts(key: ts.Expression, file: FileContext): boolean {
  const parts = listParts(key, file, 0).filter((part) => !saysNothing(nameOf(part)));
  const isAccount = (part: ts.Expression): boolean => accountId.test(nameOf(part)) && !isSentIn(part, file);
  return parts.some(isAccount) && parts.every((part) => isAccount(part) || domainOfName(nameOf(part)) === 'bounded');
}

/** Whether a part of a key is one that a request brings, by the name of that: `${req.method} ${req.originalUrl}`. */
export function isSentKey(key: ts.Expression, file: FileContext): boolean {
  return listParts(key, file, 0).some(
    (part) => /^_?req(?:uest)?$/.test(findMemberPath(skipAwait(part))?.[0] ?? '') && isSentIn(part, file),
  );
}

const addressName = /(?:^|_|[a-z])(?:origin|host|hostname|authority|address|url|uri|connectionString|dsn)$/i;

/** Whether a key is the address of another service: its origin, its host, where it is reached. */
export function isAddressKey(key: ts.Expression, file: FileContext): boolean {
  return listParts(key, file, 0).some((part) => addressName.test(nameOf(part)));
}

/** An address that no request is seen to bring: clients are made for those that the settings name. */
function isSetAddress(part: ts.Expression, file: FileContext): boolean {
  return addressName.test(nameOf(part)) && !isSentIn(part, file);
}

/** Whether nothing says what a key stands for: `key`, `id`. Whoever calls chooses it. */
function isAnyKey(key: ts.Expression, file: FileContext): boolean {
  return listParts(key, file, 0).every((part) => saysNothing(nameOf(part)));
}

function isPassing(part: ts.Expression, file: FileContext): boolean {
  if (isFresh(part, file)) return true;
  const name = nameOf(part);
  if (name === '' || domainOfName(name) === 'bounded') return false;
  if (isSentIn(part, file) || isIssued(part, name, file)) return true;
  return isPassingName(name);
}

/** `alert.id` by what it is an id of, any other by its own name. */
function nameOf(part: ts.Expression): string {
  const value = skipAwait(part);
  if (ts.isIdentifier(value)) return value.text;
  const path = findMemberPath(value)?.filter((word) => word !== 'this');
  const name = path?.at(-1) ?? '';
  const holder = path?.at(-2);
  return holder !== undefined && saysNothing(name) ? `${holder}_${name}` : name;
}

/** `const { token } = await auth(…)`: whoever issues tokens gives another one once this one is over. */
function isIssued(part: ts.Expression, name: string, file: FileContext): boolean {
  if (!/(?:^|_|access|bearer|auth|installation|id)tokens?$/i.test(name)) return false;
  const root = rootOfMembers(part);
  let holder: ts.Node | undefined = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  while (holder && ts.isBindingElement(holder)) holder = holder.parent.parent;
  const from = holder && ts.isVariableDeclaration(holder) ? holder.initializer : undefined;
  return from !== undefined && ts.isAwaitExpression(skipWrappers(from));
}

const sentPart =
  /^(?:params?|query|queryStringParameters|body|rawBody|headers|cookies|ips?|url|originalUrl|path|pathname|search|input|rawInput|args)$/;

/** `req.params.id`, also by way of `const { id } = req.params`: what whoever asks may choose, unlike `ctx.workspace.id`. */
function isSentIn(part: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(part) ? file.bindingOf(part)?.declaration : undefined;
  let holder: ts.Node | undefined = declaration;
  while (holder && ts.isBindingElement(holder)) holder = holder.parent.parent;
  const from = holder && holder !== declaration && ts.isVariableDeclaration(holder) ? holder.initializer : undefined;
  const value = from ? skipAwait(from) : part;
  const path = findMemberPath(value) ?? [];
  return isRequestValue(value, file) && path.some((word) => sentPart.test(word));
}

/** Calls that put a key together or write it otherwise: other functions may pick anything out of what they are handed. */
const keyMaking =
  /key|hash|sha\d|md5|digest|update|stringify|serial|encode|normali[sz]e|canonical|case$|toFixed|trim|slice|substr|replace|join|concat|basename|^to(?:String|Hex)|^(?:String|Number|parseInt)$/i;

/** The names and members that a key is made of, through the variables of the file and the calls that hand it in. */
export function listKeyParts(key: ts.Expression, file: FileContext): ts.Expression[] {
  return listParts(key, file, 0);
}

function listParts(expression: ts.Expression, file: FileContext, depth: number): ts.Expression[] {
  const value = skipAwait(expression);
  if (depth > 5) return [];
  const inner = (part: ts.Expression): ts.Expression[] => listParts(part, file, depth + 1);
  if (ts.isTemplateExpression(value)) return value.templateSpans.flatMap((span) => inner(span.expression));
  if (ts.isBinaryExpression(value)) return [...inner(value.left), ...inner(value.right)];
  if (ts.isConditionalExpression(value)) return [...inner(value.whenTrue), ...inner(value.whenFalse)];
  if (ts.isArrayLiteralExpression(value)) return value.elements.flatMap(inner);
  if (ts.isObjectLiteralExpression(value))
    return value.properties.flatMap((property) => {
      if (ts.isShorthandPropertyAssignment(property)) return inner(property.name);
      return ts.isPropertyAssignment(property) ? inner(property.initializer) : [];
    });
  if (ts.isCallExpression(value)) {
    const target = findMethodCall(value);
    const name = target?.method ?? (ts.isIdentifier(value.expression) ? value.expression.text : '');
    if (!keyMaking.test(name)) return [];
    const receiver = target?.receiver;
    if (receiver && isShortPrefix(value, name, receiver, file)) return [];
    return [...value.arguments.flatMap(inner), ...(receiver ? inner(receiver) : [])];
  }
  const address = findParsedAddress(value, file);
  if (address) return [value, ...inner(address)];
  if (ts.isIdentifier(value)) return [value, ...listSources(value, file).flatMap(inner)];
  const own = findOwnProperty(value, file);
  return own ? [value, ...inner(own)] : [value];
}

/** Beginnings of a text that are no longer than this say what kind of text it is. */
const longestPrefix = 24;

/** `text.slice(0, 16)`: there are few beginnings of texts, unless it is that of a hash or of an id. */
function isShortPrefix(cut: ts.CallExpression, method: string, receiver: ts.Expression, file: FileContext): boolean {
  if (!/^(?:slice|substr|substring)$/.test(method) || cut.arguments.length !== 2) return false;
  const [from, to] = cut.arguments.map((argument) => findNumber(argument, file));
  if (from !== 0 || to === undefined || to < 1 || to > longestPrefix) return false;
  return !/hash|digest|hex|sha\d|md5|uuid|guid|\bid\b|Id\b|token|nonce|random|email|phone|\bip\b|date|time|ISOString/i.test(
    receiver.getText(file.source),
  );
}

/** What a variable was first given, and what the calls of this file hand in for a parameter of a function of its own. */
function listSources(name: ts.Identifier, file: FileContext): ts.Expression[] {
  const declaration = file.bindingOf(name)?.declaration;
  if (!declaration) return [];
  if (ts.isVariableDeclaration(declaration)) {
    const written = file.bindingOf(name)?.writes.map(({ parent }) => parent) ?? [];
    // `let key; if (…) key = String(origin)`
    return declaration.initializer ? [declaration.initializer] : written.filter(isAssignment).map(({ right }) => right);
  }
  if (!ts.isParameter(declaration)) return [];
  const fn = declaration.parent;
  if (!isFunctionNode(fn) || isExported(fn, file)) return [];
  const index = fn.parameters.indexOf(declaration);
  return listCallsOf(fn, file).flatMap((call) => call.arguments[index] ?? []);
}
