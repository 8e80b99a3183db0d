import { ts } from '../../src/ast/ts.ts';

/** Whether a statement stands in a list, so that others can stand beside it. */
export function isInList(statement: ts.Statement): boolean {
  const { parent } = statement;
  return ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isModuleBlock(parent) || ts.isCaseOrDefaultClause(parent);
}

/** The innermost statement around a node (the node itself, when it is one); undefined in a class body. */
export function findStatement(node: ts.Node): ts.Statement | undefined {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (ts.isStatement(at) && !ts.isBlock(at)) return at;
    if (ts.isClassElement(at)) return undefined;
  }
  return undefined;
}

/** The statement of the file's top level that a node stands in. */
export function getTopLevelStatement(node: ts.Node): ts.Statement {
  let at = node;
  while (!ts.isSourceFile(at.parent)) at = at.parent;
  return at as ts.Statement;
}
