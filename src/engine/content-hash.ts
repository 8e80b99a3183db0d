import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** SHA-256 in hex; of a text, that of its UTF-8 bytes. */
export function sha256(content: string | Buffer): string {
  return hash('sha256', content);
}

/** Enough of a hash to tell one content of a file from another; '' for none. */
export function headOfHash(hash: string | undefined): string {
  return hash?.slice(0, 16) ?? '';
}

/** Hash of what a file holds; undefined when it cannot be read. */
export function hashOfFile(absolute: string): string | undefined {
  try {
    return sha256(readFileSync(absolute));
  } catch {
    return undefined;
  }
}

/** The text of a file that may not be there, and what tells whether it is still the same: its hash, `folder`, or ''. */
export function readState(absolute: string): { state: string; text?: string } {
  try {
    // Most are not there, and to be told so by an error takes longer.
    if (!statSync(absolute, { throwIfNoEntry: false })) return { state: '' };
    const text = readFileSync(absolute, 'utf8');
    return { state: sha256(text), text };
  } catch (error) {
    return { state: (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'folder' : '' };
  }
}

/** A file that changed so short before it was read may change again without a new time: file systems and clocks are coarse. */
const restlessMs = 2000;

/** The change time cannot be set by hand, as the modification time can. '' when the content may still be changing. */
export function stampOf(absolute: string): string {
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (!stats) return '';
  const { mtimeMs, ctimeMs, size } = stats;
  return Date.now() - Math.max(mtimeMs, ctimeMs) < restlessMs ? '' : `${mtimeMs} ${ctimeMs} ${size}`;
}
