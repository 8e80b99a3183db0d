import { describe, expect, it } from 'vitest';
import { inOrder, joinEdits, lineBreakOf } from '../../src/fix/edits.ts';
import { importEdits, type NeededImport } from '../../src/fix/imports.ts';
import { findNewSyntaxError } from '../../src/fix/parses.ts';

const ring = { module: '@plimsoll/runtime', name: 'RingBuffer' };
const cache = { module: '@plimsoll/runtime', name: 'BoundedCache' };
const once = { module: 'node:events', name: 'once' };

function answer(
  path: string,
  text: string,
  needed: NeededImport[],
  type: 'module' | 'commonjs' = 'module',
  before = text,
) {
  const pkg = { dir: '', name: 'x', type, dependencies: new Set<string>(), scripts: new Set<string>() };
  return importEdits(path, before, text, needed, pkg);
}

function withImports(
  path: string,
  text: string,
  needed: NeededImport[],
  type: 'module' | 'commonjs' = 'module',
): string {
  const result = answer(path, text, needed, type);
  if ('refused' in result) throw new Error(result.refused[0]!.why);
  const lineBreak = lineBreakOf(text);
  const edits = result.edits.map((edit) => ({ ...edit, text: edit.text.replaceAll('\n', lineBreak) }));
  const after = joinEdits(text, inOrder(edits));
  expect(findNewSyntaxError(path, text, after)).toBeUndefined();
  return after;
}

function whyRefused(path: string, text: string, needed: NeededImport[], before = text): string[] {
  const result = answer(path, text, needed, 'module', before);
  return 'refused' in result ? result.refused.map(({ why }) => why) : [];
}

describe('the syntax', () => {
  it.each([
    ['is import where the file imports', 'a.js', "import a from 'a';\na();", 'commonjs', /^import \{ RingBuffer \}/m],
    ['is import where the file exports', 'a.js', 'export const a = 1;', 'commonjs', /^import \{ RingBuffer \}/m],
    [
      'is require where the file requires',
      'a.js',
      "const a = require('a');",
      'module',
      /^const \{ RingBuffer \} = req/m,
    ],
    ['is require where the file sets module.exports', 'a.js', 'module.exports = {};', 'module', /= require\(/],
    ['is import in .mjs', 'a.mjs', 'a();', 'commonjs', /^import /m],
    ['is require in .cjs', 'a.cjs', 'a();', 'module', /= require\(/],
    ['is import in a package of modules', 'a.js', 'a();', 'module', /^import /m],
    ['is require in a package of CommonJS', 'a.js', 'a();', 'commonjs', /= require\(/],
    ['is import in TypeScript', 'a.ts', 'a();', 'commonjs', /^import /m],
  ] as const)('%s', (_, path, text, type, wanted) => {
    expect(withImports(path, text, [ring], type)).toMatch(wanted);
  });
});

describe('a new import', () => {
  it('follows the last import, in its quotes, semicolons and braces', () => {
    expect(withImports('a.ts', 'import {a} from "a" // why\nimport {b} from "b"\n\na(b)\n', [ring])).toBe(
      'import {a} from "a" // why\nimport {b} from "b"\nimport {RingBuffer} from "@plimsoll/runtime"\n\na(b)\n',
    );
  });

  it('is written once for all of its names, builtins first', () => {
    expect(withImports('a.ts', "import a from 'a';\n", [ring, once, cache, ring])).toBe(
      "import a from 'a';\nimport { once } from 'node:events';\nimport { BoundedCache, RingBuffer } from '@plimsoll/runtime';\n",
    );
  });

  it('follows the first run of requires, as later code may run before a later one', () => {
    const text = "'use strict';\nrequire('dotenv').config();\nvar a = require('a');\n\na();\nvar b = require('b');\n";
    expect(withImports('a.js', text, [ring])).toBe(
      "'use strict';\nrequire('dotenv').config();\nvar a = require('a');\nvar { RingBuffer } = require('@plimsoll/runtime');\n\na();\nvar b = require('b');\n",
    );
  });

  it('follows shebang, licence and directives, and precedes the comment of the first statement', () => {
    expect(
      withImports(
        'a.js',
        "#!/usr/bin/env node\n/* Licence */\n\n'use strict';\n\n// run\nrun();\n",
        [ring],
        'commonjs',
      ),
    ).toBe(
      "#!/usr/bin/env node\n/* Licence */\n\n'use strict';\n\nconst { RingBuffer } = require('@plimsoll/runtime');\n\n// run\nrun();\n",
    );
    expect(withImports('a.ts', '// Licence\n\n// @ts-check\n// run\nrun();\n', [ring])).toBe(
      "// Licence\n\n// @ts-check\nimport { RingBuffer } from '@plimsoll/runtime';\n\n// run\nrun();\n",
    );
    expect(withImports('a.mjs', '#!/usr/bin/env node\nrun();\n', [ring])).toBe(
      "#!/usr/bin/env node\nimport { RingBuffer } from '@plimsoll/runtime';\n\nrun();\n",
    );
  });

  it('keeps the byte order mark first and the line breaks as they are', () => {
    expect(withImports('a.ts', '\uFEFFrun();\r\n', [ring])).toBe(
      "\uFEFFimport { RingBuffer } from '@plimsoll/runtime';\r\n\r\nrun();\r\n",
    );
    expect(withImports('a.ts', "import a from 'a';\r\na();\r\n", [ring])).toBe(
      "import a from 'a';\r\nimport { RingBuffer } from '@plimsoll/runtime';\r\na();\r\n",
    );
  });

  it('can be of a default or a whole module', () => {
    const needed = [
      { module: 'node:fs', name: '* as fs' },
      { module: 'got', name: 'default as got' },
    ];
    expect(withImports('a.ts', "import a from 'a';\n", needed)).toBe(
      "import a from 'a';\nimport * as fs from 'node:fs';\nimport got from 'got';\n",
    );
    expect(withImports('a.cjs', "const a = require('a');\n", needed)).toBe(
      "const a = require('a');\nconst fs = require('node:fs');\nconst got = require('got');\n",
    );
  });

  it('writes builtins without node: where the file does', () => {
    expect(withImports('a.ts', "import fs from 'fs';\n", [once])).toContain("import { once } from 'events';");
  });

  it('is of a type where the name is used in types alone', () => {
    expect(withImports('a.ts', "import a from 'a';\nlet b: RingBuffer<number> | undefined;\n", [ring])).toContain(
      "import type { RingBuffer } from '@plimsoll/runtime';",
    );
  });
});

describe('an import that is there', () => {
  it.each([
    ["import { a } from '@plimsoll/runtime';", "import { a, RingBuffer } from '@plimsoll/runtime';"],
    ["import { a, } from '@plimsoll/runtime';", "import { a, RingBuffer, } from '@plimsoll/runtime';"],
    ["import {} from '@plimsoll/runtime';", "import { RingBuffer } from '@plimsoll/runtime';"],
    ["import all from '@plimsoll/runtime';", "import all, { RingBuffer } from '@plimsoll/runtime';"],
    [
      "import {\n  a,\n  b,\n} from '@plimsoll/runtime';",
      "import {\n  a,\n  b,\n  RingBuffer,\n} from '@plimsoll/runtime';",
    ],
    [
      "import type { A } from '@plimsoll/runtime';",
      "import type { A } from '@plimsoll/runtime';\nimport { RingBuffer } from '@plimsoll/runtime';",
    ],
    [
      "import { RingBuffer } from '@plimsoll/runtime/ring-buffer';",
      "import { RingBuffer } from '@plimsoll/runtime/ring-buffer';",
    ],
    ["import { type RingBuffer, a } from '@plimsoll/runtime';", "import { RingBuffer, a } from '@plimsoll/runtime';"],
    ["import type { RingBuffer } from '@plimsoll/runtime';", "import { RingBuffer } from '@plimsoll/runtime';"],
    [
      "import type { RingBuffer, A } from '@plimsoll/runtime';",
      "import { RingBuffer, type A } from '@plimsoll/runtime';",
    ],
  ])('%s', (text, wanted) => {
    const use = '\nnew RingBuffer(1);\n';
    expect(withImports('a.ts', text + use, [ring])).toBe(wanted + use);
  });

  it('is extended in CommonJS too', () => {
    expect(withImports('a.js', "const { a } = require('events')\n", [once])).toBe(
      "const { a, once } = require('events')\n",
    );
    const known = "const once = require('events').once;\n";
    expect(withImports('a.js', known, [once])).toBe(known);
  });

  it('is known with and without an extension', () => {
    const needed = [{ module: './lib/plimsoll/deque.js', name: 'Deque' }];
    const text = "import { Deque } from './lib/plimsoll/deque';\n";
    expect(withImports('a.ts', text, needed)).toBe(text);
  });
});

describe('a name that is taken', () => {
  it('refuses the import, and no alias is tried', () => {
    const why = ['the name RingBuffer is already taken in this file'];
    expect(whyRefused('a.ts', 'class RingBuffer {}\n', [ring])).toEqual(why);
    expect(whyRefused('a.ts', "import { RingBuffer } from 'ring';\n", [ring])).toEqual(why);
    expect(whyRefused('a.ts', 'interface RingBuffer {}\n', [ring])).toEqual(why);
  });

  it('refuses it in an inner scope only where new code would fall under it', () => {
    const before = 'function f(once) { return once(); }\nfunction g() { h(); }\n';
    expect(whyRefused('a.ts', before.replace('h()', 'once()'), [once], before)).toEqual([]);
    expect(whyRefused('a.ts', before.replace('return', 'once(a); return'), [once], before)).toEqual([
      'the name once is already taken in this file',
    ]);
  });
});
