import { type Outline, outlineOf } from '../ast/names/outline.ts';
import type { Project } from './project.ts';

/** What the top level of a file declares and takes. */
export function outlineIn(project: Project, file: string): Outline {
  const extension = file.slice(file.lastIndexOf('.'));
  return project.ask(file, `outline ${extension}`, (text) => outlineOf(text, `file${extension}`));
}

const isCall = /^(?!(?:module\.)?exports\b)[\w$]+(?:\.[\w$]+)*\(/;

/** The function, class or object of functions of a file's top level that a line stands in. */
export function declarationAt(project: Project, file: string, line: number): string | undefined {
  const above = (project.textOf(file) ?? '').split('\n', line).reverse();
  // What begins a statement at the start of a line tells without a parse that it is a call: `router.get('/', …)`.
  if (isCall.test(above.find((one) => /^[^\s})\]/*]/.test(one)) ?? '')) return undefined;
  const { declarations } = outlineIn(project, file);
  return Object.keys(declarations).find((name) => {
    const [first, last] = declarations[name]!.lines;
    return first <= line && line <= last;
  });
}
