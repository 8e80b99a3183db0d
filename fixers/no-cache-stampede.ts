import type { CacheStampede } from '../rules/api/no-cache-stampede.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  hasModifier,
  isWithin,
  skipWrappers,
} from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { insertAfterImports } from './edit/insert-after-imports.ts';
import { reindent } from './edit/reindent.ts';

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
    if (fn.typeParameters || fn.asteriskToken) return { skip: 'it is generic, or gives its values one by one' };
    const keyword = ts.getModifiers(fn)?.find((m) => m.kind === ts.SyntaxKind.AsyncKeyword);
    if (!keyword) return { skip: 'it is not async' };
    if (isHoisted(fn, file)) return { edits: callShared(fn as NamedFunction, options, file), needs: ['singleFlight'] };
    const open = fn.body.getStart(file.source);
    return {
      edits: [
        { start: keyword.getStart(file.source), end: fn.name.end, text: `const ${fn.name.text} = singleFlight(async ` },
        { start: open, end: open, text: '=> ' },
        { start: fn.end, end: fn.end, text: `${options});` },
      ],
      needs: ['singleFlight'],
    };
  },
};

interface NamedFunction extends ts.FunctionDeclaration {
  name: ts.Identifier;
  body: ts.FunctionBody;
}

/** Lets a function call a shared one, which is made behind the imports, and calls what the function did before. */
function callShared({ name, parameters, body }: NamedFunction, options: string, file: FileContext): Fix['edits'] {
  const [shared, work] = [freeName(`${name.text}Once`, file), freeName(`${name.text}Unshared`, file)];
  const given = parameters.map((parameter) => parameter.name.getText(file.source)).join(', ');
  const open = body.getStart(file.source);
  const call = reindent(`{\n  return ${shared}(${given});\n}\n\n`, '', file);
  return [
    { start: open, end: open, text: `${call}async function ${work}${file.text.slice(name.end, open)}` },
    ...insertAfterImports(`const ${shared} = singleFlight(${work}${options})`, [], isSharing, file),
  ];
}

function isSharing(statement: ts.Statement): boolean {
  return /^const \w+ = singleFlight\(/.test(statement.getText());
}

/** Whether a function may be called before its line is run: by another module, further up, or by a function that is used there. */
function isHoisted(fn: ts.FunctionDeclaration, file: FileContext): boolean {
  if (hasModifier(fn, ts.SyntaxKind.ExportKeyword)) return true;
  return file.bindings.some(
    ({ kind, identifier, references }) =>
      kind === 'function' &&
      references.some((use) => use.pos < fn.pos && (identifier === fn.name || !findEnclosingFunction(use))),
  );
}

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
