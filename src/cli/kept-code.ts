import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import vm from 'node:vm';
import { crc32 } from 'node:zlib';

/** Files of the built tool, as scripts/code-groups.ts makes them: the first two are needed by every command. */
const atOnce = ['base.cjs', 'start.cjs'];
const later = 'analysis.cjs';

const magic = 'plimsoll-code-1';
/** Magic, whether the run came to the last file, and of the source its time and size, and of the code its checksum. */
const headBytes = magic.length + 1 + 8 + 4 + 4;
/** For two versions of Node.js, and of Plimsoll. */
const maxFiles = 12;

interface Compiled {
  script: vm.Script;
  /** Where its compiled code is kept. */
  kept: string;
  modified: number;
  size: number;
  /** Whether what is kept came from a run that had loaded all; undefined when nothing of use is kept. */
  isFull: boolean | undefined;
}

type Wrapper = (this: unknown, ...args: [unknown, (name: string) => unknown, object, string, string]) => void;

/**
 * Takes the compiled code of the tool from an earlier run, and keeps that of this one where there is none: to compile it
 * takes longer than a scan of which nothing has changed. Node.js from 22.8 on does so itself. Kept beside the package, in
 * the `.cache` of the node_modules folder it is installed in, so that who can change the one can change the other; where
 * there is none, or it cannot be written, start-up costs what it always did.
 */
export function keepCode(from: string): void {
  const { enableCompileCache } = module as { enableCompileCache?: () => unknown };
  if (enableCompileCache) enableCompileCache();
  else loadFromKept(dirname(from));
}

function loadFromKept(dist: string): void {
  const folder = folderFor(dist);
  if (folder === undefined || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const require = createRequire(join(dist, 'cli.js'));
  const compiled: Compiled[] = [];
  let isFull = false;
  const load = (name: string): unknown => {
    const file = basename(name);
    if (!name.startsWith('./') || !(file === later || atOnce.includes(file))) return require(name);
    const path = join(dist, file);
    const known = require.cache[path];
    if (known) return known.exports;
    isFull ||= file === later;
    const one = compile(path, folder);
    if (!one) return require(name);
    compiled.push(one);
    const own = new module.Module(path);
    own.filename = path;
    require.cache[path] = own;
    const wrapper = one.script.runInThisContext() as Wrapper;
    wrapper.call(own.exports, own.exports, Object.assign(load, require), own, path, dist);
    own.loaded = true;
    return own.exports;
  };
  for (const file of atOnce) load(`./${file}`);
  process.once('exit', () => {
    const stale = compiled.filter((one) => one.isFull === undefined || (isFull && !one.isFull));
    if (stale.length > 0) keep(stale, isFull, folder);
  });
}

/** Undefined where the package lies in no node_modules folder, and none lies beside it, as in a checkout. */
function folderFor(dist: string): string | undefined {
  for (let at = dist; ; at = dirname(at)) {
    const modules = basename(at) === 'node_modules' ? at : join(at, 'node_modules');
    if (statSync(modules, { throwIfNoEntry: false })?.isDirectory()) return join(modules, '.cache', 'plimsoll-code');
    if (dirname(at) === at) return undefined;
  }
}

function compile(path: string, folder: string): Compiled | undefined {
  try {
    const { mtimeMs: modified, size } = statSync(path);
    const place = crc32(path).toString(36);
    const kept = join(folder, [basename(path), place, process.version, process.arch].join('-'));
    const found = readKept(kept, modified, size);
    const script = new vm.Script(module.wrap(readFileSync(path, 'utf8')), {
      filename: path,
      ...(found && { cachedData: found.code }),
    });
    const isOfUse = found && script.cachedDataRejected === false;
    return { script, kept, modified, size, isFull: isOfUse ? found.isFull : undefined };
  } catch {
    return undefined;
  }
}

/** V8 asks of code whether it is of its version, its flags and the length of the source; the rest is asked here. */
function readKept(file: string, modified: number, size: number): { isFull: boolean; code: Buffer } | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  if (bytes.length < headBytes || bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
  const at = magic.length + 1;
  const code = bytes.subarray(headBytes);
  if (bytes.readDoubleLE(at) !== modified || bytes.readUInt32LE(at + 8) !== size) return undefined;
  if (bytes.readUInt32LE(at + 12) !== crc32(code)) return undefined;
  return { isFull: bytes[magic.length] === 1, code };
}

/** Each file is written beside and moved into place, so that runs side by side never read half of one. */
function keep(compiled: readonly Compiled[], isFull: boolean, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const { script, kept, modified, size } of compiled) {
      const code = script.createCachedData();
      const head = Buffer.alloc(headBytes);
      head.write(magic, 'latin1');
      head[magic.length] = isFull ? 1 : 0;
      head.writeDoubleLE(modified, magic.length + 1);
      head.writeUInt32LE(size, magic.length + 9);
      head.writeUInt32LE(crc32(code), magic.length + 13);
      const draft = `${kept}.${process.pid}.${process.hrtime.bigint().toString(36)}`;
      try {
        writeFileSync(draft, Buffer.concat([head, code]));
        renameSync(draft, kept);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    }
    const files = readdirSync(folder).map((name) => join(folder, name));
    const ages = files.map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
    for (const { file } of ages.sort((a, b) => b.at - a.at).slice(maxFiles)) rmSync(file, { force: true });
  } catch {
    // A folder that cannot be written: the next run compiles anew.
  }
}
