import { escapeName } from './escape-name.ts';

const specifier = /(?:\bfrom|\brequire\s*\(|\bimport\s*\(?)\s*(['"])([^'"\n]{1,300})\1/g;

/**
 * The module specifiers that a text may name, without a parse: enough to know which files could reach which.
 * What a line of a comment names is not meant; strings that look like imports are taken too, and only make the linker look at a
 * file in vain.
 */
export function scanImports(text: string): string[] {
  if (!text.includes('import') && !text.includes('require') && !text.includes('from')) return [];
  const found = new Set<string>();
  for (const match of text.matchAll(specifier)) {
    const line = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index);
    if (!/^\s*(?:\/\/|\*)/.test(line)) found.add(match[2]!);
  }
  return [...found];
}

const reExport = /\bexport\s*(?:\*|=)|\bmodule\.exports\b|\bexports\.\w+\s*=\s*require/;
/** `export const services = { orders: new OrdersService() }`, `export const getOrders = makeGetOrders(deps)` */
const exportedHolder =
  /\bexport\s+(?:default|const|let|var)\b[^;]{0,200}?(?:\bnew\s+[A-Z]|=\s*\{|=\s*(?:make|create|build)\w*\s*\(|default\s*\{)/;
const exportedName = /\bexport\s+default\s+(\w+)\s*[;\n]/g;
const exportedList = /\bexport\s*(?:type\s*)?\{/g;
/** No list of exports is longer. */
const longestList = 20_000;

/** Whether a text may hand on what it imports: then a file that imports it may use what it imports. */
export function hasReExport(text: string): boolean {
  if (!text.includes('export')) return false;
  if (reExport.test(text) || exportedHolder.test(text)) return true;
  for (const [, name] of text.matchAll(exportedName)) if (!isDeclaredAsCode(name!, text)) return true;
  for (const { 0: head, index } of text.matchAll(exportedList)) {
    const [list, rest] = splitAt(text.slice(index + head.length, index + longestList), '}');
    if (rest !== undefined && (/^\s*from\b/.test(rest) || namesForeign(list, text))) return true;
  }
  return false;
}

function splitAt(text: string, end: string): [string, string | undefined] {
  const at = text.indexOf(end);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + end.length)];
}

function namesForeign(list: string, text: string): boolean {
  return list.split(',').some((part) => {
    const [, name] = /^\s*(?:type\s+)?([\w$]+)/.exec(part) ?? [];
    return name !== undefined && !isDeclaredAsCode(name, text);
  });
}

/** A function or a class that stands in the text itself is nothing that it imports. */
function isDeclaredAsCode(name: string, text: string): boolean {
  const word = escapeName(name);
  const form = `\\b(?:function\\b\\s*\\*?|class|interface|enum)\\s*${word}(?![\\w$])|\\b(?:const|let|var)\\s+${word}\\s*(?::[^;]{0,200}?)?=\\s*(?:async\\b\\s*)?(?:function\\b|class\\b|[\\w$]+\\s*=>|\\(\\s*(?:[){[]|[\\w$]+\\s*[,:?)=]))`;
  return new RegExp(form).test(text);
}
