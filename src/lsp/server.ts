import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  MessageType,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { FileScan } from '../engine/file-scanner.ts';
import { version } from '../version.ts';
import { actionsFor, type EditAbilities, fixAllAction, fixAllKind, type JudgedFile } from './actions.ts';
import { diagnosticsOf } from './diagnostics.ts';
import { OpenProjects } from './open-project.ts';

export interface ServerOptions {
  /** The folder when the editor names none. */
  cwd: string;
  /** What an error says to the user. */
  describe(error: unknown): string;
}

/** Pauses in typing shorter than this are none. */
const pauseMs = 250;
/** What a scan depends on beside sources. */
const settingName = /^plimsoll\.config\.|^package\.json$|^tsconfig.*\.json$|^\.gitignore$|\.ndjson$/;
const watched = ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', '**/*.{json,jsonc,ndjson}', '**/.gitignore'];

interface Judged extends JudgedFile {
  /** Of the text that was judged. */
  version: number;
  scan: FileScan;
}

/** Answers an editor over a connection, until it goes away. */
export class LanguageServer {
  readonly #connection: Connection;
  readonly #options: ServerOptions;
  readonly #documents = new TextDocuments(TextDocument);
  readonly #projects = new OpenProjects();
  readonly #judged = new Map<string, Judged>();
  readonly #open = new Set<string>();
  readonly #pending = new Map<string, NodeJS.Timeout>();
  #abilities: EditAbilities = { documentChanges: false, createFiles: false, snippets: false };
  #watchesFiles = false;
  #tellsFolders = false;
  #told = '';

  constructor(connection: Connection, options: ServerOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  listen(): void {
    const connection = this.#connection;
    const documents = this.#documents;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => this.#watch());
    connection.onDidChangeWatchedFiles(({ changes }) => this.#onFiles(changes.map(({ uri }) => uri)));
    connection.onCodeAction((params) => this.#codeActions(params));
    documents.onDidChangeContent(({ document }) => this.#onChange(document));
    documents.onDidSave(({ document }) => this.#onSave(document.uri));
    documents.onDidClose(({ document }) => this.#onClose(document.uri));
    documents.listen(connection);
    connection.listen();
  }

  #initialize({ capabilities, workspaceFolders, rootUri }: InitializeParams): InitializeResult {
    const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    const folders = uris.flatMap((uri) => pathOf(uri) ?? []);
    this.#projects.folders = folders.length > 0 ? folders : [this.#options.cwd];
    this.#abilities = abilitiesOf(capabilities);
    this.#tellsFolders = capabilities.workspace?.workspaceFolders === true;
    this.#watchesFiles = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    return {
      serverInfo: { name: 'plimsoll', version },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  }

  #watch(): void {
    const { client, workspace } = this.#connection;
    // The library throws where the client has not said that it tells of them.
    if (this.#tellsFolders) {
      workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = removed.map(({ uri }) => pathOf(uri));
        const left = this.#projects.folders.filter((folder) => !gone.includes(folder));
        this.#projects.folders = [...left, ...added.flatMap(({ uri }) => pathOf(uri) ?? [])];
        this.#startAnew();
      });
    }
    if (!this.#watchesFiles) return;
    const watchers = watched.map((globPattern) => ({ globPattern }));
    client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => {
      this.#watchesFiles = false;
    });
  }

  /** Files changed on disk; for those that are open, what the editor holds is what counts. */
  async #onFiles(uris: readonly string[]): Promise<void> {
    const paths = uris.filter((uri) => !this.#documents.get(uri)).flatMap((uri) => pathOf(uri) ?? []);
    if (await this.#areSettings(uris.flatMap((uri) => pathOf(uri) ?? []))) return this.#startAnew();
    if (paths.length === 0) return;
    for (const { scanner } of await this.#projects.list()) scanner.refresh();
    await this.#checkAll();
  }

  async #onSave(uri: string): Promise<void> {
    const path = pathOf(uri);
    if (path !== undefined && (await this.#areSettings([path]))) return this.#startAnew();
    if (!this.#watchesFiles) for (const { scanner } of await this.#projects.list()) scanner.refresh();
    await this.#checkAll();
  }

  async #onClose(uri: string): Promise<void> {
    const judged = this.#judged.get(uri);
    clearTimeout(this.#pending.get(uri));
    this.#pending.delete(uri);
    this.#open.delete(uri);
    this.#judged.delete(uri);
    judged?.project.close(judged.file);
    await this.#connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  async #areSettings(paths: readonly string[]): Promise<boolean> {
    const read = (await this.#projects.list()).flatMap(({ settings }) => settings.files);
    return paths.some((path) => settingName.test(basename(path)) || read.includes(path));
  }

  async #startAnew(): Promise<void> {
    this.#projects.forget();
    this.#told = '';
    await this.#checkAll();
  }

  /** Comes for a document that is opened, too: that one is judged at once. */
  async #onChange({ uri }: TextDocument): Promise<void> {
    clearTimeout(this.#pending.get(uri));
    if (this.#open.has(uri))
      this.#pending.set(
        uri,
        setTimeout(() => void this.#check(uri), pauseMs),
      );
    else {
      this.#open.add(uri);
      await this.#check(uri);
    }
  }

  /** A file may depend on what is not saved in another one: all texts are known before the first is judged. */
  async #checkAll(): Promise<void> {
    const documents = this.#documents.all();
    for (const document of documents) {
      const path = pathOf(document.uri);
      const project = path === undefined ? undefined : await this.#projects.of(path).catch(() => undefined);
      if (path !== undefined) project?.take(project.nameOf(path), document.getText());
    }
    for (const { uri } of documents) await this.#check(uri);
  }

  /** Judges what is in the editor and publishes what is wrong with it. */
  async #check(uri: string): Promise<Judged | undefined> {
    clearTimeout(this.#pending.get(uri));
    this.#pending.delete(uri);
    const document = this.#documents.get(uri);
    const path = pathOf(uri);
    if (!document || path === undefined || !sourceName.test(path)) return undefined;
    try {
      const project = await this.#projects.of(path);
      const file = project.nameOf(path);
      const scan = project.judge(file, document.getText());
      const judged = { project, file, document, version: document.version, scan };
      this.#judged.set(uri, judged);
      const { root, ruleFacts } = project.settings;
      const diagnostics = diagnosticsOf(scan, { root, rules: ruleFacts });
      await this.#connection.sendDiagnostics({ uri, version: document.version, diagnostics });
      return judged;
    } catch (error) {
      await this.#connection.sendDiagnostics({ uri, version: document.version, diagnostics: [] });
      this.#tell(error);
      return undefined;
    }
  }

  /** Once, until something has changed: it would come with every key otherwise. */
  #tell(error: unknown): void {
    const text = this.#options.describe(error);
    if (text === this.#told) return;
    this.#told = text;
    // As a notification: the library's own function waits for an answer that not every editor gives.
    void this.#connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Error, message: text });
  }

  async #codeActions({ textDocument: { uri }, range, context }: CodeActionParams): Promise<CodeAction[]> {
    const known = this.#judged.get(uri);
    const judged = known?.version === this.#documents.get(uri)?.version ? known : await this.#check(uri);
    if (!judged) return [];
    const { only } = context;
    const isAsked = (kind: string): boolean =>
      only === undefined || only.some((asked) => kind === asked || asked === '' || kind.startsWith(`${asked}.`));
    const active = judged.scan.findings.filter(({ status }) => status === 'active');
    const actions: CodeAction[] = [];
    if (isAsked(CodeActionKind.QuickFix)) {
      const { start, end } = { start: judged.document.offsetAt(range.start), end: judged.document.offsetAt(range.end) };
      const here = active.filter((one) => one.range.start.offset <= end && start <= one.range.end.offset);
      for (const finding of here) actions.push(...(await actionsFor(finding, judged, this.#abilities)));
    }
    // Offered where it is asked for: on save, or in the menu of source actions.
    const all = only && isAsked(fixAllKind) ? await fixAllAction(active, judged, this.#abilities) : undefined;
    return all ? [...actions, all] : actions;
  }
}

const sourceName = /\.[cm]?[jt]sx?$/;

/** Undefined for what is no file: a document that was never saved, a side of a comparison. */
function pathOf(uri: string): string | undefined {
  return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
}

function abilitiesOf({ workspace }: ClientCapabilities): EditAbilities {
  const edit = workspace?.workspaceEdit;
  const documentChanges = edit?.documentChanges === true;
  return {
    documentChanges,
    createFiles: documentChanges && (edit?.resourceOperations ?? []).includes('create'),
    snippets: documentChanges && edit?.snippetEditSupport === true,
  };
}
