import { Chalk } from 'chalk';
import { categoryChoices } from '../../config/schema.ts';
import { paintFor } from '../../report/code-frame.ts';
import { listKnownRules, type RuleFlags } from '../known-rules.ts';
import { assertKnown } from '../options.ts';
import { print } from '../output.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

/** Every rule on a line, by category, those of plugins among them. */
export async function rulesCommand(flags: RuleFlags & { category?: string[] }, session: Session): Promise<number> {
  for (const name of flags.category ?? []) assertKnown('category', name, categoryChoices, categoryChoices.join(', '));
  const ruleFacts = await listKnownRules({ cwd: session.cwd, config: flags.config });
  const chosen = ruleFacts.filter((rule) => !flags.category || flags.category.includes(rule.category));
  if (flags.json) {
    await print(`${JSON.stringify(chosen, undefined, 2)}\n`);
    return 0;
  }
  const paint = new Chalk({ level: terminalOf(process.stdout).colour ? 1 : 0 });
  const widest = Math.max(...chosen.map((rule) => rule.id.length));
  const lines: string[] = [];
  for (const category of categoryChoices) {
    const own = chosen.filter((rule) => rule.category === category);
    if (own.length === 0) continue;
    if (lines.length > 0) lines.push('');
    lines.push(paint.bold(category));
    for (const rule of own) {
      const severity = paintFor(rule, paint)(rule.severity.padEnd(6));
      const fix = rule.fix ? `${rule.fix.safety} fix` : '';
      const stage = [rule.lifecycle === 'trial' ? 'trial' : '', rule.plugin ?? ''].filter(Boolean).join('  ');
      lines.push(
        `  ${rule.id.padEnd(widest)}  ${severity}  ${rule.confidence.padEnd(8)}  ${fix.padEnd(10)}  ${stage}`.trimEnd(),
      );
    }
  }
  const count = `${chosen.length} rules; plimsoll explain <rule> tells all about one`;
  await print(`${[...lines, '', paint.dim(count)].join('\n')}\n`);
  return 0;
}
