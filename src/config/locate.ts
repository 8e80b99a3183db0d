import type { KeyPath } from './check.ts';

/**
 * Line and column (1-based) of a key in the text of a configuration file, whether it is JSON or code: the property that
 * stands under the names of the path. Undefined when it is computed elsewhere. Loads the compiler.
 */
export async function locateSetting(
  text: string,
  fileName: string,
  path: KeyPath,
): Promise<{ line: number; column: number } | undefined> {
  const { ts } = await import('@ts-morph/common');
  const source = /\.jsonc?$/.test(fileName)
    ? ts.parseJsonText(fileName, text)
    : ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);

  const step = (node: import('@ts-morph/common').ts.Node, index: number): typeof node | undefined => {
    const name = path[index];
    if (name === undefined) return node;
    if (typeof name === 'number' && ts.isArrayLiteralExpression(node)) {
      const element = node.elements[name];
      return element && (index === path.length - 1 ? element : step(element, index + 1));
    }
    if (typeof name === 'string' && ts.isObjectLiteralExpression(node)) {
      for (const property of node.properties) {
        if (property.name === undefined || ts.isComputedPropertyName(property.name)) continue;
        if (property.name.text !== name) continue;
        if (index === path.length - 1) return property.name;
        if (ts.isPropertyAssignment(property)) return step(property.initializer, index + 1);
      }
    }
    return undefined;
  };
  const search = (node: import('@ts-morph/common').ts.Node): typeof node | undefined =>
    (ts.isObjectLiteralExpression(node) ? step(node, 0) : undefined) ?? ts.forEachChild(node, search);

  const found = path.length === 0 ? undefined : ts.forEachChild(source, search);
  if (!found) return undefined;
  const { line, character } = source.getLineAndCharacterOfPosition(found.getStart(source));
  return { line: line + 1, column: character + 1 };
}

/** Parses JSON with comments and trailing commas; throws `InputError`-ready facts of the first mistake. Loads the compiler. */
export async function parseJsonc(
  text: string,
  fileName: string,
): Promise<{ value: unknown } | { message: string; line: number; column: number }> {
  const { ts } = await import('@ts-morph/common');
  const { config, error } = ts.parseConfigFileTextToJson(fileName, text);
  if (error === undefined) return { value: config };
  const source = ts.parseJsonText(fileName, text);
  const { line, character } = source.getLineAndCharacterOfPosition(Math.min(error.start ?? 0, text.length));
  return {
    message: ts.flattenDiagnosticMessageText(error.messageText, ' '),
    line: line + 1,
    column: character + 1,
  };
}

/** The first mistake in the syntax of JavaScript or TypeScript; undefined when there is none. Loads the compiler. */
export async function findSyntaxFault(
  text: string,
  fileName: string,
): Promise<{ message: string; line: number; column: number } | undefined> {
  const { ts } = await import('@ts-morph/common');
  const { diagnostics = [] } = ts.transpileModule(text, { fileName, reportDiagnostics: true });
  const fault = diagnostics.find(({ category, file }) => category === ts.DiagnosticCategory.Error && file);
  if (!fault?.file) return undefined;
  const { line, character } = fault.file.getLineAndCharacterOfPosition(fault.start ?? 0);
  return {
    message: ts.flattenDiagnosticMessageText(fault.messageText, ' '),
    line: line + 1,
    column: character + 1,
  };
}
