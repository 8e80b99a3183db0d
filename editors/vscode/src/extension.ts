/** Starts `plimsoll lsp` out of the workspace's own `node_modules` and shows what it tells. All else is the server's. */
import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { findServer } from './server.ts';

const languages = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'];
let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Plimsoll', { log: true });
  const restart = async (): Promise<void> => {
    await client?.dispose();
    client = await start(log);
  };
  context.subscriptions.push(
    log,
    vscode.commands.registerCommand('plimsoll.restart', restart),
    vscode.workspace.onDidChangeWorkspaceFolders(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('plimsoll')) return restart();
    }),
  );
  client = await start(log);
}

export async function deactivate(): Promise<void> {
  await client?.dispose();
}

/** Undefined, and told in the log, where the workspace has no Plimsoll. */
async function start(log: vscode.LogOutputChannel): Promise<LanguageClient | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const configured = vscode.workspace.getConfiguration('plimsoll').get<string>('path');
  const server = findServer(folders, configured);
  if (!server) {
    log.warn(
      configured
        ? `plimsoll.path names no file: ${configured}`
        : `No plimsoll in node_modules of ${folders.join(', ') || 'this window'}: npm install --save-dev plimsoll, or set plimsoll.path.`,
    );
    return undefined;
  }
  const started = new LanguageClient(
    'plimsoll',
    'Plimsoll',
    { module: server, args: ['lsp'], transport: TransportKind.stdio },
    { documentSelector: languages.map((language) => ({ language, scheme: 'file' })), outputChannel: log },
  );
  await started.start();
  return started;
}
