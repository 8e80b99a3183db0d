import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { isExported } from '../names/functions.ts';
import { type FunctionNode, getOutermostWrapped, listBoundNames, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { hasDirective } from './file-role.ts';

const nextMethod = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/;

/** Next, Remix, SvelteKit, Nuxt and Lambda name their handlers by file and export; wrappers around them do not matter. */
export function entryOfFile(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const { path } = file;
  const exported = namesBehindWrappers(fn);
  const names = exported.length > 0 ? exported : [nameOfFunction(fn)];
  const find = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name));
  const isOpen = (): boolean => exported.length > 0 || isExported(fn, file);
  const request = (label: string): EntryPoint => ({ kind: 'request', label });
  if (find(/^handler$/) && /aws-lambda|APIGateway|\bLambda|serverless/i.test(file.text.slice(0, 2000)) && isOpen()) {
    return { ...request('Lambda handler'), isEnded: true };
  }
  const method = find(nextMethod);
  if (mayServeNext(file) && /(?:^|\/)app\/(?:.*\/)?route\.[cm]?[jt]sx?$/.test(path) && method)
    return {
      ...request(`${method} ${path}`),
      ...(method === 'GET' && keepsAnswer.test(file.text) && { seldom: 'job' as const }),
    };
  if (mayServeNext(file) && /(?:^|\/)pages\/api\//.test(path) && (isDefaultExport(fn) || find(/^default$/)))
    return request(`Next ${path}`);
  const loading = find(/^(?:getServerSideProps|getInitialProps)$/);
  if (loading && /(?:^|\/)pages\//.test(path)) return request(`Next ${loading}`);
  const load = find(/^load$/) ?? method;
  if (load && /\+(?:page|layout)?\.?server\.[jt]s$/.test(path)) return request(`${load} ${path}`);
  const remix = find(/^(?:loader|action)$/);
  if (remix && /(?:^|\/)routes\/.*\.[jt]sx?$/.test(path) && isOpen()) return request(`${remix} ${path}`);
  if (/(?:^|\/)entry\.server\.[jt]sx?$/.test(path) && (isDefaultExport(fn) || find(/^default$/)))
    return request(`render ${path}`);
  if (find(/^middleware$/) && /(?:^|\/)middleware\.[jt]s$/.test(path)) return request('Next middleware');
  if (hasDirective(file.text.slice(0, 1000), 'use server') && isOpen()) return request(`server action ${names[0]}`);
  return undefined;
}

/** Next answers with what it kept, and makes it anew once in so many seconds, whoever asks. */
const keepsAnswer = /^export\s+const\s+(?:revalidate\s*=\s*[1-9]|dynamic\s*=\s*['"]force-static['"])/m;

/** Files of Next serve nothing in a package that depends on other things, but not on it. */
export function mayServeNext({ package: { dependencies } }: FileContext): boolean {
  return dependencies.size === 0 || dependencies.has('next');
}

function isDefaultExport(fn: FunctionNode): boolean {
  const outer = getOutermostWrapped(fn);
  return (
    ts.isExportAssignment(outer.parent) ||
    (ts.canHaveModifiers(fn) && (ts.getModifiers(fn)?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword) ?? false))
  );
}

/**
 * The module-level names under which what wraps a function is exported: `export const POST = withSession(async () => …)`,
 * `const { action } = createRoute({}, async () => …); export { action }`.
 */
function namesBehindWrappers(fn: FunctionNode): string[] {
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return [];
  let value: ts.Node = getOutermostWrapped(fn);
  let hops = 0;
  for (; hops < 3 && ts.isCallExpression(value.parent) && value.parent.expression !== value; hops++)
    value = getOutermostWrapped(value.parent);
  if (hops === 0) return [];
  const { parent } = value;
  if (ts.isExportAssignment(parent)) return ['default'];
  if (!ts.isVariableDeclaration(parent) || !ts.isSourceFile(parent.parent.parent.parent)) return [];
  const declared = listBoundNames(parent.name);
  const isDeclaredOpen = ts
    .getModifiers(parent.parent.parent as ts.VariableStatement)
    ?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
  const source = parent.parent.parent.parent;
  return isDeclaredOpen ? declared : declared.filter((name) => isListed(name, source));
}

/** `export { action, loader }`. */
function isListed(name: string, source: ts.SourceFile): boolean {
  return source.statements.some(
    (statement) =>
      ts.isExportDeclaration(statement) &&
      statement.exportClause !== undefined &&
      ts.isNamedExports(statement.exportClause) &&
      statement.exportClause.elements.some((e) => (e.propertyName ?? e.name).text === name),
  );
}
