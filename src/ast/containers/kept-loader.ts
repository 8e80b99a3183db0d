import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { findPropertyName } from '../syntax.ts';
import { ts } from '../ts.ts';
import { frequencyOf } from '../where/where.ts';
import type { KeptByLibrary } from './kept-memo.ts';

/** A `new DataLoader(…)` that lives as long as the process and keeps all it has loaded; undefined for others. */
export function findKeptLoader(node: ts.NewExpression, file: FileContext): KeptByLibrary | undefined {
  const origin = findOrigin(node.expression, file);
  if (!origin || bareModule(origin.module) !== 'dataloader') return undefined;
  if (frequencyOf(node, file) !== 'once') return undefined;
  const options = node.arguments?.[1];
  if (options && !ts.isObjectLiteralExpression(options)) return undefined;
  const names = options?.properties.map((p) => findPropertyName(p.name));
  if (names?.some((name) => name === undefined || name === 'cache' || name === 'cacheMap')) return undefined;
  const holder = node.parent;
  const name = ts.isVariableDeclaration(holder) ? holder.name.getText(file.source) : 'This DataLoader';
  return { name, key: 'key it loads' };
}
