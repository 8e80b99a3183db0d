import { Chalk, type ChalkInstance } from 'chalk';
import type { RuleFacts } from '../../model/rule-facts.ts';
import { rulePage } from '../../report/context.ts';
import { durationInWords } from '../../report/summary.ts';
import { wrap } from '../../report/text.ts';
import { findRule, type RuleFlags } from '../known-rules.ts';
import { print } from '../output.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

/** All that is known of a rule, from its own file; for a rule of Plimsoll's own, nothing else is loaded. */
export async function explainCommand(id: string, flags: RuleFlags, session: Session): Promise<number> {
  const rule = await findRule(id, { cwd: session.cwd, config: flags.config });
  const page = rulePage(rule.id, [rule]);
  if (flags.json) {
    await print(`${JSON.stringify({ ...rule, page }, undefined, 2)}\n`);
    return 0;
  }
  const terminal = terminalOf(process.stdout);
  await print(explanation(rule, page, new Chalk({ level: terminal.colour ? 1 : 0 }), Math.min(terminal.width, 100)));
  return 0;
}

function explanation(rule: RuleFacts, page: string | undefined, paint: ChalkInstance, width: number): string {
  const section = (title: string, text: string) =>
    `${paint.bold(title)}\n${wrap(text, width - 2)
      .map((line) => `  ${line}`)
      .join('\n')}`;
  const code = (title: string, text: string) =>
    `${paint.bold(title)}\n${text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`.trimEnd())
      .join('\n')}`;
  const facts = [
    rule.category,
    rule.severity,
    `confidence ${rule.confidence}`,
    rule.fix ? `${rule.fix.safety} fix` : 'no fix',
  ];
  if (rule.effort !== undefined) facts.push(`about ${durationInWords(rule.effort)} by hand`);
  if (rule.plugin !== undefined) facts.push(`plugin ${rule.plugin}`);
  if (rule.lifecycle === 'trial') facts.push('trial: does not weigh');
  const options = Object.entries(rule.options).map(([name, option]) => {
    const [first = '', ...rest] = wrap(`${option.description} (default ${JSON.stringify(option.default)})`, width - 6);
    return [`  ${paint.cyan(name)}  ${first}`, ...rest.map((line) => `      ${line}`)].join('\n');
  });
  const parts = [
    `${paint.bold(rule.id)}\n${paint.dim(facts.join(' · '))}`,
    rule.says === undefined
      ? section('What', rule.message.replace(/\{(\w+)\}/g, '<$1>'))
      : section('What it says, of the code below', rule.says),
    section('Why', rule.why),
    section('Advice', rule.advice),
    ...(rule.bad === undefined ? [] : [code('Reported', rule.bad)]),
    ...(rule.good === undefined ? [] : [code('Not reported', rule.good)]),
    ...(rule.fix ? [section(`Fix (${rule.fix.safety})`, rule.fix.changes)] : []),
    ...(options.length > 0 ? [`${paint.bold('Options')}\n${options.join('\n')}`] : []),
    `${paint.bold('Limits')}\n${rule.limits
      .map((limit) =>
        wrap(limit, width - 4)
          .map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`)
          .join('\n'),
      )
      .join('\n')}`,
    section('Suppress', `// plimsoll-ignore-next-line ${rule.id} -- <reason>`),
    ...(page === undefined ? [] : [paint.dim(page)]),
  ];
  return `${parts.join('\n\n')}\n`;
}
