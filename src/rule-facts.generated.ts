import type { RuleFacts } from './model/rule-facts.ts';

export const ruleFacts: readonly RuleFacts[] = [];
