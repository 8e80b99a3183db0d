import type { Binding, FileContext } from '../../model/file-context.ts';
import { classShape } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  hasModifier,
  isClassNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { RingOwner } from './parts.ts';

/** Why a class cannot be changed by itself; undefined where it can. */
export function findFamily(owner: RingOwner, file: FileContext): string | undefined {
  if (!isClassNode(owner)) return undefined;
  const text = owner.getText(file.source);
  const isPart = owner.heritageClauses?.some((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword);
  const { name } = owner;
  const binding = name && file.bindingOf(name);
  const binds = name ? file.bindings.find(({ identifier }) => identifier === name) : undefined;
  const references = [...(binding?.references ?? []), ...(binds?.references ?? [])];
  const isBase = references.some((r) => ts.isExpressionWithTypeArguments(r.parent) && !isWithin(r, owner));
  if (isPart || isBase || hasModifier(owner, ts.SyntaxKind.AbstractKeyword))
    return 'other classes build on it or it on them';
  if (/\}\s*=\s*this\b|\bthis\[/.test(text)) return 'its fields are taken by more than their names';
  if (/ketama/i.test(text)) return 'other clients place their keys by ketama as well';
  return undefined;
}

/** A hash that is a parameter or a field that one is kept in. */
export function isHashHandedIn(
  call: ts.CallExpression | ts.NewExpression,
  owner: RingOwner,
  file: FileContext,
): boolean {
  const callee = skipWrappers(call.expression);
  if (ts.isIdentifier(callee)) {
    const declaration = file.bindingOf(callee)?.declaration;
    return (
      declaration !== undefined &&
      (ts.isParameter(declaration) || ts.isBindingElement(declaration)) &&
      !isRequired(declaration)
    );
  }
  const target = findMethodCall(call);
  if (!target) return false;
  const { receiver, method } = target;
  if (receiver.kind === ts.SyntaxKind.ThisKeyword && isClassNode(owner)) {
    const fn = classShape(owner, file).methods.get(method);
    return fn === undefined;
  }
  // `this.options.hash(…)`: a setting, unless it is a method of the points themselves.
  return (
    ts.isPropertyAccessExpression(receiver) &&
    receiver.expression.kind === ts.SyntaxKind.ThisKeyword &&
    !/^(?:push|unshift|splice|set|add|has|get|sort|indexOf|includes|findIndex|concat|map|forEach|keys|values|entries)$/.test(
      method,
    )
  );
}

/** `const { murmur } = require('hash')`. */
function isRequired(declaration: ts.Node): boolean {
  return ts.isBindingElement(declaration) && /\brequire\(/.test(declaration.parent.parent.getText());
}

/** The node is a plain name, and nothing else of the caller decides about its points. */
export function judgeNode(
  node: Binding,
  main: ts.Statement,
  member: FunctionNode | undefined,
  file: FileContext,
): string | undefined {
  const others = member?.parameters.filter((p) => !isWithin(node.identifier, p)) ?? [];
  for (const other of others) {
    const binding = ts.isIdentifier(other.name) ? file.bindings.find((b) => b.identifier === other.name) : undefined;
    if (binding?.references.some((r) => isWithin(r, main))) return 'its nodes have weights or points of their own';
  }
  for (const reference of node.references) {
    if (!isWithin(reference, main)) continue;
    const { parent } = getOutermostWrapped(reference);
    if (findMemberName(parent) !== undefined || ts.isElementAccessExpression(parent))
      return 'its nodes are more than names';
  }
  return isText(node, file) ? undefined : 'its nodes are not plain texts';
}

/** Declared as `string`, where the file has types. */
function isText({ declaration }: Binding, file: FileContext): boolean {
  if (!/\.[cm]?tsx?$/.test(file.path)) return true;
  if (ts.isParameter(declaration)) return isStringType(declaration.type, file);
  const loop = declaration.parent?.parent;
  if (!loop || !ts.isForOfStatement(loop)) return false;
  const over = skipWrappers(loop.expression);
  const list = ts.isIdentifier(over) ? file.bindingOf(over)?.declaration : undefined;
  const type = list && (ts.isParameter(list) || ts.isVariableDeclaration(list)) ? list.type?.getText(file.source) : '';
  return /^(?:readonly )?string\[\]$|^(?:Readonly)?(?:Array|Iterable|Set|ReadonlySet)<string>$/.test(type ?? '');
}

function isStringType(type: ts.TypeNode | undefined, file: FileContext): boolean {
  if (!type || type.kind === ts.SyntaxKind.StringKeyword) return type !== undefined;
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return false;
  const declaration = file.bindingOf(type.typeName)?.declaration;
  return declaration !== undefined && ts.isTypeAliasDeclaration(declaration) && isStringType(declaration.type, file);
}
