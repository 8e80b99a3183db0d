import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, findProperty, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** `webhookUrl`, `slackWebhookUrl`, `callback_url`, `target_url`: where users want to be called. */
const addressName = /(?:web_?hook|call_?back|subscriber|target|response)s?_?(?:url|uri|endpoint|address)$/i;
/** What has such an address as its `url`. */
const ownerName = /(?:web_?hook|callback|subscriber|subscription)$/i;
const partName = /^(?:url|uri|endpoint|address|href)$/i;

/**
 * Whether what a call is handed first, a URL or options, is an address that users set (a webhook of theirs), not one of
 * the configuration: anybody may name a host that never answers, and all who wait behind it wait as well.
 */
export function isUsersAddress(target: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(target);
  if (!ts.isObjectLiteralExpression(value)) return isSetByUsers(value, file);
  const url = ['url', 'uri'].flatMap((name) => findProperty(value, name) ?? [])[0];
  return url !== undefined && isSetByUsers(skipWrappers(url), file);
}

function isSetByUsers(url: ts.Expression, file: FileContext): boolean {
  if (ts.isIdentifier(url)) return addressName.test(url.text) && isData(url, file);
  if (!ts.isPropertyAccessExpression(url)) return false;
  const owner = skipWrappers(url.expression);
  const held = ts.isIdentifier(owner) ? owner.text : (findMemberName(owner) ?? '');
  const isNamed = addressName.test(url.name.text) || (partName.test(url.name.text) && ownerName.test(held));
  return isNamed && isData(url, file);
}

/** Handed in, or a part of what is, of what was waited for, or of one of many: not what somebody configures. */
function isData(value: ts.Expression, file: FileContext): boolean {
  const root = rootOfMembers(value);
  if (!ts.isIdentifier(root) || /^(?:config(?:uration)?|settings|options|env|process)$/i.test(root.text)) return false;
  const binding = file.bindingOf(root);
  if (!binding || binding.kind === 'parameter') return binding !== undefined;
  const declared = ts.findAncestor(binding.declaration, ts.isVariableDeclaration);
  if (!declared) return false;
  if (ts.isForOfStatement(declared.parent.parent)) return true;
  const given = declared.initializer && skipWrappers(declared.initializer);
  if (!given) return false;
  return ts.isAwaitExpression(given) || (ts.isPropertyAccessExpression(given) && isData(given, file));
}
