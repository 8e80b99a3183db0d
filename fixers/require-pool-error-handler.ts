import type { PoolErrorHandler } from '../rules/pooling/require-pool-error-handler.ts';
import { findFunctionValue } from '../src/ast/names/functions.ts';
import { skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { findStatement, isInList } from './edit/statement-of.ts';
import { stringLiteral } from './edit/string-literal.ts';
import { tellOf } from './edit/tell-of.ts';

export const fixer: Fixer<PoolErrorHandler> = {
  rule: 'require-pool-error-handler',
  safety: 'safe',
  changes:
    "listens to 'error' right where the pool or client is made, and logs it; where a single connection is lost, ends the process as before",
  fix({ data }, file): Fix | Skip {
    const { creation, emitter, home } = data;
    if (!home) return { skip: 'its function gives it at once: listen where it gets a name' };
    if (ts.isCallExpression(creation) && findFunctionValue(creation.expression, file))
      return { skip: 'a function of the file makes it: listen there, once for each client' };
    if (isMadeOnce(creation)) return { skip: 'it is made by the first call only: listen where that is known' };
    if (ts.isPropertyDeclaration(home.at))
      return { skip: 'a class field is no place for a statement: listen in the constructor' };
    const value = ts.isBinaryExpression(home.at) ? home.at.right : home.at.initializer;
    if (value && hasOtherValue(skipWrappers(value), creation))
      return { skip: 'it is made in some circumstances only: listen where that is known' };
    const statement = findStatement(home.at);
    if (!statement || !isInList(statement)) return { skip: 'it is not made by a statement of its own' };
    const event = stringLiteral('error', file);
    const lines = [tellOf('error', stringLiteral(emitter.told, file), statement, file)];
    if (!emitter.isRenewed) lines.push('process.exit(1);');
    const type = isTypeScriptFile(file) ? ': Error' : '';
    const code = `${home.path}.on(${event}, (error${type}) => {\n  ${lines.join('\n  ')}\n});`;
    const edits = insertAfterStatement(statement, code, file);
    if (emitter.isRenewed) return { edits, note: 'log it the way the rest of the service does' };
    const note = 'the loss ends the process as before, and is told of: it takes a pool, or a new connection, to go on';
    return { edits, note, safety: 'review' };
  },
};

/** `url ? createClient(url) : undefined`; two of the same kind are one. */
function hasOtherValue(value: ts.Expression, creation: PoolErrorHandler['creation']): boolean {
  if (!ts.isConditionalExpression(value)) return false;
  return [value.whenTrue, value.whenFalse].some((branch) => {
    const made = skipWrappers(branch);
    return !isCreation(made) || made.expression.getText() !== creation.expression.getText();
  });
}

function isCreation(node: ts.Node): node is PoolErrorHandler['creation'] {
  return ts.isNewExpression(node) || ts.isCallExpression(node);
}

/** `pool ??= new Pool()`: a statement behind it runs with every call. */
function isMadeOnce(creation: ts.Node): boolean {
  const { parent } = creation;
  if (ts.isParenthesizedExpression(parent) || ts.isAwaitExpression(parent)) return isMadeOnce(parent);
  if (!ts.isBinaryExpression(parent) || parent.right !== creation) return false;
  const { kind } = parent.operatorToken;
  return kind === ts.SyntaxKind.EqualsToken ? isMadeOnce(parent) : onlyOnce.has(kind);
}

const onlyOnce: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.QuestionQuestionEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.BarBarToken,
]);
