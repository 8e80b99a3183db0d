import type { UndisposedSubscription } from '../rules/resources/no-undisposed-subscription.ts';
import { findDisposer } from '../src/ast/life/end-of-life.ts';
import { classShape } from '../src/ast/names/class-shape.ts';
import { nameOfFunction } from '../src/ast/syntax.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertAtFunctionStart } from './edit/insert-at-function-start.ts';

export const fixer: Fixer<UndisposedSubscription> = {
  rule: 'no-undisposed-subscription',
  safety: 'safe',
  changes: 'ends what a field holds in the end of its owner',
  fix({ data }, file): Fix | Skip {
    if (data.kind === 'dropped') return { skip: 'what the call gives back has no name to end it by' };
    const shape = data.kind === 'part' ? classShape(data.shape, file) : data.life.shape;
    const disposer = findDisposer(shape.disposers, undefined);
    if (!disposer) return { skip: 'the method that ends its owner is in another file' };
    const field = data.kind === 'part' ? data.part.field.name : data.field;
    const ends = data.kind === 'part' ? 'dispose' : data.subscription.ends;
    const code = ends === 'call' ? `this.${field}?.();` : `this.${field}${data.kind === 'part' ? '' : '?'}.${ends}();`;
    const edits = insertAtFunctionStart(disposer, code, file);
    return edits ? { edits } : { skip: `${nameOfFunction(disposer)} has no body` };
  },
};
