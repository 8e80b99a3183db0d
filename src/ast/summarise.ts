import type { Binding, FileContext } from '../model/file-context.ts';
import type {
  CallEdge,
  CallFrequency,
  ClassSummary,
  FileSummary,
  FunctionSummary,
  NamedValue,
  SymbolRef,
} from '../model/link.ts';
import { classShape } from './class-shape.ts';
import { listPartsOfClosable } from './end-of-life.ts';
import { findEntryOfCall, findEntryPoint } from './entry-points.ts';
import { findFunctionOfBinding, findFunctionValue, listFunctions, ordinalOf } from './functions.ts';
import { listClientClasses } from './handles.ts';
import { listLentArguments, listMadeOnce } from './lent-arguments.ts';
import { bareModule, findImport, findOrigin, type Origin, requiredModule } from './provenance.ts';
import { isOffered } from './public-api.ts';
import { listRemoverMethods } from './subscriptions.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingClass,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  findThisClass,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  lineOf,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from './syntax.ts';
import { timerClears } from './timers.ts';
import { listTrimmedFields } from './trimming.ts';
import { ts } from './ts.ts';
import { findRepetition } from './where.ts';

/** How a class's constructor is named among its methods; no written member can have this name. */
const constructorMember = '<new>';

/** Everything that other files may need to know of this one; see `src/model/link.ts`. */
export function summarise(file: FileContext): FileSummary {
  const functions = listFunctions(file);
  const classes = listClasses(file);
  const summaries = functions.map((fn): FunctionSummary => {
    const entry = findEntryPoint(fn, file);
    return {
      name: qualifiedName(fn),
      line: lineOf(file.source, fn.getStart(file.source)),
      ...(entry && { entry }),
      ...(isOffered(fn, file) && { isOffered: true }),
      calls: [],
    };
  });
  const addEdge = (from: FunctionNode | undefined, edge: CallEdge): void => {
    if (from) summaries[ordinalOf(from, file)]?.calls.push(edge);
  };
  for (const call of file.nodes('CallExpression')) addCall(call, file, classes, summaries, addEdge);
  for (const call of file.nodes('NewExpression')) addCall(call, file, classes, summaries, addEdge);
  for (const fn of functions) addInlineEdge(fn, file, addEdge);

  return {
    functions: summaries,
    classes: classes.map((cls) => summariseClass(cls, file)),
    values: listValues(file, classes),
    ...listExports(file),
    imports: listImports(file),
    uses: listUses(file),
    ownUses: listOwnUses(file),
    facts: listFacts(file),
  };
}

function listClasses(file: FileContext): ClassNode[] {
  return [...file.nodes('ClassDeclaration'), ...file.nodes('ClassExpression')].sort((a, b) => a.pos - b.pos);
}

/** `Class.method`, `outer.inner`; the scope id of findings. */
export function qualifiedName(fn: FunctionNode): string {
  const own = nameOfFunction(fn);
  const cls = ts.isArrowFunction(fn) || ts.isFunctionExpression(fn) ? undefined : findThisClass(fn);
  if (cls && fn.parent === cls) return `${cls.name?.text ?? '<class>'}.${own}`;
  const outer = findEnclosingFunction(fn);
  if (outer) return `${qualifiedName(outer)}.${own}`;
  const around = findEnclosingClass(fn);
  return around ? `${around.name?.text ?? '<class>'}.${own}` : own;
}

function addCall(
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
  classes: readonly ClassNode[],
  summaries: FunctionSummary[],
  addEdge: (from: FunctionNode | undefined, edge: CallEdge) => void,
): void {
  const from = findEnclosingFunction(call);
  const at = call.getStart(file.source);
  const edge = (to: SymbolRef, frequency: CallFrequency): CallEdge => ({
    to,
    at,
    line: lineOf(file.source, at),
    frequency,
  });
  const frequency: CallFrequency = findRepetition(call) ? 'loop' : 'once';
  const to = targetOf(call, file, classes);
  if (to) addEdge(from, edge(to, frequency));

  // Functions handed over by name: handlers of a route, or callbacks that the callee will run.
  const entry = call.arguments?.some((a) => !isFunctionNode(skipWrappers(a))) ? findEntryOfCall(call, file) : undefined;
  for (const argument of call.arguments ?? []) {
    for (const value of listHandedOver(argument)) {
      const fn = isFunctionNode(skipWrappers(value)) ? undefined : findFunctionValue(value, file);
      if (fn) {
        const summary = summaries[ordinalOf(fn, file)];
        if (entry && summary) summary.entry ??= entry;
        else addEdge(from, edge({ kind: 'function', fn: ordinalOf(fn, file) }, handedFrequency(call)));
      } else if (entry) {
        // A handler of another file: modelled as a call from an inline entry, so that the chain starts at the route.
        const imported = refOf(skipBind(value), file, classes);
        if (imported && imported.kind !== 'function') {
          summaries.push({ name: entry.label, line: lineOf(file.source, at), entry, calls: [edge(imported, 'once')] });
        }
      }
    }
  }
}

function handedFrequency(call: ts.Node): CallFrequency {
  const method = findMethodCall(call)?.method;
  return method !== undefined && /^(?:map|forEach|filter|flatMap|reduce|some|every|find)$/.test(method)
    ? 'loop'
    : 'once';
}

function skipBind(value: ts.Expression): ts.Expression {
  const target = findMethodCall(skipWrappers(value));
  return target?.method === 'bind' ? target.receiver : value;
}

/** The arguments, those inside array literals, `handler:` properties, and those of wrapper calls. */
function* listHandedOver(argument: ts.Expression): Generator<ts.Expression> {
  const value = skipWrappers(argument);
  if (ts.isArrayLiteralExpression(value)) {
    for (const element of value.elements) yield element;
    return;
  }
  if (ts.isObjectLiteralExpression(value)) {
    for (const property of value.properties) {
      if (
        ts.isPropertyAssignment(property) &&
        /^(?:handler|eachMessage|eachBatch)$/.test(findPropertyName(property.name) ?? '')
      ) {
        yield property.initializer;
      }
    }
    return;
  }
  yield value;
  if (ts.isCallExpression(value)) {
    for (const inner of value.arguments)
      if (ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner)) yield inner;
  }
}

/** An inline function runs when the function around it does, unless it is an entry of its own or only named. */
function addInlineEdge(
  fn: FunctionNode,
  file: FileContext,
  addEdge: (from: FunctionNode | undefined, edge: CallEdge) => void,
): void {
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return;
  if (findEntryPoint(fn, file)) return;
  const outer = getOutermostWrapped(fn);
  if (ts.isVariableDeclaration(outer.parent)) return;
  const at = fn.getStart(file.source);
  const to: SymbolRef = { kind: 'function', fn: ordinalOf(fn, file) };
  addEdge(findEnclosingFunction(fn), {
    to,
    at,
    line: lineOf(file.source, at),
    frequency: handedFrequency(outer.parent),
  });
}

function targetOf(
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
  classes: readonly ClassNode[],
): SymbolRef | undefined {
  if (ts.isNewExpression(call)) {
    const ref = refOf(call.expression, file, classes);
    if (ref?.kind === 'imported' || ref?.kind === 'local')
      return { ...ref, members: [...ref.members, constructorMember] };
    return undefined;
  }
  const callee = skipWrappers(call.expression);
  if (callee.kind === ts.SyntaxKind.SuperKeyword || callee.kind === ts.SyntaxKind.ImportKeyword) return undefined;
  return refOf(callee, file, classes);
}

/** What a callee or a handed-over value names, if another place can be meant by it. */
function refOf(expression: ts.Expression, file: FileContext, classes: readonly ClassNode[]): SymbolRef | undefined {
  const value = skipWrappers(expression);
  if (isFunctionNode(value)) return undefined;
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    const fn = binding && findFunctionOfBinding(binding);
    if (fn) return { kind: 'function', fn: ordinalOf(fn, file) };
  }
  const member = findMemberName(value);
  if (member !== undefined) {
    const receiver = skipWrappers((value as ts.PropertyAccessExpression).expression);
    const isOwn = receiver.kind === ts.SyntaxKind.ThisKeyword || receiver.kind === ts.SyntaxKind.SuperKeyword;
    const cls = isOwn ? findThisClass(value) : undefined;
    if (cls) return { kind: 'method', class: classes.indexOf(cls), member };
  }
  return refOfOrigin(findOrigin(value, file), file);
}

/** `['Service', 'new', 'find']` → members `['find']` of `Service`; undefined when a call stands in between. */
function refOfOrigin(origin: Origin | undefined, file: FileContext): SymbolRef | undefined {
  if (!origin || origin.module === '') return undefined;
  const [name, ...steps] = origin.path;
  const members = steps.filter((step) => step !== 'new');
  if (name === undefined || members.includes('()') || members.length > 3) return undefined;
  if (origin.module === '.') return { kind: 'local', name, members };
  return isExternal(origin.module, file) ? undefined : { kind: 'imported', module: origin.module, name, members };
}

/** Modules of other packages have no summary; relative paths, aliases and workspace packages may. */
function isExternal(module: string, _file: FileContext): boolean {
  if (module.startsWith('.') || module.startsWith('#')) return false;
  return module.startsWith('node:') || builtins.has(module);
}

const builtins = new Set(
  'assert buffer child_process cluster crypto dns events fs fs/promises http http2 https net os path perf_hooks process querystring readline stream stream/promises string_decoder timers timers/promises tls tty url util v8 vm worker_threads zlib'.split(
    ' ',
  ),
);

function summariseClass(cls: ClassNode, file: FileContext): ClassSummary {
  const shape = classShape(cls, file);
  const methods: Record<string, number> = {};
  for (const [name, fn] of shape.methods) methods[name] = ordinalOf(fn, file);
  if (shape.constructorNode) methods[constructorMember] = ordinalOf(shape.constructorNode, file);
  const summary: ClassSummary = { name: shape.name, implements: [], methods };
  for (const clause of cls.heritageClauses ?? []) {
    for (const type of clause.types) {
      const ref = refOfOrigin(findOrigin(type.expression, file), file);
      if (!ref) continue;
      if (clause.token === ts.SyntaxKind.ExtendsKeyword) summary.extends = ref;
      else summary.implements.push(ref);
    }
  }
  return summary;
}

function listValues(file: FileContext, classes: readonly ClassNode[]): Record<string, NamedValue> {
  const values: Record<string, NamedValue> = {};
  for (const binding of file.moduleScope.bindings.values()) {
    if (binding.kind === 'import' || binding.kind === 'type') continue;
    values[binding.name] = valueOfBinding(binding, file, classes);
  }
  for (const statement of file.source.statements) {
    if (!ts.isExportAssignment(statement)) continue;
    values.default = valueOfExpression(statement.expression, file, classes, 0);
  }
  for (const assignment of listCommonJsExports(file)) {
    values[assignment.name] ??= valueOfExpression(assignment.value, file, classes, 0);
  }
  return values;
}

function valueOfBinding(binding: Binding, file: FileContext, classes: readonly ClassNode[]): NamedValue {
  const fn = findFunctionOfBinding(binding);
  if (fn) return { kind: 'function', fn: ordinalOf(fn, file) };
  const { declaration } = binding;
  if (ts.isClassDeclaration(declaration)) return { kind: 'class', class: classes.indexOf(declaration) };
  if (ts.isVariableDeclaration(declaration) && declaration.initializer)
    return valueOfExpression(declaration.initializer, file, classes, 0);
  return { kind: 'other' };
}

function valueOfExpression(
  expression: ts.Expression,
  file: FileContext,
  classes: readonly ClassNode[],
  depth: number,
): NamedValue {
  const value = skipAwait(expression);
  if (isFunctionNode(value)) return { kind: 'function', fn: ordinalOf(value, file) };
  if (ts.isClassExpression(value)) return { kind: 'class', class: classes.indexOf(value) };
  if (ts.isNewExpression(value)) {
    const ref = refOf(value.expression, file, classes);
    return ref ? { kind: 'instance', of: ref } : { kind: 'other' };
  }
  if (ts.isObjectLiteralExpression(value) && depth < 3) {
    const properties: Record<string, NamedValue> = {};
    for (const property of value.properties) {
      const name = findPropertyName(property.name);
      if (name === undefined) continue;
      if (ts.isPropertyAssignment(property))
        properties[name] = valueOfExpression(property.initializer, file, classes, depth + 1);
      else if (ts.isShorthandPropertyAssignment(property))
        properties[name] = valueOfExpression(property.name, file, classes, depth + 1);
      else if (isFunctionNode(property) && property.body)
        properties[name] = { kind: 'function', fn: ordinalOf(property, file) };
    }
    return { kind: 'object', properties };
  }
  if (ts.isCallExpression(value)) {
    // A wrapper around one function: export const list = asyncHandler(async (req, res) => …).
    const inline = value.arguments.map((a): ts.Node => skipWrappers(a)).find(isFunctionNode);
    if (inline) return { kind: 'function', fn: ordinalOf(inline, file) };
  }
  if (ts.isIdentifier(value) || ts.isPropertyAccessExpression(value)) {
    const ref = refOf(value, file, classes);
    if (ref?.kind === 'function') return ref;
    if (ref) return { kind: 'alias', to: ref };
  }
  return { kind: 'other' };
}

function listExports(file: FileContext): Pick<FileSummary, 'exports' | 'starExports'> {
  const exports: FileSummary['exports'] = {};
  const starExports: string[] = [];
  const exportName = (local: string, as: string): void => {
    const binding = file.moduleScope.bindings.get(local);
    const imported = binding && findImport(binding);
    exports[as] = imported ? { module: imported.module, name: imported.name } : { local };
  };
  for (const statement of file.source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const module = statement.moduleSpecifier && (statement.moduleSpecifier as ts.StringLiteral).text;
      if (!statement.exportClause) {
        if (module !== undefined) starExports.push(module);
      } else if (ts.isNamespaceExport(statement.exportClause)) {
        if (module !== undefined) exports[statement.exportClause.name.text] = { module, name: '*' };
      } else {
        for (const { name, propertyName } of statement.exportClause.elements) {
          const source = (propertyName ?? name).text;
          if (module !== undefined) exports[name.text] = { module, name: source };
          else exportName(source, name.text);
        }
      }
    } else if (ts.isExportAssignment(statement)) {
      if (ts.isIdentifier(statement.expression)) exportName(statement.expression.text, 'default');
      else exports.default = { local: 'default' };
    } else if (ts.canHaveModifiers(statement)) {
      const modifiers = ts.getModifiers(statement);
      if (!modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) continue;
      const isDefault = modifiers.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword);
      for (const name of declaredNames(statement)) exports[isDefault ? 'default' : name] = { local: name };
    }
  }
  for (const { name, value } of listCommonJsExports(file)) {
    const from = skipWrappers(value);
    if (ts.isIdentifier(from)) exportName(from.text, name);
    else exports[name] ??= { local: name };
    if (name === 'default' && ts.isObjectLiteralExpression(from)) {
      for (const property of from.properties) {
        const key = findPropertyName(property.name);
        if (key === undefined) continue;
        const target = ts.isPropertyAssignment(property) ? skipWrappers(property.initializer) : property.name;
        if (target && ts.isIdentifier(target) && file.moduleScope.bindings.has(target.text))
          exportName(target.text, key);
      }
    }
  }
  return { exports, starExports };
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap((d) => (ts.isIdentifier(d.name) ? [d.name.text] : []));
  }
  if (
    (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) &&
    statement.name
  ) {
    return [statement.name.text];
  }
  return [];
}

/** `module.exports = x` as `default`, `exports.a = x` and `module.exports.a = x` as `a`. */
function listCommonJsExports(file: FileContext): { name: string; value: ts.Expression }[] {
  const found: { name: string; value: ts.Expression }[] = [];
  for (const statement of file.source.statements) {
    if (!ts.isExpressionStatement(statement) || !isAssignment(statement.expression)) continue;
    const path = findMemberPath(statement.expression.left)?.join('.');
    const name = path === 'module.exports' ? 'default' : /^(?:module\.)?exports\.(\w+)$/.exec(path ?? '')?.[1];
    if (name !== undefined) found.push({ name, value: statement.expression.right });
  }
  return found;
}

function listImports(file: FileContext): string[] {
  const modules = new Set<string>();
  for (const declaration of file.nodes('ImportDeclaration'))
    modules.add((declaration.moduleSpecifier as ts.StringLiteral).text);
  for (const declaration of file.nodesOfKind(ts.SyntaxKind.ExportDeclaration) as readonly ts.ExportDeclaration[]) {
    if (declaration.moduleSpecifier) modules.add((declaration.moduleSpecifier as ts.StringLiteral).text);
  }
  for (const call of file.nodes('CallExpression')) {
    const module = requiredModule(call);
    if (module !== undefined) modules.add(module);
  }
  return [...modules].sort();
}

function listUses(file: FileContext): FileSummary['uses'] {
  const uses: FileSummary['uses'] = [];
  for (const binding of file.bindings) {
    const imported = findImport(binding);
    if (!imported || isExternal(imported.module, file)) continue;
    const members = membersUsed(binding);
    if (members.length > 0) uses.push({ module: imported.module, name: imported.name, members });
  }
  return uses;
}

function listOwnUses(file: FileContext): Record<string, string[]> {
  const uses: Record<string, string[]> = {};
  for (const binding of file.moduleScope.bindings.values()) {
    if (binding.kind === 'import' || binding.kind === 'type') continue;
    const members = membersUsed(binding);
    if (members.length > 0) uses[binding.name] = members;
  }
  return uses;
}

/** `x.a.b` → `a.b`; `x.on('error', …)` → `on:error`; `x.length = 0` → `=length`; `delete x[k]` → `delete`; `x = …` → `=`. */
function membersUsed(binding: Binding): string[] {
  const members = new Set<string>();
  for (const reference of binding.references) {
    if (binding.writes.includes(reference)) members.add('=');
    let at: ts.Node = reference;
    const path: string[] = [];
    while (path.length < 3) {
      const { parent } = at;
      const name = findMemberName(parent);
      if (name !== undefined && (parent as ts.PropertyAccessExpression).expression === at) {
        path.push(name);
        at = parent;
      } else if (ts.isNonNullExpression(parent) || ts.isParenthesizedExpression(parent)) {
        at = parent;
      } else break;
    }
    const { parent } = at;
    if (ts.isElementAccessExpression(parent) && ts.isDeleteExpression(parent.parent)) members.add('delete');
    if (ts.isDeleteExpression(parent)) members.add('delete');
    if (ts.isCallExpression(parent) && parent.arguments.includes(at as ts.Expression)) members.add('()');
    if (path.length === 0) continue;
    members.add(path.join('.'));
    if (isAssignment(parent) && parent.left === at) members.add(`=${path.join('.')}`);
    if (ts.isCallExpression(parent) && parent.expression === at) {
      const event = findStringValue(parent.arguments[0]);
      if (event !== undefined && /^(?:on|once|addListener|addEventListener|prependListener)$/.test(path.at(-1)!)) {
        members.add([...path.slice(0, -1), `on:${event}`].join('.'));
      }
    }
  }
  return [...members].sort();
}

/** Settings that hold for every file once one of them makes them. */
const projectTokens = ['axios.defaults.timeout', 'setGlobalDispatcher', 'SIGTERM', 'prom-client', 'compression'];

/** Facts that hold for the project as soon as one file states them. */
function listFacts(file: FileContext): string[] {
  const facts = new Set<string>();
  for (const module of listImports(file)) if (!module.startsWith('.')) facts.add(`import:${bareModule(module)}`);
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target) continue;
    const event = findStringValue(call.arguments[0]);
    if (/^(?:on|once|addListener)$/.test(target.method) && event !== undefined) {
      facts.add(/^SIG[A-Z]+$/.test(event) ? `signal:${event}` : `on:${event}`);
    }
    if (target.method === 'listen') facts.add('listen');
    if (target.method === 'enableShutdownHooks') facts.add('signal:SIGTERM');
  }
  for (const token of projectTokens) if (file.text.includes(token)) facts.add(`token:${token}`);
  if (file.text.includes('clear')) {
    for (const name of timerClears(file).names.keys()) facts.add(`clear-timer:${name}`);
  }
  for (const name of listPartsOfClosable(file)) facts.add(`part-of-closable:${name}`);
  for (const lent of listLentArguments(file)) facts.add(`lent-${lent}`);
  for (const name of listClientClasses(file)) facts.add(`client-class:${name}`);
  for (const name of listRemoverMethods(file)) facts.add(`gives-remover-${name}`);
  for (const name of listMadeOnce(file)) facts.add(`made-once:${name}`);
  for (const name of listTrimmedFields(file)) facts.add(`trims:${name}`);
  return [...facts].sort();
}
