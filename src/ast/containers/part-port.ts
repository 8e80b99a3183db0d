import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Add } from './container-growth.ts';

/**
 * Whether what an entry holds is an end of a `MessageChannel` that is made here: one is opened for each part of the program
 * that attaches itself to a thread, most often once as it starts, and all that the part then asks goes through it.
 */
export function isPortOfPart({ value }: Add, file: FileContext): boolean {
  const port = value && skipWrappers(value);
  if (!port) return false;
  // `channel.port1`
  if (ts.isPropertyAccessExpression(port)) {
    const channel = skipWrappers(port.expression);
    const made = ts.isIdentifier(channel) ? file.bindingOf(channel)?.declaration : undefined;
    return /^port[12]$/.test(findMemberName(port) ?? '') && isChannel(made);
  }
  // `const { port1, port2 } = new MessageChannel();`
  const part = ts.isIdentifier(port) ? file.bindingOf(port)?.declaration : undefined;
  return part !== undefined && ts.isBindingElement(part) && isChannel(part.parent.parent);
}

function isChannel(declaration: ts.Node | undefined): boolean {
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const value = made && skipWrappers(made);
  return value !== undefined && ts.isNewExpression(value) && value.expression.getText() === 'MessageChannel';
}
