import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { isLossOfOnlyOne } from '../clients/lost-once.ts';
import { isAction, isEdit } from '../io/action.ts';
import { isBringUp } from '../listeners/event-kind.ts';
import { listCallsOf } from '../names/functions.ts';
import { bareModule, findOrigin, type Origin, originName } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  isClassNode,
  isHiddenMethod,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isAdminPath, isDecoratedForAdmins, isForAdmins, isNamedForAdmins } from './admin-guard.ts';
import { entryOfBotCall, entryOfBotModule, isReadyOfBot } from './bot-entries.ts';
import { isChore } from './chore.ts';
import { entryOfCqrs } from './cqrs-handler.ts';
import { entryOfNamedCall } from './entry-calls.ts';
import { isServiceMethod } from './feathers-service.ts';
import { entryOfFile } from './file-entries.ts';
import { findFrameworkCall } from './framework-calls.ts';
import { entryOfFramework } from './framework-entries.ts';
import { isHandedSocket, socketName } from './handed-socket.ts';
import { isOneJob } from './one-job.ts';
import { isOwnRequest, tellsNoRequest } from './own-connection.ts';
import { refusesOthers } from './refuses-others.ts';
import { isSeldomAnswered, seldomOf } from './seldom.ts';
import { entryOfHanded, entryOfType } from './typed-entries.ts';

const routeMethod =
  /^(?:get|post|put|patch|delete|del|all|head|options|use|route|any|ws|websocket|register[A-Z]\w*|addRoute)$/;
const routerModule =
  /^(?:express|express-promise-router|fastify|koa|koa-router|@koa\/router|hono(?:\/\w+)?|@hono\/zod-openapi|polka|restify|find-my-way|itty-router|router|@hapi\/hapi|hapi|@trpc\/server|h3|elysia|uWebSockets\.js|micro|connect|oak|@feathersjs\/\w+)$/;
const routerName = /(?:^|\.)(?:\w*[rR]outer|\w*[rR]outes?|app|server|fastify|api|application|web|http|express)$/;
const requestDecorator =
  /^(?:Get|Post|Put|Patch|Delete|All|Head|Options|Search|Sse|Query|Mutation|Subscription|ResolveField|FieldResolver|ResolveProperty|ResolveReference|MessagePattern|EventPattern|SubscribeMessage|Process|OnQueueEvent|OnWorkerEvent|GrpcMethod|RequestMapping|Route|HttpGet|HttpPost|OnEvent|\w*EventHandler|RabbitRPC|RabbitSubscribe|SqsMessageHandler|KafkaListener|RestEndpoint|Licensed)$/;
/** Runs again and again, but nobody waits for it. */
const timeDecorator = /^(?:Cron|Interval|Every)$/;
const requestInterface =
  /^(?:NestMiddleware|CanActivate|NestInterceptor|PipeTransform|ExceptionFilter|ExpressMiddlewareInterface|RequestHandler|OnGatewayConnection|OnGatewayDisconnect)$/;
const requestMethodOfInterface =
  /^(?:use|canActivate|intercept|transform|catch|handle|execute|handleConnection|handleDisconnect)$/;
const listenerMethod =
  /^(?:on|addListener|prependListener|addEventListener|subscribe|tap|listen|observe|watch|onMessage)$/;
const connectionEvent = /^(?:request|connection|upgrade|message|stream|secureConnection|checkContinue|connect)$/;
const consumerMethod = /^(?:process|consume|subscribe|define|work|handle|each|eachMessage|eachBatch|schedule|add)$/;
/** Libraries that hand out jobs or messages. */
export const consumerModule =
  /^(?:bull|bullmq|kafkajs|node-rdkafka|@confluentinc\/kafka-javascript|amqplib(?:\/\w+)?|amqp-connection-manager|agenda|bee-queue|pg-boss|graphile-worker|node-cron|cron|node-schedule|croner|sqs-consumer|@google-cloud\/pubsub|nats|mqtt|rhea)$/;
/** Queues and timetables: each job runs once in a while, unlike the messages of a broker. */
const jobModule = /^(?:bull|bullmq|agenda|bee-queue|pg-boss|graphile-worker|node-cron|cron|node-schedule|croner)$/;
const jobDecorator = /^(?:Process|OnQueueEvent|OnWorkerEvent)$/;
const requestName = /^_?(?:req|request|ctx\.req)$/;
const responseName = /^_?(?:res|response|resp|reply|rep|h)$/;

/**
 * Whether a function is where outside load comes in, and what to call it in an evidence chain.
 * Judged by what the function is handed to, by decorators, by framework file names, and by its parameters.
 */
export function findEntryPoint(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  return file.memo(judge, fn);
}

function judge(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const found = identify(fn, file);
  if (found?.kind !== 'request' || found.seldom) return found;
  const seldom = seldomOf(file) ?? isSeldomAnswered(found.label) ?? (refusesOthers(fn, file) ? 'admin' : undefined);
  if (seldom) return { ...found, seldom };
  const isRare = isEdit(found.label) || isChore(found.label) || isChore(file.path);
  return { ...found, ...(isAction(found.label) && { isAction: true }), ...(isRare && { isRare: true }) };
}

function identify(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  return (
    fromDecorators(fn, file) ??
    entryOfCqrs(fn, file) ??
    fromArgument(fn, file) ??
    fromProperty(fn, file) ??
    entryOfFile(fn, file) ??
    entryOfType(fn, file) ??
    entryOfFramework(fn, file) ??
    (isServiceMethod(fn, file) ? request(`Feathers ${nameOfFunction(fn)}`) : undefined) ??
    fromParameters(fn, file)
  );
}

const request = (label: string): EntryPoint => ({ kind: 'request', label });
/** By the process's own clock. */
const timed = (label: string): EntryPoint => ({ kind: 'event', label, seldom: 'job' });

function routed(label: string, path = '', isGuarded = false): EntryPoint {
  return { ...request(label), ...((isGuarded || isAdminPath(path)) && { seldom: 'admin' as const }) };
}

/** What a library that hands out jobs or messages runs. */
function consumed(label: string, module: string): EntryPoint {
  return { ...request(label), ...(jobModule.test(module) && { seldom: 'job' as const }) };
}

function fromDecorators(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  if (!ts.isMethodDeclaration(fn) || !isClassNode(fn.parent)) return undefined;
  for (const decorator of ts.getDecorators(fn) ?? []) {
    const call = decorator.expression;
    const callee = ts.isCallExpression(call) ? call.expression : call;
    const named = entryOfNamedCall(callee, file);
    if (named) return { ...named, label: `@${named.label} ${nameOfFunction(fn)}` };
    const name = findMemberPath(callee)?.at(-1);
    if (name === undefined || !(requestDecorator.test(name) || timeDecorator.test(name))) continue;
    const path = ts.isCallExpression(call) ? findStringValue(call.arguments[0]) : undefined;
    const label = `@${name}${path === undefined ? '' : ` ${path}`} ${fn.parent.name?.text ?? 'class'}.${nameOfFunction(fn)}`;
    if (timeDecorator.test(name)) return timed(label);
    return jobDecorator.test(name)
      ? { ...request(label), seldom: 'job' }
      : routed(label, path, isDecoratedForAdmins(fn) || isDecoratedForAdmins(fn.parent));
  }
  const isGateway = (ts.getDecorators(fn.parent) ?? []).some(
    ({ expression }) =>
      ts.isCallExpression(expression) && findMemberPath(expression.expression)?.at(-1) === 'WebSocketGateway',
  );
  if (isGateway && /^handle(?:Connection|Disconnect)$/.test(nameOfFunction(fn))) return request('WebSocketGateway');
  const implemented = fn.parent.heritageClauses?.flatMap((clause) => clause.types) ?? [];
  for (const type of implemented) {
    const name = findMemberPath(type.expression)?.at(-1) ?? '';
    if (requestInterface.test(name) && requestMethodOfInterface.test(nameOfFunction(fn))) return request(name);
  }
  return undefined;
}

/** A function handed straight to a call: `app.get('/x', fn)`, `new Worker('q', fn)`, `emitter.on('x', fn)`. */
function fromArgument(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const value = getOutermostWrapped(fn);
  const call = value.parent;
  if (ts.isArrayLiteralExpression(call) && ts.isCallExpression(call.parent)) return entryOfCall(call.parent, file);
  if (ts.isCallExpression(call) && call.expression !== value) {
    const direct = entryOfCall(call, file);
    if (direct) return direct;
    // A wrapper around the handler: app.get('/', asyncHandler(async (req, res) => …)).
    const outer = call.parent;
    if (ts.isCallExpression(outer) && outer.expression !== call) return entryOfCall(outer, file);
    return undefined;
  }
  if (ts.isNewExpression(call)) return entryOfConstruction(call, file);
  return undefined;
}

/** What the functions handed to a call are; also for handlers handed over by name. */
export function findEntryOfCall(call: ts.CallExpression | ts.NewExpression, file: FileContext): EntryPoint | undefined {
  const known = ts.isCallExpression(call) ? entryOfCall(call, file) : entryOfConstruction(call, file);
  return known ?? findFrameworkCall(call, file)?.entry;
}

function entryOfConstruction(call: ts.NewExpression, file: FileContext): EntryPoint | undefined {
  const origin = findOrigin(call.expression, file);
  if (!origin || !consumerModule.test(origin.module)) return undefined;
  const label = `${origin.module} ${originName(origin)} ${findStringValue(call.arguments?.[0]) ?? ''}`.trim();
  return consumed(label, bareModule(origin.module));
}

function entryOfCall(call: ts.CallExpression, file: FileContext): EntryPoint | undefined {
  const named = entryOfNamedCall(call.expression, file);
  if (named) return named;
  const target = findMethodCall(call);
  if (!target) return entryOfPlainCall(call, file);
  const { receiver, method } = target;
  const first = call.arguments[0];
  const text = findStringValue(first);
  const origin = findOrigin(receiver, file);
  const module = origin ? bareModule(origin.module) : '';
  if (/^create(?:Secure)?Server$/.test(method) && /^(?:http|https|http2|net|tls)$/.test(module))
    return request(`${module} server`);
  const bot = entryOfBotCall(call, method, origin);
  if (bot) return bot;
  if (routeMethod.test(method) && isRouter(receiver, origin, first)) {
    return routed(`${method.toUpperCase()} ${text ?? ''}`.trim(), text, isForAdmins(call, receiver, file));
  }
  if (
    method === 'addHook' &&
    text !== undefined &&
    /^(?:on|pre)(?:Request|Response|Send|Handler|Parsing|Validation|Serialization)/.test(text)
  ) {
    return request(`hook ${text}`);
  }
  if (listenerMethod.test(method) || method === 'once') {
    if (text === 'message' && isOneJob(call, receiver)) return undefined;
    // What its parent tells a process is how to start and when to end, not its load.
    if (text === 'message' && findMemberPath(receiver)?.join('.') === 'process')
      return { kind: 'event', label: "process 'message'" };
    if (text === 'message' && isWorkerScope(receiver, file)) return { kind: 'event', label: "worker 'message'" };
    // Pages speak to one another so: nobody asks a server.
    if (text !== undefined && isPage(receiver, file)) return { kind: 'event', label: `page '${text}'` };
    // A thread beside the one that serves: whoever hands it work goes on meanwhile.
    if (text === 'message' && (module === 'worker_threads' || findMemberPath(receiver)?.at(-1) === 'parentPort'))
      return { ...request("parentPort 'message'"), seldom: 'job' };
    if (text !== undefined && tellsNoRequest(text, origin, file))
      return { kind: 'event', label: `own socket '${text}'` };
    if (text !== undefined && connectionEvent.test(text)) {
      const label = `${findMemberPath(receiver)?.at(-1) ?? ''} '${text}'`.trim();
      return isOwnRequest(receiver, file) ? undefined : request(label);
    }
    if (isReadyOfBot(call, origin, file)) return undefined;
    if (isSocket(receiver, file)) return request(`socket '${text ?? method}'`);
    if (consumerModule.test(module)) return consumed(`${module} ${text ?? method}`, module);
    const isBringingUp = text === undefined ? method === 'listen' && call.arguments.length > 1 : isBringUp(text);
    const isOnce = method === 'once' || isBringingUp || isLossOfOnlyOne(receiver, text, file);
    return isOnce ? undefined : { kind: 'event', label: `on '${text ?? method}'` };
  }
  if (/^(?:schedule(?:Job|Task|Every)?|runEvery|repeatEvery)$/.test(method) && call.arguments.length > 1)
    return timed(`${method} ${findMemberPath(receiver)?.at(-1) ?? ''}`.trim());
  if (consumerMethod.test(method) && consumerModule.test(module))
    return consumed(`${module} ${text ?? method}`, module);
  if (/^(?:query|mutation|subscription)$/.test(method)) {
    const chain = receiver.getText(file.source).slice(0, 200);
    const [procedure = ''] = /^[\w$.]+/.exec(chain) ?? [];
    if (/procedure/i.test(chain) || isOfRouter(call))
      return { ...request(`tRPC ${method}`), ...(isNamedForAdmins(procedure) && { seldom: 'admin' as const }) };
  }
  if (/^(?:methods|publish)$/.test(method) && ts.isIdentifier(receiver) && receiver.text === 'Meteor')
    return request(`Meteor.${method}`);
  return undefined;
}

/** `router({ list: authed.input(schema).query(run) })`: a procedure of tRPC, whatever its base is called. */
function isOfRouter(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  const router = ts.isPropertyAssignment(parent) ? parent.parent.parent : undefined;
  return router !== undefined && ts.isCallExpression(router) && /router$/i.test(calleeName(router));
}

function isPage(receiver: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(receiver);
  return ts.isIdentifier(at) && /^(?:window|document)$/.test(at.text) && file.bindingOf(at) === undefined;
}

/** `self.addEventListener('message', …)`: a worker of a page hears its page, also by a name of its own. */
function isWorkerScope(receiver: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(receiver);
  if (!ts.isIdentifier(at)) return false;
  const binding = file.bindingOf(at);
  if (!binding) return at.text === 'self';
  const { declaration } = binding;
  const made = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made !== undefined && isWorkerScope(made, file);
}

function isRouter(receiver: ts.Expression, origin: Origin | undefined, first: ts.Expression | undefined): boolean {
  if (origin && routerModule.test(bareModule(origin.module))) return true;
  if (origin && origin.module !== '' && origin.module !== '.' && !/^[./@~#]/.test(origin.module)) return false;
  const isPath =
    first !== undefined &&
    ((ts.isStringLiteralLike(first) && /^[/*]/.test(first.text)) ||
      (ts.isTemplateExpression(first) && /^(?:\/|$)/.test(first.head.text)) ||
      (ts.isArrayLiteralExpression(first) &&
        first.elements.some((e) => ts.isStringLiteralLike(e) && e.text.startsWith('/'))));
  if (!isPath) return false;
  const path = findMemberPath(receiver)?.join('.');
  return path === undefined || path === 'this' || routerName.test(path);
}

function isSocket(receiver: ts.Expression, file: FileContext): boolean {
  if (!ts.isIdentifier(receiver)) return isHandedSocket(receiver, file);
  const declaration = file.bindingOf(receiver)?.declaration;
  return declaration !== undefined && ts.isParameter(declaration) && socketName.test(receiver.text);
}

function entryOfPlainCall(call: ts.CallExpression, file: FileContext): EntryPoint | undefined {
  const callee = skipWrappers(call.expression);
  if (!ts.isIdentifier(callee)) return undefined;
  const origin = findOrigin(callee, file);
  const module = origin ? bareModule(origin.module) : '';
  const name = origin?.path.at(-1) ?? callee.text;
  if (/^create(?:Secure)?Server$/.test(name) && /^(?:http|https|http2|net|tls)$/.test(module))
    return request(`${module} server`);
  if (/^(?:defineEventHandler|eventHandler|defineCachedEventHandler|onRequest|onCall)$/.test(name)) {
    return request(name);
  }
  if (name === 'setInterval' && (module === '' || module === 'timers')) return timed(name);
  return undefined;
}

/** A function that is a property: hapi and fastify `handler:`, resolvers, kafka `eachMessage:`, `exports.handler =`. */
function fromProperty(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const holder = ts.isMethodDeclaration(fn) ? fn : getOutermostWrapped(fn).parent;
  if (!ts.isMethodDeclaration(holder) && !ts.isPropertyAssignment(holder)) return undefined;
  const object = holder.parent;
  if (!ts.isObjectLiteralExpression(object)) return undefined;
  const name = findPropertyName(holder.name) ?? '';
  if (/^(?:eachMessage|eachBatch)$/.test(name)) return request(`kafka ${name}`);
  if (name === 'handler' && hasRouteProperties(object)) return request(`route ${routePath(object) ?? ''}`.trim());
  if (name === 'resolve' && isField(object)) return request('GraphQL resolve');
  if (name === '__resolveReference') return request(`GraphQL ${name}`);
  const bot = entryOfBotModule(fn, name, object, file);
  if (bot) return bot;
  const outer = object.parent;
  if (ts.isPropertyAssignment(outer)) {
    const group = findPropertyName(outer.name) ?? '';
    if (/^(?:Query|Mutation|Subscription)$/.test(group)) return request(`GraphQL ${group}.${name}`);
    if (name === 'subscribe' && isOfSubscriptions(outer)) return request(`GraphQL Subscription.${group}`);
  }
  if (ts.isCallExpression(outer)) {
    const named = entryOfNamedCall(outer.expression, file);
    if (named) return { ...named, label: `${named.label} ${name}`.trim() };
    return /^(?:GET|POST|PUT|PATCH|DELETE|get|post|put|patch|delete)$/.test(name)
      ? entryOfCall(outer, file)
      : meteorMethod(outer, name);
  }
  return undefined;
}

/** `Subscription: { ticks: { subscribe: () => … } }`. */
function isOfSubscriptions({ parent }: ts.PropertyAssignment): boolean {
  const group = parent.parent;
  return ts.isPropertyAssignment(group) && findPropertyName(group.name) === 'Subscription';
}

/** `{ type: User, args, resolve() {} }`, also within `t.field(…)` of a schema builder. */
function isField(object: ts.ObjectLiteralExpression): boolean {
  const names = object.properties.map(({ name }) => name && findPropertyName(name));
  return names.includes('type') && !names.includes('reject');
}

function meteorMethod(call: ts.CallExpression, name: string): EntryPoint | undefined {
  return findMemberPath(call.expression)?.join('.') === 'Meteor.methods' ? request(`Meteor method ${name}`) : undefined;
}

function hasRouteProperties(object: ts.ObjectLiteralExpression): boolean {
  const names = new Set(object.properties.map((property) => findPropertyName(property.name)));
  return (
    (['method', 'methods', 'httpMethod'].some((name) => names.has(name)) && (names.has('path') || names.has('url'))) ||
    names.has('preHandler')
  );
}

function routePath(object: ts.ObjectLiteralExpression): string | undefined {
  for (const property of object.properties) {
    const name = findPropertyName(property.name);
    if ((name === 'path' || name === 'url') && ts.isPropertyAssignment(property))
      return findStringValue(property.initializer);
  }
  return undefined;
}

const bySignature = (label: string): EntryPoint => ({ ...request(label), isBySignature: true });

function usesRequestOf(fn: FunctionNode, file: FileContext): boolean {
  return /grpc/i.test(file.text) && /\bcall\.request\b|\}\s*=\s*call\b/.test(fn.getText(file.source));
}

/** `(req, res)`, `(request, reply)`, `(ctx, next)`: nobody names anything else so. */
function fromParameters(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  if (file.role !== 'product' || ts.isConstructorDeclaration(fn)) return undefined;
  const [first, second] = fn.parameters.map((p) => (ts.isIdentifier(p.name) ? p.name.text : ''));
  if (first === undefined) return undefined;
  const label = `${nameOfFunction(fn)}(${first}${second === undefined ? '' : `, ${second}`})`;
  if (requestName.test(first) && second !== undefined && (responseName.test(second) || second === 'next'))
    return bySignature(label);
  const isError = /^(?:err|error|_err|_)$/.test(first) && fn.parameters.length === 4;
  if (isError && second !== undefined && (requestName.test(second) || /^_/.test(second))) return bySignature(label);
  if (/^(?:ctx|context|c)$/.test(first) && second === 'next') return bySignature(label);
  // gRPC for Node.js: `(call, callback)`, and what was sent is `call.request`.
  if (first === 'call' && /^(?:callback|cb|done)$/.test(second ?? '') && usesRequestOf(fn, file))
    return bySignature(label);
  // Azure Functions.
  if (first === 'context' && second !== undefined && requestName.test(second)) return bySignature(label);
  // What its class hides and calls with the request is as much of a handler as its callers are.
  if (ts.isMethodDeclaration(fn) && isHiddenMethod(fn) && listCallsOf(fn, file).length > 0) return undefined;
  return entryOfHanded(fn, bySignature(label), file);
}
