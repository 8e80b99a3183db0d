import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { Problem } from '../model/scan-result.ts';

/** What the text of a file shows before it is parsed. */
export type TextKind = 'source' | 'generated' | 'minified';

const generatedMark =
  /@generated\b|\b(?:auto-?generated|automatically generated|generated (?:by|from|with|using|automatically))\b|\bdo not (?:edit|modify)\b/i;

/** What Rollup, webpack, Browserify and esbuild write ahead of the code that they put together, and Babel ahead of what it lowers. */
const writtenHead = new RegExp(
  `^(?:Object\\.defineProperty\\(exports, ['"]__esModule['"], \\{ value: (?:true|!0) \\}\\);\\s*)?(?:${[
    String.raw`;?\(function ?\(global, factory\) \{\s*typeof exports === 'object'`,
    String.raw`(?:define\(\[[^\]]*\], \(function \(|(?:var|const|let) [\w$]+ = \(function \(exports(?:, [\w$]+)*\) \{\s*'use strict';)`,
    String.raw`\(function webpackUniversalModuleDefinition\(`,
    String.raw`\(?(?:function ?\(modules\)|\(\) =>) \{ \/\/ webpackBootstrap`,
    String.raw`\(function\(\)\{function r\(e,n,t\)\{function o\(i,f\)`,
    String.raw`(?:(?:(?:var|let|const) [\w$]+ = )?\(\(\) => \{\s*)?var __(?:create|defProp|getOwnPropNames|commonJS|esm|export) = `,
    String.raw`function _(?:checkInRHS|classPrivate\w+|classCallCheck|createClass|defineProperty|defineProperties|toPropertyKey|interopRequire\w+|getRequireWildcardCache|asyncToGenerator|regenerator\w*|objectSpread2?)\(`,
  ].join('|')})`,
);

/** Reads a file as UTF-8, the byte order mark kept so that offsets are those of the file. */
export function readSource(file: string, absolute: string): { text: string; bytes: number } | { problem: Problem } {
  try {
    const text = readFileSync(absolute, 'utf8');
    // The replacement character may be written in a file, or stand for bytes that could not be decoded.
    const encoding = text.includes('\uFFFD') ? findEncodingProblem(readFileSync(absolute)) : undefined;
    if (encoding !== undefined) return { problem: { kind: 'encoding', file, message: encoding } };
    return { text, bytes: Buffer.byteLength(text) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code === 'ENOENT' ? 'it is gone' : message;
    return { problem: { kind: 'unreadable', file, message: `Cannot read: ${why}` } };
  }
}

function findEncodingProblem(content: Buffer): string | undefined {
  if (isUtf8(content)) return undefined;
  const isUtf16 = (content[0] === 0xff && content[1] === 0xfe) || (content[0] === 0xfe && content[1] === 0xff);
  return `Not valid UTF-8${isUtf16 ? ' (the file is UTF-16)' : ''}: save it as UTF-8`;
}

/** Generated: a comment of its head says so, or it begins as what bundlers and compilers write does. Minified: lines that no one writes. */
export function textKind(text: string): TextKind {
  const head = headComments(text);
  if (
    generatedMark.test(head.slice(0, markLength)) ||
    writtenHead.test(text.slice(head.length, head.length + 200).trimStart())
  )
    return 'generated';
  if (text.length > 4000) {
    const sample = text.length > 100_000 ? text.slice(0, 100_000) : text;
    let lines = 1;
    for (let at = sample.indexOf('\n'); at >= 0; at = sample.indexOf('\n', at + 1)) lines++;
    if (sample.length / lines > 300) return 'minified';
  }
  return 'source';
}

/** A mark stands in the first lines; a licence may be longer. */
const markLength = 2000;
const headLength = 50_000;

/** The comments before the first code. */
function headComments(text: string): string {
  const head = text.slice(0, headLength);
  return /^(?:\uFEFF?\s*(?:#!.*|\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|['"]use strict['"];?))*/.exec(head)![0];
}

/**
 * Lines that hold code: not blank, not only comment. A comment counts where it opens a line;
 * one that opens after code on its line is not followed. O(lines), with no look inside them.
 */
export function countCodeLines(text: string): number {
  let count = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const { length } = text;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === 32 || (code >= 9 && code <= 13)) {
      at++;
      continue;
    }
    if (code === 47 /* / */) {
      const next = text.charCodeAt(at + 1);
      if (next === 42 /* * */) {
        const end = text.indexOf('*/', at + 2);
        at = end < 0 ? length : end + 2;
        continue;
      }
      if (next === 47) {
        at = endOfLine(text, at);
        continue;
      }
    }
    count++;
    at = endOfLine(text, at);
  }
  return count;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

/** The offset of the first code of a line, from 1. */
export function firstCodeOfLine(text: string, line: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf('\n', start) + 1;
  while (text[start] === ' ' || text[start] === '\t') start++;
  return start;
}
