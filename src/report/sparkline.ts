const steps = '▁▂▃▄▅▆▇█';
/** A change smaller than this part of the scale is not drawn as a cliff. */
const leastSpan = 20;

/** Numbers from 0 to 100 as a row of bars, over the span that they take. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(leastSpan, Math.max(...values) - low);
  const base = Math.max(0, Math.min(low, 100 - span));
  return values
    .map((value) => steps[Math.min(steps.length - 1, Math.floor(((value - base) / span) * steps.length))])
    .join('');
}
