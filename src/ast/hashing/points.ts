import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isFunctionNode,
  isLoop,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findMember, findPartCall, findReplacement, type Part, type RingOwner } from './parts.ts';
import { isMadeEmpty } from './upkeep.ts';

/** A statement that puts in, or takes out, all points of one node. */
export interface RingChange {
  method: 'add' | 'remove';
  main: ts.Statement;
  node: Binding;
  member: FunctionNode | undefined;
  /** A use of the points in it. */
  access: ts.Expression;
  /** Statements before it that only make the points. */
  sources: readonly ts.Statement[];
}

export interface Addition extends RingChange {
  table: Part;
  keys: Part | undefined;
  /** The member of a point that holds its node, `'1'` in a pair; undefined for a map. */
  read: string | undefined;
}

/** The points of a node put in at a use of a part. */
export function findAddition(
  part: Part,
  access: ts.Expression,
  owner: RingOwner,
  parts: readonly Part[],
  file: FileContext,
): Addition | undefined {
  const put = findPut(access, file);
  if (!put) return undefined;
  const { value, at, isBulk } = put;
  const found = ts.isIdentifier(value) ? { node: value, read: undefined } : findNodeOf(value, file);
  const node = found && findNode(found.node, file);
  if (!found || !node) return undefined;
  const { main, isLooped } = findMain(at, node);
  if (!main || !(isLooped || isBulk) || !isNamed(node, main, isBulk)) return undefined;
  const keys = found.read === undefined ? findKeys(part, main, parts) : undefined;
  if (found.read === undefined && !keys) return undefined;
  return {
    method: 'add',
    main,
    node,
    member: findMember(at, owner),
    access,
    sources: put.sources.filter((source) => !isWithin(source, main)),
    table: part,
    keys,
    read: found.read,
  };
}

interface Put {
  at: ts.Node;
  /** The point, or for a map the node. */
  value: ts.Expression;
  isBulk: boolean;
  /** The statements of the variables that it was followed through. */
  sources: ts.Statement[];
}

/** `points.push({ … })`, `points = [...points, ...made].sort(…)`, `map.set(position, node)`, `map[position] = node`. */
function findPut(access: ts.Expression, file: FileContext): Put | undefined {
  const target = findPartCall(access);
  if (target) {
    const { call, method } = target;
    if (method === 'set' && call.arguments.length === 2)
      return { at: call, value: skipWrappers(call.arguments[1]!), isBulk: false, sources: [] };
    const values = /^(?:push|unshift)$/.test(method)
      ? call.arguments
      : method === 'splice'
        ? call.arguments.slice(2)
        : [];
    const [value] = values;
    return value && values.length === 1 ? resolve(call, value, file) : undefined;
  }
  const replacement = findReplacement(access);
  if (replacement) {
    const text = access.getText();
    let right = skipWrappers(replacement.right);
    while (/^(?:sort|toSorted)$/.test(findMethodCall(right)?.method ?? '')) right = findMethodCall(right)!.receiver;
    const joined = findMethodCall(right);
    if (joined?.method === 'concat' && joined.receiver.getText() === text && joined.call.arguments[0])
      return resolve(replacement, joined.call.arguments[0], file);
    if (!ts.isArrayLiteralExpression(right)) return undefined;
    const others = right.elements.filter((e) => !(ts.isSpreadElement(e) && e.expression.getText() === text));
    return others.length === 1 && right.elements.length === 2 ? resolve(replacement, others[0]!, file) : undefined;
  }
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (!ts.isElementAccessExpression(parent) || parent.expression !== outer) return undefined;
  const write = findReplacement(parent);
  return write && { at: write, value: skipWrappers(write.right), isBulk: false, sources: [] };
}

/** Follows names, spreads and `Array.from(…, make)` to the literal of a point. */
function resolve(
  at: ts.Node,
  value: ts.Expression,
  file: FileContext,
  isBulk = false,
  sources: ts.Statement[] = [],
): Put | undefined {
  const inner = skipWrappers(ts.isSpreadElement(value) ? value.expression : value);
  if (ts.isIdentifier(inner)) {
    const declaration = file.bindingOf(inner)?.declaration;
    const initial = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    if (!initial) return undefined;
    const statement = declaration!.parent.parent;
    const more = ts.isVariableStatement(statement) ? [statement] : [];
    return resolve(at, initial, file, isBulk, [...sources, ...more]);
  }
  if (ts.isCallExpression(inner)) {
    const make = inner.arguments.map((a) => skipWrappers(a)).find((a) => isFunctionNode(a));
    const body = make && isFunctionNode(make) ? make.body : undefined;
    if (!body) return undefined;
    const returned = ts.isBlock(body) ? body.statements.at(-1) : undefined;
    const result = ts.isBlock(body)
      ? returned && ts.isReturnStatement(returned)
        ? returned.expression
        : undefined
      : (body as ts.Expression);
    return result && resolve(at, result, file, true, sources);
  }
  const isLiteral = ts.isObjectLiteralExpression(inner) || ts.isArrayLiteralExpression(inner);
  return isLiteral ? { at, value: inner, isBulk, sources } : undefined;
}

/** The node in the literal of a point. */
function findNodeOf(literal: ts.Expression, file: FileContext): { node: ts.Identifier; read: string } | undefined {
  if (ts.isObjectLiteralExpression(literal)) {
    for (const property of literal.properties) {
      const name = findPropertyName(property.name);
      const value = ts.isPropertyAssignment(property)
        ? skipWrappers(property.initializer)
        : ts.isShorthandPropertyAssignment(property)
          ? property.name
          : undefined;
      if (name !== undefined && value && ts.isIdentifier(value) && findNode(value, file))
        return { node: value, read: name };
    }
  }
  if (!ts.isArrayLiteralExpression(literal) || literal.elements.length !== 2) return undefined;
  const at = literal.elements.findIndex((e) => ts.isIdentifier(e) && findNode(e, file) !== undefined);
  return at < 0 ? undefined : { node: literal.elements[at] as ts.Identifier, read: String(at) };
}

/** A parameter, or what a loop goes over: no index. */
export function findNode(name: ts.Identifier, file: FileContext): Binding | undefined {
  const { parent } = name;
  const binding = ts.isShorthandPropertyAssignment(parent)
    ? file.bindings.find((b) => b.references.includes(name))
    : file.bindingOf(name);
  const declaration = binding?.declaration;
  if (!binding || !declaration || binding.writes.length > 0) return undefined;
  if (ts.isParameter(declaration)) {
    const call = getOutermostWrapped(declaration.parent).parent;
    if (!ts.isCallExpression(call)) return binding;
    return findMethodCall(call)?.method === 'forEach' &&
      (declaration.parent as FunctionNode).parameters[0] === declaration
      ? binding
      : undefined;
  }
  return ts.isVariableDeclaration(declaration) && ts.isForOfStatement(declaration.parent.parent) ? binding : undefined;
}

/** The outermost loop around a place that all of one node's points are made in, else its statement. */
export function findMain(at: ts.Node, node: Binding): { main: ts.Statement | undefined; isLooped: boolean } {
  const { declaration } = node;
  const scope: ts.Node = ts.isParameter(declaration) ? declaration.parent : declaration.parent.parent;
  let main: ts.Statement | undefined;
  let isLooped = false;
  for (let up: ts.Node = at; up && up !== scope; up = up.parent) {
    if (!main && ts.isStatement(up) && !ts.isBlock(up)) main = up;
    const isForEach = ts.isExpressionStatement(up) && findMethodCall(skipWrappers(up.expression))?.method === 'forEach';
    if (!isLoop(up) && !isForEach) continue;
    main = up as ts.Statement;
    isLooped = true;
  }
  return { main, isLooped };
}

/** The node is a part of the text that is hashed. */
function isNamed(node: Binding, main: ts.Statement, isBulk: boolean): boolean {
  const isInText = (reference: ts.Identifier): boolean => {
    const { parent } = getOutermostWrapped(reference);
    if (ts.isTemplateSpan(parent)) return true;
    if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.PlusToken;
    return ts.isCallExpression(parent) && !/^(?:push|set)$/.test(findMethodCall(parent)?.method ?? '');
  };
  return node.references.some((reference) => isInText(reference) && (isBulk || isWithin(reference, main)));
}

/** The list of positions that goes with a map: filled in the same loop, or made of the map's keys. */
function findKeys(table: Part, main: ts.Statement, parts: readonly Part[]): Part | undefined {
  return parts.find(
    (part) =>
      part !== table &&
      isMadeEmpty(part) &&
      part.accesses.some((access) => {
        if (isWithin(access, main) && /^(?:push|splice|unshift)$/.test(findPartCall(access)?.method ?? '')) return true;
        const right = findReplacement(access)?.right;
        return right !== undefined && table.accesses.some((other) => isWithin(other, right));
      }),
  );
}
