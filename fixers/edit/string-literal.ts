import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** A string in the quotes that most strings of the file stand in. */
export function stringLiteral(value: string, file: FileContext): string {
  const quote = file.memo(findQuote, file.source);
  return quote + JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`) + quote;
}

function findQuote(source: ts.SourceFile, file: FileContext): '"' | "'" {
  const literals = file.nodesOfKind(ts.SyntaxKind.StringLiteral).filter((node) => !ts.isJsxAttribute(node.parent));
  const double = literals.filter((node) => file.text[node.getStart(source)] === '"').length;
  return double > literals.length - double ? '"' : "'";
}
