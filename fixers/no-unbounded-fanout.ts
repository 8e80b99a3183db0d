import type { FanOut } from '../src/ast/io/fan-out.ts';
import { isAsync } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { rewriteCall } from './edit/rewrite-call.ts';

/** About what a pool of connections can do at once. */
const limit = 10;

export const fixer: Fixer<FanOut> = {
  rule: 'no-unbounded-fanout',
  safety: 'safe',
  changes: `runs ${limit} at a time with \`mapLimit\`: same results in the same order, same first error`,
  fix({ data }, file): Fix | Skip {
    const { body, call, fn, items, map, method } = data;
    if (!map || !body) return { skip: 'the promises are started apart from what waits for them' };
    if (method === 'allSettled')
      return { skip: 'mapLimit stops at the first error: catch in the callback to keep the outcomes' };
    if (!(ts.isArrowFunction(fn) || ts.isFunctionExpression(fn)) || body.parameters.length > 2)
      return { skip: 'the callback is not written here' };
    if (map.arguments.length !== 1 || call.arguments.length !== 1 || map.typeArguments || call.typeArguments)
      return { skip: 'the call has more arguments' };
    const start = call.getStart(file.source);
    const before =
      file.text.slice(start, items.getStart(file.source)) + file.text.slice(items.end, fn.getStart(file.source));
    const behind = file.text.slice(fn.end, call.end);
    if (/\/\/|\/\*/.test(before + behind)) return { skip: 'there are comments between the calls' };
    return {
      edits: rewriteCall({ call, name: 'mapLimit', first: items, others: [String(limit)], fn }, file),
      needs: ['mapLimit'],
      // After an error the rest of the writes is no longer started.
      ...((!isAsync(body) || data.io === 'write') && { safety: 'review' as const }),
      note: `${limit} at a time: set it to what the database or service behind it can bear`,
    };
  },
};
