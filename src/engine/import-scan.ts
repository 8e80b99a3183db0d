const specifier = /(?:\bfrom|\brequire\s*\(|\bimport\s*\(?)\s*(['"])([^'"\n]{1,300})\1/g;

/**
 * The module specifiers that a text may name, without a parse: enough to know which files could reach which.
 * Strings and comments that look like imports are taken too; they only make the linker look at a file in vain.
 */
export function scanImports(text: string): string[] {
  if (!text.includes('import') && !text.includes('require') && !text.includes('from')) return [];
  const found = new Set<string>();
  for (const match of text.matchAll(specifier)) found.add(match[2]!);
  return [...found];
}

const reExport =
  /\bexport\s*(?:type\s*)?(?:\*|\{)|\bexport\s+default\s+\w+\s*[;\n]|\bmodule\.exports\b|\bexports\.\w+\s*=\s*require/;
/** `export const services = { orders: new OrdersService() }` */
const exportedHolder = /\bexport\s+(?:default|const|let|var)\b[^;]{0,200}?(?:\bnew\s+[A-Z]|=\s*\{|default\s*\{)/;

/** Whether a text may hand on what it imports: then a file that imports it may use what it imports. */
export function hasReExport(text: string): boolean {
  return text.includes('export') && (reExport.test(text) || exportedHolder.test(text));
}
