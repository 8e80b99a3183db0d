import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../model/finding.ts';
import type { FixResult, LeftFinding } from '../model/fix-result.ts';
import { lineStart } from './edits.ts';
import type { FixRequest } from './fix.ts';
import { groupByFile } from './plan.ts';
import { isWritable } from './runtime-source.ts';

/** SHA-256 of a text, in hex. */
function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The texts of the files to fix; those that are gone, changed since the scan or read-only are left out, with a reason. */
export function readTexts(
  request: FixRequest,
  early: { left: LeftFinding[]; problems: FixResult['problems'] },
): Map<string, string> {
  const { root, findings, contentHashes, write = true } = request;
  const texts = new Map<string, string>();
  const fixable = findings.filter((finding) => finding.status === 'active' && finding.fix);
  for (const [file, own] of groupByFile(fixable)) {
    const path = join(root, file);
    const leave = (why: string): void => {
      early.left.push(...own.map((finding) => ({ finding, why })));
    };
    const text = readText(path);
    if (text === undefined) leave('the file is gone since the scan');
    else if (hasChanged(text, own, contentHashes?.get(file)) || own.some(speaksOfAnother(text, request)))
      leave('the file has changed since the scan; scan again');
    else if (write && !isWritable(path)) {
      leave('the file is read-only');
      early.problems.push({ file, message: 'The file is read-only: allow writing to it to have it fixed' });
    } else texts.set(file, text);
  }
  return texts;
}

/** Whether a fix was edited when its file had another text than this one. */
function speaksOfAnother(text: string, { editedFix }: FixRequest): (finding: Finding) => boolean {
  return (finding) => (editedFix?.(finding)?.text ?? text) !== text;
}

/** The text of a file that had nothing to fix at first; undefined where it must not be changed. */
export function admit(file: string, { root, findings, scanned, write = true }: FixRequest): string | undefined {
  if (!scanned?.has(file)) return undefined;
  const path = join(root, file);
  const text = readText(path);
  const own = findings.filter((finding) => finding.file === file);
  // One with something to fix at first was refused then.
  if (text === undefined || own.some(({ status, fix }) => status === 'active' && fix)) return undefined;
  return hasChanged(text, own, undefined) || (write && !isWritable(path)) ? undefined : text;
}

/** Undefined for what is no file or cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** More than a snippet shows of a line. */
const maxLine = 400;

function hasChanged(text: string, findings: readonly Finding[], hash: string | undefined): boolean {
  if (hash !== undefined) return contentHash(text) !== hash;
  return findings.some(({ range: { start, end }, snippet }) => {
    const lines = text.slice(lineStart(text, start.offset), end.offset + maxLine).split(/\r\n|[\r\n\u2028\u2029]/);
    const shown = snippet.split('\n');
    const isSame = shown.every((line, i) => lines[i]?.replace('\uFEFF', '').startsWith(line));
    return end.offset > text.length || !(isSame || text.startsWith(shown[0]!, start.offset));
  });
}
