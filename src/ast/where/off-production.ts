import { isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from './conditions.ts';

const testMode =
  /^[\w.\s]*\b(?:is)?_?(?:TEST|E2E|DEV|test|e2e|[dD]ev)(?:_\w+|[A-Z]\w*|elop(?:ment|ing))?$|NODE_ENV\s*={2,3}\s*['"](?:test|dev)/;
/** `config.get('isTest')`: the same word, asked of the settings. */
const testSetting =
  /\(\s*['"](?:[\w.]+\.)?(?:is_?(?:test|e2e|dev)\w*|(?:test|dev)(?:ing|elopment)?[-_]?mode)['"]\s*\)$/i;
const production = /^[\w.\s]*\b(?:NODE_ENV\s*={2,3}\s*['"]prod\w*['"]|(?:is)?_?(?:PROD|[pP]rod)(?:UCTION|uction)?)$/;
/** What does not hold where a service is developed or tested: `NODE_ENV !== 'development'`, `!isDev`. */
const notTestMode =
  /^[\w.\s]*\bNODE_ENV\s*!={1,2}\s*['"](?:test|dev)\w*['"]$|^!\s*(?:[\w.]+\.)?(?:is_?(?:dev|e2e)(?:_?mode|elopment|eloping)?|__dev__)$/i;
const notProduction = /^[\w.\s]*\bNODE_ENV\s*!={1,2}\s*['"]prod\w*['"]$/;

/**
 * Whether a place runs only where a service is developed or tested, never under load: behind `if (isDev)` or
 * `if (process.env.TEST_BACKEND)`, in the `else` of production, or behind an `if (isProd)`
 * or an `if (process.env.NODE_ENV !== 'development')` that leaves.
 */
export function isOffProduction(node: ts.Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent)) {
      const asked = parent.expression.getText();
      if (parent.thenStatement === at && isTestMode(asked)) return true;
      if (parent.elseStatement === at && isProductionOnly(asked)) return true;
    }
    if (ts.isConditionalExpression(parent)) {
      const asked = parent.condition.getText();
      if (parent.whenTrue === at && isTestMode(asked)) return true;
      if (parent.whenFalse === at && isProductionOnly(asked)) return true;
    }
    if (ts.isBlock(parent) && isFunctionNode(parent.parent) && isBehindProduction(at as ts.Statement, parent))
      return true;
  }
  return false;
}

function isTestMode(asked: string): boolean {
  return !/\|\||^\s*!/.test(asked) && (testMode.test(asked) || testSetting.test(asked) || notProduction.test(asked));
}

/** What holds in production, so that what does not run then never meets it. */
function isProductionOnly(asked: string): boolean {
  return production.test(asked) || notTestMode.test(asked);
}

/** Each of `a || b || c`: where one of them holds, all of it does. */
function listChoices(condition: ts.Expression): ts.Expression[] {
  const value = skipWrappers(condition);
  return ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.BarBarToken
    ? [...listChoices(value.left), ...listChoices(value.right)]
    : [value];
}

function isBehindProduction(at: ts.Statement, { statements }: ts.Block): boolean {
  return statements.some(
    (guard) =>
      guard.end <= at.pos &&
      ts.isIfStatement(guard) &&
      listChoices(guard.expression).some((choice) => isProductionOnly(choice.getText())) &&
      leavesFunction(guard.thenStatement),
  );
}
