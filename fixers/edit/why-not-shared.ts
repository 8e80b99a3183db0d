import { findCallOn, findMemberName, findMethodCall, getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { Client } from './shared-client.ts';

/** What holds for a whole connection to Redis, or keeps it waiting. */
const ofConnection = /^(?:[ps]?subscribe|xread(?:group)?|b[lr]pop\w*|bl?m(?:ove|pop)|bz\w+|monitor|select|watch)$/i;
const lending = /^(?:@neondatabase\/serverless|mariadb|mysql2?(?:\/promise)?|pg|pg-pool)$/;

/** Why those who share a client would be in each other's way; undefined where nothing tells so. */
export function whyNotShared({ library }: Client, binding: Binding, file: FileContext): string | undefined {
  const calls = binding.references.map((use) => findMethodCall(findCallOn(use) ?? use));
  const own = library.modules.some((name) => /redis/.test(name))
    ? calls.find((call) => call && ofConnection.test(call.method))
    : undefined;
  if (own) return `\`${own.method}\` holds for its whole connection, and so for all that share it`;
  const lent = library.modules.some((name) => lending.test(name))
    ? calls.find((call) => call && /^(?:connect|getConnection)$/.test(call.method) && isKept(call.call, file))
    : undefined;
  return lent && `a connection of its \`${lent.method}\` is not given back: that it ends with its pool is over then`;
}

/** Whether a connection is held in a name, and neither given back nor handed on. */
function isKept(call: ts.CallExpression, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  const holder = ts.isAwaitExpression(parent) ? getOutermostWrapped(parent).parent : undefined;
  const binding =
    holder && ts.isVariableDeclaration(holder) && ts.isIdentifier(holder.name)
      ? file.bindingOf(holder.name)
      : undefined;
  return (
    binding?.kind === 'const' &&
    binding.references.every((use) => {
      const method = findMemberName(getOutermostWrapped(use).parent);
      return method !== undefined && !/^(?:release|destroy|end|close)/.test(method);
    })
  );
}
