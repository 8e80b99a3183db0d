import { distance } from 'fastest-levenshtein';

/** The candidate that was probably meant: at most a third of its letters differ; ties go to the first. */
export function findNearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const steps = distance(wanted, candidate.toLowerCase());
    if (steps < least && steps <= Math.max(2, Math.ceil(candidate.length / 3)) && steps < candidate.length) {
      least = steps;
      nearest = candidate;
    }
  }
  return nearest;
}
