import type { SyncCall } from '../src/ast/io/sync-call.ts';
import { findImport, findOrigin } from '../src/ast/names/provenance.ts';
import { findEnclosingFunction, findMemberPath, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Binding, FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { askProgram } from './edit/ask-program.ts';
import { awaitCall } from './edit/await-call.ts';
import { findLateListener } from './edit/find-late-listener.ts';
import { canAwait, makeAsync } from './edit/make-async.ts';
import { type Named, nameExport } from './edit/name-export.ts';
import { promisifyOnce } from './edit/promisify-once.ts';

export const fixer: Fixer<SyncCall> = {
  rule: 'no-sync-in-request',
  safety: 'review',
  changes:
    'awaits the asynchronous form, where the function is asynchronous already or only such functions of its file call it; what takes a callback is promisified once, at module level',
  fix({ data }, file): Fix | Skip {
    const { call, module } = data;
    const made = canAwait(call) ? [] : makeAsync(call, file);
    if (!made) return { skip: 'the function around it is not asynchronous: make it so, and have its callers wait' };
    if (made.length > 0 && changesFiles(call, file))
      return {
        skip: 'the function around it changes files in one go: see that calls of it may overlap, and make it asynchronous',
      };
    const late = findLateListener(call, file);
    if (late !== undefined)
      return { skip: `\`${late}\` follows, and would miss what comes while it waits: move that above the call first` };
    const asked = module === 'child_process' ? askProgram(data, file) : { edits: [], part: '' };
    if ('skip' in asked) return asked;
    const twin = nameTwin(data, file);
    if ('skip' in twin) return twin;
    const [first, ...rest] = awaitCall(call, twin.text, file, asked.part);
    return {
      edits: [first, ...rest, ...asked.edits, ...(twin.edits ?? []), ...made],
      ...(twin.imports.length > 0 && { imports: twin.imports }),
      note: `other code can run while it ${made.length > 0 ? 'and its callers wait' : 'waits'}${module === 'child_process' ? `; ${ofPrograms}` : ''}`,
    };
  },
};

const ofPrograms =
  'what the program writes to stderr is no longer passed on, its stdin stays open, and its exit code is `code` of the error, not `status`';

/** Whether the function around a call writes, moves or removes files: nothing comes in between while it is synchronous. */
function changesFiles(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call)!;
  return file
    .nodes('CallExpression')
    .some((one) => isWithin(one, fn) && changing.test(findMemberPath(one.expression)?.at(-1) ?? ''));
}

const changing = /^(?:write|append|output|copy|cp|move|rename|rm|remove|unlink|truncate|empty|mkdir|mkdtemp)\w*Sync$/;
const promised = /^(?:readFile|writeFile|appendFile|copyFile|cp|readdir|rm|rmdir|rename|unlink|truncate)$/;
const withCallback: Partial<Record<SyncCall['module'], RegExp>> = {
  zlib: /^(?:gzip|gunzip|(?:deflate|inflate)(?:Raw)?|unzip|brotli(?:C|Dec)ompress|zstd(?:C|Dec)ompress)$/,
  crypto: /^(?:pbkdf2|scrypt|generateKeyPair)$/,
  child_process: /^(?:exec|execFile)$/,
};

/** How the file calls the asynchronous form. */
function nameTwin(
  { call, module, name }: SyncCall,
  file: FileContext,
): (Named & { edits?: readonly TextEdit[] }) | Skip {
  const callee = skipWrappers(call.expression);
  const twin = name.slice(0, -'Sync'.length);
  const from = findOrigin(callee, file)!.module;
  const givesPromise = module === 'bcrypt' || from === 'fs-extra';
  if (module === 'fs' && !givesPromise) {
    if (!promised.test(twin)) return { skip: `\`fs.promises\` has no ${twin}: promisify it by hand` };
    if (isDescriptor(call.arguments[0], file)) return { skip: 'it is given a number: open the file by `fs.promises`' };
  }
  if ((module === 'fs' || givesPromise) && ts.isPropertyAccessExpression(callee)) {
    const holder = callee.expression.getText(file.source);
    return { text: `${holder}.${givesPromise ? '' : 'promises.'}${twin}`, imports: [] };
  }
  const source = findSource(callee, file);
  if (!source) return { skip: 'it is not imported under a name: call its asynchronous form by hand' };
  if (givesPromise) return nameExport(from, twin, `${twin}Async`, file);
  if (module === 'fs') return nameExport('node:fs/promises', twin, `${twin}Async`, file);
  if (!withCallback[module]?.test(twin))
    return { skip: 'its asynchronous form takes a callback: promisify it by hand' };
  if (source.scope !== file.moduleScope)
    return { skip: `its module is loaded when it is needed: promisify ${twin} there by hand` };
  return promisifyOnce(module, twin, file);
}

/** The number of an open file, which `fs.promises` does not take. */
function isDescriptor(path: ts.Expression | undefined, file: FileContext): boolean {
  if (!path) return false;
  const isOpened = findOrigin(path, file)?.path.at(-2) === 'openSync';
  return ts.isNumericLiteral(path) || isOpened || /^fd$/i.test(findMemberPath(path)?.at(-1) ?? '');
}

/** The import that a function is taken out of or called on; undefined where something else hands it in. */
function findSource(callee: ts.Expression, file: FileContext): Binding | undefined {
  const named = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  const binding = ts.isIdentifier(named) ? file.bindingOf(named) : undefined;
  if (!binding) return undefined;
  const { declaration } = binding;
  const isTaken = ts.isBindingElement(declaration) && ts.isVariableDeclaration(declaration.parent.parent);
  return isTaken || findImport(binding) ? binding : undefined;
}
