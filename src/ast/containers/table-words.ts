import type { FileContext } from '../../model/file-context.ts';
import type { ts } from '../ts.ts';
import { isOnFailure } from '../where/conditions.ts';
import type { Growth, Removal } from './container-growth.ts';

/** A key as it is written, where that is short: `req.url`. */
export function shownKey(key: ts.Expression, file: FileContext): string {
  const text = key.getText(file.source).replace(/\s+/g, ' ');
  return text.length > 40 || text.includes('`') ? 'key' : `\`${text}\``;
}

/**
 * What is said of how entries leave a table that grows.
 *
 * @param uncalled the removals that nothing calls
 */
export function describeTrim(growth: Growth, removals: readonly Removal[], uncalled: readonly Removal[]): string {
  if (growth.removals.length === 0) return 'never loses one';
  if (removals.length === 0 && growth.removals.some(({ node }) => isOnFailure(node)))
    return 'loses one only when it could not be made';
  if (removals.length === 0) return 'loses them only when its owner ends';
  return uncalled.length === removals.length
    ? 'nothing calls what would take one out'
    : 'loses one only when that very key is asked to go';
}
