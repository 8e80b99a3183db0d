import { isNothing } from '../../src/ast/hashing/kinds.ts';
import type { KeptResult, RingLookup } from '../../src/ast/hashing/lookup.ts';
import { listIdentifiers } from '../../src/ast/hashing/parts.ts';
import type { PointRing } from '../../src/ast/hashing/point-ring.ts';
import { findMemberName, getOutermostWrapped, isWithin, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip, TextEdit } from '../../src/model/fixer.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { removeDeclaration, removeStatement } from './remove-statement.ts';
import { replaceNode, replaceNodes } from './replace-node.ts';
import { commentsIn, type RingNames, ringAt } from './ring-names.ts';

/** Asks the ring where a look-up searched the points, and forgets answers that it remembered because that was slow. */
export function rewriteLookup(
  lookup: RingLookup,
  { emptyTests }: PointRing,
  names: RingNames,
  file: FileContext,
): { edits: TextEdit[]; gone: ts.Node[] } | Skip {
  const { fn, key, access, search, last, kept, guards, empty, memo } = lookup;
  const gone: ts.Node[] = statementsFrom(search, last);
  const edits: TextEdit[] = [];
  const local = kept ? findLocalName(kept, lookup, file) : findFree(fn, ['node', 'owner', 'found'], file);
  const ring = `${ringAt(access, names)}.get(${key.getText(file.source)})`;
  const lines = guards.map((guard) => withTests(guard, emptyTests, names, file));
  const check = `if (${local} === undefined) throw new Error('the ring has no nodes');`;
  const mark = needsMark(lookup, file) ? '!' : '';
  if (kept) {
    const isChecked = empty === 'throws';
    lines.push(`const ${local} = ${ring}${isChecked ? '' : mark};`);
    if (isChecked) lines.push(check);
    edits.push(...rewriteUses(kept, local, file));
    for (const node of kept.nodes) gone.push(node);
    for (const node of kept.tests) gone.push(node);
  } else if (empty === 'throws') lines.push(`const ${local} = ${ring};`, check, `return ${local};`);
  else lines.push(`return ${ring}${empty === 'null' ? ' ?? null' : mark};`);
  const comments = commentsIn(search, last, file);
  edits.push(replaceNodes(search, last, comments + lines.join('\n'), file));
  if (memo) {
    for (const statement of [...memo.inLookup, ...memo.elsewhere]) {
      edits.push(removeStatement(statement, file));
      gone.push(statement);
    }
    const { declaration } = memo.part;
    const whole = ts.isVariableDeclaration(declaration!) ? declaration.parent.parent : declaration!;
    edits.push(removeDeclaration(whole, file));
    gone.push(whole);
  }
  return { edits, gone };
}

function statementsFrom(search: ts.Statement, last: ts.Statement): ts.Node[] {
  const { statements } = search.parent as ts.Block;
  return statements.slice(statements.indexOf(search), statements.indexOf(last) + 1);
}

/** A guard's text with the ring's size in it. */
function withTests(guard: ts.Node, tests: readonly ts.Expression[], names: RingNames, file: FileContext): string {
  let text = guard.getText(file.source);
  const offset = guard.getStart(file.source);
  for (const access of tests.filter((one) => isWithin(one, guard)).reverse()) {
    const size = getOutermostWrapped(access).parent;
    text = `${text.slice(0, size.getStart(file.source) - offset)}${ringAt(access, names)}.size${text.slice(size.end - offset)}`;
  }
  return text;
}

/** Whether the compiler has to be told that there is a node: the function has left when the ring is empty, or says so. */
function needsMark({ fn, isGuarded, kept, empty }: RingLookup, file: FileContext): boolean {
  if (!isTypeScriptFile(file) || empty !== 'undefined' || (kept && kept.tests.length > 0)) return false;
  const type = fn.type?.getText(file.source);
  return type === undefined ? isGuarded : !/\b(?:undefined|void|any|unknown)\b/.test(type);
}

/** The name that points have for their node, else that of the variable. */
function findLocalName({ binding, nodes }: KeptResult, { fn }: RingLookup, file: FileContext): string {
  const read = nodes.map((node) => findMemberName(node)).find((name) => name !== undefined);
  const own = binding.name;
  const isNode = nodes.some((node) => ts.isIdentifier(node));
  return isNode
    ? own
    : findFree(fn, [...(read && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(read) ? [read] : []), 'node'], file, own);
}

/** The first of some names that means nothing in a function yet. */
function findFree(fn: ts.Node, wanted: readonly string[], file: FileContext, other = wanted[0]!): string {
  const isName = (name: ts.Identifier): boolean =>
    !(ts.isPropertyAccessExpression(name.parent) && name.parent.name === name) &&
    !(ts.isPropertyAssignment(name.parent) && name.parent.name === name);
  const taken = new Set(
    listIdentifiers(fn)
      .filter(isName)
      .map(({ text }) => text),
  );
  for (const { name, scope } of file.bindings) if (scope === file.moduleScope && file.source === fn) taken.add(name);
  return wanted.find((name) => !taken.has(name)) ?? other;
}

function rewriteUses({ nodes, tests }: KeptResult, local: string, file: FileContext): TextEdit[] {
  const edits: TextEdit[] = [];
  const covered: ts.Node[] = [];
  for (const test of tests) {
    const choice = findChoice(test, nodes);
    if (choice) {
      covered.push(choice.whole);
      edits.push(replaceNode(choice.whole, choice.isNull ? `${local} ?? null` : local, file));
    }
  }
  for (const one of [...nodes, ...tests]) {
    if (!covered.some((whole) => isWithin(one, whole))) edits.push(replaceNode(one, local, file));
  }
  return edits;
}

/** `point ? point.node : null`, `point && point.node`: the node or nothing. */
function findChoice(
  test: ts.Identifier,
  nodes: readonly ts.Expression[],
): { whole: ts.Node; isNull: boolean } | undefined {
  const { parent } = getOutermostWrapped(test);
  const isNode = (value: ts.Expression): boolean => nodes.includes(skipWrappers(value));
  if (ts.isConditionalExpression(parent) && isNode(parent.whenTrue) && isNothing(skipWrappers(parent.whenFalse)))
    return { whole: parent, isNull: skipWrappers(parent.whenFalse).kind === ts.SyntaxKind.NullKeyword };
  const isAnd = ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  return isAnd && isNode(parent.right) ? { whole: parent, isNull: false } : undefined;
}
