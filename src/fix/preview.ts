import type { Finding } from '../model/finding.ts';
import { applyFixes } from './apply.ts';
import { filePatch } from './patch.ts';

/**
 * What the fix of one finding changes in its file, by itself: the hunks of a unified patch, without the imports that are
 * written once a file. Empty where it cannot be applied alone.
 */
export function previewFix(text: string, finding: Finding): string {
  const { text: after } = applyFixes(finding.file, text, [finding], { safety: 'review' });
  const patch = filePatch(finding.file, text, after);
  const start = patch.indexOf('@@');
  return after === text || start < 0 ? '' : patch.slice(start);
}
