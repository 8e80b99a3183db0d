import { Script } from 'node:vm';
import { wholeCompiler } from '../ast/compiler.ts';
import { ts } from '../ast/ts.ts';

/** What is wrong with a text, as far as can be told without running it. */
interface Syntax {
  /** Messages of the TypeScript parser; for JavaScript files, types in them too. */
  parse: string[];
  /** What the engine says of the compiled text: a name declared twice, `await` outside of an async function. */
  compile: string | undefined;
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  jsx: ts.JsxEmit.React,
  experimentalDecorators: true,
  allowJs: true,
};

function readSyntax(path: string, text: string): Syntax {
  const { outputText, diagnostics = [] } = wholeCompiler().transpileModule(text, {
    fileName: path,
    compilerOptions: options,
    reportDiagnostics: true,
  });
  const parse = diagnostics.map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '));
  return { parse, compile: parse.length > 0 ? undefined : compileError(outputText) };
}

/** Compiles and never runs. A script has no `import.meta`, so another name stands for it. */
function compileError(code: string): string | undefined {
  try {
    new Script(`(async function () {${code.replace(/^#!.*/, '').replace(/\bimport\.meta\b/g, 'meta')}\n})`);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The syntax error that a change brings in; undefined when the new text is no worse than the old. */
export function findNewSyntaxError(path: string, before: string, after: string): string | undefined {
  const now = readSyntax(path, after);
  if (now.parse.length === 0 && now.compile === undefined) return undefined;
  const was = readSyntax(path, before);
  if (now.parse.length > was.parse.length)
    return now.parse.find((message) => !was.parse.includes(message)) ?? now.parse[0];
  return was.parse.length === 0 && was.compile === undefined ? now.compile : undefined;
}
