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

/** In place of the number of a condition. */
const [always, never] = [-1, -2];

/** The sift of the rules that look at files of a role. */
interface RoleSift {
  /** Finds the rules, by their place in `places`; behind them the conditions of `surePlaces`. */
  sift: (text: string) => Sifted;
  /** Of the rules among all. */
  places: readonly number[];
  /** For each rule the condition under which it may say more than `possible`. */
  surePlaces: readonly number[];
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
  readonly #sifts = new Map<FileRole, RoleSift>();

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
    const { sift, places, surePlaces } = this.#siftFor(role);
    const { rules: fired, hasDirectives } = sift(text);
    if (fired.length === 0) return { rules: [], hasDirectives };
    const planned = this.#plannedFor(path);
    const found = new Set(fired);
    const rules: RuleRun[] = [];
    for (const i of fired) {
      if (i >= places.length) break;
      const rule = planned[places[i]!]!;
      // A rule that can say no more than `possible` here is only run to be reported, or to tell whether a directive is used.
      const sure = surePlaces[i]!;
      const isAsked = hasDirectives || sure === always || (sure !== never && found.has(sure));
      if (rule.isEnabled && isAsked) rules.push(rule);
    }
    return { rules, hasDirectives };
  }

  #siftFor(role: FileRole): RoleSift {
    let found = this.#sifts.get(role);
    if (!found) {
      found = this.#makeSift(role);
      this.#sifts.set(role, found);
    }
    return found;
  }

  #makeSift(role: FileRole): RoleSift {
    const places = this.#pairs.flatMap(({ rule }, i) => (looksAt(rule, role) ? [i] : []));
    const asked: Pick<Rule, 'mentions' | 'shapes'>[] = places.map((i) => this.#pairs[i]!.rule);
    const surePlaces = places.map((i) => {
      const { confidence, sureMentions, sureMentionsIn } = this.#pairs[i]!.rule;
      if (this.confidence === 'possible') return always;
      if (confidence === 'possible') return never;
      const mentions = sureMentionsIn?.[role] ?? sureMentions;
      return mentions ? asked.push({ mentions }) - 1 : always;
    });
    return { sift: createSift(asked), places, surePlaces };
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
