import { isFrom } from '../../src/ast/names/provenance.ts';
import { skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { insertAfterImports } from './insert-after-imports.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { isAlone, type Named, nameExport } from './name-export.ts';

/**
 * The promise form of a function of a builtin module: the one that the module level of the file has already, or
 * `const gunzipAsync = promisify(gunzip);` behind its imports.
 */
export function promisifyOnce(module: string, name: string, file: FileContext): Named & { edits: readonly TextEdit[] } {
  const own = [...file.moduleScope.bindings.values()].find(
    (binding) => isAlone(binding, file) && isPromisified(binding, module, name, file),
  );
  if (own) return { text: own.name, imports: [], edits: [] };
  const promisify = nameExport('node:util', 'promisify', 'promisify', file);
  const original = nameExport(`node:${module}`, name, name, file);
  const type = name === 'scrypt' && isTypeScriptFile(file) ? typeOfScrypt(file) : { text: '', imports: [] };
  const text = freeName(`${name}Async`, file);
  return {
    text,
    imports: [promisify, original, type].flatMap(({ imports }) => imports),
    edits: insertAfterImports(
      `const ${text} = ${promisify.text}(${original.text})${type.text}`,
      ['util', module],
      (statement) =>
        ts.isVariableStatement(statement) &&
        findPromisified(statement.declarationList.declarations[0], file) !== undefined,
      file,
    ),
  };
}

/** Its overloads would make `promisify` give what is not known and take no options. */
function typeOfScrypt(file: FileContext): Named {
  const { text, imports } = nameExport('node:crypto', 'scryptSync', 'scryptSync', file);
  const type = `typeof ${text}`;
  return { text: ` as (\n  ...given: Parameters<${type}>\n) => Promise<ReturnType<${type}>>`, imports };
}

function isPromisified({ declaration }: Binding, module: string, name: string, file: FileContext): boolean {
  const original = findPromisified(declaration, file);
  if (!original || !isFrom(original, file, module, name)) return false;
  const { type, initializer } = declaration as ts.VariableDeclaration;
  const isTyped = type !== undefined || ts.isAsExpression(initializer!);
  return isTyped || name !== 'scrypt' || !isTypeScriptFile(file);
}

/** `gunzip` of `const x = promisify(gunzip);` */
function findPromisified(declaration: ts.Node | undefined, file: FileContext): ts.Expression | undefined {
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  const value = skipWrappers(declaration.initializer);
  const isCall = ts.isCallExpression(value) && isFrom(value.expression, file, 'util', 'promisify');
  return isCall ? value.arguments[0] : undefined;
}
