import type { FileContext } from '../../model/file-context.ts';
import { isKeptForLater } from '../containers/kept-result.ts';
import { listCallsOf } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAsync,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { hasTooling } from '../where/tooling.ts';
import { frequencyOf, isStartup } from '../where/where.ts';

/** A call that keeps the event loop from doing anything else. */
export interface SyncCall {
  call: ts.CallExpression;
  module: 'fs' | 'zlib' | 'crypto' | 'child_process' | 'bcrypt';
  name: string;
}

/** Calls that take a few microseconds (existsSync, statSync, mkdirSync on what is there) are left out on purpose. */
const blocking: Readonly<Record<SyncCall['module'], RegExp>> = {
  fs: /^(?:readFile|writeFile|appendFile|copyFile|cp|readdir|rm|rmdir|rename|unlink|truncate|readJson|writeJson|outputFile|outputJson|remove|emptyDir|copy|move|readJSON|writeJSON)Sync$/,
  zlib: /Sync$/,
  crypto: /^(?:pbkdf2|scrypt|generateKeyPair|generatePrime|checkPrime)Sync$/,
  child_process: /^(?:exec|spawn|execFile)Sync$/,
  bcrypt: /^(?:hash|compare|kdf|verifyKdf)Sync$/,
};
const moduleNames: Readonly<Record<string, SyncCall['module']>> = {
  fs: 'fs',
  'fs-extra': 'fs',
  'graceful-fs': 'fs',
  zlib: 'zlib',
  crypto: 'crypto',
  child_process: 'child_process',
  'cross-spawn': 'child_process',
  bcrypt: 'bcrypt',
  bcryptjs: 'bcrypt',
  '@node-rs/bcrypt': 'bcrypt',
  scrypt: 'bcrypt',
};
const onceName =
  /^(?:load|init|setup|configure|config|register|bootstrap|start|create|build|compile|prepare|ensure|migrate|seed|install|uninstall|upgrade|backup|restore|connect|generate|parse\w*(?:Settings|Config|URI))(?:[A-Z_].*)?$|Config(?:ig)?(?:uration)?$|[cC]lean(?:up)?|^(?:exit|shutdown|onExit|terminate)/;

const asyncZlib =
  /\b(?:promisify\(\s*(?:zlib\.)?|zlib\.)(?:gzip|gunzip|deflate(?:Raw)?|inflate(?:Raw)?|unzip|brotli(?:C|Dec)ompress)\b/;

/** Judges a call named …Sync. */
export function findSyncCall(call: ts.CallExpression, file: FileContext): SyncCall | undefined {
  const name = calleeName(call);
  if (!name.endsWith('Sync')) return undefined;
  const origin = findOrigin(call.expression, file);
  const module = origin && moduleNames[bareModule(origin.module)];
  const original = origin?.path.at(-1) ?? name;
  if (!module || !blocking[module].test(original) || isQuickKey(original, call, file)) return undefined;
  return { call, module, name: original };
}

/** Rounds of a key derivation that take a millisecond or two. */
const quickRounds = 5_000;

/** Keys of elliptic curves take a tenth of a millisecond, and a derivation of few rounds not much more. */
function isQuickKey(name: string, { arguments: given }: ts.CallExpression, file: FileContext): boolean {
  if (name === 'generateKeyPairSync') return /^(?:ec|ed\d+|x\d+)$/.test(findStringValue(given[0]) ?? '');
  if (name !== 'pbkdf2Sync' || !given[2]) return false;
  const rounds = findNumber(given[2], file) ?? file.memo(findOwnRounds, file.source);
  return rounds !== undefined && rounds <= quickRounds;
}

/** Rounds that take tens of milliseconds, whoever asks for the key. */
const slowRounds = 50_000;

/** A key derivation that the file shows to be slow: so many rounds are meant for what somebody types. */
export function isSlowKey({ call, name }: SyncCall, file: FileContext): boolean {
  const given = name === 'pbkdf2Sync' ? call.arguments[2] : undefined;
  return ((given && findNumber(given, file)) ?? 0) >= slowRounds;
}

/** `const PBKDF2_ITERATIONS = 1000`: the most that a file gives where a caller or stored data does not say. */
function findOwnRounds(_: ts.SourceFile, file: FileContext): number | undefined {
  const rounds = [...file.moduleScope.bindings.values()].flatMap(({ name, declaration }) => {
    const given =
      ts.isVariableDeclaration(declaration) && /iter|rounds/i.test(name) ? declaration.initializer : undefined;
    return (given && findNumber(given, file)) ?? [];
  });
  return rounds.length > 0 ? Math.max(...rounds) : undefined;
}

const onceFile =
  /(?:^|\/)(?:setup|install\w*|\w*installer|settings?|\w*config(?:uration|parser)?|bootstrap|startup|instrumentation|environment|env|dev(?:[-_]?\w+)?)(?:\/|\.[cm]?[jt]s$)/i;

/** Whether it runs once, or once for each of a few things, whoever calls it. */
export function isDoneOnce(found: SyncCall, file: FileContext): boolean {
  const { call, module } = found;
  const fn = findEnclosingFunction(call);
  if (!fn || frequencyOf(call, file) !== 'call') return true;
  const isMaking = isMadeForEach(fn, { module }, file);
  // `loadTemplate(name)`: another file with each call.
  const isForCall = reading.test(found.name) && variesByCall(found, file);
  if (!isMaking && (isStartup(fn, file) || (onceName.test(nameOfFunction(fn)) && !isForCall))) return true;
  if (onceFile.test(file.path) || isOfKernel(call) || endsMachine(found)) return true;
  if (/(?:parentPort|isMainThread)\b/.test(file.text) || (module === 'zlib' && isOfConstant(call, file))) return true;
  return isKeptForLater(call, file);
}

const makingName = /^(?:register|create|generate)(?!\w*(?:Admin|Root|Super|Default|Initial|Seed|Config|Server|App))/;

/**
 * `registerUser()`, `generateKeys()` around what is slow on purpose: the name says what is made, and who calls it how often;
 * not where this file keeps what it gives.
 */
function isMadeForEach(fn: FunctionNode, { module }: Pick<SyncCall, 'module'>, file: FileContext): boolean {
  if ((module !== 'bcrypt' && module !== 'crypto') || !makingName.test(nameOfFunction(fn))) return false;
  return listCallsOf(fn, file).every((call) => frequencyOf(call, file) === 'call' && !isKeptForLater(call, file));
}

/** `execSync('sudo reboot')`, `spawnSync('shutdown', ['-h', 'now'])`: nothing is left to wait. */
function endsMachine({ call: { arguments: given }, module }: SyncCall): boolean {
  const [command, rest] = given.map(skipWrappers);
  const words = rest && ts.isArrayLiteralExpression(rest) ? rest.elements : [];
  const text = [command, ...words].map((word) => findStringValue(word) ?? '').join(' ');
  return (
    module === 'child_process' && /^(?:sudo )?(?:\/\S*\/)?(?:systemctl )?(?:reboot|shutdown|poweroff|halt)\b/.test(text)
  );
}

/** Files that the kernel makes up as they are read. */
function isOfKernel({ arguments: [path] }: ts.CallExpression): boolean {
  return /^\/(?:sys|proc)\//.test(findStringValue(path) ?? '');
}

/** `gzipSync(Buffer.from(page))`, where `page` is a text of this file. */
function isOfConstant({ arguments: [input] }: ts.CallExpression, file: FileContext): boolean {
  const whole = input && skipWrappers(input);
  const held = whole && /^Buffer\.from\(/.test(whole.getText(file.source)) ? findMethodCall(whole) : undefined;
  const value = held ? held.call.arguments[0] && skipWrappers(held.call.arguments[0]) : whole;
  const declaration = value && ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  return ts.isStringLiteralLike(skipWrappers(declaration.initializer));
}

/**
 * Whether the place itself shows that requests run it: an asynchronous function or a handler. A chain of synchronous
 * helpers is most often one that reads settings.
 */
export function isSurelyRepeated({ call, module }: SyncCall, file: FileContext): boolean {
  // One record is deflated in microseconds, faster than a thread could be asked to.
  if (module === 'zlib') return !/^JSON\.stringify\(/.test(call.arguments[0]?.getText(file.source) ?? '');
  if (module !== 'fs' && module !== 'child_process') return true;
  for (let fn = findEnclosingFunction(call); fn; fn = findEnclosingFunction(fn)) {
    if (isAsync(fn) || findEntryPoint(fn, file)?.kind === 'request') return true;
  }
  return false;
}

const passwordCheck =
  /^(?:is|has)?(?:verif|check|compar|valid|match|correct|same|authenticat|test)\w*(?:[pP]ass(?:word|code|wd)?|[pP]in)\b|^pass(?:word)?(?:Is)?(?:Match|Matches|Valid|Correct)$|^authenticate$/;

/** `User.prototype.verifyPassword = …`: each sign-in runs it, wherever that is called from. */
export function checksPassword({ call, module, name }: SyncCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const isCheck = module === 'bcrypt' ? /^(?:compare|verifyKdf)Sync$/.test(name) : /^(?:pbkdf2|scrypt)Sync$/.test(name);
  return isCheck && fn !== undefined && !hasTooling(file) && passwordCheck.test(nameOfFunction(fn));
}

/** A password, a token or a message of a log-in that is squeezed to travel: some hundreds of bytes. */
export function isOfSecret({ call, module }: SyncCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const names = `${fn ? nameOfFunction(fn) : ''} ${file.path}`;
  return module === 'zlib' && /crypt|password|secret|token|cookie|saml/i.test(names);
}

const reading = /^read/;

/**
 * Whether a synchronous helper does another thing with each call: it changes the disk, or its path or command comes with
 * the call. What reads a fixed place reads settings, most often once. It tells of requests only close to a handler.
 */
export function variesByCall({ call, module, name }: SyncCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn || (module !== 'fs' && module !== 'child_process')) return false;
  return (module === 'fs' && !reading.test(name)) || call.arguments.some((a) => comesWithCall(a, fn, file, 0));
}

const settings = /^(?:config|conf|cfg|settings|options|opts|env|app|log|logger)$/i;

/** Whether a parameter of the function goes into a value, also by way of its variables. */
function comesWithCall(value: ts.Node, fn: FunctionNode, file: FileContext, depth: number): boolean {
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    if (!binding || depth > 4 || !isWithin(binding.identifier, fn) || settings.test(value.text)) return false;
    const { declaration } = binding;
    if (ts.isParameter(declaration)) return !declaration.initializer;
    if (ts.isBindingElement(declaration) && ts.isParameter(declaration.parent.parent)) return !declaration.initializer;
    const given = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return given !== undefined && comesWithCall(given, fn, file, depth + 1);
  }
  if (isFunctionNode(value)) return false;
  return ts.forEachChild(value, (child) => comesWithCall(child, fn, file, depth)) ?? false;
}

/**
 * Whether it is slow for every user of a published package too: computing on what they hand over. Files are theirs to
 * judge, as are functions whose name says that they wait.
 */
export function isForUsers({ call, module }: SyncCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn || /[sS]ync$/.test(nameOfFunction(fn)) || hasTooling(file)) return false;
  return (
    isWaitedTwin({ module }, file) ||
    module === 'crypto' ||
    (module === 'fs' && isAsync(fn) && speaksOfRequest(fn, file))
  );
}

/**
 * Data that is squeezed or unpacked at once where the file waits for the other way round. What else a package compresses,
 * in a worker or a command of its users, is theirs to place.
 */
export function isWaitedTwin({ module }: Pick<SyncCall, 'module'>, file: FileContext): boolean {
  return module === 'zlib' && asyncZlib.test(file.text);
}

/**
 * A signature that takes a `req`, alone or as a part of one parameter (`(args: { req: PayloadRequest }) => …`), or gives a
 * part of a request.
 */
function speaksOfRequest(fn: FunctionNode, file: FileContext): boolean {
  const names = (node: ts.Node, depth: number): boolean => {
    if ((ts.isParameter(node) || ts.isPropertySignature(node) || ts.isBindingElement(node)) && isNamedReq(node.name))
      return true;
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
      const declared = depth > 0 ? file.bindingOf(node.typeName)?.declaration : undefined;
      if (declared && (ts.isTypeAliasDeclaration(declared) || ts.isInterfaceDeclaration(declared)))
        return names(declared, depth - 1);
    }
    return ts.forEachChild(node, (child) => names(child, depth)) ?? false;
  };
  const { parent } = getOutermostWrapped(fn);
  const declared = ts.isVariableDeclaration(parent) ? parent.type : undefined;
  const given = fn.type?.getText(file.source) ?? '';
  return (
    /Request\b/.test(given) || fn.parameters.some((p) => names(p, 1)) || (declared !== undefined && names(declared, 1))
  );
}

function isNamedReq(name: ts.Node): boolean {
  return ts.isIdentifier(name) && name.text === 'req';
}
