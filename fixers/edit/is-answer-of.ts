import { findQuery } from '../../src/ast/io/queries.ts';
import { listValuesGiven } from '../../src/ast/io/rows-of-read.ts';
import { bareModule, findOrigin } from '../../src/ast/names/provenance.ts';
import { skipAwait } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** Drivers whose rows are plain objects: the answer of those of PostgreSQL has `rows`, that of MySQL has them first. */
const drivers = {
  postgres: /^(?:pg|pg-pool|@neondatabase\/serverless|@vercel\/postgres)$/,
  mysql: /^mysql2(?:\/promise)?$/,
};

/** Whether a value is what a driver answers a statement in SQL with. */
export function isAnswerOf(driver: keyof typeof drivers, value: ts.Expression, file: FileContext): boolean {
  const asked = skipAwait(value);
  if (ts.isIdentifier(asked)) {
    const given = listValuesGiven(asked, file).map(skipAwait);
    return given.length > 0 && given.every((one) => !ts.isIdentifier(one) && isAnswerOf(driver, one, file));
  }
  if (!ts.isCallExpression(asked) || findQuery(asked, file)?.library !== 'sql') return false;
  const modules = [bareModule(findOrigin(asked.expression, file)?.module ?? ''), ...file.package.dependencies];
  return modules.some((module) => drivers[driver].test(module));
}
