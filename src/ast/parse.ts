import { ts } from './ts.ts';

/**
 * A text as a tree, without JSDoc and without parents.
 *
 * @param path its extension decides the dialect
 * @throws RangeError when the nesting is deeper than the stack, see {@link isStackOverflow}
 */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(
    path,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    false,
    dialectOf(path),
  );
}

/** Plain .js may hold JSX; Flow and TypeScript in it are syntax errors. */
function dialectOf(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/.test(path)) return ts.ScriptKind.TS;
  if (path.endsWith('.tsx')) return ts.ScriptKind.TSX;
  return ts.ScriptKind.JSX;
}

/** `this?.#socket`: the language has allowed it since there are private names, the compiler does not. */
const privateInChain = 18030;

/** What the parser could not make sense of; it builds a tree all the same. */
export function syntaxErrorsOf(source: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  const { parseDiagnostics } = source as ts.SourceFile & { parseDiagnostics: readonly ts.DiagnosticWithLocation[] };
  return parseDiagnostics.filter(({ code }) => code !== privateInChain);
}

/** Whether a text could not be read because it is nested more deeply than the stack. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}
