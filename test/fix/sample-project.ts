import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { replaceNode } from '../../fixers/edit/replace-node.ts';
import { ts } from '../../src/ast/ts.ts';
import { scan } from '../../src/engine/scan.ts';
import type { ScanOutcome } from '../../src/engine/scan-request.ts';
import { type FixRequest, fixProject, type Rescan } from '../../src/fix/fix.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FixResult } from '../../src/model/fix-result.ts';
import type { Fixer, RulePair } from '../../src/model/fixer.ts';

const texts = {
  category: 'performance',
  severity: 'high',
  confidence: 'certain',
  lifecycle: 'stable',
  message: 'This is slow',
  why: 'It takes time with every request.',
  advice: 'Make it fast.',
  limits: ['None.'],
} as const;

function callRule(id: string, name: string) {
  return defineRule<ts.CallExpression>({
    ...texts,
    id,
    mentions: [name],
    visit: {
      CallExpression: (node) =>
        ts.isIdentifier(node.expression) && node.expression.text === name ? { at: node, data: node } : undefined,
    },
  });
}

/** `slow(x)` → `fast(x)`, the whole call at once: nested calls overlap. */
const slow: RulePair<ts.CallExpression> = {
  rule: callRule('no-slow', 'slow'),
  fixer: {
    rule: 'no-slow',
    safety: 'safe',
    changes: 'calls fast',
    fix: ({ data }, file) => ({ edits: [replaceNode(data, data.getText(file.source).replace('slow', 'fast'), file)] }),
  },
};

/** `risky()` → `tame()`, for review. */
const risky: RulePair<ts.CallExpression> = {
  rule: callRule('no-risky', 'risky'),
  fixer: {
    rule: 'no-risky',
    safety: 'review',
    changes: 'calls tame',
    fix: ({ data }, file) => ({ edits: [replaceNode(data.expression, 'tame', file)], note: 'tame is not risky' }),
  },
};

/** `log()` → `new RingBuffer(9)`, `stop()` → `new TimerRegistry()`. */
function runtimePair(id: string, name: string, part: 'RingBuffer' | 'TimerRegistry'): RulePair<ts.CallExpression> {
  const fixer: Fixer<ts.CallExpression> = {
    rule: id,
    safety: 'safe',
    changes: `uses ${part}`,
    fix: ({ data }, file) => ({
      edits: [replaceNode(data, `new ${part}(${part === 'RingBuffer' ? '9' : ''})`, file)],
      needs: [part],
    }),
  };
  return { rule: callRule(id, name), fixer };
}

/** `endless(n)` → `endless(n + 1)`: a fixer that never comes to an end. */
const endless: RulePair<ts.CallExpression> = {
  rule: callRule('no-endless', 'endless'),
  fixer: {
    rule: 'no-endless',
    safety: 'safe',
    changes: 'counts',
    fix: ({ data }, file) => ({
      edits: [replaceNode(data.arguments[0]!, String(Number(data.arguments[0]!.getText(file.source)) + 1), file)],
    }),
  },
};

export const pairs = [
  slow,
  risky,
  runtimePair('no-log', 'log', 'RingBuffer'),
  runtimePair('no-stop', 'stop', 'TimerRegistry'),
  endless,
] as unknown as RulePair<never>[];

/** A project in a temporary folder, which goes when the test ends. */
export class SampleProject {
  readonly root = mkdtempSync(join(tmpdir(), 'plimsoll-fix-'));

  constructor(files: Readonly<Record<string, string>>) {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
    for (const [file, text] of Object.entries(files)) this.write(file, text);
  }

  path(file: string): string {
    return join(this.root, file);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  /** Every file with its text, but for git's. */
  files(): Record<string, string> {
    const names = readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
      .filter((name) => !name.startsWith('.git/'));
    return Object.fromEntries(names.sort().map((name) => [name, this.read(name)]));
  }

  scan(): Promise<ScanOutcome> {
    return scan({ root: this.root }, pairs);
  }

  /** Scans and fixes; `afterScan` and `onRescan` run in between. */
  async fix(
    options: Partial<FixRequest> = {},
    { afterScan = () => {}, onRescan = () => {} }: { afterScan?(): void; onRescan?(): void } = {},
  ): Promise<FixResult> {
    const { findings, scanned } = await this.scan();
    const hashes = scanned.flatMap(({ path, hash }) => (hash === undefined ? [] : [[path, hash] as const]));
    afterScan();
    const request = { root: this.root, findings, contentHashes: new Map(hashes), ...options };
    const rescan: Rescan = async (texts) => {
      onRescan();
      return (await scan({ root: request.root, texts }, pairs)).findings;
    };
    return await fixProject(request, rescan);
  }
}
