import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findPromiseAround,
  isFunctionNode,
  isWithin,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** A wait of no more than this is over soon, whatever the load. */
const soonMs = 5_000;

/** What is gone in less is not felt where it holds next to nothing. */
const shortMs = 15_000;

/** What is left for so long piles up, wherever it comes from. */
const longMs = 60_000;

/** How long a timer surely waits; undefined where that is not known, or a caller may say otherwise. */
export function knownDelay(delay: ts.Expression | undefined, file: FileContext): number | undefined {
  return delay && !isDelayGiven(delay, file) ? findNumber(delay, file) : undefined;
}

/** How long a timer waits where nobody says otherwise: what is written, or the default of what a caller may give. */
export function usualDelay(delay: ts.Expression | undefined, file: FileContext): number | undefined {
  return delay && findNumber(delay, file);
}

/** Whether a timer that is left running is gone in less than fifteen seconds. */
export function isGoneInTime(ms: number | undefined): boolean {
  return ms !== undefined && ms < shortMs;
}

/** Whether a timer that is left running is gone in less than five seconds, whatever it holds. */
export function isGoneSoon(ms: number | undefined): boolean {
  return ms !== undefined && ms < soonMs;
}

/** Whether a timer that is left running stays for a minute or more. */
export function staysLong(ms: number | undefined): boolean {
  return ms !== undefined && ms >= longMs;
}

/**
 * How much a deadline holds that is left running: `nothing` for long, where it is over within some seconds and its
 * callback refers to constants, numbers and texts, to what its owner is, to the promise it settles or to the controller it
 * aborts only; `little` where it is over later; else `much`.
 */
export function weightOf(timer: ts.CallExpression, file: FileContext): 'nothing' | 'little' | 'much' {
  const [run, delay] = timer.arguments;
  if (!run) return 'much';
  // What a caller may say otherwise is no limit.
  const isSoon = (knownDelay(delay, file) ?? Number.POSITIVE_INFINITY) <= soonMs;
  if (!holdsLittle(run, { run, isSoon, file })) return 'much';
  return isSoon ? 'nothing' : 'little';
}

/**
 * Whether the one who calls the function around a deadline says how long it is: a helper for whatever work, that is
 * used as often as there is such work.
 */
export function isDelayGiven(delay: ts.Expression | undefined, file: FileContext): boolean {
  const at = delay && skipWrappers(delay);
  if (!at) return false;
  if (ts.isBinaryExpression(at)) return isDelayGiven(at.left, file) || isDelayGiven(at.right, file);
  const root = rootOfMembers(at);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  return declaration !== undefined && (ts.isParameter(declaration) || ts.isBindingElement(declaration));
}

interface Held {
  run: ts.Node;
  isSoon: boolean;
  file: FileContext;
}

function holdsLittle(node: ts.Node, held: Held): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return held.isSoon || isMemberTold(node);
  if (ts.isIdentifier(node)) {
    const binding = held.file.bindingOf(node);
    if (!binding || isWithin(binding.identifier, held.run) || !findEnclosingFunction(binding.identifier)) return true;
    // A number or a name that stands in the text of an error.
    if (isTold(node, held) || isPlain(binding.declaration, held.file, 0)) return true;
    return isSettlerParameter(binding.declaration) || findMemberName(node.parent) === 'abort';
  }
  return ts.forEachChild(node, (child) => (holdsLittle(child, held) ? undefined : true)) === undefined;
}

/**
 * What stands in a text (`${order.id.toString()}`) or in a new error, and what a caller gives a promise to settle with
 * instead (`resolve(fallback)`): a name, a number, a small default.
 */
function isTold(node: ts.Identifier, { run, file }: Held): boolean {
  for (let at: ts.Node = node; at !== run && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isTemplateSpan(parent)) return true;
    if (ts.isNewExpression(parent) && parent.expression !== at) return /Error$/.test(parent.expression.getText());
    if (ts.isCallExpression(parent) && parent.expression !== at && at === node) {
      const settle = skipWrappers(parent.expression);
      const by = ts.isIdentifier(settle) ? file.bindingOf(settle)?.declaration : undefined;
      const given = file.bindingOf(node)?.declaration;
      return by !== undefined && isSettlerParameter(by) && given !== undefined && ts.isParameter(given);
    }
    if (isFunctionNode(parent)) return false;
  }
  return false;
}

/** `${this.url}` in the text of an error: the owner lives on anyway. */
function isMemberTold(node: ts.Node): boolean {
  let at = node;
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent;
  return ts.isTemplateSpan(at.parent);
}

/** A text, a number or a flag, by its type or its value. */
function isPlain(declaration: ts.Node, file: FileContext, hops: number): boolean {
  if (!ts.isParameter(declaration) && !ts.isVariableDeclaration(declaration)) return false;
  if (declaration.type) return plainType.has(declaration.type.kind);
  const value = declaration.initializer && skipWrappers(declaration.initializer);
  if (!value || !ts.isIdentifier(declaration.name)) return false;
  if (ts.isLiteralExpression(value) || ts.isTemplateExpression(value)) return true;
  const named = ts.isIdentifier(value) && hops < 3 ? file.bindingOf(value)?.declaration : undefined;
  return named !== undefined && isPlain(named, file, hops + 1);
}

const plainType: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.StringKeyword,
  ts.SyntaxKind.NumberKeyword,
  ts.SyntaxKind.BooleanKeyword,
]);

/** A parameter of a promise's executor: what settles it twice settles nothing. */
export function isSettlerParameter(declaration: ts.Node): boolean {
  if (!ts.isParameter(declaration)) return false;
  const executor = declaration.parent;
  return isFunctionNode(executor) && findPromiseAround(executor) !== undefined;
}
