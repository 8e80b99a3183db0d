import { bareModule, findImport } from '../../src/ast/names/provenance.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { Fix } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';

export interface Named {
  /** As it stands in the code. */
  text: string;
  imports: NonNullable<Fix['imports']>;
}

/**
 * How any function of the file names what a module exports: by an import that is there, or by a new one.
 *
 * @param alias what it is called where its own name means something else in the file
 */
export function nameExport(module: string, name: string, alias: string, file: FileContext): Named {
  const own = listImportsOf(module, file).filter((binding) => isAlone(binding, file));
  const whole = own.find((binding) => isWhole(binding));
  const named = own.find((binding) => findImport(binding)!.name === name);
  if (named) return { text: named.name, imports: [] };
  if (whole) return { text: `${whole.name}.${name}`, imports: [] };
  const isTaken = file.bindings.some((binding) => binding.name === name);
  const text = isTaken ? freeName(alias, file) : name;
  return { text, imports: [{ module, name: isTaken ? `${name} as ${text}` : name }] };
}

/** What the top level of a file imports of a module as a value. */
export function listImportsOf(module: string, file: FileContext): Binding[] {
  return [...file.moduleScope.bindings.values()].filter((binding) => {
    const imported = findImport(binding);
    return (
      imported !== undefined &&
      bareModule(imported.module) === bareModule(module) &&
      !ts.isTypeOnlyImportDeclaration(binding.declaration as ts.ImportSpecifier)
    );
  });
}

function isWhole(binding: Binding): boolean {
  return /^(?:default|\*)$/.test(findImport(binding)!.name);
}

/** Whether its name means the same throughout the file. */
export function isAlone(binding: Binding, file: FileContext): boolean {
  return (
    binding.writes.length === 0 && file.bindings.every((other) => other === binding || other.name !== binding.name)
  );
}
