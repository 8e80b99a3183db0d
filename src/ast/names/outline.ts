import { isStackOverflow, parse, syntaxErrorsOf } from '../parse.ts';
import { hasModifier, isAssignment, isFunctionNode, listBoundNames, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isMadeByModule, listHandled, listMaking } from './class-making.ts';

/**
 * What the top level of a file declares and takes, by names. Plain data: an answer about a text alone.
 *
 * Names are those that stand as values, `order` and `order.total`; what only stands in a type is none, as nothing of it runs.
 */
export interface Outline {
  /** Functions, classes and objects of functions by their name (`default` where they have none). */
  declarations: Record<string, Declared>;
  /** What the file names as it loads. */
  loading: string[];
  /** The first and last line of each interface and type alias; left out where there is none. */
  types?: [first: number, last: number][];
  /** Local name of what it imports; `*` for a whole module. */
  imports: { local: string; module: string; name: string }[];
  /** Modules that it takes whole in some other way: `import()`, `require()` within a function, `export … from` by other names. */
  taken: string[];
  /** Exported name → local name. */
  exports: Record<string, string>;
  /** `export default { list, total }`, `exports.list = …`: the default export has what the file exports, as its members. */
  isBundled?: true;
  /** It cannot be read (a dialect, a nesting that is too deep): it may name anything. */
  isUnread?: true;
}

export interface Declared {
  names: string[];
  /** Its first and last line. */
  lines: [first: number, last: number];
  /** A decorator stands on it or within: a framework makes it, or calls it. */
  isMarked?: true;
  /** A class that Nest makes where a module names it, and nowhere else. */
  isOfModule?: true;
  /** The messages that a class handles, which nobody runs who makes none of them. */
  handles?: string[];
}

/** The outline of a text. @param path its extension decides the dialect */
export function outlineOf(text: string, path: string): Outline {
  const empty: Outline = { declarations: {}, loading: [], imports: [], taken: [], exports: {} };
  try {
    const source = parse(path, text);
    if (syntaxErrorsOf(source).length > 0) return { ...empty, isUnread: true };
    const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
    const draft: Draft = { ...empty, source, lineOf, making: new Map() };
    for (const statement of source.statements) readStatement(statement, draft);
    const { lineOf: _line, source: _source, making: _making, ...outline } = draft;
    return { ...outline, loading: [...new Set(outline.loading)] };
  } catch (error) {
    if (isStackOverflow(error)) return { ...empty, isUnread: true };
    throw error;
  }
}

type Draft = Outline & {
  source: ts.SourceFile;
  lineOf(position: number): number;
  /** What runs as an instance is made of each class that only its owner runs. */
  making: Map<string, ts.Node[]>;
};

function readStatement(statement: ts.Statement, outline: Draft): unknown {
  if (ts.isImportDeclaration(statement)) return readImport(statement, outline);
  if (ts.isExportDeclaration(statement)) return readExport(statement, outline);
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    const name = statement.name?.text ?? 'default';
    declare(name, statement, outline);
    if (hasModifier(statement, ts.SyntaxKind.ExportKeyword))
      outline.exports[hasModifier(statement, ts.SyntaxKind.DefaultKeyword) ? 'default' : name] = name;
    return;
  }
  if (ts.isVariableStatement(statement)) {
    const isExported = hasModifier(statement, ts.SyntaxKind.ExportKeyword);
    for (const one of statement.declarationList.declarations) readVariable(one, isExported, outline);
    return;
  }
  if (ts.isExportAssignment(statement)) return exportAs('default', statement.expression, outline);
  const assigned = ts.isExpressionStatement(statement) ? statement.expression : undefined;
  if (assigned && isAssignment(assigned)) {
    const name = exportedBy(assigned.left);
    if (name !== undefined) {
      if (name !== '=' || ts.isObjectLiteralExpression(skipWrappers(assigned.right))) outline.isBundled = true;
      return exportAs(name, assigned.right, outline);
    }
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    const types = outline.types ?? [];
    types.push(linesOf(statement, outline));
    outline.types = types;
    return;
  }
  outline.loading.push(...namesIn(statement, outline));
}

function readImport({ importClause, moduleSpecifier }: ts.ImportDeclaration, outline: Draft): void {
  if (!importClause || importClause.isTypeOnly || !ts.isStringLiteral(moduleSpecifier)) return;
  const module = moduleSpecifier.text;
  const { name, namedBindings } = importClause;
  if (name) outline.imports.push({ local: name.text, module, name: 'default' });
  if (namedBindings && ts.isNamespaceImport(namedBindings))
    outline.imports.push({ local: namedBindings.name.text, module, name: '*' });
  for (const one of namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [])
    if (!one.isTypeOnly)
      outline.imports.push({ local: one.name.text, module, name: (one.propertyName ?? one.name).text });
}

function readExport({ exportClause, moduleSpecifier, isTypeOnly }: ts.ExportDeclaration, outline: Draft): void {
  if (isTypeOnly) return;
  const module = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
  const elements = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : [];
  if (module === undefined) {
    for (const { name, propertyName, isTypeOnly: isType } of elements)
      if (!isType) outline.exports[name.text] = (propertyName ?? name).text;
  } else if (exportClause && (ts.isNamespaceExport(exportClause) || elements.some(({ propertyName }) => propertyName)))
    outline.taken.push(module);
}

function readVariable({ name, initializer }: ts.VariableDeclaration, isExported: boolean, outline: Draft): void {
  if (isExported) for (const one of listBoundNames(name)) outline.exports[one] = one;
  const value = initializer && skipWrappers(initializer);
  if (!value) return;
  const whole = takenModule(value);
  const member = ts.isPropertyAccessExpression(value) ? takenModule(skipWrappers(value.expression)) : undefined;
  if (ts.isIdentifier(name) && whole !== undefined)
    return void outline.imports.push({ local: name.text, module: whole, name: '*' });
  if (ts.isIdentifier(name) && member !== undefined && ts.isPropertyAccessExpression(value))
    return void outline.imports.push({ local: name.text, module: member, name: value.name.text });
  if (whole !== undefined && ts.isObjectBindingPattern(name) && name.elements.every(isPlainElement)) {
    for (const one of name.elements) {
      const local = (one.name as ts.Identifier).text;
      const taken = one.propertyName as ts.Identifier | undefined;
      outline.imports.push({ local, module: whole, name: taken?.text ?? local });
    }
    return;
  }
  if (ts.isIdentifier(name) && (isInert(value) || isQuietInstance(value, outline))) declare(name.text, value, outline);
  else outline.loading.push(...namesIn(value, outline));
}

function isPlainElement({ name, propertyName, dotDotDotToken }: ts.BindingElement): boolean {
  return ts.isIdentifier(name) && !dotDotDotToken && (!propertyName || ts.isIdentifier(propertyName));
}

/** Functions, classes and objects of them: nothing of it runs as the file loads. */
function isInert(value: ts.Expression): boolean {
  if (isFunctionNode(value) || ts.isClassExpression(value)) return true;
  return (
    ts.isObjectLiteralExpression(value) &&
    value.properties.every(
      (property) =>
        ts.isMethodDeclaration(property) ||
        ts.isShorthandPropertyAssignment(property) ||
        (ts.isPropertyAssignment(property) &&
          (ts.isIdentifier(property.initializer) || isInert(skipWrappers(property.initializer)))),
    )
  );
}

/**
 * `new Limiter(60)`, of a class of the file whose methods run only where somebody has the instance; what runs as it is
 * made runs as the file loads.
 */
function isQuietInstance(value: ts.Expression, outline: Draft): boolean {
  if (!ts.isNewExpression(value) || !ts.isIdentifier(value.expression)) return false;
  const making = outline.making.get(value.expression.text);
  const given = value.arguments ?? [];
  if (!making || given.some(holdsFunction)) return false;
  for (const part of [...making, ...given]) outline.loading.push(...namesIn(part, outline));
  return true;
}

function holdsFunction(node: ts.Node): boolean {
  return isFunctionNode(node) || (ts.forEachChild(node, (child) => holdsFunction(child) || undefined) ?? false);
}

/** `module.exports` (as `=`), `exports.list`: what is assigned there is exported so, and what is called there is the own. */
function exportedBy(target: ts.Node): string | undefined {
  if (!ts.isPropertyAccessExpression(target)) return undefined;
  const { expression, name } = target;
  if (ts.isIdentifier(expression) && expression.text === 'module' && name.text === 'exports') return '=';
  const isExports =
    (ts.isIdentifier(expression) && expression.text === 'exports') ||
    (ts.isPropertyAccessExpression(expression) && exportedBy(expression) === '=');
  return isExports ? name.text : undefined;
}

function exportAs(name: string, given: ts.Expression, outline: Draft): void {
  const value = skipWrappers(given);
  if (ts.isIdentifier(value)) {
    outline.exports[name] = value.text;
    return;
  }
  if (name === 'default' && isBundle(value, outline)) {
    outline.isBundled = true;
    return;
  }
  if (name === '=' && ts.isObjectLiteralExpression(value)) {
    for (const property of value.properties) {
      if (ts.isShorthandPropertyAssignment(property)) outline.exports[property.name.text] = property.name.text;
      else if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.name))
        exportAs(property.name.text, property.initializer, outline);
      else outline.loading.push(...namesIn(property, outline));
    }
    return;
  }
  if (!isInert(value) && !isQuietInstance(value, outline)) return void outline.loading.push(...namesIn(value, outline));
  declare(name, value, outline);
  outline.exports[name] = name;
}

function isBundle(value: ts.Expression, { exports }: Outline): boolean {
  if (!ts.isObjectLiteralExpression(value)) return false;
  const isExported = ({ text }: ts.Identifier): boolean => Object.hasOwn(exports, text) && exports[text] === text;
  return value.properties.every((one) => ts.isShorthandPropertyAssignment(one) && isExported(one.name));
}

function declare(name: string, node: ts.Node, outline: Draft): void {
  const isMade = isMarked(node);
  // What a framework makes is handed what its types name.
  const names = namesIn(node, outline, isMade);
  names.delete(name);
  const lines = linesOf(node, outline);
  const moduleOf = (local: string): string | undefined => outline.imports.find((one) => one.local === local)?.module;
  const handled = listHandled(node, moduleOf);
  const making = listMaking(node);
  if (making) outline.making.set(name, making);
  // `const load = …` and `exports.load = …` of one name, and overloads, are taken together.
  const same = Object.hasOwn(outline.declarations, name) ? outline.declarations[name] : undefined;
  outline.declarations[name] = {
    names: [...new Set([...(same?.names ?? []), ...names])],
    lines: same ? [Math.min(same.lines[0], lines[0]), Math.max(same.lines[1], lines[1])] : lines,
    ...((isMade || same?.isMarked) && { isMarked: true as const }),
    ...(!same && isMadeByModule(node, moduleOf) && { isOfModule: true as const }),
    ...(handled.length > 0 && { handles: handled }),
  };
}

function isMarked(node: ts.Node): boolean {
  return ts.isDecorator(node) || (ts.isClassLike(node) || ts.isClassElement(node) ? hasMarkWithin(node) : false);
}

function hasMarkWithin(node: ts.Node): boolean {
  return ts.forEachChild(node, (child) => isMarked(child) || undefined) ?? false;
}

/** The module that `import('./orders')` or `require('./orders')` takes, waited for or not. */
function takenModule(node: ts.Node): string | undefined {
  if (ts.isAwaitExpression(node)) return takenModule(skipWrappers(node.expression));
  if (!ts.isCallExpression(node)) return undefined;
  const { expression, arguments: given } = node;
  const isTaking =
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
  return isTaking && given[0] && ts.isStringLiteralLike(given[0]) ? given[0].text : undefined;
}

/** What `const { list } = await import('./orders')` and `require('./orders').list` name, see {@link memberOf}. */
function namesOfModule(node: ts.Node): string[] | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const taken = skipWrappers(node.expression);
    // `import('./orders').then(…)` names nothing of the module.
    const isPromise = ts.isCallExpression(taken) && taken.expression.kind === ts.SyntaxKind.ImportKeyword;
    const module = isPromise ? undefined : takenModule(taken);
    return module === undefined ? undefined : [memberOf(module, node.name.text)];
  }
  if (!ts.isVariableDeclaration(node) || !node.initializer || !ts.isObjectBindingPattern(node.name)) return undefined;
  const module = takenModule(skipWrappers(node.initializer));
  if (module === undefined || !node.name.elements.every(isPlainElement)) return undefined;
  return node.name.elements.map(({ name, propertyName }) =>
    memberOf(module, ((propertyName ?? name) as ts.Identifier).text),
  );
}

/** A name of a module that is taken where it is used, as it stands among the names of a declaration. */
function memberOf(module: string, name: string): string {
  return `import ${module} ${name}`;
}

/** What {@link memberOf} made a name of; undefined for other names. */
export function memberFrom(used: string): { module: string; name: string } | undefined {
  const [word, module, name] = used.split(' ');
  return word === 'import' && module !== undefined && name !== undefined ? { module, name } : undefined;
}

/** The plain name that a node only gives to something: a method, a key, a parameter. */
function declaredBy(node: ts.Node): ts.Node | undefined {
  const isNaming =
    ts.isClassElement(node) || ts.isPropertyAssignment(node) || ts.isParameter(node) || ts.isVariableDeclaration(node);
  if (isNaming) return node.name && ts.isIdentifier(node.name) ? node.name : undefined;
  return ts.isBindingElement(node) ? node.propertyName : undefined;
}

function linesOf(node: ts.Node, { source, lineOf }: Draft): [first: number, last: number] {
  return [lineOf(node.getStart(source)), lineOf(node.end)];
}

/** Names that stand as values below a node; modules that are taken there go to the outline. */
function namesIn(node: ts.Node, outline: Draft, withTypes = false): Set<string> {
  const names = new Set<string>();
  const visit = (at: ts.Node): void => {
    if (ts.isHeritageClause(at)) {
      if (withTypes || at.token === ts.SyntaxKind.ExtendsKeyword)
        for (const { expression } of at.types) visit(expression);
      return;
    }
    if (!withTypes && (ts.isTypeNode(at) || ts.isTypeParameterDeclaration(at))) return;
    if (ts.isIdentifier(at)) return void names.add(at.text);
    if (ts.isStringLiteralLike(at)) return void names.add(`'${at.text.slice(0, 80)}`);
    const ofModule = namesOfModule(at);
    if (ofModule) {
      for (const name of ofModule) names.add(name);
      return;
    }
    const own = exportedBy(at);
    if (own !== undefined && own !== '=') return void names.add(own);
    if (ts.isPropertyAccessExpression(at)) {
      if (ts.isIdentifier(at.expression)) names.add(`${at.expression.text}.${at.name.text}`);
      else visit(at.expression);
      return;
    }
    const module = takenModule(at);
    if (module !== undefined) return void outline.taken.push(module);
    const declared = declaredBy(at);
    ts.forEachChild(at, (child) => {
      if (child !== declared) visit(child);
    });
  };
  if (ts.isExpression(node)) visit(node);
  else ts.forEachChild(node, visit);
  return names;
}
