import { findDisposer, findMethodAround } from '../../src/ast/life/end-of-life.ts';
import type { ClassShape } from '../../src/ast/names/class-shape.ts';
import { type FunctionNode, isClassNode, nameOfFunction } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { FixSafety, PartEnd, TextEdit } from '../../src/model/fixer.ts';
import { endBeforeDelete, endBeforeNext } from './end-dropped-part.ts';
import { findHolding, type Holding, isHandedOut } from './find-holding.ts';
import { freeName } from './free-name.ts';
import { insertAtFunctionStart } from './insert-at-function-start.ts';
import { insertClassMember } from './insert-class-member.ts';
import { isEndedIn } from './is-ended-in.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { findStatement } from './statement-of.ts';

/** What ends the parts that a file makes. */
export interface EndedParts {
  edits: TextEdit[];
  /** The methods that end them now, `Gateway.close`. */
  where: string[];
  /** Classes that keep a part and have no end themselves; they got a `dispose()` when `mayGive` allowed it. */
  given: string[];
  /** Offsets of the `new` expressions whose parts nothing ends. */
  left: number[];
}

/**
 * Calls the method that ends a part in the method that ends its owner, and where the owner drops it earlier.
 *
 * @param at offsets of the `new` expressions that make the parts
 * @param safety `safe` leaves out the parts whose end may do more there than stop what they started
 * @param mayGive whether an owner without an end gets a `dispose()`; asked for each
 */
export function endParts(
  at: readonly number[],
  end: PartEnd,
  file: FileContext,
  safety: FixSafety,
  mayGive: (owner: string) => boolean,
): EndedParts {
  const ended: EndedParts = { edits: [], where: [], given: [], left: [] };
  const calls = new Map<FunctionNode, string[]>();
  const gifts = new Map<ClassShape, string[]>();
  const seen = new Set<unknown>();
  for (const made of file.nodes('NewExpression')) {
    const start = made.getStart(file.source);
    if (!at.includes(start)) continue;
    const holding = findHolding(made, file);
    if (!holding) {
      ended.left.push(start);
      continue;
    }
    const key = holding.kind === 'variable' ? holding.binding : holding.field;
    const disposer = findDisposer(holding.kind === 'variable' ? holding.disposers : holding.shape.disposers, undefined);
    const isSure = end.isNew && !isHandedOut(holding) && !(disposer && mayStartAgain(disposer, holding, made));
    if (safety === 'safe' && !isSure) {
      ended.left.push(start);
      continue;
    }
    const isFirst = !seen.has(key);
    seen.add(key);
    if (holding.kind === 'field') ended.edits.push(...endBeforeNext(made, holding, end, file));
    if (!isFirst) continue;
    const call = callOf(holding, end, file);
    if (disposer) {
      if (isEndedIn(disposer, holding, end, file)) continue;
      calls.set(disposer, [...(calls.get(disposer) ?? []), call]);
      ended.where.push(nameOf(holding, disposer));
    } else if (holding.kind !== 'variable' && canBeGiven(holding.shape) && mayGive(holding.shape.name)) {
      gifts.set(holding.shape, [...(gifts.get(holding.shape) ?? []), call]);
    } else {
      ended.left.push(start);
      continue;
    }
    if (holding.kind === 'collection' && holding.values === 'map')
      ended.edits.push(...endBeforeDelete(holding, end, file));
  }
  for (const [disposer, code] of calls)
    ended.edits.push(...(insertAtFunctionStart(disposer, code.join('\n'), file) ?? []));
  for (const [shape, code] of gifts) {
    const result = isTypeScriptFile(file) ? ': void' : '';
    const body = code.map((line) => `  ${line}`).join('\n');
    ended.edits.push(
      insertClassMember(shape.node as ts.ClassDeclaration, `dispose()${result} {\n${body}\n}`, 'end', file),
    );
    ended.given.push(shape.name);
    ended.where.push(`${shape.name}.dispose`);
  }
  return ended;
}

function nameOf(holding: Holding, disposer: FunctionNode): string {
  const name = nameOfFunction(disposer);
  return holding.kind === 'variable' ? name : `${holding.shape.name}.${name}`;
}

/** The statement that ends what a holding keeps. */
function callOf(holding: Holding, { owner, method }: PartEnd, file: FileContext): string {
  if (holding.kind === 'variable') return `${holding.binding.name}.${method}();`;
  const target = `this.${holding.field.name}`;
  if (holding.kind === 'field') return `${target}${mayBeMissing(holding, file) ? '?' : ''}.${method}();`;
  const part = freeName(owner.charAt(0).toLowerCase() + owner.slice(1), file);
  const values = { map: `${target}.values()`, list: target, object: `Object.values(${target})` }[holding.values];
  return `for (const ${part} of ${values}) ${part}.${method}();`;
}

/** A field that is set later than the instance is made, or not always. */
function mayBeMissing({ shape, field }: Extract<Holding, { kind: 'field' }>, file: FileContext): boolean {
  const { declaration, types, values } = field;
  if (declaration?.questionToken) return true;
  if ([...types, ...values].some((node) => /\b(?:undefined|null)\b/.test(node.getText(file.source)))) return true;
  const isInitial = declaration !== undefined && 'initializer' in declaration && declaration.initializer !== undefined;
  return !isInitial && !values.some((value) => isInConstructorBody(value, shape));
}

function isInConstructorBody(node: ts.Node, shape: ClassShape): boolean {
  const statement = findStatement(node);
  const body = shape.constructorNode?.body;
  return statement !== undefined && body !== undefined && statement.parent === body;
}

/** The owner goes on after such an end, and a part made with the owner would not. */
function mayStartAgain(disposer: FunctionNode, holding: Holding, made: ts.Node): boolean {
  if (holding.kind === 'variable') return false;
  const twins: Record<string, string> = { stop: 'start', close: 'open', disconnect: 'connect', end: 'begin' };
  const twin = twins[nameOfFunction(disposer)];
  if (twin === undefined || !holding.shape.methods.has(twin)) return false;
  const method = findMethodAround(made, holding.shape);
  return method === undefined || method !== holding.shape.methods.get(twin);
}

function canBeGiven({ node, methods, fields }: ClassShape): boolean {
  if (!isClassNode(node) || node.name === undefined || methods.has('dispose') || fields.has('dispose')) return false;
  return !node.heritageClauses?.some((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword);
}
