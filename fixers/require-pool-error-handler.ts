import type { PoolErrorHandler } from '../rules/pooling/require-pool-error-handler.ts';
import { findFunctionValue } from '../src/ast/names/functions.ts';
import { skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { findStatement, isInList } from './edit/statement-of.ts';
import { stringLiteral } from './edit/string-literal.ts';

export const fixer: Fixer<PoolErrorHandler> = {
  rule: 'require-pool-error-handler',
  safety: 'safe',
  changes: "listens to 'error' right where the pool or client is made, and logs it",
  fix({ data }, file): Fix | Skip {
    const { creation, home } = data;
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
    const [event, told] = [stringLiteral('error', file), stringLiteral('idle connection lost', file)];
    const type = isTyped(file.path) ? ': Error' : '';
    const code = `${home.path}.on(${event}, (error${type}) => {\n  console.error(${told}, error);\n});`;
    return { edits: insertAfterStatement(statement, code, file), note: 'log it the way the rest of the service does' };
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

function isTyped(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path);
}
