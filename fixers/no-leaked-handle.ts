import type { LeakedHandle } from '../rules/resources/no-leaked-handle.ts';
import { findEnclosingFunction, findMemberPath, findMethodCall, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertBefore } from './edit/insert-before.ts';
import { type Named, nameExport } from './edit/name-export.ts';
import { releaseInFinally } from './edit/release-in-finally.ts';
import { findStatement } from './edit/statement-of.ts';

export const fixer: Fixer<LeakedHandle> = {
  rule: 'no-leaked-handle',
  safety: 'safe',
  changes:
    'moves the end to a `finally` that begins right after the handle was made; joins piped streams by `pipeline()`, or ends one when the response that it goes to is over; lets an answer that is not read flow away',
  fix({ data }, file): Fix | Skip {
    const { creation, leak } = data;
    if (leak.kind === 'piped' && leak.pipe === creation) return endWithClient(leak.pipe, leak.fn, file);
    if (leak.kind === 'piped') return joinByPipeline(leak.pipe, leak.fn, file);
    if (leak.kind === 'downloaded')
      return {
        skip: '`pipeline()` tells of the end and of what fails in another way: who waits for it is rewritten by hand',
      };
    if (leak.kind === 'unread') {
      const [first = leak.branch] = ts.isBlock(leak.branch) ? leak.branch.statements : [];
      if (!ts.isStatement(first)) return { skip: 'its body has to flow away in a handler that is one expression' };
      return {
        edits: insertBefore(first, `${leak.answer.text}.resume();`, file),
        changes: 'lets an answer that is not read flow away',
      };
    }
    if (leak.kind !== 'outcome' || leak.ends.length === 0) {
      return { skip: 'nothing in the function ends it: where it ends is yours to say' };
    }
    const fix = releaseInFinally({ call: creation, binding: leak.binding, fn: leak.fn, releases: leak.ends }, '', file);
    return 'skip' in fix
      ? fix
      : { ...fix, changes: 'moves the end to a `finally` that begins right after the handle was made' };
  },
};

/** `a.pipe(b).pipe(res)` → `pipeline(a, b, res, () => {})`, which gives `res` back as well. */
function joinByPipeline(pipe: ts.CallExpression, fn: ts.Node, file: FileContext): Fix | Skip {
  if (/['"]error['"]/.test(fn.getText(file.source)))
    return { skip: 'who answers when the file cannot be read is written by hand, and `pipeline()` ends the response' };
  const pipeline = nameOfStreams('pipeline', file);
  if ('skip' in pipeline) return pipeline;
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
  const text = `${pipeline.text}(${parts.join(', ')}, () => {})`;
  return {
    edits: [{ start: pipe.getStart(file.source), end: pipe.end, text }],
    imports: pipeline.imports,
    safety: 'review',
    changes: 'joins the streams by `pipeline()`',
    note: 'a file that cannot be read ends the response, where it ended the process before',
  };
}

/** `finished(res, () => body.destroy())` ahead of `body.pipe(res)`, which also ends it where `res` has closed by then: `pipeline()` throws there. */
function endWithClient(pipe: ts.CallExpression, fn: ts.Node, file: FileContext): Fix | Skip {
  const [client] = pipe.arguments;
  const { expression: source, questionDotToken } = pipe.expression as ts.PropertyAccessExpression;
  if (!findMemberPath(source) || !client || !findMemberPath(client))
    return { skip: '`pipeline()` throws where the client has gone before the answer came: what then is a decision' };
  const body = source.getText(file.source);
  if (fn.getText(file.source).split(`${body}.pipe(`).length > 2)
    return { skip: `\`${body}\` is sent to several: end it when the last of them has gone` };
  const finished = nameOfStreams('finished', file);
  if ('skip' in finished) return finished;
  const statement = findStatement(pipe);
  if (!statement || findEnclosingFunction(statement) !== findEnclosingFunction(pipe))
    return { skip: 'it is sent in a function that is one expression: give that braces first' };
  const child = findChild(source);
  const end = child
    ? `(error) => error && ${child.getText(file.source)}.kill()`
    : `() => ${body}${questionDotToken ? '?.' : '.'}destroy()`;
  const ending = `${finished.text}(${client.getText(file.source)}, ${end});`;
  return {
    edits: insertBefore(statement, ending, file),
    imports: finished.imports,
    safety: 'review',
    changes: 'ends the stream when the response that it goes to is over',
    note: child
      ? 'the child is killed when the client goes before the end'
      : 'the stream ends with the response, whoever ends that',
  };
}

/** The child whose output a stream is: it goes on without a reader. */
function findChild(stream: ts.Expression): ts.Expression | undefined {
  const output = skipWrappers(stream);
  return ts.isPropertyAccessExpression(output) && /^std(?:out|err)$/.test(output.name.text)
    ? output.expression
    : undefined;
}

/** How the file calls a function of `node:stream`: by its own name, by which it is known when it is scanned again. */
function nameOfStreams(name: string, file: FileContext): Named | Skip {
  const named = nameExport('node:stream', name, name, file);
  return named.text === name || named.text.endsWith(`.${name}`)
    ? named
    : { skip: `the file calls something else \`${name}\`` };
}

function asPipe(value: ts.Expression): ts.CallExpression | undefined {
  const call = skipWrappers(value);
  return ts.isCallExpression(call) && findMethodCall(call)?.method === 'pipe' ? call : undefined;
}
