import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { isExported } from '../names/functions.ts';
import { type FunctionNode, getOutermostWrapped, listBoundNames, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { hasDirective } from './file-role.ts';

const customResource = /\bCloudFormationCustomResource\w*Event\b|\.(?:ResourceProperties|PhysicalResourceId)\b/;
const nextMethod = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/;

/** A custom resource of CloudFormation is called when somebody deploys. */
export function servesDeployments({ text }: FileContext): boolean {
  return customResource.test(text);
}

/** Next, Remix, SvelteKit, Nuxt and Lambda name their handlers by file and export; wrappers around them do not matter. */
export function entryOfFile(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  const { path } = file;
  const exported = namesBehindWrappers(fn);
  const names = exported.length > 0 ? exported : [nameOfFunction(fn)];
  const find = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name));
  const isOpen = (): boolean => exported.length > 0 || isExported(fn, file);
  const request = (label: string): EntryPoint => ({ kind: 'request', label });
  if (find(/^handler$/) && /aws-lambda|APIGateway|\bLambda|serverless/i.test(file.text.slice(0, 2000)) && isOpen()) {
    return servesDeployments(file) ? undefined : { ...request('Lambda handler'), isEnded: true };
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
  if (mayServeNext(file) && isDefaultExport(fn) && isServerComponent(fn, file))
    return { ...request(`Next ${path}`), ...(keepsAnswer.test(file.text) && { seldom: 'job' as const }) };
  const load = find(/^load$/) ?? method;
  if (load && /\+(?:page|layout)?\.?server\.[jt]s$/.test(path))
    return isPrerendered.test(file.text) ? undefined : ofKit(`${load} ${path}`, file);
  if (/\+page\.server\.[jt]s$/.test(path) && isAmongActions(fn)) return ofKit(`action ${path}`, file);
  if (find(/^handle(?:Fetch)?$/) && /(?:^|\/)hooks\.server\.[jt]s$/.test(path) && isOpen())
    return ofKit(`handle ${path}`, file);
  const remix = find(/^(?:loader|action)$/);
  if (remix && (/(?:^|\/)routes\/.*\.[jt]sx?$/.test(path) || isOfServerRouter(fn, file)) && isOpen())
    return request(`${remix} ${path}`);
  if (/(?:^|\/)functions\//.test(path) && find(/^onRequest(?:Get|Post|Put|Patch|Delete)?$/) && isOpen())
    return { ...request(`Pages function ${path}`), isEnded: true };
  if (/(?:^|\/)netlify\/(?:edge-)?functions\//.test(path) && isDefaultExport(fn))
    return { ...request(`Netlify function ${path}`), isEnded: true };
  if (/(?:^|\/)entry\.server\.[jt]sx?$/.test(path) && (isDefaultExport(fn) || find(/^default$/)))
    return request(`render ${path}`);
  if (find(/^middleware$/) && /(?:^|\/)middleware\.[jt]s$/.test(path)) return request('Next middleware');
  if (hasDirective(file.text.slice(0, 1000), 'use server') && isOpen())
    return { ...request(`server action ${names[0]}`), isBySignature: true };
  return undefined;
}

/** Adapters of SvelteKit that make functions of a cloud out of its routes, which ends them after a while. */
const cloudAdapter = /^@sveltejs\/adapter-(?:vercel|netlify|cloudflare)/;

function ofKit(label: string, { package: { dependencies } }: FileContext): EntryPoint {
  const isEnded =
    [...dependencies].some((name) => cloudAdapter.test(name)) && !dependencies.has('@sveltejs/adapter-node');
  return { kind: 'request', label, ...(isEnded && { isEnded }) };
}

const componentFile = /(?:^|\/)app\/(?:.*\/)?(?:page|layout|template|default)\.[jt]sx?$/;
const asksForRequest =
  /\bsearchParams\b|\b(?:cookies|headers|draftMode|connection|(?:unstable_)?noStore)\s*\(\s*\)|^export\s+const\s+dynamic\s*=\s*['"]force-dynamic['"]/m;

/**
 * A page that Next renders on the server for each request: it waits for something, and asks for what only a request tells, or
 * stands for addresses that nothing lists beforehand. Others are rendered once, when the project is built.
 */
function isServerComponent(fn: FunctionNode, { path, text }: FileContext): boolean {
  const isAsync = ts.canHaveModifiers(fn) && ts.getModifiers(fn)?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword);
  if (!isAsync || !componentFile.test(path) || hasDirective(text.slice(0, 1000), 'use client')) return false;
  return asksForRequest.test(text) || (/\/\[[^/]+\]\//.test(path) && !/\bgenerateStaticParams\b/.test(text));
}

/** `export const actions = { default: async (event) => … }`. */
function isAmongActions(fn: FunctionNode): boolean {
  const holder = ts.isMethodDeclaration(fn) ? fn : getOutermostWrapped(fn).parent;
  if (!(ts.isMethodDeclaration(holder) || ts.isPropertyAssignment(holder))) return false;
  if (!ts.isObjectLiteralExpression(holder.parent)) return false;
  const declared = getOutermostWrapped(holder.parent).parent;
  return ts.isVariableDeclaration(declared) && ts.isIdentifier(declared.name) && declared.name.text === 'actions';
}

const serverRouter =
  /^(?:@react-router\/(?:dev|node|serve|express|cloudflare|architect)|@remix-run\/(?:dev|node|serve|express|cloudflare))$/;

/** By the type of its parameter, wherever `routes.ts` says that the file lies; the same type may also be one of a page alone. */
function isOfServerRouter({ parameters: [first] }: FunctionNode, file: FileContext): boolean {
  const type = first?.type?.getText(file.source) ?? '';
  return (
    /^(?:Route\.)?(?:Loader|Action)(?:Function)?Args$/.test(type) &&
    [...file.package.dependencies].some((name) => serverRouter.test(name))
  );
}

/** Next answers with what it kept, and makes it anew once in so many seconds, whoever asks. */
const keepsAnswer = /^export\s+const\s+(?:revalidate\s*=\s*[1-9]|dynamic\s*=\s*['"]force-static['"])/m;

/** SvelteKit asks for it once, when the project is built. */
const isPrerendered = /^export\s+const\s+prerender\s*=\s*true\b/m;

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
