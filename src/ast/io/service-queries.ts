import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findMemberPath, findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { QueryKind } from './queries.ts';
import type { QueryLibrary } from './query-libraries.ts';
import { kindOfSql, sqlOf, sqlStatement } from './sql-text.ts';

/** A query of a database that is a service, or of a library whose chains look like no other's. */
export interface ServiceQuery {
  library: QueryLibrary['library'];
  kind: QueryKind;
}

interface Chain {
  call: ts.CallExpression;
  /** The names of its methods, last first. */
  methods: readonly string[];
  /** The call that it begins with. */
  first: ts.CallExpression;
}

interface Service {
  /** What a package that uses it depends on, or names in a file. */
  uses: RegExp;
  /** The last method of a chain. */
  method: RegExp;
  judge(chain: Chain, file: FileContext): ServiceQuery | undefined;
}

/** What each database calls what is read by key, read as a list, and changed. */
const services: readonly Service[] = [
  // @aws-sdk/lib-dynamodb 3.9, commands; aws-sdk 2.1692, DynamoDB.DocumentClient.
  {
    uses: /^(?:@aws-sdk\/(?:lib|client)-dynamodb|aws-sdk)$/,
    method: /^(?:send|promise)$/,
    judge({ call, methods }, file) {
      const kind = methods[0] === 'send' ? kindOfCommand(call, file) : kindOfDocumentCall(call, methods, file);
      return kind && { library: 'dynamodb', kind };
    },
  },
  // @google-cloud/firestore 7.11, build/src/reference.
  {
    uses: /^(?:firebase-admin|@google-cloud\/firestore)$/,
    method: /^(?:get|set|update|delete|create|add)$/,
    judge({ methods }) {
      if (!methods.includes('collection') && !methods.includes('collectionGroup')) return undefined;
      const isDocument = methods[1] === 'doc';
      if (methods[0] === 'get') return { library: 'firestore', kind: isDocument ? 'point' : 'list' };
      if (methods[0] === 'add') return { library: 'firestore', kind: 'insert' };
      if (!isDocument) return undefined;
      const kind = ({ set: 'upsert', create: 'insert' } as const)[methods[0]!] ?? (methods[0] as QueryKind);
      return { library: 'firestore', kind };
    },
  },
  // objection 3.1, lib/queryBuilder/QueryBuilder.js.
  {
    uses: /^objection$/,
    method: /./,
    judge({ methods, first }) {
      const model = findMemberPath(first.expression)?.at(-2) ?? '';
      if (methods.at(-1) !== 'query' || !/^[A-Z]\w*[a-z]/.test(model) || /^(?:then|catch)$/.test(methods[0]!))
        return undefined;
      const verbs: readonly [RegExp, QueryKind][] = [
        [/^(?:insert|insertGraph|insertAndFetch)$/, 'insert'],
        [/^(?:upsertGraph)/, 'upsert'],
        [/^(?:patch|update)/, 'update'],
        [/^(?:delete|deleteById|del)$/, 'delete'],
        [/^(?:findById|findOne|first|resultSize)$/, 'point'],
      ];
      const found = verbs.find(([pattern]) => methods.some((name) => pattern.test(name)));
      return { library: 'objection', kind: found?.[1] ?? 'list' };
    },
  },
  // @feathersjs/feathers 5.0, src/declarations.ts: ServiceMethods. A service of the project stands for a table of it.
  {
    uses: /^@feathersjs\/feathers$/,
    method: /^(?:get|find|create|update|patch|remove)$/,
    judge({ methods, first }) {
      if (methods.length !== 2 || methods[1] !== 'service' || first.arguments.length !== 1) return undefined;
      const kinds: Readonly<Record<string, QueryKind>> = {
        get: 'point',
        find: 'list',
        create: 'insert',
        patch: 'update',
        update: 'update',
      };
      return { library: 'feathers', kind: kinds[methods[0]!] ?? 'delete' };
    },
  },
  // Cloudflare D1, developers.cloudflare.com/d1/worker-api/prepared-statements.
  {
    uses: /^(?:wrangler|@cloudflare\/workers-types)$/,
    method: /^(?:first|all|run|raw)$/,
    judge({ methods, first }, file) {
      if (methods.at(-1) !== 'prepare' || !sqlStatement.test(sqlOf(first, file) ?? '')) return undefined;
      const kind = kindOfSql(first, file);
      return { library: 'd1', kind: kind === 'list' && methods[0] === 'first' ? 'point' : kind };
    },
  },
  // neo4j-driver 5.28, types/session.d.ts: run.
  {
    uses: /^neo4j-driver(?:-lite)?$/,
    method: /^(?:run|executeQuery)$/,
    judge({ call }, file) {
      const text = sqlOf(call, file) ?? '';
      if (!/^\s*(?:OPTIONAL\s+)?(?:MATCH|MERGE|CREATE|UNWIND|WITH)\b/i.test(text)) return undefined;
      const isChange = /\b(?:MERGE|CREATE|SET|DELETE|REMOVE)\b/.test(text);
      return { library: 'neo4j', kind: isChange ? 'upsert' : 'list' };
    },
  },
  // @elastic/elasticsearch 9.1, lib/api/api; @opensearch-project/opensearch 3.5.
  {
    uses: /^(?:@elastic\/elasticsearch|@opensearch-project\/opensearch)$/,
    method: /^(?:get|getSource|exists|search|count|index|create|update|delete)$/,
    judge({ call, methods }, file) {
      const origin = findOrigin(call.expression, file);
      if (!origin || !this.uses.test(bareModule(origin.module)) || !/^Client\.new\.\w+$/.test(originName(origin)))
        return undefined;
      const kinds: Readonly<Record<string, QueryKind>> = { search: 'list', index: 'insert', create: 'insert' };
      const kind =
        kinds[methods[0]!] ?? (/^(?:update|delete)$/.test(methods[0]!) ? (methods[0] as QueryKind) : 'point');
      return { library: 'elasticsearch', kind };
    },
  },
  // @google-cloud/datastore 10.0, build/src/request.d.ts.
  {
    uses: /^@google-cloud\/datastore$/,
    method: /^(?:get|runQuery|save|insert|upsert|update|delete)$/,
    judge({ call, methods }, file) {
      return /^Datastore\.new\.\w+$/.test(nameOf(call, file))
        ? { library: 'datastore', kind: kindOfVerb(methods[0]!) }
        : undefined;
    },
  },
  // @azure/cosmos 4.5, dist/esm/client: Item, Items.
  {
    uses: /^@azure\/cosmos$/,
    method: /^(?:read|replace|patch|delete|fetchAll|fetchNext|create|upsert)$/,
    judge({ methods, first }) {
      const [method, before] = methods;
      const isOfItems = findMemberPath(first.expression)?.at(-2) === 'items' || methods.includes('items');
      if (/^fetch/.test(method!))
        return /^(?:query|readAll)$/.test(before ?? '') ? { library: 'cosmos', kind: 'list' } : undefined;
      if (before !== 'item' && !(isOfItems && /^(?:create|upsert)$/.test(method!))) return undefined;
      return { library: 'cosmos', kind: kindOfVerb(method!) };
    },
  },
  // arangojs 10.1, esm/collections.d.ts, esm/databases.d.ts.
  {
    uses: /^arangojs$/,
    method: /^(?:document|documentExists|save|update|replace|remove|query)$/,
    judge({ call, methods }) {
      const [asked] = call.arguments;
      if (methods[0] === 'query')
        return asked && /^aql\b/.test(asked.getText()) ? { library: 'arangodb', kind: 'list' } : undefined;
      return methods[1] === 'collection' ? { library: 'arangodb', kind: kindOfVerb(methods[0]!) } : undefined;
    },
  },
  // nano 11.0, lib/nano.d.ts: DocumentScope.
  {
    uses: /^(?:nano|@cloudant\/cloudant)$/,
    method: /^(?:get|head|insert|destroy|find|list|view|fetch)$/,
    judge({ call, methods }, file) {
      const isScope = /(?:^|\.)(?:use|db\.use|scope|DocumentScope\.new)\.\w+$/.test(nameOf(call, file));
      return isScope ? { library: 'couchdb', kind: kindOfVerb(methods[0]!) } : undefined;
    },
  },
  // rethinkdb 2.4, ast.js: a term is asked by `run`.
  {
    uses: /^rethinkdb(?:dash|-ts)?$/,
    method: /^run$/,
    judge({ methods }) {
      if (!methods.includes('table')) return undefined;
      const verb = methods.find((name) => /^(?:get|insert|update|replace|delete|count)$/.test(name));
      return { library: 'rethinkdb', kind: verb === undefined ? 'list' : kindOfVerb(verb) };
    },
  },
  // bookshelf 1.2, lib/model.js.
  {
    uses: /^bookshelf$/,
    method: /^(?:fetch|fetchAll|fetchPage|save|destroy|count)$/,
    judge({ methods, first }) {
      const model = skipWrappers(findMethodCall(first)!.receiver);
      const made = ts.isNewExpression(model) ? model.expression : model;
      if (!ts.isIdentifier(made) || !/^[A-Z]\w*[a-z]/.test(made.text)) return undefined;
      return { library: 'bookshelf', kind: kindOfVerb(methods[0]!) };
    },
  },
  // waterline 0.15, lib/waterline/methods: the models of Sails are globals, and asked once they are waited for.
  {
    uses: /^(?:sails|waterline)$/,
    method: /./,
    judge({ methods, first }, file) {
      const model = skipWrappers(findMethodCall(first)!.receiver);
      if (!ts.isIdentifier(model) || !/^[A-Z]\w*[a-z]/.test(model.text) || file.bindingOf(model)) return undefined;
      const verb = methods.at(-1)!;
      const isOfModel = /^(?:find|findOne|findOrCreate|create|createEach|update|updateOne|destroy|destroyOne|count)$/;
      return isOfModel.test(verb) ? { library: 'waterline', kind: kindOfVerb(verb) } : undefined;
    },
  },
];

const verbKinds: readonly [RegExp, QueryKind][] = [
  [/^(?:get|head|read|fetch|findOne|document|documentExists|count)$/, 'point'],
  [/^(?:runQuery|find|list|view|fetchAll|fetchPage)$/, 'list'],
  [/^(?:insert|create|createEach)$/, 'insert'],
  [/^(?:save|upsert|findOrCreate)$/, 'upsert'],
  [/^(?:update|updateOne|replace|patch)$/, 'update'],
];

function kindOfVerb(verb: string): QueryKind {
  return verbKinds.find(([pattern]) => pattern.test(verb))?.[1] ?? 'delete';
}

/** Where what a call asks comes from, without the calls on the way; empty where this file does not tell. */
function nameOf(call: ts.CallExpression, file: FileContext): string {
  const origin = findOrigin(call.expression, file);
  return origin ? originName(origin).replaceAll('.()', '').replaceAll('()', '').replace(/^\./, '') : '';
}

/** Judges the last call of a chain; undefined for what is no query of a service that the file's package uses. */
export function findServiceQuery(chain: Chain, file: FileContext): ServiceQuery | undefined {
  const method = chain.methods[0];
  if (method === undefined) return undefined;
  for (const service of file.memo(servicesOf, file.source)) {
    const found = service.method.test(method) ? service.judge(chain, file) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** Whether the package of a file uses any of them: asked first, since it costs least. */
export function hasServices(file: FileContext): boolean {
  return file.memo(servicesOf, file.source).length > 0;
}

/** The same for all files of a package. */
const servicesByPackage = new WeakMap<ReadonlySet<string>, readonly Service[]>();

function servicesOf(_: ts.SourceFile, { package: { dependencies } }: FileContext): readonly Service[] {
  const known = servicesByPackage.get(dependencies);
  if (known) return known;
  const names = [...dependencies];
  const used = services.filter(({ uses }) => names.some((name) => uses.test(name)));
  servicesByPackage.set(dependencies, used);
  return used;
}

const commandKinds: Readonly<Record<string, QueryKind>> = {
  GetCommand: 'point',
  GetItemCommand: 'point',
  QueryCommand: 'list',
  ScanCommand: 'list',
  PutCommand: 'insert',
  PutItemCommand: 'insert',
  UpdateCommand: 'update',
  UpdateItemCommand: 'update',
  DeleteCommand: 'delete',
  DeleteItemCommand: 'delete',
};

function kindOfCommand({ arguments: [command] }: ts.CallExpression, file: FileContext): QueryKind | undefined {
  const made = command && skipWrappers(command);
  if (!made || !ts.isNewExpression(made)) return undefined;
  const origin = findOrigin(made.expression, file);
  return origin && /-dynamodb$/.test(origin.module) ? commandKinds[originName(origin)] : undefined;
}

const documentKinds: Readonly<Record<string, QueryKind>> = {
  get: 'point',
  query: 'list',
  scan: 'list',
  put: 'insert',
  update: 'update',
  delete: 'delete',
};

/** `documents.get({ TableName }).promise()`. */
function kindOfDocumentCall(
  call: ts.CallExpression,
  methods: readonly string[],
  file: FileContext,
): QueryKind | undefined {
  const kind = documentKinds[methods[1] ?? ''];
  const asked = kind && findMethodCall(call)?.receiver;
  const origin = asked && findOrigin(asked, file);
  return origin && /\bDocumentClient\.new\b/.test(originName(origin)) ? kind : undefined;
}
