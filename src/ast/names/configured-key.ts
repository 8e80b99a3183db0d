import type { FileContext } from '../../model/file-context.ts';
import type { Add } from '../containers/container-growth.ts';
import {
  calleeName,
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  isFunctionNode,
  rootOfMembers,
  skipAwait,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { traceType } from './provenance.ts';

/** A name of what somebody has set up. */
export const ofSettings = /settings?(?![a-z])|config(?:uration)?s?(?![a-z])/i;
const ofRow =
  /^_*(?:id|key|name|(?:setting|config|server|instance|connection|provider|integration|account)s?_?(?:Id|id|ID|Name|Key))$/;
/** A list that is read as a whole: what it holds is set up by somebody, not brought by a request. */
const wholeList = /^_*(?:list|get|find|load|fetch|read)(?:All|Active|Enabled|Configured|Registered)(?:[A-Z]\w*)?$/;
const comesAndGoes =
  /job|message|event|session|order|transaction|request|task|ticket|queue|pending|visitor|token|block/i;

/** Whether a key is that of something that an owner or an administrator has set up: there are as many as they made. */
export function isConfiguredKey(add: Add, file: FileContext): boolean {
  return isIdOfSetting(add, file) || isOfWholeList(add, file) || isPartOfSettings(add, file);
}

const settingsModule = /(?:^|[/._-])(?:config(?:uration)?s?|settings?|env(?:ironment)?|options)(?:\.[cm]?[jt]s)?$/i;

/**
 * `credentials.email`, `{ email }: Credentials`, of a type that the module of settings has
 * (`import { Credentials } from '../options'`); options of a call are none.
 */
function isPartOfSettings({ key }: Add, file: FileContext): boolean {
  const names = key ? listRoots(key, file) : [];
  return names.length > 0 && names.every((name) => isOfSettings(file.bindingOf(name)?.declaration, file));
}

function isOfSettings(declaration: ts.Node | undefined, file: FileContext): boolean {
  if (!declaration) return false;
  if (ts.isBindingElement(declaration)) return isOfSettings(declaration.parent.parent, file);
  const type = ts.isParameter(declaration) ? declaration.type : undefined;
  const origin = type && traceType(type, file);
  return origin !== undefined && settingsModule.test(origin.module) && !/Options$/.test(origin.path.at(-1) ?? '');
}

/** `const setting = await this.settings.getServer(id)` ahead of what is kept under `id`. */
function isIdOfSetting({ node, key, fn }: Add, file: FileContext): boolean {
  const name = key && findMemberPath(key)?.at(-1);
  if (!key || !fn || name === undefined || !ofRow.test(name)) return false;
  const text = key.getText(file.source);
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    const isLookup =
      call.end <= node.pos && call.arguments.length === 1 && call.arguments[0]!.getText(file.source) === text;
    return isLookup && (findMemberPath(call.expression) ?? []).some((part) => ofSettings.test(part));
  });
}

/** `for (const profile of await listActive())`, `forEach(getAllServers(), (server) => …)`: a round over all that there are. */
function isOfWholeList({ key }: Add, file: FileContext): boolean {
  const names = key ? listRoots(key, file) : [];
  return names.length > 0 && names.every((name) => isItem(name, file, 0));
}

/** The names that a key is made of, behind a variable that puts it together. */
function listRoots(key: ts.Expression, file: FileContext): readonly ts.Identifier[] {
  const value = skipAwait(key);
  if (ts.isTemplateExpression(value)) return value.templateSpans.flatMap((span) => listRoots(span.expression, file));
  const root = rootOfMembers(value);
  if (!ts.isIdentifier(root)) return [];
  const declaration = file.bindingOf(root)?.declaration;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made && made !== key && !ts.isIdentifier(made) ? listRoots(made, file) : [root];
}

function isItem(name: ts.Identifier, file: FileContext, hops: number): boolean {
  const declaration = file.bindingOf(name)?.declaration;
  if (!declaration || hops > 2) return false;
  if (ts.isVariableDeclaration(declaration)) {
    const loop = declaration.parent.parent;
    return ts.isForOfStatement(loop) && isWholeList(loop.expression, file);
  }
  const fn = ts.isParameter(declaration) ? declaration.parent : undefined;
  if (!fn || !isFunctionNode(fn) || fn.parameters[0] !== declaration) return false;
  const call = getOutermostWrapped(fn).parent;
  if (!ts.isCallExpression(call) || !findEnclosingFunction(fn)) return false;
  const receiver = ts.isPropertyAccessExpression(call.expression) ? [call.expression.expression] : [];
  return [...receiver, ...call.arguments].some((list) => list !== fn && isWholeList(list, file));
}

function isWholeList(list: ts.Expression, file: FileContext): boolean {
  const value = skipAwait(list);
  if (ts.isIdentifier(value)) {
    const declaration = file.bindingOf(value)?.declaration;
    const given = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return given !== undefined && !ts.isIdentifier(skipAwait(given)) && isWholeList(given, file);
  }
  if (!ts.isCallExpression(value) || value.arguments.some((argument) => !ts.isObjectLiteralExpression(argument)))
    return false;
  return wholeList.test(calleeName(value)) && !comesAndGoes.test(value.expression.getText(file.source));
}
