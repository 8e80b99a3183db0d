/** Percentiles and the like, shared by the four systems. */
import type { FormName } from './forms.ts';

/** Latencies by rank: enough for the curve, few enough for the result file. */
export const shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1] as const;

export interface Latencies {
  count: number;
  p50: number;
  p99: number;
  /** Values at `shares`. */
  curve: number[];
}

/** Sorts in place. */
export function summarise(milliseconds: number[]): Latencies {
  milliseconds.sort((a, b) => a - b);
  const at = (share: number): number =>
    milliseconds[Math.min(milliseconds.length - 1, Math.floor(milliseconds.length * share))] ?? 0;
  return { count: milliseconds.length, p50: at(0.5), p99: at(0.99), curve: shares.map(at) };
}

export type PerForm<Value> = Record<FormName, Value>;
