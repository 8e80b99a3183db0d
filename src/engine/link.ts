import type { RelatedLocation } from '../model/finding.ts';
import type { FunctionDeed, LinkCondition, SymbolRef } from '../model/link.ts';
import { type CallChain, CallGraph } from './call-graph.ts';
import { cheapestFirst, cost, costOf, listNeeded, listParts } from './condition-order.ts';
import { wordsOf } from './deed-words.ts';
import { wordsOfEntry } from './entry-words.ts';
import { wordsOfFact } from './fact-words.ts';
import { locate } from './locate.ts';
import { compareFindings } from './order.ts';
import { isOfProgram } from './program.ts';
import type { Project } from './project.ts';
import { joinReasons, orList, shownMember } from './reasons.ts';
import { requestOf } from './requested-by.ts';
import { crashProblem, type RawFinding } from './run-file.ts';
import { StatedFacts } from './stated-facts.ts';
import { type FunctionRef, SymbolTable } from './symbols.ts';
import { isUnaskedPool, isUntakenValue } from './uncalled-code.ts';
import { isUncalledMethod, type MethodAids, methodOf } from './uncalled-method.ts';
import type { Verdict } from './verdict.ts';
import { Wiring } from './wiring.ts';

/** How far a call is followed for what it does, and how many calls of one function. */
const maxHops = 1;
/** A list is handed on whole, and what is sent goes through a client of the project's own. */
const farDeeds: ReadonlySet<FunctionDeed> = new Set(['rows', 'all-rows', 'sends']);
const maxHopsFar = 2;
const maxCallees = 20;

const idle = 'Nothing of the project is seen to run it';

/** What a function that keeps what it read does all the same. */
const notKept: ReadonlySet<FunctionDeed> = new Set(['writes', 'shares', 'caches', 'rows', 'all-rows']);

/** Decides the findings that depend on other files, over summaries alone. The order of files and findings does not matter. */
export class Linker {
  readonly #project: Project;
  readonly #symbols: SymbolTable;
  readonly #graph: CallGraph;
  readonly #facts: StatedFacts;
  readonly #wiring: Wiring;
  readonly #aids: MethodAids = {
    filesNaming: (word) => this.#facts.filesNaming(word),
    isUnwired: (piece) => this.#wiring.isUnwired(piece),
  };

  constructor(project: Project) {
    this.#project = project;
    this.#facts = new StatedFacts(project);
    this.#symbols = new SymbolTable(project);
    this.#wiring = new Wiring(project, this.#symbols);
    this.#graph = new CallGraph(project, this.#symbols, this.#wiring);
  }

  /**
   * The verdict on each finding, in order.
   *
   * @param wantsUnsure whether it matters which findings of a file are `possible` and which refuted; default: it does
   */
  decide(findings: readonly RawFinding[], wantsUnsure: (file: string) => boolean = () => true): Verdict[] {
    const facts: string[] = [];
    for (const { when, sureWhen, finding } of findings) {
      const conditions = [when, sureWhen].filter((condition) => condition !== undefined);
      const method = methodOf(finding.scope);
      if (method !== undefined) facts.push(`reused:${method}`);
      for (const part of conditions.flatMap((condition) => [...listParts(condition)])) {
        if (part.kind === 'project-states') facts.push(part.fact);
        if (part.kind === 'program-states') facts.push(...part.facts);
      }
    }
    this.#facts.askAhead(facts);
    // What one asks may bring in classes that answer for the next.
    const verdicts = new Map<RawFinding, Verdict>();
    for (const raw of [...findings].sort((a, b) => compareFindings(a.finding, b.finding)))
      verdicts.set(raw, this.#decideSafely(raw, wantsUnsure(raw.finding.file)));
    return findings.map((raw) => verdicts.get(raw)!);
  }

  #decideSafely(raw: RawFinding, wantsUnsure: boolean): Verdict {
    try {
      return this.#decideOne(raw, wantsUnsure);
    } catch (error) {
      const { ruleId, file } = raw.finding;
      const problem = crashProblem(`What rule ${ruleId} asks of other files`, file, error);
      return { holds: true, evidence: [], why: '', doubt: 'What it asks of other files could not be told', problem };
    }
  }

  #decideOne(raw: RawFinding, wantsUnsure: boolean): Verdict {
    const { finding, when, sureWhen } = raw;
    const { file, confidence } = finding;
    const refusal = wantsUnsure ? undefined : this.#refuse(raw);
    if (refusal) return refusal;
    const verdict = when ? this.#judge(when, file) : { holds: true, evidence: [], why: '' };
    if (!verdict.holds) return verdict;
    if (wantsUnsure && confidence !== 'possible' && this.#isIdle(raw)) return { ...verdict, doubt: idle };
    const sure = sureWhen && this.#judge(sureWhen, file);
    if (!sure) return verdict;
    if (!sure.holds) return { ...verdict, doubt: sure.why };
    return { ...verdict, evidence: [...verdict.evidence, ...sure.evidence] };
  }

  /** A verdict on a finding that is not sure: what costs least is asked first, and what shows that it holds is not told. */
  #refuse(raw: RawFinding): Verdict | undefined {
    const { finding, when, sureWhen } = raw;
    const { file, confidence } = finding;
    const unsure: Verdict = { holds: true, evidence: [], why: '', doubt: idle };
    const needed = listNeeded([when, sureWhen]);
    const far = needed.filter((condition) => costOf(condition) >= cost.allCallers);
    const fails = (condition: LinkCondition): boolean => !this.#holds(condition, file);
    const failed = needed.slice(0, needed.length - far.length).find(fails);
    if (!failed && confidence !== 'possible' && this.#isIdle(raw)) return unsure;
    const first = failed ?? far.find(fails);
    if (!first) return undefined;
    return listNeeded([when]).includes(first) ? this.#judge(first, file) : unsure;
  }

  /** Whether a condition holds, by the cheapest of what shows it. */
  #holds(condition: LinkCondition, file: string): boolean {
    switch (condition.kind) {
      case 'not':
        return !this.#holds(condition.of, file);
      case 'all':
        return cheapestFirst(condition.of).every((part) => this.#holds(part, file));
      case 'any':
        return cheapestFirst(condition.of).some((part) => this.#holds(part, file));
      case 'runs-repeatedly': {
        const { fn, asItLives = false, fromOutside } = condition;
        if (fromOutside) return this.#judge(condition, file).holds;
        return fn >= 0 && this.#graph.findAnyRepetition({ file, fn }, !asItLives) !== undefined;
      }
      default:
        return this.#judge(condition, file).holds;
    }
  }

  /** Whether nothing of a service runs what stands here. */
  #isIdle({ finding: { file, scope, range } }: RawFinding): boolean {
    if (this.#wiring.isUnused(file)) return true;
    if (scope === '') return isUnaskedPool(this.#project, file, range.start.line);
    if (isUncalledMethod(this.#project, file, scope, this.#aids)) return true;
    return (
      isUntakenValue(this.#project, file, range.start.line) ||
      this.#wiring.isUnwired({ file, name: scope.split('.')[0]! })
    );
  }

  #judge(condition: LinkCondition, file: string): Verdict {
    switch (condition.kind) {
      case 'on-request-path': {
        const fn = { file, fn: condition.fn };
        const { awaited = false, within = Infinity, by } = condition;
        // The call that hands a handler to its route is none of them.
        const found = condition.fn < 0 ? undefined : this.#graph.findRequestChain(fn, awaited, by, within + 1);
        const chain = found && this.#callsBelowHandler(found) > within ? undefined : found;
        return this.#verdictOf(chain, fn, requestOf(by), awaited ? 'waits for' : 'reaches');
      }
      case 'runs-repeatedly': {
        const fn = { file, fn: condition.fn };
        const { asItLives = false, fromOutside } = condition;
        const chain = condition.fn < 0 ? undefined : this.#graph.findRepetitionChain(fn, !asItLives, fromOutside);
        const wanted = asItLives ? 'handler, listener or timer' : 'handler, listener, timer or loop';
        return this.#verdictOf(chain, fn, wanted, 'reaches');
      }
      case 'open-to-users': {
        const fn = { file, fn: condition.fn };
        const found = condition.fn < 0 ? undefined : this.#graph.findUserChain(fn);
        const chain = condition.directly && found?.steps.length ? undefined : found;
        return this.#verdictOf(chain, fn, 'published function', 'reaches');
      }
      case 'handed-by-requests': {
        const fn = { file, fn: condition.fn };
        const chain = this.#graph.findGivingChain(fn, condition.parameter);
        return this.#verdictOf(chain, fn, 'request', 'brings what is handed to');
      }
      case 'in-library': {
        const holds = this.#project.isOfLibrary(file);
        return { holds, evidence: [], why: holds ? 'It is part of a library' : 'It is no part of a library' };
      }
      case 'unused-members':
        return this.#judgeUnused(file, condition.symbol, condition.members);
      case 'called-on-request-path':
        return this.#judgeCalls(file, condition.symbol, condition.members, condition.unless);
      case 'callee-does':
        return this.#judgeCallee(file, condition.to, condition.deeds, condition.given);
      case 'handed-many': {
        const holds = condition.fn >= 0 && this.#graph.isHandedMany({ file, fn: condition.fn }, condition.parameter);
        return { holds, evidence: [], why: holds ? 'It is handed many' : 'Nobody is seen to hand many to it' };
      }
      case 'project-states': {
        const where = this.#facts.find(condition.fact);
        return {
          holds: where !== undefined,
          evidence: [],
          why: `${where ?? 'No file'} ${wordsOfFact(condition.fact)}`,
        };
      }
      case 'program-states': {
        const holds = isOfProgram(
          this.#project,
          file,
          condition.facts.flatMap((fact) => this.#facts.filesStating(fact)),
        );
        const done = wordsOfFact(condition.facts[0]!);
        return { holds, evidence: [], why: `${holds ? 'A' : 'No'} file of a program that loads it ${done}` };
      }
      case 'not': {
        const { holds, why } = this.#judge(condition.of, file);
        return { holds: !holds, evidence: [], why };
      }
      case 'all': {
        const verdicts = new Map<LinkCondition, Verdict>();
        for (const part of cheapestFirst(condition.of)) {
          const verdict = this.#judge(part, file);
          if (!verdict.holds) return { ...verdict, evidence: [] };
          verdicts.set(part, verdict);
        }
        const parts = condition.of.map((part) => verdicts.get(part)!);
        return {
          holds: true,
          evidence: parts.flatMap(({ evidence }) => evidence),
          why: joinReasons(parts.map(({ why }) => why)),
        };
      }
      case 'any': {
        const reasons: string[] = [];
        for (const part of condition.of) {
          const verdict = this.#judge(part, file);
          if (verdict.holds) return verdict;
          reasons.push(verdict.why);
        }
        return { holds: false, evidence: [], why: joinReasons(reasons) };
      }
    }
  }

  /** Whether `who` was found that `does` something to a function. */
  #verdictOf(chain: CallChain | undefined, fn: FunctionRef, who: string, does: string): Verdict {
    const name = fn.fn < 0 ? 'module level' : `\`${this.#graph.nameOf(fn)}\``;
    if (!chain) return { holds: false, evidence: [], why: `No ${who} was found that ${does} ${name}` };
    return { holds: true, evidence: [this.#evidenceOf(chain)], why: `A ${who} ${does} ${name}` };
  }

  /** How many calls lead from the handler: one of another file is handed to its route, which is no call. */
  #callsBelowHandler({ entry, steps }: CallChain): number {
    const isHandedOver = entry !== undefined && this.#graph.nameOf(entry) === entry.point.label;
    return isHandedOver ? steps.length - 1 : steps.length;
  }

  /** Handler first, then each call on the way. */
  #evidenceOf({ entry, steps }: CallChain): RelatedLocation[] {
    const evidence: RelatedLocation[] = [];
    if (entry) {
      const line = this.#project.summaryOf(entry.file)!.functions[entry.fn]!.line;
      evidence.push(locate(this.#project, entry.file, line, undefined, wordsOfEntry(entry.point)));
    }
    for (const { from, edge, to } of steps) {
      const often = edge.frequency === 'loop' ? ' in a loop' : '';
      evidence.push(locate(this.#project, from.file, edge.line, edge.at, `calls ${this.#graph.nameOf(to)}${often}`));
    }
    return evidence;
  }

  #judgeCallee(file: string, to: SymbolRef, deeds: readonly FunctionDeed[], given = 0): Verdict {
    const callees = this.#symbols.functionsOf(file, to, undefined);
    const holds = callees.length > 0 && callees.every((callee) => this.#doesOne(callee, deeds, 0, given));
    const name = callees[0] ? `\`${this.#graph.nameOf(callees[0])}\`` : 'What is called';
    if (!holds) return { holds, evidence: [], why: `${name} is not seen to ${wordsOf(deeds)}` };
    const [{ file: home, fn }] = callees as [FunctionRef];
    const { line } = this.#project.summaryOf(home)!.functions[fn]!;
    const done = deeds.filter((deed) => this.#doesOne({ file: home, fn }, [deed], 0, given));
    const seen = `seen to ${wordsOf(done)}`;
    const evidence = [[locate(this.#project, home, line, undefined, `declares ${name}, ${seen}`)]];
    return { holds, evidence, why: `${name} is ${seen}` };
  }

  /**
   * One hop further at most: a service that asks its repository. What is written inside of a function is part of it; what
   * one of the `given` arguments spares is not done.
   */
  #doesOne({ file, fn }: FunctionRef, deeds: readonly FunctionDeed[], hops: number, given = 0): boolean {
    const summary = this.#project.summaryOf(file)?.functions[fn];
    const own = summary?.deeds ?? [];
    if (!summary) return false;
    if (deeds.some((deed) => deed === 'catches' || deed === 'at-once')) return own.some((deed) => deeds.includes(deed));
    if (own.includes('caches') && deeds.includes('caches')) return true;
    if (own.includes('shares') && deeds.includes('shares')) return true;
    if (own.includes('keeps') && !deeds.some((deed) => notKept.has(deed))) return deeds.includes('keeps');
    if (own.some((deed) => deeds.includes(deed))) return true;
    if (deeds.includes('sleeps')) return false;
    const most = deeds.some((deed) => farDeeds.has(deed)) ? maxHopsFar : maxHops;
    return (
      hops <= most &&
      summary.calls.slice(0, maxCallees).some(({ to, frequency, isLeftAlone, sparedBy }) => {
        if (sparedBy !== undefined && sparedBy < given) return false;
        const isInside =
          to.kind === 'function' && this.#graph.nameOf({ file, fn: to.fn }).startsWith(`${summary.name}.`);
        return (
          frequency === 'once' &&
          !(isLeftAlone && deeds.some((deed) => deed.startsWith('sends'))) &&
          (isInside || hops < most) &&
          this.#symbols
            .functionsOf(file, to, undefined)
            .some((callee) => this.#doesOne(callee, deeds, isInside ? hops : hops + 1))
        );
      })
    );
  }

  #judgeUnused(file: string, symbol: string, members: readonly string[]): Verdict {
    const why = `No other file uses ${orList(members.map(shownMember))} of \`${symbol}\``;
    const unused: Verdict = { holds: true, evidence: [], why };
    const routes = new Set(this.#project.routesTo(file));
    for (const user of this.#usersOf(file, symbol, members, routes)) {
      for (const use of this.#project.summaryOf(user)?.uses ?? []) {
        const target = this.#project.resolver.resolve(user, use.module);
        if (target === undefined || !routes.has(target)) continue;
        const used = this.#membersOn(target, use.name, use.members, file, symbol);
        const member = members.find((wanted) => used.includes(wanted));
        if (member !== undefined)
          return { ...unused, holds: false, why: `${user} uses ${shownMember(member)} of \`${symbol}\`` };
      }
    }
    return unused;
  }

  /** Other files that may use one of `members` on what a file exports. */
  *#usersOf(file: string, symbol: string, members: readonly string[], routes: ReadonlySet<string>): Generator<string> {
    const names = Object.entries(this.#project.summaryOf(file)?.exports ?? {})
      .filter(([, exported]) => 'local' in exported && exported.local === symbol)
      .map(([name]) => name);
    if (names.length === 0) return;
    const known = this.#namesAlong(routes, names);
    const words = members.map((member) => /[\w$]+$/.exec(member)?.[0] ?? '');
    for (const user of this.#project.reachersOf([file])) {
      if (user === file) continue;
      const mayUse =
        this.#project.mentions(user, words) && (known.includes('default') || this.#project.mentions(user, known));
      if (this.#project.isSummarised(user) || mayUse) yield user;
    }
  }

  #judgeCalls(file: string, symbol: string, members: readonly string[], unless: readonly string[]): Verdict {
    const routes = new Set(this.#project.routesTo(file));
    for (const user of this.#usersOf(file, symbol, members, routes)) {
      if (this.#project.mentions(user, unless)) continue;
      for (const [fn, { calls }] of (this.#project.summaryOf(user)?.functions ?? []).entries()) {
        const call = calls.find(({ to, isLeftAlone }) => {
          if (to.kind !== 'imported' || isLeftAlone) return false;
          const target = this.#project.resolver.resolve(user, to.module);
          if (target === undefined || !routes.has(target)) return false;
          return this.#membersOn(target, to.name, [to.members.join('.')], file, symbol).some((used) =>
            members.includes(used),
          );
        });
        const chain = call && this.#graph.findRequestChain({ file: user, fn }, true, 'waiting');
        if (!chain) continue;
        const evidence = [
          ...this.#evidenceOf(chain),
          locate(this.#project, user, call.line, call.at, `calls ${symbol}`),
        ];
        return { holds: true, evidence: [evidence], why: `A request handler waits for \`${symbol}\`` };
      }
    }
    return { holds: false, evidence: [], why: `No request handler was found that waits for \`${symbol}\`` };
  }

  /** The names of an export, and those that files which hand it on give it. */
  #namesAlong(routes: Iterable<string>, names: readonly string[]): string[] {
    const known = new Set(names);
    for (const route of routes) {
      const text = this.#project.textOf(route) ?? '';
      for (const [, name, alias] of text.matchAll(/([\w$]+)\s+as\s+([\w$]+)/g)) if (known.has(name!)) known.add(alias!);
    }
    return [...known];
  }

  /** The members that a use names on the symbol itself, a namespace or a holder before it taken off. */
  #membersOn(target: string, name: string, members: readonly string[], file: string, symbol: string): string[] {
    const isSymbol = (exported: string): boolean => {
      const origin = this.#symbols.originOf(target, exported);
      return origin?.file === file && origin.local === symbol;
    };
    if (name !== '*' && isSymbol(name)) return [...members];
    return members.flatMap((member) => {
      const isWrite = member.startsWith('=');
      const [first = '', ...rest] = (isWrite ? member.slice(1) : member).split('.');
      if (rest.length === 0 || !(name === '*' || name === 'default') || !isSymbol(first)) return [];
      return [`${isWrite ? '=' : ''}${rest.join('.')}`];
    });
  }
}
