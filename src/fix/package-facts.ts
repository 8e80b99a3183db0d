import type { PackageFacts } from '../model/file-context.ts';

/** What the style of imports depends on; the rest of a package's facts is nothing to it. */
export function packageFacts(type: 'module' | 'commonjs'): PackageFacts {
  return { dir: '', name: undefined, type, dependencies: new Set(), scripts: new Set() };
}
