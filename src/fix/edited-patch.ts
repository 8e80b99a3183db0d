import { lineBreakOf } from './edits.ts';

interface PatchLine {
  mark: ' ' | '+' | '-';
  text: string;
  /** Whether it ends the file, without a line break. */
  isLast: boolean;
}

interface Hunk {
  /** 0-based line that its header names. */
  at: number;
  lines: PatchLine[];
}

const mark = '\uFEFF';

/** The patch as an editor is to show it: the line ends and the byte order mark of the file are none of its text. */
export function patchForEditor(patch: string): string {
  return patch.replaceAll('\r\n', '\n').replaceAll(mark, '');
}

/**
 * Applies the hunks of a patch that a person has edited. The counts of its headers need not hold any more, and its lines
 * get the line ends of the file; lines that start with `#` are not read. Pure.
 *
 * @returns the new text, the old one where no change is left; or what is wrong with the patch
 */
export function applyEditedPatch(before: string, patch: string): { after: string } | { fault: string } {
  const start = before.startsWith(mark) ? mark : '';
  const lines = before.slice(start.length).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const hunks = readHunks(patch);
  if ('fault' in hunks) return hunks;
  const lineBreak = lineBreakOf(before);
  const out: string[] = [];
  const put = (line: string): void => {
    // What follows the last line of a file that ends without a line break.
    if (out.length > 0 && !out.at(-1)!.endsWith('\n')) out.push(lineBreak);
    out.push(line);
  };
  let done = 0;
  for (const hunk of hunks) {
    const found = placeOf(hunk, lines, done);
    if ('fault' in found) return found;
    for (; done < found.at; done++) put(lines[done]!);
    for (const line of hunk.lines) {
      if (line.mark === '+') put(line.text + (line.isLast ? '' : lineBreak));
      else if (line.mark === ' ') put(lines[done]!);
      if (line.mark !== '+') done++;
    }
  }
  for (; done < lines.length; done++) put(lines[done]!);
  return { after: start + out.join('') };
}

function readHunks(patch: string): Hunk[] | { fault: string } {
  const hunks: Hunk[] = [];
  for (const raw of patch.replace(/(\r?\n)+$/, '').split(/\r?\n/)) {
    const header = /^@@ -(\d+)/.exec(raw);
    const hunk = hunks.at(-1);
    const first = raw[0] ?? ' ';
    if (first === '#') continue;
    if (header) hunks.push({ at: Number(header[1]) - 1, lines: [] });
    else if (!hunk && raw.trim() === '') continue;
    else if (!hunk) return { fault: `a line stands before the first "@@" line: ${raw}` };
    else if (first === ' ' || first === '+' || first === '-') {
      hunk.lines.push({ mark: first, text: raw.slice(1), isLast: false });
    } else if (first === '\\') {
      const last = hunk.lines.at(-1);
      if (last) last.isLast = true;
    } else return { fault: `a line starts with neither a blank nor + nor -: ${raw}` };
  }
  // Blank lines at the end of a hunk are what comments and editors leave behind.
  for (const { lines } of hunks) while (lines.at(-1)?.mark === ' ' && lines.at(-1)?.text === '') lines.pop();
  return hunks.filter(({ lines }) => lines.some((line) => line.mark !== ' '));
}

/** Where the old lines of a hunk stand; away from where its header says only if that leaves no doubt. */
function placeOf(hunk: Hunk, lines: readonly string[], from: number): { at: number } | { fault: string } {
  const old = hunk.lines.filter((line) => line.mark !== '+');
  const [first] = old;
  if (!first) {
    return lines.length === 0 ? { at: 0 } : { fault: 'no line of the file is left beside what is added' };
  }
  const matches = (at: number) =>
    at >= from && at + old.length <= lines.length && old.every(({ text }, i) => isSame(lines[at + i]!, text));
  if (matches(hunk.at)) return { at: hunk.at };
  const places = [...lines.keys()].filter(matches);
  if (places.length === 1) return { at: places[0]! };
  const how = places.length === 0 ? 'nowhere' : 'more than once';
  return { fault: `these lines stand ${how} in the file: ${old.map(({ text }) => text.trim()).join(' ⏎ ')}` };
}

function isSame(line: string, wanted: string): boolean {
  const text = line.replace(/\r?\n$/, '');
  return text === wanted || (text.trim() === '' && wanted.trim() === '');
}
