import type { FileSummary } from '../model/link.ts';
import { namesOf } from './call-names.ts';
import type { Project } from './project.ts';
import { isUncalledService } from './sails-service.ts';
import type { FunctionRef } from './symbols.ts';
import { isTestFile } from './test-file.ts';
import { anyComment } from './uncalled-code.ts';

const exportList = /\bexport\s*\{[^}]*\}|\b(?:module\.)?exports\s*=\s*\{[^}]*\}/g;

/**
 * Whether a handler that only its parameters or its file tell is mounted nowhere: no file that imports its own names it, though they
 * name others beside it, so that nothing mounts all of them by itself or by names in a text of another kind. In a service
 * of Sails it is one where somebody calls it.
 */
export function isUnmounted(project: Project, { file, fn }: FunctionRef): boolean {
  const summary = project.summaryOf(file);
  const names = summary && listNames(summary, fn);
  const method = summary?.functions[fn]?.name.split('.').at(-1);
  if (method !== undefined && isUncalledService(project, file, method)) return true;
  if (!names || names.includes('default') || names.some((name) => isUsedAtHome(project.textOf(file) ?? '', name)))
    return false;
  const importers = project.reachersOf([file]).filter((other) => other !== file && !isTestFile(project, other));
  const isNamed = (word: string): boolean =>
    importers.some((other) =>
      project.ask(
        other,
        `another's ${word}`,
        (text) =>
          new RegExp(`(?<![\\w$])${word}(?![\\w$])`).test(text.replace(anyComment, '')) && !declares(text, word),
      ),
    );
  if (importers.length === 0 || names.some(isNamed)) return false;
  return summary.functions.some(
    ({ entry }, other) => other !== fn && entry?.isBySignature && (listNames(summary, other) ?? []).some(isNamed),
  );
}

/** The plain names under which other files can have a function; undefined where they cannot. */
function listNames(summary: FileSummary, fn: number): string[] | undefined {
  const { tails, isReachable } = namesOf(summary, fn);
  const names = [...tails].filter((name) => /^\w+$/.test(name));
  return isReachable && names.length > 0 ? names : undefined;
}

/** Whether a text has something of its own by a name, so that it does not mean what another file exports by it. */
function declares(text: string, name: string): boolean {
  return new RegExp(`\\b(?:function\\s*\\*?|const|let|var|class)\\s+${name}(?![\\w$])`).test(text);
}

const quoted = /'[^'\n]*'|"[^"\n]*"/g;

/** Named in its own file but where it is declared and exported, or spoken of: `console.error('[listOrders] …')`. */
function isUsedAtHome(text: string, name: string): boolean {
  const code = text.replace(anyComment, '').replace(quoted, '').replace(exportList, '');
  return (code.match(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g')) ?? []).length > 1;
}
