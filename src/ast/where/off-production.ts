import { isFunctionNode } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from './conditions.ts';

const testMode =
  /^[\w.\s]*\b(?:is)?_?(?:TEST|E2E|DEV|test|e2e|[dD]ev)(?:_\w+|[A-Z]\w*|elop(?:ment|ing))?$|NODE_ENV\s*={2,3}\s*['"](?:test|dev)/;
/** `config.get('isTest')`: the same word, asked of the settings. */
const testSetting =
  /\(\s*['"](?:[\w.]+\.)?(?:is_?(?:test|e2e|dev)\w*|(?:test|dev)(?:ing|elopment)?[-_]?mode)['"]\s*\)$/i;
const production = /^[\w.\s]*\b(?:NODE_ENV\s*={2,3}\s*['"]prod\w*['"]|(?:is)?_?(?:PROD|[pP]rod)(?:UCTION|uction)?)$/;
const notProduction = /^[\w.\s]*\bNODE_ENV\s*!={1,2}\s*['"]prod\w*['"]$/;

/**
 * Whether a place runs only where a service is developed or tested, never under load: behind `if (isDev)` or
 * `if (process.env.TEST_BACKEND)`, in the `else` of production, or behind an `if (isProd)` that leaves.
 */
export function isOffProduction(node: ts.Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent)) {
      const asked = parent.expression.getText();
      if (parent.thenStatement === at && isTestMode(asked)) return true;
      if (parent.elseStatement === at && production.test(asked)) return true;
    }
    if (ts.isConditionalExpression(parent)) {
      const asked = parent.condition.getText();
      if (parent.whenTrue === at && isTestMode(asked)) return true;
      if (parent.whenFalse === at && production.test(asked)) return true;
    }
    if (ts.isBlock(parent) && isFunctionNode(parent.parent) && isBehindProduction(at as ts.Statement, parent))
      return true;
  }
  return false;
}

function isTestMode(asked: string): boolean {
  return !/\|\||^\s*!/.test(asked) && (testMode.test(asked) || testSetting.test(asked) || notProduction.test(asked));
}

function isBehindProduction(at: ts.Statement, { statements }: ts.Block): boolean {
  return statements.some(
    (guard) =>
      guard.end <= at.pos &&
      ts.isIfStatement(guard) &&
      production.test(guard.expression.getText()) &&
      leavesFunction(guard.thenStatement),
  );
}
