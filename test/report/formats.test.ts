import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import officialSarif from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import AjvDraft4 from 'ajv-draft-04';
import formats from 'ajv-formats';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryPages, validateXML } from 'xmllint-wasm';
import { diagnosticOf } from '../../src/lsp/diagnostics.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ScanResult } from '../../src/model/scan-result.ts';
import type { ReportContext } from '../../src/report/context.ts';
import { lineHashes } from '../../src/report/line-hashes.ts';
import { reporters } from '../../src/report/reporters.ts';
import { artifactUri, limits } from '../../src/report/sarif.ts';
import { clean, contextOf, finding, findings, resultOf, sample, sources } from './sample.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function render(name: string, result: ScanResult, over: Partial<ReportContext> = {}): Promise<string> {
  const report = await reporters[name]?.load();
  if (!report) throw new Error(`no reporter ${name}`);
  return report(result, contextOf(over));
}

// biome-ignore lint/suspicious/noExplicitAny: documents of other tools' formats are read freely here
async function parsed(name: string, result: ScanResult, over: Partial<ReportContext> = {}): Promise<any> {
  return JSON.parse(await render(name, result, over));
}

describe('every format', () => {
  const names = Object.keys(reporters);

  it.each(names)('%s gives the same bytes for the same result, and ends with a line end', async (name) => {
    const text = await render(name, sample);
    expect(await render(name, structuredClone(sample))).toBe(text);
    expect(text.endsWith('\n')).toBe(true);
  });

  it.each(names)('%s renders a result without findings, and one whose files are gone', async (name) => {
    expect((await render(name, clean)).length).toBeGreaterThan(0);
    expect((await render(name, sample, { readSource: () => undefined })).length).toBeGreaterThan(0);
  });

  it.each(names)('%s lets no control character of scanned code through', async (name) => {
    const evil = 'x\u001b[31m\u001b]8;;http://evil\u0007\r::error::owned';
    const result = resultOf([finding({ message: evil, snippet: evil, file: `a${evil}.ts`, skip: evil, advice: evil })]);
    const text = await render(name, result, { readSource: () => evil });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    expect(text).not.toMatch(/^::error::owned/m);
  });

  it.each(names.filter((name) => name !== 'pretty' && name !== 'concise'))('%s never writes colour', async (name) => {
    expect(await render(name, sample, { colour: true, hyperlinks: true })).not.toContain('\u001b');
  });

  it.each(names.filter((name) => name !== 'badge'))('%s names who owns the file of a finding', async (name) => {
    const result = resultOf([finding({ owners: ['@acme/api', 'ops@example.com'] })]);
    const text = (await render(name, result)).replaceAll('\u200b', '');
    expect(text).toContain('@acme/api');
    expect(text).toContain('ops@example.com');
  });

  it.each([
    ['pretty', 'resources · *: does not weigh'],
    ['concise', '[no-leaked-interval, *]'],
    ['agent', 'does not weigh: *'],
    ['markdown', '| high (*) |'],
    ['github', 'title=no-leaked-interval (*)'],
    ['junit', '<skipped message="*: '],
    ['html', '"z":"*"'],
    ['sonar', '(does not weigh: *)'],
    ...['azure', 'checkstyle', 'gitlab', 'rdjson', 'sarif', 'teamcity'].map((name) => [name, 'Does not weigh: *.']),
  ])('%s says of a finding that it weighs nothing, and why', async (name, words) => {
    const trial = finding({ lifecycle: 'trial' });
    const said = (why: string) => words.replace('*', why);
    expect(await render(name, resultOf([trial]))).toContain(said('trial'));
    expect(await render(name, resultOf([finding({ confidence: 'possible' })]))).toContain(said('possible'));
    expect(await render(name, resultOf([{ ...trial, confidence: 'possible' }]))).toContain(said('trial and possible'));
    expect(await render(name, resultOf([finding()]))).not.toMatch(/[dD]oes not weigh: |\(trial|, trial|"z"/);
  });

  it.each([
    ['github', /^::(error|warning|notice) file/gm, ['error', 'warning', 'notice']],
    ['azure', /type=(error|warning);/g, ['error', 'warning', 'warning']],
    ['teamcity', /SEVERITY='([^']*)'/g, ['ERROR', 'WARNING', 'WEAK WARNING']],
    ['checkstyle', /severity="(\w+)"/g, ['error', 'warning', 'info']],
    ['gitlab', /"severity": "(\w+)"/g, ['critical', 'major', 'minor']],
    ['rdjson', /"severity": "(\w+)"/g, ['ERROR', 'WARNING', 'INFO']],
    ['sonar', /"severity": "(\w+)"/g, ['HIGH', 'MEDIUM', 'LOW']],
    ['sarif', /"level": "(\w+)",\s+"message"/g, ['error', 'warning', 'note']],
  ])('%s tells what weighs nothing one level milder', async (name, pattern, levels) => {
    const told = async (over: Partial<Finding>) =>
      [...(await render(name, resultOf([finding(over)]))).matchAll(pattern)].map(([, level]) => level);
    const [high, medium, low] = levels;
    expect(await told({ severity: 'high' })).toEqual([high]);
    expect(await told({ severity: 'high', lifecycle: 'trial' })).toEqual([medium]);
    expect(await told({ severity: 'medium', confidence: 'possible' })).toEqual([low]);
    expect(await told({ severity: 'low', lifecycle: 'trial', confidence: 'possible' })).toEqual([low]);
  });

  it.each(names.filter((name) => !['json', 'ndjson', 'sarif', 'html'].includes(name)))(
    '%s leaves suppressed and baselined findings out of its list',
    async (name) => {
      const only = resultOf(findings.filter((one) => one.status !== 'active'));
      expect(await render(name, only)).not.toContain('is never cleared');
    },
  );
});

describe('json', () => {
  const schema = JSON.parse(readFileSync(join(root, 'schema/scan-result.schema.json'), 'utf8'));
  const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

  it.each([
    ['one of everything', sample],
    ['nothing found', clean],
  ])('matches its published schema: %s', async (_, result) => {
    validate(await parsed('json', result));
    expect(validate.errors).toBeNull();
  });

  it('has a schema that refuses unknown and missing keys', () => {
    expect(validate({ ...structuredClone(clean), extra: 1 })).toBe(false);
    const { score: _, ...without } = clean;
    expect(validate(without)).toBe(false);
  });
});

describe('ndjson', () => {
  it('has the head first, the summary last, and a value on each line', async () => {
    const lines = (await render('ndjson', sample))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({ type: 'start', schemaVersion: 1, tool: sample.tool });
    expect(lines.filter((line) => line.type === 'finding')).toHaveLength(sample.findings.length);
    expect(lines.filter((line) => line.type === 'problem').map((line) => line.problem)).toEqual([
      'syntax',
      'unreadable',
    ]);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', score: { value: sample.score.value } });
  });
});

describe('sarif', () => {
  /** Results of Microsoft's validator: the official schema, and what GitHub asks beyond it. */
  async function validate(result: ScanResult, over: Partial<ReportContext> = {}) {
    const file = join(folder, 'report.sarif');
    const output = join(folder, 'validation.sarif');
    writeFileSync(file, await render('sarif', result, over));
    execFileSync(
      join(root, 'node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool'),
      [
        'validate',
        file,
        '--rule-kind',
        'Sarif;Ghas',
        '--level',
        'Error;Warning',
        '-o',
        output,
        '--log',
        'ForceOverwrite',
      ],
      { stdio: 'ignore', env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' } },
    );
    const { results } = JSON.parse(readFileSync(output, 'utf8')).runs[0];
    return results
      .filter((one: { ruleId: string }) => one.ruleId !== 'SARIF2006')
      .map(
        (one: { ruleId: string; level: string; message: unknown }) =>
          `${one.ruleId} ${one.level} ${JSON.stringify(one.message)}`,
      );
  }

  const versionControl = {
    repositoryUri: 'https://github.com/shop/api',
    revisionId: '5da53c2b1d1c1e0f9b1f6d5f2f4c8a6f3b2e1d0c',
    branch: 'main',
  };

  const isOfficial = new AjvDraft4.default({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(isOfficial);
  const check = isOfficial.compile(officialSarif);

  it.each<[string, ScanResult, Partial<ReportContext>]>([
    ['one of everything', sample, { versionControl }],
    ['nothing found', clean, {}],
    ['files that are gone', sample, { readSource: () => undefined, rules: [] }],
    ['an owner', resultOf([finding({ owners: ['@acme/api'] })]), {}],
  ])('is valid under the published schema: %s', async (_, result, over) => {
    check(await parsed('sarif', result, over));
    expect(check.errors).toBeNull();
  });

  it('would not be valid with a line 0, or with a key that the schema does not know', async () => {
    const log = await parsed('sarif', sample);
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
    log.runs[0].results[0].owner = '@acme/api';
    check(log);
    expect(check.errors?.map(({ instancePath, keyword }) => [keyword, instancePath])).toEqual([
      ['additionalProperties', '/runs/0/results/0'],
      ['minimum', '/runs/0/results/0/locations/0/physicalLocation/region/startLine'],
    ]);
  });

  it('has no error and no warning under the official schema and under the rules of GitHub', async () => {
    expect(await validate(sample, { versionControl })).toEqual([]);
    expect(await validate(clean)).toEqual([]);
    expect(await validate(sample, { readSource: () => undefined, rules: [] })).toEqual([]);
  });

  it('is seen to be wrong by the same validator when it is', async () => {
    const broken = structuredClone(sample);
    for (const one of broken.findings) one.range.start.line = 0;
    expect((await validate(broken)).length).toBeGreaterThan(0);
  });

  it('carries one exact location, related ones linked from the message, and the chain as a code flow', async () => {
    const { results } = (await parsed('sarif', sample)).runs[0];
    const [first] = results;
    expect(first.locations).toHaveLength(1);
    expect(first.locations[0].physicalLocation.artifactLocation).toEqual({
      uri: 'src/%5Btenant%5D/a%20b%26c.ts',
      uriBaseId: '%SRCROOT%',
    });
    expect(first.locations[0].physicalLocation.region).toEqual({
      startLine: 2,
      startColumn: 33,
      endLine: 2,
      endColumn: 53,
      snippet: { text: "db.query('select *')" },
    });
    expect(first.message.text).toContain('reads \\[everything\\]');
    expect(first.message.text).toContain('[GET /orders is handled here](1)');
    expect(first.relatedLocations.map((one: { id: number }) => one.id)).toEqual([1, 2]);
    expect(first.codeFlows[0].threadFlows[0].locations).toHaveLength(3);
  });

  it('marks suppressed and baselined results instead of dropping them', async () => {
    const { results } = (await parsed('sarif', sample)).runs[0];
    const marks = results.flatMap((one: { suppressions?: { kind: string }[] }) => one.suppressions ?? []);
    expect(marks).toEqual([
      { kind: 'inSource', justification: 'ends with the process' },
      { kind: 'external', justification: 'In the baseline.' },
    ]);
  });

  it('offers a fix only when its edits are all of it', async () => {
    const { results } = (await parsed('sarif', sample)).runs[0];
    const fixed = results.filter((one: { fixes?: unknown }) => one.fixes);
    expect(fixed).toHaveLength(1);
    const [replacement] = fixed[0].fixes[0].artifactChanges[0].replacements;
    expect(replacement).toEqual({
      deletedRegion: { startLine: 5, startColumn: 5, endLine: 5, endColumn: 5 },
      insertedContent: { text: 'this.timer = ' },
    });
  });

  it('says that it is not whole, and which files are missing', async () => {
    const [invocation] = (await parsed('sarif', sample)).runs[0].invocations;
    expect(invocation.executionSuccessful).toBe(false);
    expect(invocation.toolExecutionNotifications).toHaveLength(2);
  });

  it('stays within what GitHub takes of a run, keeps the worst, and says what it cut', async () => {
    const low = finding({ severity: 'low', fingerprint: 'low' });
    const many = Array.from({ length: limits.results }, () => low);
    const [run] = (await parsed('sarif', resultOf([...many, finding()]), { readSource: () => undefined })).runs;
    expect(run.results).toHaveLength(limits.results);
    expect(run.results[0].level).toBe('error');
    expect(run.invocations[0].toolExecutionNotifications[0].message.text).toMatch(/^1 result past/);
  });

  it('carries no security severity, which would make security alerts of slow code', async () => {
    expect(await render('sarif', sample)).not.toContain('security-severity');
  });

  it.each([
    ['src/a.ts', 'src/a.ts'],
    ['C:x/a.ts', './C%3Ax/a.ts'],
    ['src/@scope/ü#?.ts', 'src/@scope/%C3%BC%23%3F.ts'],
  ])('writes the path %s as %s', (path, uri) => {
    expect(artifactUri(path)).toBe(uri);
  });
});

describe('line hashes', () => {
  const tail = [
    'ce8ba1a563dcdaca:1',
    'e20e36e16fcb0cc8:1',
    'b3edc88f2938467e:1',
    'c8e28b0b4002a3a0:1',
    'c129715d7a2bc9a3:1',
  ];
  const ends = ['e9496ae3ebfced30:1', 'fb7c023a8b9ccb3f:1', ...tail];

  it.each([
    ['an empty file', '', ['c129715d7a2bc9a3:1']],
    ['LF', ' hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n', ends],
    ['CR', ' hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r', ends],
    ['CRLF', ' hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n', ends],
    ['mixed line ends', ' hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n', ends],
    [
      'repeated lines',
      'Lorem ipsum dolor sit amet.\n'.repeat(10),
      [
        ...[1, 2, 3, 4, 5, 6].map((count) => `a7f2ff13bc495cf2:${count}`),
        'a7f2ff1481e87703:1',
        'a9cf91f7bbf1862b:1',
        '55ec222b86bcae53:1',
        'cc97dc7b1d7d8f7b:1',
        'c129715d7a2bc9a3:1',
      ],
    ],
  ])('are those of the upload action: %s', (_, text, hashes) => {
    expect(lineHashes(text)).toEqual(hashes);
  });
});

describe('github', () => {
  it('annotates the ten worst of each kind, and says how many it left out and where they are', async () => {
    const many = [
      ...Array.from({ length: 13 }, (_, index) => finding({ fingerprint: `h${index}` })),
      ...Array.from({ length: 12 }, (_, index) => finding({ severity: 'medium', fingerprint: `m${index}` })),
    ];
    const text = await render('github', resultOf(many));
    expect(text.match(/^::error /gm)).toHaveLength(10);
    expect(text.match(/^::warning /gm)).toHaveLength(10);
    expect(text.match(/^::notice /gm) ?? []).toHaveLength(0);
    expect(text).toContain('::notice::5 more findings not annotated');
    expect(text.indexOf('::group::')).toBe(0);
    expect(text.match(/setInterval\(\(\) => this\.sweep/g)?.length).toBeGreaterThanOrEqual(25);
  });

  it('escapes what would end a command or a property early', async () => {
    const text = await render('github', resultOf([finding({ file: 'a,b:c.ts', message: '50%\nof it' })]));
    expect(text).toContain('file=a%2Cb%3Ac.ts,');
    expect(text).toContain('::50%25%0Aof it%0A');
  });
});

describe('azure and teamcity', () => {
  const evil = finding({ message: "a];b\n##vso[task.complete]|'[x] ü 50%", file: 'a;b].ts' });

  it('azure lists each finding after the report, with nothing that ends a command early or starts one', async () => {
    const text = await render('azure', resultOf([evil, finding({ severity: 'low' })]), {
      readSource: () => '##vso[x]\n',
    });
    expect(text.match(/^##.*/gm)?.map((line) => line.slice(0, 20))).toEqual([
      '##[group]Plimsoll: s',
      '##[endgroup]',
      '##vso[task.logissue ',
      '##vso[task.logissue ',
    ]);
    expect(text).toContain(
      "##vso[task.logissue type=error;sourcepath=a%3Bb%5D.ts;linenumber=5;columnnumber=5;code=no-leaked-interval;]a];b ##vso[task.complete]|'[x] ü 50%",
    );
    expect(text).toContain('type=warning;sourcepath=src/gateway.ts;');
  });

  it('teamcity escapes what its messages give a meaning', async () => {
    const text = await render('teamcity', resultOf([evil]));
    expect(text).toContain("message='a|];b|n##vso|[task.complete|]|||'|[x|] |0x00fc 50%");
    expect(text).toMatch(/^##teamcity\[inspectionType id='no-leaked-interval' .*category='Plimsoll: resources'/m);
    expect(text).toMatch(/^##teamcity\[inspection typeId='no-leaked-interval' .* line='5' SEVERITY='ERROR'\]$/m);
    expect(text).toMatch(/^##teamcity\[buildStatisticValue key='plimsoll\.score' value='\d+'\]$/m);
    expect((await render('teamcity', sample)).match(/^##teamcity\[buildProblem /gm)).toHaveLength(2);
    expect(text).toMatch(/^(?:##teamcity\[\w+(?: \w+='(?:[^|'[\]\n]|\|.)*')+\]\n)+$/);
  });
});

describe('badge', () => {
  it('is a picture of the score that is read out, well-formed, and loads nothing', async () => {
    const svg = await render('badge', clean);
    expect(svg).toContain(`aria-label="plimsoll: ${clean.score.value} ${clean.score.grade}"`);
    expect(await render('badge', sample)).toContain('partial');
    const { valid } = await validateXML({
      xml: [{ fileName: 'badge.svg', contents: svg }],
      schema: [
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2000/svg"><xs:element name="svg" type="xs:anyType"/></xs:schema>',
      ],
      initialMemoryPages: memoryPages.MiB * 32,
    });
    expect(valid).toBe(true);
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<image|href/);
  });
});

describe('gitlab', () => {
  it('gives each issue what Code Quality asks for, with paths relative and fingerprints unique', async () => {
    const schema = {
      type: 'array',
      items: {
        type: 'object',
        required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
        properties: {
          description: { type: 'string', minLength: 1 },
          check_name: { type: 'string', minLength: 1 },
          fingerprint: { type: 'string', minLength: 1 },
          severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
          location: {
            type: 'object',
            required: ['path', 'lines'],
            properties: {
              path: { type: 'string', pattern: '^(?!\\.?/)' },
              lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
            },
          },
        },
      },
    };
    const owned = finding({ owners: ['@acme/api'], fingerprint: 'owned' });
    const issues = await parsed('gitlab', resultOf([...sample.findings, owned]));
    const validate = new Ajv({ allErrors: true }).compile(schema);
    validate(issues);
    expect(validate.errors).toBeNull();
    expect(new Set(issues.map((issue: { fingerprint: string }) => issue.fingerprint)).size).toBe(issues.length);
  });
});

describe('what weighs nothing', () => {
  const trial = resultOf([finding({ severity: 'high', lifecycle: 'trial', message: 'It leaks.' })]);

  it('fails no case of junit', async () => {
    const text = await render('junit', trial);
    expect(text).toContain('failures="0" skipped="1"');
    expect(text).toContain('<skipped message="trial: It leaks."/>');
  });

  it('takes none of the annotations of GitHub from what weighs', async () => {
    const onTrial = Array.from({ length: 20 }, (_, index) => finding({ lifecycle: 'trial', fingerprint: `t${index}` }));
    const stable = finding({ severity: 'medium', ruleId: 'require-outbound-timeout' });
    const text = await render('github', resultOf([...onTrial, stable]));
    expect(text).toContain(
      '::warning file=src/gateway.ts,line=5,endLine=5,col=5,endColumn=42,title=require-outbound-timeout::',
    );
    expect(text.match(/^::warning /gm)).toHaveLength(10);
    expect(text).toContain('11 more findings not annotated');
  });

  it('is one level milder in an editor', () => {
    const severityOf = (over: Partial<Finding>) => diagnosticOf(finding(over), { root: '/', rules: [] }).severity;
    expect(severityOf({})).toBe(1);
    expect(severityOf({ lifecycle: 'trial' })).toBe(2);
    expect(severityOf({ confidence: 'possible' })).toBe(2);
    expect(severityOf({ lifecycle: 'trial', confidence: 'possible' })).toBe(2);
  });

  it('is counted once beside the score', async () => {
    const trial = { lifecycle: 'trial' } as const;
    const possible = { confidence: 'possible' } as const;
    const result = resultOf([finding(trial), finding({ ...trial, ...possible }), finding(possible)]);
    const beside = '1 on trial, 1 on trial and only possible, 1 only possible';
    for (const name of ['pretty', 'concise', 'agent', 'markdown', 'html']) {
      expect(await render(name, result)).toContain(beside);
    }
  });

  it('does not stand above a gate that knows of no finding', async () => {
    expect(await render('pretty', trial)).toContain('✔ fail-on  no high finding that weighs (1 high on trial)');
  });
});

describe('a scan that tells what is new', () => {
  it.each(['pretty', 'markdown', 'html'])('says in %s what is of all the code and what is not', async (name) => {
    const scoreBefore = { value: 90, grade: 'A' };
    const comparison = { ref: 'main', commit: '1a2b3c4d', known: 3, fresh: 1, fixed: [], scoreBefore, scoreChange: -2 };
    const text = await render(name, resultOf([finding()], { comparison }));
    expect(text).toContain('Repair first in all the code');
    expect(text).toContain('To repair what is new: about 10 min by hand');
    expect(await render(name, resultOf([finding()]))).not.toMatch(/in all the code|what is new/);
  });
});

describe('junit and checkstyle', () => {
  const text = '<xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction>';
  const named = `<xs:simpleType name="text">${text}</xs:simpleType>`;
  const attribute = (name: string, type: string, use = 'required') =>
    `<xs:attribute name="${name}" type="${type}" use="${use}"/>`;
  const counts = ['tests', 'failures', 'skipped', 'errors']
    .map((name) => attribute(name, 'xs:nonNegativeInteger'))
    .join('');
  const outcome = (name: string) =>
    `<xs:element name="${name}" minOccurs="0"><xs:complexType mixed="true">${attribute('type', 'text')}${attribute('message', 'xs:string')}</xs:complexType></xs:element>`;
  const schemas: Record<string, string> = {
    junit: `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${named}
      <xs:element name="testsuites"><xs:complexType><xs:sequence>
        <xs:element name="testsuite" minOccurs="1" maxOccurs="unbounded"><xs:complexType><xs:sequence>
          <xs:element name="testcase" minOccurs="1" maxOccurs="unbounded"><xs:complexType><xs:sequence>
            ${outcome('failure')}<xs:element name="skipped" minOccurs="0"><xs:complexType>${attribute('message', 'text')}</xs:complexType></xs:element>${outcome('error')}
          </xs:sequence>${attribute('name', 'text')}${attribute('classname', 'text')}</xs:complexType></xs:element>
        </xs:sequence>${attribute('name', 'text')}${counts}</xs:complexType></xs:element>
      </xs:sequence>${attribute('name', 'text')}${counts}</xs:complexType></xs:element></xs:schema>`,
    checkstyle: `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${named}
      <xs:simpleType name="severity"><xs:restriction base="xs:string"><xs:enumeration value="error"/><xs:enumeration value="warning"/><xs:enumeration value="info"/></xs:restriction></xs:simpleType>
      <xs:element name="checkstyle"><xs:complexType><xs:sequence>
        <xs:element name="file" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
          <xs:element name="error" minOccurs="1" maxOccurs="unbounded"><xs:complexType>
            ${attribute('line', 'xs:positiveInteger')}${attribute('column', 'xs:positiveInteger')}${attribute('severity', 'severity')}${attribute('message', 'text')}${attribute('source', 'text')}
          </xs:complexType></xs:element>
        </xs:sequence>${attribute('name', 'text')}</xs:complexType></xs:element>
      </xs:sequence>${attribute('version', 'text')}</xs:complexType></xs:element></xs:schema>`,
  };

  it.each(['junit', 'checkstyle'])('%s is well-formed XML of the shape that its readers take', async (name) => {
    for (const result of [
      sample,
      clean,
      resultOf([finding({ message: `<a href="x">&'\u0001`, owners: ['@a/<b>'] })]),
    ]) {
      const { valid, errors } = await validateXML({
        xml: [{ fileName: `${name}.xml`, contents: await render(name, result) }],
        schema: [schemas[name] ?? ''],
        initialMemoryPages: memoryPages.MiB * 32,
      });
      expect(errors).toEqual([]);
      expect(valid).toBe(true);
    }
  });

  it('counts failures and errors as they are', async () => {
    const active = sample.findings.filter((one) => one.status === 'active');
    const failures = active.filter((one) => one.lifecycle === 'stable' && one.confidence !== 'possible').length;
    expect(failures).toBeGreaterThan(0);
    expect(await render('junit', sample)).toContain(
      `<testsuites name="plimsoll" tests="${active.length + 2}" failures="${failures}" skipped="${active.length - failures}" errors="2">`,
    );
    expect(await render('junit', clean)).toContain('tests="1" failures="0"');
  });
});

describe('rdjson', () => {
  it('counts columns in bytes, and suggests only whole fixes', async () => {
    const source = '/* 数 */ setInterval(f, 1);\n';
    const start = { line: 1, column: 9, offset: 8 };
    const range = { start, end: { line: 1, column: 26, offset: 25 } };
    const whole = finding({
      range,
      fix: { safety: 'safe', edits: [{ start: 8, end: 8, text: 't = ' }], needs: [], imports: [], changes: 'keeps it' },
    });
    const { diagnostics } = await parsed('rdjson', resultOf([whole]), { readSource: () => source });
    expect(diagnostics[0].location.range).toEqual({ start: { line: 1, column: 11 }, end: { line: 1, column: 28 } });
    expect(diagnostics[0].suggestions).toEqual([
      { range: { start: { line: 1, column: 11 }, end: { line: 1, column: 11 } }, text: 't = ' },
    ]);
    const all = (await parsed('rdjson', sample)).diagnostics;
    expect(all.filter((one: { suggestions?: unknown }) => one.suggestions)).toHaveLength(1);
  });
});

describe('sonar', () => {
  it('has rules with impacts, issues without severities, and columns from 0', async () => {
    const { rules, issues } = await parsed('sonar', sample);
    expect(new Set(rules.map((rule: { id: string }) => rule.id)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(Object.keys(rule).sort()).toEqual([
        'cleanCodeAttribute',
        'description',
        'engineId',
        'id',
        'impacts',
        'name',
      ]);
      expect(rule.impacts).not.toHaveLength(0);
    }
    for (const issue of issues) {
      expect(issue).not.toHaveProperty('severity');
      expect(issue).not.toHaveProperty('type');
      expect(rules.map((rule: { id: string }) => rule.id)).toContain(issue.ruleId);
    }
    expect(issues[0].primaryLocation.textRange).toEqual({ startLine: 2, endLine: 2, startColumn: 32, endColumn: 52 });
    expect(issues[0].secondaryLocations[0].textRange.startLine).toBe(1);
  });
});

describe('markdown', () => {
  it('says score, gates and findings, with nothing of the code read as markup', async () => {
    const text = await render('markdown', sample);
    expect(text).toContain('## Plimsoll: 77 / 100 (B+), partial');
    expect(text).toContain('❌ **min-score**: score 77 \\< 80');
    expect(text).toContain('reads \\[everything\\]');
    expect(text).toContain('`src/gateway.ts:5:5`');
  });

  it('fits into a comment, with the totals whole and the cut counted', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => finding({ fingerprint: `f${index}` }));
    const text = await render('markdown', resultOf(many));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/[\d,]+ more findings not listed here/);
    expect(text).toContain('| resources | 3000 |');
  });
});

describe('concise and agent', () => {
  it('print one line a finding, clickable, and one for the whole', async () => {
    const active = sample.findings.filter((one) => one.status === 'active').length;
    const concise = (await render('concise', sample)).trimEnd().split('\n');
    expect(concise).toHaveLength(active + sample.problems.length + sample.suppressionProblems.length + 1);
    expect(concise[2]).toBe(
      "src/gateway.ts:5:5: high The interval started by 'Gateway.start' is never cleared [no-leaked-interval]",
    );
    const agent = (await render('agent', sample)).trimEnd().split('\n');
    expect(agent).toHaveLength(active + sample.problems.length + 1);
    expect(agent[2]).toMatch(/^src\/gateway\.ts:5:5 high no-leaked-interval .* \| fix: safe \| id 5f0c9b1d2e3a4b5c$/);
  });
});

describe('sources of the sample', () => {
  it('hold what its findings point at', () => {
    for (const one of findings)
      expect(sources[one.file]?.slice(one.range.start.offset, one.range.end.offset)).toBeTruthy();
  });
});
