import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint, FunctionSummary, SymbolRef } from '../../model/link.ts';
import { findConstant } from '../names/dispatch-table.ts';
import { ordinalOf } from '../names/functions.ts';
import { findOrigin } from '../names/provenance.ts';
import { anyMember, refOf, refOfMade } from '../names/symbol-ref.ts';
import {
  type ClassNode,
  type FunctionNode,
  findPropertyName,
  isFunctionNode,
  lineOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { dependsOn } from './framework-calls.ts';
import { listTypesAround, nameOfType } from './typed-entries.ts';

const rootTypes = /^(?:Query|Mutation|Subscription)$/;
/** `QueryResolvers`, or `Resolvers['Query']`. */
const rootResolvers = /^\w*(?:Query|Mutation|Subscription)Resolvers$/;

/**
 * Notes the fields of a GraphQL schema that are named where it is put together, and written elsewhere:
 * `{ Query: { orders: listOrders, ...userQueries }, Mutation }`, `graphqlHTTP({ rootValue: root })`. Each is an entry that calls
 * what is named.
 */
export function addResolverEntries(
  file: FileContext,
  classes: readonly ClassNode[],
  summaries: FunctionSummary[],
): void {
  if (file.role !== 'product' || !dependsOn(/graphql|apollo|mercurius/, file)) return;
  const seen = new Set<ts.Node>();

  for (const object of file.nodes('ObjectLiteralExpression')) {
    const names = object.properties.map(({ name }) => findPropertyName(name) ?? '');
    const isMap = names.some((name) => rootTypes.test(name));
    const root = isMap ? undefined : findRoot(object);
    if (root) addFields(object, root);
    for (const [place, property] of object.properties.entries()) {
      const name = names[place]!;
      const isGroup = isMap && /^[A-Z]\w*$/.test(name);
      if (!isGroup && name !== 'rootValue') continue;
      if (ts.isPropertyAssignment(property)) addGroup(property.initializer, name);
      else if (ts.isShorthandPropertyAssignment(property)) addGroup(property.name, name);
    }
  }

  /** All fields of one type of the schema. */
  function addGroup(value: ts.Expression, group: string): void {
    const object = objectOf(value, file);
    if (object) addFields(object, group);
    else addEntry(refOf(value, file, classes), value, group, true);
  }

  function addFields(object: ts.ObjectLiteralExpression, group: string): void {
    if (seen.has(object)) return;
    seen.add(object);
    for (const property of object.properties) {
      if (ts.isSpreadAssignment(property)) {
        addGroup(property.expression, group);
        continue;
      }
      const label = `${group}.${findPropertyName(property.name) ?? ''}`;
      if (ts.isPropertyAssignment(property)) addField(property.initializer, label);
      else if (ts.isShorthandPropertyAssignment(property)) addField(property.name, label);
      else if (isFunctionNode(property)) mark(property, label);
    }
  }

  function addField(value: ts.Expression, label: string): void {
    const given = skipWrappers(value);
    if (isFunctionNode(given)) mark(given, label);
    else if (ts.isObjectLiteralExpression(given)) addFields(given, label);
    else if (ts.isCallExpression(given)) addMade(given, label);
    else addEntry(refOf(given, file, classes), given, label, false);
  }

  function addMade(given: ts.CallExpression, label: string): void {
    addEntry(refOfMade(findOrigin(given, file)), given, label, false);
    // `authenticated(listOrders)`: what a wrapper is handed runs behind it.
    for (const inner of given.arguments) {
      const one = skipWrappers(inner);
      if (isFunctionNode(one)) mark(one, label);
      else if (ts.isIdentifier(one)) addEntry(refOf(one, file, classes), one, label, false);
    }
  }

  function mark(fn: FunctionNode, label: string): void {
    const summary = summaries[ordinalOf(fn, file)];
    if (summary) summary.entry ??= entryFor(label);
  }

  function addEntry(ref: SymbolRef | undefined, named: ts.Node, label: string, isGroup: boolean): void {
    if (ref?.kind === 'function') {
      summaries[ref.fn]!.entry ??= entryFor(label);
      return;
    }
    if (ref?.kind !== 'imported' && ref?.kind !== 'local') return;
    const at = named.getStart(file.source);
    const line = lineOf(file.source, at);
    const to = isGroup ? { ...ref, members: [...ref.members, anyMember] } : ref;
    const entry = entryFor(label);
    summaries.push({ name: entry.label, line, entry, calls: [{ to, at, line, frequency: 'once' }] });
  }
}

function entryFor(label: string): EntryPoint {
  return { kind: 'request', label: `GraphQL ${label}` };
}

/** `Query` of an object whose type says that it has all fields of it. */
function findRoot(object: ts.ObjectLiteralExpression): string | undefined {
  for (const type of listTypesAround(object)) {
    if (rootResolvers.test(nameOfType(type) ?? '')) return /Query|Mutation|Subscription/.exec(nameOfType(type)!)![0];
    const index =
      ts.isIndexedAccessTypeNode(type) && /Resolvers$/.test(nameOfType(type) ?? '') ? type.indexType : undefined;
    const name = index && ts.isLiteralTypeNode(index) && ts.isStringLiteral(index.literal) ? index.literal.text : '';
    if (rootTypes.test(name)) return name;
  }
  return undefined;
}

/** An object literal, also by the constant that holds it. */
function objectOf(value: ts.Expression, file: FileContext): ts.ObjectLiteralExpression | undefined {
  const given = skipWrappers(value);
  const held = ts.isIdentifier(given) ? findConstant(given, file) : given;
  return held && ts.isObjectLiteralExpression(held) ? held : undefined;
}
