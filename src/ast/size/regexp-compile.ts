import type { FileContext } from '../../model/file-context.ts';
import { findMissedKey } from '../containers/missed-key.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { frequencyOf, isStartup, type Repetition } from '../where/where.ts';
import {
  dependsOnRound,
  endsRepetition,
  findIterated,
  isInvariant,
  listRepetitions,
  listUsedBindings,
} from './loop-facts.ts';
import { sizeOf, soundsLarge } from './size.ts';

export type RegExpNode = ts.NewExpression | ts.CallExpression;

/** A regular expression whose source is the same again and again, compiled each time. */
export type RegExpCompile =
  /** The same in each round of a loop. */
  | { kind: 'loop'; node: RegExpNode; repetition: Repetition }
  /** One for each entry of a table that outlives the call. */
  | { kind: 'table'; node: RegExpNode; table: ts.Expression }
  /** Kept under a key that has been changed since it was asked for: the next call does not find it. */
  | { kind: 'missed'; node: RegExpNode; key: string };

/** Judges `new RegExp(…)` and `RegExp(…)`. */
export function findRegExpCompile(node: RegExpNode, file: FileContext): RegExpCompile | undefined {
  const source = node.arguments?.[0] && skipWrappers(node.arguments[0]);
  if (!ts.isIdentifier(node.expression) || node.expression.text !== 'RegExp' || file.bindingOf(node.expression))
    return undefined;
  if (!source || ts.isRegularExpressionLiteral(source)) return undefined;
  const key = findMissedKey(node, file);
  if (key !== undefined) return { kind: 'missed', node, key };
  if (isKept(node, file)) return undefined;
  const fn = findEnclosingFunction(node);
  if (!fn || isStartup(fn, file) || frequencyOf(node, file) !== 'call' || findEntryPoint(fn, file)?.kind === 'startup')
    return undefined;
  for (const repetition of listRepetitions(node)) {
    const over = findIterated(repetition);
    const isSame = (node.arguments ?? []).every(
      (a) => isInvariant(a, repetition.node, file) && !dependsOnRound(a, repetition.node, file),
    );
    if (isSame) {
      if (endsRepetition(node, repetition)) return undefined;
      if (!over || soundsLarge(over, file)) return { kind: 'loop', node, repetition };
      continue;
    }
    if (
      over &&
      isTable(over, file) &&
      sizeOf(over, file) !== 'small' &&
      isUsedHere(node) &&
      dependsOnlyOnTable(source, repetition, file)
    )
      return { kind: 'table', node, table: over };
    return undefined;
  }
  return undefined;
}

/** Kept in a field, a module variable or a cache: compiled once. */
function isKept(node: RegExpNode, file: FileContext): boolean {
  const outer = getOutermostWrapped(node);
  const { parent } = outer;
  if (isAssignment(parent)) return true;
  if (ts.isPropertyAssignment(parent) || ts.isArrayLiteralExpression(parent) || ts.isReturnStatement(parent))
    return true;
  if (ts.isArrowFunction(parent) && parent.body === outer) return true;
  const target = findMethodCall(parent);
  if (target?.call.arguments.includes(outer as ts.Expression) && /^(?:push|set|add|put)$/.test(target.method))
    return true;
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  return (file.bindingOf(parent.name)?.references ?? []).some((r) => {
    const call = getOutermostWrapped(r).parent;
    return (
      ts.isReturnStatement(call) ||
      (isAssignment(call) && call.right === r) ||
      (ts.isCallExpression(call) && /\.(?:push|set|add)$/.test(call.expression.getText(file.source)))
    );
  });
}

/** `.test()` on it, or handed to a method of strings, or to a name that is. */
function isUsedHere(node: RegExpNode): boolean {
  const outer = getOutermostWrapped(node);
  const { parent } = outer;
  if (ts.isVariableDeclaration(parent)) return true;
  if (ts.isPropertyAccessExpression(parent)) return /^(?:test|exec)$/.test(parent.name.text);
  return /^(?:match|matchAll|replace|replaceAll|search|split)$/.test(findMethodCall(parent)?.method ?? '');
}

/** A field, or a constant of the module: the same entries call after call. */
function isTable(over: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(over);
  const path = findMemberPath(value);
  if (path?.[0] === 'this' && path.length > 1) return true;
  if (!path || !ts.isIdentifier(value)) return false;
  const binding = file.bindingOf(value);
  return (
    !!binding &&
    binding.scope === file.moduleScope &&
    binding.kind === 'const' &&
    ts.isVariableDeclaration(binding.declaration)
  );
}

/** Nothing but the table's entry goes into the source. */
function dependsOnlyOnTable(source: ts.Expression, { node }: Repetition, file: FileContext): boolean {
  const fn = findEnclosingFunction(node);
  return listUsedBindings(source, file).every((b) => {
    if (!fn || !isWithin(b.identifier, fn)) return true;
    if (!isWithin(b.identifier, node)) return false;
    const { declaration } = b;
    return (
      !ts.isVariableDeclaration(declaration) ||
      !declaration.initializer ||
      dependsOnlyOnTable(declaration.initializer, { node, over: undefined }, file)
    );
  });
}
