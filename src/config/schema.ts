import type { Category } from '../model/rule.ts';
import type { RuleFacts } from '../model/rule-facts.ts';

/**
 * The shape of a value in the configuration. The validator and the published JSON Schema both derive from it, so that
 * an editor and the tool never disagree.
 */
export type Shape = { description?: string } & (
  | { kind: 'boolean' }
  /** The pattern is a regular expression of the whole; the noun says what matches it. */
  | { kind: 'string'; pattern?: undefined }
  | { kind: 'string'; pattern: string; noun: string }
  | { kind: 'integer'; minimum: number; maximum?: number }
  | { kind: 'choice'; of: readonly string[]; noun: string; list?: string; whyNoList?: string }
  | { kind: 'list'; of: Shape }
  | { kind: 'tuple'; of: readonly Shape[]; required: number }
  | { kind: 'object'; keys: Readonly<Record<string, Shape>>; noun: string; list?: string; required?: readonly string[] }
  /** The first shape whose outer type fits is the one that is held against the value. */
  | { kind: 'either'; of: readonly Shape[] }
);

export const categoryChoices: readonly Category[] = [
  'resources',
  'memory',
  'hashing',
  'pooling',
  'database',
  'performance',
  'api',
  'monitoring',
];
export const severityChoices = ['high', 'medium', 'low'] as const;
export const trialChoices = ['report', 'weigh', 'off'] as const;

export const confidenceChoices = ['certain', 'likely', 'possible'] as const;
export const failOnChoices = [...severityChoices, 'never'] as const;
export const runtimeChoices = ['package', 'copy'] as const;
export const ruleStates = ['off', 'on', ...severityChoices] as const;

const pluginShape: Shape = {
  kind: 'list',
  of: { kind: 'string' },
  description: 'Modules with rules of your own: a path relative to this file, or a package.',
};

const extendsShape: Shape = {
  kind: 'list',
  of: { kind: 'string' },
  description:
    'Configuration files, installed packages, or plimsoll/recommended or plimsoll/strict, that this one builds on; later ones win, this one wins over all.',
};

/** The keys that bring in rules: they are read before the rest, which is held against those rules. */
export const pluginKeys: Extract<Shape, { kind: 'object' }> = {
  kind: 'object',
  noun: 'key',
  keys: { extends: extendsShape, plugins: pluginShape },
};

const globs: Shape = { kind: 'list', of: { kind: 'string' } };

const names: Shape = {
  kind: 'list',
  of: {
    kind: 'string',
    pattern: '^[A-Za-z_$][\\w$]*(\\.[A-Za-z_$][\\w$]*)*$',
    noun: 'name like defineHandler or rpc.method',
  },
};

export const entryPointsShape: Shape = {
  kind: 'object',
  noun: 'key',
  description: 'Where outside load comes in by ways that a scan does not know.',
  keys: {
    request: { ...globs, description: 'Files whose exported functions run for each request or message: handlers.' },
    event: { ...globs, description: 'Files whose exported functions run again and again, but not for each request.' },
    requestCalls: {
      ...names,
      description: 'Functions, methods and decorators: what is handed to them runs for each request or message.',
    },
    eventCalls: { ...names, description: 'The same for what runs again and again, but not for each request.' },
  },
};

const categoryGates: Shape = {
  kind: 'object',
  noun: 'key',
  keys: {
    maxIssues: { kind: 'integer', minimum: 0, description: 'The most findings of it that pass.' },
    minScore: { kind: 'integer', minimum: 0, maximum: 100, description: 'The least score of it that passes.' },
  },
};

function ruleSetting(rule: RuleFacts): Shape {
  const state: Shape = {
    kind: 'choice',
    of: ruleStates,
    noun: 'setting',
    description: 'off, on (with its own severity), or on with another severity',
  };
  const options = Object.entries(rule.options).map(([name, spec]): [string, Shape] => {
    const { description } = spec;
    if (spec.type === 'integer') return [name, { kind: 'integer', minimum: spec.minimum ?? 0, description }];
    if (spec.type === 'boolean') return [name, { kind: 'boolean', description }];
    return [name, { kind: 'list', of: { kind: 'string' }, description }];
  });
  const description = rule.why;
  if (options.length === 0) return { ...state, description, whyNoList: 'the rule has no options' };
  const object: Shape = {
    kind: 'object',
    noun: 'option',
    list: `plimsoll explain ${rule.id}`,
    keys: Object.fromEntries(options),
  };
  return { kind: 'either', of: [state, { kind: 'tuple', of: [state, object], required: 1 }], description };
}

/** The shape of plimsoll.config.*; rules and their options come from the rules themselves. */
export function configShape(rules: readonly RuleFacts[], reporterNames: readonly string[]): Shape {
  const ruleMap: Shape = {
    kind: 'object',
    noun: 'rule',
    list: 'plimsoll rules',
    keys: Object.fromEntries(rules.map((rule) => [rule.id, ruleSetting(rule)])),
  };
  const reporter: Shape = { kind: 'choice', of: reporterNames, noun: 'reporter', list: 'plimsoll scan --help' };
  return {
    kind: 'object',
    noun: 'key',
    list: 'plimsoll print-config --no-config',
    description: 'Configuration of Plimsoll. Paths and globs are relative to the file that holds them.',
    keys: {
      $schema: { kind: 'string', description: 'Where the JSON Schema of this file is.' },
      extends: extendsShape,
      plugins: pluginShape,
      include: { ...globs, description: 'With any, a file must match one to be in scope.' },
      exclude: { ...globs, description: 'Files left out, counted as ignored.' },
      respectGitignore: { kind: 'boolean', description: 'Leave out what .gitignore names. Default: true.' },
      testFiles: { kind: 'boolean', description: 'Scan test files too. Default: false.' },
      trial: {
        kind: 'choice',
        of: trialChoices,
        noun: 'value',
        description: 'What rules on trial do: report, weigh as stable ones do, or off. Default: report.',
      },
      confidence: {
        kind: 'choice',
        of: confidenceChoices,
        noun: 'confidence',
        description: 'Least confidence that is reported. Default: likely.',
      },
      entryPoints: entryPointsShape,
      rules: { ...ruleMap, description: 'Turn rules off or on, change their severity, set their options.' },
      overrides: {
        kind: 'list',
        description: 'Rule settings for some files; later ones win.',
        of: {
          kind: 'object',
          noun: 'key',
          required: ['files', 'rules'],
          keys: { files: globs, rules: ruleMap },
        },
      },
      gates: {
        kind: 'object',
        noun: 'key',
        description: 'What makes a scan fail with exit code 1.',
        keys: {
          failOn: {
            kind: 'choice',
            of: failOnChoices,
            noun: 'severity',
            description: 'The mildest severity that fails. Default: high.',
          },
          minScore: { kind: 'integer', minimum: 0, maximum: 100, description: 'The least score that passes.' },
          maxIssues: { kind: 'integer', minimum: 0, description: 'The most findings that pass, of any severity.' },
          maxNew: { kind: 'integer', minimum: 0, description: 'The most findings outside the baseline that pass.' },
          maxStale: {
            kind: 'integer',
            minimum: 0,
            description:
              'The most directives that do not apply and baseline entries that nothing answers to that pass.',
          },
          categories: {
            kind: 'object',
            noun: 'category',
            description: 'Budgets of single categories.',
            keys: Object.fromEntries(categoryChoices.map((category) => [category, categoryGates])),
          },
        },
      },
      fix: {
        kind: 'object',
        noun: 'key',
        description: 'How --fix repairs.',
        keys: {
          runtime: {
            kind: 'choice',
            of: runtimeChoices,
            noun: 'way to get the runtime',
            description:
              'How fixed code gets the runtime. Default: package where it is a dependency already, else copy.',
          },
          verify: {
            kind: 'string',
            description: 'A command that must pass before and after; fixes that break it are taken back.',
          },
        },
      },
      baseline: {
        kind: 'string',
        description: 'File of known findings, written by plimsoll baseline update. They are marked and do not count.',
      },
      reporters: {
        kind: 'list',
        description: 'Reports to write: a name for the terminal, or a name and a file. Default: pretty.',
        of: { kind: 'either', of: [reporter, { kind: 'tuple', of: [reporter, { kind: 'string' }], required: 2 }] },
      },
    },
  };
}

/**
 * What editors hold a configuration against. Where plugins may bring in rules, any rule may be named; elsewhere only
 * those that there are.
 */
export function publishedSchema(rules: readonly RuleFacts[], reporterNames: readonly string[]): object {
  const schema = jsonSchemaOf(configShape(rules, reporterNames)) as {
    properties: { rules: RuleSchema; overrides: { items: { properties: { rules: RuleSchema } } } };
  };
  const { properties } = schema;
  const state = { enum: [...ruleStates] };
  const ofPlugins = { anyOf: [state, { type: 'array', items: [state, { type: 'object' }], minItems: 1, maxItems: 2 }] };
  const inOverrides = properties.overrides.items.properties;
  const ids = { propertyNames: { enum: rules.map((rule) => rule.id) } };
  properties.rules.additionalProperties = ofPlugins;
  inOverrides.rules.additionalProperties = ofPlugins;
  return {
    ...schema,
    if: { not: { anyOf: [{ required: ['plugins'] }, { required: ['extends'] }] } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    then: { properties: { rules: ids, overrides: { items: { properties: { rules: ids } } } } },
  };
}

interface RuleSchema {
  additionalProperties: unknown;
}

/** The JSON Schema (draft 7, which editors read) of a shape. */
export function jsonSchemaOf(shape: Shape): Record<string, unknown> {
  const about = shape.description === undefined ? {} : { description: shape.description };
  switch (shape.kind) {
    case 'boolean':
      return { ...about, type: shape.kind };
    case 'string':
      return { ...about, type: shape.kind, ...(shape.pattern === undefined ? {} : { pattern: shape.pattern }) };
    case 'integer':
      return {
        ...about,
        type: 'integer',
        minimum: shape.minimum,
        ...(shape.maximum === undefined ? {} : { maximum: shape.maximum }),
      };
    case 'choice':
      return { ...about, enum: [...shape.of] };
    case 'list':
      return { ...about, type: 'array', items: jsonSchemaOf(shape.of) };
    case 'tuple':
      return {
        ...about,
        type: 'array',
        items: shape.of.map(jsonSchemaOf),
        minItems: shape.required,
        maxItems: shape.of.length,
      };
    case 'object':
      return {
        ...about,
        type: 'object',
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, of]) => [key, jsonSchemaOf(of)])),
        additionalProperties: false,
        ...(shape.required === undefined ? {} : { required: [...shape.required] }),
      };
    case 'either':
      return { ...about, anyOf: shape.of.map(jsonSchemaOf) };
  }
}
