import { type ByteGrowth, describeRepeats, findByteGrowth, findHandGrowth } from '../../src/ast/size/byte-growth.ts';
import { findJoinedChunks } from '../../src/ast/size/joined-chunks.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export const rule = defineRule<ByteGrowth>({
  id: 'no-buffer-concat-in-loop',
  category: 'performance',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: '{name} is copied whole for {round}: the time grows with the square of the bytes received.',
  why: 'Buffer.concat allocates a new buffer and copies all bytes so far. 4,000 chunks of 16 KB (one upload of 64 MB) took 154 s this way and 65 ms with one concat at the end; the event loop stands still meanwhile.',
  advice:
    'Push the chunks to an array and concat once when all are there, or use ByteAccumulator, which also knows the length. A parser that looks at the pending bytes for each chunk should read the length header first and join when the message is complete.',
  limits: [
    'A list of chunks that is joined for each of them counts where nothing is taken out of it before the last has come.',
    'Loops that end at a fixed length (padding, key derivation) are left alone.',
    'What is cut to frames after each chunk is left alone where a frame is small: of one size, of a length of 16 bits at most, up to a delimiter. What else is cut off while chunks come is `possible` unless a library reads lengths of 32 bits, and so is what gathers parts of chunks: a vector, a remainder; an `append()` or `push()` that its file does not call, nor a `write()` of a class that is no stream, and small answers by name (a log-in, a snapshot).',
  ],
  roles: ['product', 'ui'],
  mentions: [
    'concat&Buffer',
    'concat&uint8arrays',
    'Buffer.alloc&.copy(',
    'new Buffer(&.copy(',
    'Uint8Array(&.set(',
    'Buffer.alloc&.set(',
  ],
  visit: {
    CallExpression(call, file) {
      if (call.arguments.length === 0) return undefined;
      return report(findByteGrowth(call, file) ?? findHandGrowth(call, file) ?? findJoinedChunks(call, file), file);
    },
    NewExpression(made, file) {
      return report(findHandGrowth(made, file), file);
    },
  },
});

function report(growth: ByteGrowth | undefined, file: FileContext): Match<ByteGrowth> | undefined {
  return (
    growth && {
      at: growth.assignment ?? growth.call,
      ...(!growth.isLarge && { confidence: 'possible' as const }),
      // What users of a library send may fill a frame; what a service speaks seldom does.
      ...(growth.isLarge === 'framed' && { sureWhen: { kind: 'in-library' as const } }),
      values: { name: growth.target.getText(file.source), round: describeRepeats(growth) },
      data: growth,
    }
  );
}
