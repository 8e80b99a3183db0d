import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { calleeName, findCallOn, findMemberName, findProperty, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { optionsOf } from './request-options.ts';

const bulkType = /\b(?:FormData|Blob|File|Buffer|Uint8Array|ArrayBuffer|ReadableStream|Readable)\b/;
const bulkMaker = /^(?:createReadStream|toWeb|readFile|readFileSync|arrayBuffer|blob|openAsBlob|stream)$/;
/** What is handed in without a type, or a member; a request of a client, read as it comes, among them. */
const bulkName =
  /^(?:form|req)$|(?:^|_)(?:file|blob|buffer|stream|upload)$|(?:[fF]orm_?[dD]ata|File|Blob|Buffer|Stream|Upload)$/;

/**
 * Whether a call sends a form with files, a stream or bytes, which takes as long as there is much of it. `index`: where its
 * options stand, behind the body where that is an argument of its own.
 */
export function sendsBulk(call: ts.CallExpression, index: number, file: FileContext): boolean {
  const given = call.arguments[index];
  const options = given && optionsOf(skipWrappers(given), call, file);
  const bodies = ['body', 'data', 'formData'].map((name) => findProperty(options, name));
  if (index === 2) bodies.push(call.arguments[1]);
  return isAttachedTo(call) || bodies.some((body) => body !== undefined && isBulk(skipAwait(body), file));
}

/** `superagent.post(url).attach('report', path)` */
function isAttachedTo(call: ts.CallExpression): boolean {
  const next = findCallOn(call);
  return next !== undefined && (calleeName(next) === 'attach' || isAttachedTo(next));
}

function isBulk(body: ts.Expression, file: FileContext): boolean {
  if (ts.isNewExpression(body)) return bulkType.test(body.expression.getText(file.source));
  if (ts.isCallExpression(body)) return bulkMaker.test(calleeName(body));
  if (!ts.isIdentifier(body)) return bulkName.test(findMemberName(body) ?? '');
  const made = onlyValueOf(body, file);
  if (made) return isForm(made) ? holdsFiles(body, file) : isBulk(skipAwait(made), file);
  const declaration = file.bindingOf(body)?.declaration;
  const type =
    declaration && (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration)) && declaration.type;
  return type ? bulkType.test(type.getText(file.source)) : bulkName.test(body.text);
}

function isForm(made: ts.Expression): boolean {
  return ts.isNewExpression(made) && /(?:^|\.)FormData$/.test(made.expression.getText());
}

/** `form.append('file', blob, 'orders.csv')`; `form.append('secret', secret)` is a text. */
function holdsFiles(form: ts.Identifier, file: FileContext): boolean {
  return (file.bindingOf(form)?.references ?? []).some((use) => {
    const call = findCallOn(use);
    if (!call || !/^(?:append|set)$/.test(calleeName(call))) return false;
    const [, value, name] = call.arguments;
    return name !== undefined || (value !== undefined && isBulk(skipAwait(value), file));
  });
}
