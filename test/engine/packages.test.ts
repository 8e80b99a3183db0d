import { describe, expect, test } from 'vitest';
import { isLibrary, PackageIndex } from '../../src/engine/packages.ts';
import { tempProject } from './temp-project.ts';

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

test('a package that names no dependencies uses those of the one above it', () => {
  const root = tempProject({
    'package.json': JSON.stringify({ name: 'all', dependencies: { '@aws-sdk/client-s3': '3' } }),
    'services/orders/package.json': JSON.stringify({ name: 'orders' }),
    'services/mail/package.json': JSON.stringify({ name: 'mail', dependencies: { nodemailer: '7' } }),
  });
  const packages = new PackageIndex(root);
  for (const dir of ['', 'services/orders', 'services/mail']) packages.add(dir);
  expect([...packages.factsOf('services/orders').dependencies]).toEqual(['@aws-sdk/client-s3']);
  expect([...packages.factsOf('services/mail').dependencies]).toEqual(['nodemailer']);
});
