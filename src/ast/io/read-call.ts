import type { FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findCallee } from '../names/symbol-ref.ts';
import {
  argumentsOf,
  calleeOf,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  type Invocation,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { ioOf, isNamedComputing, isNamedWrite, listIoCalls } from './io-call.ts';
import { isSend } from './network-send.ts';

/** Words that say that the order or the pace is meant: transactions, batches, pages, limits, retries, waits. */
export const paced =
  /\btransaction\s*[:,}]|\b(?:trx|tx|transacting|queryRunner|entityManager|sleep|delay|wait\w*|setTimeout|retry\w*|retries|attempts?|backoff|throttle\w*|rateLimit\w*|limiter|(?<!\.)limit\(|chunk\w*|batch\w*|cursor|nextPage|pageToken|hasMore|next_cursor|migrat\w*|sequential\w*|one (?:by|at a) (?:one|time)|in order|series|lock|mutex|yield|deadlock\w*)\b|(?:In|With|[wW]rap|Run|Begin|Start)Transaction|Transaction(?:Manager|al)|Sleep|Delay|Retry|Chunk|Batch|(?<![bcf])Lock\b|\bnext\(/i;

/** A call that is waited for and reads from outside. */
export interface Read {
  call: ts.CallExpression;
  /** Where another file says what it does. */
  asked?: SymbolRef;
}

const readName =
  /^[$_]*(?:get|find|list|count|fetch|load|read|search|query|select|lookup|look_?[uU]p|retrieve|download)(?:[A-Z_]|$)/;
/** Who asks must be known before anything else is read for them. */
const admitting = /session|auth|permission|access|token|currentUser|OrThrow|OrFail|OrReject|OrCreate|AndUpdate/i;

/** Whether a call reads, by what it is called on. */
export function readOf(call: ts.CallExpression, file: FileContext): Read | undefined {
  return ioOf(call, file) === 'read' && !isSharedRecord(call, file) ? { call } : undefined;
}

/** Whether a call of something else in the project may read, whatever it is called: the project tells whether it does. */
export function askedReadOf(call: ts.CallExpression, file: FileContext): Read | undefined {
  if (!mayRead(call) || isAdmitting(call, file) || ioOf(call, file)) return undefined;
  const asked = findCallee(call, file);
  return asked && { call, asked };
}

/** Whether a call sends something to another host, itself or by a function of the project: that says whether it does. */
export function sendOf(call: ts.CallExpression, file: FileContext): Read | undefined {
  if (isSend(call, file)) return { call };
  if (isNamedRead(call)) return undefined;
  const fn = findFunctionValue(call.expression, file);
  if (fn)
    return listIoCalls(fn, file).some(({ call: one }) => ts.isCallExpression(one) && isSend(one, file)) &&
      !isSharedRecord(call, file)
      ? { call }
      : undefined;
  const asked = findCallee(call, file);
  return asked?.kind === 'imported' ? { call, asked } : undefined;
}

/** What decides who may go on, or whether there is anything to do, by its name. */
const deciding =
  /^_?(?:assert|check|verify|validate|require|must|guard|authenticate|authori[sz]e|login|is|has|can|should|may|ensure|use|with|wait|try|next|begin|lock|acquire)(?:[A-Z_]|$)/;

/** Whether a call may read, by its name: it is called neither after a change, nor a decision, nor what computes. */
export function mayRead(call: ts.CallExpression): boolean {
  if (isNamedRead(call)) return true;
  const name = findMemberPath(call.expression)?.at(-1) ?? '';
  return name !== '' && !deciding.test(name) && !isNamedWrite(call) && !isNamedComputing(call);
}

/** Whether a call is named as what reads. */
export function isNamedRead(call: ts.CallExpression): boolean {
  const { expression } = call;
  return readName.test(
    ts.isIdentifier(expression) ? expression.text : (findMemberName(skipWrappers(expression)) ?? ''),
  );
}

/** Whether a call reads by its name, or by one further ahead in its chain: `Post.find(filter).skip(20).limit(10)`. */
export function isReadChain(call: ts.CallExpression): boolean {
  for (let at: ts.Expression | undefined = call; at && ts.isCallExpression(at); ) {
    if (isNamedRead(at)) return true;
    const receiver: ts.Expression | undefined = findMethodCall(at)?.receiver;
    at = receiver && skipWrappers(receiver);
  }
  return false;
}

const ofOne = /^(?:findUnique(?:OrThrow)?|findByPk)$|(?:By|And)(?:Id|Key|Uuid)$/;
const singular = /^(?:find|get|load|fetch|read)(?:[A-Z]\w*[^s])?$/;
const keyName = /(?:^id|^key|^uuid|Id|ID|Key|Uuid)$/;

/** Whether a call asks for one thing by its key, by its name and what it is handed: some milliseconds. */
export function isKeyLookup(call: Invocation): boolean {
  // `getUserWithRoles(id)` is still one user.
  const name = (findMemberPath(calleeOf(call))?.at(-1) ?? '').replace(/With[A-Z]\w*$/, '');
  return ofOne.test(name) || (singular.test(name) && argumentsOf(call).length > 0 && argumentsOf(call).every(isKey));
}

const ofMany =
  /^(?:list|count|search|query|select|aggregate|group|execute|raw|scan)(?:[A-Z]|$)|^find$|(?:All|Many|Count|Total)(?:[A-Z]|$)|ByIds$/;
const plural = /[^su]s$|ies$/;
const massNoun =
  /(?:Details|Settings|Options|Address|Credentials|Preferences|Limits|Quotas|Features|Flags|Permissions|Status)$/;

/** Whether a call gives, by its name, several things or what is worked out of several: `getTags`, `findByIds`, `count`. */
export function givesMany(call: ts.CallExpression): boolean {
  const target = findMethodCall(call);
  // `Post.find(…).lean()`
  if (target && ts.isCallExpression(skipWrappers(target.receiver)))
    return givesMany(skipWrappers(target.receiver) as ts.CallExpression) || ofMany.test(target.method);
  const name = findMemberPath(call.expression)?.at(-1) ?? '';
  if (ofMany.test(name)) return true;
  const what = name.replace(/(?<=[a-z])(?:By|For|Of|With|From|In|On|Per)(?:[A-Z]\w*)?$/, '');
  return plural.test(what) && !massNoun.test(what);
}

/** Whether a call counts, by its name: `count()`, `countDocuments(filter)`, `getTotal()`. */
export function givesTotal(call: ts.CallExpression): boolean {
  const names = findMemberPath(call.expression) ?? [findMethodCall(call)?.method ?? ''];
  return /^(?:get|fetch|find|estimated)?(?:count|Count|Total)(?:[A-Z]\w*)?$|(?:Count|Total)$/.test(names.at(-1) ?? '');
}

function isKey(given: ts.Expression): boolean {
  const value = skipWrappers(given);
  if (!ts.isObjectLiteralExpression(value)) return keyName.test(findMemberPath(value)?.at(-1) ?? '');
  return value.properties.every(({ name }) => name !== undefined && keyName.test(findPropertyName(name) ?? ''));
}

/** Whether what a call gives decides, by its name, who may go on. */
export function isAdmitting(call: ts.CallExpression, file: FileContext): boolean {
  return admitting.test(call.expression.getText(file.source));
}

/** Whether a call, by its name, gives what others are asked with: it is kept until it expires, and comes before them. */
export function isForAccess(call: ts.CallExpression): boolean {
  return /(?:[aA]ccess|[aA]uth|[bB]earer|[cC]lient|[sS]ervice|[sS]ystem)Token$/.test(
    findMemberPath(call.expression)?.at(-1) ?? '',
  );
}

/** A local function that reads and then writes what all rounds share. */
export function isSharedRecord(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findFunctionValue(call.expression, file);
  if (!fn?.body) return false;
  const text = fn.body.getText(file.source);
  return (
    paced.test(text) ||
    /\.(?:set|save|update|put|delete|remove|create|insert|push)\w*\(|this\.\w+\s*(?:=[^=]|\+\+)/.test(text)
  );
}
