const nameCharacter = /[\w$]/;

/** Where a word stands in a text, not as a part of a longer name. A search for it alone takes less than an expression around it. */
export function* findWord(text: string, word: string): Generator<number> {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at > 0 && nameCharacter.test(text[at - 1]!)) continue;
    const end = at + word.length;
    if (end >= text.length || !nameCharacter.test(text[end]!)) yield at;
  }
}

export function hasWord(text: string, word: string): boolean {
  return !findWord(text, word).next().done;
}
