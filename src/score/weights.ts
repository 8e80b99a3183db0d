import type { Severity } from '../model/rule.ts';

/** Worst first: the order of every table and list. */
export const severities: readonly Severity[] = ['high', 'medium', 'low'];

/** The table of numbers that the score is made of; docs/scoring.md gives the reason of each. */
export const weights = {
  /** Points that a severity can take at most. */
  budget: { high: 60, medium: 55, low: 10 },
  /** Findings per 1,000 code lines that take half of the budget. */
  half: { high: 0.25, medium: 2, low: 8 },
  /** Code lines assumed at least, so that one finding in a small program does not read as a thousand in a large one. */
  leastCodeLines: 2000,
  /** Least value of each grade, best first. */
  grades: [
    ['A+', 95],
    ['A', 88],
    ['A−', 80],
    ['B+', 72],
    ['B', 65],
    ['B−', 57],
    ['C+', 45],
    ['C', 38],
    ['C−', 30],
    ['D', 15],
    ['F', 0],
  ],
  moves: 3,
} as const satisfies {
  budget: Record<Severity, number>;
  half: Record<Severity, number>;
  leastCodeLines: number;
  grades: readonly (readonly [grade: string, least: number])[];
  moves: number;
};
