import type { FileContext } from '../../model/file-context.ts';
import { classShape } from '../names/class-shape.ts';
import { findFunctionOfBinding } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  isClassNode,
  isFunctionNode,
  isLoop,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isPart } from './effects.ts';
import { type Part, type RingOwner, uses } from './parts.ts';
import type { RingChange } from './points.ts';

interface Asked {
  owner: RingOwner;
  state: readonly Part[];
  changes: readonly RingChange[];
}

/** Whether a search reads more than the points, its key and what the points are made by: health, load, other nodes. */
export function asksForMore(
  search: readonly ts.Node[],
  fn: FunctionNode,
  { owner, state, changes }: Asked,
  file: FileContext,
): boolean {
  const mains = changes.map(({ main }) => main);
  const seen = new Set<ts.Node>();
  const inHelper = (helper: FunctionNode | undefined): boolean => {
    if (!helper?.body) return true;
    // What hashes a text has been read where points are made; a search of the points is read here.
    const isSearch = state.some(({ accesses }) => accesses.some((access) => isWithin(access, helper)));
    if (!isSearch || seen.has(helper)) return false;
    seen.add(helper);
    return visit(helper.body, helper);
  };
  const isMade = (text: string): boolean =>
    mains.some((main) => new RegExp(`(?<![\\w$])${escaped(text)}(?![\\w$])`).test(main.getText()));
  const visit = (node: ts.Node, scope: FunctionNode): boolean => {
    if (ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword) {
      if (isPart(node, state) || isMade(node.getText())) return false;
      const isCalled = ts.isCallExpression(node.parent) && node.parent.expression === node;
      const method = isCalled && isClassNode(owner) ? classShape(owner, file).methods.get(node.name.text) : undefined;
      return inHelper(method);
    }
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
      const binding = file.bindingOf(node);
      if (!binding || isWithin(binding.identifier, scope) || isPart(node, state) || isMade(node.text)) return false;
      const { declaration } = binding;
      if (ts.isVariableDeclaration(declaration) && declaration.initializer) {
        const value = skipWrappers(declaration.initializer);
        if (ts.isNumericLiteral(value)) return false;
      }
      if (ts.isTypeNode(parent) || ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration))
        return false;
      return inHelper(findFunctionOfBinding(binding));
    }
    return ts.forEachChild(node, (child) => visit(child, scope)) ?? false;
  };
  return search.some((node) => visit(node, fn));
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}

/** Whether how many points a node gets, or which, depends on the node: it has a weight. */
export function hasWeights({ main, node, member }: RingChange, state: readonly Part[], file: FileContext): boolean {
  const own = file.bindings.filter(
    ({ declaration }) =>
      ts.isVariableDeclaration(declaration) &&
      member !== undefined &&
      isWithin(declaration, member) &&
      !isWithin(declaration, main) &&
      declaration.initializer !== undefined &&
      uses(declaration.initializer, node),
  );
  const isOfNode = (part: ts.Node): boolean => uses(part, node) || own.some((one) => uses(part, one));
  const limits: ts.Node[] = [];
  const visit = (at: ts.Node): void => {
    if (ts.isForStatement(at)) limits.push(...[at.initializer, at.condition].filter((one) => one !== undefined));
    else if (ts.isWhileStatement(at) || ts.isDoStatement(at) || ts.isForOfStatement(at)) limits.push(at.expression);
    else if (ts.isIfStatement(at) && !isAboutPoints(at.expression, state)) limits.push(at.expression);
    else if (
      ts.isCallExpression(at) &&
      !/ort\b/.test(calleeName(at)) &&
      at.arguments.some((a) => isFunctionNode(skipWrappers(a)))
    ) {
      limits.push(at.expression, ...at.arguments.filter((a) => !isFunctionNode(skipWrappers(a))));
    }
    ts.forEachChild(at, visit);
  };
  visit(main);
  for (const { declaration } of own) visit(declaration);
  return limits.some((limit) => isOfNode(limit)) || tests(main, state).length > 0;
}

function isAboutPoints(test: ts.Expression, state: readonly Part[]): boolean {
  return state.some(({ accesses }) => accesses.some((access) => isWithin(access, test)));
}

/** Conditions on other fields: some points are left out. */
function tests(main: ts.Node, state: readonly Part[]): ts.Expression[] {
  const found: ts.Expression[] = [];
  const visit = (at: ts.Node): void => {
    if (ts.isIfStatement(at) && /\bthis\./.test(at.expression.getText()) && !isAboutPoints(at.expression, state))
      found.push(at.expression);
    ts.forEachChild(at, visit);
  };
  if (isLoop(main)) visit(main);
  return found;
}
