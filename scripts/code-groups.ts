import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ts } from '@ts-morph/common';
import { build, type Metafile, type Plugin } from 'esbuild';

/** What a command needs at once, by the sources that lead to it. A later group has what no earlier one has. */
const groups: readonly { name: string; of: readonly string[] }[] = [
  { name: 'base', of: ['src/run.ts', 'src/engine/scan.ts', 'src/report/json.ts'] },
  { name: 'start', of: ['src/cli/program.ts', 'src/cli/commands/scan.ts'] },
  { name: 'analysis', of: ['src/engine/scan-files.ts', 'src/registry.generated.ts'] },
];

/** Small packages of the start, which would each be looked up, and read in several files. */
const bundled = ['commander', 'fastest-levenshtein', 'ignore'];

/** Loading it takes as long as all of commander, which starts processes only for commands that are files of their own. */
const eagerChildProcess = "const childProcess = require('node:child_process');";
const lazyChildProcess = "const childProcess = { spawn: (...args) => require('node:child_process').spawn(...args) };";

/** Puts the packages of the start into the chunks that use them. */
export const packagesOfStart: Plugin = {
  name: 'packages-of-start',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(?:${bundled.join('|')})$`) }, ({ path }) => ({
      path: createRequire(import.meta.url).resolve(path),
    }));
    onLoad({ filter: /[\\/]commander[\\/]lib[\\/]command\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8');
      if (!contents.includes(eagerChildProcess))
        throw new Error('commander loads node:child_process in another way by now');
      return { contents: contents.replace(eagerChildProcess, lazyChildProcess), loader: 'js' };
    });
  },
};

/** The licenses of the packages that are bundled, to be kept with them. */
function licenses(): string {
  return bundled
    .map((name) => {
      const require = createRequire(import.meta.url);
      let folder = dirname(require.resolve(name));
      while (basename(folder) !== name) folder = dirname(folder);
      const file = ['LICENSE', 'LICENSE.md', 'LICENSE-MIT'].map((license) => join(folder, license));
      const text = file.flatMap((path) => readIfThere(path) ?? [])[0];
      if (text === undefined) throw new Error(`${name} has no license file that could be kept with it`);
      return `${name}\n\n${text.trim()}\n`;
    })
    .join('\n---\n\n');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A chunk that has gone into a group. */
interface Member {
  group: string;
  /** What its exports are called in its group. */
  key: string;
  exports: readonly string[];
}

/** By the names of their files, the chunks of each group. */
function membersOf({ outputs }: Metafile): Map<string, Member> {
  const chunkOf = new Map(Object.entries(outputs).map(([path, { entryPoint }]) => [entryPoint, path]));
  const reach = (sources: readonly string[]): Set<string> => {
    const found = new Set(
      sources.map((source) => {
        const chunk = chunkOf.get(source);
        if (chunk === undefined) throw new Error(`${source} is no chunk of its own: see scripts/code-groups.ts`);
        return chunk;
      }),
    );
    for (const chunk of found) {
      for (const { path, kind, external } of outputs[chunk]!.imports) {
        if (kind === 'import-statement' && !external) found.add(path);
      }
    }
    return found;
  };
  const members = new Map<string, Member>();
  const reached = groups.map(({ of }) => reach(of));
  for (const [place, { name }] of groups.entries()) {
    // What two groups need, neither of which the other one needs, goes into the first.
    const shared = place === 0 ? [...reached[1]!].filter((chunk) => reached[2]!.has(chunk)) : [];
    for (const chunk of [...reached[place]!, ...shared]) {
      const file = basename(chunk);
      if (members.has(file)) continue;
      members.set(file, { group: name, key: `chunk${members.size}`, exports: outputs[chunk]!.exports });
    }
  }
  return members;
}

const isName = /^[\w$]+$/;

/** What stands for the exports of a member: constants, since each use of a member of an object would be a look-up. */
function facade(member: Member, load: string): string {
  if (!member.exports.every((name) => isName.test(name)))
    throw new Error(`Exports that are no names: ${member.exports}`);
  const names = member.exports.map((name) => `${name}: _${name}`).join(', ');
  const exported = member.exports.map((name) => `_${name} as ${name}`).join(', ');
  return `const { ${names} } = ${load}('./${member.group}.cjs').${member.key};\nexport { ${exported} };\n`;
}

async function buildGroup(name: string, members: ReadonlyMap<string, Member>, dist: string): Promise<string> {
  const own = [...members].filter(([, { group }]) => group === name);
  const others: Plugin = {
    name: 'other-groups',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/[\w.-]+\.js$/ }, ({ path, kind }) => {
        const member = members.get(basename(path));
        if (kind === 'dynamic-import') return member?.group === name ? undefined : { path, external: true };
        if (!member) throw new Error(`${path} is needed by group ${name}, but is in none`);
        return member.group === name ? undefined : { path: basename(path), namespace: 'other-group' };
      });
      onLoad({ filter: /.*/, namespace: 'other-group' }, ({ path }) => ({
        contents: facade(members.get(path)!, 'require'),
      }));
      onResolve({ filter: /\.cjs$/, namespace: 'other-group' }, ({ path }) => ({ path, external: true }));
    },
  };
  const { outputFiles } = await build({
    stdin: {
      contents: own.map(([file, { key }]) => `export * as ${key} from './${file}';`).join('\n'),
      resolveDir: dist,
    },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    define: { 'import.meta.url': 'moduleUrl', 'import.meta.dirname': '__dirname', 'import.meta.resolve': 'resolveUrl' },
    banner: {
      js: `"use strict";
const moduleUrl = require('node:url').pathToFileURL(__filename).href;
const importModule = require('./${importer}');
const resolveUrl = (name) => require('node:url').pathToFileURL(require.resolve(name)).href;`,
    },
    plugins: [others],
    write: false,
    logLevel: 'warning',
  });
  return withoutImports(outputFiles[0]!.text, members);
}

/** Loaded as it is: in code of an earlier run Node.js before 22 knows no `import()`. */
const importer = 'import.cjs';

/** Has each `import()` done by what is loaded as it is; a chunk of another group is loaded when it is asked for. */
function withoutImports(code: string, members: ReadonlyMap<string, Member>): string {
  const source = ts.createSourceFile('group.js', code, ts.ScriptTarget.Latest);
  const edits: { from: number; to: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [named] = node.arguments;
      const member = named && ts.isStringLiteral(named) ? members.get(basename(named.text)) : undefined;
      const { end } = node.expression;
      edits.push(
        member
          ? {
              from: node.getStart(source),
              to: node.end,
              text: `Promise.resolve().then(() => require("./${member.group}.cjs").${member.key})`,
            }
          : { from: node.expression.getStart(source), to: end, text: 'importModule' },
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return edits.reduceRight((text, { from, to, text: now }) => text.slice(0, from) + now + text.slice(to), code);
}

/**
 * Joins the chunks that a scan needs into a few CommonJS files, of which Node.js can keep compiled code, and which load in
 * a fraction of the time of ever so many modules. Each chunk stays as a module that hands on its exports: there is one
 * instance of everything, whoever loads it.
 */
export async function groupCode(metafile: Metafile, dist: string): Promise<void> {
  const members = membersOf(metafile);
  const texts = new Map<string, string>();
  for (const { name } of groups) texts.set(name, await buildGroup(name, members, dist));
  for (const [name, text] of texts) writeFileSync(join(dist, `${name}.cjs`), text);
  for (const [file, member] of members) {
    const load = 'createRequire(import.meta.url)';
    writeFileSync(join(dist, file), `import { createRequire } from 'node:module';\n${facade(member, load)}`);
  }
  // The command finds compiled code before it loads any of what is compiled; esbuild names a chunk of which it uses nothing.
  const command = join(dist, 'cli.js');
  const unused = /^import "\.\/([\w.-]+)";\n/gm;
  const text = readFileSync(command, 'utf8');
  writeFileSync(
    command,
    text.replace(unused, (whole, file: string) => (members.has(file) ? '' : whole)),
  );
  writeFileSync(join(dist, importer), 'module.exports = (name) => import(name);\n');
  writeFileSync(join(dist, 'LICENSES.txt'), licenses());
}
