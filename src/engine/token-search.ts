/** A place in one or several tokens, by the characters that lead to it. */
interface State {
  /** Where its row of the table begins. */
  row: number;
  /** By the class of the character that comes next. */
  next: Map<number, State>;
  /** The longest other state that the same characters end in. */
  suffix: State | undefined;
  /** Places of the tokens that end here. */
  ends: number[];
}

/** The engine's own search of a text takes less for each of so many tokens than the table does for all. */
const fewTokens = 10;

/**
 * Finds which of many tokens stand in a text, in one pass of one table look-up per character: the automaton of Aho and
 * Corasick. Overlapping tokens, and those that hold others, are all found. The table takes 4 bytes for each character of
 * the tokens times each different one. A few tokens are searched one by one.
 *
 * @returns marks by the place of a token; valid until the next search
 */
export function createTokenSearch(tokens: readonly string[]): (text: string) => Uint8Array {
  return tokens.length <= fewTokens ? searchEach(tokens) : searchTogether(tokens);
}

function searchEach(tokens: readonly string[]): (text: string) => Uint8Array {
  const found = new Uint8Array(tokens.length);
  return (text) => {
    for (let i = 0; i < tokens.length; i++) found[i] = text.includes(tokens[i]!) ? 1 : 0;
    return found;
  };
}

function searchTogether(tokens: readonly string[]): (text: string) => Uint8Array {
  /** Characters that stand in no token share class 0, which leads back to the start. */
  const classes = new Uint16Array(0x10000);
  let width = 1;
  for (const token of tokens) {
    for (let i = 0; i < token.length; i++) {
      const code = token.charCodeAt(i);
      if (classes[code] === 0) classes[code] = width++;
    }
  }
  const states = listStates(tokens, classes, width);
  const rows = fillRows(states, width);
  const found = new Uint8Array(tokens.length);
  return (text) => {
    found.fill(0);
    // An empty token stands in every text.
    for (const place of states[0]!.ends) found[place] = 1;
    let row = 0;
    for (let i = 0; i < text.length; i++) {
      row = rows[row + classes[text.charCodeAt(i)]!]!;
      if (row >= 0) continue;
      row = ~row;
      for (const place of states[row / width]!.ends) found[place] = 1;
    }
    return found;
  };
}

/** The states of all tokens, the start first, each `width` behind the one before. */
function listStates(tokens: readonly string[], classes: Uint16Array, width: number): State[] {
  const states: State[] = [{ row: 0, next: new Map(), suffix: undefined, ends: [] }];
  for (const [place, token] of tokens.entries()) {
    let state = states[0]!;
    for (let i = 0; i < token.length; i++) {
      const by = classes[token.charCodeAt(i)]!;
      let next = state.next.get(by);
      if (!next) {
        next = { row: states.length * width, next: new Map(), suffix: undefined, ends: [] };
        states.push(next);
        state.next.set(by, next);
      }
      state = next;
    }
    state.ends.push(place);
  }
  return states;
}

/** By row and class, the row that comes next; its complement, below zero, where a token ends. Shorter states go first. */
function fillRows(states: readonly State[], width: number): Int32Array {
  const rows = new Int32Array(states.length * width);
  const start = states[0]!;
  const queue = [start];
  for (const { row, next, suffix } of queue) {
    // Where no token goes on, the search does from the suffix.
    if (suffix) rows.copyWithin(row, suffix.row, suffix.row + width);
    for (const [by, state] of next) {
      const fallback = rows[row + by]!;
      state.suffix = suffix ? states[(fallback < 0 ? ~fallback : fallback) / width]! : start;
      state.ends.push(...state.suffix.ends);
      rows[row + by] = state.ends.length > 0 ? ~state.row : state.row;
      queue.push(state);
    }
  }
  return rows;
}
