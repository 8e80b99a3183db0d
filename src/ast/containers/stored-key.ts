import type { FileContext } from '../../model/file-context.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isHiddenMethod,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import type { Add } from './container-growth.ts';
import { isPassingName } from './key-words.ts';
import { isMarkOfOne } from './mark-of-one.ts';

const lookup = /^(?:find|get|load|fetch|read|select|query)(?:[A-Z]\w*)?$/;

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

/** `if (value !== null) this.keep(id, value)`: each call of a helper that this file alone calls comes after what was found by its key. */
function isFoundByCallers(key: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const named = skipWrappers(key);
  const parameter = ts.isIdentifier(named) ? file.bindingOf(named)?.declaration : undefined;
  if (!parameter || !ts.isParameter(parameter) || parameter.parent !== fn) return false;
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
    if (declared.end > node.pos || !ts.isIdentifier(declared.name) || !initializer) return false;
    if (!ts.isAwaitExpression(skipWrappers(initializer)) || isPassingName(declared.name.text)) return false;
    const call = skipAwait(initializer);
    if (!ts.isCallExpression(call) || !lookup.test(findMethodCall(call)?.method ?? '')) return false;
    const isByKey = call.arguments.some((argument) => mentionsKey.test(argument.getText(file.source)));
    return isByKey && isRequired(declared.name, node, file);
  });
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
