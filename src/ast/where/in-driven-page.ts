import type { FileContext } from '../../model/file-context.ts';
import { listFunctionUses } from '../names/functions.ts';
import { findEnclosingFunction, findMethodCall, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import type { ts } from '../ts.ts';

/** Methods of Puppeteer and Playwright that send a function's text into a page, and run it there. */
const sending = /^(?:evaluate|evaluateHandle|evaluateOnNewDocument|addInitScript|\$eval|\$\$eval|waitForFunction)$/;

/**
 * Whether a place runs in a page that a program drives, `page.evaluate(() => …)` or `page.evaluate(scroll)`: it is gone
 * with that page, and nothing of the program can be reached from there.
 */
export function isInDrivenPage(node: ts.Node, file: FileContext): boolean {
  if (!/\b(?:evaluate\w*|addInitScript|waitForFunction)\(|\$eval\(/.test(file.text)) return false;
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    if (listFunctionUses(fn, file).some(isSent)) return true;
  }
  return false;
}

function isSent(use: ts.Node): boolean {
  const target = findMethodCall(getOutermostWrapped(use).parent);
  return (
    target !== undefined && sending.test(target.method) && target.call.arguments.some((a) => skipWrappers(a) === use)
  );
}
