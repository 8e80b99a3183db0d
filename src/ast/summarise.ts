import type { FileContext } from '../model/file-context.ts';
import type {
  CallEdge,
  ClassSummary,
  FileSummary,
  FunctionDeed,
  FunctionSummary,
  NamedValue,
  SymbolRef,
} from '../model/link.ts';
import { findInstanceLibrary } from './clients/axios-instance.ts';
import { classShape } from './names/class-shape.ts';
import { listDeeds } from './names/function-deeds.ts';
import { listFunctions, ordinalOf } from './names/functions.ts';
import {
  listCommonJsExports,
  listExports,
  listImports,
  listOwnUses,
  listUses,
  localOfExport,
} from './names/module-surface.ts';
import { findReturned, listFields, valueOfBinding, valueOfExpression } from './names/named-value.ts';
import { findOrigin } from './names/provenance.ts';
import { constructorMember, listClasses, refOfOrigin } from './names/symbol-ref.ts';
import { listFacts } from './project-facts.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingClass,
  findEnclosingFunction,
  findThisClass,
  getOutermostWrapped,
  lineOf,
  nameOfFunction,
} from './syntax.ts';
import { ts } from './ts.ts';
import { addCall, addInlineEdge, addStepEdges } from './where/call-edges.ts';
import { findEntryPoint } from './where/entry-points.ts';
import { listLoadCalls } from './where/load-calls.ts';
import { isPublicFunction } from './where/public-api.ts';
import { refusesOthers } from './where/refuses-others.ts';
import { addResolverEntries } from './where/resolver-maps.ts';

/** Everything that other files may need to know of this one; see `src/model/link.ts`. */
export function summarise(file: FileContext): FileSummary {
  const functions = listFunctions(file);
  const classes = listClasses(file);
  const summaries = functions.map((fn): FunctionSummary => {
    const entry = findEntryPoint(fn, file);
    const deeds = listDeeds(fn, file);
    const returns = findReturned(fn, file, classes);
    return {
      name: qualifiedName(fn),
      line: lineOf(file.source, fn.getStart(file.source)),
      ...(entry && { entry }),
      ...(isPublicFunction(fn, file) && { isOffered: true }),
      ...(refusesOthers(fn, file) && { isForAdmins: true }),
      ...(deeds.length > 0 && { deeds }),
      ...(returns && { returns }),
      calls: [],
    };
  });
  const addEdge = (from: FunctionNode | undefined, edge: CallEdge): void => {
    if (from) summaries[ordinalOf(from, file)]?.calls.push(edge);
  };
  for (const call of file.nodes('CallExpression')) addCall(call, file, classes, summaries, addEdge);
  for (const call of file.nodes('NewExpression')) addCall(call, file, classes, summaries, addEdge);
  for (const fn of functions) addInlineEdge(fn, file, addEdge);
  addStepEdges(file, classes, addEdge);
  addResolverEntries(file, classes, summaries);
  const values = listValues(file, classes);
  addInstanceMethods(values, summaries, file);
  const loadCalls = listLoadCalls(file, classes);

  return {
    functions: summaries,
    classes: classes.map((cls) => summariseClass(cls, file, classes)),
    values,
    ...listExports(file),
    imports: listImports(file),
    uses: listUses(file),
    ownUses: listOwnUses(file),
    ...(loadCalls.length > 0 && { loadCalls }),
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

function summariseClass(cls: ClassNode, file: FileContext, classes: readonly ClassNode[]): ClassSummary {
  const shape = classShape(cls, file);
  const methods: Record<string, number> = {};
  for (const [name, fn] of shape.methods) methods[name] = ordinalOf(fn, file);
  if (shape.constructorNode) methods[constructorMember] = ordinalOf(shape.constructorNode, file);
  const fields = listFields(shape, file, classes);
  const summary: ClassSummary = { name: shape.name, implements: [], methods, ...(fields && { fields }) };
  for (const clause of cls.heritageClauses ?? []) {
    for (const type of clause.types) {
      const ref = refOfOrigin(findOrigin(type.expression, file)) ?? refOfOwnInterface(type.expression, file);
      if (!ref) continue;
      if (clause.token === ts.SyntaxKind.ExtendsKeyword) summary.extends = ref;
      else summary.implements.push(ref);
    }
  }
  return summary;
}

/** An interface that the file itself declares, and others may import to speak of what implements it. */
function refOfOwnInterface(expression: ts.Expression, file: FileContext): SymbolRef | undefined {
  const binding = ts.isIdentifier(expression) ? file.bindingOf(expression) : undefined;
  return binding && ts.isInterfaceDeclaration(binding.declaration) && binding.scope === file.moduleScope
    ? { kind: 'local', name: binding.name, members: [] }
    : undefined;
}

const sendingMethods: Readonly<Record<string, readonly FunctionDeed[]>> = {
  get: ['reads', 'sends'],
  head: ['reads', 'sends'],
  post: ['writes', 'sends'],
  put: ['writes', 'sends'],
  patch: ['writes', 'sends'],
  delete: ['writes', 'sends'],
};

/** `export const http = axios.create({ … })`: what other files call on it are requests, as if its methods were written here. */
function addInstanceMethods(values: Record<string, NamedValue>, summaries: FunctionSummary[], file: FileContext): void {
  for (const call of file.nodes('CallExpression')) {
    if (!findInstanceLibrary(call, file)) continue;
    const { parent } = getOutermostWrapped(call);
    const name =
      ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && findEnclosingFunction(call) === undefined
        ? parent.name.text
        : undefined;
    if (name === undefined || !Object.hasOwn(values, name)) continue;
    const line = lineOf(file.source, call.getStart(file.source));
    const properties: Record<string, NamedValue> = {};
    for (const [method, deeds] of Object.entries(sendingMethods)) {
      properties[method] = { kind: 'function', fn: summaries.length };
      summaries.push({ name: `${name}.${method}`, line, deeds, calls: [], isStandIn: true });
    }
    values[name] = { kind: 'object', properties };
  }
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
