import type {
  Binding,
  BindingKind,
  FileContext,
  FileRole,
  PackageFacts,
  Redeclaration,
  Scope,
} from '../model/file-context.ts';
import type { FileSummary } from '../model/link.ts';
import type { NodeByKind, NodeKind } from '../model/rule.ts';
import { parse } from './parse.ts';
import { summarise } from './summarise.ts';
import { type FunctionNode, isAssignmentOperator, isFunctionNode } from './syntax.ts';
import { ts } from './ts.ts';
import { fileRole } from './where/file-role.ts';

/**
 * Parses a file without JSDoc and walks it once: parents, nodes by kind, scopes, references.
 * Costs about 0.2 of the parse on top of it; the compiler's own binder costs three times that.
 *
 * @param path POSIX, relative to the scanned root; its extension decides the dialect.
 * @param role what `fileRole` says of the file, where the caller has asked already
 * @throws RangeError when the nesting is deeper than the stack.
 */
export function analyseFile(
  path: string,
  text: string,
  pkg: PackageFacts,
  role: FileRole = fileRole(path, text, pkg),
): FileContext {
  return new AnalysedFile(path, text, parse(path, text), pkg, role);
}

/** An analysed file as another package or role sees it: the tree and its walk are shared, what was asked of it is not. */
export function seenAs(file: FileContext, pkg: PackageFacts, role: FileRole): FileContext {
  const { path, text, source } = file;
  return new AnalysedFile(path, text, source, pkg, role, file instanceof AnalysedFile ? file : undefined);
}

/** Named once: the walk goes as deep as the stack allows, and there a look at another module may fail in its own way. */
const { forEachChild } = ts;
const identifierKind = ts.SyntaxKind.Identifier;
const lastToken = ts.SyntaxKind.LastToken;

const none: readonly ts.Node[] = [];
/** Of the scopes that declare nothing, as most blocks: never written to. */
const noBindings = new Map<string, Binding>();

class AnalysedFile implements FileContext {
  readonly moduleScope: Scope;
  readonly bindings: Binding[];
  readonly redeclarations: Redeclaration[];
  readonly role: FileRole;
  readonly path: string;
  readonly text: string;
  readonly source: ts.SourceFile;
  readonly package: PackageFacts;
  readonly #byKind: ts.Node[][];
  readonly #bound: Map<ts.Identifier, Binding>;
  readonly #scopes: Map<ts.Node, Scope>;
  readonly #memos = new Map<unknown, Map<object, unknown>>();
  #summary: FileSummary | undefined;

  constructor(
    path: string,
    text: string,
    source: ts.SourceFile,
    pkg: PackageFacts,
    role: FileRole,
    walked?: AnalysedFile,
  ) {
    this.path = path;
    this.text = text;
    this.source = source;
    this.package = pkg;
    this.role = role;
    this.moduleScope = walked?.moduleScope ?? { node: source, parent: undefined, bindings: new Map() };
    this.bindings = walked?.bindings ?? [];
    this.redeclarations = walked?.redeclarations ?? [];
    this.#byKind = walked ? walked.#byKind : [];
    this.#bound = walked ? walked.#bound : new Map();
    this.#scopes = walked ? walked.#scopes : new Map([[source, this.moduleScope]]);
    if (!walked) this.#walk();
  }

  nodes<K extends NodeKind>(kind: K): readonly NodeByKind[K][] {
    return this.nodesOfKind(ts.SyntaxKind[kind]) as unknown as readonly NodeByKind[K][];
  }

  nodesOfKind(kind: ts.SyntaxKind): readonly ts.Node[] {
    return this.#byKind[kind] ?? none;
  }

  bindingOf(identifier: ts.Identifier): Binding | undefined {
    return this.#bound.get(identifier);
  }

  scopeOf(node: ts.Node): Scope {
    for (let at: ts.Node | undefined = node; at; at = at.parent) {
      const scope = this.#scopes.get(at);
      if (scope) return scope;
    }
    return this.moduleScope;
  }

  summary(): FileSummary {
    this.#summary ??= summarise(this);
    return this.#summary;
  }

  memo<Key extends object, Value>(question: (key: Key, file: FileContext) => Value, key: Key): Value {
    let answers = this.#memos.get(question);
    if (!answers) {
      answers = new Map();
      this.#memos.set(question, answers);
    }
    const known = answers.get(key);
    if (known !== undefined || answers.has(key)) return known as Value;
    const answer = question(key, this);
    answers.set(key, answer);
    return answer;
  }

  #walk(): void {
    const byKind = this.#byKind;
    const uses: ts.Identifier[] = [];
    const useScopes: Scope[] = [];
    let scope = this.moduleScope;
    let functionScope = scope;

    const open = (node: ts.Node): Scope => {
      const opened: Scope = { node, parent: scope, bindings: noBindings };
      this.#scopes.set(node, opened);
      return opened;
    };

    let parent: ts.Node = this.source;
    const descend = (node: ts.Node): void => {
      const outer = parent;
      parent = node;
      forEachChild(node, visit);
      parent = outer;
    };
    const visit = (node: ts.Node): void => {
      (node as { parent: ts.Node }).parent = parent;
      const { kind } = node;
      const list = byKind[kind];
      if (list) list.push(node);
      else byKind[kind] = [node];

      if (kind === identifierKind) {
        const identifier = node as ts.Identifier;
        if (isUse(identifier, parent)) {
          uses.push(identifier);
          useScopes.push(scope);
        }
        return;
      }
      if (kind <= lastToken) return;

      const meaning = scopeMeaning[kind];
      if (!meaning) {
        descend(node);
        return;
      }
      const outerScope = scope;
      const outerFunctionScope = functionScope;
      switch (meaning) {
        case Meaning.function: {
          const fn = node as FunctionNode;
          const name = 'name' in fn && fn.name && ts.isIdentifier(fn.name) ? fn.name : undefined;
          if (name && kind === ts.SyntaxKind.FunctionDeclaration) this.#declare(name, 'function', node, scope);
          scope = functionScope = open(node);
          if (name && kind === ts.SyntaxKind.FunctionExpression) this.#declare(name, 'function', node, scope);
          break;
        }
        case Meaning.block:
          // A function's body shares the scope of its parameters.
          if (!isFunctionNode(parent)) scope = open(node);
          break;
        case Meaning.class: {
          const name = (node as ts.ClassDeclaration).name;
          if (name && kind === ts.SyntaxKind.ClassDeclaration) this.#declare(name, 'class', node, scope);
          scope = open(node);
          if (name && kind === ts.SyntaxKind.ClassExpression) this.#declare(name, 'class', node, scope);
          break;
        }
        case Meaning.variable: {
          const declaration = node as ts.VariableDeclaration;
          if (parent.kind === ts.SyntaxKind.CatchClause) {
            this.#declarePattern(declaration.name, 'catch', declaration, scope);
            break;
          }
          const blockScoped = parent.flags & ts.NodeFlags.BlockScoped;
          const variable: BindingKind = !blockScoped ? 'var' : blockScoped === ts.NodeFlags.Let ? 'let' : 'const';
          this.#declarePattern(declaration.name, variable, declaration, blockScoped ? scope : functionScope);
          break;
        }
        case Meaning.parameter:
          if (isFunctionNode(parent)) {
            this.#declarePattern((node as ts.ParameterDeclaration).name, 'parameter', node, scope);
          }
          break;
        case Meaning.import: {
          const { name } = node as ts.ImportClause | ts.ImportSpecifier;
          if (name && ts.isIdentifier(name)) this.#declare(name, 'import', node, scope);
          break;
        }
        case Meaning.value: {
          const { name } = node as ts.EnumDeclaration | ts.ModuleDeclaration;
          if (ts.isIdentifier(name)) this.#declare(name, 'const', node, scope);
          break;
        }
        case Meaning.type:
          if (kind !== ts.SyntaxKind.TypeParameter || scope.node === parent) {
            this.#declare((node as ts.InterfaceDeclaration).name, 'type', node, scope);
          }
          break;
        default:
      }
      descend(node);
      scope = outerScope;
      functionScope = outerFunctionScope;
    };

    byKind[ts.SyntaxKind.SourceFile] = [this.source];
    for (const statement of this.source.statements) visit(statement);
    for (let i = 0; i < uses.length; i++) this.#bind(uses[i]!, useScopes[i]!);
  }

  #declarePattern(name: ts.BindingName, kind: BindingKind, declaration: ts.Node, scope: Scope): void {
    if (ts.isIdentifier(name)) {
      this.#declare(name, kind, declaration, scope);
      return;
    }
    for (const element of name.elements) {
      if (ts.isBindingElement(element)) this.#declarePattern(element.name, kind, element, scope);
    }
  }

  #declare(identifier: ts.Identifier, kind: BindingKind, declaration: ts.Node, scope: Scope): void {
    const known = scope.bindings.get(identifier.text);
    // A value and a type may share a name; `var` and overloads may repeat one.
    if (known && (known.kind !== 'type' || kind === 'type')) {
      if (kind === 'type') return;
      this.#bound.set(identifier, known);
      this.redeclarations.push({ binding: known, kind, declaration });
      if (isInPlaceOf(declaration, known.declaration)) Object.assign(known, { identifier, declaration });
      return;
    }
    const binding: Binding = {
      name: identifier.text,
      kind,
      identifier,
      declaration,
      scope,
      references: [],
      writes: [],
    };
    if (scope.bindings === noBindings) scope.bindings = new Map();
    scope.bindings.set(identifier.text, binding);
    this.#bound.set(identifier, binding);
    this.bindings.push(binding);
  }

  #bind(identifier: ts.Identifier, from: Scope): void {
    for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
      const binding = scope.bindings.get(identifier.text);
      if (!binding) continue;
      this.#bound.set(identifier, binding);
      binding.references.push(identifier);
      if (isWritten(identifier)) binding.writes.push(identifier);
      return;
    }
  }
}

const Meaning = { function: 1, block: 2, class: 3, variable: 4, parameter: 5, import: 6, value: 7, type: 8 } as const;

const scopeMeaning = tableOf<ts.SyntaxKind, number>([
  [Meaning.function, ts.SyntaxKind.ArrowFunction, ts.SyntaxKind.Constructor, ts.SyntaxKind.FunctionDeclaration],
  [Meaning.function, ts.SyntaxKind.FunctionExpression, ts.SyntaxKind.GetAccessor, ts.SyntaxKind.MethodDeclaration],
  [Meaning.function, ts.SyntaxKind.SetAccessor],
  [Meaning.block, ts.SyntaxKind.Block, ts.SyntaxKind.ForStatement, ts.SyntaxKind.ForInStatement],
  [Meaning.block, ts.SyntaxKind.ForOfStatement, ts.SyntaxKind.CaseBlock, ts.SyntaxKind.CatchClause],
  [Meaning.block, ts.SyntaxKind.ModuleBlock],
  [Meaning.class, ts.SyntaxKind.ClassDeclaration, ts.SyntaxKind.ClassExpression],
  [Meaning.variable, ts.SyntaxKind.VariableDeclaration],
  [Meaning.parameter, ts.SyntaxKind.Parameter],
  [Meaning.import, ts.SyntaxKind.ImportClause, ts.SyntaxKind.NamespaceImport, ts.SyntaxKind.ImportSpecifier],
  [Meaning.import, ts.SyntaxKind.ImportEqualsDeclaration],
  [Meaning.value, ts.SyntaxKind.EnumDeclaration, ts.SyntaxKind.ModuleDeclaration],
  [Meaning.type, ts.SyntaxKind.InterfaceDeclaration, ts.SyntaxKind.TypeAliasDeclaration, ts.SyntaxKind.TypeParameter],
]);

/** What an identifier is in a parent of a kind; the rest are uses. */
const Place = { nameOnly: 1, receiver: 2, left: 3, initializer: 4, body: 5, exported: 6, tag: 7 } as const;

const identifierPlace = tableOf<ts.SyntaxKind, number>([
  [Place.receiver, ts.SyntaxKind.PropertyAccessExpression],
  [Place.left, ts.SyntaxKind.QualifiedName],
  [Place.initializer, ts.SyntaxKind.PropertyAssignment, ts.SyntaxKind.BindingElement, ts.SyntaxKind.Parameter],
  [Place.initializer, ts.SyntaxKind.VariableDeclaration, ts.SyntaxKind.PropertyDeclaration, ts.SyntaxKind.EnumMember],
  [Place.body, ts.SyntaxKind.ArrowFunction],
  [Place.exported, ts.SyntaxKind.ExportSpecifier],
  [Place.tag, ts.SyntaxKind.JsxOpeningElement, ts.SyntaxKind.JsxSelfClosingElement],
  [Place.nameOnly, ts.SyntaxKind.FunctionDeclaration, ts.SyntaxKind.FunctionExpression],
  [Place.nameOnly, ts.SyntaxKind.ClassDeclaration, ts.SyntaxKind.ClassExpression, ts.SyntaxKind.MethodDeclaration],
  [Place.nameOnly, ts.SyntaxKind.MethodSignature, ts.SyntaxKind.PropertySignature, ts.SyntaxKind.GetAccessor],
  [Place.nameOnly, ts.SyntaxKind.SetAccessor, ts.SyntaxKind.ImportClause, ts.SyntaxKind.ImportSpecifier],
  [Place.nameOnly, ts.SyntaxKind.NamespaceImport, ts.SyntaxKind.NamespaceExport, ts.SyntaxKind.EnumDeclaration],
  [Place.nameOnly, ts.SyntaxKind.ModuleDeclaration, ts.SyntaxKind.InterfaceDeclaration],
  [Place.nameOnly, ts.SyntaxKind.TypeAliasDeclaration, ts.SyntaxKind.TypeParameter, ts.SyntaxKind.LabeledStatement],
  [Place.nameOnly, ts.SyntaxKind.BreakStatement, ts.SyntaxKind.ContinueStatement, ts.SyntaxKind.MetaProperty],
  [Place.nameOnly, ts.SyntaxKind.JsxAttribute, ts.SyntaxKind.JsxClosingElement, ts.SyntaxKind.NamedTupleMember],
  [Place.nameOnly, ts.SyntaxKind.TypePredicate, ts.SyntaxKind.ImportEqualsDeclaration],
]);

function tableOf<Kind extends number, Value extends number>(
  rows: readonly (readonly [Value, ...Kind[]])[],
): Uint8Array {
  const table = new Uint8Array(ts.SyntaxKind.Count);
  for (const [value, ...kinds] of rows) for (const kind of kinds) table[kind] = value;
  return table;
}

/** Whether an identifier refers to a binding, rather than declaring one or naming a member. */
function isUse(identifier: ts.Identifier, parent: ts.Node): boolean {
  switch (identifierPlace[parent.kind]) {
    case 0:
      return true;
    case Place.receiver:
      return (parent as ts.PropertyAccessExpression).expression === identifier;
    case Place.left:
      return (parent as ts.QualifiedName).left === identifier;
    case Place.initializer:
      return (parent as ts.VariableDeclaration).initializer === identifier;
    case Place.body:
      return (parent as ts.ArrowFunction).body === identifier;
    case Place.exported: {
      const specifier = parent as ts.ExportSpecifier;
      return !specifier.parent.parent.moduleSpecifier && (specifier.propertyName ?? specifier.name) === identifier;
    }
    case Place.tag:
      return !/^[a-z]/.test(identifier.text);
    default:
      return false;
  }
}

function isWritten(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isBinaryExpression(parent)) {
    return parent.left === identifier && isAssignmentOperator(parent.operatorToken.kind);
  }
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  }
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === identifier;
  return isDestructuringTarget(identifier);
}

function isDestructuringTarget(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) {
    return (
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      parent.left === node &&
      (ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node))
    );
  }
  if (ts.isForOfStatement(parent)) return parent.initializer === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && isDestructuringTarget(parent.parent);
  if (ts.isShorthandPropertyAssignment(parent)) return isDestructuringTarget(parent.parent);
  if (ts.isSpreadElement(parent) || ts.isSpreadAssignment(parent)) return isDestructuringTarget(parent.parent);
  return ts.isArrayLiteralExpression(parent) && isDestructuringTarget(parent);
}

/** Of overloads the one with a body is what runs; of functions that are declared twice it is the last, from the first line on. */
function isInPlaceOf(later: ts.Node, known: ts.Node): boolean {
  if (!ts.isFunctionDeclaration(known) || !ts.isFunctionDeclaration(later)) return false;
  return known.body === undefined || later.body !== undefined;
}
