import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EntryCalls, NodeVersion, PackageFacts } from '../model/file-context.ts';
import { sha256 } from './content-hash.ts';
import { lowestVersion, versionOfFolder } from './node-version.ts';

/** The parts of a package.json that the engine reads. */
export interface PackageManifest {
  name?: unknown;
  version?: unknown;
  description?: unknown;
  private?: unknown;
  type?: unknown;
  main?: unknown;
  module?: unknown;
  browser?: unknown;
  types?: unknown;
  typings?: unknown;
  repository?: unknown;
  publishConfig?: unknown;
  source?: unknown;
  files?: unknown;
  exports?: unknown;
  imports?: unknown;
  _moduleAliases?: unknown;
  bin?: unknown;
  scripts?: unknown;
  dependencies?: unknown;
  engines?: unknown;
}

const sourceEndings = [
  '',
  '.js',
  '.ts',
  '.mjs',
  '.cjs',
  '.mts',
  '.cts',
  '.jsx',
  '.tsx',
  '.json',
  '/index.js',
  '/index.ts',
];
const runsByNode =
  /(?:^|\s|[/&;])(?:(?:node|nodemon|pm2|next|nest|forever|ts-node(?:-dev)?|tsnd|tsx)\s|(?:bun|deno)\s(?:[^&;|]*\s)?[\w@./-]+\.[cm]?[jt]sx?(?=\s))/;
const dependencyKinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;
/** Scripts that run the service itself: what they name is no command-line entry. */
const runsService =
  /^(?:pre|post)?(?:start|dev|develop|serve|server|watch|preview|debug|prod|production|api|worker|web)\b/;
const sourceArgument = /(?:^|[\s"'=])(?:\.\/)?([\w@./-]+\.[cm]?[jt]sx?)(?=$|[\s"';&|])/g;
/** What takes sources without running them. */
const readsSources =
  /^\s*(?:\w+=\S*\s+|(?:npx|yarn|pnpm|bunx|exec|run|cross-env|time)\s+)*(?:(?:\.\/)?node_modules\/\.bin\/)?(?:esbuild|tsup|tsdown|rollup|rolldown|rspack|webpack|ncc|parcel|swc|babel|tsc|tsgo|browserify|microbundle|unbuild|bunchee|vite|bun\s+build|deno\s+(?:bundle|cache|check|compile|fmt|lint)|pkg|nexe|eslint|prettier|biome|oxlint|knip|madge|depcruise|typedoc|jsdoc|docco|dox|documentation|jshint|jscs|standard|xo|tslint|uglify(?:js)?|terser|cp|cpx|mv|rm|cat|chmod|sed|echo|git)(?=\s)/;

/** The packages of a scan, each read when it is first asked for. */
export class PackageIndex {
  readonly #root: string;
  readonly #entryCalls: EntryCalls | undefined;
  readonly #facts = new Map<string, PackageFacts>();
  readonly #manifests = new Map<string, PackageManifest>();
  readonly #published = new Map<string, boolean>();
  readonly #dirs = new Set<string>();

  /** @param entryCalls what the configuration says of every package */
  constructor(root: string, entryCalls?: EntryCalls) {
    this.#root = root;
    this.#entryCalls = entryCalls;
  }

  /** Notes that `dir` holds a package.json. */
  add(dir: string): void {
    this.#dirs.add(dir);
  }

  /** Folders with a package.json that discovery met, sorted: workspaces of npm, pnpm and yarn alike. */
  dirs(): string[] {
    return [...this.#dirs].sort();
  }

  /** The package folder of a file by looking upwards; '' when only the root, or a folder above it, has a package.json. */
  dirOf(path: string): string {
    for (let dir = dirname(path); dir !== dirname(dir) && dir !== '..' && !dir.endsWith('/..'); dir = dirname(dir)) {
      if (this.#dirs.has(dir)) return dir;
      if (existsSync(join(this.#root, dir, 'package.json'))) {
        this.add(dir);
        return dir;
      }
    }
    return '';
  }

  manifestOf(dir: string): PackageManifest {
    let manifest = this.#manifests.get(dir);
    if (!manifest) {
      manifest = readManifest(dir === '' ? findManifestFile(this.#root) : join(this.#root, dir, 'package.json'));
      this.#manifests.set(dir, manifest);
    }
    return manifest;
  }

  /** See {@link isPublished}. */
  isPublished(dir: string): boolean {
    let answer = this.#published.get(dir);
    if (answer === undefined) {
      const isThere = (file: string): boolean => existsSync(join(this.#root, dir, file));
      const manifest = this.manifestOf(dir);
      answer =
        isPublished(manifest, isThere) &&
        !(dir !== '' && isUnreleased(manifest, isThere)) &&
        !isProgram(manifest, join(this.#root, dir));
      this.#published.set(dir, answer);
    }
    return answer;
  }

  /** A package that names no dependencies of its own uses those of the one above it; so it is with the Node.js that it runs on. */
  factsOf(dir: string): PackageFacts {
    let facts = this.#facts.get(dir);
    if (!facts) {
      facts = packageFacts(dir, this.manifestOf(dir));
      const above = dir === '' ? undefined : this.factsOf(this.dirOf(dir));
      if (above && facts.dependencies.size === 0) {
        facts = { ...facts, dependencies: above.dependencies };
        if (above.nodeFetch !== undefined) facts.nodeFetch = above.nodeFetch;
      }
      const node = this.#nodeOf(dir) ?? above?.node;
      if (node) facts.node = node;
      if (this.#entryCalls) facts.entryCalls = this.#entryCalls;
      this.#facts.set(dir, facts);
    }
    return facts;
  }

  #nodeOf(dir: string): NodeVersion | undefined {
    const { engines } = this.manifestOf(dir);
    const range = isRecord(engines) ? engines.node : undefined;
    return (typeof range === 'string' ? lowestVersion(range) : undefined) ?? versionOfFolder(join(this.#root, dir));
  }
}

/** The root may be a folder inside a package: then the package.json above it counts. */
function findManifestFile(root: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    if (existsSync(file)) return file;
    if (existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

/** A package.json that cannot be read says nothing; it is not source, so it is no problem of the scan. */
function readManifest(file: string | undefined): PackageManifest {
  if (file === undefined) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/**
 * Whether others install the package and import from it: named, not private, and with something to import.
 * A package whose `start` runs node, or a file by bun or deno, is an application, also where it is published, unless it ships
 * types; one that is started or put into an image (by a script, or a Dockerfile in its folder) is, whatever it ships, and one whose description
 * was left empty, unless something says where it is published; so is one whose folder has nothing at the root file that its
 * `main` names (what `npm init` writes), and one that names nothing to import and needs what programs are built with. One that
 * offers its TypeScript as it is written is for its own repository.
 * `isThere` says whether a file is in the folder.
 */
function isPublished(manifest: PackageManifest, isThere: (file: string) => boolean): boolean {
  const { name, main, module, exports, types, typings, source, bin, scripts } = manifest;
  if (typeof name !== 'string' || manifest.private === true || manifest.version === undefined) return false;
  const named = isRecord(scripts) ? scripts : {};
  const saysWhere = manifest.repository !== undefined || manifest.publishConfig !== undefined;
  if (!saysWhere && (manifest.description === '' || isThere('Dockerfile'))) return false;
  if (!saysWhere && Object.keys(named).some((script) => /^(?:start|serve|docker)(?:$|:)/.test(script))) return false;
  if (offersSource(manifest)) return false;
  if (types !== undefined || typings !== undefined || exports !== undefined || module !== undefined) return true;
  if (listStarted(named).some((command) => runsByNode.test(`${command} `))) return false;
  if (!saysWhere && source === undefined && bin === undefined && manifest.files === undefined) {
    const [, entry] = /^(?:\.\/)?([\w.-]+?)(?:\.[cm]?js)?$/.exec(typeof main === 'string' ? main : 'index') ?? [];
    if (entry !== undefined && !sourceEndings.some((ending) => isThere(entry + ending))) return false;
  }
  if (main !== undefined || source !== undefined) return true;
  return bin === undefined && (manifest.files !== undefined || !needsFramework(manifest));
}

/** Whether the file that `main` alone offers loads its parts and exports nothing: there is nothing to import from it. */
function isProgram(manifest: PackageManifest, folder: string): boolean {
  if (!offersMainAlone(manifest)) return false;
  const path = join(folder, typeof manifest.main === 'string' ? manifest.main : 'index');
  const file = sourceEndings
    .map((ending) => path + ending)
    .find((one) => statSync(one, { throwIfNoEntry: false })?.isFile());
  const text = file === undefined ? '' : readFileSync(file, 'utf8');
  return /\brequire\s*\(\s*['"]|^import\b/m.test(text) && !/\bexports?\b/.test(text);
}

function offersMainAlone({ module, exports, types, typings, browser }: PackageManifest): boolean {
  return [module, exports, types, typings, browser].every((offer) => offer === undefined);
}

/** Whether what others import is source alone, and nothing says that something else is put in its place or shipped beside it. */
function offersSource({ main, module, exports, files, publishConfig }: PackageManifest): boolean {
  if (files !== undefined || (isRecord(publishConfig) && ('main' in publishConfig || 'exports' in publishConfig)))
    return false;
  const offered = JSON.stringify([main, module, exports]).match(/[^"]+\.[cm]?[jt]sx?(?=")/g) ?? [];
  return offered.length > 0 && offered.every((path) => /(?<!\.d)\.[cm]?tsx?$/.test(path));
}

/** What `start` runs: itself, and the scripts that it names (`npm run start-server`, `run-p start:page start:main`). */
function listStarted(scripts: Readonly<Record<string, unknown>>): string[] {
  const { start } = scripts;
  if (typeof start !== 'string') return [];
  const [, names = ''] = /^(?:(?:npm|yarn|pnpm)(?: run)?|run-[ps]|npm-run-all2?) ([\w: -]+)$/.exec(start) ?? [];
  const others = names.split(' ').map((name) => scripts[name]);
  return [start, ...others].filter((command): command is string => typeof command === 'string');
}

/** The versions that a package is begun with. */
const firstVersion = /^(?:0\.0\.1|0\.1\.0|1\.0\.0)$/;

/** A part of a repository that was never released: it has the version it was begun with, and no list of changes. */
function isUnreleased({ version }: PackageManifest, isThere: (file: string) => boolean): boolean {
  return typeof version === 'string' && firstVersion.test(version) && !isThere('CHANGELOG.md');
}

/** What a server, a desktop application, a page or a command is built with. */
const frameworkOfPrograms =
  /^(?:express|koa|fastify|@hapi\/hapi|hapi|restify|polka|egg|sails|meteor|uWebSockets\.js|next|nuxt|electron|react|react-dom|vue|svelte|@nestjs\/core|@angular\/core)$/;

/** The clients of bots. */
const clientOfBots =
  /^(?:discord\.js|eris|oceanic\.js|telegraf|grammy|node-telegram-bot-api|@slack\/bolt|whatsapp-web\.js|tmi\.js)$/;

/** What reads the arguments of a command: such as a library brings along, too. */
const argumentParser = /^(?:commander|yargs)$/;

/**
 * Whether a published package is there to be built on: it needs no framework of programs, is no bot, and more than a command.
 * Whoever builds on it uses it as often as there is work for it.
 */
export function isLibraryPackage(manifest: PackageManifest): boolean {
  const { bin, main, types, typings, exports, module, browser } = manifest;
  const commands = isRecord(bin) ? Object.values(bin) : [bin];
  const isCommand = (offer: unknown): boolean => commands.some((one) => samePath(one, offer));
  const offers = [types, typings, exports, module, browser, main];
  const isOffered = offers.some((offer) => offer !== undefined && !isCommand(offer));
  if (needsFramework(manifest)) return false;
  const needs = neededBy(manifest);
  if (offersMainAlone(manifest) && manifest.files === undefined && needs.some((name) => clientOfBots.test(name)))
    return false;
  if (!needs.some((name) => argumentParser.test(name))) return bin === undefined || isOffered;
  // What is imported by it is another thing than its command.
  const imported = JSON.stringify([main, exports]);
  return isOffered && bin !== undefined && !commands.some((one) => imported.includes(`${one}`.replace(/^\.\//, '')));
}

function needsFramework(manifest: PackageManifest): boolean {
  return neededBy(manifest).some((name) => frameworkOfPrograms.test(name));
}

function neededBy({ dependencies }: PackageManifest): string[] {
  return isRecord(dependencies) ? Object.keys(dependencies) : [];
}

function samePath(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' && a.replace(/^\.\//, '') === b.replace(/^\.\//, '');
}

function packageFacts(dir: string, manifest: PackageManifest): PackageFacts {
  const dependencies = new Set<string>();
  let nodeFetch: number | undefined;
  for (const kind of dependencyKinds) {
    const named = (manifest as Record<string, unknown>)[kind];
    if (!isRecord(named)) continue;
    for (const name of Object.keys(named)) dependencies.add(name);
    nodeFetch ??= lowestVersion(String(named['node-fetch'] ?? ''))?.[0];
  }
  const scripts = new Set<string>();
  const bins =
    typeof manifest.bin === 'string' ? [manifest.bin] : isRecord(manifest.bin) ? Object.values(manifest.bin) : [];
  for (const bin of bins) if (typeof bin === 'string') scripts.add(bin.replace(/^\.\//, ''));
  if (isRecord(manifest.scripts)) {
    for (const [name, command] of Object.entries(manifest.scripts)) {
      if (typeof command !== 'string' || runsService.test(name)) continue;
      for (const file of listRun(command)) scripts.add(file);
    }
  }
  return {
    dir,
    name: typeof manifest.name === 'string' ? manifest.name : undefined,
    type: manifest.type === 'module' ? 'module' : 'commonjs',
    dependencies,
    scripts,
    ...(nodeFetch !== undefined && { nodeFetch }),
    ...(isBuiltIntoPage(manifest, dependencies) && { isBuiltIntoPage: true as const }),
  };
}

const pageLibrary = /^(?:react-dom|vue|svelte|preact|solid-js|@angular\/platform-browser)$/;
const pageBundler =
  /^(?:vite|react-scripts|@angular\/cli|@vue\/cli-service|@craco\/craco|parcel|webpack|@rsbuild\/core)$/;
/** What answers requests, or renders pages, on a server; and what a desktop program is made with. */
const serverLibrary =
  /^(?:express|koa|fastify|hapi|@hapi\/hapi|restify|polka|connect|hono|h3|elysia|meteor|egg|sails|ws|socket\.io|electron|next|nuxt|astro|vike|vinxi|gatsby|blitz|@nestjs\/core|@sveltejs\/kit|@angular\/(?:ssr|platform-server)|@apollo\/server|@trpc\/server|@react-router\/\w+|@(?:remix-run|redwoodjs|feathersjs)\/[\w-]+|@(?:tanstack|solidjs)\/(?:react-|solid-)?start)$/;

/** Whether a package is built into a page, and nothing in it runs on a server: its own tools say so. */
function isBuiltIntoPage({ private: isPrivate, dependencies }: PackageManifest, all: ReadonlySet<string>): boolean {
  if (isPrivate !== true || !isRecord(dependencies)) return false;
  const isNeeded = Object.keys(dependencies).some((name) => pageLibrary.test(name));
  return isNeeded && some(all, pageBundler) && !some(all, serverLibrary);
}

function some(names: ReadonlySet<string>, pattern: RegExp): boolean {
  return [...names].some((name) => pattern.test(name));
}

/** The sources that a command of package.json runs: what it bundles, checks or copies runs elsewhere, but for its settings. */
function listRun(command: string): string[] {
  return command.split(/&&|\|\||[;|]/).flatMap((part) => {
    const isRead = readsSources.test(part);
    return [...part.matchAll(sourceArgument)]
      .filter(({ index }) => !isRead || /(?:--config|-c)$/.test(part.slice(0, index)))
      .map(([, file]) => file!);
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names all of a package that the processing of its files depends on. */
export function hashOfFacts({ dependencies, scripts, ...plain }: PackageFacts): string {
  return sha256(JSON.stringify([plain, [...dependencies], [...scripts]])).slice(0, 16);
}
