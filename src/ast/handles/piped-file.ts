import type { Binding, FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findCallOn, findMethodCall, findStringValue, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { mayBeNamed } from './handles.ts';
import { type ClientPipe, findClientOfPipe, findSender, isPipe, isSeenTo } from './pipe-client.ts';

const fileSystem = /^(?:fs|fs-extra|graceful-fs)$/;

/**
 * `fs.createReadStream(path).pipe(res)`, also through other streams or a name, and `req.pipe(fs.createWriteStream(path))`:
 * measured with Node.js 20, 22 and 24, each of 20 clients that went before the end left a descriptor open, both ways.
 */
export function findPipedFile(creation: ts.CallExpression, file: FileContext): ClientPipe | undefined {
  const side = sideOf(creation, file);
  if (!side || (side === 'read' && isSmallPage(creation, file))) return undefined;
  for (const use of [creation, ...listNamed(creation, file)]) {
    const found = side === 'read' ? findPipeToClient(use, file) : findPipeFromClient(use, file);
    if (found && !isSeenTo(found, file)) return found;
  }
  return undefined;
}

const smallPage = /(?:^|\/)(?:[\w.-]+\.(?:html?|ico|txt|ejs)|(?:package|manifest|version)\.json)$/i;

/** A page or text whose name is written out: it is read in one piece, and closed before a client can go. */
function isSmallPage({ arguments: [given] }: ts.CallExpression, file: FileContext): boolean {
  const path = given && skipWrappers(given);
  const binding = path && ts.isIdentifier(path) ? file.bindingOf(path) : undefined;
  const { declaration } = binding ?? {};
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : path;
  if (!made || (binding && binding.writes.length > 0)) return false;
  const value = skipWrappers(made);
  const last = ts.isCallExpression(value) ? value.arguments.at(-1) : ts.isBinaryExpression(value) ? value.right : value;
  const text = last && ts.isTemplateExpression(last) ? last.templateSpans.at(-1)!.literal.text : findStringValue(last);
  return text !== undefined && smallPage.test(text);
}

const streamMakers: ReadonlySet<string> = new Set(['createReadStream', 'createWriteStream']);

function sideOf(creation: ts.CallExpression, file: FileContext): 'read' | 'write' | undefined {
  const origin = mayBeNamed(creation, streamMakers) ? findOrigin(creation.expression, file) : undefined;
  if (!origin || !fileSystem.test(bareModule(origin.module))) return undefined;
  const name = originName(origin);
  return name === 'createReadStream' ? 'read' : name === 'createWriteStream' ? 'write' : undefined;
}

/** The uses of the local name that holds a stream; none where it goes elsewhere as well, which may see to it. */
function listNamed(creation: ts.CallExpression, file: FileContext): readonly ts.Node[] {
  const { parent } = getOutermostWrapped(creation);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return [];
  const { references = [], writes = [] } = file.bindingOf(parent.name) ?? ({} as Partial<Binding>);
  const isCalled = (use: ts.Node): boolean => findCallOn(use) !== undefined || isPiped(use);
  return writes.length === 0 && references.every(isCalled) ? references : [];
}

/** `….on('error', …).pipe(gzip).pipe(res)` of what stands at its beginning. */
function findPipeToClient(begin: ts.Node, file: FileContext): ClientPipe | undefined {
  for (let call = findCallOn(begin); call; call = findCallOn(call)) {
    const fn = isPipe(call) && findClientOfPipe(call, file);
    if (fn) return { pipe: call, fn };
  }
  return undefined;
}

/** `req.pipe(gunzip).pipe(file)` around the file. */
function findPipeFromClient(use: ts.Node, file: FileContext): ClientPipe | undefined {
  if (!isPiped(use)) return undefined;
  const pipe = getOutermostWrapped(use).parent as ts.CallExpression;
  let from = findMethodCall(pipe)!.receiver;
  for (let before = asCall(from); before; before = asCall(from))
    from = findMethodCall(before)?.receiver ?? before.expression;
  const fn = findSender(from, file);
  return fn && { pipe, fn };
}

function asCall(value: ts.Expression): ts.CallExpression | undefined {
  const call = skipWrappers(value);
  return ts.isCallExpression(call) ? call : undefined;
}

function isPiped(use: ts.Node): boolean {
  const outer = getOutermostWrapped(use);
  return ts.isCallExpression(outer.parent) && outer.parent.arguments[0] === outer && isPipe(outer.parent);
}
