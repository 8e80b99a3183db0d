import type { SharedClient } from '../rules/pooling/no-shared-client.ts';
import { findMemberPath, findMethodCall } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Binding } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { removeBinding } from './edit/remove-unused.ts';

export const fixer: Fixer<SharedClient> = {
  rule: 'no-shared-client',
  safety: 'review',
  changes: 'makes it a pool, and no longer connects it by hand',
  fix({ data }, file): Fix | Skip {
    const { creation, home } = data;
    if (data.isQueriedElsewhere)
      return { skip: 'what the files that query it do with one connection is to be read first' };
    if (/\b(?:BEGIN|COMMIT|ROLLBACK)\b/i.test(file.text))
      return { skip: 'it runs transactions: check a client out of the pool for each of them' };
    const name = ts.isPropertyAccessExpression(creation.expression) ? creation.expression.name : creation.expression;
    const edits: TextEdit[] = [{ start: name.getStart(file.source), end: name.end, text: 'Pool' }];
    if (ts.isIdentifier(name) && !ts.isPropertyAccessExpression(name.parent)) {
      const binding = file.bindingOf(name);
      const declared = binding?.declaration;
      const others = binding?.references.filter((reference) => reference !== name) ?? [];
      if (!binding || !declared || !isPart(declared)) return { skip: 'the class is imported under another name' };
      const pool = file.moduleScope.bindings.get('Pool');
      const removals = pool && isImportedBeside(pool, declared) ? removeBinding(binding, file) : undefined;
      if (pool && !removals) return { skip: 'the file has another `Pool`' };
      if (removals) edits.push(...removals.flatMap((removal) => removal.edits));
      else edits.push({ start: declared.getStart(file.source), end: declared.end, text: 'Pool' });
      for (const other of others) {
        if (ts.isNewExpression(other.parent)) return { skip: 'the file makes other clients too' };
        edits.push({ start: other.getStart(file.source), end: other.end, text: 'Pool' });
      }
    }
    for (const call of file.nodes('CallExpression')) {
      const target = findMethodCall(call);
      if (target?.method !== 'connect' || findMemberPath(target.receiver)?.join('.') !== home.path) continue;
      const statement = findStatementOf(call);
      if (!statement) return { skip: 'what comes of connecting it is used' };
      edits.push(removeStatement(statement, file));
    }
    return {
      edits: edits.sort((a, b) => a.start - b.start) as [TextEdit, ...TextEdit[]],
      note: "listen to the pool's 'error', and set its limits",
    };
  },
};

function isPart(node: ts.Node): node is ts.ImportSpecifier | ts.BindingElement {
  return ts.isImportSpecifier(node) || ts.isBindingElement(node);
}

/** `import { Client, Pool } from 'pg'` */
function isImportedBeside({ declaration }: Binding, other: ts.Node): boolean {
  return (
    isPart(declaration) &&
    declaration.parent === other.parent &&
    (declaration.propertyName ?? declaration.name).getText() === 'Pool'
  );
}

function findStatementOf(call: ts.CallExpression): ts.ExpressionStatement | undefined {
  let at: ts.Node = call.parent;
  if (ts.isAwaitExpression(at)) at = at.parent;
  return ts.isExpressionStatement(at) && (ts.isBlock(at.parent) || ts.isSourceFile(at.parent)) ? at : undefined;
}
