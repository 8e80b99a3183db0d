import type { ts } from '@ts-morph/common';
import type { FileSummary } from './link.ts';
import type { NodeByKind, NodeKind } from './rule.ts';

export type BindingKind = 'import' | 'const' | 'let' | 'var' | 'function' | 'class' | 'parameter' | 'catch' | 'type';

/** A scope: what opens it, what it declares. Module scope has no parent. */
export interface Scope {
  /** The source file, function, block, loop, catch clause or class that opens it. */
  node: ts.Node;
  parent: Scope | undefined;
  bindings: Map<string, Binding>;
}

/** A declared name and every place of this file that refers to it. */
export interface Binding {
  name: string;
  kind: BindingKind;
  /** The identifier that declares it. */
  identifier: ts.Identifier;
  /** The declaration around it: VariableDeclaration, Parameter, BindingElement, ImportSpecifier, FunctionDeclaration … */
  declaration: ts.Node;
  scope: Scope;
  /** Uses in source order, without the declaring identifier. */
  references: ts.Identifier[];
  /** Of those, the ones that are assigned to (`=`, `+=`, `++`, destructuring targets, for-of heads). */
  writes: ts.Identifier[];
}

/** A value declared once more in a scope that has its name. */
export interface Redeclaration {
  /** What the name was declared for before. */
  binding: Binding;
  kind: BindingKind;
  declaration: ts.Node;
}

/** Where an imported name comes from: `import { a as b } from 'm'` → `{ module: 'm', name: 'a' }`. */
export interface ImportOrigin {
  module: string;
  /** `default`, `*` for the namespace (and for `require('m')` itself), else the exported name. */
  name: string;
}

/** The role of a file as a whole, by its path and head. */
export type FileRole = 'product' | 'test' | 'script' | 'migration' | 'config' | 'ui' | 'example';

/** A version as far as it tells what there is. */
export type NodeVersion = readonly [major: number, minor: number];

/** What the engine knows of the package that the file belongs to. */
export interface PackageFacts {
  /** Folder of its package.json, POSIX, relative to the scanned root; '' for the root. */
  dir: string;
  name: string | undefined;
  /** package.json `type`. */
  type: 'module' | 'commonjs';
  /** Names of dependencies of all kinds. */
  dependencies: ReadonlySet<string>;
  /** Files named by `bin` and `scripts`, relative to `dir`: command-line entries. */
  scripts: ReadonlySet<string>;
  /** The lowest Node.js that it says it runs on, itself or the package above it. */
  node?: NodeVersion;
  /** The major version of node-fetch that it asks for: its options differ. */
  nodeFetch?: number;
  /** Built into a page of a browser, with nothing that runs on a server. */
  isBuiltIntoPage?: true;
  /** Where the configuration names any. */
  entryCalls?: EntryCalls;
}

/** Functions and decorators of the team's own, by name: what is handed to them is where outside load comes in. */
export interface EntryCalls {
  /** One run per request or message. */
  request: readonly string[];
  /** Repeated, but not per request. */
  event: readonly string[];
}

/** One parsed file and the answers of the one walk over it. Rules read it through the questions in `src/ast`. */
export interface FileContext {
  /** POSIX, relative to the scanned root. */
  path: string;
  text: string;
  source: ts.SourceFile;
  role: FileRole;
  package: PackageFacts;
  /** Nodes of a kind in source order. */
  nodes<K extends NodeKind>(kind: K): readonly NodeByKind[K][];
  /** Nodes of any kind, by its number, in source order. */
  nodesOfKind(kind: ts.SyntaxKind): readonly ts.Node[];
  /** What an identifier refers to; undefined for globals and property names. */
  bindingOf(identifier: ts.Identifier): Binding | undefined;
  /** The scope that a node stands in. */
  scopeOf(node: ts.Node): Scope;
  moduleScope: Scope;
  /** Every binding of the file in source order of their declarations. */
  bindings: readonly Binding[];
  /** Values whose name their scope had before, in source order; overloads and what merges are among them. */
  redeclarations: readonly Redeclaration[];
  /** What other files and the link step need to know of this one; made when it is first asked for. */
  summary(): FileSummary;
  /** Memo for the questions in `src/ast`: one value per question and key, computed once. */
  memo<Key extends object, Value>(question: (key: Key, file: FileContext) => Value, key: Key): Value;
}
