import type { FileContext } from '../../model/file-context.ts';
import { findMethodAround } from '../life/end-of-life.ts';
import { isPlatform } from '../life/host-made.ts';
import { type ClassShape, classShape, type OwnerNode } from '../names/class-shape.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  getOutermostWrapped,
  hasModifier,
  isAssignment,
  isClassNode,
  isHiddenMethod,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from './conditions.ts';
import { frequencyOf } from './where.ts';

const singletonDecorator =
  /^(?:Injectable|Service|Controller|Resolver|singleton|Singleton|injectable|Module|Gateway|WebSocketGateway|Processor|Global)$/;

/** Angular's root component, by its selector or its name: its page begins and ends with it. */
const rootSelector = /\bselector:\s*['"](?:[\w-]+-)?root(?:-[\w-]+)?['"]/;
const rootName = /^(?:App|Root|AppRoot)Component$/;

/** Whether there is one instance a process: a framework service, `getInstance`, or `new` once at module level only. */
export function isSingleton(owner: OwnerNode, file: FileContext): boolean {
  if (ts.isObjectLiteralExpression(owner)) return frequencyOf(owner, file) === 'once';
  if (isClassNode(owner)) {
    const decorators = ts.getDecorators(owner) ?? [];
    const names = decorators.map((d) =>
      findMemberPath(ts.isCallExpression(d.expression) ? d.expression.expression : d.expression)?.at(-1),
    );
    if (names.some((name) => name !== undefined && singletonDecorator.test(name))) return true;
    if (decorators.some((decorator) => rootSelector.test(decorator.getText()))) return true;
    if (names.includes('Component') && rootName.test(owner.name?.text ?? '')) return true;
    const shape = classShape(owner, file);
    if ([...shape.methods.keys()].some((name) => /^(?:getInstance|instance|getSharedInstance|shared)$/.test(name)))
      return true;
    if ([...shape.fields.values()].some((f) => f.isStatic && /^_*(?:instance|shared|singleton)$/i.test(f.name)))
      return true;
    if (isMadeByItselfOnce(owner, file) || isPlatform(owner, file)) return true;
  }
  const name = owner.name ?? holderName(owner);
  const binding = name && file.bindingOf(name);
  if (!binding) return false;
  const creations = binding.references.filter((r) => ts.isNewExpression(r.parent) && r.parent.expression === r);
  return creations.length > 0 && creations.every((r) => frequencyOf(r, file) === 'once');
}

/** What a process or a page runs as a whole: there is one of it, whoever makes it. */
const wholeName = /^(?:App|Application|Main|Tracker|Analytics|Telemetry|SDK|Sdk)$/;

/** Whether a class is by its name the whole that a process or a page runs. */
export function isWholeByName({ name }: ClassShape): boolean {
  return wholeName.test(name);
}

function holderName(owner: ts.Node): ts.Identifier | undefined {
  const { parent } = getOutermostWrapped(owner);
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name : undefined;
}

/**
 * Whether something starts once a process, with the only instance that a class makes of itself: in its constructor, or
 * in a private method that only the constructor calls. An end of such an instance is that of the process.
 */
export function startsWithOnlyInstance(node: ts.Node, shape: ClassShape, file: FileContext): boolean {
  const { constructorNode } = shape;
  if (!constructorNode || !isClassNode(shape.node)) return false;
  const isOfConstructor = (at: ts.Node, hops: number): boolean => {
    const method = findMethodAround(at, shape);
    if (method === constructorNode || method === undefined) return method !== undefined;
    const calls = listCallsOf(method, file);
    return hops < 3 && isHiddenMethod(method) && calls.length === 1 && isOfConstructor(calls[0]!, hops + 1);
  };
  return isOfConstructor(node, 0) && isMadeByItselfOnce(shape.node, file);
}

/** A private constructor, and a class that {@link keepsItsOnly}. */
function isMadeByItselfOnce(cls: ClassNode, file: FileContext): boolean {
  const { constructorNode } = classShape(cls, file);
  if (!constructorNode || !hasModifier(constructorNode, ts.SyntaxKind.PrivateKeyword)) return false;
  return keepsItsOnly(cls, file);
}

/** One `new` of the class in its file, in a static method that first asks whether it has made one, and keeps it for good. */
export function keepsItsOnly(cls: ClassNode, file: FileContext): boolean {
  const creations = file.nodes('NewExpression').filter((node) => isOf(skipWrappers(node.expression), cls, file));
  const [creation] = creations;
  const method = creation && findEnclosingFunction(creation);
  if (creations.length !== 1 || !creation || method?.parent !== cls) return false;
  if (!hasModifier(method, ts.SyntaxKind.StaticKeyword)) return false;
  const field = findGuardingField(creation, method, cls, file);
  if (field === undefined) return false;
  const writes = file
    .nodes('BinaryExpression')
    .filter((node) => isKeeping(node) && staticField(node.left, cls, file) === field);
  return writes.length > 0 && writes.every((write) => isWithin(write, method));
}

/** The static field that is asked before: `if (!X.only)`, `X.only ??= new X()`, `X.only || (X.only = new X())`. */
function findGuardingField(
  creation: ts.NewExpression,
  method: FunctionNode,
  cls: ClassNode,
  file: FileContext,
): string | undefined {
  const { parent } = getOutermostWrapped(creation);
  if (ts.isBinaryExpression(parent) && isKeeping(parent) && parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
    return staticField(parent.left, cls, file);
  for (let at: ts.Node = creation; at !== method; at = at.parent) {
    if (!ts.isBinaryExpression(at.parent) || at.parent.right !== at) continue;
    const { kind } = at.parent.operatorToken;
    if (kind === ts.SyntaxKind.QuestionQuestionToken) return staticField(at.parent.left, cls, file);
  }
  for (const condition of listConditionsOn(creation, method, file)) {
    const field = staticField(askedBy(condition), cls, file);
    if (field !== undefined) return field;
  }
  return undefined;
}

/** `x` of `!x`, `x === undefined`, `x == null` and `x` itself. */
function askedBy(condition: ts.Expression): ts.Expression {
  const at = skipWrappers(condition);
  if (ts.isPrefixUnaryExpression(at)) return askedBy(at.operand);
  return ts.isBinaryExpression(at) && /^(?:undefined|null)$/.test(at.right.getText()) ? askedBy(at.left) : at;
}

function isKeeping(node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  const isIfUnset = kind === ts.SyntaxKind.QuestionQuestionEqualsToken || kind === ts.SyntaxKind.BarBarEqualsToken;
  return isAssignment(node) || isIfUnset;
}

/** `only` of `X.only`, and of `this.only` in a static method. */
function staticField(expression: ts.Expression, cls: ClassNode, file: FileContext): string | undefined {
  const at = skipWrappers(expression);
  if (!ts.isPropertyAccessExpression(at)) return undefined;
  return isOf(skipWrappers(at.expression), cls, file) ? findMemberName(at) : undefined;
}

function isOf(expression: ts.Expression, cls: ClassNode, file: FileContext): boolean {
  if (expression.kind === ts.SyntaxKind.ThisKeyword) {
    const fn = findEnclosingFunction(expression);
    return fn?.parent === cls && hasModifier(fn, ts.SyntaxKind.StaticKeyword);
  }
  return ts.isIdentifier(expression) && file.bindingOf(expression)?.declaration === cls;
}
