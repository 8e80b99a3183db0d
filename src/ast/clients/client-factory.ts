import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listHandlePlaces } from '../handles/handle-escape.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isMemoised, isSettled } from '../where/made-per-call.ts';
import type { ClientCreation } from './libraries.ts';

/** What gives a client by its name: `getS3Client()`, `buildTransport()`. */
const giving =
  /^(?:get|make|build|create|new|use|init)(?:[A-Z]\w*)?(?:Clients?|Agent|Pool|Connection|Db|Database|Prisma|S3|S3Instance|SQS|SNS|SES|Dynamo(?:DB)?|Knex|Storage|Firestore|BigQuery|PubSub|Elastic\w*)$|^connect(?:Db|DB|ToDb|ToDB|Database|ToDatabase|Pool)?$/;

const requestName = /^(?:fetch|request|stream|get|post|put|patch|delete|head|axios|got)$/;

/**
 * Whether a function makes a client only to give it to whoever calls, each time: `function getS3Client() { return new
 * S3Client(); }`. What one conversation needs for itself, a connection or a client that dials at once, may well be asked for
 * anew; so may what is made of what its callers hand in, unless they all hand in settings: see {@link ofSettingsOnly}.
 */
export function isClientFactory(
  creation: ts.NewExpression | ts.CallExpression,
  fn: FunctionNode,
  { kind, dialsAtOnce }: ClientCreation,
  file: FileContext,
): boolean {
  const isShared = kind === 'client' || kind === 'pool' || kind === 'memory' || kind === 'agent';
  if (!isShared || dialsAtOnce || !giving.test(nameOfFunction(fn))) return false;
  const isMadeOfSettings = (creation.arguments ?? []).every((argument) =>
    isSettled(argument, fn, file, { written: true, handedIn: true }),
  );
  if (!isMadeOfSettings || isTwin(creation, fn, file)) return false;
  const places = listHandlePlaces(creation, file);
  const isGiven = places.some((place) => place.kind === 'handed-over');
  const isOnlyGiven = places.every(
    (place) =>
      (place.kind === 'handed-over' && place.how === 'returned') ||
      (place.kind === 'binding' && isWithin(place.binding.identifier, fn)),
  );
  if (!isGiven || !isOnlyGiven) return false;
  const calls = listCallsOf(fn, file);
  // `createClient()` is judged where the file itself calls it.
  if (calls.length > 0 ? /^(?:create|init)/.test(nameOfFunction(fn)) : !isReachable(fn, file)) return false;
  return calls.every((call) => !isKept(call, file) && !handsInOther(call, file));
}

/** Another of the same kind stands further on, as for another environment: one of them is told. */
function isTwin(creation: ts.NewExpression | ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const callee = creation.expression.getText(file.source);
  return file
    .nodesOfKind(creation.kind)
    .some(
      (other) =>
        other.pos > creation.pos &&
        findEnclosingFunction(other) === fn &&
        (other as ts.NewExpression | ts.CallExpression).expression.getText(file.source) === callee,
    );
}

/** Other files can call it: it is exported, or a method. */
function isReachable(fn: FunctionNode, file: FileContext): boolean {
  return ts.isMethodDeclaration(fn) || isExported(fn, file);
}

/** "None of those who call a factory keeps what it gives beyond the call". */
export function keptByNobody(fn: FunctionNode): LinkCondition {
  return { kind: 'not', of: { kind: 'project-states', fact: `keeps-result:${nameOfFunction(fn)}` } };
}

/** "All who call a factory hand in settings, which are the same for each of their calls". */
export function ofSettingsOnly(fn: FunctionNode): LinkCondition[] {
  if (fn.parameters.length === 0) return [];
  return [{ kind: 'not', of: { kind: 'project-states', fact: `varies-client:${nameOfFunction(fn)}` } }];
}

/** Names of the factories of clients that this file hands what differs from call to call. */
export function listVariedClients(file: FileContext): string[] {
  return listFactoryCalls(file).flatMap(({ call, name }) => (handsInOther(call, file) ? [name] : []));
}

function handsInOther(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  return fn !== undefined && call.arguments.some((argument) => !isSettled(argument, fn, file, { written: true }));
}

/** Names of the factories of clients whose result this file keeps beyond the call: in a field, a collection, an outer variable. */
export function listKeptResults(file: FileContext): string[] {
  return listFactoryCalls(file).flatMap(({ call, name }) => (isKept(call, file) ? [name] : []));
}

function listFactoryCalls(file: FileContext): { call: ts.CallExpression; name: string }[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const name = calleeName(call);
    return giving.test(name) ? [{ call, name }] : [];
  });
}

/** Also given on, by another factory or to an object that may keep it, and made when it is first asked for. */
function isKept(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn) return isInField(call);
  if (ts.isConstructorDeclaration(fn) || isMemoised(call, fn, file)) return true;
  return listHandlePlaces(call, file).some((place) => {
    if (place.kind === 'binding')
      return !isWithin(place.binding.identifier, fn) || place.binding.references.some(isOfNewObject);
    if (place.kind === 'handed-over') return place.how !== 'argument' || isOfNewObject(call);
    return place.kind !== 'dropped' && !(place.kind === 'property' && isOptionOfRequest(place.at));
  });
}

/** `await request(url, { dispatcher })`: the client serves this one request. */
function isOptionOfRequest(property: ts.Node): boolean {
  const call = getOutermostWrapped(property.parent).parent;
  return call && ts.isCallExpression(call) && requestName.test(calleeName(call));
}

function isInField(node: ts.Node): boolean {
  for (let at = node; at.parent; at = at.parent) if (ts.isPropertyDeclaration(at)) return true;
  return false;
}

/** `new Store(client)`, `new Store({ client })`. */
function isOfNewObject(use: ts.Node): boolean {
  let { parent } = getOutermostWrapped(use);
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) parent = parent.parent.parent;
  return ts.isNewExpression(parent);
}
