import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { isExternal } from '../names/external-module.ts';
import { listCommonJsExports, listExports } from '../names/module-surface.ts';
import { bareModule, findOrigin, type Origin } from '../names/provenance.ts';
import { calleeName, findMethodCall, findProperty, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Whether a value is a client of Redis, by where it comes from. */
export function isRedisClient(origin: Origin | undefined): origin is Origin {
  return origin !== undefined && /^(?:ioredis|redis|@redis\/client)$/.test(bareModule(origin.module));
}

/**
 * "What this file imports is a client of Redis": the file that it comes from, by the names of that file and of the export,
 * states so. Undefined for what is no plain import.
 */
export function isRedisOfOtherFile(client: ts.Expression, file: FileContext): LinkCondition | undefined {
  const origin = findOrigin(client, file);
  // What is imported by a plain name belongs to a package.
  if (!origin || !/[/#]/.test(origin.module) || isExternal(origin.module)) return undefined;
  const [name = 'default', ...further] = origin.path.filter((step) => step !== 'default' && step !== '*');
  const stem = stemOf(origin.module);
  if (further.length > 0 || stem === undefined) return undefined;
  return { kind: 'project-states', fact: `redis-client:${stem}.${name}` };
}

/** `db.cache` for a client of Redis that `lib/db.js` exports as `cache`, made there or typed so. */
export function listRedisClients(file: FileContext): string[] {
  const stem = /redis/.test(file.text) ? stemOf(file.path) : undefined;
  if (stem === undefined) return [];
  const names = new Set<string>();
  const tell = (name: string, value: ts.Node): void => {
    const origin = findOrigin(value, file);
    const isMade = isRedisClient(origin) && /\(\)|^new$/.test(origin.path.at(-1) ?? '');
    if (isMade || holdsPromisedKeys(value, file)) names.add(`${stem}.${name}`);
  };
  for (const [name, target] of Object.entries(listExports(file).exports)) {
    const binding = 'local' in target ? file.moduleScope.bindings.get(target.local) : undefined;
    if (binding && ts.isVariableDeclaration(binding.declaration)) tell(name, binding.identifier);
  }
  for (const { name, value } of listCommonJsExports(file)) tell(name, value);
  for (const statement of file.source.statements)
    if (ts.isExportAssignment(statement)) tell('default', statement.expression);
  return [...names];
}

/** `{ keys: promisify(client.keys).bind(client) }`: the commands of a client that are used, one by one. */
function holdsPromisedKeys(value: ts.Node, file: FileContext): boolean {
  const made = skipWrappers(value as ts.Expression);
  if (!ts.isObjectLiteralExpression(made)) return false;
  const keys = findProperty(made, 'keys');
  return keys !== undefined && findPromisedKeys(keys, file) !== undefined;
}

/** The client of `promisify(client.keys).bind(client)`, also by the name that this is kept under. */
export function findPromisedKeys(command: ts.Expression, file: FileContext): ts.Expression | undefined {
  const value = skipWrappers(command);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : value;
  const bound = made && findMethodCall(skipWrappers(made));
  const call = bound?.method === 'bind' ? skipWrappers(bound.receiver) : made && skipWrappers(made);
  if (!call || !ts.isCallExpression(call) || calleeName(call) !== 'promisify') return undefined;
  const wrapped = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!wrapped || !ts.isPropertyAccessExpression(wrapped) || !/^keys$/i.test(wrapped.name.text)) return undefined;
  return isRedisClient(findOrigin(wrapped.expression, file)) ? wrapped.expression : undefined;
}

/** `db` of `../lib/db.js` and of `lib/db/index.ts`. */
function stemOf(path: string): string | undefined {
  return /([^/]+?)(?:\/index)?(?:\.[cm]?[jt]sx?)?$/.exec(path)?.[1]?.match(/^[^.].*$/)?.[0];
}
