import { expect } from 'vitest';
import { PackageIndex } from '../src/engine/packages.ts';
import { applyFixes } from '../src/fix/apply.ts';
import { importEdits } from '../src/fix/imports.ts';
import { importedAs } from '../src/fix/plan.ts';
import type { Finding } from '../src/model/finding.ts';
import type { RulePair } from '../src/model/fixer.ts';
import { scanFiles } from './fixtures.ts';

const maxPasses = 10;

export interface FixedFiles {
  files: Record<string, string>;
  /** What the last scan still found. */
  left: Finding[];
  applied: number;
}

/** Applies every fix, those that need review too, pass by pass, until nothing more lands. */
export async function fixAll(files: Readonly<Record<string, string>>, pair: RulePair<never>): Promise<FixedFiles> {
  const texts = { ...files };
  let applied = 0;
  for (let pass = 0; ; pass++) {
    const { findings, problems, root } = await scanFiles(texts, [pair], pair.rule.id);
    expect(problems).toEqual([]);
    const fixable = findings.filter(({ fix, status }) => fix && status === 'active');
    if (fixable.length === 0 || pass === maxPasses) return { files: texts, left: findings, applied };
    const pkg = new PackageIndex(root).factsOf('');
    for (const [path, text] of Object.entries(texts)) {
      const own = fixable.filter(({ file }) => file === path);
      const result = applyFixes(path, text, own, {
        safety: 'review',
        finish(edited, fixed) {
          const needed = fixed.flatMap(({ fix }) => [
            ...fix!.needs.map((name) => ({ module: '@plimsoll/runtime', name: importedAs(name, fix!.under) })),
            ...fix!.imports,
          ]);
          const imports = importEdits(path, text, edited, needed, pkg);
          if ('edits' in imports) return imports;
          throw new Error(`Refused imports: ${imports.refused.map(({ why }) => why).join('; ')}`);
        },
      });
      expect(result.left.filter(({ waits }) => !waits).map(({ why }) => why)).toEqual([]);
      texts[path] = result.text;
      applied += result.applied.length;
    }
  }
}
