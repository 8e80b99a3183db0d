import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import { isGrowingState } from '../size/growing-state.ts';
import { findIterated, listRepetitions } from '../size/loop-facts.ts';
import { sizeOf } from '../size/size.ts';
import { isLiteralSized } from '../size/small-input.ts';
import { findEnclosingFunction, findMethodCall, getOutermostWrapped, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { isCompiled } from './compiled-file.ts';
import { isFixedPath } from './light-file-call.ts';
import { isMeantAsynchronous } from './meant-asynchronous.ts';
import { type SyncCall, variesByCall } from './sync-call.ts';

/** A move to another device copies too. */
const copying = /^(?:cp|copy|move)Sync$/;
const writing = /^(?:write|append|output)FileSync$/;
const bytesName = /(?:^buf|[bB]uf(?:fer)?s?$|[bB]ytes$|[bB]lob$)/;
const made = /\bBuffer\.(?:from|concat|alloc\w*)\(|\.(?:arrayBuffer|toBuffer|buffer)\(/;
/** Keys, certificates and settings are a few kilobytes, in whatever form they are read. */
const shortFile = /key|cert|crt|\bca\b|pem|crede?n|secret|token|macaroon|conf|setting|manifest|version|meta|status/i;

/**
 * Whether a synchronous call of files is shown to take long, or to be made often: files by the number, a whole tree,
 * bytes (pictures, recordings, uploads) rather than a text, a template by a path that varies; or what stands where its function
 * waits for others. One small file is read in less time than its asynchronous form takes.
 */
export function isHeavyFileCall(found: SyncCall, file: FileContext): boolean {
  const { call, name } = found;
  if (copying.test(name)) return true;
  const fn = findEnclosingFunction(call);
  if (name === 'copyFileSync') return fn !== undefined && !isFixedPath(call.arguments[0], fn, file);
  const isRead = name === 'readFileSync';
  if (isRead && shortFile.test(call.arguments[0]?.getText(file.source) ?? '')) return false;
  if (isMeantAsynchronous(found, file)) return true;
  // To unlink, rename or look at a file takes microseconds, also when it is done for each of some.
  if (isRead ? isForAllOfFolder(call, file) : (name === 'readdirSync' || writing.test(name)) && isForEach(call, file))
    return true;
  if (isRead && isOfRoute(call, file)) return true;
  // One template that is always the same is a few kilobytes, and stays in memory.
  if (isRead && fn && !isFixedPath(call.arguments[0], fn, file) && isCompiled(call, file)) return true;
  if (name === 'readdirSync') return readsEach(call, file);
  if (isRead) return variesByCall(found, file) && givesBytes(call, file);
  return writing.test(name) && (isBytes(call.arguments[1], file) || isGrowingState(call.arguments[1], file));
}

/** In the handler of a GET route itself: a page or an asset, read anew for each client that loads it. */
function isOfRoute(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  return fn !== undefined && /^(?:@?Get|GET)\b/.test(findEntryPoint(fn, file)?.label ?? '');
}

/** In a loop over what the program does not write out. */
function isForEach(call: ts.CallExpression, file: FileContext): boolean {
  return listRepetitions(call).some((repetition) => {
    const over = findIterated(repetition);
    return !over || (!isWithin(call, over) && !isLiteralSized(over, file));
  });
}

const listing = /\b(?:readdir|glob|walk|listFiles|getFiles|scandir)\w*\b/i;

/**
 * In a loop over what lies in a folder, or over what this file shows to be long: as many as there are. A few that are
 * named by hand, by a setting or by whoever calls are read in less time than it takes to wait for them.
 */
function isForAllOfFolder(call: ts.CallExpression, file: FileContext): boolean {
  return listRepetitions(call).some((repetition) => {
    const over = findIterated(repetition);
    if (!over || isWithin(call, over)) return false;
    const value = skipWrappers(over);
    const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
    const given = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return listing.test((given ?? value).getText(file.source)) || sizeOf(over, file) === 'large';
  });
}

/**
 * `readdirSync(folder).map((name) => readFileSync(join(folder, name)))`, or a function that calls itself for each folder:
 * all that lies there. To look at each takes microseconds.
 */
function readsEach(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (fn && listCallsOf(fn, file).some((again) => isWithin(again, fn))) return true;
  return file
    .nodes('CallExpression')
    .some(
      (other) =>
        other.pos > call.pos &&
        fn !== undefined &&
        isWithin(other, fn) &&
        /(?:^|\.)read(?:File|dir)Sync$/.test(other.expression.getText(file.source)) &&
        isForEach(other, file),
    );
}

/** Without an encoding, and neither parsed nor made a text where it is used. */
function givesBytes(call: ts.CallExpression, file: FileContext): boolean {
  if (call.arguments.length !== 1 || isMadeText(call)) return false;
  const { parent } = getOutermostWrapped(call);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return true;
  return !(file.bindingOf(parent.name)?.references ?? []).some(isMadeText);
}

function isMadeText(value: ts.Expression): boolean {
  const { parent } = getOutermostWrapped(value);
  if (ts.isTemplateSpan(parent)) return true;
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text === 'toString';
  if (!ts.isCallExpression(parent) || parent.expression === value) return false;
  const callee = parent.expression.getText();
  return /(?:^|\.)(?:parse|load|String|decode\w*)$/.test(callee) || (callee === 'Buffer.from' && isMadeText(parent));
}

function isBytes(content: ts.Expression | undefined, file: FileContext): boolean {
  const value = content && skipWrappers(content);
  if (!value) return false;
  if (ts.isIdentifier(value)) {
    if (bytesName.test(value.text)) return true;
    const declaration = file.bindingOf(value)?.declaration;
    const given = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return given !== undefined && made.test(given.getText(file.source));
  }
  if (ts.isPropertyAccessExpression(value)) return bytesName.test(value.name.text);
  return findMethodCall(value) !== undefined && made.test(value.getText(file.source));
}
