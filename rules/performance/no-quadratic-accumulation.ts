import { roundWords, together } from '../../src/ast/mention-words.ts';
import { shownText } from '../../src/ast/names/shown-text.ts';
import { type Accumulation, findLoopCopy, findReduce } from '../../src/ast/size/accumulation.ts';
import { getOutermostRound } from '../../src/ast/size/loop-facts.ts';
import { givenWords } from '../../src/ast/size/tied-size.ts';
import { findMethodCall } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { sureInLibrary } from '../../src/ast/where/under-load.ts';
import { runsUnderLoad } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export const rule = defineRule<Accumulation>({
  id: 'no-quadratic-accumulation',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: 'All of {name} is copied for each of {over}: the time grows with the square of their number.',
  why: 'Each step makes a new array or object and copies what was gathered so far. With 5,000 keys `{ ...all }` took 6.4 s against 0.7 ms for one object that is written to; arrays are cheaper, and as quadratic.',
  advice:
    'Write to the accumulator: push to the array, assign to the object, and return it. Nobody else sees it before the end.',
  limits: [
    'What is gathered this way is mostly some dozens of items, also where data says how many: it is `likely` only in a library, for the rows of a result, for what is done in bulk, which users hand in, for all that is nested in what they hand in, and for an object with an entry for each that a read gives. Inputs known to be small are left alone.',
    'Copies of a field of `this`, as stores of immutable state make them, are left alone, and so are those that one call of a function makes, however often it is called.',
    'A list of open work that each round copies counts as all that is walked, unless each round waits, or what is walked is files or what somebody writes by hand.',
  ],
  mentions: [
    ...together(['.reduce', ' reduce(', ' reduceRight('], ['...', 'concat(']),
    ...together(['...', 'concat('], roundWords),
  ],
  sureMentions: [...givenWords, 'concat(', '[...', 'hgetall', 'hvals', 'smembers', 'All(', 'findMany(', '.find('],
  visit: {
    CallExpression(call, file) {
      const method = findMethodCall(call)?.method ?? (ts.isIdentifier(call.expression) ? call.expression.text : '');
      if (method === 'set') return reportLoop(call, file);
      if (!/^reduce(?:Right)?$/.test(method)) return undefined;
      const found = findReduce(call, file);
      return found?.kind === 'reduce'
        ? report(found, found.copies[0]!.node, found.accumulator, found.over, file)
        : undefined;
    },
    BinaryExpression(node, file) {
      if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
      const { kind } = node.right;
      if (
        kind !== ts.SyntaxKind.ArrayLiteralExpression &&
        kind !== ts.SyntaxKind.ObjectLiteralExpression &&
        kind !== ts.SyntaxKind.CallExpression
      )
        return undefined;
      return reportLoop(node, file);
    },
  },
});

function reportLoop(node: ts.BinaryExpression | ts.CallExpression, file: FileContext): Match<Accumulation> | undefined {
  const found = findLoopCopy(node, file);
  return found?.kind === 'loop' ? report(found, node, found.target, found.over, file) : undefined;
}

function report(
  data: Accumulation,
  at: ts.Node,
  name: ts.Node,
  over: ts.Expression | undefined,
  file: FileContext,
): Match<Accumulation> | undefined {
  if (data.size.size === 'small') return undefined;
  const isMerge = data.kind === 'loop' ? data.copy.isMerge : data.copies.every((copy) => copy.isMerge);
  return {
    at,
    values: { name: name.getText(file.source), over: over ? shownText(over, file, 60) : 'the rounds of the loop' },
    ...(data.size.size === 'large' && !isMerge && { related: [{ at: data.size.at, note: data.size.why }] }),
    ...sureInLibrary(data.size.isGiven === true || isDear(data, isMerge)),
    when: runsUnderLoad(getOutermostRound(data.kind === 'reduce' ? data.call : at), file),
    data,
  };
}

/**
 * What users of a library have much of: all that is nested in what they hand in, and an object for all entries that a read
 * gives, which takes ten times as long to copy as an array. Fields are merged for a few things.
 */
function isDear(data: Accumulation, isMerge: boolean): boolean {
  const { size, isNested, isCarried } = data.size;
  if (size !== 'large' || isMerge || isCarried) return false;
  const copies = data.kind === 'loop' ? [data.copy] : data.copies;
  return isNested === true || copies.every(({ kind }) => kind === 'object' || kind === 'assign');
}
