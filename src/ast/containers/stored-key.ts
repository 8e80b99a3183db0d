import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import { findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isHiddenMethod,
  isWithin,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import type { Add } from './container-growth.ts';
import { isPassingName } from './key-words.ts';
import { isMarkOfOne } from './mark-of-one.ts';

const lookup = /^_*(?:find|get|load|fetch|read|select|query)(?:[A-Z]\w*)?$/;

/**
 * Whether an entry is added only for what is stored: a row is looked up by the key first, and without one nothing is
 * added, or its value is read from a file of that name. There are as many as there are rows or files; rows of what passes
 * (sessions, users) do not count, unless there is no more than a number or a flag for each.
 */
export function isStoredKey(add: Add, file: FileContext): boolean {
  return isOfFoundRow(add, file) || isOfFile(add, file) || isMarkOfOne(add, file);
}

/** `const site = await Sites.findOne({ id }); if (!site) return; … byId[id] = …`, also where callers have found it. */
function isOfFoundRow({ node, key, fn }: Add, file: FileContext): boolean {
  if (!key || !fn) return false;
  return isFoundAt(node, key, fn, file) || isFoundByCallers(key, fn, file);
}

const keeping = /^_*(?:set|cache|store|save|keep|put|remember|memoi[sz]e|add)[A-Z]\w*$/;

/** "No other file keeps a row, that it has found by the key, by calling the function that adds the entry": `setSite(id, site)`. */
export function notKeptOfRows({ key, fn }: Add, file: FileContext): LinkCondition | undefined {
  if (!key || !fn || !isExported(fn, file) || !parameterOf(key, fn, file)) return undefined;
  const name = nameOfFunction(fn);
  return keeping.test(name) ? { kind: 'not', of: { kind: 'project-states', fact: `keeps-row:${name}` } } : undefined;
}

/** The functions of other files that this one hands a key, by which it has found a row, to keep something under. */
export function listKeptRows(file: FileContext): string[] {
  if (!/\bawait\b/.test(file.text)) return [];
  return file.nodes('CallExpression').flatMap((call) => {
    const { expression, arguments: handed } = call;
    if (!ts.isIdentifier(expression) || !keeping.test(expression.text) || handed.length < 2) return [];
    const name = findOrigin(expression, file)?.path.at(-1);
    const fn = findEnclosingFunction(call);
    return name !== undefined && fn && isFoundAt(call, handed[0]!, fn, file) ? [name] : [];
  });
}

/** The parameter of a function that a key is, whole. */
function parameterOf(key: ts.Expression, fn: FunctionNode, file: FileContext): ts.ParameterDeclaration | undefined {
  const named = skipWrappers(key);
  const declaration = ts.isIdentifier(named) ? file.bindingOf(named)?.declaration : undefined;
  return fn.parameters.find((parameter) => parameter === declaration);
}

/** `if (value !== null) this.keep(id, value)`: each call of a helper that this file alone calls comes after what was found by its key. */
function isFoundByCallers(key: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const parameter = parameterOf(key, fn, file);
  if (!parameter) return false;
  if (isExported(fn, file) || (ts.isMethodDeclaration(fn) && !isHiddenMethod(fn))) return false;
  const calls = listCallsOf(fn, file);
  return (
    calls.length > 0 &&
    calls.every((call) => {
      const handed = call.arguments[fn.parameters.indexOf(parameter)];
      const caller = findEnclosingFunction(call);
      return handed !== undefined && caller !== undefined && isFoundAt(call, handed, caller, file);
    })
  );
}

/** A row is looked up by the key ahead of a place of a function that is reached only with one. */
function isFoundAt(node: ts.Node, key: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const name = findMemberPath(key)?.at(-1);
  if (!fn.body || name === undefined) return false;
  const mentionsKey = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`);
  return listNodesWithin('VariableDeclaration', fn, file).some((declared) => {
    const { initializer } = declared;
    if (declared.end > node.pos || !initializer || !ts.isAwaitExpression(skipWrappers(initializer))) return false;
    const call = skipAwait(initializer);
    if (!ts.isCallExpression(call) || !lookup.test(findMethodCall(call)?.method ?? '')) return false;
    const isByKey = call.arguments.some((argument) => mentionsKey.test(argument.getText(file.source)));
    return isByKey && listNames(declared.name).some((row) => !isPassingName(row.text) && isRequired(row, node, file));
  });
}

/** `site`, or the names of `{ site, isCached }`. */
function listNames(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) && ts.isIdentifier(element.name) ? [element.name] : [],
  );
}

/** `if (!site) return;`, `continue` or `throw` between it and what is added, or that is within `if (site !== null)`. */
function isRequired(found: ts.Identifier, node: ts.Node, file: FileContext): boolean {
  return (file.bindingOf(found)?.references ?? []).some((use) => {
    const negation = use.parent;
    if (isWithinBranch(use, node)) return true;
    const question = negation.parent;
    return (
      ts.isPrefixUnaryExpression(negation) &&
      ts.isIfStatement(question) &&
      question.expression === negation &&
      question.end <= node.pos &&
      findEnclosingFunction(question) === findEnclosingFunction(found) &&
      (leavesFunction(question.thenStatement) || /\bcontinue\b/.test(question.thenStatement.getText(file.source)))
    );
  });
}

/** `if (site)`, `if (site !== null)`, `if (site != undefined)` around a place. */
function isWithinBranch(use: ts.Identifier, node: ts.Node): boolean {
  const { parent } = use;
  const isCompared =
    ts.isBinaryExpression(parent) &&
    /^!==?$/.test(parent.operatorToken.getText()) &&
    /^(?:null|undefined)$/.test(parent.right.getText());
  const asked = isCompared ? parent : use;
  const question = asked.parent;
  return ts.isIfStatement(question) && question.expression === asked && isWithin(node, question.thenStatement);
}

/** `const info = await stat(path.resolve(folder, name)); infoByName.set(name, info)`. */
function isOfFile({ node, key, value, fn }: Add, file: FileContext): boolean {
  const name = key && findMemberPath(key)?.at(-1);
  const at = value && skipAwait(value);
  if (!fn || name === undefined || !at) return false;
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const made =
    declaration && ts.isVariableDeclaration(declaration) && isWithin(declaration, fn) ? declaration.initializer : at;
  if (!made || made.pos > node.end) return false;
  const inFolder = new RegExp(`\\bpath\\.(?:resolve|join)\\([^()]*(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`);
  return inFolder.test(made.getText(file.source));
}
