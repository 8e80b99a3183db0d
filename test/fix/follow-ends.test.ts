import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FixSafety } from '../../src/model/fixer.ts';
import { type FixRun, runFix } from '../../src/run-fix.ts';

const limiter = `export class Limiter {
  private readonly counts = new Map<string, number>();

  constructor(windowMs: number) {
    setInterval(() => this.counts.clear(), windowMs);
  }
}
`;

const manifest = JSON.stringify({ type: 'module', dependencies: { '@plimsoll/runtime': '*' } });

async function fix(
  files: Record<string, string>,
  safety: FixSafety = 'safe',
): Promise<FixRun & { read(file: string): string }> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-follow-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries({ 'package.json': manifest, ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const rules = ['no-leaked-interval', 'no-leaked-timeout'];
  const run = await runFix({ cwd: root, config: false, confidence: 'possible', rules, safety, allowDirty: true });
  return { ...run, read: (file) => readFileSync(join(root, file), 'utf8') };
}

function service(fields: string, body: string): string {
  return `import { Limiter } from './limiter.js';\n\nexport class Service {\n${fields}\n\n${body}\n}\n`;
}

describe('a class that a fix gives an end', () => {
  it('is ended by the owner that keeps it in a field, in another file', async () => {
    const { read, fixes } = await fix({
      'limiter.ts': limiter,
      'service.ts': service(
        '  private readonly limiter = new Limiter(1_000);',
        '  close(): void {\n    console.log("bye");\n  }',
      ),
    });
    expect(read('service.ts')).toContain('  close(): void {\n    this.limiter.dispose();\n    console.log("bye");');
    expect(
      fixes.files.map(({ file, applied, follows }) => [file, applied.length, follows.map(({ what }) => what)]),
    ).toEqual([
      ['limiter.ts', 1, []],
      ['service.ts', 0, ['Service.close calls dispose() of Limiter']],
    ]);
    expect(fixes.files[0]!.applied[0]!.fix!.note).toBe('Service.close calls its dispose()');
    expect(fixes.patch).toContain('+++ b/service.ts');
  });

  it('is told to log what its timer throws from now on, where that may throw', async () => {
    const files = {
      'limiter.ts': limiter
        .replace('this.counts.clear()', 'report(this.counts)')
        .concat('\ndeclare function report(counts: Map<string, number>): void;\n'),
      'service.ts': service('  private readonly limiter = new Limiter(1_000);', '  close(): void {}'),
    };
    expect((await fix(files)).fixes.files).toEqual([]);
    const { fixes } = await fix(files, 'review');
    expect(fixes.files[0]!.applied[0]!.fix!.note).toBe(
      'Service.close calls its dispose(); what it throws or rejects with is logged from now on, and no longer ends the process',
    );
  });

  it('is ended where it is taken out of a map, and with the owner', async () => {
    const { read } = await fix({
      'limiter.ts': limiter,
      'service.ts': service(
        '  private readonly limiters = new Map<string, Limiter>();',
        [
          '  open(tenant: string): void {\n    const limiter = new Limiter(1_000);\n    this.limiters.set(tenant, limiter);\n  }',
          '  drop(tenant: string): void {\n    this.limiters.delete(tenant);\n  }',
          '  destroy(): void {\n    this.limiters.clear();\n  }',
        ].join('\n\n'),
      ),
    });
    const text = read('service.ts');
    expect(text).toContain('    this.limiters.get(tenant)?.dispose();\n    this.limiters.delete(tenant);');
    expect(text).toContain(
      '  destroy(): void {\n    for (const limiter2 of this.limiters.values()) limiter2.dispose();\n    this.limiters.clear();',
    );
  });

  it('is ended before the next one takes its place', async () => {
    const { read } = await fix({
      'limiter.ts': limiter,
      'service.ts': service(
        '  private limiter: Limiter | undefined;',
        '  reload(): void {\n    this.limiter = new Limiter(1_000);\n  }\n\n  close(): void {}',
      ),
    });
    expect(read('service.ts')).toContain('    this.limiter?.dispose();\n    this.limiter = new Limiter(1_000);');
    expect(read('service.ts')).toContain('  close(): void {\n    this.limiter?.dispose();\n  }');
  });

  it('is ended through owners that have no end themselves, up to one that has', async () => {
    const { read } = await fix({
      'limiter.ts': limiter,
      'service.ts': service('  readonly limiter = new Limiter(1_000);', '  ping(): number {\n    return 1;\n  }'),
      'app.ts': `import { Service } from './service.js';

export class App {
  readonly services = ['a', 'b'].map(() => new Service());

  async stop(): Promise<void> {
    await Promise.resolve();
  }
}
`,
      'other.ts': `import { Limiter } from './limiter.js';

export class Other {
  readonly limiter = new Limiter(1_000);

  close(): void {}
}
`,
    });
    expect(read('service.ts')).toContain('  dispose(): void {\n    this.limiter.dispose();\n  }');
    expect(read('app.ts')).toContain(
      '  async stop(): Promise<void> {\n    for (const service of this.services) service.dispose();',
    );
  });

  it('leaves owners alone that nobody ends', async () => {
    const { read, fixes } = await fix(
      {
        'limiter.ts': limiter,
        'service.ts': service('  readonly limiter = new Limiter(1_000);', '  ping(): number {\n    return 1;\n  }'),
        'app.ts':
          "import { Service } from './service.js';\n\nexport function handle(): number {\n  return new Service().ping();\n}\nfor (const x of [1, 2]) setInterval(handle, x);\n",
      },
      'review',
    );
    expect(read('service.ts')).not.toContain('dispose');
    expect(fixes.files.every(({ file }) => file === 'limiter.ts')).toBe(true);
  });

  it('is for review, and told to leak on, where nothing calls its end', async () => {
    const files = {
      'limiter.ts': limiter,
      'app.ts':
        "import express from 'express';\nimport { Limiter } from './limiter.js';\n\nconst app = express();\napp.get('/', (req, res) => {\n  const limiter = new Limiter(1_000);\n  res.json(limiter);\n});\n",
    };
    const safe = await fix(files);
    expect(safe.fixes.files).toEqual([]);
    expect(safe.fixes.skipped.map(({ why }) => why)).toEqual([
      'needs review (--fix=review): it runs on until whoever makes a Limiter calls its dispose()',
    ]);
    expect(safe.fixes.remaining.map(({ file }) => file)).toEqual(['limiter.ts']);
    const { fixes } = await fix(files, 'review');
    expect(fixes.files[0]!.applied[0]!.fix!.note).toBe(
      'nothing calls dispose() of the Limiter that is made at app.ts:6: that one runs on',
    );
    expect(fixes.next).toContain('call dispose() of the Limiter that is made at app.ts:6: until then it leaks');
  });

  it('is for review where one owner of several leaves it running', async () => {
    const files = {
      'limiter.ts': limiter,
      'service.ts': service('  private readonly limiter = new Limiter(1_000);', '  close(): void {}'),
      'app.ts':
        "import { Limiter } from './limiter.js';\n\nexport function handle(): unknown {\n  return new Limiter(1_000);\n}\n",
    };
    expect((await fix(files)).fixes.files).toEqual([]);
    const { fixes, read } = await fix(files, 'review');
    expect(read('service.ts')).toContain('this.limiter.dispose();');
    expect(fixes.files.flatMap(({ applied }) => applied.map((one) => one.fix!.note))).toEqual([
      'Service.close calls its dispose(); nothing calls dispose() of the Limiter that is made at app.ts:4: that one runs on',
    ]);
  });

  it('is left running by an owner that can start again, unless the fixes are for review', async () => {
    const files = {
      'limiter.ts': limiter,
      'service.ts': service(
        '  private readonly limiter = new Limiter(1_000);',
        '  start(): void {}\n\n  stop(): void {}',
      ),
    };
    expect((await fix(files)).read('service.ts')).not.toContain('dispose');
    expect((await fix(files, 'review')).read('service.ts')).toContain('this.limiter.dispose();');
  });

  it('is left alone where the owner ends it already', async () => {
    const { fixes } = await fix({
      'limiter.ts': limiter,
      'service.ts': service(
        '  private readonly limiter = new Limiter(1_000);',
        '  close(): void {\n    (this.limiter as { dispose?(): void }).dispose?.();\n  }',
      ),
    });
    expect(fixes.files.map(({ file }) => file)).toEqual(['limiter.ts']);
  });

  it('is ended by a factory that keeps it, in JavaScript', async () => {
    const { read } = await fix({
      'package.json': JSON.stringify({ dependencies: { '@plimsoll/runtime': '*' } }),
      'limiter.js':
        'class Limiter {\n  constructor(ms) {\n    this.n = 0;\n    setInterval(() => { this.n = 0; }, ms);\n  }\n}\nmodule.exports = { Limiter };\n',
      'service.js':
        "const { Limiter } = require('./limiter');\n\nfunction createService() {\n  const limiter = new Limiter(10);\n  return {\n    hit: () => limiter.n++,\n    close() {\n      console.log('bye');\n    },\n  };\n}\nmodule.exports = { createService };\n",
    });
    expect(read('service.js')).toContain("    close() {\n      limiter.dispose();\n      console.log('bye');");
  });
});

describe('a method that a fix has end a timer', () => {
  it('is called by owners that forgot it, for review only: it may do more', async () => {
    const files = {
      'limiter.ts': `export class Limiter {
  private isOn = true;

  constructor(windowMs: number) {
    setInterval(() => { if (this.isOn) console.log(1); }, windowMs);
  }

  stop(): void {
    this.isOn = false;
  }
}
`,
      'service.ts': service('  private readonly limiter = new Limiter(1_000);', '  close(): void {}'),
    };
    expect((await fix(files)).read('service.ts')).not.toContain('limiter.stop');
    expect((await fix(files, 'review')).read('service.ts')).toContain('    this.limiter.stop();');
  });
});
