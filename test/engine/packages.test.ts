import { describe, expect, test } from 'vitest';
import { isLibrary } from '../../src/engine/packages.ts';

const base = { name: 'rows', version: '1.0.0', main: 'index.js' };
const parser = { dependencies: { commander: '^12.0.0' } };

describe('a library', () => {
  test('is what offers more than a command, and needs no framework of programs', () => {
    expect(isLibrary(base)).toBe(true);
    expect(isLibrary({ ...base, bin: 'index.js' })).toBe(false);
    expect(isLibrary({ ...base, dependencies: { express: '^5.0.0' } })).toBe(false);
  });

  test('may bring a command along that reads arguments, as something else than what is imported', () => {
    expect(isLibrary({ ...base, ...parser, bin: { rows: './bin/rows.js' } })).toBe(true);
    expect(isLibrary({ ...base, ...parser, bin: { rows: './index.js' } })).toBe(false);
    expect(isLibrary({ ...base, ...parser, main: undefined, exports: './cli.js', bin: './cli.js' })).toBe(false);
    expect(isLibrary({ ...base, ...parser })).toBe(false);
  });
});
