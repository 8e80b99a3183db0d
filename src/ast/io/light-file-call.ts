import type { FileContext } from '../../model/file-context.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import { isGrowingState } from '../size/growing-state.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAsync,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInCatch } from '../where/conditions.ts';
import { oncePath } from '../where/data-loop.ts';
import { isSeldomAsked } from '../where/seldom.ts';
import { isCompiled } from './compiled-file.ts';
import type { SyncCall } from './sync-call.ts';

const reading = /^read(?:File|Json|JSON)Sync$/;
const writing = /^(?:write|output|append)/;
/** What changes the table of a folder, not the contents of files. */
const moving = /^(?:rename|unlink|rm|rmdir|remove|emptyDir|truncate|move)Sync$/;
/** Settings are small; what is deployed is so by hand, and once a version. */
const seldomName = /(?:Settings?|Options|Preferences)$|^(?:do)?[dD]eploy(?![a-z])/;
const backupFile = /(?:^|\/)backups?\.[cm]?[jt]s$/i;

/**
 * Whether a synchronous call of files takes little or is made seldom, as far as its file tells: settings, state that is
 * replaced in one go, what is there already, small files of a fixed path, what is removed by a synchronous helper, and
 * what only a failure leads to.
 */
export function isLightFileCall({ call, module, name }: SyncCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (module !== 'fs' || !fn) return false;
  if (
    isSeldomAsked(file) ||
    oncePath.test(file.path) ||
    backupFile.test(file.path) ||
    seldomName.test(nameOfFunction(fn))
  )
    return true;
  if (isInCatch(call, fn) || isInRefusal(call, fn) || (moving.test(name) && !isAsyncAround(fn))) return true;
  const isFixed = isFixedPath(call.arguments[0], fn, file);
  if (writing.test(name))
    return (
      isReplaced(call, fn, file) ||
      isForMissing(call, fn, file) ||
      (isFixed && !isGrowingState(call.arguments[1], file))
    );
  if (!reading.test(name) || !isFixed) return false;
  // One file of the product's own, which the system keeps in memory; a line that is trimmed is a version, a token.
  return isTrimmed(call) || !isCompiled(call, file);
}

/** In a branch that throws, or answers that something is wrong (`return res.status(400).json(…)`): few requests come there. */
function isInRefusal(node: ts.Node, fn: FunctionNode): boolean {
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && parent.thenStatement === at && refuses(parent.thenStatement)) return true;
  }
  return false;
}

function refuses(branch: ts.Statement): boolean {
  const last = ts.isBlock(branch) ? branch.statements.at(-1) : branch;
  if (!last || ts.isThrowStatement(last)) return last !== undefined;
  return ts.isReturnStatement(last) && /\b(?:status|sendStatus|code)\(\s*[45]\d\d\b/.test(last.getText());
}

function isAsyncAround(fn: FunctionNode): boolean {
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) if (isAsync(at)) return true;
  return false;
}

/** `writeFileSync(temporary, text); renameSync(temporary, path)`: a small state of the program, saved whole. */
function isReplaced(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const path = call.arguments[0]?.getText(file.source);
  if (path === undefined) return false;
  return file
    .nodes('CallExpression')
    .some(
      (other) =>
        other.pos > call.pos &&
        isWithin(other, fn) &&
        /(?:^|\.)(?:rename|move)Sync$/.test(other.expression.getText(file.source)) &&
        other.arguments[0]?.getText(file.source) === path,
    );
}

/** Behind `if (existsSync(path)) return …` or in `if (!existsSync(path))`: written once for each path. */
function isForMissing(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const path = call.arguments[0]?.getText(file.source);
  if (path === undefined) return false;
  const asks = (condition: ts.Expression): boolean =>
    condition.getText(file.source).includes('xistsSync(') && condition.getText(file.source).includes(`(${path})`);
  for (let at: ts.Node = call; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (
      ts.isIfStatement(parent) &&
      at === parent.thenStatement &&
      ts.isPrefixUnaryExpression(parent.expression) &&
      asks(parent.expression)
    )
      return true;
    const before = ts.isBlock(parent) ? parent.statements.filter((s) => s.end <= at.pos) : [];
    if (
      before.some(
        (s) => ts.isIfStatement(s) && asks(s.expression) && /\breturn\b/.test(s.thenStatement.getText(file.source)),
      )
    )
      return true;
  }
  return false;
}

/** `readFileSync(path, 'utf8').trim()`, also behind `toString()`. */
function isTrimmed(call: ts.CallExpression): boolean {
  let at = getOutermostWrapped(call);
  for (let next = at.parent?.parent; next; next = at.parent?.parent) {
    const target = findMethodCall(next);
    if (target?.receiver !== at) return false;
    if (/^trim/.test(target.method)) return true;
    at = getOutermostWrapped(next);
  }
  return false;
}

/** Whether a path is the same in all calls: put together from literals, constants of the module and the process. */
export function isFixedPath(path: ts.Node | undefined, fn: FunctionNode, file: FileContext, depth = 0): boolean {
  if (!path || depth > 5) return false;
  if (path.kind === ts.SyntaxKind.ThisKeyword) return false;
  if (ts.isPropertyAccessExpression(path)) return isFixedPath(path.expression, fn, file, depth);
  if (ts.isIdentifier(path)) return isFixedName(path, fn, file, depth);
  let isFixed = true;
  ts.forEachChild(path, (part) => {
    isFixed &&= isFixedPath(part, fn, file, depth);
  });
  return isFixed;
}

function isFixedName(name: ts.Identifier, fn: FunctionNode, file: FileContext, depth: number): boolean {
  const binding = file.bindingOf(name);
  if (!binding) return true;
  const { declaration, kind, writes, scope } = binding;
  if (kind === 'import') return true;
  if (ts.isParameter(declaration)) return isAlwaysGivenText(declaration, fn, file);
  if (scope === file.moduleScope) return kind === 'const' || kind === 'function' || writes.length === 0;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer || writes.length > 0) return false;
  return isFixedPath(skipWrappers(declaration.initializer), fn, file, depth + 1);
}

/** A parameter that each call of the function, all in this file, gives a text of its own. */
function isAlwaysGivenText(parameter: ts.ParameterDeclaration, fn: FunctionNode, file: FileContext): boolean {
  if (parameter.parent !== fn || isExported(fn, file)) return false;
  const calls = listCallsOf(fn, file);
  const place = fn.parameters.indexOf(parameter);
  return (
    calls.length > 0 && calls.every(({ arguments: given }) => !!given[place] && ts.isStringLiteralLike(given[place]))
  );
}
