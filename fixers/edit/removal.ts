import { callsIn, listIdentifiers } from '../../src/ast/hashing/parts.ts';
import { calleeName, findMemberName, isFunctionNode, skipWrappers } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { removeDeclaration } from './remove-statement.ts';

/** Edits that take code out. */
export interface CodeRemoval {
  /** What is gone with it. */
  node: ts.Node;
  edits: TextEdit[];
}

/** A whole statement or member. */
export function removeWhole(node: ts.Node, file: FileContext): CodeRemoval[] {
  return [{ node, edits: [removeDeclaration(node, file)] }];
}

/** A parameter stays for its callers, under a name with `_` before it. */
export function renameParameter(parameter: ts.ParameterDeclaration, file: FileContext): CodeRemoval {
  const { name } = parameter;
  const taken = listIdentifiers(parameter.parent).some((other) => other.text === `_${name.getText(file.source)}`);
  const text =
    taken || name.getText(file.source).startsWith('_') ? name.getText(file.source) : `_${name.getText(file.source)}`;
  // A parameter property is one no more.
  return { node: name, edits: [{ start: parameter.getStart(file.source), end: name.end, text }] };
}

const pureCalls =
  /^(?:require|Math|Number|String|parseInt|Symbol|Map|Set|Array|BoundedCache|max|min|floor|ceil|round|trunc|abs|pow|from)$/;

/** Nothing is lost when it is not evaluated. */
export function isPure(value: ts.Expression): boolean {
  const plain = skipWrappers(value);
  if (isFunctionNode(plain)) return true;
  const text = plain.getText();
  if (/\bawait\b|\byield\b|\+\+|--/.test(text)) return false;
  return callsIn(plain).every((call) => pureCalls.test(calleeName(call)) || findMemberName(call.expression) === 'join');
}
