import type { RulePair } from './model/fixer.ts';

export const pairs: readonly RulePair<never>[] = [];
