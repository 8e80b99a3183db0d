import { failureOf, failureText } from '../failure.ts';
import type { Session } from '../session.ts';

/** A language server on stdin and stdout, until the editor goes away. */
export async function lspCommand({ cwd, signal }: Session): Promise<number> {
  const [{ createConnection, ProposedFeatures }, { LanguageServer }] = await Promise.all([
    import('vscode-languageserver/node'),
    import('../../lsp/server.ts'),
  ]);
  // The library ends the process when the editor says so, or is gone.
  const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  const describe = (error: unknown): string => `Plimsoll: ${failureText(failureOf(error), () => '').trim()}`;
  new LanguageServer(connection, { cwd, describe }).listen();
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  connection.dispose();
  process.stdin.destroy();
  return 0;
}
