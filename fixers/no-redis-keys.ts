import type { RedisKeys } from '../rules/database/no-redis-keys.ts';
import { findMethodCall, getOutermostWrapped } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { findStatement, isInList } from './edit/statement-of.ts';

export const fixer: Fixer<RedisKeys> = {
  rule: 'no-redis-keys',
  safety: 'review',
  changes: 'collects the keys by SCAN, a hundred at a time',
  fix({ data }, file): Fix | Skip {
    const { call, library } = data;
    if (!library) return { skip: 'which client it is, is not known in this file' };
    const outer = getOutermostWrapped(call).parent;
    const declaration = ts.isAwaitExpression(outer) ? getOutermostWrapped(outer).parent : undefined;
    if (!declaration || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name))
      return { skip: 'the keys are not awaited into a name of their own' };
    const statement = findStatement(declaration);
    if (
      !statement ||
      !isInList(statement) ||
      !ts.isVariableStatement(statement) ||
      statement.declarationList.declarations.length > 1
    )
      return { skip: 'the keys are declared with other things' };
    const receiver = findMethodCall(call)!.receiver.getText(file.source);
    const pattern = call.arguments[0]!.getText(file.source);
    const name = declaration.name.text;
    const type = isTypeScriptFile(file) && !declaration.type ? ': string[]' : '';
    const loop =
      library === 'ioredis'
        ? `for await (const found of ${receiver}.scanStream({ match: ${pattern}, count: 100 })) ${name}.push(...found);`
        : `for await (const found of ${receiver}.scanIterator({ MATCH: ${pattern}, COUNT: 100 })) ${name}.push(...[found].flat());`;
    const start = declaration.name.end;
    return {
      edits: [
        { start: declaration.type ? declaration.type.end : start, end: declaration.end, text: `${type} = []` },
        ...insertAfterStatement(statement, loop, file),
      ],
      note: 'SCAN may give a key twice, and keys that come or go meanwhile or not at all',
    };
  },
};
