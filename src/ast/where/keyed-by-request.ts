import type { FileContext } from '../../model/file-context.ts';
import type { Add, Growth } from '../containers/container-growth.ts';
import type { Container } from '../containers/containers.ts';
import { isAsked } from '../containers/memo.ts';
import { isSentKey } from '../containers/passing-key.ts';
import { isMadePerCall } from '../life/lifetime.ts';
import { isClassNode } from '../syntax.ts';
import { ts } from '../ts.ts';

const ofRequest = /^_?(?:req|request|res|response|ctx|context|c|event)$/i;

/**
 * Whether an instance looks an entry up by a part of a request that a method of it is handed: it serves many of them,
 * whatever it is called, unless it is made for each.
 */
export function isKeyedByRequest(add: Add, { home }: Container, growth: Growth, file: FileContext): boolean {
  if (home.kind !== 'field' || !isAsked(add, growth, file) || !isSentKey(add.key!, file)) return false;
  const { node, constructorNode } = home.shape;
  const isHandedOne = constructorNode?.parameters.some(
    ({ name }) => ts.isIdentifier(name) && ofRequest.test(name.text),
  );
  return !isHandedOne && !(isClassNode(node) && isMadePerCall(node, file));
}
