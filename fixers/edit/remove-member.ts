import { isReadElsewhere } from '../../src/ast/hashing/parts.ts';
import { getOutermostWrapped, hasModifier, isAssignment, isFunctionNode, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { type CodeRemoval, isPure, removeWhole, renameParameter } from './removal.ts';
import { removeStatement } from './remove-statement.ts';

/** Removes a private member of which all that is left is written to; undefined where it has other uses. */
export function removeUnreadMember(
  name: string,
  member: ts.ClassElement | undefined,
  accesses: readonly ts.Expression[],
  isGone: (node: ts.Node) => boolean,
  cls: ts.ClassLikeDeclaration,
  file: FileContext,
): CodeRemoval[] | undefined {
  const parameter = member ? undefined : findProperty(name, cls);
  const declaration = member ?? parameter;
  if (!isPrivate(name, declaration, file) || isReadElsewhere(name, cls, file)) return undefined;
  if (!accesses.some((access) => isGone(access))) return undefined;
  const writes: ts.ExpressionStatement[] = [];
  for (const access of accesses) {
    if (isGone(access) || (member && isFunctionNode(member) && isWithin(access, member))) continue;
    const write = findMereWrite(access);
    if (!write) return undefined;
    writes.push(write);
  }
  if (member && ts.isPropertyDeclaration(member) && member.initializer && !isPure(member.initializer)) return undefined;
  const statements = writes.map((write) => ({ node: write, edits: [removeStatement(write, file)] }));
  if (member) return [...statements, ...removeWhole(member, file)];
  if (!parameter) return statements;
  const binding = file.bindings.find(({ identifier }) => identifier === parameter.name);
  const isNeeded = binding?.references.some((reference) => !isGone(reference)) ?? false;
  if (!isNeeded) return [...statements, renameParameter(parameter, file)];
  const start = parameter.getStart(file.source);
  return [
    ...statements,
    { node: parameter.modifiers![0]!, edits: [{ start, end: parameter.name.getStart(file.source), text: '' }] },
  ];
}

function findProperty(name: string, cls: ts.ClassLikeDeclaration): ts.ParameterDeclaration | undefined {
  const made = cls.members.find(
    (m): m is ts.ConstructorDeclaration => ts.isConstructorDeclaration(m) && m.body !== undefined,
  );
  return made?.parameters.find((p) => ts.isParameterPropertyDeclaration(p, made) && p.name.getText() === name);
}

/** A method of JavaScript counts as everybody's, unless its name says otherwise; a field is of the class. */
function isPrivate(name: string, declaration: ts.Node | undefined, file: FileContext): boolean {
  if (name.startsWith('#')) return true;
  if (isTypeScriptFile(file))
    return declaration !== undefined && hasModifier(declaration, ts.SyntaxKind.PrivateKeyword);
  return name.startsWith('_') || !declaration || !isFunctionNode(declaration);
}

/** `this.version += 1;`, `this.replicas = replicas;`: a statement that nothing else comes of. */
function findMereWrite(access: ts.Expression): ts.ExpressionStatement | undefined {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  const isStep = ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent);
  const isWrite = isAssignment(parent) && parent.left === outer && isPure(parent.right);
  return (isStep || isWrite) && ts.isExpressionStatement(parent.parent) ? parent.parent : undefined;
}
