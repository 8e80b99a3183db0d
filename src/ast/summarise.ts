import type { Binding, FileContext } from '../model/file-context.ts';
import type { CallEdge, ClassSummary, FileSummary, FunctionSummary, NamedValue } from '../model/link.ts';
import { addCall, addInlineEdge } from './call-edges.ts';
import { classShape } from './class-shape.ts';
import { findEntryPoint } from './entry-points.ts';
import { listDeeds } from './function-deeds.ts';
import { findFunctionOfBinding, listFunctions, ordinalOf } from './functions.ts';
import {
  listCommonJsExports,
  listExports,
  listImports,
  listOwnUses,
  listUses,
  localOfExport,
} from './module-surface.ts';
import { listFacts } from './project-facts.ts';
import { findOrigin } from './provenance.ts';
import { isOffered } from './public-api.ts';
import { constructorMember, listClasses, refOf, refOfOrigin } from './symbol-ref.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingClass,
  findEnclosingFunction,
  findPropertyName,
  findThisClass,
  isFunctionNode,
  lineOf,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

/** Everything that other files may need to know of this one; see `src/model/link.ts`. */
export function summarise(file: FileContext): FileSummary {
  const functions = listFunctions(file);
  const classes = listClasses(file);
  const summaries = functions.map((fn): FunctionSummary => {
    const entry = findEntryPoint(fn, file);
    const deeds = listDeeds(fn, file);
    return {
      name: qualifiedName(fn),
      line: lineOf(file.source, fn.getStart(file.source)),
      ...(entry && { entry }),
      ...(isOffered(fn, file) && { isOffered: true }),
      ...(deeds.length > 0 && { deeds }),
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
    values[localOfExport(assignment.name, file)] ??= valueOfExpression(assignment.value, file, classes, 0);
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
