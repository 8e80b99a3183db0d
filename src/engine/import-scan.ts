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

const reExport = /\bexport\s*(?:type\s*)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})\s*from\s*(['"])([^'"\n]+)\1/;

/** Whether a text hands on what other modules export. */
export function hasReExport(text: string): boolean {
  return reExport.test(text) || /\bexport\b[^;]*\bimport\b|\bmodule\.exports\b|\bexports\.\w+\s*=\s*require/.test(text);
}
