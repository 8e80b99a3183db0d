import { ts } from '../ts.ts';
import type { Handling } from './release-paths.ts';

/** Whether what is held is released somewhere in a node, functions in it included. */
export function releasesInside(within: ts.Node, handling: Handling): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if (handling.isRelease(node)) found = true;
    else ts.forEachChild(node, visit);
  };
  visit(within);
  return found;
}
