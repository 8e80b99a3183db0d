import type { FileContext } from '../../model/file-context.ts';
import { isKeptForLater } from '../containers/kept-result.ts';
import { getOutermostWrapped } from '../syntax.ts';
import { ts } from '../ts.ts';

const engines =
  /^(?:ejs|handlebars|hbs|pug|jade|mustache|nunjucks|env|eta|dot|doT|_|lodash|mjml|swig|liquid|engine)\.(?:\w+\.)?(?:compile|render(?:String|File)?|parseAndRender|template)$/i;
const bareEngines = /^(?:juicer|mjml2html|template)$/;

/** Whether the text of a file is handed to an engine that compiles it as a template each time, which takes longer than to read it. */
export function isCompiled(call: ts.CallExpression, file: FileContext): boolean {
  return isTakenBy(call, file, 0);
}

function isTakenBy(value: ts.Expression, file: FileContext, depth: number): boolean {
  let at: ts.Expression = getOutermostWrapped(value) as ts.Expression;
  for (;;) {
    const { parent } = at;
    const isPartOfText = ts.isBinaryExpression(parent)
      ? parent.operatorToken.kind === ts.SyntaxKind.PlusToken
      : ts.isTemplateSpan(parent) || ts.isTemplateExpression(parent);
    const chained = ts.isPropertyAccessExpression(parent) ? parent.parent : undefined;
    if (isPartOfText) at = getOutermostWrapped(parent) as ts.Expression;
    else if (
      chained &&
      ts.isCallExpression(chained) &&
      /^(?:toString|replace|replaceAll|trim)$/.test(parent.getText(file.source).split('.').at(-1)!)
    )
      at = getOutermostWrapped(chained) as ts.Expression;
    else break;
  }
  const { parent } = at;
  if (ts.isCallExpression(parent) && parent.arguments.includes(at)) return isTaker(parent, file);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name) || depth > 2) return false;
  return (file.bindingOf(parent.name)?.references ?? []).some((reference) => isTakenBy(reference, file, depth + 1));
}

function isTaker(call: ts.CallExpression, file: FileContext): boolean {
  const callee = call.expression.getText(file.source);
  return (engines.test(callee) || bareEngines.test(callee)) && !isKeptForLater(call, file) && !isMemo(call, file);
}

/** `if (!release.view) release.view = ejs.render(…)`. */
function isMemo(call: ts.CallExpression, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  const place = parent.left.getText(file.source);
  for (let at: ts.Node = parent; at.parent && !ts.isFunctionLike(at.parent); at = at.parent)
    if (ts.isIfStatement(at.parent) && at.parent.expression.getText(file.source) === `!${place}`) return true;
  return false;
}
