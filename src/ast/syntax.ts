import { ts } from './ts.ts';

export type FunctionNode =
  | ts.ArrowFunction
  | ts.ConstructorDeclaration
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.GetAccessorDeclaration
  | ts.MethodDeclaration
  | ts.SetAccessorDeclaration;

export type ClassNode = ts.ClassDeclaration | ts.ClassExpression;

export type LoopNode = ts.DoStatement | ts.ForInStatement | ts.ForOfStatement | ts.ForStatement | ts.WhileStatement;

/** One flag a kind: reading `ts.SyntaxKind.X` for each case of a switch costs a quarter of the whole walk. */
function kindTable(...kinds: ts.SyntaxKind[]): Uint8Array {
  const table = new Uint8Array(ts.SyntaxKind.Count);
  for (const kind of kinds) table[kind] = 1;
  return table;
}

const functionKinds = kindTable(
  ts.SyntaxKind.ArrowFunction,
  ts.SyntaxKind.Constructor,
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.FunctionExpression,
  ts.SyntaxKind.GetAccessor,
  ts.SyntaxKind.MethodDeclaration,
  ts.SyntaxKind.SetAccessor,
);
const classKinds = kindTable(ts.SyntaxKind.ClassDeclaration, ts.SyntaxKind.ClassExpression);
const loopKinds = kindTable(
  ts.SyntaxKind.DoStatement,
  ts.SyntaxKind.ForInStatement,
  ts.SyntaxKind.ForOfStatement,
  ts.SyntaxKind.ForStatement,
  ts.SyntaxKind.WhileStatement,
);

export function isFunctionNode(node: ts.Node): node is FunctionNode {
  return functionKinds[node.kind] === 1;
}

export function isClassNode(node: ts.Node): node is ClassNode {
  return classKinds[node.kind] === 1;
}

export function isLoop(node: ts.Node): node is LoopNode {
  return loopKinds[node.kind] === 1;
}

/**
 * The nearest function around a node (not the node itself); undefined at module level and in class field initialisers' static
 * blocks. What stands in the decorator of a method or a parameter runs where the class is declared.
 */
export function findEnclosingFunction(node: ts.Node): FunctionNode | undefined {
  let isDecorating = node.kind === ts.SyntaxKind.Decorator;
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if (at.kind === ts.SyntaxKind.Decorator) isDecorating = true;
    else if (isFunctionNode(at)) {
      if (!isDecorating) return at;
      isDecorating = false;
    }
  }
  return undefined;
}

/** The nearest class around a node (not the node itself). */
export function findEnclosingClass(node: ts.Node): ClassNode | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) if (isClassNode(at)) return at;
  return undefined;
}

/** The class whose `this` a node would see: arrows keep it, plain functions and object methods do not. */
export function findThisClass(node: ts.Node): ClassNode | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if (isClassNode(at)) return at;
    if (at.kind === ts.SyntaxKind.FunctionDeclaration || at.kind === ts.SyntaxKind.FunctionExpression) return undefined;
    if (isFunctionNode(at) && at.kind !== ts.SyntaxKind.ArrowFunction && !isClassNode(at.parent)) return undefined;
  }
  return undefined;
}

export function isWithin(node: ts.Node, ancestor: ts.Node): boolean {
  return node.pos >= ancestor.pos && node.end <= ancestor.end;
}

/** The nearest loop around a node inside the same function. */
export function findEnclosingLoop(node: ts.Node): LoopNode | undefined {
  for (let at: ts.Node | undefined = node.parent; at && !isFunctionNode(at); at = at.parent) if (isLoop(at)) return at;
  return undefined;
}

/** Strips parentheses, `as`, `satisfies`, `!` and type assertions. */
export function skipWrappers(node: ts.Expression): ts.Expression {
  let at = node;
  while (
    at.kind === ts.SyntaxKind.ParenthesizedExpression ||
    at.kind === ts.SyntaxKind.AsExpression ||
    at.kind === ts.SyntaxKind.NonNullExpression ||
    at.kind === ts.SyntaxKind.SatisfiesExpression ||
    at.kind === ts.SyntaxKind.TypeAssertionExpression
  ) {
    at = (at as ts.ParenthesizedExpression).expression;
  }
  return at;
}

/** As {@link skipWrappers}, and `await` too. */
export function skipAwait(node: ts.Expression): ts.Expression {
  const at = skipWrappers(node);
  return ts.isAwaitExpression(at) ? skipAwait(at.expression) : at;
}

/** The outermost wrapper (parentheses, `as`, `!`, …) around an expression: what its user sees. */
export function getOutermostWrapped(node: ts.Node): ts.Node {
  let at = node;
  while (at.parent && skipsTo(at.parent, at)) at = at.parent;
  return at;
}

function skipsTo(parent: ts.Node, child: ts.Node): boolean {
  return (
    (ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isSatisfiesExpression(parent) ||
      ts.isTypeAssertionExpression(parent)) &&
    parent.expression === child
  );
}

/** `a.b` and `a['b']`: the member's name; undefined when it is computed. */
export function findMemberName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return node.argumentExpression.text;
  }
  return undefined;
}

/** For `receiver.method(…)`: both parts; undefined for plain calls and computed names. */
export function findMethodCall(
  node: ts.Node,
): { call: ts.CallExpression; receiver: ts.Expression; method: string } | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const callee = skipWrappers(node.expression);
  const method = findMemberName(callee);
  if (method === undefined) return undefined;
  const access = callee as ts.PropertyAccessExpression | ts.ElementAccessExpression;
  return { call: node, receiver: skipWrappers(access.expression), method };
}

/** A call, by parentheses or by a template with a tag. */
export type Invocation = ts.CallExpression | ts.TaggedTemplateExpression;

export function isInvocation(node: ts.Node): node is Invocation {
  return ts.isCallExpression(node) || ts.isTaggedTemplateExpression(node);
}

/** What is handed over: of a template, the values that it holds. */
export function argumentsOf(call: Invocation): readonly ts.Expression[] {
  if (ts.isCallExpression(call)) return call.arguments;
  return ts.isTemplateExpression(call.template) ? call.template.templateSpans.map(({ expression }) => expression) : [];
}

export function calleeOf(call: Invocation): ts.Expression {
  return ts.isCallExpression(call) ? call.expression : call.tag;
}

/** `hash` of `hash(…)`, `this.hash(…)` and `new Hash().hash(…)`; empty when it is computed. */
export function calleeName(call: Invocation | ts.NewExpression): string {
  const callee = skipWrappers(ts.isNewExpression(call) ? call.expression : calleeOf(call));
  return ts.isIdentifier(callee) ? callee.text : (findMemberName(callee) ?? '');
}

/** The call of a method on a value: `stream.on(…)` of `stream`. */
export function findCallOn(value: ts.Node): ts.CallExpression | undefined {
  const outer = getOutermostWrapped(value);
  const access = outer.parent;
  if (!ts.isPropertyAccessExpression(access) || access.expression !== outer) return undefined;
  return ts.isCallExpression(access.parent) && access.parent.expression === access ? access.parent : undefined;
}

/** `this.a.b` → `['this', 'a', 'b']`; undefined when a part is computed or a call. */
export function findMemberPath(node: ts.Expression): string[] | undefined {
  const at = skipWrappers(node);
  if (ts.isIdentifier(at)) return [at.text];
  if (at.kind === ts.SyntaxKind.ThisKeyword) return ['this'];
  const name = findMemberName(at);
  if (name === undefined) return undefined;
  const head = findMemberPath((at as ts.PropertyAccessExpression).expression);
  return head && [...head, name];
}

export function isAssignmentOperator(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

export function isAssignment(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && isAssignmentOperator(node.operatorToken.kind);
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false);
}

/** `(async () => { … })()`. */
export function isCalledInPlace(fn: FunctionNode): boolean {
  const outer = getOutermostWrapped(fn);
  return ts.isCallExpression(outer.parent) && outer.parent.expression === outer;
}

export function isAsync(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.AsyncKeyword);
}

/** The nearest block around a node, or the file. */
export function findEnclosingBlock(node: ts.Node): ts.Block | ts.SourceFile | undefined {
  for (let at = node.parent; at; at = at.parent) if (ts.isBlock(at) || ts.isSourceFile(at)) return at;
  return undefined;
}

/** What a place is a part of: `a` of `a.b[c].d`. */
export function rootOf(place: ts.Expression): ts.Expression {
  let at = skipWrappers(place);
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at)) at = skipWrappers(at.expression);
  return at;
}

/** `a` of `a.b['c']`, where only names lead there; what a computed key takes out is one of many. */
export function rootOfMembers(place: ts.Expression): ts.Expression {
  let at = skipWrappers(place);
  while (findMemberName(at) !== undefined) at = skipWrappers((at as ts.PropertyAccessExpression).expression);
  return at;
}

/** The names that a declaration brings in, those of a pattern among them. */
export function listBoundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? listBoundNames(element.name) : []));
}

/** The `new Promise(…)`, `new Bluebird(…)` or `new Fetch.Promise(…)` whose executor a function is. */
export function findPromiseAround(fn: FunctionNode): ts.NewExpression | undefined {
  const { parent } = getOutermostWrapped(fn);
  if (!ts.isNewExpression(parent)) return undefined;
  const name = findMemberPath(parent.expression)?.at(-1);
  return name !== undefined && /(?:Promise|^Bluebird)$/.test(name) ? parent : undefined;
}

/** The written name of a member, `'foo'` and `foo` and `[Symbol.dispose]` → `Symbol.dispose`; undefined when computed otherwise. */
export function findPropertyName(name: ts.PropertyName | undefined): string | undefined {
  if (!name) return undefined;
  if (
    ts.isIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name) ||
    ts.isPrivateIdentifier(name)
  ) {
    return name.text;
  }
  if (ts.isComputedPropertyName(name)) {
    if (ts.isStringLiteralLike(name.expression)) return name.expression.text;
    return findMemberPath(name.expression)?.join('.');
  }
  return undefined;
}

/** A name for a function: its own, or that of the variable, property or argument position it stands in. */
export function nameOfFunction(node: FunctionNode): string {
  if (node.kind === ts.SyntaxKind.Constructor) return 'constructor';
  if ('name' in node && node.name) return findPropertyName(node.name) ?? '<computed>';
  const parent = getOutermostWrapped(node).parent;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) {
    return findPropertyName(parent.name) ?? '<computed>';
  }
  if (isAssignment(parent)) return findMemberPath(parent.left)?.at(-1) ?? '<anonymous>';
  return '<anonymous>';
}

/** Whether only its own class calls a method, as far as its modifier or its name tells: `private`, `#x`, `_x`. */
export function isHiddenMethod(fn: FunctionNode): boolean {
  return hasModifier(fn, ts.SyntaxKind.PrivateKeyword) || /^[_#]/.test(nameOfFunction(fn));
}

/** Whether the comment ahead of a function says `@private`. */
export function isMarkedPrivate(fn: FunctionNode): boolean {
  let at: ts.Node = fn;
  while (at.parent && !ts.isStatement(at) && !ts.isClassElement(at) && !ts.isObjectLiteralElementLike(at))
    at = at.parent;
  return /@(?:api\s+)?private\b/.test(at.getSourceFile().text.slice(at.pos, at.getStart()));
}

/** The string of a literal or of a template without placeholders. */
export function findStringValue(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** 1-based line of an offset. */
export function lineOf(source: ts.SourceFile, offset: number): number {
  return source.getLineAndCharacterOfPosition(offset).line + 1;
}

/** The property's value in an object literal. */
export function findProperty(node: ts.Node | undefined, name: string): ts.Expression | undefined {
  const value = node && skipWrappers(node as ts.Expression);
  if (!value || !ts.isObjectLiteralExpression(value)) return undefined;
  for (const property of value.properties) {
    if (findPropertyName(property.name) !== name) continue;
    if (ts.isPropertyAssignment(property)) return skipWrappers(property.initializer);
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

/** `a && b`, `a || b`, `a ?? b`. */
export function isLogical(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}
