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

const reExport =
  /\bexport\s*(?:type\s*)?(?:\*|\{)|\bexport\s+default\s+\w+\s*[;\n]|\bmodule\.exports\b|\bexports\.\w+\s*=\s*require/;
/** `export const services = { orders: new OrdersService() }`, `export const getOrders = makeGetOrders(deps)` */
const exportedHolder =
  /\bexport\s+(?:default|const|let|var)\b[^;]{0,200}?(?:\bnew\s+[A-Z]|=\s*\{|=\s*(?:make|create|build)\w*\s*\(|default\s*\{)/;

/** Whether a text may hand on what it imports: then a file that imports it may use what it imports. */
export function hasReExport(text: string): boolean {
  return text.includes('export') && (reExport.test(text) || exportedHolder.test(text));
}
