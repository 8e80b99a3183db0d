/** `npm run new-rule <category> <id> [-- --fixer]`: a rule that finds nothing yet, with a fixture that says it must. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { categoryChoices } from '../src/config/schema.ts';

const root = join(import.meta.dirname, '..');
const [category = '', id = ''] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const hasFixer = process.argv.includes('--fixer');

if (!categoryChoices.some((name) => name === category) || !/^(?:no|require|prefer)(?:-[a-z\d]+)+$/.test(id)) {
  console.error(
    `Usage: npm run new-rule <category> <id> [-- --fixer]\n` +
      `  category: ${categoryChoices.join(', ')}\n  id: no-…, require-… or prefer-…, after the code and not the repair`,
  );
  process.exit(2);
}

const dataType = `${id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Data`;

const ruleText = `import type { ts } from '../../src/ast/ts.ts';
import { defineRule } from '../../src/model/define-rule.ts';

/** What the fixer needs to know. */
export interface ${dataType} {
  call: ts.CallExpression;
}

export const rule = defineRule<${dataType}>({
  id: '${id}',
  category: '${category}',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 20,
  message: 'What is wrong here, in one sentence.',
  why: 'What grows, and with what: requests, clients, uptime, rows.',
  advice: 'What to do by hand.',
  limits: ['What it misses, and what it takes for a defect by mistake.'],
  mentions: ['example'],
  visit: {
    CallExpression() {
      return undefined;
    },
  },
});
`;

const fixerText = `import type { Fixer } from '../src/model/fixer.ts';
import type { ${dataType} } from '../rules/${category}/${id}.ts';

export const fixer: Fixer<${dataType}> = {
  rule: '${id}',
  safety: 'review',
  changes: 'what the rewrite does',
  fix() {
    return { skip: 'why this one is left alone' };
  },
};
`;

const bad = `declare function example(): void;

export function report(): void {
  example(); // plimsoll-expect
}
`;

const good = `declare function example(): void;

// Looks alike, and is fine.
example();
`;

const files: Record<string, string> = {
  [`rules/${category}/${id}.ts`]: ruleText,
  [`fixtures/${id}/bad/basic.ts`]: bad,
  [`fixtures/${id}/good/basic.ts`]: good,
  ...(hasFixer && { [`fixers/${id}.ts`]: fixerText, [`fixtures/${id}/fixed/basic.ts`]: bad }),
};
const existing = Object.keys(files).find((path) => existsSync(join(root, path)));
if (existing !== undefined) {
  console.error(`${existing} exists already`);
  process.exit(2);
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}
execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/generate.ts')], { stdio: 'inherit', cwd: root });
console.log(`Now make it pass: npm run test:rule -- ${id}`);
