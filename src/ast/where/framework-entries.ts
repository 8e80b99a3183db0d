import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { isExported } from '../names/functions.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findMemberPath,
  findPropertyName,
  getOutermostWrapped,
  isClassNode,
  isFunctionNode,
  isHiddenMethod,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { servesDeployments } from './file-entries.ts';
import { dependsOn, findFrameworkCall } from './framework-calls.ts';

const request = (label: string): EntryPoint => ({ kind: 'request', label });
const event = (label: string): EntryPoint => ({ kind: 'event', label });
const job = (label: string): EntryPoint => ({ ...request(label), seldom: 'job' });

/** What a library calls the hooks of stored objects, as methods and as decorators. */
const rowHook =
  /^(?:before|after)(?:Create|Update|Upsert|Destroy|Save|Insert|Remove|Delete|SoftRemove|Recover|Load|Find|Bulk\w+)$/i;
/** Bases of what a queue, a bus or a timetable runs, in a project of its own. */
const jobBase = /(?:Job|Task|Processor|Consumer|Subscriber|EventHandler|MessageHandler|JobHandler)$/;
const jobMethod = /^(?:perform|handle|process|execute|consume|onMessage|handleMessage|handleEvent|processJob)$/;
const chatLibrary = /^(?:discord\.js|@sapphire\/framework|discord-akairo|eris|oceanic\.js|telegraf|grammy)$/;
const chatBase = /(?:Command|Event|Listener|Interaction|InteractionHandler|Button|Modal|SelectMenu|Handler)$/;
const chatMethod =
  /^(?:execute|run|exec|handle|callback|interact|chatInputRun|messageRun|contextMenuRun|autocompleteRun|autocomplete)$/;
/** What a package that runs on AWS Lambda depends on: `serverless.yml` names its functions, which may be called anything. */
const forLambda =
  /^(?:serverless(?:-.+)?|aws-lambda|@types\/aws-lambda|@aws-lambda-powertools\/.+|@middy\/core|aws-sdk|@aws-sdk\/.+)$/;
const routeVerb = /^(?:get|post|put|patch|del)$/;

/**
 * Where frameworks call what they find by itself: a class by its base or a decorator, an object by its form and place, an
 * argument of their own calls.
 */
export function entryOfFramework(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  if (file.role !== 'product' || ts.isConstructorDeclaration(fn)) return undefined;
  return ofMethod(fn, file) ?? ofOptions(fn, file) ?? ofObject(fn, file) ?? ofExport(fn, file);
}

function ofMethod(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  if (!ts.isMethodDeclaration(fn) || !isClassNode(fn.parent) || isHiddenMethod(fn)) return undefined;
  const name = nameOfFunction(fn);
  for (const decorator of ts.getDecorators(fn) ?? []) {
    const called = ts.isCallExpression(decorator.expression) ? decorator.expression.expression : decorator.expression;
    const word = findMemberPath(called)?.at(-1) ?? '';
    if (!rowHook.test(word) && !routeVerb.test(word)) continue;
    const module = bareModule(findOrigin(called, file)?.module ?? '');
    if (/^(?:typeorm|sequelize-typescript|@sequelize\/core|@mikro-orm\/\w+)$/.test(module)) return event(`@${word}`);
    if (module === '@loopback/rest') return request(`@${word} ${name}`);
  }
  const owner = fn.parent.name?.text ?? 'class';
  for (const { expression } of fn.parent.heritageClauses?.flatMap((clause) => clause.types) ?? []) {
    const base = findMemberPath(expression)?.at(-1) ?? '';
    if (base === 'EntitySubscriberInterface' && rowHook.test(name)) return event(`${owner}.${name}`);
    if (base === 'WorkerHost' && name === 'process') return job(`BullMQ ${owner}`);
    if (
      /^(?:DurableObject|WorkerEntrypoint)$/.test(base) &&
      findOrigin(expression, file)?.module === 'cloudflare:workers'
    )
      return name === 'alarm' ? event(`${owner}.${name}`) : request(`${owner}.${name}`);
    if (/^(?:Base)?Controller$/.test(base) && dependsOn(/^egg$/, file)) return request(`${owner}.${name}`);
    if (fn.parameters.length === 0) continue;
    if (chatBase.test(base) && chatMethod.test(name) && !isReady(owner, file) && dependsOn(chatLibrary, file))
      return request(`${owner}.${name}`);
    if (jobBase.test(base) && jobMethod.test(name)) return event(`${owner}.${name}`);
  }
  return undefined;
}

/** A client says once that it is ready: the class `Ready`, or the file `events/ready.ts`. */
function isReady(owner: string, file: FileContext): boolean {
  return (
    /^(?:Client|On)?Ready(?:Event|Listener|Handler)?$/.test(owner) ||
    /(?:^|[/_-])(?:client[_-]?)?ready\.[cm]?[jt]s$/i.test(file.path)
  );
}

/** A property of the options of a framework's call, or of the object that a function among its arguments gives. */
function ofOptions(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const holder = propertyOf(fn);
  if (!holder) {
    const { parent } = getOutermostWrapped(fn);
    if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return undefined;
    const called = parent.expression === fn ? undefined : findFrameworkCall(parent, file);
    return called && !called.properties ? called.entry : undefined;
  }
  const name = findPropertyName(holder.name) ?? '';
  const object = getOutermostWrapped(holder.parent);
  const maker = makerOf(object);
  const options = maker ? getOutermostWrapped(maker) : object;
  const groups = maker ? [] : groupsOf(object);
  const call = groups.length > 0 ? callAround(object) : options.parent;
  if (!call || !(ts.isCallExpression(call) || ts.isNewExpression(call))) return undefined;
  // `routes: { '/orders': fn, '/all': { GET: fn } }`: all that stands below a name is what that name holds.
  const called = findFrameworkCall(call, file);
  return called?.properties?.test(groups.at(-1) ?? name) ? called.entry : undefined;
}

/** The call among whose arguments an object stands, within others, two deep at most. */
function callAround(object: ts.Node): ts.Node | undefined {
  let at = getOutermostWrapped(object).parent;
  for (let depth = 0; depth < 2 && ts.isPropertyAssignment(at); depth++) at = getOutermostWrapped(at.parent).parent;
  return at;
}

/** The function that does nothing but give an object: `({ strapi }) => ({ … })`. */
function makerOf(object: ts.Node): FunctionNode | undefined {
  const at = ts.isReturnStatement(object.parent) ? object.parent.parent.parent : object.parent;
  return isFunctionNode(at) && (ts.isArrowFunction(at) || ts.isFunctionExpression(at)) ? at : undefined;
}

function propertyOf(fn: FunctionNode): ts.MethodDeclaration | ts.PropertyAssignment | undefined {
  const holder = ts.isMethodDeclaration(fn) ? fn : getOutermostWrapped(fn).parent;
  const isProperty = ts.isMethodDeclaration(holder) || ts.isPropertyAssignment(holder);
  return isProperty && ts.isObjectLiteralExpression(holder.parent) ? holder : undefined;
}

/** Objects that a framework reads: services of Moleculer, actions of Sails, hooks of Payload, fields of GraphQL types. */
function ofObject(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const list = getOutermostWrapped(fn).parent;
  if (ts.isArrayLiteralExpression(list)) return ofHookList(list, file);
  const holder = propertyOf(fn);
  if (!holder) return undefined;
  const name = findPropertyName(holder.name) ?? '';
  const [group, outer] = groupsOf(holder.parent);
  if (name === 'fn' && /(?:^|\/)api\/controllers\//.test(file.path) && dependsOn(/^sails$/, file))
    return request(`Sails ${file.path}`);
  if (dependsOn(/^moleculer$/, file)) {
    const within = name === 'handler' ? outer : group;
    if (within === 'actions') return request(`Moleculer ${name === 'handler' ? group : name}`);
    if (within === 'events') return event(`Moleculer ${name === 'handler' ? group : name}`);
  }
  if (isInFolderOfStrapi(file) && fn.parameters[0]?.name.getText(file.source) === 'ctx')
    return request(`Strapi ${name}`);
  if (group === 'callbacks' && /^(?:session|jwt)$/.test(name) && dependsOn(/^(?:next-auth|@auth\/[\w-]+)$/, file))
    return request(`Auth.js ${name}`);
  if (group !== undefined && isFieldOfType(fn, group, holder.parent) && dependsOn(/graphql|apollo|mercurius/, file))
    return request(`GraphQL ${group}.${name}`);
  const isModule = ts.isExportAssignment(getOutermostWrapped(holder.parent).parent);
  if (isModule && name === 'fetch' && fn.parameters.length > 0) return request('fetch');
  return undefined;
}

function isInFolderOfStrapi(file: FileContext): boolean {
  return /(?:^|\/)controllers\//.test(file.path) && dependsOn(/^(?:strapi|@strapi\/strapi)$/, file);
}

/** The names under which an object literal stands in the objects around it, the nearest first. */
function groupsOf(object: ts.Node): string[] {
  const names: string[] = [];
  let at = getOutermostWrapped(object).parent;
  while (ts.isPropertyAssignment(at) && names.length < 2) {
    names.push(findPropertyName(at.name) ?? '');
    at = getOutermostWrapped(at.parent).parent;
  }
  return names;
}

/**
 * `Author: { books: (author, args, context) => … }`: by the name of a type, and what resolvers call what they are handed, or
 * what stands beside it.
 */
function isFieldOfType({ parameters }: FunctionNode, group: string, fields: ts.Node): boolean {
  if (!/^[A-Z]\w*$/.test(group) || parameters.length === 0) return false;
  const types = getOutermostWrapped(fields).parent.parent;
  if (ts.isObjectLiteralExpression(types) && types.properties.some(({ name }) => isRootType(findPropertyName(name))))
    return true;
  const [first, second, third] = parameters.map(({ name }) => (ts.isIdentifier(name) ? name.text : '{}'));
  return (
    /^_?(?:parent|root|obj|source)$/.test(first ?? '') ||
    (/^(?:_\w*|args|params|\{\})$/.test(second ?? '') && /^_?(?:ctx|context|\{\})$/.test(third ?? ''))
  );
}

function isRootType(name: string | undefined): boolean {
  return name === 'Query' || name === 'Mutation';
}

/** `hooks: { afterChange: [fn] }`. */
function ofHookList(list: ts.ArrayLiteralExpression, file: FileContext): EntryPoint | undefined {
  const property = getOutermostWrapped(list).parent;
  if (!ts.isPropertyAssignment(property) || !/^(?:before|after)[A-Z]/.test(findPropertyName(property.name) ?? ''))
    return undefined;
  const [group] = groupsOf(property.parent);
  return group === 'hooks' && dependsOn(/^payload$/, file) ? request(`Payload ${property.name.getText()}`) : undefined;
}

/** Functions that a file exports for the framework, by where it lies and what they are handed. */
function ofExport(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const name = nameOfFunction(fn);
  if (/(?:^|\/)pages\//.test(file.path) && /^(?:GET|POST|PUT|PATCH|DELETE|ALL)$/.test(name))
    return dependsOn(/^astro$/, file) && isExported(fn, file) ? request(`Astro ${name}`) : undefined;
  if (/(?:^|\/)activities(?:\/|\.[cm]?[jt]s$)/.test(file.path))
    return dependsOn(/^@temporalio\//, file) && isExported(fn, file) ? event(`Temporal ${name}`) : undefined;
  const [first, second] = fn.parameters.map((parameter) => parameter.name.getText(file.source));
  if (first === undefined || !/^_?event$/.test(first) || fn.parameters.length > 3) return undefined;
  const isNamed = name === 'handler' || (/^_?(?:context|ctx)$/.test(second ?? '') && dependsOn(forLambda, file));
  return isNamed && isExported(fn, file) && !servesDeployments(file)
    ? { ...request('Lambda handler'), isEnded: true }
    : undefined;
}
