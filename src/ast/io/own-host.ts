import type { FileContext } from '../../model/file-context.ts';
import { findProperty, findStringValue, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const local = /\blocalhost\b|\b127\.0\.0\.1\b|\[::1\]|\b0\.0\.0\.0\b|import\.meta/;
/** `process.env.APP_URL`, `config.siteUrl`: where the application itself is found. */
const ownName =
  /^NEXT_PUBLIC_BASE_(?:URL|ORIGIN)$|^(?:(?:NEXT_)?PUBLIC_)?(?:app(?:lication)?|web_?app|site|self|own|nextauth|vercel)_?(?:base_?)?(?:url|uri|origin|host)$/i;
/** `localApi` of `http://${server.address}:${server.port}/v2`. */
const localName = /^local(?:[A-Z_]|$)/;
/** The address of the request that is being served. */
const ownRequest = /\b(?:req|request)\.(?:url|nextUrl|headers\.host|hostname)\b/;

/**
 * Whether what a call is handed first, a URL or options, leads to the own machine or application: a path, a data or blob
 * URL, localhost, a socket in the file system, or a name that says so; also through constants of this file.
 */
export function isOwnHost(target: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(target);
  if (ts.isObjectLiteralExpression(value)) {
    if (findProperty(value, 'socketPath')) return true;
    return ['url', 'baseURL', 'host', 'hostname', 'prefixUrl'].some((name) => {
      const property = findProperty(value, name);
      return property !== undefined && leadsHome(property, file, 0);
    });
  }
  return leadsHome(value, file, 0);
}

function leadsHome(url: ts.Expression, file: FileContext, depth: number): boolean {
  const value = skipWrappers(url);
  const text = findStringValue(value) ?? (ts.isTemplateExpression(value) ? value.head.text : undefined);
  if (text !== undefined && /^(?:\/(?!\/)|\.|data:|blob:|file:)/.test(text)) return true;
  if (isFallback(value) && isOfEnvironment(value.left)) return leadsHome(value.left, file, depth + 1);
  const base = findBase(value);
  // What stands behind the base of an address is a path.
  if (local.test(base && isJoined(value) ? '' : value.getText(file.source))) return true;
  if (!base) return false;
  if (ownRequest.test(base.getText(file.source))) return true;
  const name = ts.isIdentifier(base) ? base.text : ts.isPropertyAccessExpression(base) ? base.name.text : '';
  if (ownName.test(name) || localName.test(name)) return true;
  if (!ts.isIdentifier(base) || depth > 3) return base !== value && leadsHome(base, file, depth + 1);
  const binding = file.bindingOf(base);
  const declaration = binding?.kind === 'const' ? binding.declaration : undefined;
  return (
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    leadsHome(declaration.initializer, file, depth + 1)
  );
}

/**
 * `process.env.RATES_URL || 'http://localhost:4000'`: what a developer runs; in production the variable says where. A mere
 * name of a host (`process.env.HOST || 'localhost'`) is where the process itself listens.
 */
function isFallback(value: ts.Expression): value is ts.BinaryExpression {
  if (!ts.isBinaryExpression(value)) return false;
  const { kind } = value.operatorToken;
  const isChoice = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
  return isChoice && /^\w+:\/\//.test(findStringValue(skipWrappers(value.right)) ?? '');
}

function isJoined(value: ts.Expression): boolean {
  if (ts.isBinaryExpression(value)) return value.operatorToken.kind === ts.SyntaxKind.PlusToken;
  return ts.isTemplateExpression(value);
}

function isOfEnvironment(given: ts.Expression): boolean {
  return /^(?:process\.env|import\.meta\.env|Deno\.env)\b/.test(skipWrappers(given).getText());
}

/** What stands first in an address: `base` of `${base}/x`, `base + '/x'`, `new URL('/x', base)`. */
function findBase(value: ts.Expression): ts.Expression | undefined {
  if (ts.isTemplateExpression(value))
    return /^(?:https?:\/\/)?$/.test(value.head.text) ? skipWrappers(value.templateSpans[0]!.expression) : undefined;
  if (ts.isBinaryExpression(value)) {
    const { kind } = value.operatorToken;
    const isJoin = kind === ts.SyntaxKind.PlusToken;
    // Where a fallback stands ahead, the address that is meant is told by its name.
    const isChoice = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
    return isJoin || isChoice ? findBase(skipWrappers(value.left)) : undefined;
  }
  if (ts.isNewExpression(value)) {
    const base = value.arguments?.[1] ?? value.arguments?.[0];
    return base && findBase(skipWrappers(base));
  }
  return ts.isIdentifier(value) || ts.isPropertyAccessExpression(value) ? value : undefined;
}
