import type { Binding, FileContext } from '../../model/file-context.ts';
import type { Related } from '../../model/rule.ts';
import { neverRejects } from '../io/cannot-fail.ts';
import { type FunctionNode, isAssignment, isFunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { handlingWithFlags } from './owning-flag.ts';
import { releasesInside } from './releases-inside.ts';

/** A way out of a function on which something acquired is still held. */
export interface Leak {
  outcome: 'throw' | 'return' | 'end';
  /** What may throw, the `return`, or the function. */
  at: ts.Node;
}

/** How to tell what happens to the thing held. */
export interface Handling {
  /** The expression that acquires it; undefined where the function is handed it. */
  acquire: ts.Node | undefined;
  /** Whether a node ends it, or hands it to someone else for good. */
  isRelease(node: ts.Node): boolean;
  /**
   * Whether a condition asks if it was acquired at all (`if (client)`); its other branch is taken to hold nothing.
   * `isOfRelease`: a branch releases it.
   */
  isGuard(condition: ts.Expression, isOfRelease: boolean): boolean;
  /** Whether such a condition holds when nothing was acquired. Default: `!client`, `client == null`. */
  isAbsence?(condition: ts.Expression): boolean;
  /** Whether a condition asks by another name if it was acquired (`if (isOwn)`): it is held where it is released. */
  isFlag?(condition: ts.Expression): boolean;
  /** Whether a condition asks a flag that is set until what is held is handed on, see `owning-flag.ts`. */
  isOwning?(condition: ts.Expression): boolean;
  /** Whether a node can throw while it is held. Default: `throw`, `yield`, and `await` of what can reject. */
  canThrow?(node: ts.Node): boolean;
}

type Held = ts.Node | undefined;

/** Where control goes, and what may throw with the thing still held on the way there. */
interface Flow {
  /** Reaches the next statement holding, or free. */
  held: boolean;
  free: boolean;
  thrown: Held;
  thrownFree: boolean;
  returned: Held;
  broken: boolean;
}

/**
 * Follows a function's statements from start to end and answers on which outcomes what it acquires is not released:
 * `finally`, `catch`, early returns, branches and loops (run once or not at all) are seen; nested functions are not.
 */
export function findLeaks(fn: FunctionNode, handling: Handling, file: FileContext): Leak[] {
  if (!fn.body) return [];
  const walker = new Walker(handlingWithFlags(fn, handling, file), file);
  const start: State = { held: !handling.acquire, free: handling.acquire !== undefined };
  const flow = ts.isBlock(fn.body) ? walker.list(fn.body.statements, start) : walker.expression(fn.body, start);
  const leaks: Leak[] = [];
  if (flow.thrown) leaks.push({ outcome: 'throw', at: flow.thrown });
  if (flow.returned) leaks.push({ outcome: 'return', at: flow.returned });
  if (flow.held) leaks.push({ outcome: 'end', at: fn });
  return leaks;
}

/** Whether a node may throw, where nothing else is said: `yield`, and `await` of what can reject. */
export function mayThrow(node: ts.Node, file: FileContext): boolean {
  return ts.isAwaitExpression(node) ? !neverRejects(node.expression, file) : ts.isYieldExpression(node);
}

/**
 * Whether a condition asks if what a binding holds is there at all, or has ended: `if (client)`, `if (handle.closed)`;
 * `if (archive.size === 0)` asks something else, unless its branch is the one that releases: `if (!client.isLent)`.
 */
export function asksForHeld({ references }: Binding, condition: ts.Node, isOfRelease: boolean): boolean {
  return references.some((reference) => {
    if (!isWithin(reference, condition)) return false;
    const { parent } = reference;
    if (isOfRelease || !ts.isPropertyAccessExpression(parent) || parent.expression !== reference) return true;
    return parent.questionDotToken !== undefined || stateName.test(parent.name.text);
  });
}

const stateName = /clos|end|destroy|dispos|releas|connect|active|open|alive|state|ready|valid|exit|kill|abort/i;

interface State {
  held: boolean;
  free: boolean;
}

const nothing: Flow = {
  held: false,
  free: false,
  thrown: undefined,
  thrownFree: false,
  returned: undefined,
  broken: false,
};

/**
 * `if (errors.length > 0) await transaction.rollback(); … if (errors.length > 0) { … } else await transaction.commit();`: what
 * the first of two statements with one condition has ended is not held where that holds again.
 */
function endsUnderSameCondition({ expression, parent }: ts.IfStatement, handling: Handling): boolean {
  if (!ts.isBlock(parent)) return false;
  const condition = expression.getText();
  return parent.statements.some(
    (earlier) =>
      ts.isIfStatement(earlier) &&
      earlier.end < expression.pos &&
      earlier.expression.getText() === condition &&
      releasesInside(earlier.thenStatement, handling),
  );
}

/** What stands before a statement: what was thrown before it is no matter of a `try` that it stands in. */
function begin({ held, free }: State): Flow {
  return { ...nothing, held, free };
}

function join(a: Flow, b: Flow): Flow {
  return {
    held: a.held || b.held,
    free: a.free || b.free,
    thrown: a.thrown ?? b.thrown,
    thrownFree: a.thrownFree || b.thrownFree,
    returned: a.returned ?? b.returned,
    broken: a.broken || b.broken,
  };
}

class Walker {
  readonly #handling: Handling;
  readonly #file: FileContext;

  constructor(handling: Handling, file: FileContext) {
    this.#handling = handling;
    this.#file = file;
  }

  list(statements: readonly ts.Statement[], state: State): Flow {
    let flow: Flow = begin(state);
    for (const statement of statements) {
      if (!flow.held && !flow.free) break;
      const next = this.statement(statement, flow);
      flow = {
        ...join({ ...flow, held: false, free: false }, { ...next, held: false, free: false }),
        held: next.held,
        free: next.free,
      };
    }
    return flow;
  }

  statement(statement: ts.Statement, state: State): Flow {
    if (ts.isBlock(statement)) return this.list(statement.statements, state);
    if (ts.isTryStatement(statement)) return this.#try(statement, state);
    if (ts.isIfStatement(statement)) return this.#if(statement, state);
    if (ts.isReturnStatement(statement)) {
      const flow = statement.expression ? this.expression(statement.expression, state) : begin(state);
      return { ...flow, held: false, free: false, returned: flow.held ? statement : undefined };
    }
    if (ts.isThrowStatement(statement)) {
      const flow = this.expression(statement.expression, state);
      return { ...nothing, thrown: flow.held ? statement : undefined, thrownFree: flow.free };
    }
    if (ts.isBreakStatement(statement) || ts.isContinueStatement(statement)) {
      return { ...begin(state), broken: true };
    }
    if (ts.isSwitchStatement(statement)) {
      let flow = this.expression(statement.expression, state);
      const entered: State = flow;
      for (const clause of statement.caseBlock.clauses) flow = join(flow, this.list(clause.statements, entered));
      return flow;
    }
    if (ts.isIterationStatement(statement, false)) return this.#loop(statement, state);
    if (ts.isLabeledStatement(statement)) return this.statement(statement.statement, state);
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return begin(state);
    return this.expression(statement, state);
  }

  #if(statement: ts.IfStatement, state: State): Flow {
    const before = this.expression(statement.expression, state);
    const rest = { ...before, held: false, free: false };
    const isGuard =
      before.held && this.#handling.isGuard(statement.expression, releasesInside(statement, this.#handling));
    const negated = isGuard && (this.#handling.isAbsence ?? isAbsence)(statement.expression);
    const free: State = { held: false, free: true };
    const isAsked = isLatched(statement) || isSetWithRelease(statement, this.#handling, this.#file);
    const isOwned = this.#handling.isOwning?.(statement.expression);
    if (before.held && (isAsked || isOwned) && releasesInside(statement.thenStatement, this.#handling))
      return join(rest, join(this.statement(statement.thenStatement, before), { ...nothing, ...free }));
    if (before.held && !isGuard && this.#handling.isFlag?.(statement.expression)) {
      const releases = (branch: ts.Statement | undefined): boolean =>
        branch !== undefined && releasesInside(branch, this.#handling);
      const inThen = releases(statement.thenStatement);
      if (inThen !== releases(statement.elseStatement)) {
        const held: State = { held: true, free: false };
        const whenTrue = this.statement(statement.thenStatement, inThen ? held : free);
        const whenFalse = statement.elseStatement
          ? this.statement(statement.elseStatement, inThen ? free : held)
          : { ...nothing, ...free };
        return join(rest, join(whenTrue, whenFalse));
      }
    }
    const isEnded = before.held && before.free && endsUnderSameCondition(statement, this.#handling);
    const whenTrue = this.statement(statement.thenStatement, negated || isEnded ? free : before);
    const whenFalse = statement.elseStatement
      ? this.statement(statement.elseStatement, isGuard && !negated ? free : before)
      : { ...nothing, ...(isGuard && !negated ? free : { held: before.held, free: before.free }) };
    return join(rest, join(whenTrue, whenFalse));
  }

  #loop(statement: ts.IterationStatement, state: State): Flow {
    let flow: Flow = begin(state);
    for (const part of loopHeads(statement))
      flow = join({ ...flow, held: false, free: false }, this.expression(part, flow));
    const once = this.statement(statement.statement, flow);
    // What the first round acquires is held through the second.
    const body = once.held && !flow.held ? join(once, this.statement(statement.statement, once)) : once;
    // What is acquired and released in the body is judged in the body; what was held before may be released in it.
    const isEndless = ts.isWhileStatement(statement) && statement.expression.kind === ts.SyntaxKind.TrueKeyword;
    if (isEndless) return body.broken ? body : { ...body, held: false, free: false };
    return runsAtLeastOnce(statement, this.#file) ? body : join(flow, body);
  }

  #try(statement: ts.TryStatement, state: State): Flow {
    const body = this.list(statement.tryBlock.statements, state);
    let flow = body;
    if (statement.catchClause) {
      const caught = this.list(statement.catchClause.block.statements, {
        held: body.thrown !== undefined,
        free: body.thrownFree || body.thrown === undefined,
      });
      flow = join({ ...body, thrown: undefined, thrownFree: false }, caught);
    }
    if (!statement.finallyBlock) return flow;
    const last = (held: boolean): Flow => this.list(statement.finallyBlock!.statements, { held, free: !held });
    const afterHeld = last(true);
    const afterFree = last(false);
    const throughFinally = (at: Held): Held => (at && afterHeld.held ? at : undefined);
    return {
      held: flow.held ? afterHeld.held : false,
      free: (flow.free && afterFree.free) || (flow.held && afterHeld.free),
      thrown: throughFinally(flow.thrown) ?? (flow.held ? afterHeld.thrown : undefined),
      thrownFree: flow.thrownFree || (flow.thrown !== undefined && afterHeld.free),
      returned: throughFinally(flow.returned) ?? afterHeld.returned,
      broken: flow.broken,
    };
  }

  /** An expression or a plain statement: what it acquires, releases and may throw, in source order. */
  expression(root: ts.Node, state: State): Flow {
    let { held, free } = state;
    let thrown: Held;
    let thrownFree = false;
    const visit = (node: ts.Node): void => {
      if (isFunctionNode(node) && node !== root) {
        // A callback that releases (`.finally(() => c.release())`, `.then(release, release)`) is taken to run.
        if (held && releasesInside(node, this.#handling)) {
          held = false;
          free = true;
        }
        return;
      }
      if (ts.isClassLike(node)) return;
      ts.forEachChild(node, visit);
      if (held && this.#handling.isRelease(node)) {
        held = false;
        free = true;
        return;
      }
      if (this.#canThrow(node)) {
        if (held && thrown === undefined && !isReleaseAround(node, this.#handling)) thrown = node;
        if (free) thrownFree = true;
      }
      const { acquire } = this.#handling;
      if (acquire && isWithin(acquire, node) && node.end === acquire.end && node.pos === acquire.pos) {
        held = true;
        free = false;
      }
    };
    visit(root);
    return { ...nothing, held, free, thrown, thrownFree };
  }

  #canThrow(node: ts.Node): boolean {
    return this.#handling.canThrow ? this.#handling.canThrow(node) : mayThrow(node, this.#file);
  }
}

function loopHeads(statement: ts.IterationStatement): ts.Node[] {
  if (ts.isForStatement(statement)) return [statement.initializer, statement.condition].filter((n) => n !== undefined);
  if (ts.isForOfStatement(statement) || ts.isForInStatement(statement)) return [statement.expression];
  return [(statement as ts.WhileStatement).expression];
}

/** `do … while`, and `let isOpen = true; while (isOpen)` where nothing but the loop writes it. */
function runsAtLeastOnce(statement: ts.IterationStatement, file: FileContext): boolean {
  if (ts.isDoStatement(statement)) return true;
  return ts.isWhileStatement(statement) && isTrueAtFirst(statement.expression, statement, file);
}

function isTrueAtFirst(condition: ts.Expression, loop: ts.WhileStatement, file: FileContext): boolean {
  const at = skipWrappers(condition);
  if (ts.isBinaryExpression(at)) {
    if (at.operatorToken.kind !== ts.SyntaxKind.BarBarToken) return false;
    return isTrueAtFirst(at.left, loop, file) || isTrueAtFirst(at.right, loop, file);
  }
  const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  if (!binding || !ts.isVariableDeclaration(binding.declaration)) return false;
  const isTrue = binding.declaration.initializer?.kind === ts.SyntaxKind.TrueKeyword;
  return isTrue && binding.writes.every((write) => write === binding.identifier || isWithin(write, loop));
}

/** `if (!released) { released = true; … }`: where it does not run, it has run before. */
function isLatched({ expression, thenStatement }: ts.IfStatement): boolean {
  const asked = skipWrappers(expression);
  if (!ts.isPrefixUnaryExpression(asked) || asked.operator !== ts.SyntaxKind.ExclamationToken) return false;
  const flag = skipWrappers(asked.operand);
  if (!ts.isIdentifier(flag) || !ts.isBlock(thenStatement)) return false;
  return thenStatement.statements.some((statement) => {
    if (!ts.isExpressionStatement(statement)) return false;
    const set = statement.expression;
    return (
      isAssignment(set) &&
      ts.isIdentifier(set.left) &&
      set.left.text === flag.text &&
      set.right.kind === ts.SyntaxKind.TrueKeyword
    );
  });
}

/** `if (!released) client.release();`, where all that sets the name does so beside a release: where it does not run, that has run. */
function isSetWithRelease({ expression }: ts.IfStatement, handling: Handling, file: FileContext): boolean {
  const asked = skipWrappers(expression);
  if (!ts.isPrefixUnaryExpression(asked) || asked.operator !== ts.SyntaxKind.ExclamationToken) return false;
  const flag = skipWrappers(asked.operand);
  const { writes = [], declaration } = (ts.isIdentifier(flag) && file.bindingOf(flag)) || {};
  const isFlag = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
  const later = writes.filter((write) => write.parent !== declaration);
  if (!isFlag || isFlag.kind !== ts.SyntaxKind.FalseKeyword || later.length === 0) return false;
  return later.every(({ parent }) => {
    const block = parent.parent.parent;
    if (!isAssignment(parent) || parent.right.kind !== ts.SyntaxKind.TrueKeyword || !ts.isBlock(block)) return false;
    return block.statements.some((statement) => releasesInside(statement, handling));
  });
}

/** `!client`, `client == null`: nothing is held. `!client.isReleased` asks something else. */
export function isAbsence(condition: ts.Expression): boolean {
  const at = skipWrappers(condition);
  if (ts.isPrefixUnaryExpression(at)) {
    return at.operator === ts.SyntaxKind.ExclamationToken && ts.isIdentifier(skipWrappers(at.operand));
  }
  if (!ts.isBinaryExpression(at)) return false;
  const { kind } = at.operatorToken;
  return kind === ts.SyntaxKind.EqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsEqualsToken;
}

/** `await client.release()` is a release, not something that throws while the client is held. */
function isReleaseAround(node: ts.Node, handling: Handling): boolean {
  return ts.isAwaitExpression(node) && handling.isRelease(skipWrappers(node.expression));
}

/** The place to show of the ways on which something stays: the first that is not the end of the function. */
export function placesOfLeaks(leaks: readonly Leak[]): Related[] {
  return leaks
    .filter(({ outcome }) => outcome !== 'end')
    .slice(0, 1)
    .map(({ outcome, at }) => ({
      at,
      note: outcome === 'throw' ? 'may throw while it is held' : 'returns while it is held',
    }));
}
