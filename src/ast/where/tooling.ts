import type { FileContext } from '../../model/file-context.ts';
import { ts } from '../ts.ts';
import { isLoadedOnServer } from './file-role.ts';
import { dependsOn } from './framework-calls.ts';

const toolModule =
  /^(?:typescript|ts-morph|@ts-morph\/.*|eslint|@eslint\/.*|@typescript-eslint\/.*|webpack|rollup|vite|esbuild|parcel|postcss|stylelint|prettier|acorn|acorn-.*|esprima|estree-walker|estraverse|recast|jscodeshift|@babel\/.*|babel-.*|@swc\/.*|commander|yargs|inquirer|@inquirer\/.*|ora|oclif|@oclif\/.*|cac|meow|listr2?|enquirer|prompts|@clack\/.*|ink|gulp|grunt|jest|vitest|mocha|@jest\/.*|@vitest\/.*|nodemon|tsup|unbuild|electron|@angular\/.*|react|react-dom|vue|svelte|solid-js|@vue\/.*|pinia|zustand|mobx|mobx-.*|jquery|vscode|typedoc|typedoc-.*|unified|remark.*|rehype.*)$/;

/** Whether a file is part of a page in the browser alone, by its path or what it touches. */
export function isInBrowser(file: FileContext): boolean {
  return file.memo(touchesPage, file.source);
}

function touchesPage(_: ts.SourceFile, file: FileContext): boolean {
  if (/(?:^|\/)(?:client|frontend|browser|website|www)(?:-\w+)?\//.test(file.path)) return true;
  return browserUse.test(file.text) && !isLoadedOnServer(file.path, file.text);
}

const browserUse =
  /\b(?:document\.(?:createElement|querySelector|getElementById|body|addEventListener)|window\.(?:location|document|addEventListener)|localStorage\.)/;

/** Whether a file is part of a command line, by its path: what it starts ends with the command, which exits. */
export function isOfCommandLine(file: FileContext): boolean {
  return /(?:^|\/)(?:[\w-]+-)?cli(?:-\w+)?\//.test(file.path);
}

/** Whether a file belongs to a compiler, a build step, a command line or a UI: it runs for one piece of work, not under load. */
export function hasTooling(file: FileContext): boolean {
  return file.memo(judge, file.source);
}

function judge(_: ts.SourceFile, file: FileContext): boolean {
  for (const declaration of file.nodes('ImportDeclaration')) {
    if (declaration.importClause?.isTypeOnly) continue;
    const { moduleSpecifier } = declaration;
    if (ts.isStringLiteral(moduleSpecifier) && toolModule.test(moduleSpecifier.text)) return true;
  }
  if (isInBrowser(file)) return true;
  const head = file.text.slice(0, 6000);
  return /require\(\s*['"](?:typescript|eslint|webpack|rollup|vite|esbuild|postcss|acorn|@babel\/[\w-]+|commander|yargs|inquirer|gulp|grunt|electron|react|vue)['"]\s*\)/.test(
    head,
  );
}

/** Whether a file is part of a page, by its role or what it does. */
export function isOfPage(file: FileContext): boolean {
  return file.role === 'ui' || isInBrowser(file);
}

/** Whether a file is tooling, and no part of a page. */
export function isTool(file: FileContext): boolean {
  return !isOfPage(file) && hasTooling(file);
}

const pageLibrary = /^(?:react-dom|next|nuxt|vue|svelte|preact|solid-js|@angular\/platform-browser)$/;

/**
 * Whether a file may be part of a page though it is not said to be: it opens the connection that browsers have of their own,
 * in a package that draws pages (the client side of a Next.js application).
 */
export function mayBeOfPage(file: FileContext): boolean {
  return isOfPage(file) || file.memo(opensOwnSocket, file.source);
}

function opensOwnSocket(_: ts.SourceFile, file: FileContext): boolean {
  const isOpened = file.nodes('NewExpression').some(({ expression }) => {
    const isNative = ts.isIdentifier(expression) && /^(?:WebSocket|EventSource)$/.test(expression.text);
    return isNative && file.bindingOf(expression) === undefined;
  });
  return isOpened && dependsOn(pageLibrary, file);
}
