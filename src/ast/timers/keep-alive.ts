import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { ts } from '../ts.ts';

/** `setInterval(() => {}, 3_600_000)`: it does nothing but hold the process open, which is what it is for. */
export function isKeepAlive({ arguments: [run] }: ts.CallExpression, file: FileContext): boolean {
  const body = run && findFunctionValue(run, file)?.body;
  return body !== undefined && ts.isBlock(body) && body.statements.length === 0;
}
