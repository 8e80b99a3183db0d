import type { Binding, FileContext } from '../model/file-context.ts';
import { findEffect, isPart } from './ring-effects.ts';
import { isNothing, kindOf, memberOf, type RingTerms } from './ring-kinds.ts';
import { findRingMemo, type RingMemo } from './ring-memo.ts';
import { calleeName, callsIn, namesOf, type Part, type RingOwner, uses } from './ring-parts.ts';
import type { RingChange } from './ring-points.ts';
import { type FunctionNode, getOutermostWrapped, isWithin, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** The search for the point of a key, and what is done with what it finds. */
export interface RingLookup {
  fn: FunctionNode;
  /** The parameter that it looks up, and what is hashed of it. */
  parameter: Binding;
  key: ts.Expression;
  /** A use of the points in it. */
  access: ts.Expression;
  /** The statements from the first to the last one that search. */
  search: ts.Statement;
  last: ts.Statement;
  /** Tests for an empty ring among them. */
  guards: readonly ts.IfStatement[];
  /** Whether the function has left when there are no nodes. */
  isGuarded: boolean;
  /** What a ring without nodes gives: nothing, as `null` or `undefined`, or an error since nothing has no members. */
  empty: 'undefined' | 'null' | 'throws';
  /** The variable that goes on to be used; undefined where the search ends the function. */
  kept: KeptResult | undefined;
  memo: RingMemo | undefined;
}

export interface KeptResult {
  binding: Binding;
  /** Expressions to put the node in the place of. */
  nodes: readonly ts.Expression[];
  /** Uses that only ask whether there is one. */
  tests: readonly ts.Identifier[];
}

interface Reading extends RingTerms {
  owner: RingOwner;
  changes: readonly RingChange[];
}

/** Reads a function as a look-up of one key; a text says why it is none. */
export function findLookup(fn: FunctionNode, reading: Reading, file: FileContext): RingLookup | string {
  const { state } = reading;
  const { body } = fn;
  if (!body || !ts.isBlock(body)) return 'the look-up is no list of statements';
  const key = findKey(fn, reading, file);
  if (!key) return 'no method here looks a key up by its hash';
  const used = fn.parameters.filter((p) => !isWithin(key.parameter.identifier, p));
  const memo = findRingMemo(fn, reading, file);
  const statements = body.statements.filter((s) => !memo?.inLookup.includes(s));
  const locals = listLocals(fn, key.call, state, file);
  const isTouched = (s: ts.Node): boolean =>
    touches(s, state) || locals.some((l) => isWithin(l.identifier, s) || uses(s, l));
  const isGuard = (s: ts.Statement): s is ts.IfStatement =>
    ts.isIfStatement(s) &&
    !s.elseStatement &&
    leaves(s.thenStatement) &&
    touches(s.expression, state) &&
    !isTouched(s.thenStatement) &&
    !locals.some((l) => uses(s, l));
  const first = statements.findIndex((s) => isTouched(s) && !isGuard(s));
  if (first < 0) return 'no method here looks a key up';
  const search = statements[first]!;
  const before = statements.slice(0, first).filter((s) => isGuard(s));
  const rest = statements.slice(first);
  const access = findAccess(rest, state);
  if (!access) return 'no method here looks a key up';
  const common = { fn, parameter: key.parameter, key: key.value, access, search, memo };
  const isForeign = (s: ts.Node): boolean =>
    used.some((p) => namesOf(s).some((name) => file.bindingOf(name)?.declaration === p));
  const guards = rest.filter((s) => isGuard(s));
  const isGuarded = before.length + guards.length > 0;
  const searching = rest.filter((s) => !isGuard(s));
  if (searching.some((s) => isForeign(s))) return 'the look-up takes more than a key';
  const ending = readEnd(searching, reading, locals, file);
  if (ending)
    return {
      ...common,
      last: rest.at(-1)!,
      guards,
      isGuarded,
      empty: isGuarded ? 'undefined' : ending,
      kept: undefined,
    };
  return findKept(rest, locals, { ...common, isGuarded: before.length > 0 }, reading, isGuard, file);
}

function touches(node: ts.Node, state: readonly Part[]): boolean {
  return state.some(({ accesses }) => accesses.some((access) => isWithin(access, node)));
}

function findAccess(statements: readonly ts.Statement[], state: readonly Part[]): ts.Expression | undefined {
  return state.flatMap(({ accesses }) => accesses).find((access) => statements.some((s) => isWithin(access, s)));
}

/** `return`, `throw`, or a block that ends with one. */
function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last));
}

/** The parameter that is handed to what hashes the points as well. */
function findKey(
  fn: FunctionNode,
  { changes }: Reading,
  file: FileContext,
): { parameter: Binding; value: ts.Expression; call: ts.Node } | undefined {
  const adding = changes.filter(({ method }) => method === 'add');
  const hashes = new Set(adding.flatMap((change) => hashesOf(change, file)));
  for (const parameter of fn.parameters) {
    const binding = file.bindings.find((b) => b.identifier === parameter.name);
    if (!binding || binding.writes.length > 0) continue;
    const calls = callsIn(fn.body!).filter((call) => hashes.has(calleeName(call)));
    const hashed = calls.filter((call) => call.arguments?.some((a) => uses(a, binding)));
    const inner = hashed.at(-1);
    const value = inner?.arguments?.find((a) => uses(a, binding));
    if (!inner || !value || hashed.some((call) => !isWithin(inner, call))) continue;
    const isPlain = namesOf(value).every(
      (name) => file.bindingOf(name) === binding || /^(?:String|toString)$/.test(name.text),
    );
    if (isPlain) return { parameter: binding, value, call: inner };
  }
  return undefined;
}

/** The names of the functions that the text of a point is handed to. */
function hashesOf({ main, node, member }: RingChange, file: FileContext): string[] {
  const around = member?.body ?? main;
  const text = (call: ts.CallExpression | ts.NewExpression): boolean =>
    call.arguments?.some((argument) => {
      const value = skipWrappers(argument);
      const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
      const initial =
        binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
      return [value, ...(initial ? [initial] : [])].some(
        (one) => !ts.isObjectLiteralExpression(one) && !ts.isArrayLiteralExpression(one) && uses(one, node),
      );
    }) ?? false;
  return callsIn(around)
    .filter(text)
    .map(calleeName)
    .filter(
      (name) => !/^(?:push|unshift|splice|set|has|add|get|String|from|concat|forEach|includes|delete)$/.test(name),
    );
}

/** The variables of a look-up that its search is about. */
function listLocals(fn: FunctionNode, hashed: ts.Node, state: readonly Part[], file: FileContext): Binding[] {
  const inside = file.bindings.filter(
    ({ declaration }) => ts.isVariableDeclaration(declaration) && isWithin(declaration, fn),
  );
  const found = new Set<Binding>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const binding of inside) {
      const { declaration, writes } = binding;
      const sources = [declaration, ...writes.map((w) => w.parent)];
      // What a loop over the points counts or takes is of the search as well.
      const isAbout = sources.some(
        (s) =>
          isWithin(hashed, s) || touches(s, state) || [...found].some((other) => other !== binding && uses(s, other)),
      );
      const isCompared = binding.references.some((r) => {
        const { parent } = getOutermostWrapped(r);
        return (
          ts.isElementAccessExpression(parent) && parent.argumentExpression === r && isPart(parent.expression, state)
        );
      });
      if (isAbout || isCompared) found.add(binding);
    }
  }
  return [...found];
}

/** What an empty ring gives where statements do nothing but search and return a node; undefined where they do more. */
function readEnd(
  statements: readonly ts.Statement[],
  terms: RingTerms,
  locals: readonly Binding[],
  file: FileContext,
): RingLookup['empty'] | undefined {
  const returns: ts.ReturnStatement[] = [];
  const collect = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) returns.push(node);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, collect);
  };
  for (const statement of statements) collect(statement);
  const last = statements.at(-1);
  if (!last || !ts.isReturnStatement(last)) return undefined;
  for (const statement of statements) if (hasEffect(statement, locals, terms, file)) return undefined;
  let gives: RingLookup['empty'] = 'undefined';
  let isMissing = false;
  for (const { expression } of returns) {
    const kind = expression && kindOf(expression, terms, file);
    if (kind !== 'node' && kind !== 'nothing') return undefined;
    const nothing = findNothing(expression!);
    if (nothing) {
      isMissing = true;
      if (nothing === 'null') gives = 'null';
    }
  }
  if (kindOf(last.expression!, terms, file) !== 'node') return isMissing ? gives : undefined;
  return isMissing ? gives : isSafe(last.expression!) ? 'undefined' : 'throws';
}

/** `null` or `undefined`, as the whole or as a branch. */
function findNothing(expression: ts.Expression): 'null' | 'undefined' | undefined {
  const value = skipWrappers(expression);
  if (isNothing(value)) return value.kind === ts.SyntaxKind.NullKeyword ? 'null' : 'undefined';
  if (ts.isConditionalExpression(value)) return findNothing(value.whenTrue) ?? findNothing(value.whenFalse);
  const isElse = ts.isBinaryExpression(value) && /^(?:\?\?|\|\|)$/.test(value.operatorToken.getText());
  return isElse ? findNothing(value.right) : undefined;
}

/** Reads no member of what may be missing. */
export function isSafe(expression: ts.Expression): boolean {
  const value = skipWrappers(expression);
  if (ts.isConditionalExpression(value)) return isSafe(value.whenTrue) && isSafe(value.whenFalse);
  if (ts.isBinaryExpression(value)) return isSafe(value.right);
  if (ts.isIdentifier(value) || ts.isCallExpression(value)) return true;
  if (memberOf(value) === undefined) return true;
  return (value as ts.PropertyAccessExpression).questionDotToken !== undefined;
}

function hasEffect(
  statement: ts.Statement,
  locals: readonly Binding[],
  { state }: RingTerms,
  file: FileContext,
): boolean {
  // A `return` is no effect here, and the variables of the search are its own.
  const own = locals.map(({ name, references }): Part => ({ name, declaration: undefined, accesses: references }));
  const isChanged = state.some(({ accesses }) =>
    accesses.some((access) => isWithin(access, statement) && isWritten(access)),
  );
  if (isChanged) return true;
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) {
      if (node.expression && findEffect(node.expression, own, file)) found = true;
    } else if (ts.isBlock(node) || ts.isIfStatement(node) || ts.isIterationStatement(node, false))
      ts.forEachChild(node, visit);
    else if (findEffect(node, own, file)) found = true;
  };
  visit(statement);
  return found;
}

function isWritten(access: ts.Expression): boolean {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (ts.isBinaryExpression(parent) && parent.left === outer && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return true;
  return /^\.(?:push|pop|shift|unshift|splice|sort|reverse|set|delete|clear|fill)\(/.test(
    parent.getText().slice(outer.getText().length) + parent.parent.getText().slice(parent.getText().length),
  );
}

/** The last variable of a search that is used behind it, and nothing else of the search. */
function findKept(
  rest: readonly ts.Statement[],
  locals: readonly Binding[],
  common: Pick<RingLookup, 'fn' | 'parameter' | 'key' | 'access' | 'search' | 'memo' | 'isGuarded'>,
  terms: RingTerms,
  isGuard: (s: ts.Statement) => boolean,
  file: FileContext,
): RingLookup | string {
  const unclear = 'what the look-up does with the point it finds is not clear';
  for (const binding of [...locals].reverse()) {
    const lastWrite = [binding.identifier, ...binding.writes].at(-1)!;
    const end = rest.findIndex((s) => isWithin(lastWrite, s));
    const searching = rest.slice(0, end + 1);
    const tail = rest.slice(end + 1);
    if (end < 0 || !rest.some((s) => s === binding.declaration.parent.parent) || !tail.some((s) => uses(s, binding)))
      continue;
    const kind = kindOf(binding.references.find((r) => tail.some((s) => isWithin(r, s)))!, terms, file);
    if (!kind || kind === 'nothing') continue;
    if (tail.some((s) => !isGuard(s) && touches(s, kind === 'position' && terms.keys ? [terms.keys] : terms.state)))
      return unclear;
    if (tail.some((s) => locals.some((l) => l !== binding && uses(s, l) && !isWithin(l.identifier, s)))) return unclear;
    if (searching.some((s) => !isGuard(s) && (returnsIn(s) || hasEffect(s, locals, terms, file)))) return unclear;
    const kept = readUses(binding, kind, tail, terms);
    if (!kept) return unclear;
    const guards = searching.filter((s): s is ts.IfStatement => isGuard(s));
    const isGuarded = common.isGuarded || guards.length > 0;
    const empty =
      isGuarded || kept.tests.length > 0 || kept.nodes.every((node) => isSafe(node)) ? 'undefined' : 'throws';
    return { ...common, last: searching.at(-1)!, guards, isGuarded, empty, kept };
  }
  return unclear;
}

function returnsIn(node: ts.Node): boolean {
  if (ts.isReturnStatement(node)) return true;
  return !ts.isFunctionLike(node) && (ts.forEachChild(node, returnsIn) ?? false);
}

/** Every use of the variable as a node or as a test. */
function readUses(
  binding: Binding,
  kind: 'point' | 'position' | 'node',
  tail: readonly ts.Statement[],
  { table, read }: RingTerms,
): KeptResult | undefined {
  const nodes: ts.Expression[] = [];
  const tests: ts.Identifier[] = [];
  for (const reference of binding.references) {
    if (!tail.some((s) => isWithin(reference, s))) continue;
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    const isTest =
      ts.isPrefixUnaryExpression(parent) ||
      (ts.isIfStatement(parent) && parent.expression === outer) ||
      (ts.isConditionalExpression(parent) && parent.condition === outer) ||
      (ts.isBinaryExpression(parent) &&
        /^(?:[!=]==?|&&)$/.test(parent.operatorToken.getText()) &&
        (parent.left === outer || isNothing(skipWrappers(parent.left))));
    const isRead =
      kind === 'point' && memberOf(parent) === read && (parent as ts.PropertyAccessExpression).expression === outer;
    const isGot =
      kind === 'position' &&
      ((ts.isCallExpression(parent) && parent.arguments[0] === outer && isGetOf(parent, table)) ||
        (ts.isElementAccessExpression(parent) &&
          parent.argumentExpression === outer &&
          isPart(parent.expression, [table])));
    if (isRead || isGot) nodes.push(parent as ts.Expression);
    else if (isTest) tests.push(reference);
    else if (kind === 'node') nodes.push(reference);
    else return undefined;
  }
  return { binding, nodes, tests };
}

function isGetOf(call: ts.CallExpression, table: Part): boolean {
  const callee = skipWrappers(call.expression);
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 'get' && isPart(callee.expression, [table]);
}
