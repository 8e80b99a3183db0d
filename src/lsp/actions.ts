import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CodeAction,
  CodeActionKind,
  type CreateFile,
  type SnippetTextEdit,
  type TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { editsBetween } from '../fix/edits-between.ts';
import { planFixes } from '../fix/plan.ts';
import { RuntimeSupply } from '../fix/runtime-source.ts';
import type { Finding } from '../model/finding.ts';
import { directiveFor, directiveForms } from '../suppress.ts';
import { diagnosticOf } from './diagnostics.ts';
import type { OpenProject } from './open-project.ts';

/** What the editor says that it can do with an edit. */
export interface EditAbilities {
  /** Edits of documents by their versions. */
  documentChanges: boolean;
  createFiles: boolean;
  snippets: boolean;
}

/** A file as the findings speak of it. */
export interface JudgedFile {
  project: OpenProject;
  /** POSIX, relative to the project's root. */
  file: string;
  document: TextDocument;
}

export const fixAllKind = `${CodeActionKind.SourceFixAll}.plimsoll`;

/** What can be done about one finding: its fix, and a directive with a reason to be written. */
export async function actionsFor(
  finding: Finding,
  judged: JudgedFile,
  abilities: EditAbilities,
): Promise<CodeAction[]> {
  const { settings } = judged.project;
  const diagnostics = [diagnosticOf(finding, { root: settings.root, rules: settings.ruleFacts })];
  const actions: CodeAction[] = [];
  const { fix } = finding;
  if (fix) {
    const isSafe = fix.safety === 'safe';
    const title = isSafe
      ? `Fix: ${fix.changes}`
      : `Fix, to be reviewed: ${fix.changes} (${fix.note ?? 'results or order may change'})`;
    const edit = await fixEdit([finding], judged, abilities);
    if (edit) actions.push({ title, kind: CodeActionKind.QuickFix, diagnostics, isPreferred: isSafe, edit });
  }
  const edit = suppressionEdit(finding, judged, abilities);
  const title = `Suppress ${finding.ruleId} here, with a reason`;
  if (edit) actions.push({ title, kind: CodeActionKind.QuickFix, diagnostics, edit });
  return actions;
}

/** Every safe fix of a file; undefined when there is none. */
export async function fixAllAction(
  findings: readonly Finding[],
  judged: JudgedFile,
  abilities: EditAbilities,
): Promise<CodeAction | undefined> {
  const safe = findings.filter(({ fix }) => fix?.safety === 'safe');
  const edit = safe.length > 0 ? await fixEdit(safe, judged, abilities) : undefined;
  return edit && { title: 'Fix all that is safe to fix', kind: fixAllKind, edit };
}

/** All that fixes change, in every file; undefined when they cannot be applied, or the editor cannot do what they need. */
async function fixEdit(
  findings: readonly Finding[],
  { project, file, document }: JudgedFile,
  abilities: EditAbilities,
): Promise<WorkspaceEdit | undefined> {
  const { files, support } = await planFixes({
    findings,
    texts: new Map([[file, document.getText()]]),
    safety: 'review',
    supply: new RuntimeSupply(project.settings.root, project.settings.runtime.value),
    // One round: what is left is offered when the editor asks again.
    rescan: async () => [],
    listMakers: (...asked) => project.scanner.makers().list(...asked),
    admit: (path) => project.textOf(path),
  });
  if (files.length === 0) return undefined;
  const changes = [...support, ...files];
  if (!abilities.createFiles && changes.some(({ before }) => before === undefined)) return undefined;
  const uriOf = (path: string): string =>
    path === file ? document.uri : pathToFileURL(join(project.settings.root, path)).href;
  const parts = changes.flatMap(({ file: path, before, after }): (CreateFile | TextDocumentEdit)[] => {
    const uri = uriOf(path);
    const edits = textEdits(before ?? '', after);
    const edit = { textDocument: { uri, version: path === file ? document.version : null }, edits };
    return before === undefined ? [{ kind: 'create', uri, options: { ignoreIfExists: true } }, edit] : [edit];
  });
  return workspaceEdit(parts, abilities);
}

function workspaceEdit(parts: (CreateFile | TextDocumentEdit)[], { documentChanges }: EditAbilities): WorkspaceEdit {
  if (documentChanges) return { documentChanges: parts };
  const edits = parts.filter((part) => 'textDocument' in part);
  return { changes: Object.fromEntries(edits.map((part) => [part.textDocument.uri, part.edits as TextEdit[]])) };
}

function textEdits(before: string, after: string): TextEdit[] {
  const document = TextDocument.create('', '', 0, before);
  return editsBetween(before, after).map(({ start, end, text }) => ({
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    newText: text,
  }));
}

/** Stands where the reason is to be written: the directive does not hold, and is reported, until one is there. */
const noReason = '';

/** In the first form of a directive that works at this place. */
function suppressionEdit(
  finding: Finding,
  { project, file, document }: JudgedFile,
  { documentChanges, snippets }: EditAbilities,
): WorkspaceEdit | undefined {
  const text = document.getText();
  const form = directiveForms.find((one) => {
    const { at, directive } = directiveFor({ finding, reason: 'tried' }, text, one);
    const tried = project.scanner.scan(file, text.slice(0, at) + directive + text.slice(at));
    return tried?.findings.some(
      ({ fingerprint, status }) => fingerprint === finding.fingerprint && status === 'suppressed',
    );
  });
  project.scanner.scan(file, text);
  if (!form) return undefined;
  const isSnippet = documentChanges && snippets;
  const reason = isSnippet ? snippetMark : noReason;
  const { at, directive } = directiveFor({ finding, reason }, text, form);
  const start = document.positionAt(at);
  const range = { start, end: start };
  const edit: TextEdit | SnippetTextEdit = isSnippet
    ? { range, snippet: { kind: 'snippet', value: asSnippet(directive) } }
    : { range, newText: directive };
  const { uri, version } = document;
  return workspaceEdit([{ textDocument: { uri, version }, edits: [edit] }], {
    documentChanges,
    createFiles: false,
    snippets,
  });
}

const snippetMark = '\u0000';

function asSnippet(directive: string): string {
  const [before = '', after = ''] = directive.split(snippetMark);
  const plain = (text: string): string => text.replace(/[\\$}]/g, '\\$&');
  return `${plain(before)}\${1:reason}${plain(after)}`;
}
