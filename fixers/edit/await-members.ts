import { findEnclosingFunction, findMemberPath } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { contains } from '../../src/ast/within.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip, TextEdit } from '../../src/model/fixer.ts';
import { writeHead } from './await-together.ts';
import { findEffect } from './find-effect.ts';
import { isForCompiler } from './group-reads.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { isSteady } from './is-steady.ts';
import { findStatement, isInList } from './statement-of.ts';
import { trailingComma } from './trailing-comma.ts';

/** `name: await read()`. */
interface Member extends ts.PropertyAssignment {
  name: ts.Identifier;
  initializer: ts.AwaitExpression;
}

/**
 * `{ a: await read(), b: await find() }` → `{ a, b }`, and before its statement one `Promise.all` that gives the names
 * of its members to what they wait for.
 */
export function awaitMembers(first: ts.AwaitExpression, file: FileContext): [TextEdit, ...TextEdit[]] | Skip {
  const object = first.parent.parent as ts.ObjectLiteralExpression;
  const statement = findStatement(object);
  if (!statement || !isInList(statement) || !comesFirst(object, statement))
    return { skip: 'each value needs a name before the object: put the object into a statement of its own' };
  const members = object.properties.filter((property) => isMember(property, file));
  const start = statement.getStart(file.source);
  const others = object.properties.slice(0, object.properties.indexOf(members.at(-1)!));
  const isKept = (name: ts.Identifier | ts.ThisExpression) =>
    members.every(({ initializer }) => isSteady(name, start, initializer, file));
  if (members.length < 2 || others.some((one) => !members.includes(one as Member) && findEffect(one, isKept, file)))
    return { skip: 'each value needs a name before the object, and another member does more than name a value' };
  if (ts.isCaseClause(statement.parent) || ts.isDefaultClause(statement.parent))
    return { skip: 'each value needs a name before the object: put braces around the statements of this `case`' };
  if (members.some((member) => isForCompiler(member, file)))
    return { skip: 'each value needs a name before the object, and a comment allows an error in the line of one' };
  // Those before it would be under way with nobody to hear them fail.
  const late = members.slice(1).find(({ initializer }) => contains(initializer.expression, ts.isAwaitExpression));
  if (late)
    return {
      skip: `each value needs a name before the object, and \`${late.name.text}\` first waits for something else`,
    };
  const taken = members.find(({ name }) => isTaken(name, file));
  if (taken)
    return { skip: `each value needs a name before the object, and \`${taken.name.text}\` means something else` };
  const outer = indentationOf(statement, file);
  const names = members.map(({ name }) => name.text);
  const { head, indent } = writeHead('const', names, outer, file);
  const inner = indent + indentUnit(file);
  const items = members.map((member) => `\n${inner}${writeItem(member, inner, file)}`).join(',');
  const end = file.text[statement.end - 1] === ';' ? ';' : '';
  return [
    { start, end: start, text: `${head}${items}${trailingComma(file)}\n${indent}])${end}\n${outer}` },
    ...members.map((one) => ({ start: one.getStart(file.source), end: one.end, text: one.name.text })),
  ];
}

/** Whether an expression is what its statement evaluates first, but for the names of what it is handed to. */
function comesFirst(node: ts.Node, statement: ts.Statement): boolean {
  if (findEnclosingFunction(node) !== findEnclosingFunction(statement)) return false;
  for (let at = node; at !== statement; at = at.parent) {
    const { parent } = at;
    const isHanded =
      (ts.isCallExpression(parent) || ts.isNewExpression(parent)) &&
      parent.arguments?.[0] === at &&
      findMemberPath(parent.expression) !== undefined;
    if (!isHanded && !around.has(parent.kind)) return false;
    if (ts.isVariableDeclarationList(parent) && parent.declarations[0] !== at) return false;
  }
  return true;
}

const around: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AsExpression,
  ts.SyntaxKind.AwaitExpression,
  ts.SyntaxKind.ExpressionStatement,
  ts.SyntaxKind.ParenthesizedExpression,
  ts.SyntaxKind.ReturnStatement,
  ts.SyntaxKind.SatisfiesExpression,
  ts.SyntaxKind.VariableDeclaration,
  ts.SyntaxKind.VariableDeclarationList,
  ts.SyntaxKind.VariableStatement,
]);

function isMember(property: ts.ObjectLiteralElementLike, file: FileContext): property is Member {
  if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) return false;
  const { name, initializer } = property;
  if (!ts.isAwaitExpression(initializer)) return false;
  return !/\/[/*]/.test(file.text.slice(name.end, initializer.expression.getStart(file.source)));
}

/** Whether a name cannot be that of a new variable: a word of the language, a variable, or a global that is used. */
function isTaken(name: ts.Identifier, file: FileContext): boolean {
  if (ts.identifierToKeywordKind(name) !== undefined) return true;
  if (file.bindings.some((binding) => binding.name === name.text)) return true;
  const named = file.nodesOfKind(ts.SyntaxKind.Identifier) as readonly ts.Identifier[];
  return named.some((other) => other.text === name.text && (other.parent as ts.PropertyAssignment).name !== other);
}

/** What a member waits for, in lines behind `indent`. */
function writeItem({ initializer }: Member, indent: string, file: FileContext): string {
  const text = initializer.expression.getText(file.source);
  // White space in a template is part of what it gives.
  if (text.includes('`')) return text;
  const from = indentationOf(initializer, file);
  return text
    .split(/\r?\n/)
    .map((line, i) => (i > 0 && line.startsWith(from) ? indent + line.slice(from.length) : line))
    .join('\n');
}
