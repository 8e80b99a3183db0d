import type { PoolErrorHandler } from '../rules/pooling/require-pool-error-handler.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { findStatement, isInList } from './edit/statement-of.ts';

export const fixer: Fixer<PoolErrorHandler> = {
  rule: 'require-pool-error-handler',
  safety: 'safe',
  changes: "listens to 'error' right where the pool or client is made, and logs it",
  fix({ data }, file): Fix | Skip {
    const { home } = data;
    if (ts.isPropertyDeclaration(home.at))
      return { skip: 'a class field is no place for a statement: listen in the constructor' };
    const statement = findStatement(home.at);
    if (!statement || !isInList(statement)) return { skip: 'it is not made by a statement of its own' };
    const code = `${home.path}.on('error', (error${isTyped(file.path) ? ': Error' : ''}) => {\n  console.error('idle connection lost', error);\n});`;
    return { edits: insertAfterStatement(statement, code, file), note: 'log it the way the rest of the service does' };
  },
};

function isTyped(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path);
}
