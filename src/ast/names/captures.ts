import type { Binding, FileContext } from '../../model/file-context.ts';
import { type FunctionNode, isWithin } from '../syntax.ts';

/** The parameters and variables of one run of `fn` that a function inside it holds on to. */
export function listCaptures(inner: FunctionNode, fn: FunctionNode, file: FileContext): readonly Binding[] {
  return file.bindings.filter(
    ({ identifier, references, kind }) =>
      kind !== 'type' &&
      isWithin(identifier, fn) &&
      !isWithin(identifier, inner) &&
      references.some((reference) => isWithin(reference, inner)),
  );
}
