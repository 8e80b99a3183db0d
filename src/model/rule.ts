import type { ts } from '@ts-morph/common';
import type { FileContext, FileRole } from './file-context.ts';
import type { LinkCondition } from './link.ts';

/** What part of a service suffers; also the folder of the rule. */
export type Category =
  | 'resources'
  | 'memory'
  | 'hashing'
  | 'pooling'
  | 'database'
  | 'performance'
  | 'api'
  | 'monitoring';

export type Severity = 'high' | 'medium' | 'low';

/** `possible` findings are reported only when asked for. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** What a scan does with rules on trial: see `trial` of the configuration. */
export type Trial = 'report' | 'weigh' | 'off';

/** `trial` rules report, but move neither the score nor the exit code unless the configuration says so. */
export type Lifecycle = 'trial' | 'stable';

/** The node kinds a rule can ask for, by their names in `ts.SyntaxKind`. */
export interface NodeByKind {
  ArrowFunction: ts.ArrowFunction;
  AwaitExpression: ts.AwaitExpression;
  BinaryExpression: ts.BinaryExpression;
  CallExpression: ts.CallExpression;
  TaggedTemplateExpression: ts.TaggedTemplateExpression;
  ClassDeclaration: ts.ClassDeclaration;
  ClassExpression: ts.ClassExpression;
  Constructor: ts.ConstructorDeclaration;
  DoStatement: ts.DoStatement;
  ElementAccessExpression: ts.ElementAccessExpression;
  ForInStatement: ts.ForInStatement;
  ForOfStatement: ts.ForOfStatement;
  ForStatement: ts.ForStatement;
  FunctionDeclaration: ts.FunctionDeclaration;
  FunctionExpression: ts.FunctionExpression;
  ImportDeclaration: ts.ImportDeclaration;
  MethodDeclaration: ts.MethodDeclaration;
  NewExpression: ts.NewExpression;
  ObjectLiteralExpression: ts.ObjectLiteralExpression;
  PropertyDeclaration: ts.PropertyDeclaration;
  SourceFile: ts.SourceFile;
  TryStatement: ts.TryStatement;
  VariableDeclaration: ts.VariableDeclaration;
  WhileStatement: ts.WhileStatement;
}

export type NodeKind = keyof NodeByKind;

/** A second place that belongs to a finding, with what it has to do with it. */
export interface Related {
  at: ts.Node;
  note: string;
}

/** One place where a rule fires. Nodes live only as long as the file is being read. */
export interface Match<Data> {
  /** The smallest node that shows the defect: it is what reports underline. */
  at: ts.Node;
  related?: Related[];
  /** Fills the `{placeholders}` of the rule's message. */
  values?: Record<string, string>;
  severity?: Severity;
  confidence?: Confidence;
  /** What must hold in the rest of the project; without it the finding stands on this file alone. */
  when?: LinkCondition | undefined;
  /** What must hold there for the finding to be as sure as it says: else it is `possible`. */
  sureWhen?: LinkCondition | undefined;
  /** What the fixer needs to know. */
  data: Data;
}

/** One option of a rule, set under `rules` in the configuration. */
export interface OptionSpec {
  type: 'integer' | 'string-list' | 'boolean';
  default: number | boolean | readonly string[];
  /** Least allowed value of an integer. */
  minimum?: number;
  description: string;
}

export type OptionValues = Readonly<Record<string, number | boolean | readonly string[]>>;

export type MatchResult<Data> = Match<Data> | Iterable<Match<Data>> | undefined;

export type Visitors<Data> = {
  [K in NodeKind]?: (node: NodeByKind[K], file: FileContext, options: OptionValues) => MatchResult<Data>;
};

/** What a text looks like: an expression is one. */
export interface TextShape {
  test(text: string): boolean;
}

/**
 * A rule: what it says, when it fires, what it cannot know.
 * It never searches the tree itself: it is handed nodes and asks the questions in `src/ast`.
 */
export interface Rule<Data = unknown> {
  /** Equals the file name and the fixture folder. */
  id: string;
  category: Category;
  severity: Severity;
  /** Of its matches, unless one says otherwise; `possible` is also the most that they may say. */
  confidence: Confidence;
  lifecycle: Lifecycle;
  /** Minutes that it takes to repair one finding by hand, for one who knows the code: an estimate. */
  effort?: number;
  /** What is wrong here, one sentence, with `{values}`. */
  message: string;
  /** What grows, and with what: requests, clients, uptime, rows. */
  why: string;
  /** What to do by hand. */
  advice: string;
  /** Known misses and false alarms; printed on its doc page. */
  limits: readonly [string, ...string[]];
  /** Roles of the files that the rule looks at; others are not even parsed for it. Default: `['product']`. */
  roles?: readonly FileRole[];
  /**
   * Tokens for the sift: a file whose text has none of them is never handed to this rule.
   * `a&b` asks for both tokens in the file.
   */
  mentions: readonly [string, ...string[]];
  /**
   * What a text must look like for a token of `mentions` to count, by the token: for tokens that stand in most texts.
   * Only asked where the token does; an expression without the flags `g` and `y`.
   */
  shapes?: Readonly<Record<string, TextShape>>;
  /**
   * Tokens of which a text must hold one, beside its `mentions`, for a match to be more than `possible`: where `possible`
   * is not reported, other files are not handed to the rule. `a&b` asks for both. Default: no such token.
   */
  sureMentions?: readonly [string, ...string[]];
  /** `sureMentions` of the files of a role, in place of those of all files: where a match says less than elsewhere. */
  sureMentionsIn?: Readonly<Partial<Record<FileRole, readonly [string, ...string[]]>>>;
  options?: Readonly<Record<string, OptionSpec>>;
  /** Where its documentation is on the web; for rules of plugins. */
  page?: string;
  visit: Visitors<Data>;
}
