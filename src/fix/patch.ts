import { createTwoFilesPatch } from 'diff';

/** One file as a part of a patch that `git apply` takes; `before` is undefined for a new file. */
export function filePatch(file: string, before: string | undefined, after: string): string {
  const from = before === undefined ? '/dev/null' : `a/${file}`;
  const head = `diff --git a/${file} b/${file}\n${before === undefined ? 'new file mode 100644\n' : ''}`;
  const patch = createTwoFilesPatch(from, `b/${file}`, before ?? '', after, undefined, undefined, { context: 3 });
  return head + patch.slice(patch.indexOf('--- '));
}
