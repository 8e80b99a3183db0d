import type { CacheStampede } from '../rules/api/no-cache-stampede.ts';
import { findMemberPath, getOutermostWrapped, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';

export const fixer: Fixer<CacheStampede> = {
  rule: 'no-cache-stampede',
  safety: 'safe',
  changes: 'wraps the function in `singleFlight`, so that calls for one key share the load in flight',
  fix({ data }, file): Fix | Skip {
    const { fn, key } = data;
    if (!key) return { skip: 'a variable keeps it: keep the promise of the load in it instead' };
    if (!fn.body || /\bthis\b|\barguments\b/.test(fn.body.getText(file.source)))
      return { skip: 'it uses its object: share the load in a field of the class' };
    const keyOf = findKey(key, fn, file);
    if (keyOf === undefined) return { skip: 'the key does not hold everything that the function is given' };
    const options = keyOf === '' ? '' : `, { keyOf: ${keyOf} }`;
    if (ts.isArrowFunction(fn) || ts.isFunctionExpression(fn)) {
      const value = getOutermostWrapped(fn);
      if (!ts.isVariableDeclaration(value.parent) || value.parent.type)
        return { skip: 'it is not kept under a name of its own' };
      const isModule = value.parent.parent.parent.parent.kind === ts.SyntaxKind.SourceFile;
      if (!isModule) return { skip: 'it is made anew each time the function around it runs' };
      const start = fn.getStart(file.source);
      return {
        edits: [
          { start, end: start, text: 'singleFlight(' },
          { start: fn.end, end: fn.end, text: `${options})` },
        ],
        needs: ['singleFlight'],
      };
    }
    if (!ts.isFunctionDeclaration(fn) || !fn.name || fn.parent.kind !== ts.SyntaxKind.SourceFile)
      return { skip: 'it is not a function of the module' };
    if (
      fn.typeParameters ||
      fn.asteriskToken ||
      isUsedEarly(fn, file) ||
      /\bexport\s+default\b/.test(fn.getText(file.source).slice(0, 40))
    ) {
      return { skip: 'it is generic, or used before it could be made' };
    }
    const keyword = ts.getModifiers(fn)?.find((m) => m.kind === ts.SyntaxKind.AsyncKeyword);
    const open = fn.body;
    if (!keyword) return { skip: 'it is not async' };
    return {
      edits: [
        { start: keyword.getStart(file.source), end: fn.name.end, text: `const ${fn.name.text} = singleFlight(async ` },
        { start: open.getStart(file.source), end: open.getStart(file.source), text: '=> ' },
        { start: fn.end, end: fn.end, text: `${options});` },
      ],
      needs: ['singleFlight'],
    };
  },
};

/** `''` when the first argument is the key, `(a, b) => …` otherwise; undefined when calls that differ could share. */
function findKey(key: ts.Expression, fn: CacheStampede['fn'], file: FileContext): string | undefined {
  const parameters = fn.parameters.map((p) =>
    ts.isIdentifier(p.name) && !p.dotDotDotToken && !p.initializer ? p.name.text : '',
  );
  if (parameters.length === 0 || parameters.includes('')) return undefined;
  const written = skipWrappers(key);
  const made = ts.isIdentifier(written) ? file.bindingOf(written)?.declaration : undefined;
  const source =
    made && ts.isVariableDeclaration(made) && made.initializer && isWithin(made, fn)
      ? skipWrappers(made.initializer)
      : written;
  const named = new Set<string>();
  let isClosed = true;
  const visit = (node: ts.Node): void => {
    if (ts.isAwaitExpression(node)) isClosed = false;
    const binding = ts.isIdentifier(node) ? file.bindingOf(node) : undefined;
    if (binding && isWithin(binding.identifier, fn)) {
      if (ts.isParameter(binding.declaration) && binding.declaration.parent === fn) named.add(binding.name);
      else isClosed = false;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (!isClosed || !parameters.every((name) => named.has(name))) return undefined;
  const isPlain =
    parameters.length === 1 && /^(?:string|number|bigint)$/.test(fn.parameters[0]!.type?.getText(file.source) ?? '');
  // Members of a parameter leave out the others: two calls may differ in those.
  const usesMembers = parameters.some((name) => new RegExp(`\\b${name}\\??\\.`).test(source.getText(file.source)));
  if (usesMembers) return undefined;
  if (isPlain || (findMemberPath(source)?.length === 1 && parameters.length === 1)) return '';
  const list = fn.parameters.map((p) => p.getText(file.source)).join(', ');
  return `(${list}) => ${source.getText(file.source)}`;
}

/** A const is not there before its line: uses at module level further up would break. */
function isUsedEarly(fn: ts.FunctionDeclaration, file: FileContext): boolean {
  const binding = fn.name && file.bindingOf(fn.name);
  return (
    binding?.references.some((reference) => {
      for (let at: ts.Node | undefined = reference; at; at = at.parent) if (ts.isFunctionLike(at)) return false;
      return !ts.isExportSpecifier(reference.parent);
    }) ?? true
  );
}
