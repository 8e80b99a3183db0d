import type { FileContext } from '../model/file-context.ts';
import { findQuery, isInsideChain, isRun, type QueryCall } from './queries.ts';
import { isConditional } from './rounds.ts';
import { type FunctionNode, findEnclosingFunction, isWithin } from './syntax.ts';
import { ts } from './ts.ts';

/** The query that a short helper makes each time it is called, of what it is handed. */
export function findOwnQuery(helper: FunctionNode, file: FileContext): QueryCall | undefined {
  if (!helper.body) return undefined;
  const parameters = helper.parameters.flatMap((p) => (ts.isIdentifier(p.name) ? [p.name.text] : []));
  for (const call of file.nodes('CallExpression')) {
    if (!isWithin(call, helper.body) || isInsideChain(call) || findEnclosingFunction(call) !== helper) continue;
    const query = findQuery(call, file);
    if (!query || !isRun(call, query) || isConditional(call, helper)) continue;
    const text = call.getText(file.source);
    if (parameters.some((name) => new RegExp(`\\b${name}\\b`).test(text))) return query;
  }
  return undefined;
}
