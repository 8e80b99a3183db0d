import type { FileContext } from '../../model/file-context.ts';
import { sizeOfQuery } from '../io/query-size.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  calleeName,
  calleeOf,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  type Invocation,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { carried, isIncoming } from './incoming.ts';
import type { Judge, Size } from './size.ts';
import { pluralOf, soundOfName } from './size-words.ts';

const allCall = /^_?(?:get|find|list|fetch|load|read|query|select|retrieve|open)All([A-Z]\w*)?$/;
const listCall = /^_?(?:get|list|fetch|load|find|query|select|retrieve)([A-Z]\w*)$/;
const redisWhole = /^(?:keys|smembers|hgetall|hkeys|hvals)$/i;
/** No other library has methods of these names. */
const redisOnly = /^(?:smembers|hgetall|hkeys|hvals)$/i;
/** Scopes that hold most of the data of one customer: a list for one of them is as long as the customer is big. */
export const tenant =
  /^_?(?:workspace|team|org|organi[sz]ation|tenant|company|environment|site|shop|store|instance|project|app|application|server|guild)(?:_?[iI][dD]|_?[sS]lug|_?[uU]uid)?$/;
/** Arguments that choose how, not what. */
const mannerOfRead =
  /^(?:trx|tx|t|transaction|manager|em|client|conn|connection|ctx|context|opts?|options|session|user|auth|db|logger|signal|req|request)$/;

/** Judges a call that reads from somewhere; undefined where it is none that is known to give all there is. */
export function sizeOfSource(
  call: ts.CallExpression,
  file: FileContext,
  depth: number,
  judge: Judge,
): Size | undefined {
  const target = findMethodCall(call);
  const name = calleeName(call);
  const large = (why: string): Size => ({ size: 'large', why, at: call });
  if (target?.method === 'split')
    return isLineBreak(call.arguments[0]) && isFromFile(target.receiver, file, 0)
      ? large('the lines of a file')
      : { size: 'unknown', why: 'parts of a text', at: call };
  if (/^match(?:All)?$/.test(name) || isReadOut(call, name))
    return { size: 'unknown', why: 'parts of a text', at: call, isOfText: true };
  if (/^(?:chunk|paginate)$/.test(name)) return { size: 'unknown', why: 'parts of a text', at: call };
  if (name === 'parse' && target && ts.isIdentifier(target.receiver) && target.receiver.text === 'JSON') {
    const [text] = call.arguments;
    if (text && isIncomingText(text, file, 0)) return carried(call);
    return text && isHandedText(text, call, file) ? large('all that the text holds') : undefined;
  }
  if (isIncoming(call, file)) return carried(call);
  const query = sizeOfQuery(call, file, depth, judge);
  if (query) return query;
  if (target && (isWhole(call, target.method, file) || isWholeCollection(call)))
    return { ...large(`everything that ${queryText(call)} gives`), isWhole: true };
  if (target && isNarrowed(target.receiver)) return { size: 'unknown', why: 'those of one group', at: call };
  return isChainAwaited(call) || allCall.test(name) ? sizeOfRead(call, name, file, depth, judge) : undefined;
}

const readOut =
  /^(?:parse|extract|find|get|collect|scan)\w*(?:Images?|Links|Urls|URLs|Attachments|Assets|Media|Embeds)$/;
const textName = /(?:text|markdown|html|content|body|message|source)$/i;

/** `parseImages(markdown)`: what a text names, read out of it by a function of the project. */
function isReadOut({ arguments: [text] }: ts.CallExpression, name: string): boolean {
  return text !== undefined && readOut.test(name) && textName.test(findMemberPath(text)?.at(-1) ?? '');
}

/** `server.in(roomId).fetchSockets()`, `store.of(user).listAll()`: asked of a part. */
function isNarrowed(receiver: ts.Expression): boolean {
  const part = findMethodCall(receiver);
  if (part?.method === 'from' && part.receiver.getText() === 'Array') return false;
  return part !== undefined && part.call.arguments.length > 0 && /^(?:in|to|of|for|within|from)$/.test(part.method);
}

/** `store.getAll()`, `service.listUsers(workspaceId)`, `repo.findAllById(ids)`. */
function sizeOfRead(
  call: ts.CallExpression,
  name: string,
  file: FileContext,
  depth: number,
  judge: Judge,
): Size | undefined {
  const all = allCall.exec(name);
  const noun = all ? (all[1] ?? '') : (listCall.exec(name)?.[1] ?? '');
  if (!all && noun === '') return undefined;
  const [what = '', by] = noun.split(/(?:^|(?<=[a-z]))(?:By|For|With|Of|In|From|On|Having)(?=[A-Z]|$)/);
  const holder = findMemberPath(call.expression)?.at(-2);
  const asked = what.replace(/^And\w*/, '') || (holder ? thingOf(holder) : '');
  const sound = asked === '' ? 'nothing' : soundOfName(asked);
  if (sound === 'few') return { size: 'unknown', why: 'few by their name', at: call };
  if (!isChainAwaited(call) && sound !== 'many') return undefined;
  if (!all && (sound !== 'many' || by !== undefined)) return undefined;
  let narrowed = false;
  for (const argument of call.arguments) {
    const value = skipWrappers(argument);
    if (ts.isObjectLiteralExpression(value)) {
      if (/\b(?:limit|take|first|pageSize|perPage|page|per_page|offset|size|cursor)\b/.test(value.getText(file.source)))
        return { size: 'unknown', why: 'a page', at: call };
      narrowed ||= value.properties.some((p) => !tenant.test(p.name?.getText(file.source) ?? ''));
      continue;
    }
    const last = findMemberPath(value)?.at(-1);
    if (last !== undefined && (tenant.test(last) || mannerOfRead.test(last))) continue;
    if (last === 'id' && tenant.test(findMemberPath(value)?.at(-2) ?? '')) continue;
    const list = judge(argument, file, depth + 1);
    if (list.size === 'large') return { ...list, why: `one for each of ${list.why}` };
    if (!/^(?:true|false|null|undefined)$/.test(value.getText(file.source))) narrowed = true;
  }
  if (narrowed || (by !== undefined && !tenant.test(by.toLowerCase()) && call.arguments.length > 0)) return undefined;
  return { size: 'large', why: `everything that ${queryText(call)} gives`, at: call, isWhole: true };
}

/** `roleStore` → `roles`, `this.userRepository` → `users`. */
function thingOf(holder: string): string {
  const noun = holder.replace(/(?:Model|Store|Repository|Repo|Service|Dao|Manager|ReadModel|Db|Collection|Table)$/, '');
  return noun === '' ? '' : pluralOf(noun.replace(/s$/, ''));
}

/** Redis' readers of a whole key or of all keys, and ranges that are asked for from the first to the last (`0, -1`). */
function isWhole(call: ts.CallExpression, method: string, file: FileContext): boolean {
  if (/^(?:slice|splice|substr|substring|toSpliced|at)$/.test(method)) return false;
  const texts = call.arguments.map((a) => a.getText(file.source).replaceAll(' ', ''));
  if (texts.at(-1) === '-1' && texts.at(-2) === '0') return true;
  if (!redisWhole.test(method)) return false;
  const origin = findOrigin(call.expression, file);
  if (origin && /^(?:ioredis|redis|@redis\/client)$/.test(bareModule(origin.module))) return true;
  const path = findMemberPath(call.expression);
  return isChainAwaited(call) && (redisOnly.test(method) || (!!path && /redis/i.test(path.slice(0, -1).join('.'))));
}

export function isChainAwaited(call: ts.Node): boolean {
  let { parent } = getOutermostWrapped(call);
  while (ts.isPropertyAccessExpression(parent) && ts.isCallExpression(parent.parent))
    parent = getOutermostWrapped(parent.parent).parent;
  return ts.isAwaitExpression(parent);
}

/** `db.collection('users').get()` of Firestore: all documents, unless the chain asks for some of them. */
function isWholeCollection(call: ts.CallExpression): boolean {
  const target = findMethodCall(call);
  if (target?.method !== 'get' || call.arguments.length > 0) return false;
  for (let at = findMethodCall(target.receiver); at; at = findMethodCall(at.receiver)) {
    if (/^collection(?:Group)?$/.test(at.method)) return true;
    if (!/^(?:orderBy|select)$/.test(at.method)) return false;
  }
  return false;
}

function isLineBreak(separator: ts.Expression | undefined): boolean {
  if (!separator) return false;
  const text = findStringValue(separator) ?? (ts.isRegularExpressionLiteral(separator) ? separator.text : '');
  return text === '\n' || text === '\r\n' || /^\/(?:\\r\?)?\\n/.test(text);
}

/** The text of a file, a response or a request. */
function isFromFile(text: ts.Expression, file: FileContext, depth: number): boolean {
  const value = skipAwait(text);
  if (depth > 4) return false;
  if (isIncomingText(value, file, depth)) return true;
  const target = findMethodCall(value);
  if (target) {
    if (/^(?:readFile(?:Sync)?|download|getObject|text)$/.test(target.method)) return true;
    return /^(?:toString|trim|trimEnd|replace|replaceAll)$/.test(target.method)
      ? isFromFile(target.receiver, file, depth + 1)
      : false;
  }
  if (ts.isCallExpression(value)) return /^readFile(?:Sync)?$/.test(value.expression.getText(file.source));
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  return declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
    ? isFromFile(declaration.initializer, file, depth + 1)
    : false;
}

/** `const records = JSON.parse(text)`, where `text` is handed to the function and the name is that of data. */
function isHandedText(text: ts.Expression, call: ts.CallExpression, file: FileContext): boolean {
  const value = skipWrappers(text);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const holder = getOutermostWrapped(call).parent;
  return (
    declaration !== undefined &&
    ts.isParameter(declaration) &&
    ts.isVariableDeclaration(holder) &&
    ts.isIdentifier(holder.name) &&
    soundOfName(holder.name.text) === 'many'
  );
}

/** `req.body`, `await request.text()`, and names for them. */
function isIncomingText(text: ts.Expression, file: FileContext, depth: number): boolean {
  const value = skipAwait(text);
  if (isIncoming(value, file)) return true;
  const target = findMethodCall(value);
  if (target) {
    const root = findMemberPath(target.receiver)?.join('.') ?? '';
    if (/^(?:text|arrayBuffer)$/.test(target.method)) return /^(?:c\.)?req(?:uest)?$/.test(root);
    return target.method === 'toString' ? isIncomingText(target.receiver, file, depth + 1) : false;
  }
  const declaration = ts.isIdentifier(value) && depth < 3 ? file.bindingOf(value)?.declaration : undefined;
  return declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
    ? isIncomingText(declaration.initializer, file, depth + 1)
    : false;
}

export function queryText(call: Invocation): string {
  const text = calleeOf(call).getText().replace(/\s+/g, '');
  return `${text.length > 50 ? `…${text.slice(-49)}` : text}()`;
}
