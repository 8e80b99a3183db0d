import type { Binding, FileContext } from '../../model/file-context.ts';
import { findFunctionValue, isExported } from '../names/functions.ts';
import {
  calleeName,
  findMemberName,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  skipAwait,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isRequestValue } from '../where/request-value.ts';
import { findOwnProperty, freshCall, isFresh } from './fresh-key.ts';
import { typeDomain, typeOfMember } from './key-type.ts';
import { domainOfName, type KeyDomain, saysNothing } from './key-words.ts';
import { isKnownKey } from './known-key.ts';

/** Whether many different keys can come through an expression. */
export function keyDomain(key: ts.Expression, file: FileContext): KeyDomain {
  if (isFresh(key, file)) return 'data';
  return isKnownKey(key, file) ? 'bounded' : judge(key, file, 0);
}

function judge(expression: ts.Expression, file: FileContext, depth: number): KeyDomain {
  if (depth > 6) return 'unknown';
  if (ts.isAsExpression(expression) && typeDomain(expression.type, file) === 'bounded') return 'bounded';
  const value = skipAwait(expression);
  if (
    ts.isStringLiteralLike(value) ||
    ts.isNumericLiteral(value) ||
    value.kind === ts.SyntaxKind.TrueKeyword ||
    value.kind === ts.SyntaxKind.FalseKeyword ||
    ts.isTypeOfExpression(value)
  ) {
    return 'bounded';
  }
  if (ts.isTemplateExpression(value))
    return join(value.templateSpans.map((span) => judge(span.expression, file, depth + 1)));
  if (ts.isArrayLiteralExpression(value)) return join(value.elements.map((e) => judge(e, file, depth + 1)));
  if (ts.isObjectLiteralExpression(value)) {
    return join(
      value.properties.map((p) =>
        ts.isPropertyAssignment(p)
          ? judge(p.initializer, file, depth + 1)
          : ts.isShorthandPropertyAssignment(p)
            ? judge(p.name, file, depth + 1)
            : 'unknown',
      ),
    );
  }
  if (ts.isBinaryExpression(value)) return judgeBinary(value, file, depth);
  if (ts.isConditionalExpression(value))
    return join([judge(value.whenTrue, file, depth + 1), judge(value.whenFalse, file, depth + 1)]);
  if (ts.isPostfixUnaryExpression(value) || ts.isPrefixUnaryExpression(value)) {
    const isCounter = value.operator === ts.SyntaxKind.PlusPlusToken;
    return isCounter ? 'data' : judge(value.operand, file, depth + 1);
  }
  if (ts.isNewExpression(value)) return 'data';
  if (ts.isCallExpression(value)) return judgeCall(value, file, depth);
  if (ts.isIdentifier(value)) return judgeIdentifier(value, file, depth);
  if (ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value))
    return judgeMember(value, file, depth);
  return 'unknown';
}

/** Parts put together: one that data brings is enough; all must be bounded. */
function join(parts: readonly KeyDomain[]): KeyDomain {
  if (parts.includes('data')) return 'data';
  return parts.every((part) => part === 'bounded') ? 'bounded' : 'unknown';
}

function judgeBinary(value: ts.BinaryExpression, file: FileContext, depth: number): KeyDomain {
  const { operatorToken, left, right } = value;
  const { kind } = operatorToken;
  if (kind === ts.SyntaxKind.PercentToken || kind === ts.SyntaxKind.AmpersandToken) return 'bounded';
  if (isAssignment(value)) return judge(right, file, depth + 1);
  return join([judge(left, file, depth + 1), judge(right, file, depth + 1)]);
}

const sameDomain =
  /^(?:toString|toLowerCase|toUpperCase|toLocaleLowerCase|toLocaleUpperCase|toFixed|toPrecision|trim|trimStart|trimEnd|slice|substring|substr|replace|replaceAll|normalize|String|Number|parseInt|encodeURIComponent|decodeURIComponent|toHexString|toJSON|valueOf|at|concat|join|padStart|digest|update|createHash|stringify|toISOString|freeze|split|pop|shift|filter|map|sort|resolve|Symbol\.for|for)$/;

function judgeCall(call: ts.CallExpression, file: FileContext, depth: number): KeyDomain {
  const target = findMethodCall(call);
  const name = calleeName(call);
  if (freshCall.test(name)) return 'data';
  if (name === 'stringify' && call.arguments[0]) {
    const part = judge(call.arguments[0], file, depth + 1);
    return part;
  }
  const parts = call.arguments.map((argument) => judge(argument, file, depth + 1));
  if (sameDomain.test(name)) {
    const isUtility =
      target &&
      ts.isIdentifier(target.receiver) &&
      /^(?:JSON|path|crypto|Object|String|Buffer|querystring|qs)$/.test(target.receiver.text);
    const receiver = target && !isUtility ? judge(target.receiver, file, depth + 1) : undefined;
    if (receiver) return receiver === 'data' || parts.includes('data') ? 'data' : receiver;
    return join(parts);
  }
  // A helper that makes the key: `cacheKey(user, page)`.
  if (parts.includes('data')) return 'data';
  const fn = findFunctionValue(call.expression, file);
  if (fn?.body && !ts.isBlock(fn.body) && depth < 3) return judge(fn.body, file, depth + 2);
  return parts.length > 0 && parts.every((part) => part === 'bounded') ? 'bounded' : 'unknown';
}

function judgeMember(
  access: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  file: FileContext,
  depth: number,
): KeyDomain {
  const name = findMemberName(access);
  if (name === undefined) return 'unknown';
  const own = findOwnProperty(access, file);
  if (own) {
    const part = judge(own, file, depth + 1);
    if (part !== 'unknown') return part;
  }
  const type = ts.isPropertyAccessExpression(access) ? typeOfMember(access, file) : undefined;
  if (type && typeDomain(type, file) === 'bounded') return 'bounded';
  const path = findMemberPath(access);
  if (path?.includes('constructor') || path?.includes('prototype')) return 'bounded';
  const head = path?.[0];
  // Enum members and constants: `Status.Open`, `limits.MAX`.
  if (/^[A-Z][A-Z0-9_]+$/.test(name) && name !== 'ID' && name !== 'URL') return 'bounded';
  if (path?.length === 2 && head && /^[A-Z]/.test(head) && /^[A-Z]/.test(name)) return 'bounded';
  if (path && /^(?:config|options|opts|settings|env|constants|process)$/i.test(path.at(-2) ?? ''))
    return isOfCall(access, file) && /^\w*I[dD]$/.test(name) && domainOfName(name) === 'data' ? 'data' : 'bounded';
  if (head !== undefined && /^(?:process|config|constants)$/.test(head)) return 'bounded';
  // What an object is called in a table of its own kind: the file does not tell how many there are.
  if (path?.length === 2 && head === 'this' && /^_?(?:id|name)$/.test(name)) return 'unknown';
  const named = domainOfName(name);
  if (named === 'bounded') return 'bounded';
  if (isRequestValue(access.expression, file)) return 'data';
  if (path && isConfigured(path)) return 'unknown';
  return named;
}

/** `options.userId` of a method's own parameter: each call brings its own, unlike the options of a constructor. */
function isOfCall(access: ts.PropertyAccessExpression | ts.ElementAccessExpression, file: FileContext): boolean {
  const holder = skipAwait(access.expression);
  const declaration = ts.isIdentifier(holder) ? file.bindingOf(holder)?.declaration : undefined;
  return declaration !== undefined && ts.isParameter(declaration) && ts.isMethodDeclaration(declaration.parent);
}

/**
 * `plugin.id`, `model.key`, `field.name`: ids of things that the program itself declares; not `x.id`, which is no
 * coordinate, nor `event.orderId`, which says itself what it is of.
 */
function isConfigured(path: readonly string[]): boolean {
  const holder = path.at(-2);
  if (!saysNothing(path.at(-1)!)) return false;
  return holder !== undefined && holder.length > 1 && (domainOfName(holder) === 'bounded' || /^_?task$/.test(holder));
}

function judgeIdentifier(identifier: ts.Identifier, file: FileContext, depth: number): KeyDomain {
  const name = identifier.text;
  if (/^[A-Z][A-Z0-9_]+$/.test(name)) return 'bounded';
  const binding = file.bindingOf(identifier);
  if (!binding) return name === 'undefined' ? 'bounded' : 'unknown';
  const { declaration } = binding;
  if (binding.kind === 'class' || binding.kind === 'function') return 'bounded';
  if (binding.kind === 'import') return /^[A-Z]/.test(name) ? 'bounded' : 'unknown';
  const type = ts.isParameter(declaration) || ts.isVariableDeclaration(declaration) ? declaration.type : undefined;
  const typed = type && typeDomain(type, file);
  if (typed === 'bounded') return 'bounded';
  if (domainOfName(name) === 'bounded') return 'bounded';
  if (ts.isVariableDeclaration(declaration)) {
    const loop = declaration.parent.parent;
    if (ts.isForOfStatement(loop) || ts.isForInStatement(loop)) return judgeLoop(loop.expression, name, file, depth);
    if (declaration.initializer) {
      const initial = judge(declaration.initializer, file, depth + 1);
      if (initial !== 'unknown') return initial;
      // A made-up name says nothing of what it is made of.
      if (/^_*(?:\w*[cC]ache_?[kK]ey|key|hash|hashKey|digest)$/.test(name)) return 'unknown';
    } else if (binding.writes.length > 0) {
      const parts = binding.writes.map((w) =>
        isAssignment(w.parent) ? judge(w.parent.right, file, depth + 1) : 'unknown',
      );
      if (parts.includes('data')) return 'data';
    }
  }
  if (ts.isParameter(declaration)) {
    const over = findIterated(declaration);
    if (over) return judgeLoop(over, name, file, depth);
  }
  if (ts.isBindingElement(declaration)) {
    const part = judgeElement(declaration, file, depth);
    if (part !== 'unknown') return part;
  }
  if (isOfEnvironment(name, declaration, file)) return 'bounded';
  return nameDomain(name, type, binding);
}

/** `apiKey` of a function that this file alone calls, where the file reads `process.env.MAIL_API_KEY`. */
function isOfEnvironment(name: string, { parent: fn }: ts.Node, file: FileContext): boolean {
  const names = file.memo(listEnvironment, file.source);
  if (names.length === 0 || !isFunctionNode(fn) || isExported(fn, file)) return false;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
  return words.includes('_') && names.some((one) => one === words || one.endsWith(`_${words}`));
}

/** The variables of the environment that a file reads by their names. */
function listEnvironment(_: ts.SourceFile, file: FileContext): string[] {
  return [...file.text.matchAll(/\bprocess\.env\.(\w+)/g)].map(([, name]) => name!);
}

function nameDomain(name: string, type: ts.TypeNode | undefined, binding: Binding): KeyDomain {
  const named = domainOfName(name);
  if (named !== 'unknown') return named;
  return type?.kind === ts.SyntaxKind.NumberKeyword && binding.kind === 'parameter' ? 'data' : 'unknown';
}

/** The array whose items a callback's parameter goes over. */
function findIterated(parameter: ts.ParameterDeclaration): ts.Expression | undefined {
  const fn = parameter.parent;
  if (!isFunctionNode(fn) || !ts.isCallExpression(fn.parent)) return undefined;
  const target = findMethodCall(fn.parent);
  return target && /^(?:forEach|map|filter|some|every|flatMap)$/.test(target.method) ? target.receiver : undefined;
}

/** A loop over literals, constants or configuration gives bounded keys, whatever they are called. */
function judgeLoop(over: ts.Expression, name: string, file: FileContext, depth: number): KeyDomain {
  const value = skipAwait(over);
  const text = value.getText(file.source);
  if (ts.isArrayLiteralExpression(value)) return value.elements.some(ts.isSpreadElement) ? 'unknown' : 'bounded';
  if (/^[A-Z][A-Z0-9_]+$/.test(text) || /\b(?:config|options|settings|opts|constants)\b/i.test(text)) return 'bounded';
  if (ts.isIdentifier(value)) {
    const declaration = file.bindingOf(value)?.declaration;
    const initial = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
    if (initial && depth < 4) {
      const made = skipAwait(initial);
      if (ts.isArrayLiteralExpression(made) && made.elements.length > 0) return 'bounded';
      if (
        /\b(?:config|options|settings|readdir(?:Sync)?|glob(?:Sync)?)\b/i.test(
          initial.getText(file.source).slice(0, 200),
        )
      )
        return 'bounded';
    }
  }
  return domainOfName(name) === 'data' ? 'data' : 'unknown';
}

/** `const { id } = req.params`. */
function judgeElement(element: ts.BindingElement, file: FileContext, depth: number): KeyDomain {
  const holder = element.parent.parent;
  const name = element.propertyName ?? element.name;
  const text = ts.isIdentifier(name) ? name.text : '';
  if (ts.isVariableDeclaration(holder) && holder.initializer && depth < 5) {
    const from = skipAwait(holder.initializer);
    if (isRequestValue(from, file) && domainOfName(text) !== 'bounded') return 'data';
    const path = findMemberPath(from);
    if (path && domainOfName(path.at(-1)!) === 'bounded')
      return domainOfName(text) === 'bounded' ? 'bounded' : 'unknown';
  }
  return 'unknown';
}
