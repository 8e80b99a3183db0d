import type { Config } from './types.ts';

/** Configurations that every installation has, by the names that `extends` takes. */
export const presets: Readonly<Record<string, Config>> = {
  'plimsoll/recommended': { confidence: 'likely', gates: { failOn: 'high' } },
  'plimsoll/strict': { confidence: 'possible', gates: { failOn: 'low', maxStale: 0 } },
};
