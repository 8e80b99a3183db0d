import type { Rule, TextShape } from '../model/rule.ts';
import { createTokenSearch } from './token-search.ts';

/** Force a parse: a directive must be judged even where no rule could fire. What other tools call it has to be told of. */
const directiveTokens = ['ignore', 'disable', 'enable', 'suppress'].map((verb) => `plimsoll-${verb}`);

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

/** A text is read once, whatever the number of rules and tokens; for shapes only where its tokens are found. */
export function createSift(rules: readonly Asked[]): (text: string) => Sifted {
  const tokens = [...new Set([...directiveTokens, ...rules.flatMap(({ mentions }) => mentions.flatMap(tokensOf))])];
  const places = new Map(tokens.map((token, i) => [token, i]));
  const conditions = rules.map((rule) => listClauses(rule, places));
  const directives = directiveTokens.map((token) => places.get(token)!);
  const search = createTokenSearch(tokens);

  return (text) => {
    const found = search(text);
    const fire: number[] = [];
    for (let i = 0; i < conditions.length; i++) if (holdsOne(conditions[i]!, found, text)) fire.push(i);
    return { rules: fire, hasDirectives: directives.some((place) => found[place] === 1) };
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
