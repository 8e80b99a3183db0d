import type { FileContext } from '../model/file-context.ts';
import { listKeptResults, listVariedClients } from './clients/client-factory.ts';
import { hearsClients, listHandedToListeners } from './clients/client-listeners.ts';
import { listDatabaseKinds } from './clients/embedded-database.ts';
import { listConnectionTypes } from './clients/given-connection.ts';
import { listUnlimitedProviders } from './clients/injected-instance.ts';
import { listKeptOnce, listLentArguments, listMadeOnce } from './clients/lent-arguments.ts';
import { listRedisClients } from './clients/redis-home.ts';
import { listDoneForSettings } from './containers/filled-once.ts';
import { listKeptRows } from './containers/stored-key.ts';
import { listClientClasses } from './handles/handles.ts';
import { listLastingClasses } from './handles/lasting-class.ts';
import { listServingThreads } from './handles/left-worker.ts';
import { endsIdleObjects, listStreamGivers } from './handles/stream-givers.ts';
import { listSurvivedErrors } from './handles/survived-errors.ts';
import { listListedTypes } from './io/field-queries.ts';
import { endsAllRequests } from './io/request-limits.ts';
import { listLimitedCalls } from './io/request-wrapper.ts';
import { listHandfuls } from './io/schema-limits.ts';
import { listPartsOfClosable } from './life/end-of-life.ts';
import { listEndedAtExit, listEndings } from './life/ended-at-exit.ts';
import { listCallsAgain, listCallsOnFresh } from './life/fresh-instance.ts';
import { listOwnArguments } from './life/own-arguments.ts';
import { listTrimmedFields } from './life/trimming.ts';
import { listEventMembers } from './listeners/event-members.ts';
import { listRemovedAtEnd } from './listeners/removed-at-end.ts';
import { listRequestingGetters } from './listeners/requesting-getter.ts';
import { listSelfClearingMethods } from './listeners/self-clearing.ts';
import { listSharedSignals } from './listeners/shared-signal.ts';
import { listRemoverMethods } from './listeners/subscriptions.ts';
import { listImports } from './names/module-surface.ts';
import { bareModule } from './names/provenance.ts';
import { parsesAllJson } from './size/large-body.ts';
import { findMethodCall, findStringValue } from './syntax.ts';
import { isClearName } from './timers/clear-helper.ts';
import { listClearsByName } from './timers/clears-of-places.ts';
import { timerClears } from './timers/timer-clears.ts';
import { ts } from './ts.ts';
import { listRunAtEachConnect } from './where/each-connect.ts';
import { listLastCalls } from './where/last-call.ts';
import { listInstanceLives } from './where/made-for-call.ts';
import { listMounts } from './where/mounted-routers.ts';
import { listInstanceSizes } from './where/small-instances.ts';

/** Settings that hold for every file once one of them makes them. */
const projectTokens = ['axios.defaults.timeout', 'setGlobalDispatcher', 'SIGTERM', 'prom-client', 'compression'];

/** Facts that hold for the project as soon as one file states them. How such a file looks as a text: `src/engine/fact-text.ts`. */
export function listFacts(file: FileContext): string[] {
  const facts = new Set<string>();
  for (const module of listImports(file)) if (!module.startsWith('.')) facts.add(`import:${bareModule(module)}`);
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target) continue;
    if (isClearName(target.method) && target.receiver.kind !== ts.SyntaxKind.ThisKeyword)
      facts.add(`calls-helper:${target.method}`);
    const event = findStringValue(call.arguments[0]);
    if (/^(?:on|once|addListener)$/.test(target.method) && event !== undefined) {
      facts.add(/^SIG[A-Z]+$/.test(event) ? `signal:${event}` : `on:${event}`);
    }
    if (target.method === 'listen') facts.add('listen');
    if (target.method === 'enableShutdownHooks') facts.add('signal:SIGTERM');
  }
  for (const token of projectTokens) if (file.text.includes(token)) facts.add(`token:${token}`);
  if (/HttpModule(?:\.register|Options)|axiosRef/.test(file.text) && file.text.includes('timeout'))
    facts.add('limited:nest-http');
  if (file.text.includes('clear')) {
    const { names, foreign } = timerClears(file);
    for (const name of names.keys()) facts.add(`clear-timer:${name}`);
    for (const name of foreign) facts.add(`clear-timer-of-other:${name}`);
    for (const name of listClearsByName(file)) facts.add(`clear-timer-by:${name}`);
  }
  for (const name of listPartsOfClosable(file)) facts.add(`part-of-closable:${name}`);
  for (const mount of listMounts(file)) facts.add(mount);
  for (const lent of listLentArguments(file)) facts.add(`lent-${lent}`);
  for (const own of listOwnArguments(file)) facts.add(`own-${own}`);
  for (const name of listClientClasses(file)) facts.add(`client-class:${name}`);
  for (const name of listLastingClasses(file)) facts.add(`runs-until-ended:${name}`);
  for (const name of listServingThreads(file)) facts.add(`serving-thread:${name}`);
  for (const { name, isObject } of listStreamGivers(file)) facts.add(`gives-${isObject ? 'object' : 'stream'}:${name}`);
  if (file.role !== 'test' && endsIdleObjects(file)) facts.add('ends-idle-objects');
  for (const name of listRemoverMethods(file)) facts.add(`gives-remover-${name}`);
  for (const name of listRequestingGetters(file)) facts.add(`requesting-getter:${name}`);
  for (const name of listEventMembers(file)) facts.add(`event-member:${name}`);
  for (const name of listSelfClearingMethods(file)) facts.add(`drops-listeners:${name}`);
  for (const name of listMadeOnce(file)) facts.add(`made-once:${name}`);
  for (const name of listKeptOnce(file)) facts.add(`kept-once:${name}`);
  if (file.role !== 'test' && endsAllRequests(file)) facts.add('ends-requests');
  if (file.role !== 'test' && parsesAllJson(file)) facts.add('parses-json');
  if (file.role !== 'test') for (const name of listLastCalls(file)) facts.add(`last-call:${name}`);
  for (const name of listSurvivedErrors(file)) facts.add(`survives-errors:${name}`);
  if (file.role !== 'test' && hearsClients(file)) facts.add('hears-clients');
  for (const name of listRedisClients(file)) facts.add(`redis-client:${name}`);
  for (const name of listListedTypes(file)) facts.add(`listed-type:${name}`);
  for (const name of listTrimmedFields(file)) facts.add(`trims:${name}`);
  for (const fact of listInstanceSizes(file)) facts.add(fact);
  for (const name of listHandfuls(file)) facts.add(`handful:${name}`);
  for (const kind of listDatabaseKinds(file)) facts.add(kind);
  for (const fact of listInstanceLives(file)) facts.add(fact);
  if (file.role !== 'test') addOfService(facts, file);
  return [...facts].sort();
}

/** What a test does says nothing of the service. */
function addOfService(facts: Set<string>, file: FileContext): void {
  for (const name of listEndedAtExit(file)) facts.add(`ended-at-exit:${name}`);
  for (const name of listConnectionTypes(file)) facts.add(`one-connection:${name}`);
  for (const fact of listEndings(file)) facts.add(fact);
  for (const name of listDoneForSettings(file)) facts.add(`for-settings:${name}`);
  for (const name of listKeptRows(file)) facts.add(`keeps-row:${name}`);
  for (const name of listRunAtEachConnect(file)) facts.add(`at-each-connect:${name}`);
  for (const name of listCallsOnFresh(file)) facts.add(`on-fresh:${name}`);
  for (const name of listCallsAgain(file)) facts.add(`calls-again:${name}`);
  for (const name of listKeptResults(file)) facts.add(`keeps-result:${name}`);
  for (const name of listVariedClients(file)) facts.add(`varies-client:${name}`);
  for (const name of listLimitedCalls(file)) facts.add(`limits-call:${name}`);
  for (const name of listUnlimitedProviders(file)) facts.add(`unlimited-axios:${name}`);
  for (const name of listSharedSignals(file)) facts.add(`same-signal:${name}`);
  for (const name of listHandedToListeners(file)) facts.add(`handed-to-listener:${name}`);
  for (const name of listRemovedAtEnd(file)) facts.add(`removed-at-end:${name}`);
}
