import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { insertBefore } from './insert-before.ts';
import { isTypeScript } from './keep-value.ts';
import type { Client } from './shared-client.ts';

/** `let shared: Client | undefined;` at module level, and `(shared ??= new Client())` in its place. */
export function shareLazily(
  creation: Client['creation'],
  wanted: string,
  home: ts.Statement,
  file: FileContext,
): [TextEdit, ...TextEdit[]] {
  const name = freeName(wanted, file);
  const made = creation.expression.getText(file.source);
  const args = creation.typeArguments?.map((one) => one.getText(file.source)).join(', ');
  const type = ts.isNewExpression(creation) ? `${made}${args ? `<${args}>` : ''}` : `ReturnType<typeof ${made}>`;
  const [start, end] = [creation.getStart(file.source), creation.end];
  return [
    ...insertBefore(home, `let ${name}${isTypeScript(file) ? `: ${type} | undefined` : ''};\n`, file),
    { start, end: start, text: `(${name} ??= ` },
    { start: end, end, text: ')' },
  ];
}
