import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionRequest,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  FileChangeType,
  type FileEvent,
  InitializedNotification,
  InitializeRequest,
  LogMessageNotification,
  MessageType,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  type Range,
  RegistrationRequest,
  ShowMessageNotification,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

const everything: ClientCapabilities = {
  workspace: {
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true, resourceOperations: ['create'], snippetEditSupport: true },
  },
};
const wholeFile: Range = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

export interface EditorOptions {
  /** The plimsoll.js that is run. */
  bin: string;
  /** The folder that is open. */
  folder: string;
  capabilities?: ClientCapabilities;
}

/** An editor, as far as the protocol goes, with a real server behind it; closed when the test is over. */
export async function startEditor({ bin, folder, capabilities = everything }: EditorOptions) {
  const child = spawn(process.execPath, [bin, 'lsp', '--stdio'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const published: PublishDiagnosticsParams[] = [];
  const messages: string[] = [];
  const errors: string[] = [];
  const registered: string[] = [];
  let waiting: (() => void)[] = [];
  const note = <Value>(list: Value[], value: Value): void => {
    list.push(value);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => note(published, params));
  connection.onNotification(ShowMessageNotification.type, ({ message }) => note(messages, message));
  connection.onNotification(LogMessageNotification.type, ({ type, message }) => {
    if (type === MessageType.Error) note(errors, message);
  });
  connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
    for (const { method } of registrations) note(registered, method);
  });
  connection.listen();
  onTestFinished(() => {
    connection.dispose();
    child.kill();
  });
  /** Waits for what the server says on its own account. */
  async function until<Value>(find: () => Value | undefined): Promise<Value> {
    for (let found = find(); ; found = find()) {
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }
  const uriOf = (file: string): string => pathToFileURL(join(folder, file)).href;
  await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'shop' }],
  });
  await connection.sendNotification(InitializedNotification.type, {});
  let version = 0;
  return {
    child,
    connection,
    folder,
    uriOf,
    messages,
    /** What the server writes into the editor's log as errors. */
    errors,
    published,
    until,
    registered: () => until(() => registered[0]),
    /** The diagnostics of a file that come next. */
    async next(file: string): Promise<Diagnostic[]> {
      const from = published.length;
      return (await until(() => published.slice(from).find(({ uri }) => uri === uriOf(file)))).diagnostics;
    },
    async open(file: string, text = readFileSync(join(folder, file), 'utf8')): Promise<Diagnostic[]> {
      const next = this.next(file);
      const textDocument = { uri: uriOf(file), languageId: 'typescript', version: ++version, text };
      await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
      return next;
    },
    async change(file: string, ...texts: string[]): Promise<Diagnostic[]> {
      const next = this.next(file);
      for (const text of texts) {
        const textDocument = { uri: uriOf(file), version: ++version };
        const contentChanges = [{ text }];
        await connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument, contentChanges });
      }
      return next;
    },
    async save(file: string, text: string): Promise<void> {
      writeFileSync(join(folder, file), text);
      await connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri: uriOf(file) } });
    },
    async touched(file: string, text: string): Promise<void> {
      writeFileSync(join(folder, file), text);
      const changes: FileEvent[] = [{ uri: uriOf(file), type: FileChangeType.Changed }];
      await connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes });
    },
    async close(file: string): Promise<void> {
      const textDocument = { uri: uriOf(file) };
      await connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument });
    },
    async actions(file: string, { range = wholeFile, only }: { range?: Range; only?: string[] } = {}) {
      const context = { diagnostics: [], ...(only && { only }) };
      const params = { textDocument: { uri: uriOf(file) }, range, context };
      return ((await connection.sendRequest(CodeActionRequest.type, params)) ?? []) as CodeAction[];
    },
  };
}
