import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { wholeCompiler } from '../ast/compiler.ts';
import { ts } from '../ast/ts.ts';
import type { SpecifierStyle } from './specifier-style.ts';

export const runtimePackage = '@plimsoll/runtime';

/** The sources of the runtime that this version of the tool carries. */
export interface RuntimeSource {
  version: string;
  /** Absolute path of the folder that holds them. */
  folder: string;
  /** Exported name → part: `BoundedCache` → `bounded-cache`. */
  parts: ReadonlyMap<string, string>;
  /** Text of a part. */
  read(part: string): string;
  /** Parts that a part imports, at any depth, itself first. */
  listNeeded(part: string): string[];
}

const relativeImport = /(\b(?:from|import)\s*\(?\s*)(['"])\.\/([\w-]+)\.ts\2/g;

/** Finds the sources: `runtime-source/` in the published package, `runtime/src` in the repository. */
export function findRuntimeSource(from: string = import.meta.dirname): RuntimeSource {
  for (let dir = from; dir !== dirname(dir); dir = dirname(dir)) {
    const manifest = join(dir, 'package.json');
    if (!existsSync(manifest)) continue;
    for (const folder of ['runtime/src', 'runtime-source']) {
      if (existsSync(join(dir, folder, 'index.ts'))) return openRuntime(join(dir, folder), readVersion(manifest));
    }
  }
  throw new Error('The sources of @plimsoll/runtime are missing from this installation');
}

function readVersion(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function openRuntime(folder: string, version: string): RuntimeSource {
  const read = (part: string): string => readFileSync(join(folder, `${part}.ts`), 'utf8').replaceAll('\r\n', '\n');
  const parts = new Map<string, string>();
  for (const [, names, part] of read('index').matchAll(/export \{([^}]+)\} from '\.\/([\w-]+)\.ts'/g)) {
    for (const name of names!.split(',')) if (!/^\s*type\s/.test(name)) parts.set(name.trim(), part!);
  }
  const listNeeded = (part: string): string[] => {
    const needed = [part];
    for (const one of needed) {
      for (const [, , , other] of read(one).matchAll(relativeImport)) {
        if (!needed.includes(other!)) needed.push(other!);
      }
    }
    return needed;
  };
  return { version, folder, parts, read, listNeeded };
}

/** The extension of copied parts for a fixed file: TypeScript for TypeScript, else JavaScript of the same kind. */
export function copyExtension(path: string): string {
  return /\.([cm]?[jt]s)x?$/.exec(path)?.[1] ?? 'js';
}

/** The specifier of a file without extension, as the project writes it. */
export function specifierFor(module: string, extension: string, style: SpecifierStyle): string {
  // Node resolves no extensions in ES modules, and none of these two anywhere.
  if (style === 'none' && !/^[cm]/.test(extension)) return module;
  return `${module}.${style === 'ts' ? extension : extension.replace('t', 'j')}`;
}

/** A part as it is copied into a project. */
export function renderCopy(
  runtime: RuntimeSource,
  part: string,
  extension: string,
  style: SpecifierStyle,
  modules: 'esm' | 'cjs',
): string {
  const head = [
    `// ${part} of ${runtimePackage} ${runtime.version}, https://github.com/plimsoll-dev/plimsoll/tree/main/runtime`,
    '// MIT License, Copyright (c) 2026 Plimsoll maintainers. Copied by plimsoll --fix; do not edit.',
    '/* eslint-disable */',
    // Settings, libraries and @types of a project are not those that it was written under.
    '// @ts-nocheck',
    '',
    '',
  ].join('\n');
  const text = runtime.read(part).replace(relativeImport, (_, lead: string, quote: string, other: string) => {
    return `${lead}${quote}${specifierFor(`./${other}`, extension, style)}${quote}`;
  });
  return head + (/ts$/.test(extension) ? text : toJavaScript(text, modules));
}

/** Compares copies by what they do: the version of the head line and the ends of specifiers may differ. */
export function isSameCopy(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text
      .replaceAll('\r\n', '\n')
      .replace(/^\/\/ .*\n/, '')
      .replace(/(['"])(\.\/[\w-]+)\.[cm]?[jt]s\1/g, '$1$2$1')
      .trim();
  return plain(a) === plain(b);
}

function toJavaScript(text: string, modules: 'esm' | 'cjs'): string {
  const { outputText } = wholeCompiler().transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: modules === 'cjs' ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext,
      verbatimModuleSyntax: modules === 'esm',
    },
  });
  return outputText;
}
