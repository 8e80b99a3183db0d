import { ts } from '../ast/ts.ts';

/** Adds a dependency to the text of a package.json and leaves everything else as it is written. */
export function addDependency(text: string, name: string, version: string): string {
  const source = ts.parseJsonText('package.json', text);
  const root = source.statements[0]?.expression;
  if (!root || !ts.isObjectLiteralExpression(root)) throw new SyntaxError('package.json holds no object');
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const unit = /\n([\t ]+)"/.exec(text)?.[1] ?? '  ';
  const entry = `"${name}": "${version}"`;
  const put = (at: number, end: number, added: string): string => text.slice(0, at) + added + text.slice(end);

  const group = root.properties.find((property) => keyOf(property) === 'dependencies');
  if (!group || !ts.isPropertyAssignment(group)) {
    const added = `"dependencies": {${lineBreak}${unit}${unit}${entry}${lineBreak}${unit}}`;
    const last = root.properties.at(-1);
    if (last) return put(last.end, last.end, `,${lineBreak}${unit}${added}`);
    return put(root.getStart(source), root.end, `{${lineBreak}${unit}${added}${lineBreak}}`);
  }
  const list = group.initializer;
  if (!ts.isObjectLiteralExpression(list)) throw new SyntaxError('"dependencies" of package.json is no object');
  const first = list.properties[0];
  if (!first) {
    return put(list.getStart(source), list.end, `{${lineBreak}${unit}${unit}${entry}${lineBreak}${unit}}`);
  }
  const gap = text.slice(list.getStart(source) + 1, first.getStart(source));
  const next = list.properties.find((property) => keyOf(property) > name);
  if (next) {
    const at = next.getStart(source);
    return put(at, at, `${entry},${gap}`);
  }
  const { end } = list.properties.at(-1)!;
  return put(end, end, `,${gap.trim() === '' && gap !== '' ? gap : ' '}${entry}`);
}

function keyOf(property: ts.ObjectLiteralElementLike): string {
  return property.name && ts.isStringLiteral(property.name) ? property.name.text : '';
}
