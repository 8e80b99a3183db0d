import type { FileRole } from '../model/file-context.ts';
import type { RulePair } from '../model/fixer.ts';
import type { Confidence, OptionValues, Rule, Severity } from '../model/rule.ts';
import { compileGlobs } from './glob.ts';
import { looksAt, type RuleRun } from './run-file.ts';
import { type RuleSetting, type ScanRequest, UsageError } from './scan-request.ts';
import { createSift, type Sifted } from './sift.ts';

/** The parts of a request that say which rules run where; can be sent to a worker thread. */
export type PlanRequest = Pick<ScanRequest, 'ruleIds' | 'categories' | 'trial' | 'confidence' | 'rules' | 'overrides'>;

interface PlannedRule extends RuleRun {
  isEnabled: boolean;
}

/** Which rules run on which file, with which options. */
export class RulePlan {
  readonly confidence: Confidence;
  readonly knownRules: ReadonlySet<string>;
  readonly #pairs: readonly RulePair<never>[];
  readonly #base: readonly PlannedRule[];
  readonly #overrides: { matches(path: string): boolean; rules: Readonly<Record<string, RuleSetting>> }[];
  readonly #byOverrides = new Map<string, readonly PlannedRule[]>();
  /** By role: a text is searched only for what the rules for its role mention. */
  readonly #sifts = new Map<FileRole, { sift: (text: string) => Sifted; places: readonly number[] }>();

  /** @throws UsageError when a rule that is named does not exist. */
  constructor(pairs: readonly RulePair<never>[], request: PlanRequest) {
    this.confidence = request.confidence ?? 'likely';
    this.knownRules = new Set(pairs.map((pair) => pair.rule.id));
    const named = [...(request.ruleIds ?? []), ...Object.keys(request.rules ?? {})];
    for (const { rules } of request.overrides ?? []) named.push(...Object.keys(rules));
    const unknown = named.find((id) => !this.knownRules.has(id));
    if (unknown !== undefined) throw new UsageError('unknown-rule', unknown, `There is no rule ${unknown}`);

    this.#overrides = (request.overrides ?? []).map(({ files, rules }) => ({ matches: compileGlobs(files), rules }));
    const isOn = ({ id, lifecycle }: Rule<never>): boolean =>
      request.trial !== 'off' || lifecycle === 'stable' || request.ruleIds?.includes(id) === true;
    const mayRun = ({ rule }: RulePair<never>): boolean =>
      (isOn(rule) || [request, ...this.#overrides].some(({ rules }) => rules?.[rule.id]?.enabled === true)) &&
      (!request.ruleIds?.length || request.ruleIds.includes(rule.id)) &&
      (!request.categories?.length || request.categories.includes(rule.category)) &&
      (request.rules?.[rule.id]?.enabled !== false || this.#overrides.some((o) => o.rules[rule.id]?.enabled === true));
    this.#pairs = pairs.filter(mayRun);
    this.#base = this.#pairs.map((pair) => ({
      pair,
      isEnabled: isOn(pair.rule),
      severity: undefined,
      isTrusted: request.trial === 'weigh',
      options: defaultOptions(pair),
    }));
    this.#base = applySettings(this.#base, request.rules ?? {});
  }

  /** The rules that could fire on a file. */
  select(path: string, text: string, role: FileRole): { rules: RuleRun[]; hasDirectives: boolean } {
    const { sift, places } = this.#siftFor(role);
    const { rules: fired, hasDirectives } = sift(text);
    if (fired.length === 0) return { rules: [], hasDirectives };
    const planned = this.#plannedFor(path);
    const rules = fired
      .map((i) => planned[places[i]!]!)
      .filter(({ isEnabled, pair }) => isEnabled && (hasDirectives || this.#mayBeReported(pair.rule, text, role)));
    return { rules, hasDirectives };
  }

  /** A rule that can say no more than `possible` here is only run to be reported, or to tell whether a directive is used. */
  #mayBeReported({ confidence, sureMentions, sureMentionsIn }: Rule<never>, text: string, role: FileRole): boolean {
    if (this.confidence === 'possible') return true;
    if (confidence === 'possible') return false;
    return (sureMentionsIn?.[role] ?? sureMentions)?.some((mention) => holdsAll(text, mention)) ?? true;
  }

  #siftFor(role: FileRole): { sift: (text: string) => Sifted; places: readonly number[] } {
    let found = this.#sifts.get(role);
    if (!found) {
      const places = this.#pairs.flatMap(({ rule }, i) => (looksAt(rule, role) ? [i] : []));
      found = { sift: createSift(places.map((i) => this.#pairs[i]!.rule)), places };
      this.#sifts.set(role, found);
    }
    return found;
  }

  /** Ids of the rules that are on for a file, whether or not they could fire. */
  enabledRules(path: string): Set<string> {
    return new Set(this.#plannedFor(path).flatMap((rule) => (rule.isEnabled ? [rule.pair.rule.id] : [])));
  }

  #plannedFor(path: string): readonly PlannedRule[] {
    if (this.#overrides.length === 0) return this.#base;
    const matching = this.#overrides.filter((override) => override.matches(path));
    const key = this.#overrides.map((override) => (matching.includes(override) ? '1' : '0')).join('');
    let planned = this.#byOverrides.get(key);
    if (!planned) {
      planned = matching.reduce((rules, override) => applySettings(rules, override.rules), this.#base);
      this.#byOverrides.set(key, planned);
    }
    return planned;
  }
}

/** Whether a text holds each token of `a&b`. */
function holdsAll(text: string, mention: string): boolean {
  return mention.split('&').every((token) => text.includes(token));
}

function defaultOptions({ rule }: RulePair<never>): OptionValues {
  return Object.fromEntries(Object.entries(rule.options ?? {}).map(([name, option]) => [name, option.default]));
}

function applySettings(
  rules: readonly PlannedRule[],
  settings: Readonly<Record<string, RuleSetting>>,
): readonly PlannedRule[] {
  return rules.map((rule) => {
    const setting = settings[rule.pair.rule.id];
    if (!setting) return rule;
    const severity: Severity | undefined = setting.severity ?? rule.severity;
    return {
      pair: rule.pair,
      isEnabled: setting.enabled ?? rule.isEnabled,
      severity,
      isTrusted: rule.isTrusted,
      options: setting.options ? { ...rule.options, ...setting.options } : rule.options,
    };
  });
}
