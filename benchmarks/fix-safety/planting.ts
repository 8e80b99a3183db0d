/** Plants one defect of each rule in the files of a project, a few a file, and tells what became of them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileRole } from '../../src/ast/where/file-role.ts';
import { discover } from '../../src/engine/discover.ts';
import { fix } from '../../src/index.ts';
import type { Finding } from '../../src/model/finding.ts';
import { clashes, insertPlants, listPlants, markedLines, type Plant, type Rendered, renderPlant } from './plants.ts';
import type { Project } from './project.ts';

export interface Planted {
  rule: string;
  /** Of the fixture. */
  name: string;
  /** The host, relative to the project. */
  file: string;
  /** That must be reported. */
  lines: number[];
  /** Where it stands in the host, its imports apart. */
  firstLine: number;
  lastLine: number;
}

/** Plants a file takes; more where the project has few files. */
const leastPerHost = 3;
/** What plants import and projects may lack. */
const libraries = ['express', 'fastify', 'koa', 'pg', '@types/pg', 'mysql2', 'ioredis', 'redis', 'axios', 'ws'];
libraries.push('mongodb', 'lru-cache', 'generic-pool', 'p-retry', 'dataloader', 'crc-32', 'got', '@types/express');

/** Installs them once for all projects, the runtime beside them. */
function libraryFolder(project: Project): string {
  const home = join(project.folder, '../.libraries');
  if (!existsSync(join(home, 'node_modules/@plimsoll'))) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...libraries], { cwd: home });
    mkdirSync(join(home, 'node_modules/@plimsoll'));
    symlinkSync(join(import.meta.dirname, '../../runtime'), join(home, 'node_modules/@plimsoll/runtime'));
  }
  return home;
}

/** Makes the libraries that a project lacks resolvable in it. */
export function linkLibraries(project: Project): void {
  const home = libraryFolder(project);
  for (const name of libraries) {
    const link = join(project.folder, 'node_modules', name);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(join(home, 'node_modules', name), link);
  }
}

interface Host {
  path: string;
  text: string;
  plants: { plant: Plant; rendered: Rendered }[];
}

/** TypeScript is written as modules, whatever it is compiled to. */
function syntaxOf({ facts }: Project): 'esm' | 'cjs' {
  return facts.language === 'ts' ? 'esm' : facts.modules;
}

/** Product files in the project's own language and module system, the ones with most code first. */
function listHosts(project: Project): Host[] {
  const { files, packages } = discover({ root: project.folder });
  const isModule = syntaxOf(project) === 'esm';
  const name = project.facts.language === 'ts' ? /\.[cm]?ts$/ : isModule ? /\.m?js$/ : /\.c?js$/;
  const speaks = isModule ? /^(?:import|export)\b/m : /\brequire\(|\bexports\b/;
  return files
    .filter(({ path }) => name.test(path))
    .map(({ path, absolute, packageDir }) => ({ path, packageDir, text: readFileSync(absolute, 'utf8') }))
    .filter(({ path, packageDir, text }) => {
      return fileRole(path, text, packages.factsOf(packageDir)) === 'product' && speaks.test(text);
    })
    .sort((a, b) => b.text.length - a.text.length)
    .map(({ path, text }) => ({ path, text, plants: [] }));
}

function hasRoom({ text, plants }: Host, rendered: Rendered): boolean {
  const imports = new Set(plants.flatMap((other) => other.rendered.imports));
  return !clashes([text, ...plants.map((other) => other.rendered.body)].join('\n'), imports, rendered);
}

const quiet = new Map<string, boolean>();

/**
 * Whether a module of the plant alone, and of its fixed twin, loads and starts nothing: one that listens or connects would
 * disturb the tests.
 */
function isQuiet(plant: Plant, project: Project): boolean {
  const modules = syntaxOf(project);
  const key = `${plant.rule}/${plant.name} ${modules}`;
  const known = quiet.get(key);
  if (known !== undefined) return known;
  const path = join(libraryFolder(project), `plant.${modules === 'esm' ? 'mjs' : 'cjs'}`);
  const isAtRest = [plant.text, plant.fixed].every((text) => {
    const rendered = renderPlant({ ...plant, text }, 'js', modules);
    if (!rendered) return false;
    writeFileSync(path, insertPlants('', 'js', [rendered]));
    const load = `import(process.argv[1]).then(() => setImmediate(() => process.exit(process.getActiveResourcesInfo().length)))`;
    return spawnSync(process.execPath, ['-e', load, path], { timeout: 20_000, stdio: 'ignore' }).status === 0;
  });
  quiet.set(key, isAtRest);
  return isAtRest;
}

const telling = new Map<string, boolean>();

/**
 * Whether the plant, alone in a file and written so, is reported at each mark and fixed: types that were taken out tell much,
 * and the Node.js that a project runs on may lack what the fix writes.
 */
async function isTelling(plant: Plant, rendered: Rendered, project: Project): Promise<boolean> {
  const { language } = project.facts;
  const extension = language === 'ts' ? 'ts' : syntaxOf(project) === 'esm' ? 'mjs' : 'cjs';
  const { engines } = JSON.parse(readFileSync(join(project.folder, 'package.json'), 'utf8')) as { engines?: object };
  const key = `${plant.rule}/${plant.name} ${extension} ${JSON.stringify(engines)}`;
  const known = telling.get(key);
  if (known !== undefined) return known;
  const cwd = mkdtempSync(join(tmpdir(), 'plimsoll-plant-'));
  const text = insertPlants('', language, [rendered]);
  const alone = { rule: plant.rule, file: `plant.${extension}`, lines: markedLines(text) };
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ engines }));
  writeFileSync(join(cwd, alone.file), text);
  const { fixes } = await fix({ cwd, config: false, confidence: 'possible', safety: 'review', write: false });
  rmSync(cwd, { recursive: true });
  const applied = fixes.files.flatMap((file) => file.applied);
  const isFixed = alone.lines.length > 0 && countNamed(alone, applied) === alone.lines.length;
  telling.set(key, isFixed);
  return isFixed;
}

/**
 * Writes the plants into the project: of each rule the next fixture that fits, counted on by `turn`, so that many projects
 * together see them all. `unfit` names those that the project's compiler does not take, as `<rule>/<fixture>`.
 */
export async function plantDefects(project: Project, turn: number, unfit: ReadonlySet<string>): Promise<Planted[]> {
  const { language } = project.facts;
  const modules = syntaxOf(project);
  const hosts = listHosts(project);
  const rules = listPlants();
  const perHost = Math.max(leastPerHost, Math.ceil(rules.size / hosts.length));
  for (const plants of rules.values()) {
    for (let i = 0; i < plants.length; i++) {
      const plant = plants[(turn + i) % plants.length]!;
      const rendered = renderPlant(plant, language, modules);
      if (unfit.has(`${plant.rule}/${plant.name}`)) continue;
      if (!rendered || !(await isTelling(plant, rendered, project))) continue;
      const [host] = hosts
        .filter((one) => one.plants.length < perHost && hasRoom(one, rendered))
        .sort((a, b) => a.plants.length - b.plants.length);
      if (!host || !isQuiet(plant, project)) continue;
      host.plants.push({ plant, rendered });
      break;
    }
  }
  return hosts.flatMap(({ path, text, plants }) => {
    if (plants.length === 0) return [];
    const planted = insertPlants(
      text,
      language,
      plants.map(({ rendered }) => rendered),
    );
    writeFileSync(join(project.folder, path), planted);
    return plants.map(({ plant: { rule, name }, rendered: { body } }) => {
      const linesAbove = planted.slice(0, planted.indexOf(body)).split('\n').length - 1;
      const lines = markedLines(body).map((line) => line + linesAbove);
      const length = body.split('\n').length;
      return { rule, name, file: path, lines, firstLine: linesAbove + 1, lastLine: linesAbove + length };
    });
  });
}

/** The plants that a compiler's output complains of. */
export function listRefused(planted: readonly Planted[], output: string): Planted[] {
  const errors = [...output.matchAll(/^(\S+?)\((\d+),\d+\): error TS/gm)];
  return planted.filter(({ file, firstLine, lastLine }) =>
    errors.some(([, path, line]) => path === file && Number(line) >= firstLine && Number(line) <= lastLine),
  );
}

/** The planted lines that these findings name. */
export function countNamed(
  { rule, file, lines }: Pick<Planted, 'rule' | 'file' | 'lines'>,
  findings: readonly Finding[],
): number {
  return lines.filter((line) =>
    findings.some((finding) => finding.ruleId === rule && finding.file === file && finding.range.start.line === line),
  ).length;
}
