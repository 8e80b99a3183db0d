import type { RemoteService } from '../src/ast/io/remote-service.ts';
import { getOutermostWrapped, isWithin } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { insertBefore } from './edit/insert-before.ts';
import { stringLiteral } from './edit/string-literal.ts';

export const fixer: Fixer<RemoteService> = {
  rule: 'require-circuit-breaker',
  safety: 'review',
  changes: 'calls the service through one `CircuitBreaker` with its default limits',
  fix({ data: { name, calls } }, file): Fix | Skip {
    if (calls.some((call) => !ts.isAwaitExpression(getOutermostWrapped(call).parent) || holdsAwait(call)))
      return { skip: 'not every call is awaited where it is made' };
    const first = file.source.statements.find((statement) => isWithin(calls[0]!, statement));
    if (!first) return { skip: 'the call stands in no statement' };
    const breaker = freeName('breaker', file);
    const made = `const ${breaker} = new CircuitBreaker({ name: ${stringLiteral(name, file)} });\n`;
    const wraps = calls.flatMap((call): TextEdit[] => {
      const start = call.getStart(file.source);
      return [
        { start, end: start, text: `${breaker}.run(() => ` },
        { start: call.end, end: call.end, text: ')' },
      ];
    });
    return {
      edits: [...insertBefore(first, made, file), ...wraps],
      needs: ['CircuitBreaker'],
      note: 'an answer with an error status counts as a success for fetch: throw inside of the breaker where it should not',
    };
  },
};

function holdsAwait(node: ts.Node): boolean {
  return ts.isAwaitExpression(node) || ts.isYieldExpression(node) || (ts.forEachChild(node, holdsAwait) ?? false);
}
