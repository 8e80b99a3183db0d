import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findQuery } from '../io/queries.ts';
import { findPropertyName, findStringValue, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const settingName = /^(?:dialect|type|client|driver|provider)$/;
const embedded = /^(?:(?:better-)?sqlite3?|sqljs|libsql)$/;
const served = /^(?:postgres(?:ql)?|pg|mysql2?|mariadb|mssql|oracle(?:db)?|cockroachdb)$/;
const serverDrivers = ['pg', 'postgres', 'mysql', 'mysql2', 'mariadb', 'tedious', 'oracledb'];

/**
 * `database:embedded` and `database:served`, for what a file sets up a query library for (`dialect: 'sqlite'`). A package
 * that also depends on a driver of a server may be run with that.
 */
export function listDatabaseKinds(file: FileContext): string[] {
  if (file.role === 'test' || serverDrivers.some((name) => file.package.dependencies.has(name))) return [];
  if (!/sqlite|sqljs|libsql|postgres|mysql|mariadb|mssql|cockroach|oracle|['"]pg['"]/.test(file.text)) return [];
  const kinds = new Set<string>();
  for (const { properties } of file.nodes('ObjectLiteralExpression')) {
    for (const property of properties) {
      if (!ts.isPropertyAssignment(property) || !settingName.test(findPropertyName(property.name) ?? '')) continue;
      const value = findStringValue(skipWrappers(property.initializer)) ?? '';
      if (embedded.test(value)) kinds.add('database:embedded');
      if (served.test(value)) kinds.add('database:served');
    }
  }
  return [...kinds];
}

const embeddedModules = [
  'better-sqlite3',
  'better-sqlite3-multiple-ciphers',
  'sqlite3',
  'sqlite',
  'sql.js',
  'bun:sqlite',
];
const servedModules = [
  ...serverDrivers,
  'pg-promise',
  'mssql',
  'mongodb',
  'mongoose',
  '@prisma/client',
  '@neondatabase/serverless',
  '@planetscale/database',
  '@supabase/supabase-js',
  '@aws-sdk/client-dynamodb',
];

const states = (fact: string): LinkCondition => ({ kind: 'project-states', fact });

/**
 * "Some database of the project is a server": not where all that it imports is SQLite, which answers without a round trip.
 * Undefined, for sure, where the package depends on a driver of a server, which a query library may load by its name.
 */
export function hasServer(file: FileContext): LinkCondition | undefined {
  if (servedModules.some((name) => file.package.dependencies.has(name))) return undefined;
  const isEmbedded = [states('database:embedded'), ...embeddedModules.map((name) => states(`import:${name}`))];
  return {
    kind: 'any',
    of: [
      { kind: 'not', of: { kind: 'any', of: isEmbedded } },
      states('database:served'),
      ...servedModules.map((name) => states(`import:${name}`)),
    ],
  };
}

const builders = /^(?:sequelize|typeorm|knex)$/;

/**
 * "The queries go to a server": not where a project sets these libraries up for SQLite alone, which runs one statement
 * after another on one connection, however they are asked for. Undefined where other libraries ask too.
 */
export function reachesServer(calls: readonly ts.CallExpression[], file: FileContext): LinkCondition | undefined {
  if (!calls.every((call) => builders.test(findQuery(call, file)?.library ?? ''))) return undefined;
  return {
    kind: 'any',
    of: [{ kind: 'not', of: states('database:embedded') }, states('database:served')],
  };
}
