import type { FileContext } from '../../model/file-context.ts';
import { endName, listEnds, withCallees } from '../life/after-end.ts';
import type { Life } from '../life/life-cycle.ts';
import { listTold } from '../life/link-of-owner.ts';
import { findListenerFunction, pathOf } from '../listeners/listener-calls.ts';
import { isWithin, nameOfFunction, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isHandedSocket } from '../where/handed-socket.ts';
import { listNodesWithin } from '../within.ts';

/**
 * Whether nothing clears a timer of an owner but who is told of the end of what the owner was handed as it was made, a
 * server, say, which goes on when the owner ends: that neither clears nor closes it. A socket ends with its owner.
 */
export function isLeftToHanded(clears: readonly ts.Node[], life: Life, file: FileContext): boolean {
  const ends = listEnds(life).filter((fn) => endName.test(nameOfFunction(fn)));
  if (life.kind !== 'owner' || ends.length === 0 || clears.length === 0) return false;
  const reached = withCallees(ends, file);
  const told = listTold(file);
  return clears.every((clear) => {
    if (reached.some((fn) => isWithin(clear, fn))) return false;
    return told.some(({ receiver, listener }) => {
      const fn = findListenerFunction(listener, file);
      if (!fn || !isWithin(clear, fn) || isHandedSocket(receiver, file)) return false;
      const path = pathOf(receiver, file);
      return path !== undefined && isHanded(path, life, file) && !reached.some((end) => endsIt(path, end, file));
    });
  });
}

/** `this.server` of `constructor(private server)` and of `this.server = server`, whose every value is a parameter of that. */
function isHanded(path: string, { shape }: Extract<Life, { kind: 'owner' }>, file: FileContext): boolean {
  const [self, name, ...rest] = path.split('.');
  const field = self === 'this' && rest.length === 0 ? shape.fields.get(name!) : undefined;
  if (!field || !shape.constructorNode) return false;
  if (field.declaration && ts.isParameter(field.declaration)) return field.values.length === 0;
  return (
    field.values.length > 0 &&
    field.values.every((value) => {
      const root = rootOfMembers(skipWrappers(value));
      const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
      return declaration !== undefined && ts.isParameter(declaration) && declaration.parent === shape.constructorNode;
    })
  );
}

/** It calls something of it, or hands it on, other than to read what it holds. */
function endsIt(path: string, end: ts.Node, file: FileContext): boolean {
  return listNodesWithin('CallExpression', end, file).some((call) => {
    if (call.arguments.some((argument) => pathOf(argument, file) === path)) return true;
    const callee = skipWrappers(call.expression);
    return ts.isPropertyAccessExpression(callee) && pathOf(callee.expression, file) === path && endsByName(callee);
  });
}

function endsByName({ name }: ts.PropertyAccessExpression): boolean {
  return endName.test(name.text) || /^(?:emit|close\w*|end\w*|destroy\w*|stop\w*)$/.test(name.text);
}
