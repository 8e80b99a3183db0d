import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fmix32, fnv1a32, hash32 } from '../src/hash.ts';

/** FNV-1a 32 straight from its definition, in exact arithmetic. */
function reference(bytes: Uint8Array): number {
  let hash = 0x811c9dc5n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  return Number(hash);
}

// From the test vectors of the FNV authors (http://www.isthe.com/chongo/tech/comp/fnv/, test_fnv.c).
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['b', 0xe70c2de5],
  ['c', 0xe60c2c52],
  ['d', 0xe10c2473],
  ['e', 0xe00c22e0],
  ['f', 0xe30c2799],
  ['fo', 0x6222e842],
  ['foo', 0xa9f37ed7],
  ['foob', 0x3f5076ef],
  ['fooba', 0x39aaa18a],
  ['foobar', 0xbf9cf968],
])('fnv1a32(%j) is the official vector', (text, expected) => {
  expect(fnv1a32(text)).toBe(expected);
  expect(fnv1a32(new TextEncoder().encode(text))).toBe(expected);
});

test('hashes the UTF-8 bytes of any string, lone surrogates as U+FFFD', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.array(fc.integer({ min: 0xd7ff, max: 0xe001 })).map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const bytes = new TextEncoder().encode(text);
      expect(fnv1a32(text)).toBe(reference(bytes));
      expect(fnv1a32(bytes)).toBe(reference(bytes));
    }),
    { numRuns: 2_000 },
  );
});

test('hashes strings beyond 4 KiB whole', () => {
  const text = 'δ€😀 plain '.repeat(2_000);
  expect(fnv1a32(text)).toBe(reference(new TextEncoder().encode(text)));
  expect(fnv1a32(`${text}a`)).not.toBe(fnv1a32(`${text}b`));
});

test('continues from the hash of a first part', () => {
  expect(fnv1a32('bar', fnv1a32('foo'))).toBe(fnv1a32('foobar'));
  expect(hash32('bar', fnv1a32('foo'))).toBe(hash32('foobar'));
});

test('fmix32 agrees with the published finaliser and maps no two inputs to one', () => {
  expect([fmix32(0), fmix32(1), fmix32(0xffffffff), fmix32(-1)]).toEqual([0, 0x514e28b7, 0x81f16f39, 0x81f16f39]);
  const seen = new Set<number>();
  for (let i = 0; i < 100_000; i++) seen.add(fmix32(i));
  expect(seen.size).toBe(100_000);
});

test('flipping any one input bit flips each output bit half of the time, within 2 points', () => {
  const samples = 20_000;
  for (let input = 0; input < 32; input++) {
    const flips = new Array<number>(32).fill(0);
    for (let i = 0; i < samples; i++) {
      const value = fmix32(Math.imul(i, 0x9e3779b9) + 12_345);
      const changed = fmix32(value) ^ fmix32(value ^ (1 << input));
      for (let output = 0; output < 32; output++) flips[output]! += (changed >>> output) & 1;
    }
    for (const count of flips) expect(Math.abs(count / samples - 0.5)).toBeLessThan(0.02);
  }
});

test('spreads sequential keys over buckets as evenly as chance does', () => {
  for (const buckets of [3, 10, 64, 100]) {
    const counts = new Array<number>(buckets).fill(0);
    for (let i = 0; i < 200_000; i++) counts[hash32(`user:${i}`) % buckets]!++;
    const mean = 200_000 / buckets;
    const deviation = counts.reduce((sum, count) => sum + Math.abs(count - mean), 0) / 200_000;
    // The mean absolute deviation of a binomial is 0.8 σ; twice that would be no accident.
    expect(deviation).toBeLessThan(1.6 * Math.sqrt(1 / mean));
  }
});

test('always gives an unsigned 32-bit integer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const hash of [fnv1a32(text), hash32(text)]) expect(hash >>> 0).toBe(hash);
    }),
  );
});
