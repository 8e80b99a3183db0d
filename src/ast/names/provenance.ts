import type { Binding, FileContext, ImportOrigin } from '../../model/file-context.ts';
import { findMemberName, rootOfMembers, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findClassField, findSelf, findThisOwner } from './class-shape.ts';
import { findFunctionOfBinding } from './functions.ts';
import { listItemTypes } from './item-types.ts';
import { findMemberType, memberTypeOf } from './member-type.ts';

/**
 * Where a value comes from: a module, then the steps taken on what it exports.
 * `new pg.Pool()` → `{ module: 'pg', path: ['default', 'Pool', 'new'] }`;
 * `await createClient().connect()` → `{ module: 'redis', path: ['createClient', '()', 'connect', '()'] }`;
 * a parameter typed `Pool` → `{ module: 'pg', path: ['Pool', 'new'] }`.
 * `module` is `''` for globals (`setInterval` → `{ module: '', path: ['setInterval'] }`) and `'.'` for what this file
 * declares at module level (`new Local().run()` → `{ module: '.', path: ['Local', 'new', 'run', '()'] }`).
 */
export interface Origin {
  module: string;
  path: readonly string[];
}

/** Deeper chains than this are not followed. */
const maxDepth = 12;

/** Answers where an expression's value comes from; undefined when this file does not tell. */
export function findOrigin(expression: ts.Node, file: FileContext): Origin | undefined {
  return file.memo(traceOrigin, expression);
}

/** As {@link findOrigin}, and whether it is `module` with a path that ends in `path`. `node:` prefixes do not matter. */
export function isFrom(expression: ts.Node, file: FileContext, module: string, ...path: string[]): boolean {
  const origin = findOrigin(expression, file);
  if (!origin || bareModule(origin.module) !== module) return false;
  const steps = origin.path.filter((step) => step !== 'default' && step !== '*');
  return steps.length === path.length && path.every((step, i) => steps[i] === step);
}

/** Whether a value comes from another file of the project, by a relative path. */
export function isOfOtherFile(expression: ts.Node, file: FileContext): boolean {
  return /^\.{1,2}\//.test(findOrigin(expression, file)?.module ?? '');
}

/** `node:fs` and `fs` are one module. */
export function bareModule(module: string): string {
  return module.startsWith('node:') ? module.slice('node:'.length) : module;
}

/** `grammy` of `grammy/web`, `@slack/bolt` of `@slack/bolt/dist/App`. */
export function packageOfModule(module: string): string {
  return bareModule(module)
    .split('/', module.startsWith('@') ? 2 : 1)
    .join('/');
}

/** `default` and `*` left out: what a user of the library would write. */
export function originName(origin: Origin): string {
  return origin.path.filter((step) => step !== 'default' && step !== '*').join('.');
}

/** Names that are assigned to one another make the paths to follow grow exponentially: this many steps must do. */
const maxSteps = 400;
let stepsLeft = 0;

function traceOrigin(node: ts.Node, file: FileContext): Origin | undefined {
  stepsLeft = maxSteps;
  return trace(node, file, 0);
}

function step(origin: Origin | undefined, ...names: string[]): Origin | undefined {
  return origin && { module: origin.module, path: [...origin.path, ...names] };
}

function trace(node: ts.Node, file: FileContext, depth: number): Origin | undefined {
  if (depth > maxDepth || stepsLeft-- <= 0) return undefined;
  const value = skipAwait(node as ts.Expression);
  switch (value.kind) {
    case ts.SyntaxKind.Identifier:
      return traceIdentifier(value as ts.Identifier, file, depth + 1);
    case ts.SyntaxKind.PropertyAccessExpression:
    case ts.SyntaxKind.ElementAccessExpression: {
      const access = value as ts.PropertyAccessExpression | ts.ElementAccessExpression;
      const name = findMemberName(access);
      if (name === undefined) return traceItem(access.expression, file, depth + 1);
      const self = findSelf(skipWrappers(access.expression), file);
      if (self) return traceField(self, name, file, depth + 1);
      const type = findMemberType(access.expression, name, file);
      const typed = type && traceType(type, file, depth + 1);
      if (typed) return typed;
      return step(trace(access.expression, file, depth + 1), name);
    }
    case ts.SyntaxKind.CallExpression: {
      const call = value as ts.CallExpression;
      const required = requiredModule(call);
      if (required !== undefined) return { module: required, path: ['*'] };
      const callee = skipWrappers(call.expression);
      if (ts.isIdentifier(callee)) {
        const returned = traceReturn(callee, file, depth + 1);
        if (returned) return returned;
      }
      const injected = traceInjected(call, callee, file, depth + 1) ?? traceTaken(callee, file, depth + 1);
      return injected ?? step(trace(callee, file, depth + 1), '()');
    }
    case ts.SyntaxKind.NewExpression:
      return step(trace((value as ts.NewExpression).expression, file, depth + 1), 'new');
    case ts.SyntaxKind.BinaryExpression: {
      const { left, operatorToken, right } = value as ts.BinaryExpression;
      switch (operatorToken.kind) {
        case ts.SyntaxKind.BarBarToken:
        case ts.SyntaxKind.QuestionQuestionToken:
          return trace(left, file, depth + 1) ?? trace(right, file, depth + 1);
        case ts.SyntaxKind.EqualsToken:
        case ts.SyntaxKind.QuestionQuestionEqualsToken:
        case ts.SyntaxKind.BarBarEqualsToken:
        case ts.SyntaxKind.AmpersandAmpersandToken:
        case ts.SyntaxKind.CommaToken:
          return trace(right, file, depth + 1);
        default:
          return undefined;
      }
    }
    case ts.SyntaxKind.ConditionalExpression: {
      const { whenTrue, whenFalse } = value as ts.ConditionalExpression;
      return trace(whenTrue, file, depth + 1) ?? trace(whenFalse, file, depth + 1);
    }
    default:
      return undefined;
  }
}

const injector = /^(?:get|getAsync|inject|resolve|resolveAsync)$/;

/** `container.get(UserStore)`, `inject(UserStore)`, `scope.resolve<UserStore>('users')`: an instance of the class that is asked for. */
function traceInjected(
  { arguments: [asked], typeArguments }: ts.CallExpression,
  callee: ts.Expression,
  file: FileContext,
  depth: number,
): Origin | undefined {
  const name = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
  if (name === undefined || !asked || !injector.test(name)) return undefined;
  const key = skipWrappers(asked);
  const [type] = typeArguments ?? [];
  if (type && /^(?:inject|resolve)/.test(name)) return traceType(type, file, depth);
  if (!ts.isIdentifier(key) || !/^[A-Z]\w*[a-z]/.test(key.text)) return undefined;
  const origin = traceIdentifier(key, file, depth);
  return origin?.module ? step(origin, 'new') : undefined;
}

/** The module of `require('m')` or `import('m')`; undefined for other calls. */
export function requiredModule(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const isLoad =
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
  const argument = node.arguments[0];
  return isLoad && argument && ts.isStringLiteralLike(argument) ? argument.text : undefined;
}

function traceIdentifier(identifier: ts.Identifier, file: FileContext, depth: number): Origin | undefined {
  const binding = file.bindingOf(identifier);
  if (!binding) return { module: '', path: [identifier.text] };
  return traceBinding(binding, file, depth);
}

function traceBinding(binding: Binding, file: FileContext, depth: number): Origin | undefined {
  if (depth > maxDepth) return undefined;
  const imported = findImport(binding);
  if (imported) return { module: imported.module, path: [imported.name] };
  const { declaration } = binding;
  if (ts.isVariableDeclaration(declaration)) {
    const typed = declaration.type && traceType(declaration.type, file, depth + 1);
    const initial = declaration.initializer && trace(declaration.initializer, file, depth + 1);
    if (initial?.module || typed) return initial?.module ? initial : typed;
    const loop = declaration.parent.parent;
    if (ts.isForOfStatement(loop)) return traceItem(loop.expression, file, depth + 1);
    return initial ?? traceWrites(binding, file, depth + 1) ?? ownName(binding, file);
  }
  if (ts.isParameter(declaration)) {
    if (declaration.type) return traceType(declaration.type, file, depth + 1);
    if (declaration.initializer) return trace(declaration.initializer, file, depth + 1);
    return traceHandedItem(declaration, file, depth + 1);
  }
  if (ts.isBindingElement(declaration)) return traceElement(declaration, file, depth + 1);
  return ownName(binding, file);
}

function ownName(binding: Binding, file: FileContext): Origin | undefined {
  return binding.scope === file.moduleScope && binding.kind !== 'type'
    ? { module: '.', path: [binding.name] }
    : undefined;
}

/** `let client; … client = new Client()`: the first assignment that tells. */
function traceWrites(binding: Binding, file: FileContext, depth: number): Origin | undefined {
  for (const write of binding.writes) {
    if (!ts.isBinaryExpression(write.parent)) continue;
    const origin = trace(write.parent.right, file, depth + 1);
    if (origin) return origin;
  }
  return undefined;
}

function traceElement(element: ts.BindingElement, file: FileContext, depth: number): Origin | undefined {
  const pattern = element.parent;
  if (ts.isArrayBindingPattern(pattern)) return undefined;
  const name = element.propertyName ?? element.name;
  if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) return undefined;
  const holder = pattern.parent;
  if (ts.isBindingElement(holder)) return step(traceElement(holder, file, depth + 1), name.text);
  if (ts.isParameter(holder)) {
    const member = holder.type && memberTypeOf(holder.type, name.text, file);
    const typed = member
      ? traceType(member, file, depth + 1)
      : holder.type && step(traceType(holder.type, file, depth + 1), name.text);
    return typed ?? (element.initializer && trace(element.initializer, file, depth + 1));
  }
  return holder.initializer && step(trace(holder.initializer, file, depth + 1), name.text);
}

/** An instance of the class or interface that a type names. */
export function traceType(type: ts.TypeNode, file: FileContext, depth = 0): Origin | undefined {
  if (depth > maxDepth) return undefined;
  if (ts.isUnionTypeNode(type)) {
    for (const part of type.types) {
      const origin = traceType(part, file, depth + 1);
      if (origin) return origin;
    }
    return undefined;
  }
  if (ts.isParenthesizedTypeNode(type)) return traceType(type.type, file, depth + 1);
  if (ts.isTypeQueryNode(type)) return traceEntityName(type.exprName, file, depth + 1);
  if (ts.isImportTypeNode(type) && ts.isLiteralTypeNode(type.argument) && ts.isStringLiteral(type.argument.literal)) {
    const names = type.qualifier ? entityNames(type.qualifier) : [];
    return { module: type.argument.literal.text, path: [...names, 'new'] };
  }
  if (ts.isTypeLiteralNode(type)) return undefined;
  if (!ts.isTypeReferenceNode(type)) return undefined;
  const name = ts.isIdentifier(type.typeName) ? type.typeName.text : undefined;
  if (
    (name === 'Promise' || name === 'Readonly' || name === 'Awaited' || name === 'NonNullable') &&
    type.typeArguments?.[0]
  ) {
    return traceType(type.typeArguments[0], file, depth + 1);
  }
  if (name === 'ReturnType' && type.typeArguments?.[0])
    return step(traceType(type.typeArguments[0], file, depth + 1), '()');
  const head = leftmost(type.typeName);
  const binding = file.bindingOf(head);
  if (binding?.kind === 'type' && ts.isTypeAliasDeclaration(binding.declaration)) {
    return traceType(binding.declaration.type, file, depth + 1);
  }
  return step(traceEntityName(type.typeName, file, depth + 1), 'new');
}

function leftmost(name: ts.EntityName): ts.Identifier {
  return ts.isIdentifier(name) ? name : leftmost(name.left);
}

function entityNames(name: ts.EntityName): string[] {
  return ts.isIdentifier(name) ? [name.text] : [...entityNames(name.left), name.right.text];
}

function traceEntityName(name: ts.EntityName, file: FileContext, depth: number): Origin | undefined {
  const binding = file.bindingOf(leftmost(name));
  const rest = entityNames(name).slice(1);
  if (!binding) return { module: '', path: entityNames(name) };
  return step(traceBinding(binding, file, depth + 1), ...rest);
}

/** What a name was imported as, by `import`, `import x = require()`, or `const x = require()` with or without destructuring. */
export function findImport(binding: Binding): ImportOrigin | undefined {
  const { declaration } = binding;
  if (ts.isImportSpecifier(declaration)) {
    return {
      module: moduleOf(declaration.parent.parent.parent),
      name: (declaration.propertyName ?? declaration.name).text,
    };
  }
  if (ts.isImportClause(declaration)) return { module: moduleOf(declaration.parent), name: 'default' };
  if (ts.isNamespaceImport(declaration)) return { module: moduleOf(declaration.parent.parent), name: '*' };
  if (ts.isImportEqualsDeclaration(declaration)) {
    const { moduleReference } = declaration;
    if (ts.isExternalModuleReference(moduleReference) && ts.isStringLiteral(moduleReference.expression)) {
      return { module: moduleReference.expression.text, name: '*' };
    }
    return undefined;
  }
  if (ts.isVariableDeclaration(declaration) && declaration.initializer) {
    const module = requiredModule(skipAwait(declaration.initializer));
    return module === undefined ? undefined : { module, name: '*' };
  }
  if (ts.isBindingElement(declaration) && ts.isVariableDeclaration(declaration.parent.parent)) {
    const { initializer } = declaration.parent.parent;
    const module = initializer && requiredModule(skipAwait(initializer));
    const name = declaration.propertyName ?? declaration.name;
    return module !== undefined && ts.isIdentifier(name) ? { module, name: name.text } : undefined;
  }
  return undefined;
}

function moduleOf(declaration: ts.ImportDeclaration | ts.JSDocImportTag): string {
  return (declaration.moduleSpecifier as ts.StringLiteral).text;
}

/** `this.x`: by the field's type, initialiser, constructor parameter, or what the class assigns to it. */
function traceField(access: ts.Node, name: string, file: FileContext, depth: number): Origin | undefined {
  const cls = findThisOwner(access, file);
  const field = cls && findClassField(cls, name, file);
  if (!field) return undefined;
  for (const type of field.types) {
    const origin = traceType(type, file, depth + 1);
    if (origin) return origin;
  }
  for (const value of field.values) {
    const origin = trace(value, file, depth + 1);
    if (origin) return origin;
  }
  return undefined;
}

const takers = /^(?:get|at|find|findLast|pop|shift)$/;
const eachCallers = /^(?:map|forEach|filter|flatMap|some|every|find)$/;

/** `providers.get(kind)`, `handlers.find((one) => …)`: one of what a collection holds, where its type says what that is. */
function traceTaken(callee: ts.Expression, file: FileContext, depth: number): Origin | undefined {
  const method = findMemberName(callee);
  if (method === undefined || !takers.test(method)) return undefined;
  return traceItem((callee as ts.PropertyAccessExpression).expression, file, depth);
}

/** The first parameter of what is called with each item: `handlers.map((handler) => …)`. */
function traceHandedItem(parameter: ts.ParameterDeclaration, file: FileContext, depth: number): Origin | undefined {
  const fn = parameter.parent;
  if (fn.parameters[0] !== parameter || !(ts.isArrowFunction(fn) || ts.isFunctionExpression(fn))) return undefined;
  const call = fn.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== fn) return undefined;
  const callee = skipWrappers(call.expression);
  const method = findMemberName(callee);
  if (method === undefined || !eachCallers.test(method)) return undefined;
  return traceItem((callee as ts.PropertyAccessExpression).expression, file, depth);
}

/** An item of a list, map or record, by the type that its variable, parameter or field is declared with. */
function traceItem(collection: ts.Expression, file: FileContext, depth: number): Origin | undefined {
  if (depth > maxDepth || stepsLeft-- <= 0) return undefined;
  const holder = skipAwait(collection);
  if (ts.isCallExpression(holder)) {
    const callee = skipWrappers(holder.expression);
    const isValues = findMemberName(callee) === 'values';
    return isValues ? traceItem((callee as ts.PropertyAccessExpression).expression, file, depth + 1) : undefined;
  }
  for (const type of listItemTypes(holder, file)) {
    const origin = traceType(type, file, depth + 1);
    if (origin?.module) return origin;
  }
  return undefined;
}

/** What a function of this file returns, one hop: `getPool()` → what its `return` gives. */
function traceReturn(callee: ts.Identifier, file: FileContext, depth: number): Origin | undefined {
  const binding = file.bindingOf(callee);
  const fn = binding && findFunctionOfBinding(binding);
  if (!fn?.body) return undefined;
  if (fn.type) {
    const typed = traceType(fn.type, file, depth + 1);
    if (typed?.module) return typed;
  }
  if (!ts.isBlock(fn.body)) return trace(fn.body, file, depth + 1);
  for (const statement of fn.body.statements) {
    if (ts.isReturnStatement(statement) && statement.expression) return trace(statement.expression, file, depth + 1);
  }
  return undefined;
}

/** A parameter, or a part of one: whatever the caller calls so. SvelteKit hands in the real one. */
export function isParameterCallee(callee: ts.Identifier, file: FileContext): boolean {
  const declaration = file.bindingOf(callee)?.declaration;
  if (!declaration || /(?:^|\/)\+/.test(file.path)) return false;
  if (ts.isParameter(declaration)) return true;
  if (!ts.isBindingElement(declaration)) return false;
  const holder = declaration.parent.parent;
  if (!ts.isVariableDeclaration(holder)) return true;
  const from = holder.initializer && rootOfMembers(holder.initializer);
  return !!from && ts.isIdentifier(from) && file.bindingOf(from)?.kind === 'parameter';
}
