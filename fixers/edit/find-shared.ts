import { findEnclosingFunction, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import { listClientEnds } from './client-ends.ts';
import type { ClientScope } from './client-scope.ts';
import type { Client } from './shared-client.ts';
import { getTopLevelStatement } from './statement-of.ts';

/** The const of the module, above its use, that holds a client made with the same words, which nobody ends. */
export function findShared(creation: Client['creation'], scope: ClientScope, file: FileContext): Binding | undefined {
  if (!scope.isStatic || scope.owner) return undefined;
  const home = getTopLevelStatement(creation);
  return [...file.moduleScope.bindings.values()].find((binding) => {
    if (!isMadeAlike(binding, creation, file) || binding.declaration.end > home.pos) return false;
    const ends = listClientEnds(binding, file);
    return Array.isArray(ends) && ends.length === 0 && !isShadowed(binding, creation, file);
  });
}

/** Whether a name of the module cannot be that of a client: it means something else somewhere in the file than such a client of a function. */
export function isNameTaken(binding: Binding, creation: Client['creation'], file: FileContext): boolean {
  const isFree = (other: Binding): boolean => other.scope !== file.moduleScope && isMadeAlike(other, creation, file);
  return file.bindings.some((other) => other !== binding && other.name === binding.name && !isFree(other));
}

function isMadeAlike({ declaration, kind }: Binding, creation: Client['creation'], file: FileContext): boolean {
  const value = ts.isVariableDeclaration(declaration) && kind === 'const' ? declaration.initializer : undefined;
  return value !== undefined && value.getText(file.source) === creation.getText(file.source);
}

/** Whether the name stands for something else around the creation or in its function, other than for what it makes. */
function isShadowed(shared: Binding, creation: Client['creation'], file: FileContext): boolean {
  const fn = findEnclosingFunction(creation);
  return file.bindings.some((other) => {
    if (other === shared || other.name !== shared.name || isWithin(creation, other.declaration)) return false;
    return isWithin(creation, other.scope.node) || (fn !== undefined && isWithin(other.identifier, fn));
  });
}
