import type { FileContext } from '../../model/file-context.ts';
import type { ts } from '../ts.ts';
import { type Growth, growthOf } from './container-growth.ts';
import { type Container, containerOfField, containerOfVariable } from './containers.ts';

/** A map, set or object by keys of a file, and what the file does to it. */
export interface Table {
  container: Container;
  growth: Growth;
}

/** Every table that a file makes and uses. Found once a file. */
export function listTables(file: FileContext): readonly Table[] {
  return file.memo(findTables, file.source);
}

function findTables(_: ts.SourceFile, file: FileContext): readonly Table[] {
  const containers = [
    ...file.nodes('VariableDeclaration').map((node) => containerOfVariable(node, file)),
    ...file.nodes('PropertyDeclaration').map((node) => containerOfField(node, file)),
    ...file.nodes('BinaryExpression').map((node) => containerOfField(node, file)),
  ];
  return containers.flatMap((container) =>
    container && container.kind !== 'array' && container.accesses.length > 0
      ? [{ container, growth: growthOf(container, file) }]
      : [],
  );
}
