import type { UnboundedLog } from '../rules/memory/no-unbounded-log.ts';
import type { Add } from '../src/ast/containers/container-growth.ts';
import type { Container } from '../src/ast/containers/containers.ts';
import { isPublic } from '../src/ast/life/lifetime.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, TextEdit } from '../src/model/fixer.ts';
import { cutInPlace } from './edit/cut-in-place.ts';
import { isTable } from './edit/is-table.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { readAsRing } from './edit/read-as-ring.ts';
import { replaceNode } from './edit/replace-node.ts';

/** Enough to look back on, and a few megabytes at most. */
const capacity = '10_000';
export const fixer: Fixer<UnboundedLog> = {
  rule: 'no-unbounded-log',
  safety: 'review',
  changes: `keeps the last ${capacity.replace('_', ',')} values: in a \`RingBuffer\`, or by cutting the array where it is added to`,
  fix({ data }, file) {
    const { container, growth } = data;
    if (data.isSwept) return { skip: 'call what sweeps out its old items, on a timer or as items are added' };
    if (data.isLive) return { skip: 'what is added still lives: take each one out when it ends' };
    if (isTable(container, file))
      return { skip: 'its values are looked up and changed, or found by their place: take each out when it is over' };
    return useRing(container, growth.adds, file) ?? cutInPlace(growth.adds, container, capacity, file);
  },
};

/** Undefined where the array is used in a way that a ring buffer has no method for, or where others see its type. */
function useRing(container: Container, adds: readonly Add[], file: FileContext): Fix | undefined {
  const { home, type } = container;
  const isTyped = isTypeScriptFile(file);
  if (home.kind === 'module' && isExported(home.binding.declaration, home.binding.references)) return undefined;
  if (home.kind === 'field' && isPublic(container)) return undefined;
  const element = elementOf(type, file);
  if (isTyped && element === undefined) return undefined;
  for (const { node } of adds) {
    if (!ts.isCallExpression(node) || !isPlainPush(node)) return undefined;
  }
  const edits: TextEdit[] = [];
  for (const access of container.accesses) {
    const edit = readAsRing(access, container, file);
    if (!edit) return undefined;
    edits.push(...edit);
  }
  const code = `new RingBuffer${isTyped ? `<${element}>` : ''}(${capacity})`;
  const start = type ? type.pos - 1 : container.value.getStart(file.source);
  const first: TextEdit = type
    ? { start, end: container.value.end, text: ` = ${code}` }
    : replaceNode(container.value, code, file);
  return {
    edits: [first, ...edits],
    needs: ['RingBuffer'],
    note: 'choose the number of values that are looked back on',
  };
}

function isExported(declaration: ts.Node, references: readonly ts.Identifier[]): boolean {
  const statement = declaration.parent?.parent;
  if (statement && ts.isVariableStatement(statement) && (ts.getModifiers(statement)?.length ?? 0) > 0) return true;
  return references.some((r) => ts.isExportSpecifier(r.parent) || ts.isShorthandPropertyAssignment(r.parent));
}

function isPlainPush(call: ts.CallExpression): boolean {
  const { expression } = call;
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== 'push') return false;
  return (
    call.arguments.length === 1 && !ts.isSpreadElement(call.arguments[0]!) && ts.isExpressionStatement(call.parent)
  );
}

/** `T[]` and `Array<T>` → `T`. */
function elementOf(type: ts.TypeNode | undefined, file: FileContext): string | undefined {
  if (!type) return undefined;
  if (ts.isArrayTypeNode(type)) {
    const { elementType } = type;
    return (ts.isParenthesizedTypeNode(elementType) ? elementType.type : elementType).getText(file.source);
  }
  const isArray = ts.isTypeReferenceNode(type) && type.typeName.getText(file.source) === 'Array';
  return isArray ? type.typeArguments?.[0]?.getText(file.source) : undefined;
}
