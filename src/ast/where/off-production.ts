import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findMemberPath, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from './conditions.ts';

/** `testRun` and `devDependency` are things, not modes. */
const testMode =
  /^[\w.\s]*\b(?:is)?_?(?:(?:TEST|E2E|DEV)(?:_\w+|[A-Z]\w*)?|(?:test|e2e|[dD]ev)(?:_?(?:[mM]ode|[eE]nv|[sS]erver|[bB]uild|[oO]nly)\w*|elop(?:ment|ing))?)$|NODE_ENV\s*={2,3}\s*['"](?:test|dev)/;
/** `config.get('isTest')`: the same word, asked of the settings. */
const testSetting =
  /\(\s*['"](?:[\w.]+\.)?(?:is_?(?:test|e2e|dev)\w*|(?:test|dev)(?:ing|elopment)?[-_]?mode)['"]\s*\)$/i;
const production = /^[\w.\s]*\b(?:NODE_ENV\s*={2,3}\s*['"]prod\w*['"]|(?:is)?_?(?:PROD|[pP]rod)(?:UCTION|uction)?)$/;
/** What does not hold where a service is developed or tested: `NODE_ENV !== 'development'`, `!isDev`. */
const notTestMode =
  /^[\w.\s]*\bNODE_ENV\s*!={1,2}\s*['"](?:test|dev)\w*['"]$|^!\s*(?:[\w.]+\.)?(?:is_?(?:dev|e2e)(?:_?mode|elopment|eloping)?|__dev__)$/i;
/** What a developer's own machine sets, by hand or by serverless-offline; a row or a person is local too, but not in capitals. */
const ownMachine =
  /^(?:[\w.]+\.)?(?:IS_LOCAL(?:_DEV)?|IS_OFFLINE|LOCAL_DEV)(?:\s*={2,3}\s*(?:['"](?:true|1)['"]|true))?$/;
const notOwnMachine = /^!\s*(?:[\w.]+\.)?(?:IS_LOCAL(?:_DEV)?|IS_OFFLINE|LOCAL_DEV)$/;
const localStage = /^(?:[\w.]*[._])?(?:ENV(?:IRONMENT)?|STAGE)\s*={2,3}\s*['"]local['"]$/i;
const notLocalStage = /^(?:[\w.]*[._])?(?:ENV(?:IRONMENT)?|STAGE)\s*!={1,2}\s*['"]local['"]$/i;
const notProduction = /^[\w.\s]*\bNODE_ENV\s*!={1,2}\s*['"]prod\w*['"]$/;

/**
 * Whether a place runs only where a service is developed or tested, never under load: behind `if (isDev)`,
 * `if (process.env.TEST_BACKEND)` or `if (process.env.IS_LOCAL)`, in the `else` of production, or behind an `if (isProd)`
 * or an `if (process.env.NODE_ENV !== 'development')` that leaves.
 */
export function isOffProduction(node: ts.Node, file: FileContext): boolean {
  if (!file.memo(asksForMode, file.source)) return false;
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent)) {
      if (parent.thenStatement === at && isTestMode(parent.expression, file)) return true;
      if (parent.elseStatement === at && isProductionOnly(parent.expression, file)) return true;
    }
    if (ts.isConditionalExpression(parent)) {
      if (parent.whenTrue === at && isTestMode(parent.condition, file)) return true;
      if (parent.whenFalse === at && isProductionOnly(parent.condition, file)) return true;
    }
    if (ts.isBlock(parent) && isFunctionNode(parent.parent) && isBehindProduction(at as ts.Statement, parent, file))
      return true;
  }
  return false;
}

/** Whether a condition of a file asks where it runs: few do, and all calls of a file are asked about. */
function asksForMode(_: ts.SourceFile, file: FileContext): boolean {
  const ifs = file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[];
  const choices = file.nodesOfKind(ts.SyntaxKind.ConditionalExpression) as readonly ts.ConditionalExpression[];
  const asked = [...ifs.map(({ expression }) => expression), ...choices.map(({ condition }) => condition)];
  return asked.some(
    (condition) =>
      isTestMode(condition, file) || listChoices(condition).some((choice) => isProductionOnly(choice, file)),
  );
}

function isTestMode(condition: ts.Expression, file: FileContext): boolean {
  return textsOf(condition, file).some(
    (asked) =>
      !/\|\||^\s*!/.test(asked) &&
      [testMode, testSetting, notProduction, ownMachine, localStage].some((one) => one.test(asked)),
  );
}

/** What holds in production, so that what does not run then never meets it. */
function isProductionOnly(condition: ts.Expression, file: FileContext): boolean {
  return textsOf(condition, file).some((asked) =>
    [production, notTestMode, notOwnMachine, notLocalStage].some((one) => one.test(asked)),
  );
}

/** A condition as it is written, and what is compared or read where its name is declared; `env['MODE']` as `env.MODE`. */
function textsOf(condition: ts.Expression, file: FileContext): string[] {
  const named = onlyValueOf(condition, file);
  const isAsked = named && (ts.isBinaryExpression(named) || findMemberPath(named) !== undefined);
  const meant = isAsked ? [condition, named] : [condition];
  return meant.map((value) => value.getText().replace(/\[(['"])(\w+)\1\]/g, '.$2'));
}

/** Each of `a || b || c`: where one of them holds, all of it does. */
function listChoices(condition: ts.Expression): ts.Expression[] {
  const value = skipWrappers(condition);
  return ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.BarBarToken
    ? [...listChoices(value.left), ...listChoices(value.right)]
    : [value];
}

function isBehindProduction(at: ts.Statement, { statements }: ts.Block, file: FileContext): boolean {
  return statements.some(
    (guard) =>
      guard.end <= at.pos &&
      ts.isIfStatement(guard) &&
      listChoices(guard.expression).some((choice) => isProductionOnly(choice, file)) &&
      leavesFunction(guard.thenStatement),
  );
}
