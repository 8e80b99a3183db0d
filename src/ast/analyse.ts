import type { Binding, BindingKind, FileContext, PackageFacts, Scope } from '../model/file-context.ts';
import type { FileSummary } from '../model/link.ts';
import type { NodeByKind, NodeKind } from '../model/rule.ts';
import { fileRole } from './file-role.ts';
import { summarise } from './summarise.ts';
import { isAssignmentOperator, isFunctionNode } from './syntax.ts';
import { ts } from './ts.ts';

/**
 * Parses a file without JSDoc and walks it once: parents, nodes by kind, scopes, references.
 * Costs about 0.2 of the parse on top of it; the compiler's own binder costs three times that.
 *
 * @param path POSIX, relative to the scanned root; its extension decides the dialect.
 * @throws RangeError when the nesting is deeper than the stack.
 */
export function analyseFile(path: string, text: string, pkg: PackageFacts): FileContext {
  const source = ts.createSourceFile(
    path,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    false,
    dialectOf(path),
  );
  return new AnalysedFile(path, text, source, pkg);
}

/** Plain .js may hold JSX; Flow and TypeScript in it are syntax errors. */
function dialectOf(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/.test(path)) return ts.ScriptKind.TS;
  if (path.endsWith('.tsx')) return ts.ScriptKind.TSX;
  return ts.ScriptKind.JSX;
}

const none: readonly ts.Node[] = [];

class AnalysedFile implements FileContext {
  readonly moduleScope: Scope;
  readonly bindings: Binding[] = [];
  readonly role;
  readonly path: string;
  readonly text: string;
  readonly source: ts.SourceFile;
  readonly package: PackageFacts;
  readonly #byKind: ts.Node[][] = [];
  readonly #bound = new Map<ts.Identifier, Binding>();
  readonly #scopes = new Map<ts.Node, Scope>();
  readonly #memos = new Map<unknown, Map<object, unknown>>();
  #summary: FileSummary | undefined;

  constructor(path: string, text: string, source: ts.SourceFile, pkg: PackageFacts) {
    this.path = path;
    this.text = text;
    this.source = source;
    this.package = pkg;
    this.role = fileRole(path, text, pkg);
    this.moduleScope = { node: source, parent: undefined, bindings: new Map() };
    this.#scopes.set(source, this.moduleScope);
    this.#walk();
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
    if (!answers.has(key)) answers.set(key, question(key, this));
    return answers.get(key) as Value;
  }

  #walk(): void {
    const byKind = this.#byKind;
    const uses: ts.Identifier[] = [];
    const useScopes: Scope[] = [];
    let scope = this.moduleScope;
    let functionScope = scope;

    const open = (node: ts.Node): Scope => {
      const opened: Scope = { node, parent: scope, bindings: new Map() };
      this.#scopes.set(node, opened);
      return opened;
    };

    const visit = (node: ts.Node, parent: ts.Node): void => {
      (node as { parent: ts.Node }).parent = parent;
      const { kind } = node;
      const list = byKind[kind];
      if (list) list.push(node);
      else byKind[kind] = [node];

      if (kind === ts.SyntaxKind.Identifier) {
        const identifier = node as ts.Identifier;
        if (isUse(identifier, parent)) {
          uses.push(identifier);
          useScopes.push(scope);
        }
        return;
      }
      if (kind <= ts.SyntaxKind.LastToken) return;

      const outerScope = scope;
      const outerFunctionScope = functionScope;
      if (isFunctionNode(node)) {
        if (node.kind === ts.SyntaxKind.FunctionDeclaration && node.name) {
          this.#declare(node.name, 'function', node, scope);
        }
        scope = functionScope = open(node);
        if (node.kind === ts.SyntaxKind.FunctionExpression && node.name) {
          this.#declare(node.name, 'function', node, scope);
        }
      } else {
        switch (kind) {
          case ts.SyntaxKind.Block:
            // A function's body shares the scope of its parameters.
            if (!isFunctionNode(parent)) scope = open(node);
            break;
          case ts.SyntaxKind.ForStatement:
          case ts.SyntaxKind.ForInStatement:
          case ts.SyntaxKind.ForOfStatement:
          case ts.SyntaxKind.CaseBlock:
          case ts.SyntaxKind.CatchClause:
          case ts.SyntaxKind.ModuleBlock:
            scope = open(node);
            break;
          case ts.SyntaxKind.ClassDeclaration:
          case ts.SyntaxKind.ClassExpression: {
            const name = (node as ts.ClassDeclaration).name;
            if (name && kind === ts.SyntaxKind.ClassDeclaration) this.#declare(name, 'class', node, scope);
            scope = open(node);
            if (name && kind === ts.SyntaxKind.ClassExpression) this.#declare(name, 'class', node, scope);
            break;
          }
          case ts.SyntaxKind.VariableDeclaration: {
            const declaration = node as ts.VariableDeclaration;
            if (parent.kind === ts.SyntaxKind.CatchClause) {
              this.#declarePattern(declaration.name, 'catch', declaration, scope);
            } else {
              const { flags } = parent;
              const variable: BindingKind =
                flags & ts.NodeFlags.Const ? 'const' : flags & ts.NodeFlags.Let ? 'let' : 'var';
              const isUsing = (flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Using;
              const home = variable === 'var' && !isUsing ? functionScope : scope;
              this.#declarePattern(declaration.name, isUsing ? 'const' : variable, declaration, home);
            }
            break;
          }
          case ts.SyntaxKind.Parameter:
            if (isFunctionNode(parent)) {
              this.#declarePattern((node as ts.ParameterDeclaration).name, 'parameter', node, scope);
            }
            break;
          case ts.SyntaxKind.ImportClause: {
            const { name } = node as ts.ImportClause;
            if (name) this.#declare(name, 'import', node, scope);
            break;
          }
          case ts.SyntaxKind.NamespaceImport:
          case ts.SyntaxKind.ImportSpecifier:
          case ts.SyntaxKind.ImportEqualsDeclaration:
            this.#declare((node as ts.ImportSpecifier).name, 'import', node, scope);
            break;
          case ts.SyntaxKind.EnumDeclaration:
            this.#declare((node as ts.EnumDeclaration).name, 'const', node, scope);
            break;
          case ts.SyntaxKind.ModuleDeclaration: {
            const { name } = node as ts.ModuleDeclaration;
            if (ts.isIdentifier(name)) this.#declare(name, 'const', node, scope);
            break;
          }
          case ts.SyntaxKind.InterfaceDeclaration:
          case ts.SyntaxKind.TypeAliasDeclaration:
            this.#declare((node as ts.InterfaceDeclaration).name, 'type', node, scope);
            break;
          case ts.SyntaxKind.TypeParameter:
            if (scope.node === parent) this.#declare((node as ts.TypeParameterDeclaration).name, 'type', node, scope);
            break;
          default:
        }
      }
      ts.forEachChild(node, (child) => visit(child, node));
      scope = outerScope;
      functionScope = outerFunctionScope;
    };

    byKind[ts.SyntaxKind.SourceFile] = [this.source];
    for (const statement of this.source.statements) visit(statement, this.source);
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
      if (kind !== 'type') this.#bound.set(identifier, known);
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

/** Whether an identifier refers to a binding, rather than declaring one or naming a member. */
function isUse(identifier: ts.Identifier, parent: ts.Node): boolean {
  switch (parent.kind) {
    case ts.SyntaxKind.PropertyAccessExpression:
      return (parent as ts.PropertyAccessExpression).expression === identifier;
    case ts.SyntaxKind.QualifiedName:
      return (parent as ts.QualifiedName).left === identifier;
    case ts.SyntaxKind.PropertyAssignment:
      return (parent as ts.PropertyAssignment).initializer === identifier;
    case ts.SyntaxKind.BindingElement:
      return (parent as ts.BindingElement).initializer === identifier;
    case ts.SyntaxKind.VariableDeclaration:
      return (parent as ts.VariableDeclaration).initializer === identifier;
    case ts.SyntaxKind.Parameter:
      return (parent as ts.ParameterDeclaration).initializer === identifier;
    case ts.SyntaxKind.PropertyDeclaration:
      return (parent as ts.PropertyDeclaration).initializer === identifier;
    case ts.SyntaxKind.EnumMember:
      return (parent as ts.EnumMember).initializer === identifier;
    case ts.SyntaxKind.ExportSpecifier: {
      const specifier = parent as ts.ExportSpecifier;
      return !specifier.parent.parent.moduleSpecifier && (specifier.propertyName ?? specifier.name) === identifier;
    }
    case ts.SyntaxKind.ArrowFunction:
      return (parent as ts.ArrowFunction).body === identifier;
    case ts.SyntaxKind.JsxOpeningElement:
    case ts.SyntaxKind.JsxSelfClosingElement:
      return !/^[a-z]/.test(identifier.text);
    case ts.SyntaxKind.ImportEqualsDeclaration:
      return (parent as ts.ImportEqualsDeclaration).name !== identifier;
    case ts.SyntaxKind.FunctionDeclaration:
    case ts.SyntaxKind.FunctionExpression:
    case ts.SyntaxKind.ClassDeclaration:
    case ts.SyntaxKind.ClassExpression:
    case ts.SyntaxKind.MethodDeclaration:
    case ts.SyntaxKind.MethodSignature:
    case ts.SyntaxKind.PropertySignature:
    case ts.SyntaxKind.GetAccessor:
    case ts.SyntaxKind.SetAccessor:
    case ts.SyntaxKind.ImportClause:
    case ts.SyntaxKind.ImportSpecifier:
    case ts.SyntaxKind.NamespaceImport:
    case ts.SyntaxKind.NamespaceExport:
    case ts.SyntaxKind.EnumDeclaration:
    case ts.SyntaxKind.ModuleDeclaration:
    case ts.SyntaxKind.InterfaceDeclaration:
    case ts.SyntaxKind.TypeAliasDeclaration:
    case ts.SyntaxKind.TypeParameter:
    case ts.SyntaxKind.LabeledStatement:
    case ts.SyntaxKind.BreakStatement:
    case ts.SyntaxKind.ContinueStatement:
    case ts.SyntaxKind.MetaProperty:
    case ts.SyntaxKind.JsxAttribute:
    case ts.SyntaxKind.JsxClosingElement:
    case ts.SyntaxKind.NamedTupleMember:
    case ts.SyntaxKind.TypePredicate:
      return false;
    default:
      return true;
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
