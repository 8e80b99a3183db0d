import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findFunctionValue } from '../names/functions.ts';
import { listImports } from '../names/module-surface.ts';
import { findMemberPath, findMethodCall, findStringValue } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** A call that only says what has happened. */
const telling =
  /^(?:log|error|warn|info|debug|trace|fatal|critical|verbose|notice|print|write|capture\w*|report\w*|notify\w*|track\w*|record\w*|format\w*|inspect|stringify|toString|String|bind|concat|join)$/;

/**
 * "Nothing of the same package keeps the process alive when an error goes uncaught": elsewhere an 'error' event that
 * nobody listens for ends it.
 */
export function notSurvived(file: FileContext): LinkCondition {
  return { kind: 'not', of: { kind: 'project-states', fact: `survives-errors:${packageOf(file.path)}` } };
}

/** The fact, where the file handles `uncaughtException` by nothing but telling of it: the process goes on. */
export function listSurvivedErrors(file: FileContext): readonly string[] {
  return listensItself(file) || hasRollbar(file) ? [packageOf(file.path)] : [];
}

function listensItself(file: FileContext): boolean {
  if (!file.text.includes('uncaughtException')) return false;
  return file.nodes('CallExpression').some((call) => {
    const target = findMethodCall(call);
    if (!target || !/^(?:on|addListener)$/.test(target.method)) return false;
    if (findMemberPath(target.receiver)?.join('.') !== 'process') return false;
    const [event, listener] = call.arguments;
    const run = listener && findStringValue(event) === 'uncaughtException' && findFunctionValue(listener, file);
    return run !== undefined && run !== false && onlyTells(run, file);
  });
}

/** `new Rollbar({ captureUncaught: true })` listens, and exits where it is told to only (read in rollbar 2.4.4 and 2.26.4, src/server/rollbar.js). */
function hasRollbar(file: FileContext): boolean {
  if (!file.text.includes('captureUncaught')) return false;
  return file.nodesOfKind(ts.SyntaxKind.PropertyAssignment).some((property) => {
    const { name, initializer, parent } = property as ts.PropertyAssignment;
    if (name.getText(file.source) !== 'captureUncaught' || initializer.kind !== ts.SyntaxKind.TrueKeyword) return false;
    return !/\bexitOnUncaughtException\b/.test(parent.getText(file.source)) && listImports(file).includes('rollbar');
  });
}

function onlyTells(run: Parameters<typeof listNodesWithin>[1], file: FileContext): boolean {
  if (/\bthrow\b|\bexitCode\b/.test(run.getText(file.source))) return false;
  return listNodesWithin('CallExpression', run, file).every((call) =>
    telling.test(findMemberPath(call.expression)?.at(-1) ?? ''),
  );
}

/** The folder that a file's sources lie in, as far as its path tells: `packages/server` of `packages/server/src/db.ts`. */
function packageOf(path: string): string {
  return /^(.*?)(?:^|\/)(?:src|lib|dist|source|server|app)\//.exec(path)?.[1] ?? '';
}
