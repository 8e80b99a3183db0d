import type { LeakedHandle } from '../rules/resources/no-leaked-handle.ts';
import { findImport } from '../src/ast/names/provenance.ts';
import { findMethodCall, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertBefore } from './edit/insert-before.ts';
import { releaseInFinally } from './edit/release-in-finally.ts';

export const fixer: Fixer<LeakedHandle> = {
  rule: 'no-leaked-handle',
  safety: 'safe',
  changes:
    'moves the end to a `finally` that begins right after the handle was made; joins piped streams by `pipeline()`; lets an answer that is not read flow away',
  fix({ data }, file): Fix | Skip {
    const { creation, leak } = data;
    if (leak.kind === 'piped' && leak.pipe === creation)
      return { skip: '`pipeline()` throws where the client has gone before the answer came: what then is a decision' };
    if (leak.kind === 'piped') return joinByPipeline(leak.pipe, leak.fn, file);
    if (leak.kind === 'downloaded')
      return {
        skip: '`pipeline()` tells of the end and of what fails in another way: who waits for it is rewritten by hand',
      };
    if (leak.kind === 'unread') {
      const [first = leak.branch] = ts.isBlock(leak.branch) ? leak.branch.statements : [];
      if (!ts.isStatement(first)) return { skip: 'its body has to flow away in a handler that is one expression' };
      return { edits: insertBefore(first, `${leak.answer.text}.resume();`, file) };
    }
    if (leak.kind !== 'outcome' || leak.ends.length === 0) {
      return { skip: 'nothing in the function ends it: where it ends is yours to say' };
    }
    return releaseInFinally({ call: creation, binding: leak.binding, fn: leak.fn, releases: leak.ends }, '', file);
  },
};

/** `a.pipe(b).pipe(res)` → `pipeline(a, b, res, () => {})`, which gives `res` back as well. */
function joinByPipeline(pipe: ts.CallExpression, fn: ts.Node, file: FileContext): Fix | Skip {
  if (/['"]error['"]/.test(fn.getText(file.source)))
    return { skip: 'who answers when the file cannot be read is written by hand, and `pipeline()` ends the response' };
  const known = file.moduleScope.bindings.get('pipeline');
  if (known && !/^(?:node:)?stream$/.test(findImport(known)?.module ?? ''))
    return { skip: 'the file calls something else `pipeline`' };
  const streams: ts.Expression[] = [];
  let from: ts.Expression = pipe;
  for (let call = asPipe(from); call; call = asPipe(from)) {
    if (call.arguments.length !== 1) return { skip: 'its options say that one side is to stay open' };
    streams.unshift(call.arguments[0]!);
    from = findMethodCall(call)!.receiver;
  }
  if (/\.pipe\s*\(/.test(from.getText(file.source)))
    return { skip: 'what is done between two of its pipes stands in the way' };
  const parts = [from, ...streams].map((stream) => stream.getText(file.source));
  const text = `pipeline(${parts.join(', ')}, () => {})`;
  return {
    edits: [{ start: pipe.getStart(file.source), end: pipe.end, text }],
    imports: [{ module: 'node:stream', name: 'pipeline' }],
    safety: 'review',
    note: 'a file that cannot be read ends the response, where it ended the process before',
  };
}

function asPipe(value: ts.Expression): ts.CallExpression | undefined {
  const call = skipWrappers(value);
  return ts.isCallExpression(call) && findMethodCall(call)?.method === 'pipe' ? call : undefined;
}
