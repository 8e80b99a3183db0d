import type { FileContext } from '../../model/file-context.ts';
import type { Add, Growth } from '../containers/container-growth.ts';
import type { Container } from '../containers/containers.ts';
import { isConfiguredKey } from '../names/configured-key.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listMethodCalls } from '../within.ts';
import { listConditionsOn } from './conditions.ts';
import { findEntryPoint } from './entry-points.ts';
import { findRepetition } from './where.ts';

const registering =
  /^_*(?:(?:register|define|declare|install|mount|provide|extend|use|bind|inject|configure|init(?:ialize)?|setup|boot|bootstrap|load(?:All|Plugins|Config|Schema|Models|Modules)?|construct|constructor|addPlugin|addHandler|addRoute|addCommand|addMiddleware|addHook|addRule|addModel|addType|addSchema|addField|addProvider|addModule|addService|addListener|addEventListener|subscribe|decorate|createModel|reg)(?:[A-Z_]\w*)?|on|once|on(?:ce)?(?:Change|Event|Update|Error|Ready)\w*)$/;

/** Whether what it adds is put together as the program starts: `setup(app)` registers handlers, which run whenever they are asked. */
export function addsAtStart(fn: FunctionNode, file: FileContext): boolean {
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) {
    const entry = findEntryPoint(at, file);
    if (entry && entry.kind !== 'startup') return false;
    if (registering.test(nameOfFunction(at))) return true;
  }
  return false;
}

/** Whether only few keys get past what stands before an add. */
export function isFiltered(add: Add, growth: Growth, file: FileContext): boolean {
  return (
    isGuarded(add, file) ||
    isChecked(add, file) ||
    isListed(add, file) ||
    isMirrored(add, file) ||
    isConfiguredKey(add, file) ||
    refusesDuplicates(add, growth)
  );
}

/** `const device = radio.find(id); if (device) devices.set(id, …)`: no more entries than another object in memory holds. */
function isMirrored(add: Add, file: FileContext): boolean {
  const key = add.key!.getText(file.source);
  for (let at: ts.Node = add.node; at.parent && at !== add.fn; at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at || !ts.isIdentifier(parent.expression)) continue;
    const declaration = file.bindingOf(parent.expression)?.declaration;
    const source = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
    if (!source || !ts.isCallExpression(source)) continue;
    const isLookup = /^#?_*(?:get|find|lookup)(?:[A-Z]\w*)?$/.test(findMethodCall(source)?.method ?? '');
    if (isLookup && source.arguments.some((argument) => argument.getText(file.source) === key)) return true;
  }
  return false;
}

/** `init()` adds whatever the database holds, one by one: the table mirrors it, and is as large as that by design. */
export function isLoadedWhole(fn: FunctionNode | undefined, file: FileContext, depth = 0): boolean {
  if (!fn || depth > 3) return false;
  return listCallsOf(fn, file).some((call) => {
    const around = findEnclosingFunction(call);
    if (!around || around === fn) return false;
    if (findRepetition(call) && addsAtStart(around, file)) return true;
    return isLoadedWhole(around, file, depth + 1);
  });
}

/** `if (!files.includes(`${hash}.json`)) throw …`: what is made of the key must be in a list. */
function isListed(add: Add, file: FileContext): boolean {
  const key = add.key!.getText(file.source);
  const isOfKey = (argument: ts.Expression): boolean => {
    const declaration = ts.isIdentifier(argument) ? file.bindingOf(argument)?.declaration : undefined;
    const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return [argument, made].some((node) => node?.getText(file.source).includes(key));
  };
  return listMethodCalls('includes', file).some((call) => {
    if (!ts.isPrefixUnaryExpression(call.parent)) return false;
    if (call.pos > add.node.pos || findEnclosingFunction(call) !== add.fn) return false;
    const asked = ts.isBinaryExpression(call.parent.parent) ? call.parent.parent : call.parent;
    const test = asked.parent;
    const isRefused = ts.isIfStatement(test) && test.expression === asked && leaves(test.thenStatement);
    return isRefused && call.arguments[0] !== undefined && isOfKey(call.arguments[0]);
  });
}

function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return last !== undefined && (ts.isThrowStatement(last) || ts.isReturnStatement(last));
}

/** `if (count <= 100) cache.set(count, …)`: only keys below a limit get in. */
function isGuarded(add: Add, file: FileContext): boolean {
  const key = add.key!.getText(file.source);
  for (let at: ts.Node = add.node; at.parent && at !== add.fn; at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at || !ts.isBinaryExpression(parent.expression)) continue;
    const { left, operatorToken } = parent.expression;
    const isBelow =
      operatorToken.kind === ts.SyntaxKind.LessThanToken || operatorToken.kind === ts.SyntaxKind.LessThanEqualsToken;
    if (isBelow && left.getText(file.source).replace(/\.length$/, '') === key)
      return !left.getText(file.source).endsWith('.length');
  }
  return false;
}

/** `if (known.has(id)) throw …`: a registry that takes each name once. */
function refusesDuplicates(add: Add, growth: Growth): boolean {
  return growth.reads.some(({ node, fn }) => {
    if (fn !== add.fn || node.pos > add.node.pos) return false;
    for (let at: ts.Node = node; at.parent && at !== fn; at = at.parent) {
      if (ts.isIfStatement(at.parent) && at.parent.expression === at) {
        const then = at.parent.thenStatement;
        const first = ts.isBlock(then) ? then.statements.find((s) => ts.isThrowStatement(s)) : then;
        return first !== undefined && ts.isThrowStatement(first);
      }
    }
    return false;
  });
}

/** The function checks the key against a list of what is allowed: `if (!KINDS.includes(kind)) return`. */
function isChecked(add: Add, file: FileContext): boolean {
  const text = add.fn!.getText(file.source);
  if (!/\.(?:includes|has|indexOf)\(/.test(text)) return false;
  const key = add.key!.getText(file.source).replace(/[^\w]/g, '\\$&');
  const asks = `\\.(?:includes|has|indexOf)\\(\\s*(?:\\w+\\.)*${key}`;
  const ofFew = `\\b(?:[A-Z][A-Z0-9_]+|Object\\.(?:values|keys)\\([^)]*\\)|\\w*(?:[aA]llowed|[sS]upported|[vV]alid|[kK]nown)\\w*)`;
  // What is asked is looked for first: whose names may begin anywhere takes long to say.
  return (
    (new RegExp(asks).test(text) && new RegExp(ofFew + asks).test(text)) ||
    /Object\.(?:values|keys)\([^)]*\)\.includes\(/.test(text)
  );
}

const search = /^(?:find|findIndex|some|includes|indexOf)$/;

/**
 * `for (const entry of this.entries) if (isSame(entry, wanted)) return entry`, or a search on whose outcome the add hangs: one
 * for each different thing that is asked for.
 */
export function isLookedFor(add: Add, container: Container, file: FileContext): boolean {
  return container.accesses.some((access) => {
    if (access.pos > add.node.pos || findEnclosingFunction(access) !== add.fn) return false;
    const { parent } = access;
    if (ts.isForOfStatement(parent)) return /\breturn\b/.test(parent.statement.getText(file.source));
    if (search.test(findMemberName(parent) ?? '')) return true;
    return isSearchedByFunction(access) && hangsOn(add, parent, file);
  });
}

/** `findIndex(entries, isSame)` of lodash. */
function isSearchedByFunction(list: ts.Expression): boolean {
  const { parent } = list;
  return ts.isCallExpression(parent) && parent.arguments[0] === list && search.test(calleeName(parent));
}

/** Whether a condition of the add asks what a call gives, at once or by the name that it is kept under. */
function hangsOn({ node, fn }: Add, call: ts.Node, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  const kept = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name : undefined;
  const uses = (kept && file.bindingOf(kept)?.references) ?? [];
  return listConditionsOn(node, fn!, file).some(
    (condition) => isWithin(call, condition) || uses.some((use) => isWithin(use, condition)),
  );
}
