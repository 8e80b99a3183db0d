import { findEnclosingFunction, findMemberPath } from '../src/ast/syntax.ts';
import type { RaceInLoop } from '../src/ast/timers/race-survivor.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { insertBefore } from './edit/insert-before.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<RaceInLoop> = {
  rule: 'no-race-in-loop',
  safety: 'review',
  changes: 'adds one reaction to the long-lived promise before the loop, which settles a promise of the round',
  fix({ data }, file) {
    const { loop, survivor } = data;
    if (data.isElsewhere) return { skip: 'the race is in a function that other places may call' };
    if (hasOtherRace(data, file)) return { skip: 'another race of this function waits for the same promise' };
    const statement = ts.isLabeledStatement(loop.parent) ? loop.parent : loop;
    const written = survivor.getText(file.source);
    const base = (findMemberPath(survivor) ?? []).filter((part) => !/^(?:this|promise)$/.test(part)).join(' ');
    const words = base.replace(/[^\w ]/g, '').replace(/(?:^| )+(\w)/g, (_, letter: string) => letter.toUpperCase());
    const [isSettled, settleRound, settle, ofRound] = [
      `is${words}Settled`,
      `settle${words}Round`,
      `settle${words}`,
      `get${words}OfRound`,
    ].map((name) => freeName(name, file)) as [string, string, string, string];
    const isTyped = isTypeScriptFile(file);
    const type = isTyped ? `: Promise<Awaited<typeof ${written}>>` : '';
    const nothing = isTyped ? ': void' : '';
    const before = [
      `// One reaction for all rounds: each race of \`${written}\` itself would leave one behind.`,
      `let ${isSettled} = false;`,
      `let ${settleRound} = ()${nothing} => {};`,
      `const ${settle} = ()${nothing} => {`,
      `  ${isSettled} = true;`,
      `  ${settleRound}();`,
      '};',
      `void ${written}.then(${settle}, ${settle});`,
      `const ${ofRound} = ()${type} =>`,
      `  ${isSettled}`,
      `    ? ${written}`,
      '    : new Promise((resolve) => {',
      `        ${settleRound} = () => resolve(${written});`,
      '      });',
    ].join('\n');
    return {
      edits: [...insertBefore(statement, before, file), replaceNode(survivor, `${ofRound}()`, file)],
      note: 'what the promise gives reaches the loop one turn later',
    };
  },
};

/** Two of them would take each other's round. */
function hasOtherRace({ race, survivor }: RaceInLoop, file: FileContext): boolean {
  const fn = findEnclosingFunction(race);
  const written = survivor.getText(file.source);
  return file
    .nodes('CallExpression')
    .some(
      (call) =>
        call !== race &&
        findEnclosingFunction(call) === fn &&
        /^Promise\.(?:race|any)$/.test(call.expression.getText(file.source)) &&
        call.arguments[0]?.getText(file.source).includes(written),
    );
}
