import type { ModuloSharding } from '../rules/hashing/no-modulo-sharding.ts';
import { getOutermostWrapped, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<ModuloSharding> = {
  rule: 'no-modulo-sharding',
  safety: 'review',
  changes: 'chooses the node with a `HashRing`: when one comes or goes, only its share of the keys moves',
  fix({ data }, file) {
    const { modulo, nodes, key } = data;
    if (!key) return { skip: 'the call does not show what is hashed' };
    const access = getOutermostWrapped(modulo).parent;
    if (
      !ts.isElementAccessExpression(access) ||
      skipWrappers(access.expression).getText(file.source) !== nodes.getText(file.source)
    ) {
      return { skip: 'the number is used as more than the place of a node in its list' };
    }
    if (!isListOfNames(nodes, file))
      return { skip: 'the nodes are not plain names: build a HashRing of their names where the list changes' };
    const list = nodes.getText(file.source);
    const bang = /\.(?:tsx?|[cm]ts)$/.test(file.path) ? '!' : '';
    return {
      edits: [replaceNode(access, `new HashRing(${list}).get(${key.getText(file.source)})${bang}`, file)],
      needs: ['HashRing'],
      note: 'every key moves once; build the ring where the list changes, when there are many nodes',
    };
  },
};

/** Declared as `string[]`, or made of strings by `filter` from such a list. */
function isListOfNames(nodes: ts.Expression, file: FileContext, depth = 0): boolean {
  if (depth > 3) return false;
  const value = skipWrappers(nodes);
  if (ts.isConditionalExpression(value)) return isListOfNames(value.whenTrue, file, depth + 1);
  if (ts.isCallExpression(value)) {
    const callee = skipWrappers(value.expression);
    return (
      ts.isPropertyAccessExpression(callee) &&
      /^(?:filter|slice|sort|toSorted)$/.test(callee.name.text) &&
      isListOfNames(callee.expression, file, depth + 1)
    );
  }
  if (ts.isArrayLiteralExpression(value))
    return value.elements.length > 0 && value.elements.every((e) => ts.isStringLiteralLike(e));
  const last = ts.isIdentifier(value) ? value.text : ts.isPropertyAccessExpression(value) ? value.name.text : undefined;
  if (last === undefined) return false;
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (declaration && (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) {
    if (declaration.type) return isStringList(declaration.type, file);
    return declaration.initializer !== undefined && isListOfNames(declaration.initializer, file, depth + 1);
  }
  const members = [
    ...file.nodes('PropertyDeclaration'),
    ...(file.nodesOfKind(ts.SyntaxKind.Parameter) as readonly ts.ParameterDeclaration[]),
  ];
  return members.some(
    (m) => m.name.getText(file.source) === last && m.type !== undefined && isStringList(m.type, file),
  );
}

function isStringList(type: ts.TypeNode, file: FileContext): boolean {
  return /^(?:readonly\s+)?string\[\]$|^(?:Readonly)?Array<string>$/.test(type.getText(file.source));
}
