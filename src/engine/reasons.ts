import type { RelatedLocation } from '../model/finding.ts';

/** How many of what one sentence says alike are named. */
const maxNamed = 3;

/** Sentences as one text: each once, and those that differ by their last name alone as one. */
export function joinReasons(reasons: readonly string[]): string {
  const namesByStart = new Map<string, Set<string>>();
  for (const reason of reasons) {
    const [, start = reason, name] = /^(.* )(`[^`]+`)$/.exec(reason) ?? [];
    const names = namesByStart.get(start) ?? new Set();
    namesByStart.set(start, name === undefined ? names : names.add(name));
  }
  return [...namesByStart].map(([start, names]) => `${start}${listNames([...names])}`).join('. ');
}

function listNames(names: readonly string[]): string {
  const others = names.length - maxNamed;
  const shown = others > 1 ? [...names.slice(0, maxNamed), `${others} others`] : names;
  return orList(shown);
}

/** `a, b or c` */
export function orList(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
}

/** A member as code says it: `=length` is set, `on:error` listened for. */
export function shownMember(member: string): string {
  if (member.startsWith('=')) return `\`${member.slice(1)} = …\``;
  const [method, event] = member.split(':');
  return event === undefined ? `\`${member}\`` : `\`${method}('${event}')\``;
}

/** Chains of calls as one list: no step twice, and where another chain begins, it says so. */
export function joinChains(chains: readonly (readonly RelatedLocation[])[]): RelatedLocation[] {
  const told = new Set<string>();
  const steps: RelatedLocation[] = [];
  for (const chain of chains) {
    const fresh = chain.filter((step) => !told.has(JSON.stringify(step)));
    for (const step of fresh) told.add(JSON.stringify(step));
    const isAnother = chain.length > 1 && steps.length > 0;
    steps.push(...fresh.map((step, i) => (isAnother && i === 0 ? { ...step, note: `and ${step.note}` } : step)));
  }
  return steps;
}
