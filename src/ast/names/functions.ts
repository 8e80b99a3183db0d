import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  type ClassNode,
  type FunctionNode,
  findMemberPath,
  findPropertyName,
  findThisClass,
  getOutermostWrapped,
  hasModifier,
  isAssignment,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const functionKinds = [
  ts.SyntaxKind.ArrowFunction,
  ts.SyntaxKind.Constructor,
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.FunctionExpression,
  ts.SyntaxKind.GetAccessor,
  ts.SyntaxKind.MethodDeclaration,
  ts.SyntaxKind.SetAccessor,
] as const;

interface FunctionTable {
  list: readonly FunctionNode[];
  ordinal: ReadonlyMap<FunctionNode, number>;
}

function buildFunctionTable(_: ts.SourceFile, file: FileContext): FunctionTable {
  const list = functionKinds
    .flatMap((kind) => file.nodesOfKind(kind) as readonly FunctionNode[])
    .filter((fn) => fn.body !== undefined)
    .sort((a, b) => a.pos - b.pos || b.end - a.end);
  return { list, ordinal: new Map(list.map((fn, i) => [fn, i])) };
}

/** Whether a function stands where it is handed to a call: a callback, not kept under a name. */
export function isInlineCallback(fn: FunctionNode): boolean {
  const { parent } = getOutermostWrapped(fn);
  return ts.isCallExpression(parent) || ts.isNewExpression(parent);
}

/** Every function with a body, in source order. A function's place in this list is its ordinal in the file's summary. */
export function listFunctions(file: FileContext): readonly FunctionNode[] {
  return file.memo(buildFunctionTable, file.source).list;
}

/** The ordinal of a function in {@link listFunctions}. */
export function ordinalOf(fn: FunctionNode, file: FileContext): number {
  return file.memo(buildFunctionTable, file.source).ordinal.get(fn) ?? -1;
}

/** The function that a name stands for in this file: a declaration, or a variable that holds one for good (also behind a wrapper call such as `memo(fn)` it does not see through). */
export function findFunctionOfBinding(binding: Binding): FunctionNode | undefined {
  const { declaration } = binding;
  if (isFunctionNode(declaration)) return declaration;
  if (ts.isVariableDeclaration(declaration) && declaration.initializer && isNeverReassigned(binding)) {
    const value = skipWrappers(declaration.initializer);
    if (isFunctionNode(value)) return value;
  }
  return undefined;
}

/** As {@link findFunctionOfBinding}, and for a `let` each function that is assigned to it. */
export function listFunctionsOfBinding(binding: Binding): readonly FunctionNode[] {
  const only = findFunctionOfBinding(binding);
  if (only) return [only];
  const { declaration, writes } = binding;
  const first = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const assigned = writes.flatMap(({ parent }) => (ts.isBinaryExpression(parent) ? [parent.right] : []));
  return [...(first ? [first] : []), ...assigned].flatMap((value): FunctionNode[] => {
    const fn = skipWrappers(value);
    return isFunctionNode(fn) ? [fn] : [];
  });
}

function isNeverReassigned({ kind, writes }: Binding): boolean {
  return kind === 'const' || ((kind === 'let' || kind === 'var') && writes.length === 0);
}

/** The function that an expression is or names, within this file: inline, by name, `this.method` of a class, `x.bind(this)`. */
export function findFunctionValue(expression: ts.Expression, file: FileContext): FunctionNode | undefined {
  const value = skipWrappers(expression);
  if (isFunctionNode(value)) return value;
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    return binding && findFunctionOfBinding(binding);
  }
  if (ts.isCallExpression(value)) {
    const callee = skipWrappers(value.expression);
    if (ts.isPropertyAccessExpression(callee) && callee.name.text === 'bind') {
      return findFunctionValue(callee.expression, file);
    }
    return undefined;
  }
  const isOwn = ts.isPropertyAccessExpression(value) && value.expression.kind === ts.SyntaxKind.ThisKeyword;
  const cls = isOwn ? findThisClass(value) : undefined;
  return cls && file.memo(collectMethods, cls).get((value as ts.PropertyAccessExpression).name.text);
}

/** The methods of a class by name, and the functions in its fields. */
function collectMethods(cls: ClassNode): ReadonlyMap<string, FunctionNode> {
  const methods = new Map<string, FunctionNode>();
  for (const member of cls.members) {
    if (!member.name || !(ts.isIdentifier(member.name) || ts.isPrivateIdentifier(member.name))) continue;
    const value = ts.isPropertyDeclaration(member) && member.initializer ? skipWrappers(member.initializer) : undefined;
    const fn =
      ts.isMethodDeclaration(member) && member.body ? member : value && isFunctionNode(value) ? value : undefined;
    if (fn && !methods.has(member.name.text)) methods.set(member.name.text, fn);
  }
  return methods;
}

/** Every call of a function that this file makes by its name or as `this.method()`. */
export function listCallsOf(fn: FunctionNode, file: FileContext): readonly ts.CallExpression[] {
  return file.memo(collectCalls, file.source).get(fn) ?? [];
}

function collectCalls(_: ts.SourceFile, file: FileContext): Map<FunctionNode, ts.CallExpression[]> {
  const calls = new Map<FunctionNode, ts.CallExpression[]>();
  for (const call of file.nodes('CallExpression')) {
    const fn = findFunctionValue(call.expression, file);
    if (!fn) continue;
    const list = calls.get(fn);
    if (list) list.push(call);
    else calls.set(fn, [call]);
  }
  return calls;
}

/** The function itself where it stands inline, and the uses of its name. */
export function listFunctionUses(fn: FunctionNode, file: FileContext): readonly ts.Node[] {
  const { parent } = getOutermostWrapped(fn);
  const name = ts.isFunctionDeclaration(fn) ? fn.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
  return name && ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : [fn];
}

/** Whether other files can call it: exported itself, a public member of an exported class, or assigned to `exports`. */
export function isExported(node: ts.Node, file: FileContext): boolean {
  if (hasModifier(node, ts.SyntaxKind.ExportKeyword)) return true;
  const outer = getOutermostWrapped(node);
  const parent = outer.parent;
  if (ts.isExportAssignment(parent)) return true;
  if (ts.isVariableDeclaration(parent))
    return isNameExported(parent.name, file) || isExported(parent.parent.parent, file);
  if (isAssignment(parent) && parent.right === outer) {
    const path = findMemberPath(parent.left);
    return path?.[0] === 'exports' || (path?.[0] === 'module' && path[1] === 'exports');
  }
  if ('name' in node && node.name && ts.isIdentifier(node.name as ts.Node))
    return isNameExported(node.name as ts.Identifier, file);
  return false;
}

function isNameExported(name: ts.BindingName, file: FileContext): boolean {
  if (!ts.isIdentifier(name)) return false;
  const binding = file.bindingOf(name);
  if (!binding || binding.scope !== file.moduleScope) return false;
  return binding.references.some((reference) => {
    const { parent } = reference;
    if (ts.isExportSpecifier(parent) || ts.isExportAssignment(parent)) return true;
    if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent)) {
      const object = parent.parent;
      return isAssignment(object.parent) && findMemberPath(object.parent.left)?.join('.') === 'module.exports';
    }
    if (isAssignment(parent) && parent.right === reference) {
      const path = findMemberPath(parent.left);
      return path?.[0] === 'exports' || (path?.[0] === 'module' && path[1] === 'exports');
    }
    return false;
  });
}

/** What `new Promise` runs at once. */
export function isExecutor(fn: FunctionNode): boolean {
  const { parent } = getOutermostWrapped(fn);
  return ts.isNewExpression(parent) && /Promise$/.test(parent.expression.getText());
}

/** `new ReadableStream({ start(controller) { … } })`: it runs as the stream is made. */
export function isStreamStart(fn: FunctionNode): boolean {
  if (!ts.isMethodDeclaration(fn) || findPropertyName(fn.name) !== 'start') return false;
  const { parent } = getOutermostWrapped(fn.parent);
  return ts.isNewExpression(parent) && /^(?:Readable|Writable|Transform)Stream$/.test(parent.expression.getText());
}
