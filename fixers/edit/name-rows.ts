import { findMemberPath, findPropertyName, findStringValue, getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { freeName } from './free-name.ts';
import type { KeyedQuery } from './rows-at-once.ts';

/** What the code that reads rows ahead calls them. */
export interface RowNames {
  /** The Map that they are looked up in. */
  map: string;
  /** All of them. */
  all: string;
}

/**
 * Names for the rows that stand for an answer: after what the answer is called, else after the table.
 *
 * @param place the function that the names are for
 */
export function nameRows(keyed: KeyedQuery, answer: ts.Expression, place: ts.Node, file: FileContext): RowNames {
  const base = nameOf(answer) ?? nameOfTable(keyed) ?? (keyed.isList ? 'rows' : 'row');
  const nameFor = (name: string): string => ownName(name, answer, place, file);
  return { map: nameFor(`${base}By${capital(keyed.column)}`), all: nameFor(`all${capital(base)}`) };
}

/** What names were given to in a function: those of fixes that land together must differ. */
const givenIn = (_: ts.Node, _file: FileContext): Map<string, ts.Node> => new Map();

function ownName(base: string, answer: ts.Node, place: ts.Node, file: FileContext): string {
  const given = file.memo(givenIn, place);
  let name = freeName(base, file);
  for (let n = 2; (given.get(name) ?? answer) !== answer; n++) name = freeName(`${base}${n}`, file);
  given.set(name, answer);
  return name;
}

const capital = (name: string): string =>
  name.replace(/(?:^|_)_*([A-Za-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * What the answer is called: `lines` of `const lines = …` and `{ lines: … }`, `users` of `const [user] = …`, also by way of
 * `Promise.all([…])`.
 */
function nameOf(answer: ts.Expression): string | undefined {
  const { parent } = answer;
  if (ts.isVariableDeclaration(parent)) {
    const { name } = parent;
    const first = ts.isArrayBindingPattern(name) ? nameAt(name, 0) : undefined;
    return ts.isIdentifier(name) ? name.text : first?.replace(/s?$/, 's');
  }
  if (ts.isPropertyAssignment(parent)) return /^[a-z]\w*$/i.exec(findPropertyName(parent.name) ?? '')?.[0];
  const all = ts.isArrayLiteralExpression(parent) ? getOutermostWrapped(parent.parent).parent.parent : undefined;
  return all &&
    ts.isArrayLiteralExpression(parent) &&
    ts.isVariableDeclaration(all) &&
    ts.isArrayBindingPattern(all.name)
    ? nameAt(all.name, parent.elements.indexOf(answer))
    : undefined;
}

function nameAt({ elements }: ts.ArrayBindingPattern, index: number): string | undefined {
  const element = elements[index];
  return element && ts.isBindingElement(element) && ts.isIdentifier(element.name) ? element.name.text : undefined;
}

/** `user` of `this.userRepository`, `models.User` and `'user'`; `users` where there are many of it. */
function nameOfTable({ of, isList }: KeyedQuery): string | undefined {
  const word = of && (findStringValue(of) ?? findMemberPath(of)?.at(-1));
  const name = word?.replace(/(?:Repository|Repo|Model)$/, '').replace(/^[A-Z]/, (letter) => letter.toLowerCase());
  if (name === undefined || !/^[a-z]\w*$/i.test(name)) return undefined;
  return isList ? name.replace(/s?$/, 's') : name;
}
