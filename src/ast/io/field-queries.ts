import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf } from '../all-of.ts';
import { findCallee } from '../names/symbol-ref.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingClass,
  findEnclosingFunction,
  findProperty,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';
import { isLookupByArgument } from './field-arguments.ts';
import { isForOneOfList, type ResolvedField } from './field-of-one.ts';
import { matchHanded } from './own-query.ts';
import { findQuery, isAwaitedOrReturned, isGatheredLookup, isInsideChain, isRun, type QueryCall } from './queries.ts';
import { hasDatabase } from './query-libraries.ts';
import type { RecursiveQuery } from './recursive-query.ts';

/** What stands in a file of resolvers. */
export const resolverWords: readonly string[] = [
  ...['ResolveField', 'FieldResolver', 'GraphQLObjectType', 'objectType(', 'resolvers', 'Resolvers'],
  '(parent,',
];

/** Types of a schema that are there once for an operation. */
const rootType = /^(?:Query|Mutation|Subscription)$/;

/**
 * `Order: { user: (order) => User.findByPk(order.userId) }`: the resolver of a field runs for each order of a list, so that
 * it makes one query for each that a query of the schema lists.
 */
export function findFieldQuery(call: ts.CallExpression, file: FileContext): RecursiveQuery | undefined {
  if (!file.memo(speaksOfGraphql, file.source)) return undefined;
  const fn = findEnclosingFunction(call);
  if (!fn || !isAwaitedOrReturned(call) || isInsideChain(call) || findRepetition(call)) return undefined;
  const field = file.memo(fieldOf, fn);
  if (!field || !matchHanded(fn, file)?.test(call.getText(file.source))) return undefined;
  if (isForOneOfList(call, fn, field, file)) return undefined;
  const { type, object } = field;
  const pattern = new RegExp(`(?<![\\w$.])${object.text.replaceAll('$', '\\$')}(?![\\w$])`);
  if (!call.arguments.some((argument) => pattern.test(argument.getText(file.source)))) return undefined;
  const query = findQuery(call, file) ?? queryOfCallee(call, file);
  if (!query || !/^(?:point|list)$/.test(query.kind) || isGatheredLookup(query) || !isRun(call, query))
    return undefined;
  const isListed: LinkCondition = { kind: 'project-states', fact: `listed-type:${type}` };
  const isOfOne = isLookupByArgument(call, fn, object, file);
  return { query, again: call, repetition: { node: call, over: undefined }, over: object, isListed, isOfOne };
}

/** `this.users.findOne(order.userId)`, where that asks the database. */
function queryOfCallee(call: ts.CallExpression, file: FileContext): QueryCall | undefined {
  if (/^(?:load|loadMany|then|catch|finally)$/.test(calleeName(call))) return undefined;
  const to = findCallee(call, file);
  if (!to || to.kind === 'named') return undefined;
  const when = allOf(
    { kind: 'callee-does', to, deeds: ['query:point', 'query:list'] },
    { kind: 'not', of: { kind: 'callee-does', to, deeds: ['writes', 'sends', 'caches', 'keeps'] } },
    hasDatabase,
  );
  return { call, library: 'sql', kind: 'point', text: call.expression.getText(file.source), ...(when && { when }) };
}

function speaksOfGraphql({ text }: ts.SourceFile, file: FileContext): boolean {
  if (/graphql|@pothos\/|['"]nexus['"]/i.test(text)) return true;
  return (
    /esolver/.test(`${file.path} ${text}`) &&
    [...file.package.dependencies].some((name) => /graphql|apollo|mercurius/.test(name))
  );
}

/** The type that a resolver is of, and what it calls the object of it. */
function fieldOf(fn: FunctionNode, file: FileContext): ResolvedField | undefined {
  const parent = ts.isMethodDeclaration(fn) && ts.getDecorators(fn) ? decoratedParent(fn, file) : fn.parameters[0];
  if (!parent || !ts.isIdentifier(parent.name)) return undefined;
  const type = decoratedType(fn, parent, file) ?? groupOf(fn) ?? typeAround(fn);
  return type === undefined || rootType.test(type) ? undefined : { type, object: parent.name };
}

/** The parameter that is `@Parent()` or `@Root()`, of a `@ResolveField()`. */
function decoratedParent(fn: ts.MethodDeclaration, file: FileContext): ts.ParameterDeclaration | undefined {
  const names = (node: ts.HasDecorators): string =>
    (ts.getDecorators(node) ?? []).map(({ expression }) => expression.getText(file.source)).join(' ');
  if (!/\b(?:ResolveField|FieldResolver|ResolveProperty)\b/.test(names(fn))) return undefined;
  return fn.parameters.find((parameter) => /^(?:Parent|Root)\b/.test(names(parameter)));
}

function decoratedType(fn: FunctionNode, parent: ts.ParameterDeclaration, file: FileContext): string | undefined {
  if (!ts.isMethodDeclaration(fn) || !ts.getDecorators(fn)) return undefined;
  const cls = findEnclosingClass(fn);
  const told = (cls && ts.isClassDeclaration(cls) ? (ts.getDecorators(cls) ?? []) : []).flatMap(
    ({ expression }) =>
      /^Resolver\(\s*(?:\(?\w*\)?\s*=>\s*)?['"]?([A-Z]\w*)/.exec(expression.getText(file.source))?.[1] ?? [],
  );
  return told[0] ?? (parent.type && ts.isTypeReferenceNode(parent.type) ? parent.type.typeName.getText() : undefined);
}

/** `Order` of `{ Query: {…}, Order: { user: fn } }`, and of `const Order: OrderResolvers = { user: fn }`. */
function groupOf(fn: FunctionNode): string | undefined {
  const property = ts.isMethodDeclaration(fn) ? fn : getOutermostWrapped(fn).parent;
  const object = property.parent;
  if (!(ts.isMethodDeclaration(property) || ts.isPropertyAssignment(property)) || !ts.isObjectLiteralExpression(object))
    return undefined;
  const holder = getOutermostWrapped(object).parent;
  const name = ts.isPropertyAssignment(holder)
    ? findPropertyName(holder.name)
    : ts.isVariableDeclaration(holder)
      ? (/(\w+)Resolvers\b/.exec(holder.type?.getText() ?? '')?.[1] ?? '')
      : '';
  return name !== undefined && /^[A-Z]\w*$/.test(name) ? name : undefined;
}

const maxLevels = 14;

/** `resolve` within `new GraphQLObjectType({ name: 'Order' })` or `builder.objectType('Order', …)`. */
function typeAround(fn: FunctionNode): string | undefined {
  const property = ts.isMethodDeclaration(fn) ? fn : getOutermostWrapped(fn).parent;
  if (!(ts.isMethodDeclaration(property) || ts.isPropertyAssignment(property))) return undefined;
  if (findPropertyName(property.name) !== 'resolve') return undefined;
  let at: ts.Node = property;
  for (let level = 0; level < maxLevels && at.parent; level++, at = at.parent) {
    if (!ts.isCallExpression(at) && !ts.isNewExpression(at)) continue;
    const [first] = at.arguments ?? [];
    if (!/(?:^GraphQLObjectType|[oO]bjectType|prismaObject|prismaNode|drizzleObject)$/.test(calleeName(at))) continue;
    const given = first && skipWrappers(first);
    return findStringValue(given) ?? findStringValue(findProperty(given, 'name'));
  }
  return undefined;
}

const listForms: readonly RegExp[] = [
  // `() => [Order]`, `type: ['Order']`, `orders: [Order!]!`
  /(?:=>|:)\s*\[\s*['"]?([A-Z]\w*)['"]?!?\s*\]/g,
  /GraphQLList\(\s*(?:new\s+)?(?:GraphQLNonNull\(\s*)?([A-Z]\w*)/g,
  /Array<(?:Maybe<)?ResolversTypes\['([A-Z]\w*)'\]/g,
  /\blist(?:\(\))?\.field\([^)]*?type:\s*['"]?([A-Z]\w*)/g,
];

/** The types of a GraphQL schema of which something gives a list, as far as the text of a file tells. */
export function listListedTypes(file: FileContext): string[] {
  if (!/graphql|gql|Resolver/i.test(file.text)) return [];
  const names = new Set<string>();
  for (const form of listForms)
    for (const [, name = ''] of file.text.matchAll(form)) names.add(name.replace(/(?<=.)(?:Edge|Type)$/, ''));
  return [...names];
}
