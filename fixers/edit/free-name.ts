import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** `base`, or `base2`, `base3` …: a name that no identifier of the file bears, in whatever scope. */
export function freeName(base: string, file: FileContext): string {
  const taken = file.memo(collectNames, file.source);
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}${n}`;
  return name;
}

function collectNames(_: ts.SourceFile, file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  const kinds = [ts.SyntaxKind.Identifier, ts.SyntaxKind.PrivateIdentifier];
  for (const kind of kinds) {
    for (const node of file.nodesOfKind(kind) as readonly ts.Identifier[]) names.add(node.text);
  }
  return names;
}
