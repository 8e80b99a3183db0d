import type { FileContext } from '../../model/file-context.ts';
import { findClientHome } from '../clients/client-home.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue, isExported, listCallsOf } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isClassNode,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { leavesFunction, listConditionsOn } from './conditions.ts';
import { isOnceAProcess } from './once-guard.ts';
import { absentIn } from './spared.ts';

/** Functions that are there to make a connection, or to try one. */
const connecting =
  /test|check|health|ping|verif|connect|init|migrat|setup|set_up|probe|start|boot|validate|listen|stream|^(?:un)?install|^(?:check|do)?_?(?:create|drop|delete|ensure)_?(?:database|db|schema|topic|queue|bucket|table|index)(?:e?s)?$/i;
/** What needs a connection of its own while it lasts. */
const exclusive = /\b(?:p?subscribe|xread(?:group)?|b[lr]pop\w*|blmove|monitor|BLOCK|watch|LISTEN)\b/i;

/**
 * Whether a method makes a client of what its object was given, uses it, and ends it: the object outlives the call, so
 * could the client.
 */
export function isMadeForOneCall(
  creation: ts.NewExpression | ts.CallExpression,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  if (!ts.isMethodDeclaration(fn) || !isClassNode(fn.parent) || connects(fn, file)) return false;
  const home = findClientHome(creation, file);
  if (!home?.binding || !isWithin(home.binding.identifier, fn)) return false;
  const text = fn.getText(file.source);
  return (
    !exclusive.test(text) &&
    new RegExp(`\\b${home.path}\\.(?:quit|disconnect|end|close|\\$disconnect|destroy)\\(`).test(text) &&
    (creation.arguments ?? []).every((argument) => isIndependentOf(argument, fn, file, false))
  );
}

/** By its own name, or by the names of all that call it in this file. */
function connects(fn: ts.MethodDeclaration, file: FileContext): boolean {
  if (connecting.test(nameOfFunction(fn))) return true;
  const callers = listCallsOf(fn, file).map((call) => findEnclosingFunction(call));
  return (
    callers.length > 0 && callers.every((caller) => caller !== undefined && connecting.test(nameOfFunction(caller)))
  );
}

/** `once(() => new Client())`, `memoize(…)`, `lazy(…)`, `useFactory: () => …`, getters that cache are seen by their field. */
export function isMemoised(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) {
    const { parent } = getOutermostWrapped(at);
    if (ts.isCallExpression(parent)) {
      const callee = parent.expression;
      const name = ts.isIdentifier(callee)
        ? callee.text
        : ts.isPropertyAccessExpression(callee)
          ? callee.name.text
          : '';
      if (
        /once|memo|lazy|cache|singleton|remember|useState|useMemo|provide|register|bind|toDynamicValue|getOrCreate|getOrInsert/i.test(
          name,
        )
      )
        return true;
    }
    if (
      ts.isPropertyAssignment(parent) &&
      /^(?:useFactory|factory|create|setup|lifecycle)$/.test(findPropertyName(parent.name) ?? '')
    )
      return true;
  }
  const isKept =
    keepsWhatItGives(fn) || isCalledIfUnset(fn, file) || givesKept(node, file) || isOnceAProcess(node, fn, file);
  return isKept || isInGuard(node, fn, file) || isReturnedAbove(node, fn, file) || isForUnconnected(node, fn, file);
}

/** `if (mongoose.connection.readyState === 0) await mongoose.connect(url);`, also behind `if (isConnected) return;`. */
function isForUnconnected(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  return listConditionsOn(node, fn, file).some((condition) =>
    /\breadyState\b|\b(?:is|already)?_?(?:connected|initiali[sz]ed)\b/i.test(condition.getText(file.source)),
  );
}

/**
 * `connectProducer()`, a function of the file that gives what a name outside of it holds, or what it keeps under a key: each call
 * gives the same.
 */
function givesKept(call: ts.Node, file: FileContext): boolean {
  const run = ts.isCallExpression(call) ? findFunctionValue(call.expression, file) : undefined;
  if (!run) return false;
  const given = listReturnedValues(run, file);
  const isOutside = (value: ts.Expression): boolean => {
    const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
    return binding !== undefined && !isWithin(binding.identifier, run);
  };
  return (given.length > 0 && given.every(isOutside)) || keepsWhatItGives(run);
}

/** All its callers keep what it gives, and ask first whether they have it: `if (!pool) pool = createPool();`. */
function isCalledIfUnset(fn: FunctionNode, file: FileContext): boolean {
  const calls = listCallsOf(fn, file);
  return calls.length > 0 && !isExported(fn, file) && calls.every((call) => isKeptIfUnset(call, file));
}

function isKeptIfUnset(call: ts.CallExpression, file: FileContext): boolean {
  let kept = getOutermostWrapped(call);
  if (ts.isAwaitExpression(kept.parent)) kept = getOutermostWrapped(kept.parent);
  const { parent } = kept;
  if (!ts.isBinaryExpression(parent) || parent.right !== kept) return false;
  const { kind } = parent.operatorToken;
  if (kind === ts.SyntaxKind.QuestionQuestionEqualsToken || kind === ts.SyntaxKind.BarBarEqualsToken) return true;
  const caller = findEnclosingFunction(call);
  const name = findMemberPath(parent.left)?.at(-1);
  if (!isAssignment(parent) || !caller || name === undefined) return false;
  return listConditionsOn(call, caller, file).some((condition) =>
    new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}(?![\\w$])`).test(condition.getText(file.source)),
  );
}

/** `let client = clients[key]; if (!client) { client = new S3(parts); clients[key] = client; } return client;` */
function keepsWhatItGives({ body }: FunctionNode): boolean {
  if (!body || !ts.isBlock(body)) return false;
  const last = body.statements.at(-1);
  const given = last && ts.isReturnStatement(last) && last.expression && skipWrappers(last.expression);
  if (!given || !ts.isIdentifier(given)) return false;
  const name = given.text.replace(/\$/g, '\\$');
  const text = body.getText();
  const keeping = new RegExp(
    `([\\w$]+)(?:\\??\\.[\\w$#]+)*(?:!?\\[[^;\\n]*\\]\\s*=\\s*${name}\\b|\\.set\\([^;]*,\\s*${name}\\s*\\))`,
    'g',
  );
  return [...text.matchAll(keeping)].some(([, table]) => !isMadeIn(text, table!));
}

/** Whether a body makes the table of this name for itself. */
function isMadeIn(text: string, table: string): boolean {
  const name = table.replace(/\$/g, '\\$');
  return new RegExp(`\\b(?:const|let|var)\\s+${name}\\b[^=;]*=\\s*(?:new\\b|[{[])`).test(text);
}

/** `client ??= …`, `cached || …`, `if (!settings) { const client = …; settings = await load(client); }`: made on first use. */
function isInGuard(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isBinaryExpression(parent) && parent.right === at) {
      const { kind } = parent.operatorToken;
      if (kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken) return true;
      if (kind === ts.SyntaxKind.QuestionQuestionEqualsToken || kind === ts.SyntaxKind.BarBarEqualsToken) return true;
    }
    const asked = ts.isIfStatement(parent) && parent.thenStatement === at ? absentIn(parent.expression) : undefined;
    if (asked && isFilledIn(at, skipWrappers(asked), fn, file)) return true;
  }
  return false;
}

/** Whether a branch sets the name of outside of its function, or the field, that was asked to be missing: it runs once. */
function isFilledIn(branch: ts.Node, asked: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const field = findMemberPath(asked);
  if (field?.length === 2 && field[0] === 'this')
    return listNodesWithin('BinaryExpression', branch, file).some(
      (set) => isAssignment(set) && findMemberPath(set.left)?.join('.') === field.join('.'),
    );
  const binding = ts.isIdentifier(asked) ? file.bindingOf(asked) : undefined;
  if (!binding || isWithin(binding.identifier, fn)) return false;
  return binding.writes.some((write) => isWithin(write, branch));
}

/** `if (client) return client.duplicate();` ahead of `client = makeClient()`. */
function isReturnedAbove(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  if (!fn.body || !ts.isBlock(fn.body)) return false;
  return fn.body.statements.some((statement) => {
    if (statement.end > node.pos || !ts.isIfStatement(statement)) return false;
    const asked = /^[\w$.]+$/.exec(statement.expression.getText(file.source))?.[0].replace(/[.$]/g, '\\$&');
    const isLeft = asked !== undefined && leavesFunction(statement.thenStatement);
    return isLeft && new RegExp(`(?<![\\w$.])${asked}\\s*=[^=]`).test(fn.getText(file.source));
  });
}

/**
 * Whether a client goes into what its object keeps: `this.http = axios.create({ httpsAgent: new Agent() })`, also by a
 * local name. It lives as long as the object, and there is one for each.
 */
export function isPartOfField(creation: ts.Node, file: FileContext): boolean {
  if (isInsideField(creation) || isInsideKept(creation, file, 0)) return true;
  const binding = findClientHome(creation, file)?.binding;
  const fn = findEnclosingFunction(creation);
  if (!binding || !fn || !isWithin(binding.identifier, fn)) return false;
  return binding.references.some((use) => isInsideField(use));
}

function isInsideField(node: ts.Node): boolean {
  for (let at = node; at.parent && !isFunctionNode(at); at = at.parent) {
    const { parent } = at;
    if (ts.isPropertyDeclaration(parent) && parent.initializer === at) return true;
    if (isAssignment(parent) && parent.right === at && findMemberPath(parent.left)?.[0] === 'this') return true;
    // What is called on it is a use of it, not the thing that is kept.
    if (ts.isPropertyAccessExpression(parent) || ts.isAwaitExpression(parent) || ts.isStatement(parent)) return false;
  }
  return false;
}

/**
 * `const db = new Client({ handler: new Handler({ agent: new Agent() }) }); this.db = Documents.from(db);`: a part of a local
 * thing that goes into a field.
 */
function isInsideKept(node: ts.Node, file: FileContext, depth: number): boolean {
  let at = getOutermostWrapped(node);
  while (isPartOfWhole(at)) at = getOutermostWrapped(at.parent);
  const { parent } = at;
  if (at === node || depth > 2 || !ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  const { references = [] } = file.bindingOf(parent.name) ?? {};
  return references.some((use) => isInsideField(use) || isInsideKept(use, file, depth + 1));
}

/** A property of options, or an argument of what makes something; a request that it is handed to is no whole. */
function isPartOfWhole(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isObjectLiteralExpression(parent)) return true;
  if (ts.isNewExpression(parent)) return parent.expression !== node;
  return ts.isCallExpression(parent) && parent.expression !== node && /^(?:create|make|from)/.test(calleeName(parent));
}

/** Whether an expression mentions nothing that is declared inside `fn`, nor, unless told, what `this` is. */
export function isIndependentOf(expression: ts.Node, fn: FunctionNode, file: FileContext, thisCounts = true): boolean {
  let isIndependent = true;
  const visit = (node: ts.Node): void => {
    if (!isIndependent) return;
    if (ts.isIdentifier(node)) {
      const binding = file.bindingOf(node);
      if (binding && isWithin(binding.identifier, fn) && !isWithin(binding.identifier, expression))
        isIndependent = false;
    } else if (thisCounts && node.kind === ts.SyntaxKind.ThisKeyword) {
      isIndependent = false;
    }
    ts.forEachChild(node, visit);
  };
  visit(expression);
  return isIndependent;
}

/** What counts as settled besides. */
export interface SettledToo {
  /** A name that is set anew, where each of its values is settled. */
  written?: true;
  /** What callers hand in: they are asked for themselves. */
  handedIn?: true;
}

/**
 * As {@link isIndependentOf}, also by names of the function that stand for such values: `const host = process.env.HOST;`,
 * `const options = {}; options.region = region;`. What `this` is counts as settled: it outlives the call.
 */
export function isSettled(expression: ts.Node, fn: FunctionNode, file: FileContext, too: SettledToo = {}): boolean {
  return settles(expression, expression, { fn, file, too }, 0);
}

interface Settling {
  fn: FunctionNode;
  file: FileContext;
  too: SettledToo;
}

function settles(node: ts.Node, whole: ts.Node, settling: Settling, depth: number): boolean {
  const { fn, file, too } = settling;
  if (ts.isAwaitExpression(node)) return isFunctionBetween(node, whole);
  if (ts.isIdentifier(node)) {
    const binding = file.bindingOf(node);
    if (!binding || !isWithin(binding.identifier, fn) || isWithin(binding.identifier, whole)) return true;
    const isHandedIn = too.handedIn === true && isParameterOf(binding.declaration, fn);
    const declaration = getVariableOf(binding.declaration);
    if (depth > 4 || (!too.written && binding.writes.length > 0)) return false;
    if (!isHandedIn && !(too.written ? declaration : declaration?.initializer)) return false;
    const values = [
      ...(declaration?.initializer ? [declaration.initializer] : []),
      ...binding.writes.map((write) => (isAssignment(write.parent) ? write.parent.right : undefined)),
      ...listValuesOfMembers(binding.references),
    ];
    return (
      (isHandedIn || values.length > 0) &&
      values.every((value) => value !== undefined && settles(value, value, settling, depth + 1))
    );
  }
  return ts.forEachChild(node, (child) => !settles(child, whole, settling, depth) || undefined) === undefined;
}

/** It is waited for by a function inside of the expression, when that is called. */
function isFunctionBetween(node: ts.Node, whole: ts.Node): boolean {
  const fn = findEnclosingFunction(node);
  return fn !== undefined && isWithin(fn, whole);
}

function isParameterOf(declaration: ts.Node, fn: FunctionNode): boolean {
  let at = declaration;
  while (ts.isBindingElement(at)) at = at.parent.parent;
  return ts.isParameter(at) && at.parent === fn;
}

/** The variable, or the one whose parts are taken: `const { host } = config`. */
function getVariableOf(declaration: ts.Node): ts.VariableDeclaration | undefined {
  let at = declaration;
  while (ts.isBindingElement(at)) at = at.parent.parent;
  return ts.isVariableDeclaration(at) ? at : undefined;
}

/** `value` of `options.region = value`. */
function listValuesOfMembers(references: readonly ts.Identifier[]): ts.Expression[] {
  return references.flatMap((use) => {
    let at: ts.Node = use;
    while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent;
    return at !== use && isAssignment(at.parent) && at.parent.left === at ? [at.parent.right] : [];
  });
}
