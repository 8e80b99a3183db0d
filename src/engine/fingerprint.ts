import { createHash } from 'node:crypto';

/** Stable when lines above change, and when white space inside does: 16 hexadecimal digits. */
export function fingerprint(ruleId: string, file: string, scope: string, code: string, ordinal: number): string {
  const hash = createHash('sha1');
  hash.update(`${ruleId}\0${file}\0${scope}\0${normaliseCode(code)}\0${ordinal}`);
  return hash.digest('hex').slice(0, 16);
}

/** Code with each run of white space as one space, cut to 500 characters. */
export function normaliseCode(code: string): string {
  return code.slice(0, 2000).replace(/\s+/g, ' ').trim().slice(0, 500);
}
