import type { Rule, TextShape } from '../model/rule.ts';
import { createTokenSearch } from './token-search.ts';

/** Force a parse: a directive must be judged even where no rule could fire. What other tools call it has to be told of. */
const directives: Asked['mentions'] = ['plimsoll-ignore', 'plimsoll-disable', 'plimsoll-enable', 'plimsoll-suppress'];

/** The rules that could fire on a text, and whether it holds directives. */
export interface Sifted {
  /** Places in the list of rules that the sift was built from. */
  rules: number[];
  hasDirectives: boolean;
}

/** What a rule asks of a text before it is handed it. */
type Asked = Pick<Rule, 'mentions' | 'shapes'>;

/** A token and those that have to stand beside it, by place. */
interface Clause {
  first: number;
  others: readonly number[];
  /** What the text has to look like, for tokens that say little. */
  shapes: readonly TextShape[];
}

/** {@link createPick}, which also tells whether a text holds directives. */
export function createSift(rules: readonly Asked[]): (text: string) => Sifted {
  const pick = createPick([...rules, { mentions: directives }]);
  return (text) => {
    const fire = pick(text);
    const hasDirectives = fire.at(-1) === rules.length;
    return { rules: hasDirectives ? fire.slice(0, -1) : fire, hasDirectives };
  };
}

/**
 * The places, ascending, of those whose conditions a text meets. It is read once, whatever their number and that of their
 * tokens; for shapes only where its tokens are found.
 */
export function createPick(asked: readonly Asked[]): (text: string) => number[] {
  const tokens = [...new Set(asked.flatMap(({ mentions }) => mentions.flatMap(tokensOf)))];
  const places = new Map(tokens.map((token, i) => [token, i]));
  const conditions = asked.map((one) => listClauses(one, places));
  const search = createTokenSearch(tokens);

  return (text) => {
    const found = search(text);
    const fire: number[] = [];
    for (let i = 0; i < conditions.length; i++) if (holdsOne(conditions[i]!, found, text)) fire.push(i);
    return fire;
  };
}

function tokensOf(mention: string): string[] {
  return mention.split('&');
}

/** Those without a shape first: they cost nothing. */
function listClauses({ mentions, shapes = {} }: Asked, places: ReadonlyMap<string, number>): readonly Clause[] {
  const clauses = mentions.map((mention): Clause => {
    const tokens = tokensOf(mention);
    const [first, ...others] = tokens.map((token) => places.get(token)!);
    return {
      first: first!,
      others,
      shapes: tokens.flatMap((token) => (Object.hasOwn(shapes, token) ? shapes[token]! : [])),
    };
  });
  return clauses.sort((a, b) => a.shapes.length - b.shapes.length);
}

/** Loops written out: this runs for each rule and file, before anything is optimised. */
function holdsOne(clauses: readonly Clause[], found: Uint8Array, text: string): boolean {
  let failed: TextShape | undefined;
  next: for (let i = 0; i < clauses.length; i++) {
    const { first, others, shapes } = clauses[i]!;
    if (found[first] === 0) continue;
    for (let k = 0; k < others.length; k++) if (found[others[k]!] === 0) continue next;
    for (let k = 0; k < shapes.length; k++) {
      const shape = shapes[k]!;
      if (shape === failed) continue next;
      if (shape.test(text)) continue;
      failed = shape;
      continue next;
    }
    return true;
  }
  return false;
}
