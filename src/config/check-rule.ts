import type { FileRole } from '../model/file-context.ts';
import type { NodeKind } from '../model/rule.ts';
import { findFault } from './check.ts';
import { categoryChoices, confidenceChoices, type Shape, severityChoices } from './schema.ts';

const text: Shape = { kind: 'string' };

const texts: Shape = { kind: 'list', of: text };

const fileRoles: Record<FileRole, true> = {
  product: true,
  test: true,
  script: true,
  migration: true,
  config: true,
  ui: true,
  example: true,
};

/** The plain part of a rule; its options and visitors are looked at beside it. */
const ruleShape: Extract<Shape, { kind: 'object' }> = {
  kind: 'object',
  noun: 'key',
  required: [
    'id',
    'category',
    'severity',
    'confidence',
    'lifecycle',
    'message',
    'why',
    'advice',
    'limits',
    'mentions',
    'visit',
  ],
  keys: {
    id: text,
    category: { kind: 'choice', of: categoryChoices, noun: 'category' },
    severity: { kind: 'choice', of: severityChoices, noun: 'severity' },
    confidence: { kind: 'choice', of: confidenceChoices, noun: 'confidence' },
    lifecycle: { kind: 'choice', of: ['trial', 'stable'], noun: 'lifecycle' },
    message: text,
    why: text,
    advice: text,
    limits: texts,
    mentions: texts,
    roles: { kind: 'list', of: { kind: 'choice', of: Object.keys(fileRoles), noun: 'role' } },
    page: text,
    effort: { kind: 'integer', minimum: 1 },
  },
};

const nodeKinds: Record<NodeKind, true> = {
  ArrowFunction: true,
  AwaitExpression: true,
  BinaryExpression: true,
  CallExpression: true,
  ClassDeclaration: true,
  ClassExpression: true,
  Constructor: true,
  DoStatement: true,
  ElementAccessExpression: true,
  ForInStatement: true,
  ForOfStatement: true,
  ForStatement: true,
  FunctionDeclaration: true,
  FunctionExpression: true,
  ImportDeclaration: true,
  MethodDeclaration: true,
  NewExpression: true,
  ObjectLiteralExpression: true,
  PropertyDeclaration: true,
  SourceFile: true,
  TaggedTemplateExpression: true,
  TryStatement: true,
  VariableDeclaration: true,
  WhileStatement: true,
};

/** What is wrong with a rule of a plugin, or with its fixer; undefined when nothing is. */
export function findRuleFault({ rule, fixer }: { rule: unknown; fixer?: unknown }): string | undefined {
  if (!isObject(rule)) return 'it is not an object: write it with defineRule({ ... })';
  const missing = ruleShape.required?.find((key) => rule[key] === undefined);
  if (missing !== undefined) return `it needs "${missing}"`;
  const { visit, options, ...plain } = rule;
  const fault = findFault(plain, { ...ruleShape, required: [] });
  if (fault) return fault.message;
  if (!/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(String(rule.id))) {
    return 'its id must be words in lower case with hyphens between them, as in no-foo-bar';
  }
  if (rule.page !== undefined && !/^https?:\/\//.test(String(rule.page))) return '"page" must be an http address';
  for (const key of ['limits', 'mentions'] as const) {
    if ((rule[key] as readonly string[]).length === 0) return `"${key}" must hold at least one text`;
  }
  if (!isObject(visit)) return '"visit" must be an object of functions by kind of node';
  for (const [kind, visitor] of Object.entries(visit)) {
    if (!Object.hasOwn(nodeKinds, kind)) {
      return `"visit" has no kind "${kind}": one of ${Object.keys(nodeKinds).join(', ')}`;
    }
    if (typeof visitor !== 'function') return `"visit.${kind}" must be a function`;
  }
  return findOptionFault(options) ?? findFixerFault(fixer, rule.id);
}

function findOptionFault(options: unknown): string | undefined {
  if (options === undefined) return undefined;
  if (!isObject(options)) return '"options" must be an object';
  for (const [name, spec] of Object.entries(options)) {
    const types = ['integer', 'string-list', 'boolean'];
    if (!isObject(spec) || !types.includes(String(spec.type)))
      return `"options.${name}.type" must be one of ${types.join(', ')}`;
    if (spec.default === undefined) return `"options.${name}" needs "default"`;
    if (typeof spec.description !== 'string') return `"options.${name}" needs "description"`;
  }
  return undefined;
}

function findFixerFault(fixer: unknown, ruleId: unknown): string | undefined {
  if (fixer === undefined) return undefined;
  if (!isObject(fixer)) return 'its fixer must be an object';
  if (fixer.rule !== ruleId) return `its fixer is of the rule "${String(fixer.rule)}"`;
  if (fixer.safety !== 'safe' && fixer.safety !== 'review') return 'its fixer needs "safety": safe or review';
  if (typeof fixer.changes !== 'string') return 'its fixer needs "changes"';
  return typeof fixer.fix === 'function' ? undefined : 'its fixer needs a function "fix"';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
