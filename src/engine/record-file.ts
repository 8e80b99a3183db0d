import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Where a record lies behind the index, in bytes, and what its bytes must add up to. */
export type Place = readonly [at: number, length: number, sum: number];

/** A record that is in a file already, or the bytes of one that is not yet. */
export type Stored = Place | Buffer;

const magic = 'plimsoll-cache-3';
const headBytes = magic.length + 8;

/**
 * A file of JSON records behind one index, read whole and parsed record by record as they are asked for.
 * Each record and the index carry a checksum: what is torn or altered reads as if it were not there.
 */
export class RecordFile {
  readonly #records: Buffer;

  constructor(records: Buffer = Buffer.alloc(0)) {
    this.#records = records;
  }

  /** Undefined when the file is not there or its index is damaged. */
  static read(file: string): { index: unknown; records: RecordFile } | undefined {
    try {
      const bytes = readFileSync(file);
      if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
      const length = bytes.readUInt32LE(magic.length);
      const index = bytes.subarray(headBytes, headBytes + length);
      if (index.length !== length || crc32(index) !== bytes.readUInt32LE(magic.length + 4)) return undefined;
      return { index: JSON.parse(index.toString()), records: new RecordFile(bytes.subarray(headBytes + length)) };
    } catch {
      return undefined;
    }
  }

  /** The value of a record; undefined when it is damaged. */
  valueOf(stored: Stored): unknown {
    const bytes = this.bytesOf(stored);
    if (!Buffer.isBuffer(stored) && (bytes.length !== stored[1] || crc32(bytes) !== stored[2])) return undefined;
    return JSON.parse(bytes.toString());
  }

  /** The bytes of a record, be they damaged or not. */
  bytesOf(stored: Stored): Buffer {
    return Buffer.isBuffer(stored) ? stored : this.#records.subarray(stored[0], stored[0] + stored[1]);
  }
}

/** Gathers records and writes them at once, whole or not at all. */
export class RecordWriter {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  /** Takes a record over from `records`; one that is damaged there stays so. */
  add(records: RecordFile, stored: Stored): Place {
    const bytes = records.bytesOf(stored);
    const place: Place = [this.#length, bytes.length, Buffer.isBuffer(stored) ? crc32(bytes) : stored[2]];
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    return place;
  }

  /** Runs side by side each put a whole file in place; the last one stays. Throws where the folder cannot be written. */
  write(file: string, index: unknown): void {
    const body = Buffer.from(JSON.stringify(index));
    const head = Buffer.alloc(headBytes);
    head.write(magic, 'latin1');
    head.writeUInt32LE(body.length, magic.length);
    head.writeUInt32LE(crc32(body), magic.length + 4);
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}.${process.hrtime.bigint().toString(36)}`;
    try {
      writeFileSync(draft, Buffer.concat([head, body, ...this.#chunks]));
      renameSync(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
}

/** Leaves the files of a folder that were written last; drafts of runs that were killed go with the rest. */
export function keepNewest(folder: string, count: number): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const ages = files.map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  for (const { file } of ages.sort((a, b) => b.at - a.at).slice(count)) rmSync(file, { force: true });
}
