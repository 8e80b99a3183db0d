import type { Container } from '../../src/ast/containers/containers.ts';
import { getOutermostWrapped, isAssignment, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip, TextEdit } from '../../src/model/fixer.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { replaceNode } from './replace-node.ts';

/** An object that is used as a table, as a `BoundedCache` of `max` entries; or why it cannot be one. */
export function recordToCache(container: Container, max: string, file: FileContext): [TextEdit, ...TextEdit[]] | Skip {
  if (container.kind !== 'object') return { skip: 'a Set holds what was seen: nothing tells which may be forgotten' };
  const edits: TextEdit[] = [];
  for (const access of container.accesses) {
    if (access === skipWrappers(access) && isDeclaring(access, container)) continue;
    const edit = rewriteAccess(access, file);
    if (!edit) return { skip: 'the object is used in ways that a cache has no method for' };
    edits.push(...edit);
  }
  const types = typesOfRecord(container.type, file);
  if (container.type && !types) return { skip: 'its declared type is not a plain record' };
  const parameters = types ?? (isTypeScriptFile(file) ? '<string, any>' : '');
  if (container.type) edits.push(replaceNode(container.type, `BoundedCache${parameters}`, file));
  const code = `new BoundedCache${container.type ? '' : parameters}({ max: ${max} })`;
  return [replaceNode(container.value, code, file), ...edits];
}

function isDeclaring(access: ts.Expression, container: Container): boolean {
  const { parent } = getOutermostWrapped(access);
  return isAssignment(parent) && parent.right === container.value;
}

function typesOfRecord(type: ts.TypeNode | undefined, file: FileContext): string | undefined {
  if (!type) return undefined;
  if (
    ts.isTypeReferenceNode(type) &&
    type.typeName.getText(file.source) === 'Record' &&
    type.typeArguments?.length === 2
  ) {
    return `<${type.typeArguments.map((t) => t.getText(file.source)).join(', ')}>`;
  }
  if (!ts.isTypeLiteralNode(type) || type.members.length !== 1) return undefined;
  const [member] = type.members;
  if (!member || !ts.isIndexSignatureDeclaration(member)) return undefined;
  const key = member.parameters[0]?.type?.getText(file.source);
  return key ? `<${key}, ${member.type.getText(file.source)}>` : undefined;
}

/** `x[k]` → `x.get(k)`, `x[k] = v;` → `x.set(k, v);`, `delete x[k]` → `x.delete(k)`, `k in x` → `x.has(k)`. */
function rewriteAccess(access: ts.Expression, file: FileContext): TextEdit[] | undefined {
  const text = (node: ts.Node): string => node.getText(file.source);
  const { parent } = access;
  if (
    ts.isBinaryExpression(parent) &&
    parent.right === access &&
    parent.operatorToken.kind === ts.SyntaxKind.InKeyword
  ) {
    return [replaceNode(parent, `${text(access)}.has(${text(parent.left)})`, file)];
  }
  if (!ts.isElementAccessExpression(parent) || parent.expression !== access || parent.questionDotToken)
    return undefined;
  const key = parent.argumentExpression;
  const outer = getOutermostWrapped(parent);
  const use = outer.parent;
  const open = { start: access.end, end: key.getStart(file.source) };
  if (ts.isDeleteExpression(use)) {
    return [
      { start: use.getStart(file.source), end: access.getStart(file.source), text: '' },
      { ...open, text: '.delete(' },
      { start: key.end, end: use.end, text: ')' },
    ];
  }
  if (isAssignment(use) && use.left === outer) {
    if (use.operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isExpressionStatement(use.parent)) return undefined;
    return [
      { ...open, text: '.set(' },
      { start: key.end, end: use.right.getStart(file.source), text: ', ' },
      { start: use.right.end, end: use.right.end, text: ')' },
    ];
  }
  const isAsked =
    ts.isIfStatement(use) ||
    ts.isPrefixUnaryExpression(use) ||
    ts.isVariableDeclaration(use) ||
    ts.isBinaryExpression(use) ||
    ts.isConditionalExpression(use);
  const bang = isTypeScriptFile(file) && !isAsked && outer === parent ? '!' : '';
  return [
    { ...open, text: '.get(' },
    { start: key.end, end: parent.end, text: `)${bang}` },
  ];
}
