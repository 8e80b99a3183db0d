import type { SlowEviction } from '../rules/memory/no-slow-eviction.ts';
import { growthOf } from '../src/ast/containers/container-growth.ts';
import type { Container } from '../src/ast/containers/containers.ts';
import { containerOfField, containerOfVariable } from '../src/ast/containers/containers.ts';
import { isPublic } from '../src/ast/life/lifetime.ts';
import { findEnclosingFunction, isAssignment, isFunctionNode, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { replaceNode } from './edit/replace-node.ts';

const surface = /^(?:get|set|has|delete|clear|size|forEach|keys|values|entries)$/;

export const fixer: Fixer<SlowEviction> = {
  rule: 'no-slow-eviction',
  safety: 'review',
  changes: 'puts a `BoundedCache` of the same limit in the place of the map, which evicts in constant time',
  fix({ data }, file) {
    const { receiver, remove } = data;
    const container = findContainer(receiver, file);
    if (container?.kind !== 'map') return { skip: 'the map is not made in this file' };
    const growth = growthOf(container, file);
    if (growth.escapes.length > 0 || [...growth.members].some((member) => !surface.test(member))) {
      return { skip: 'the map is used in ways that a BoundedCache has no method for' };
    }
    if (
      container.home.kind === 'module' ? isExported(container) : isPublic(container) && container.type !== undefined
    ) {
      return { skip: 'other files can see the map, whose type would change' };
    }
    const eviction = findEviction(remove, receiver.getText(file.source), file);
    if (!eviction) return { skip: 'the eviction is mixed with other work' };
    if (/\/[/*]/.test(eviction.statement.getText(file.source)))
      return { skip: 'comments stand in the code that evicts' };
    const made = skipWrappers(container.value) as ts.NewExpression;
    const types = made.typeArguments?.map((t) => t.getText(file.source)).join(', ');
    const isTyped = /\.(?:tsx?|[cm]ts)$/.test(file.path);
    const parameters = types ? `<${types}>` : container.type || !isTyped ? '' : '<any, any>';
    const { type } = container;
    const typeEdit = type && ts.isTypeReferenceNode(type) ? [replaceNode(type.typeName, 'BoundedCache', file)] : [];
    return {
      edits: [
        replaceNode(made, `new BoundedCache${parameters}({ max: ${eviction.limit} })`, file),
        ...typeEdit,
        removeStatement(eviction.statement, file),
      ],
      needs: ['BoundedCache'],
      note: "Entries used only once go first; add `policy: 'lru'` for the order of last use.",
    };
  },
};

function isExported(container: Container): boolean {
  if (container.home.kind !== 'module') return false;
  const statement = container.home.binding.declaration.parent.parent;
  return ts.isVariableStatement(statement) && (ts.getModifiers(statement)?.length ?? 0) > 0;
}

function findContainer(receiver: ts.Expression, file: FileContext): Container | undefined {
  const text = receiver.getText(file.source);
  for (const node of file.nodes('PropertyDeclaration')) {
    if (`this.${node.name.getText(file.source)}` === text && node.initializer && isWithin(receiver, node.parent))
      return containerOfField(node, file);
  }
  if (!ts.isIdentifier(receiver)) {
    const made = file
      .nodes('BinaryExpression')
      .find(
        (b) => isAssignment(b) && b.left.getText(file.source) === text && ts.isNewExpression(skipWrappers(b.right)),
      );
    return made && containerOfField(made, file);
  }
  const declaration = file.bindingOf(receiver)?.declaration;
  return declaration && ts.isVariableDeclaration(declaration) ? containerOfVariable(declaration, file) : undefined;
}

/** The `if (map.size >= limit) { … }` that does nothing but evict, with a limit that is known where the map is made. */
function findEviction(
  remove: ts.Node,
  receiver: string,
  file: FileContext,
): { statement: ts.IfStatement; limit: string } | undefined {
  let at: ts.Node = remove;
  while (at.parent && !ts.isIfStatement(at) && !isFunctionNode(at)) at = at.parent;
  while (ts.isIfStatement(at) && !at.expression.getText(file.source).includes(`${receiver}.size`) && at.parent) {
    at = at.parent;
    while (at.parent && !ts.isIfStatement(at) && !isFunctionNode(at)) at = at.parent;
  }
  if (!ts.isIfStatement(at) || at.elseStatement || findEnclosingFunction(at) !== findEnclosingFunction(remove))
    return undefined;
  const body = ts.isBlock(at.thenStatement) ? at.thenStatement.statements : [at.thenStatement];
  if (body.length > 2 || body.some((s) => !isWithin(remove, s) && !ts.isVariableStatement(s))) return undefined;
  let test = skipWrappers(at.expression);
  // `size >= max && !map.has(key)`
  if (ts.isBinaryExpression(test) && test.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
    test = skipWrappers(test.left);
  if (!ts.isBinaryExpression(test) || test.left.getText(file.source) !== `${receiver}.size`) return undefined;
  const limit = skipWrappers(test.right);
  const isConstant =
    ts.isNumericLiteral(limit) || (ts.isIdentifier(limit) && file.bindingOf(limit)?.scope === file.moduleScope);
  return isConstant ? { statement: at, limit: limit.getText(file.source) } : undefined;
}
