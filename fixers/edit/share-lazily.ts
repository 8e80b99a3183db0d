import { findOrigin } from '../../src/ast/names/provenance.ts';
import { type FunctionNode, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip, TextEdit } from '../../src/model/fixer.ts';
import { type ClientScope, isKnownToModule } from './client-scope.ts';
import { freeName } from './free-name.ts';
import { insertAfterImports } from './insert-after-imports.ts';
import { insertAtFunctionStart } from './insert-at-function-start.ts';
import { isTypeScriptFile } from './keep-value.ts';
import type { Client } from './shared-client.ts';
import { stringLiteral } from './string-literal.ts';

/**
 * `let sharedPool: Pool | undefined;` at module level, and `(sharedPool ??= new Pool())` in its place. What is made
 * with the same words already is shared.
 */
export function shareLazily(
  creation: Client['creation'],
  wanted: string,
  { owner, isStatic }: ClientScope,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | Skip {
  const type = isTypeScriptFile(file) ? writeType(creation, file) : '';
  if (type === undefined)
    return { skip: 'its type has no name outside of its function: import its class at the top of the file' };
  const known = isStatic ? findTwin(creation, type, owner, file) : undefined;
  const name = known ?? freeName(`${owner ? 'kept' : 'shared'}${wanted[0]!.toUpperCase()}${wanted.slice(1)}`, file);
  const code = `let ${name}${type && `: ${type} | undefined`}`;
  const declared = owner
    ? (insertAtFunctionStart(owner, `${code};`, file) ?? [])
    : insertAfterImports(code, [], isUnset, file);
  const [start, end] = [creation.getStart(file.source), creation.end];
  return [{ start, end: start, text: `(${name} ??= ` }, { start: end, end, text: ')' }, ...(known ? [] : declared)];
}

/** The name of what is made lazily with the same words, for the same scope and of the same type. */
function findTwin(
  creation: Client['creation'],
  type: string,
  owner: FunctionNode | undefined,
  file: FileContext,
): string | undefined {
  const scope = owner ? file.scopeOf(owner.body!) : file.moduleScope;
  const text = creation.getText(file.source);
  for (const { left, operatorToken, right } of file.nodes('BinaryExpression')) {
    if (operatorToken.kind !== ts.SyntaxKind.QuestionQuestionEqualsToken || !ts.isIdentifier(left)) continue;
    const binding = file.bindingOf(left);
    const declared = binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration : undefined;
    if (binding?.scope !== scope || (declared?.type?.getText(file.source) ?? '') !== (type && `${type} | undefined`))
      continue;
    if (skipWrappers(right).getText(file.source) === text) return left.text;
  }
  return undefined;
}

/** `let shared: Client | undefined`, of this fixer or of somebody who thinks alike. */
function isUnset(statement: ts.Statement): boolean {
  if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Let) === 0) return false;
  return statement.declarationList.declarations.every(({ initializer }) => !initializer);
}

/** The type of the client, as it can be written outside of the function that makes it. */
function writeType(creation: Client['creation'], file: FileContext): string | undefined {
  const made = isKnownToModule(creation, file)
    ? creation.expression.getText(file.source)
    : writeLoadedName(creation, file);
  if (made === undefined || !ts.isNewExpression(creation)) return made && `ReturnType<typeof ${made}>`;
  const args = creation.typeArguments?.map((one) => one.getText(file.source)).join(', ');
  return `${made}${args ? `<${args}>` : ''}`;
}

/** Modules whose `default` has a type of that name: others give one by way of interoperation alone. */
const withDefault = /^(?:ioredis|knex)$/;

/** `import('pg').Pool`: a class or function that is loaded where it is used. */
function writeLoadedName({ expression }: Client['creation'], file: FileContext): string | undefined {
  const origin = findOrigin(expression, file);
  if (!origin?.module || origin.path.some((step) => !/^(?:\*|[\w$]+)$/.test(step) || step === 'new')) return undefined;
  const names = origin.path.filter((step) => step !== '*' && step !== 'default');
  if (names.length === 0 && !withDefault.test(origin.module)) return undefined;
  return [`import(${stringLiteral(origin.module, file)})`, ...(names.length > 0 ? names : ['default'])].join('.');
}
