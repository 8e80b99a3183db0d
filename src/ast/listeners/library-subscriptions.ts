import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findStringValue, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Subscription } from './subscriptions.ts';

/** A function or method of a library that gives back what ends the subscription. */
interface Subscriber {
  module: RegExp;
  /** Steps after the module: `createStore.().subscribe`. */
  name: RegExp;
  ends: Subscription['ends'];
  /** It hears of what its first function reads: where that is the subscriber's own, both go together. */
  isOfWhatItReads?: true;
  /** It hears of what its first argument names, other than an element. */
  isOfNamedTarget?: true;
}

const subscribers: readonly Subscriber[] = [
  { module: /^mobx$/, name: /^(?:reaction|autorun)$/, ends: 'call', isOfWhatItReads: true },
  { module: /^valtio(?:\/vanilla)?(?:\/utils)?$/, name: /^subscribe(?:Key)?$/, ends: 'call' },
  { module: /^@?firebase\/firestore$/, name: /^onSnapshot(?:sInSync)?$/, ends: 'call' },
  { module: /^@?firebase\/database$/, name: /^on(?:Value|Child(?:Added|Changed|Removed|Moved))$/, ends: 'call' },
  { module: /^@?firebase\/auth$/, name: /^on(?:AuthState|IdToken)Changed$/, ends: 'call' },
  { module: /^@?firebase\/messaging(?:\/sw)?$/, name: /^onMessage$/, ends: 'call' },
  {
    module:
      /^(?:firebase|firebase\/app|firebase\/compat\/app|firebase-admin(?:\/firestore)?|@react-native-firebase\/\w+)$/,
    name: /\.(?:onSnapshot|onAuthStateChanged|onIdTokenChanged|onMessage|onTokenRefresh|onNotificationOpenedApp)$/,
    ends: 'call',
  },
  { module: /^@wagmi\/core$/, name: /^watch[A-Z]\w*$/, ends: 'call' },
  { module: /^viem$/, name: /^create(?:Public|Test)?Client\.\(\)\.watch[A-Z]\w*$/, ends: 'call' },
  {
    module: /^(?:redux|@reduxjs\/toolkit)$/,
    name: /^(?:legacy_createStore|createStore|configureStore)\.\(\)\.subscribe$/,
    ends: 'call',
  },
  {
    module: /^zustand(?:\/(?:vanilla|traditional))?$/,
    name: /^(?:create|createStore|createWithEqualityFn)(?:\.\(\)){1,2}\.subscribe$/,
    ends: 'call',
  },
  { module: /^jotai(?:\/vanilla)?$/, name: /^(?:createStore|getDefaultStore)\.\(\)\.sub$/, ends: 'call' },
  { module: /^nanostores$/, name: /^(?:atom|map|deepMap|computed)\.\(\)\.(?:listen|subscribe)$/, ends: 'call' },
  { module: /^svelte\/store$/, name: /^(?:writable|readable|derived)\.\(\)\.subscribe$/, ends: 'call' },
  { module: /^effector$/, name: /^create(?:Store|Event)\.\(\)\.watch$/, ends: 'call' },
  { module: /^vuex$/, name: /^(?:createStore|useStore)\.\(\)\.(?:subscribe|subscribeAction|watch)$/, ends: 'call' },
  { module: /^xstate$/, name: /^(?:createActor|interpret)\.\(\)\.subscribe$/, ends: 'unsubscribe' },
  { module: /^history$/, name: /^create\w*History\.\(\)\.(?:listen|block)$/, ends: 'call' },
  { module: /^react-router(?:-dom)?$/, name: /^useHistory\.\(\)\.(?:listen|block)$/, ends: 'call' },
  {
    module: /^@react-navigation\/\w+$/,
    name: /^(?:useNavigation|createNavigationContainerRef)\.\(\)\.addListener$/,
    ends: 'call',
  },
  { module: /^@react-native-community\/netinfo$/, name: /^(?:NetInfo\.)?addEventListener$/, ends: 'call' },
  { module: /^expo-[\w-]+$/, name: /(?:^|\.)add\w*Listener$/, ends: 'remove' },
  { module: /^@tauri-apps\/api\/event$/, name: /^listen$/, ends: 'call' },
  {
    module: /^(?:@tanstack\/(?:\w+-)?query(?:-core)?|react-query)$/,
    name: /^(?:(?:useQueryClient\.\(\)|QueryClient\.new)\.get(?:Query|Mutation)Cache\.\(\)|(?:online|focus)Manager)\.subscribe$/,
    ends: 'call',
  },
  {
    module: /^(?:@apollo\/client(?:\/core)?|apollo-client)$/,
    name: /^(?:(?:ApolloClient\.)?new|useApolloClient\.\(\))\.watchQuery\.\(\)\.subscribe$/,
    ends: 'unsubscribe',
  },
  { module: /^graphql-ws$/, name: /^createClient\.\(\)\.(?:subscribe|on)$/, ends: 'call' },
  { module: /^(?:aws-amplify(?:\/utils)?|@aws-amplify\/core)$/, name: /^Hub\.listen$/, ends: 'call' },
  { module: /^(?:electron-store|conf)$/, name: /^new\.onDid(?:Any)?Change$/, ends: 'call' },
  {
    module: /^(?:lexical|@lexical\/[\w-]+)$/,
    name: /\.register(?:Command|NodeTransform|\w+Listener)$/,
    ends: 'call',
  },
  { module: /^@angular\/core$/, name: /^Renderer2\.new\.listen$/, ends: 'call', isOfNamedTarget: true },
];

/** Names of packages whose functions, other than methods, subscribe; and what those functions are called. */
export const subscribingModules: readonly string[] = [
  'mobx',
  'valtio*',
  'firebase/*',
  '@firebase/*',
  '@wagmi/core',
  '@tauri-apps/api/*',
  'viem',
  'jotai*',
  'expo-*',
  'lexical*',
  '@lexical/*',
];
export const subscribingNames: readonly string[] = [
  'autorun(',
  'reaction(',
  'subscribe',
  '.sub(',
  'onSnapshot(',
  'onValue(',
  'onChild',
  'onAuthStateChanged(',
  'onIdTokenChanged(',
  'onMessage(',
  'watch',
  '.register',
  'listen(',
  'Listener(',
];

/** What a call subscribes to, where its library is known to give back what ends it. */
export function findLibrarySubscription(
  call: ts.CallExpression,
  outlives: (source: ts.Expression) => boolean,
  file: FileContext,
): Subscription | undefined {
  const origin = findOrigin(call.expression, file);
  if (!origin || origin.module === '' || origin.module === '.') return undefined;
  const module = bareModule(origin.module);
  const name = originName(origin);
  const found = subscribers.find((one) => one.module.test(module) && one.name.test(name));
  if (!found) return undefined;
  const [first] = call.arguments;
  if (found.isOfNamedTarget && !/^(?:window|document|body)$/.test(findStringValue(first) ?? '')) return undefined;
  if (found.isOfWhatItReads && !(first && readsWhatOutlives(first, outlives, file))) return undefined;
  const { expression } = call;
  const source = ts.isPropertyAccessExpression(expression) ? expression.expression : (first ?? expression);
  return { call, source: shortened(source.getText(file.source)), ends: found.ends };
}

function readsWhatOutlives(
  reader: ts.Expression,
  outlives: (source: ts.Expression) => boolean,
  file: FileContext,
): boolean {
  const accesses = file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression) as readonly ts.PropertyAccessExpression[];
  return accesses.some((access) => isWithin(access, reader) && outlives(access.expression));
}

/** The first line of a longer text. */
function shortened(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length < text.length || line.length > 40 ? `${line.slice(0, 40).trimEnd()}…` : line;
}
