import type { Shape } from './schema.ts';

/** The way from the root of the configuration to a value. */
export type KeyPath = readonly (string | number)[];

export interface ConfigFault {
  message: string;
  path: KeyPath;
  /** The wrong name and the right ones, when it is a name that is wrong. */
  wrong?: { name: string; candidates: readonly string[] };
  /** How to list what is allowed. */
  list?: string;
  /** What to do about it. */
  help?: string;
}

/** `overrides[0].files`. */
export function keyInWords(path: KeyPath): string {
  return path.reduce<string>(
    (name, step) => (typeof step === 'number' ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`),
    '',
  );
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value === 'object' ? 'object' : typeof value;
}

const outerTypes: Record<Exclude<Shape['kind'], 'either'>, string> = {
  boolean: 'boolean',
  string: 'string',
  integer: 'number',
  choice: 'string',
  list: 'list',
  tuple: 'list',
  object: 'object',
};

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** Holds a value against a shape; the first fault, or undefined when it fits. */
export function findFault(value: unknown, shape: Shape, path: KeyPath = []): ConfigFault | undefined {
  if (shape.kind === 'either') {
    const fitting = shape.of.find((one) => one.kind !== 'either' && outerTypes[one.kind] === typeOf(value));
    if (fitting) return findFault(value, fitting, path);
    const wanted = shape.of
      .map((one) => (one.kind === 'either' ? 'value' : article(outerTypes[one.kind])))
      .join(' or ');
    return { message: `"${keyInWords(path)}" must be ${wanted}, not ${typeOf(value)}`, path };
  }
  const outer = outerTypes[shape.kind];
  if (typeOf(value) !== outer) {
    const what = path.length === 0 ? 'the configuration' : `"${keyInWords(path)}"`;
    const isChoice = shape.kind === 'choice' && shape.of.length <= 8;
    const wanted = isChoice ? `one of ${shape.of.join(', ')}` : article(outer);
    const why = shape.kind === 'choice' && typeOf(value) === 'list' ? shape.whyNoList : undefined;
    return { message: `${what} must be ${wanted}, not ${typeOf(value)}${why === undefined ? '' : `: ${why}`}`, path };
  }
  switch (shape.kind) {
    case 'boolean':
      return undefined;
    case 'string':
      if (shape.pattern === undefined || new RegExp(shape.pattern).test(value as string)) return undefined;
      return { message: `"${keyInWords(path)}" is no ${shape.noun}: "${value}"`, path };
    case 'integer':
      return findNumberFault(value as number, shape, path);
    case 'choice': {
      if (shape.of.includes(value as string)) return undefined;
      return {
        message: `unknown ${shape.noun} "${value}" in "${keyInWords(path)}": ${shape.of.length > 8 ? 'see the list' : `one of ${shape.of.join(', ')}`}`,
        path,
        wrong: { name: value as string, candidates: shape.of },
        ...(shape.list === undefined ? {} : { list: shape.list }),
      };
    }
    case 'list':
    case 'tuple':
      return findListFault(value as readonly unknown[], shape, path);
    case 'object':
      return findObjectFault(value as Record<string, unknown>, shape, path);
  }
}

function findNumberFault(value: number, shape: Extract<Shape, { kind: 'integer' }>, path: KeyPath) {
  const isInside = value >= shape.minimum && value <= (shape.maximum ?? Number.POSITIVE_INFINITY);
  if (Number.isInteger(value) && isInside) return undefined;
  const range =
    shape.maximum === undefined ? `of at least ${shape.minimum}` : `from ${shape.minimum} to ${shape.maximum}`;
  return { message: `"${keyInWords(path)}" must be a whole number ${range}, not ${value}`, path };
}

function findListFault(
  value: readonly unknown[],
  shape: Extract<Shape, { kind: 'list' | 'tuple' }>,
  path: KeyPath,
): ConfigFault | undefined {
  if (shape.kind === 'tuple' && (value.length < shape.required || value.length > shape.of.length)) {
    const wanted = shape.required === shape.of.length ? shape.required : `${shape.required} to ${shape.of.length}`;
    return { message: `"${keyInWords(path)}" must have ${wanted} items, not ${value.length}`, path };
  }
  for (const [index, item] of value.entries()) {
    const of = shape.kind === 'list' ? shape.of : shape.of[index];
    const fault = of && findFault(item, of, [...path, index]);
    if (fault) return fault;
  }
  return undefined;
}

function findObjectFault(
  value: Record<string, unknown>,
  shape: Extract<Shape, { kind: 'object' }>,
  path: KeyPath,
): ConfigFault | undefined {
  for (const [key, item] of Object.entries(value)) {
    const of = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
    if (of === undefined) {
      return {
        message: `unknown ${shape.noun} "${key}"${path.length === 0 ? '' : ` in "${keyInWords(path)}"`}`,
        path: [...path, key],
        wrong: { name: key, candidates: Object.keys(shape.keys) },
        ...(shape.list === undefined ? {} : { list: shape.list }),
        ...helpFor(key, shape),
      };
    }
    if (item === undefined) continue;
    const fault = findFault(item, of, [...path, key]);
    if (fault) return fault;
  }
  for (const key of shape.required ?? []) {
    if (value[key] === undefined) {
      return { message: `"${path.length === 0 ? 'the configuration' : keyInWords(path)}" needs "${key}"`, path };
    }
  }
  return undefined;
}

/** Where a key that is unknown here does stand: in one of the objects inside. */
function helpFor(key: string, shape: Extract<Shape, { kind: 'object' }>): { help?: string } {
  for (const [outer, of] of Object.entries(shape.keys)) {
    const keys = of.kind === 'object' ? Object.keys(of.keys) : [];
    const inner = keys.find((name) => name.toLowerCase() === key.toLowerCase());
    if (inner !== undefined) return { help: `it is a key of "${outer}": ${outer}.${inner}` };
  }
  return {};
}
