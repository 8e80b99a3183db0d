import { getOutermostRound } from '../../src/ast/size/loop-facts.ts';
import { findRegExpCompile, type RegExpCompile, type RegExpNode } from '../../src/ast/size/regexp-compile.ts';
import { ts } from '../../src/ast/ts.ts';
import { onUsersPath, runsUnderLoad } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export const rule = defineRule<RegExpCompile>({
  id: 'no-regexp-compile-in-request',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: 'This regular expression is compiled {when}, from the same source.',
  why: 'Compiling a dynamic RegExp takes about 10 µs, testing a compiled one 0.02 µs; a table of patterns multiplies that by its length for each request.',
  advice: 'Compile before the loop, or when the pattern is registered, and keep the compiled expression.',
  limits: [
    'Only a memo that never finds what it kept is `likely`: the engine keeps short patterns that it compiled a while ago, so that the rest rarely shows.',
    'A pattern that comes with the request is compiled once for it and is left alone.',
    'Literals cost nothing measurable and are never reported.',
  ],
  mentions: ['RegExp('],
  visit: { NewExpression: visit, CallExpression: visit },
});

function visit(node: RegExpNode, file: FileContext): Match<RegExpCompile> | undefined {
  if (!ts.isIdentifier(node.expression) || node.expression.text !== 'RegExp') return undefined;
  const found = findRegExpCompile(node, file);
  if (!found) return undefined;
  const when =
    found.kind === 'missed'
      ? `in each call, for it is kept under another \`${found.key}\` than the one that was asked for`
      : found.kind === 'loop'
        ? 'in each round of the loop'
        : `for each of ${found.table.getText(file.source)} in every call`;
  const outermost = getOutermostRound(node);
  // In a loop it is compiled as often as the loop is long: that counts where somebody waits for the loop.
  const runs = found.kind === 'loop' ? onUsersPath(outermost, file) : runsUnderLoad(outermost, file);
  // The engine keeps what it compiled a short while ago: a memo that never answers is a defect, all else most often small.
  const confidence = found.kind === 'missed' ? 'likely' : 'possible';
  return { at: node, values: { when }, confidence, when: runs, data: found };
}
