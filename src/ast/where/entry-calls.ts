import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { findOrigin } from '../names/provenance.ts';
import { findMemberPath, skipWrappers } from '../syntax.ts';
import type { ts } from '../ts.ts';

/**
 * What the functions handed to a call are where the configuration names the called function: `defineHandler(fn)`,
 * `rpc.method('orders', fn)`. A name also stands for the end of a longer one, and for what is imported under another.
 */
export function entryOfNamedCall(callee: ts.Expression, file: FileContext): EntryPoint | undefined {
  const { entryCalls } = file.package;
  if (!entryCalls) return undefined;
  const called = skipWrappers(callee);
  const path = findMemberPath(called)?.join('.');
  if (path === undefined) return undefined;
  const imported = path.includes('.') ? undefined : findOrigin(called, file)?.path.at(-1);
  const isNamed = (name: string): boolean => name === path || name === imported || path.endsWith(`.${name}`);
  for (const kind of ['request', 'event'] as const) {
    const name = entryCalls[kind].find(isNamed);
    if (name !== undefined) return { kind, label: name };
  }
  return undefined;
}
