import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findMemberPath, findStringValue, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What a framework's call does with the functions that it is handed. */
export interface FrameworkCall {
  entry: EntryPoint;
  /** The properties of its options that hold them; none where they are arguments of their own. */
  properties?: RegExp;
}

const request = (label: string): EntryPoint => ({ kind: 'request', label });
/** Also what a service for tasks runs, which ends by itself what takes too long. */
const event = (label: string): EntryPoint => ({ kind: 'event', label });
const job = (label: string): EntryPoint => ({ ...request(label), seldom: 'job' });
const timed = (label: string): EntryPoint => ({ ...event(label), seldom: 'job' });
const anyName = /./;
/** A trigger of a cloud: nobody waits for it. */
const triggered = (label: string): EntryPoint => (/\.?on(?:Schedule|Run)$/.test(label) ? timed(label) : job(label));

/** The handlers of one connection: what they hear of its beginning, and of each message. */
const socketHandler = (name: string): FrameworkCall => ({
  entry: request(`${name} socket`),
  properties: /^(?:upgrade|open|message|onOpen|onMessage)$/,
});

/** Calls by the module that the called function comes from, then by its name there. */
const byModule: readonly [module: RegExp, name: RegExp, what: (name: string) => FrameworkCall][] = [
  [
    /^@azure\/functions$/,
    /^app\.\w+$/,
    (name) => ({
      entry: /\.(?:http|get|post|put|patch|deleteRequest)$/.test(name)
        ? request(`Azure ${name}`)
        : /\.timer$/.test(name)
          ? timed(`Azure ${name}`)
          : job(`Azure ${name}`),
      properties: /^handler$/,
    }),
  ],
  [
    /^@google-cloud\/functions-framework$/,
    /(?:^|\.)(?:http|cloudEvent)$/,
    (name) => ({ entry: request(`functions-framework ${name}`) }),
  ],
  [
    /^@trigger\.dev\/sdk(?:\/|$)/,
    /^(?:task|schemaTask|schedules\.task)$/,
    (name) => ({ entry: (/^schedules/.test(name) ? timed : event)(`trigger.dev ${name}`), properties: /^run$/ }),
  ],
  [/^@middy\/core$/, /^$/, () => ({ entry: request('middy') })],
  [/^passport$/, /(?:^|\.)deserializeUser$/, () => ({ entry: request('passport deserializeUser') })],
  [/^(?:passport-|@\w[\w-]*\/passport-)/, /./, (name) => ({ entry: request(`passport ${name}`) })],
  [
    /^(?:apollo-server[\w-]*|@apollo\/server(?:\/[\w-]+)?|@as-integrations\/\w+|graphql-yoga|mercurius)$/,
    /(?:^|\.)(?:ApolloServer|startStandaloneServer|expressMiddleware|koaMiddleware|createYoga)$/,
    (name) => ({ entry: request(`${name} context`), properties: /^context$/ }),
  ],
  [
    /^@strapi\/strapi$/,
    /(?:^|\.)createCoreController$/,
    () => ({ entry: request('Strapi controller'), properties: anyName }),
  ],
  [/^hono\/factory$/, /(?:^|\.)create(?:Handlers|Middleware)$/, (name) => ({ entry: request(`Hono ${name}`) })],
  [
    /^@ts-rest\/[\w-]+$/,
    /(?:^|\.)(?:router|tsRestHandler|createNextRoute|createNextRouter|fetchRequestHandler)$/,
    () => ({ entry: request('ts-rest'), properties: anyName }),
  ],
  [/^@orpc\/server$/, /\.(?:handler|middleware)$/, () => ({ entry: request('oRPC') })],
  [/^@trpc\/server$/, /\.middleware$/, () => ({ entry: request('tRPC middleware') })],
  [/^@trpc\/server\/adapters\//, anyName, () => ({ entry: request('tRPC context'), properties: /^createContext$/ })],
  [
    /^@tanstack\/(?:\w+-)?start(?:\/|$)/,
    /^createServerFn\..*\.handler$/,
    () => ({ entry: request('TanStack server function') }),
  ],
  [/^astro:actions$/, /^defineAction$/, () => ({ entry: request('Astro action'), properties: /^handler$/ })],
  [/^\$app\/server$/, /^(?:query|form|command)(?:\.batch)?$/, (name) => ({ entry: request(`SvelteKit ${name}`) })],
  [
    /^firebase-functions\/.*\b(?:https|identity)$/,
    /^(?:on|before)[A-Z]\w*$/,
    (name) => ({ entry: request(`firebase-functions ${name}`) }),
  ],
  [/^firebase-functions\//, /^on[A-Z]\w*$/, (name) => ({ entry: triggered(`firebase-functions ${name}`) })],
  [
    /^meteor\/(?:mdg:validated-method|jam:method)$/,
    /^(?:ValidatedMethod|createMethod)$/,
    () => ({ entry: request('Meteor method'), properties: /^run$/ }),
  ],
  [
    /^sqs-consumer$/,
    /(?:^|\.)create$/,
    () => ({ entry: request('SQS message'), properties: /^handleMessage(?:Batch)?$/ }),
  ],
  [/^(?:h3|crossws)$/, /^define(?:WebSocketHandler|Hooks)$/, socketHandler],
  [/^(?:hono\/|@hono\/)/, /(?:^|\.)upgradeWebSocket$/, socketHandler],
  [
    /^uWebSockets\.js$/,
    /\.ws$/,
    () => ({ entry: request('uWebSockets.js socket'), properties: /^(?:upgrade|open|message|subscription)$/ }),
  ],
];

/** Calls of what a runtime or a server puts in the global scope, by the whole name. */
const byGlobal: readonly [name: RegExp, what: (name: string) => FrameworkCall][] = [
  [/^Deno\.serve$/, (name) => ({ entry: request(name) })],
  [/^Bun\.serve$/, (name) => ({ entry: request(name), properties: /^(?:fetch|routes|websocket)$/ })],
  [/^defineWebSocketHandler$/, socketHandler],
  [/^Parse\.Cloud\.job$/, (name) => ({ entry: timed(name) })],
  [/^Parse\.Cloud\.(?:define|(?:before|after)[A-Z]\w*)$/, (name) => ({ entry: request(name) })],
];

/** Methods whose receiver is the project's own, by a dependency of its package and what they are handed. */
const byDependency: readonly [
  dependency: RegExp,
  method: RegExp,
  isOne: (call: ts.CallExpression) => boolean,
  what: (method: string) => FrameworkCall,
][] = [
  [
    /^inngest$/,
    /^createFunction$/,
    ({ arguments: given }) => given.length === 3,
    () => ({ entry: event('Inngest function') }),
  ],
  [
    /^(?:@grpc\/grpc-js|grpc|@connectrpc\/connect)$/,
    /^(?:addService|service)$/,
    ({ arguments: given }) => given.length > 1,
    (method) => ({ entry: request(`gRPC ${method}`), properties: anyName }),
  ],
  [
    /^mongoose$/,
    /^(?:pre|post)$/,
    ({ arguments: [first] }) =>
      /^(?:save|validate|remove|init|insertMany|aggregate|(?:find|update|delete|replace|count)\w*)$/.test(
        findStringValue(first) ?? '',
      ),
    (method) => ({ entry: event(`Mongoose ${method}`) }),
  ],
  [
    /^(?:sequelize|@sequelize\/core)$/,
    /^(?:before|after)(?:Create|Update|Save|Destroy|Upsert|Find|Bulk\w+|Validate)$/,
    ({ arguments: given }) => given.length > 0,
    (method) => ({ entry: event(`Sequelize ${method}`) }),
  ],
  [
    /^@hono\/zod-openapi$/,
    /^openapi$/,
    ({ arguments: given }) => given.length > 1,
    () => ({ entry: request('Hono openapi') }),
  ],
  [/^elysia$/, /^ws$/, ({ arguments: given }) => given.length > 1, () => socketHandler('Elysia')],
  [/^(?:@orpc\/server|zsa)$/, /^handler$/, takesFunction, () => ({ entry: request('procedure') })],
  [/^next-safe-action$/, /^(?:stateA|a)ction$/, takesFunction, () => ({ entry: request('server action') })],
  [/^(?:bull|bee-queue|kue)$/, /^process$/, takesFunction, (method) => ({ entry: job(`queue ${method}`) })],
  [/^pg-boss$/, /^work$/, takesFunction, () => ({ entry: job('pg-boss work') })],
  [
    /^(?:@hokify\/)?agenda$/,
    /^define$/,
    ({ expression }) => /agenda/i.test(findMemberPath(expression)?.at(-2) ?? ''),
    () => ({ entry: job('Agenda job') }),
  ],
  [
    /^(?:amqplib|amqp-connection-manager)$/,
    /^consume$/,
    ({ arguments: given }) => given.length > 1,
    (method) => ({ entry: request(`AMQP ${method}`) }),
  ],
];

function takesFunction({ arguments: given }: ts.CallExpression): boolean {
  const last = given.at(-1);
  return last !== undefined && isFunctionNode(skipWrappers(last));
}

/** What a call of a framework makes of the functions that it is handed: `app.http('orders', { handler })`, `new Strategy(fn)`. */
export function findFrameworkCall(
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
): FrameworkCall | undefined {
  if (file.role !== 'product') return undefined;
  const callee = skipWrappers(call.expression);
  const method = ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
  if (method !== undefined && ts.isCallExpression(call)) {
    for (const [dependency, name, isOne, what] of byDependency)
      if (name.test(method) && isOne(call) && dependsOn(dependency, file)) return what(method);
  }
  const origin = findOrigin(callee, file);
  if (!origin) return undefined;
  if (origin.module === '') {
    const global = origin.path.join('.');
    return byGlobal.find(([pattern]) => pattern.test(global))?.[1](global);
  }
  const module = bareModule(origin.module);
  const name = originName(origin);
  for (const [from, pattern, what] of byModule) if (from.test(module) && pattern.test(name)) return what(name);
  return undefined;
}

/** Whether the package of a file depends on what a pattern names. */
export function dependsOn(pattern: RegExp, { package: { dependencies } }: FileContext): boolean {
  for (const name of dependencies) if (pattern.test(name)) return true;
  return false;
}
