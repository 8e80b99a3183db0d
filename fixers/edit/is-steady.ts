import {
  findEnclosingFunction,
  findMemberName,
  getOutermostWrapped,
  isLogical,
  isWithin,
  nameOfFunction,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import { isConversion } from './find-effect.ts';

/** `order.customer.id`, and whether more of it is looked at, or may be, than that it is this value. */
interface Place {
  path: string;
  isOpened: boolean;
}

/**
 * Whether what a name gives where it stands is the same after something that is waited for later in the function: that
 * holds of what is declared from `start` on, which the other does not know, of names that are never written, of
 * constants, and of parts of the function's own values that the other is not handed.
 */
export function isSteady(
  name: ts.Identifier | ts.ThisExpression,
  start: number,
  waiting: ts.Node,
  file: FileContext,
): boolean {
  if (!ts.isIdentifier(name)) return false;
  const binding = file.bindingOf(name);
  if (!binding) return /^(?:undefined|NaN|Infinity)$/.test(name.text);
  if (binding.identifier.pos >= start && binding.identifier.end <= waiting.pos) return true;
  const fn = findEnclosingFunction(waiting);
  const isOwn = findEnclosingFunction(binding.identifier) === fn;
  const isKept = binding.writes.every(
    (write) => isOwn && findEnclosingFunction(write) === fn && !isWithin(write, waiting),
  );
  if (!isKept) return false;
  const { path, isOpened } = placeOf(name, file);
  if (isConstant(path) || (path === name.text && !isOpened)) return true;
  const seen = isOpened ? `${path}.` : path;
  const isHanded = listHanded(binding, waiting, file).some((handed) => seen.startsWith(`${handed}.`));
  return isOwn && !isHanded && !isKnownToFunctions(binding, start, waiting);
}

/** Whether what is waited for may call a function that knows a variable: one made before `start`, or a declared one that it names. */
export function isKnownToFunctions({ identifier, references }: Binding, start: number, waiting: ts.Node): boolean {
  const home = findEnclosingFunction(identifier);
  return references.some((use) => {
    const fn = findEnclosingFunction(use);
    if (fn === undefined || fn === home) return false;
    return ts.isFunctionDeclaration(fn) ? waiting.getText().includes(nameOfFunction(fn)) : use.pos < start;
  });
}

/** `PLANS`, `PLANS.free.limit` and `Status.Open`: by their names, what is written out once; `CACHE` and the like are not. */
function isConstant(path: string): boolean {
  if (/^\w*(?:CACHE|COUNT|QUEUE|REGISTRY|STATE|STORE)/.test(path)) return false;
  return /^(?:[A-Z][A-Z0-9_]*(?:\.|$)|[A-Z]\w*\.[A-Z])/.test(path);
}

/** The parts of a value that are handed to what is waited for. */
function listHanded({ references }: Binding, waiting: ts.Node, file: FileContext): string[] {
  return references.filter((use) => isWithin(use, waiting)).map((use) => placeOf(use, file).path);
}

function placeOf(name: ts.Identifier, file: FileContext): Place {
  let path = name.text;
  let at = getOutermostValue(name);
  for (;;) {
    const { parent } = at;
    if (!isPartOf(at, parent)) return { path, isOpened: !isOperand(at, file) };
    const member = findMemberName(parent);
    const part = getOutermostValue(parent);
    // A method may look at all of what it is called on.
    if (member === undefined || isCallee(part)) return { path, isOpened: true };
    path += `.${member}`;
    at = part;
  }
}

/** The outermost expression that may give a value as it is: `(value ?? {})`. */
function getOutermostValue(node: ts.Node): ts.Node {
  const at = getOutermostWrapped(node);
  const { parent } = at;
  const isGiven = ts.isConditionalExpression(parent) ? parent.condition !== at : isLogical(parent);
  return isGiven ? getOutermostValue(parent) : at;
}

function isPartOf(at: ts.Node, parent: ts.Node): boolean {
  return (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === at;
}

function isCallee(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

/** Put into an object as it is; compared, calculated with, converted: a text, a number, or only whether it is there. */
function isOperand(node: ts.Node, file: FileContext): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent)) return isConversion(parent.expression, file);
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind !== ts.SyntaxKind.InKeyword;
  return (
    ts.isPropertyAssignment(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isTypeOfExpression(parent) ||
    ts.isIfStatement(parent) ||
    ts.isConditionalExpression(parent) ||
    ts.isElementAccessExpression(parent)
  );
}
