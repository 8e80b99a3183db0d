import type { Rule } from '../model/rule.ts';
import { createTokenSearch } from './token-search.ts';

/** Forces a parse: a directive must be judged even where no rule could fire. */
export const directiveToken = 'plimsoll-ignore';

/** The rules that could fire on a text, and whether it holds directives. */
export interface Sifted {
  /** Places in the list of rules that the sift was built from. */
  rules: number[];
  hasDirectives: boolean;
}

/** A text is read once, whatever the number of rules and tokens. */
export function createSift(rules: readonly Pick<Rule, 'mentions'>[]): (text: string) => Sifted {
  const conditions = rules.map((rule) => rule.mentions.map((mention) => mention.split('&')));
  const tokens = [...new Set([directiveToken, ...conditions.flat(2)])];
  const place = new Map(tokens.map((token, i) => [token, i]));
  const wanted = conditions.map((anyOf) => anyOf.map((allOf) => allOf.map((token) => place.get(token)!)));
  const directive = place.get(directiveToken)!;
  const search = createTokenSearch(tokens);

  return (text) => {
    const found = search(text);
    const fire: number[] = [];
    for (let i = 0; i < wanted.length; i++) {
      if (wanted[i]!.some((allOf) => allOf.every((token) => found[token]))) fire.push(i);
    }
    return { rules: fire, hasDirectives: found[directive] === 1 };
  };
}
