import type { FileContext } from '../../model/file-context.ts';
import { findProperty } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * Whether a `fetch` asks for one fixed address through the data cache of Next.js (`next: { revalidate: 600 }`, `cache:
 * 'force-cache'`): once there is an answer, an old one is given at once and renewed behind the response.
 */
export function isKeptByNext(call: ts.CallExpression, options: ts.Node | undefined, file: FileContext): boolean {
  const [address] = call.arguments;
  if (!address || !options || !ts.isObjectLiteralExpression(options)) return false;
  const cache = findProperty(options, 'cache');
  const next = findProperty(options, 'next');
  const revalidate = next && ts.isObjectLiteralExpression(next) ? findProperty(next, 'revalidate') : undefined;
  const isKept = cache !== undefined && ts.isStringLiteralLike(cache) && cache.text === 'force-cache';
  return (isKept || (revalidate !== undefined && revalidate.getText(file.source) !== '0')) && isFixed(address, file);
}

/** Made of texts, and of names that the module declares or imports. */
function isFixed(node: ts.Node, file: FileContext): boolean {
  if (ts.isCallExpression(node)) return false;
  if (ts.isIdentifier(node)) return node.text === 'process' || file.bindingOf(node)?.scope === file.moduleScope;
  if (ts.isPropertyAccessExpression(node)) return isFixed(node.expression, file);
  return !ts.forEachChild(node, (child) => !isFixed(child, file) || undefined);
}
