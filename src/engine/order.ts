import type { Finding } from '../model/finding.ts';
import type { Step } from './call-graph.ts';
import type { FunctionRef } from './symbols.ts';

/** By code units, as `sort()` orders: the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By file, place and rule. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    a.range.start.offset - b.range.start.offset ||
    a.range.end.offset - b.range.end.offset ||
    compareText(a.ruleId, b.ruleId)
  );
}

/** By file, then by place. */
export function compareRefs(a: FunctionRef, b: FunctionRef): number {
  return compareText(a.file, b.file) || a.fn - b.fn;
}

/** By who calls, then by place, then by what is called. */
export function compareSteps(a: Step, b: Step): number {
  return compareRefs(a.from, b.from) || a.edge.at - b.edge.at || compareRefs(a.to, b.to);
}
