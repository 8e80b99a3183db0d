import type { FileContext } from '../../model/file-context.ts';
import { isThisAlias } from '../handles/handle-escape.ts';
import { findMethodCall, getOutermostWrapped, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { classShape, findThisOwner } from './class-shape.ts';

/**
 * The members that `x[key]` may be: those that a list of names around it tells (`for (const key of ['a', 'b'])`), else
 * on `this` every field of its owner. Nothing for other computed accesses.
 */
export function listMembersMeant(access: ts.ElementAccessExpression, file: FileContext): readonly string[] {
  const names = listStrings(access.argumentExpression, file, 0);
  if (names.length > 0) return names;
  const receiver = skipWrappers(access.expression);
  if (receiver.kind !== ts.SyntaxKind.ThisKeyword && !isThisAlias(receiver, file)) return [];
  if (!isOneOfMany(access.argumentExpression, file)) return [];
  const owner = findThisOwner(receiver, file);
  return owner ? [...classShape(owner, file).fields.keys()] : [];
}

/** A name that a loop or a caller gives, or that is put together; a symbol or a constant names one member. */
function isOneOfMany(key: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(key);
  if (ts.isTemplateExpression(at)) return true;
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (!declaration) return false;
  if (ts.isParameter(declaration)) return true;
  const loop = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : undefined;
  return loop !== undefined && (ts.isForOfStatement(loop) || ts.isForInStatement(loop));
}

/** The strings that a key can be, as far as lists and choices of this file tell. */
function listStrings(node: ts.Expression, file: FileContext, hops: number): readonly string[] {
  const at = skipWrappers(node);
  if (hops > 4) return [];
  if (ts.isStringLiteralLike(at)) return [at.text];
  if (ts.isArrayLiteralExpression(at)) return at.elements.flatMap((element) => listStrings(element, file, hops + 1));
  if (ts.isConditionalExpression(at))
    return [at.whenTrue, at.whenFalse].flatMap((value) => listStrings(value, file, hops + 1));
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (!declaration) return [];
  if (ts.isParameter(declaration)) {
    const target = findMethodCall(getOutermostWrapped(declaration.parent).parent);
    return target && declaration.parent.parameters[0] === declaration
      ? listStrings(target.receiver, file, hops + 1)
      : [];
  }
  if (!ts.isVariableDeclaration(declaration)) return [];
  const loop = declaration.parent.parent;
  if (ts.isForOfStatement(loop)) return listStrings(loop.expression, file, hops + 1);
  return declaration.initializer ? listStrings(declaration.initializer, file, hops + 1) : [];
}

/** `Object.values(x)`, `Array.from(x)`, `_.compact(x)`: calls that give out what their arguments hold. */
export function listHoldersGiven(call: ts.CallExpression): readonly ts.Expression[] {
  const target = findMethodCall(call);
  const { expression } = call;
  if (!target)
    return ts.isIdentifier(expression) && /^(?:values|compact|toArray)$/.test(expression.text) ? call.arguments : [];
  return ts.isIdentifier(target.receiver) && /^(?:Object|Array|Reflect|_|lodash)$/.test(target.receiver.text)
    ? call.arguments
    : [];
}

/**
 * Whether an owner calls one of `methods` on its members by computed names, a certain field among them:
 * `this[key].close()`, and `Object.values(this).forEach((part) => part.close())` for all.
 */
export function endsByComputedName(
  owner: ts.Node,
  field: string,
  isEnd: (method: string) => boolean,
  file: FileContext,
): boolean {
  return listNodesWithin('CallExpression', owner, file).some((call) => {
    const target = findMethodCall(call);
    if (!target || !isEnd(target.method)) return false;
    return isMeant(target.receiver, field, file, 0);
  });
}

function isMeant(value: ts.Expression, field: string, file: FileContext, hops: number): boolean {
  const at = skipWrappers(value);
  if (hops > 4) return false;
  if (ts.isElementAccessExpression(at)) return listMembersMeant(at, file).includes(field);
  if (ts.isCallExpression(at)) return listHoldersGiven(at).some((held) => isOwnerItself(held, file));
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (!declaration) return false;
  if (ts.isParameter(declaration) && isFunctionNode(declaration.parent)) {
    const target = findMethodCall(getOutermostWrapped(declaration.parent).parent);
    return target !== undefined && isMeant(target.receiver, field, file, hops + 1);
  }
  if (!ts.isVariableDeclaration(declaration)) return false;
  const loop = declaration.parent.parent;
  const from = ts.isForOfStatement(loop) ? loop.expression : declaration.initializer;
  return from !== undefined && isMeant(from, field, file, hops + 1);
}

function isOwnerItself(held: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(held);
  return at.kind === ts.SyntaxKind.ThisKeyword || isThisAlias(at, file);
}
