import { importPairs } from './config/plugins.ts';
import type { RulePair } from './model/fixer.ts';
import { pairs } from './registry.generated.ts';

/** Every rule of a scan: Plimsoll's own and those of plugins. Worker threads load them by this, too. */
export async function loadPairs(plugins: readonly string[]): Promise<readonly RulePair<never>[]> {
  const loaded: RulePair<never>[] = [...pairs];
  for (const module of plugins) loaded.push(...(await importPairs(module)));
  return loaded;
}
