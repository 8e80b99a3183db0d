import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteAccumulator } from '../src/byte-accumulator.ts';

test('joins any chunks as Buffer.concat does, with pushes after reading', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.boolean())), (chunks) => {
      const bytes = new ByteAccumulator();
      let model = Buffer.alloc(0);
      for (const [chunk, isRead] of chunks) {
        model = Buffer.concat([model, chunk]);
        expect(bytes.push(chunk)).toBe(model.length);
        if (isRead) expect(bytes.concat().equals(model)).toBe(true);
      }
      expect(bytes.length).toBe(model.length);
      expect(bytes.byteLength).toBe(model.length);
      expect(Buffer.concat(bytes.chunks).equals(model)).toBe(true);
      expect(bytes.toString()).toBe(model.toString('utf8'));
    }),
  );
});

test('decodes characters that were split between chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }).map((units) => String.fromCharCode(...units)),
      fc.integer({ min: 1, max: 5 }),
      (text, step) => {
        const encoded = new TextEncoder().encode(text);
        const bytes = new ByteAccumulator();
        for (let i = 0; i < encoded.length; i += step) bytes.push(encoded.subarray(i, i + step));
        expect(bytes.toString()).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded));
      },
    ),
  );
});

test('takes strings as UTF-8 and gives a Buffer in Node', () => {
  const bytes = new ByteAccumulator();
  bytes.push('Plimsoll ⚓');
  bytes.push('');
  expect(Buffer.isBuffer(bytes.concat())).toBe(true);
  expect(bytes.concat().toString('utf8')).toBe('Plimsoll ⚓');
  expect(bytes.chunks.length).toBe(1);
});

test('joins without Buffer where there is none', () => {
  const kept = globalThis.Buffer;
  const bytes = new ByteAccumulator();
  bytes.push(new Uint8Array([104, 105]));
  bytes.push('!');
  try {
    Reflect.deleteProperty(globalThis, 'Buffer');
    const whole: Uint8Array = bytes.concat();
    expect([whole.constructor, ...whole]).toEqual([Uint8Array, 104, 105, 33]);
  } finally {
    globalThis.Buffer = kept;
  }
});

test('refuses what passes maxBytes and keeps what it had', () => {
  const bytes = new ByteAccumulator({ maxBytes: 5 });
  bytes.push('1234');
  expect(() => bytes.push('56')).toThrow(RangeError);
  expect(() => bytes.push('56')).toThrow('6 bytes are more than maxBytes (5)');
  bytes.push('5');
  expect(bytes.toString()).toBe('12345');
  bytes.clear();
  expect([bytes.length, bytes.toString(), bytes.concat().length]).toEqual([0, '', 0]);
});

test('refuses bad options and chunks by name', () => {
  expect(() => new ByteAccumulator({ maxBytes: -1 })).toThrow(/maxBytes must be an integer of at least 0, got -1/);
  expect(() => new ByteAccumulator().push(5 as never)).toThrow(/chunk must be a Uint8Array or a string, got number/);
});

test('collects 4,000 chunks of 16 KB without copying what came before', () => {
  const bytes = new ByteAccumulator();
  const chunk = new Uint8Array(16_384).fill(7);
  for (let i = 0; i < 4_000; i++) bytes.push(chunk);
  const before = process.memoryUsage().arrayBuffers;
  expect(bytes.length).toBe(4_000 * 16_384);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
});
