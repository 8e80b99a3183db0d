import type { FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import { targetOf } from '../names/symbol-ref.ts';
import { type ClassNode, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What a file calls for its effect alone as it loads: `addHooks(schema);`. What it makes so and keeps, others may make too. */
export function listLoadCalls(file: FileContext, classes: readonly ClassNode[]): SymbolRef[] {
  return file.source.statements.flatMap((statement): SymbolRef[] => {
    const call = ts.isExpressionStatement(statement) ? skipAwait(statement.expression) : undefined;
    const to = call && ts.isCallExpression(call) ? targetOf(call, file, classes) : undefined;
    return to ? [to] : [];
  });
}
