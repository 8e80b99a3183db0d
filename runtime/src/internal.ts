/** Pieces every part shares: option checks and the guarded diagnostics channel. Not part of the public surface. */

function refuse(name: string, value: unknown, wanted: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : value;
  throw new TypeError(`${name} must be ${wanted}, got ${String(shown)}`);
}

function range(kind: string, min: number, max: number): string {
  if (max < Number.MAX_SAFE_INTEGER) return `${kind} from ${min} to ${max}`;
  return min > -Number.MAX_SAFE_INTEGER ? `${kind} of at least ${min}` : kind;
}

/** Returns `value` if it is an integer in [min, max]; `Infinity` passes only where `max` is `Infinity`. Throws a TypeError otherwise. */
export function checkInteger(name: string, value: unknown, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  const isWhole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  if (!isWhole || !((value as number) >= min && (value as number) <= max))
    refuse(name, value, range('an integer', min, max));
  return value as number;
}

/** Returns `value` if it is a number in [min, max] (never NaN; `Infinity` passes unless `max` is finite). Throws a TypeError otherwise. */
export function checkNumber(name: string, value: unknown, min: number, max: number = Number.POSITIVE_INFINITY): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) refuse(name, value, range('a number', min, max));
  return value;
}

/** Returns `value` if it is a function. Throws a TypeError otherwise. */
export function checkFunction<F>(name: string, value: F): F {
  if (typeof value !== 'function') refuse(name, value, 'a function');
  return value;
}

/** Returns `value` if it is one of `allowed`. Throws a TypeError otherwise. */
export function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) refuse(name, value, `one of ${allowed.map((word) => `'${word}'`).join(', ')}`);
  return value as T;
}

/** The part of a `node:diagnostics_channel` Channel the runtime uses: build messages only `if (c.hasSubscribers)`. */
export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

interface BuiltinModules {
  process?: { getBuiltinModule?(id: string): { channel(name: string): DiagnosticsChannel } | undefined };
}

interface AsyncScope {
  runInAsyncScope<T>(fn: () => T): T;
}

interface AsyncHooksModules {
  process?: { getBuiltinModule?(id: string): { AsyncResource: new (name: string) => AsyncScope } | undefined };
}

const silent: DiagnosticsChannel = { hasSubscribers: false, publish() {} };

/**
 * The diagnostics channel `name` (`plimsoll:<part>:<event>`), or a silent one where there is no such module (browsers).
 * `getBuiltinModule` keeps `node:` specifiers out of browser bundles and works alike in ESM and CommonJS.
 */
export function channel(name: string): DiagnosticsChannel {
  const builtin = (globalThis as unknown as BuiltinModules).process?.getBuiltinModule?.('node:diagnostics_channel');
  return builtin?.channel(name) ?? silent;
}

function scopeOfLoading(): AsyncScope | undefined {
  const { process } = globalThis as unknown as AsyncHooksModules;
  const AsyncResource = process?.getBuiltinModule?.('node:async_hooks')?.AsyncResource;
  return AsyncResource && new AsyncResource('plimsoll');
}
const loadScope = /* @__PURE__ */ scopeOfLoading();

/**
 * Runs `fn` in the async context this module was loaded in, so that a timer or socket it creates does not keep the
 * AsyncLocalStorage store of whichever request came first alive. An AsyncResource alone costs no promise hooks.
 */
export function detached<T>(fn: () => T): T {
  return loadScope ? loadScope.runInAsyncScope(fn) : fn();
}

const partChannel = /* @__PURE__ */ channel('plimsoll:runtime:part');

/** Tells a listening RuntimeMonitor that `part` exists (`kind` in kebab-case); with none listening, one field read. */
export function announce(kind: string, part: { stats(): object }): void {
  if (partChannel.hasSubscribers) partChannel.publish({ kind, part });
}
