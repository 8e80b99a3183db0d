import type { RelatedLocation } from '../model/finding.ts';
import type { Problem } from '../model/scan-result.ts';

/** Whether a condition holds, what shows it, and, when it does not, why. */
export interface Verdict {
  holds: boolean;
  /** Chains of calls, each from its entry on, and single places. */
  evidence: readonly (readonly RelatedLocation[])[];
  /** A sentence for either, without its full stop. */
  why: string;
  /** Why the finding is `possible`: what would make it sure does not hold. */
  doubt?: string;
  /** What went wrong when it was asked after: the finding stays, and is not sure. */
  problem?: Problem;
}
