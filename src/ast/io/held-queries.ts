import type { FileContext } from '../../model/file-context.ts';
import { findOrigin, type Origin } from '../names/provenance.ts';
import { findMemberName, findMemberPath, findProperty, findPropertyName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { methodsOf } from './query-libraries.ts';

/** What asks, by the library that the package depends on. */
export interface HeldQuery {
  library: 'typeorm' | 'mikro-orm' | 'mongodb' | 'prisma';
  /** The method of the chain that says what is done. */
  verb: string;
}

/** A call as a chain of methods, last first, and what that begins with. */
export interface MethodChain {
  call: ts.CallExpression;
  methods: readonly string[];
  head: ts.Expression;
}

/**
 * A query of a repository, a manager, a collection or a client that another file of the project makes: told by what only one
 * library has, where the package depends on that. `source.getRepository(Order).find()`, `source.manager.findOne(Order, …)`,
 * `orderRepository.findOneBy({ id })`, `orders.find().toArray()`, `getClient().order.findMany()`.
 */
export function findHeldQuery(chain: MethodChain, file: FileContext): HeldQuery | undefined {
  const { dependencies } = file.package;
  for (const [library, packages, find] of holders) {
    if (!packages.some((name) => dependencies.has(name))) continue;
    const verb = find(chain, file);
    if (verb !== undefined) return { library, verb };
  }
  return undefined;
}

type Find = (chain: MethodChain, file: FileContext) => string | undefined;

const holders: readonly (readonly [HeldQuery['library'], readonly string[], Find])[] = [
  ['typeorm', ['typeorm', '@nestjs/typeorm'], findOfRepository('typeorm')],
  ['mikro-orm', ['@mikro-orm/core'], findOfRepository('mikro-orm')],
  ['prisma', ['@prisma/client'], findOfPrisma],
  ['mongodb', ['mongodb'], findOfCollection],
];

const repositoryGiver = /^(?:get(?:Tree|Mongo|Custom)?Repository|createQueryBuilder)$/;
const givesRows = /^(?:find|get(?:One|Many|Raw|Result|Single))/;
const repositoryName = /(?:Repository|Repo)$/;
const managerName = /(?:^m|M)anager$|^em$/;
/** Of a repository of TypeORM alone. */
const ownOfTypeorm = /^(?:findBy|findOneBy|findOneByOrFail|findAndCountBy|countBy|existsBy)$/;
const optionsOfFind = /^(?:where|relations|select|order|take|skip|withDeleted|loadRelationIds|cache|lock)$/;

function findOfRepository(library: 'typeorm' | 'mikro-orm'): Find {
  return ({ call, methods, head }, file) => {
    const at = methods.findIndex((name) => methodsOf[library].test(name));
    const verb = methods[at];
    if (verb === undefined) return undefined;
    const before = methods.slice(at + 1);
    if (before.some((name) => repositoryGiver.test(name))) return verb;
    // What came before in this chain begins with a name or a member.
    const [argument] = call.arguments;
    const holder = before.length === 0 ? nameOf(head) : undefined;
    if (holder !== undefined && managerName.test(holder) && argument && isEntity(argument)) return verb;
    const origin = ofProject(findOrigin(call.expression, file));
    if (origin && isOfGiver(origin.path)) return verb;
    if (library !== 'typeorm' || holder === undefined) return undefined;
    if (ownOfTypeorm.test(verb) && argument && ts.isObjectLiteralExpression(skipWrappers(argument))) return verb;
    return repositoryName.test(holder) && /^find/.test(verb) && (!argument || isOptions(argument)) ? verb : undefined;
  };
}

/** `getRepository.().find`, with nothing between that has given rows: those are asked in memory. */
function isOfGiver(path: readonly string[]): boolean {
  const given = path.findLastIndex((step) => repositoryGiver.test(step));
  return given >= 0 && given < path.length - 1 && !path.slice(given + 1, -1).some((step) => givesRows.test(step));
}

/** `Order`, the class of an entity. */
function isEntity(argument: ts.Expression): boolean {
  const value = skipWrappers(argument);
  return ts.isIdentifier(value) && /^[A-Z]/.test(value.text);
}

function isOptions(argument: ts.Expression): boolean {
  const value = skipWrappers(argument);
  return (
    ts.isObjectLiteralExpression(value) &&
    value.properties.some(({ name }) => optionsOfFind.test(findPropertyName(name) ?? ''))
  );
}

const ownOfPrisma =
  /^(?:find(?:Unique|First)(?:OrThrow)?|findMany|createMany(?:AndReturn)?|updateMany|deleteMany|groupBy)$/;
const optionsOfPrisma = /^(?:where|select|include|omit|orderBy|take|skip|cursor|distinct|data|by|skipDuplicates)$/;

/** `client.order.findMany({ where })`: a model of whatever a client is called; a repository of the project's own has none. */
function findOfPrisma({ call, methods, head }: MethodChain, file: FileContext): string | undefined {
  const [verb, ...before] = methods;
  if (verb === undefined || before.length > 0 || !ownOfPrisma.test(verb) || !areOptionsOfPrisma(call)) return undefined;
  const receiver = skipWrappers((skipWrappers(call.expression) as ts.PropertyAccessExpression).expression);
  if (!ts.isPropertyAccessExpression(receiver) || !/^[a-z]/.test(receiver.name.text)) return undefined;
  const client = skipWrappers(receiver.expression);
  // `getClient().order`
  if (ts.isCallExpression(client)) return ofProject(findOrigin(client.expression, file)) ? verb : undefined;
  const path = findMemberPath(head);
  if (!path || path.length < 2 || (path[0] === 'this' && path.length < 3)) return undefined;
  return ofProject(findOrigin(client, file)) || path.length > 2 ? verb : undefined;
}

function areOptionsOfPrisma({ arguments: [given] }: ts.CallExpression): boolean {
  if (!given) return true;
  const value = skipWrappers(given);
  return (
    ts.isObjectLiteralExpression(value) &&
    value.properties.every((property) => optionsOfPrisma.test(findPropertyName(property.name) ?? ''))
  );
}

/** `orders.find({ … }).toArray()`, and what is done with a collection that a name of the project holds. */
function findOfCollection({ call, methods, head }: MethodChain, file: FileContext): string | undefined {
  const [last] = methods;
  if (last === 'toArray') return methods.some((name) => /^(?:find|aggregate)$/.test(name)) ? last : undefined;
  if (last === undefined || methods.length > 1 || !methodsOf.mongodb.test(last) || !/(?:One|Many|And\w+)$/.test(last))
    return undefined;
  const [filter] = call.arguments;
  const value = filter && skipWrappers(filter);
  if (!value || !ts.isObjectLiteralExpression(value) || findProperty(value, 'where')) return undefined;
  const origin = ofProject(findOrigin(call.expression, file));
  if (origin?.path.includes('collection')) return last;
  // Other libraries have methods of these names, too.
  return hasOtherModels(file) || !origin || !/^[a-z]/.test(nameOf(head) ?? '') ? undefined : last;
}

function hasOtherModels({ package: { dependencies } }: FileContext): boolean {
  return ['mongoose', 'typeorm', 'sequelize', '@mikro-orm/core', 'mongoist', 'monk'].some((name) =>
    dependencies.has(name),
  );
}

/** What a file of the project gives, or makes. */
function ofProject(origin: Origin | undefined): Origin | undefined {
  return origin && /^[.@~#]/.test(origin.module) ? origin : undefined;
}

function nameOf(head: ts.Expression): string | undefined {
  const value = skipWrappers(head);
  return ts.isIdentifier(value) ? value.text : findMemberName(value);
}
