let understood = false;

/** Where the runtime does not strip types itself, the compiler that Plimsoll carries does. Once a thread. */
export async function understandTypeScript(): Promise<void> {
  if (understood || (process.features as { typescript?: unknown }).typescript) return;
  understood = true;
  const { register } = await import('node:module');
  const home = import.meta.resolve('@ts-morph/common');
  const hooks = `
    import { readFile } from 'node:fs/promises';
    import { fileURLToPath } from 'node:url';
    export async function load(url, context, next) {
      if (!/^file:.*\\.[cm]?ts(\\?|$)/.test(url)) return next(url, context);
      const { ts: compiler } = await import(${JSON.stringify(home)});
      const { outputText, diagnostics } = compiler.transpileModule(await readFile(fileURLToPath(url), 'utf8'), {
        fileName: fileURLToPath(url),
        reportDiagnostics: true,
        compilerOptions: { module: compiler.ModuleKind.ESNext, target: compiler.ScriptTarget.ES2022, inlineSourceMap: true },
      });
      const fault = diagnostics.find(({ category }) => category === compiler.DiagnosticCategory.Error);
      if (fault) {
        const at = fault.file?.getLineAndCharacterOfPosition(fault.start ?? 0);
        const message = compiler.flattenDiagnosticMessageText(fault.messageText, ' ');
        throw new SyntaxError(at ? message + ' (' + fault.file.fileName + ':' + (at.line + 1) + ')' : message);
      }
      return { format: 'module', shortCircuit: true, source: outputText };
    }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}
