import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFault } from '../../src/config/check.ts';
import { configShape, jsonSchemaOf, type Shape } from '../../src/config/schema.ts';
import { defineConfig } from '../../src/index.ts';
import type { RuleFacts } from '../../src/model/rule-facts.ts';
import { cache, leakyApp, manifest, plimsoll, project } from '../cli/plimsoll.ts';

async function withProject<T>(files: Record<string, string>, use: (folder: string) => Promise<T>): Promise<T> {
  const own = project({ 'package.json': manifest, 'src/app.ts': leakyApp, ...files });
  try {
    return await use(own.folder);
  } finally {
    own.remove();
  }
}

const scoreOf = async (folder: string, args: string[] = []) =>
  plimsoll(['--reporter', 'json', ...args], { cwd: folder });

const off = '{ "rules": { "no-leaked-interval": "off" } }';

describe('where the configuration is found', () => {
  it.each([
    ['plimsoll.config.json', off],
    ['plimsoll.config.jsonc', `// why\n{ "rules": { "no-leaked-interval": "off", }, /* trailing */ }`],
    ['plimsoll.config.js', `export default ${off};`],
    ['plimsoll.config.mjs', `export default ${off};`],
    [
      'plimsoll.config.ts',
      `interface A { b: string }\nconst rules: Record<string, string> = { 'no-leaked-interval': 'off' };\nexport default { rules } satisfies object;`,
    ],
    ['plimsoll.config.mts', `import { shared } from './shared.ts';\nexport default shared;`],
    ['package.json', `{ "name": "shop", "type": "module", "plimsoll": ${off} }`],
  ])('in %s', async (name, text) => {
    const shared = { 'shared.ts': `export const shared: object = ${off};` };
    await withProject({ ...shared, [name]: text }, async (folder) => {
      const { code, stdout, stderr } = await scoreOf(folder);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(JSON.parse(stdout).findings).toEqual([]);
    });
  });

  it('upwards from the scanned folder, with globs relative to the file: the same result from any folder', async () => {
    const config = '{ "exclude": ["src/legacy/**"] }';
    await withProject({ 'plimsoll.config.json': config, 'src/legacy/old.ts': leakyApp }, async (folder) => {
      const above = await plimsoll(['src', '--reporter', 'json'], { cwd: folder });
      const inside = await plimsoll(['--reporter', 'json'], { cwd: join(folder, 'src') });
      expect(inside.stdout).toBe(above.stdout);
      expect(JSON.parse(above.stdout).findings.map((one: { file: string }) => one.file)).toEqual(['src/app.ts']);
    });
  });

  it('not at all with --no-config, and elsewhere with --config', async () => {
    await withProject(
      { 'plimsoll.config.json': off, 'ci/strict.json': '{ "gates": { "minScore": 100 } }' },
      async (folder) => {
        expect((await scoreOf(folder, ['--no-config'])).code).toBe(1);
        expect(JSON.parse((await scoreOf(folder, ['--config', 'ci/strict.json'])).stdout).gates).toHaveLength(2);
      },
    );
  });

  it('in a folder beside the code, where it speaks of the project it is started in', async () => {
    const config = '{ "exclude": ["src/legacy/**"] }';
    await withProject({ 'ci/plimsoll.json': config, 'src/legacy/old.ts': leakyApp }, async (folder) => {
      const { findings } = JSON.parse((await scoreOf(folder, ['--config', 'ci/plimsoll.json'])).stdout);
      expect(findings.map(({ file }: { file: string }) => file)).toEqual(['src/app.ts']);
    });
  });

  it('is an error when two could be meant, naming both', async () => {
    await withProject({ 'plimsoll.config.json': off, 'plimsoll.config.mjs': 'export default {}' }, async (folder) => {
      const { code, stderr } = await scoreOf(folder);
      expect(code).toBe(2);
      expect(stderr).toMatch(/two configurations in one folder: .*plimsoll\.config\.mjs and .*plimsoll\.config\.json/);
    });
  });
});

describe('what it sets', () => {
  it('gates, severities, confidence and reporters, each under the flags', async () => {
    const config = `{
      "gates": { "failOn": "low", "minScore": 10 },
      "rules": { "no-leaked-interval": "low" },
      "reporters": ["concise", ["json", "out/result.json"]]
    }`;
    await withProject({ 'plimsoll.config.json': config }, async (folder) => {
      const own = await plimsoll([], { cwd: folder });
      expect(own.code).toBe(1);
      expect(own.stdout).toMatch(/^src\/app\.ts:6:3: low /);
      expect(JSON.parse(readFileSync(join(folder, 'out/result.json'), 'utf8')).findings[0].severity).toBe('low');
      expect((await plimsoll(['--fail-on', 'high'], { cwd: folder })).code).toBe(0);
      expect((await plimsoll([], { cwd: folder, env: { PLIMSOLL_FAIL_ON: 'high' } })).code).toBe(0);
    });
  });

  it('overrides by glob, the last one winning', async () => {
    const config = `{ "overrides": [
      { "files": ["src/**"], "rules": { "no-leaked-interval": "off" } },
      { "files": ["src/feeds/*.ts"], "rules": { "no-leaked-interval": "medium" } }
    ] }`;
    await withProject({ 'plimsoll.config.json': config, 'src/feeds/a.ts': leakyApp }, async (folder) => {
      const { findings } = JSON.parse((await scoreOf(folder)).stdout);
      expect(findings.map((one: { file: string; severity: string }) => [one.file, one.severity])).toEqual([
        ['src/feeds/a.ts', 'medium'],
      ]);
    });
  });

  it('what it extends, which it wins over', async () => {
    const files = {
      'plimsoll.config.json': '{ "extends": ["./shared/base.json"], "gates": { "minScore": 20 } }',
      'shared/base.json': `{ "gates": { "minScore": 99, "failOn": "never" }, "exclude": ["generated/**"], "confidence": "certain" }`,
    };
    await withProject(files, async (folder) => {
      const { stdout } = await plimsoll(['print-config', 'src/app.ts', '--json'], { cwd: folder });
      const settings = Object.fromEntries(JSON.parse(stdout).map((one: { key: string }) => [one.key, one]));
      expect(settings['gates.minScore']).toMatchObject({ value: 20, origin: 'plimsoll.config.json' });
      expect(settings['gates.failOn']).toMatchObject({ value: 'never', origin: 'shared/base.json' });
      expect(settings.confidence).toMatchObject({ value: 'certain', origin: 'shared/base.json' });
      expect(settings.exclude).toMatchObject({ value: ['shared/generated/**'] });
      expect(settings.respectGitignore).toMatchObject({ value: true, origin: 'default' });
    });
  });

  it('a package that it extends, whose globs speak of the project', async () => {
    const files = {
      'plimsoll.config.json': '{ "extends": ["@acme/plimsoll-config"] }',
      'node_modules/@acme/plimsoll-config/package.json':
        '{ "name": "@acme/plimsoll-config", "exports": "./index.json" }',
      'node_modules/@acme/plimsoll-config/index.json': '{ "extends": ["./feeds.json"], "exclude": ["generated/**"] }',
      'node_modules/@acme/plimsoll-config/feeds.json':
        '{ "overrides": [{ "files": ["src/feeds/*.ts"], "rules": { "no-leaked-interval": "medium" } }] }',
      'src/feeds/a.ts': leakyApp,
      'generated/a.ts': leakyApp,
    };
    await withProject(files, async (folder) => {
      const { findings } = JSON.parse((await scoreOf(folder)).stdout);
      expect(findings.map((one: { file: string; severity: string }) => [one.file, one.severity])).toEqual([
        ['src/app.ts', 'high'],
        ['src/feeds/a.ts', 'medium'],
      ]);
    });
  });

  it('presets, which what it says itself wins over', async () => {
    const config = '{ "extends": ["plimsoll/strict"], "gates": { "failOn": "medium" } }';
    await withProject({ 'plimsoll.config.json': config }, async (folder) => {
      const { stdout } = await plimsoll(['print-config', '--json'], { cwd: folder });
      const settings = Object.fromEntries(JSON.parse(stdout).map((one: { key: string }) => [one.key, one]));
      expect(settings.confidence).toMatchObject({ value: 'possible', origin: 'plimsoll/strict' });
      expect(settings['gates.maxStale']).toMatchObject({ value: 0, origin: 'plimsoll/strict' });
      expect(settings['gates.failOn']).toMatchObject({ value: 'medium', origin: 'plimsoll.config.json' });
      expect((await plimsoll(['doctor'], { cwd: folder })).stdout).toContain('configuration: plimsoll.config.json');
    });
  });

  it('budgets: for all findings, for a category, and for what has no effect any more', async () => {
    const config =
      '{ "gates": { "failOn": "never", "maxIssues": 5, "categories": { "resources": { "maxIssues": 0 } } } }';
    const idle = '// plimsoll-ignore-next-line no-leaked-interval -- once\nconsole.log(1);\n';
    await withProject({ 'plimsoll.config.json': config, 'src/idle.ts': idle }, async (folder) => {
      const run = (...args: string[]) => plimsoll(['--reporter', 'concise', ...args], { cwd: folder });
      const own = await run();
      expect(own.code).toBe(1);
      expect(own.stdout).toContain('failed max-issues: 1 resources finding, 0 allowed');
      expect((await run('--max-issues', '0')).stdout).toContain('max-issues: 1 finding, 0 allowed');
      expect((await run('--max-stale', '0')).stdout).toContain(
        'max-stale: 1 suppression or baseline entry without effect, 0 allowed',
      );
      expect((await run('--max-stale', '1')).stdout).not.toContain('max-stale');
    });
  });

  it('how fixes get the runtime, and what must pass with them', async () => {
    const config = '{ "fix": { "runtime": "package", "verify": "exit 7" } }';
    const files = { 'plimsoll.config.json': config, 'src/app.ts': cache };
    await withProject(files, async (folder) => {
      const dry = await plimsoll(['--fix=review', '--diff'], { cwd: folder });
      expect(dry.stdout).toContain('@plimsoll/runtime');
      const copied = await plimsoll(['--fix=review', '--runtime', 'copy'], { cwd: folder });
      expect(copied.code).toBe(2);
      expect(copied.stderr).toContain('the command of --verify fails before any fix: exit 7');
      const own = await plimsoll(['--fix=review', '--runtime', 'copy', '--verify', 'true'], { cwd: folder });
      expect(own.stdout).toContain('true passes on the fixed code');
    });
  });

  it('is shown under the environment, which stands above it', async () => {
    const config = '{ "gates": { "minScore": 20 }, "confidence": "certain" }';
    await withProject({ 'plimsoll.config.json': config }, async (folder) => {
      const env = { PLIMSOLL_MIN_SCORE: '70', PLIMSOLL_REPORTER: 'json,sarif=a.sarif' };
      const { stdout } = await plimsoll(['print-config', '--json'], { cwd: folder, env });
      const settings = Object.fromEntries(JSON.parse(stdout).map((one: { key: string }) => [one.key, one]));
      expect(settings['gates.minScore']).toMatchObject({ value: 70, origin: 'PLIMSOLL_MIN_SCORE' });
      expect(settings.reporters).toMatchObject({ value: ['json', 'sarif=a.sarif'], origin: 'PLIMSOLL_REPORTER' });
      expect(settings.confidence).toMatchObject({ value: 'certain', origin: 'plimsoll.config.json' });
    });
  });

  it('shows for a file which override decides a rule', async () => {
    const config = `{ "overrides": [{ "files": ["src/**"], "rules": { "no-leaked-interval": "off" } }] }`;
    await withProject({ 'plimsoll.config.json': config }, async (folder) => {
      const { stdout } = await plimsoll(['print-config', 'src/app.ts'], { cwd: folder });
      expect(stdout).toMatch(/rules\.no-leaked-interval +"off" +plimsoll\.config\.json \(overrides, src\/\*\*\)/);
    });
  });
});

describe('what is wrong in it: exit 2, the place, the nearest right name', () => {
  it.each([
    ['a key', 'json', '{\n  "gates": {},\n  "rule": {}\n}', 'unknown key "rule"', ':3:3', 'rules'],
    ['a key below', 'json', '{ "gates": { "minscore": 3 } }', 'unknown key "minscore" in "gates"', ':1:14', 'minScore'],
    [
      'a rule',
      'json',
      '{ "rules": {\n "no-leaked-intervall": "off" } }',
      'unknown rule "no-leaked-intervall" in "rules"',
      ':2:2',
      'no-leaked-interval',
    ],
    [
      'a rule in code',
      'ts',
      `const rules = 1;\nexport default {\n  rules: {\n    'no-leakd-interval': 'off' },\n};`,
      'unknown rule "no-leakd-interval"',
      ':4:5',
      'no-leaked-interval',
    ],
    [
      'a rule in an override',
      'json',
      '{ "overrides": [{ "files": [], "rules": { "no-leaked-timeot": "off" } }] }',
      'unknown rule "no-leaked-timeot" in "overrides[0].rules"',
      ':1:43',
      'no-leaked-timeout',
    ],
    ['a state', 'json', '{ "rules": { "no-leaked-interval": "hihg" } }', 'unknown setting "hihg"', ':1:14', 'high'],
    ['a reporter', 'json', '{ "reporters": ["jsn"] }', 'unknown reporter "jsn"', ':1:17', 'json'],
    [
      'a type',
      'json',
      '{ "gates": { "minScore": "80" } }',
      '"gates.minScore" must be a number, not string',
      ':1:14',
      undefined,
    ],
    [
      'a number',
      'json',
      '{ "gates": { "minScore": 180 } }',
      'must be a whole number from 0 to 100, not 180',
      ':1:14',
      undefined,
    ],
    ['a missing key', 'json', '{ "overrides": [{ "files": [] }] }', '"overrides[0]" needs "rules"', ':1:17', undefined],
    ['its syntax', 'json', '{\n "rules": { \n', 'not valid JSON', ':', undefined],
    ['its code', 'mjs', 'throw new Error("no such env");', 'cannot be loaded: no such env', '', undefined],
    ['its export', 'mjs', 'export const config = {};', 'must be the default export', '', undefined],
    [
      'what it extends',
      'json',
      '{ "extends": ["./nope.json"] }',
      '"extends" names no file, and no package that is installed: ./nope.json',
      '',
      undefined,
    ],
    [
      'a preset',
      'json',
      '{ "extends": ["plimsoll/srict"] }',
      'unknown preset "plimsoll/srict"',
      ':1:3',
      'plimsoll/strict',
    ],
    [
      'a category',
      'json',
      '{ "gates": { "categories": { "databse": {} } } }',
      'unknown category "databse" in "gates.categories"',
      ':1:30',
      'database',
    ],
    ['nothing in it', 'json', ' \n', 'the configuration is empty', '', undefined],
    ['its syntax, in TypeScript', 'ts', 'export default {\n  rules: {},\n', "'}' expected", ':3:1', undefined],
    ['its syntax, in JavaScript', 'mjs', 'export default {\n  rules: {},\n', "'}' expected", ':3:1', undefined],
    [
      'options of a rule without any',
      'json',
      '{ "rules": { "no-leaked-interval": ["high", {}] } }',
      'must be one of off, on, high, medium, low, not list: the rule has no options',
      ':1:14',
      undefined,
    ],
    [
      'an open glob',
      'json',
      '{ "exclude": ["a/**", "[a.js"] }',
      '"exclude" holds a glob that matches',
      ':1:23',
      undefined,
    ],
    ['an absolute glob', 'json', '{ "include": ["/etc/**"] }', '"/etc/**" is absolute', ':1:15', undefined],
    [
      'a glob that leaves the root',
      'json',
      '{ "overrides": [{ "files": ["!../x/**"], "rules": {} }] }',
      '"overrides[0].files" holds a glob that matches nothing: "!../x/**" leaves',
      ':1:29',
      undefined,
    ],
    [
      'a name',
      'json',
      '{ "entryPoints": { "requestCalls": ["a b"] } }',
      '"entryPoints.requestCalls[0]" is no name like defineHandler or rpc.method: "a b"',
      ':1:37',
      undefined,
    ],
    ['what it is', 'json', '[]', 'the configuration must be an object, not list', '', undefined],
  ])('%s', async (_, extension, text, message, place, didYouMean) => {
    await withProject({ [`plimsoll.config.${extension}`]: text }, async (folder) => {
      const { code, stderr } = await plimsoll([], { cwd: folder });
      expect(code).toBe(2);
      const lines = stderr.trimEnd().split('\n');
      expect(lines[0]).toContain(message);
      expect(lines[1]).toContain(`  at plimsoll.config.${extension}${place}`);
      if (didYouMean) expect(lines).toContain(`  did you mean "${didYouMean}"?`);
    });
  });

  it('a key that stands in another one', async () => {
    await withProject({ 'plimsoll.config.json': '{ "failon": "high" }' }, async (folder) => {
      const { code, stderr } = await plimsoll([], { cwd: folder });
      expect([code, stderr]).toEqual([2, expect.stringContaining('help: it is a key of "gates": gates.failOn')]);
    });
  });

  it('a kind of file that is not read', async () => {
    await withProject({ 'plimsoll.config.yaml': 'rules: {}\n' }, async (folder) => {
      const { code, stderr } = await plimsoll([], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toContain('plimsoll.config.yaml\n  help: it is read as plimsoll.config.ts, ');
    });
  });

  it('an include that matches nothing', async () => {
    await withProject({ 'plimsoll.config.json': '{ "include": ["lib/**"] }' }, async (folder) => {
      const { code, stderr } = await plimsoll([], { cwd: folder });
      expect([code, stderr]).toEqual([2, expect.stringContaining('none matches "include" (lib/**)')]);
    });
  });

  it('a circle of extends', async () => {
    const files = {
      'plimsoll.config.json': '{ "extends": ["./b.json"] }',
      'b.json': '{ "extends": ["./plimsoll.config.json"] }',
    };
    await withProject(files, async (folder) => {
      const { code, stderr } = await plimsoll([], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toContain('"extends" comes back to plimsoll.config.json');
    });
  });
});

describe('the JSON Schema', () => {
  const rule: RuleFacts = {
    id: 'no-x',
    category: 'memory',
    severity: 'high',
    confidence: 'likely',
    lifecycle: 'stable',
    message: 'm',
    why: 'w',
    advice: 'a',
    limits: ['l'],
    options: {
      max: { type: 'integer', default: 5, minimum: 1, description: 'most' },
      names: { type: 'string-list', default: [], description: 'names' },
      strict: { type: 'boolean', default: false, description: 'strict' },
    },
  };
  const shape = configShape([rule, { ...rule, id: 'no-y', options: {} }], ['pretty', 'json']);
  const validate = new Ajv({ allErrors: true, strict: false }).compile(jsonSchemaOf(shape));

  it('is the published one for the rules that there are', () => {
    const file = join(import.meta.dirname, '../../schema/config.schema.json');
    const published = JSON.parse(readFileSync(file, 'utf8'));
    expect(new Ajv({ strict: false }).compile(published)({ rules: { 'no-leaked-interval': 'off' } })).toBe(true);
    expect(new Ajv({ strict: false }).compile(published)({ rules: { nope: 'off' } })).toBe(false);
  });

  /** Values that fit a shape, and values that mostly do not. */
  function valueFor(one: Shape): fc.Arbitrary<unknown> {
    switch (one.kind) {
      case 'boolean':
        return fc.boolean();
      case 'string':
        return one.pattern === undefined ? fc.string() : fc.stringMatching(new RegExp(one.pattern));
      case 'integer':
        return fc.integer({ min: one.minimum, max: one.maximum ?? 1000 });
      case 'choice':
        return fc.constantFrom(...one.of);
      case 'list':
        return fc.array(valueFor(one.of), { maxLength: 3 });
      case 'tuple':
        return fc.tuple(...one.of.map(valueFor));
      case 'either':
        return fc.oneof(...one.of.map(valueFor));
      case 'object': {
        const keys = Object.fromEntries(Object.entries(one.keys).map(([key, of]) => [key, valueFor(of)]));
        return fc.record(keys, { requiredKeys: [...(one.required ?? [])] });
      }
    }
  }

  it('accepts what the validator accepts', () => {
    fc.assert(
      fc.property(valueFor(shape), (value) => {
        expect(findFault(value, shape)).toBeUndefined();
        expect(validate(value)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what the validator refuses', () => {
    const mutated = fc.tuple(
      valueFor(shape),
      fc.constantFrom('rules', 'gates', 'reporters', 'overrides', 'extra'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(mutated, ([value, key, junk]) => {
        const wrong = { ...(value as object), [key]: junk };
        expect(validate(wrong)).toBe(findFault(wrong, shape) === undefined);
      }),
      { numRuns: 300 },
    );
  });
});

describe('defineConfig', () => {
  it('returns what it is given, and refuses a rule or a key that is not there when compiled', () => {
    const config = defineConfig({ rules: { 'no-leaked-interval': 'off' }, gates: { minScore: 80 } });
    expect(config).toEqual({ rules: { 'no-leaked-interval': 'off' }, gates: { minScore: 80 } });
    // @ts-expect-error a rule that is not there
    defineConfig({ rules: { 'no-leaked-intervall': 'off' } });
    // @ts-expect-error a key that is not there
    defineConfig({ gate: {} });
  });
});
