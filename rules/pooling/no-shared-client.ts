import { type ClientHome, findClientHome } from '../../src/ast/clients/client-home.ts';
import { isFrom } from '../../src/ast/names/provenance.ts';
import { findEnclosingFunction, findMemberPath, findMethodCall } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import { frequencyOf, isStartup, onRequestPath } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface SharedClient {
  creation: ts.NewExpression;
  home: ClientHome;
  /** Whether only other files query it. */
  isQueriedElsewhere?: true;
}

export const rule = defineRule<SharedClient>({
  id: 'no-shared-client',
  category: 'pooling',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 30,
  message: 'All requests share the one connection `{name}`: their queries run one after another.',
  why: 'One connection holds one conversation: queries of concurrent requests queue behind the slowest, and transactions of two requests mix. Measured: 0.43 to 0.66 of the throughput of a pool; when the connection breaks, every request fails.',
  advice: 'Use `new Pool()`; check a client out of it only for a transaction.',
  limits: [
    'Only pg.Client is seen, kept at module level or in a field and queried in the same file, or kept at module level and queried by others that import it; not one that a function makes and gives.',
  ],
  mentions: ['Client&pg'],
  visit: {
    NewExpression(node, file) {
      if (!isFrom(node, file, 'pg', 'Client', 'new') && !isFrom(node, file, 'pg', 'native', 'Client', 'new'))
        return undefined;
      return judge(node, file);
    },
  },
});

function judge(node: ts.NewExpression, file: FileContext): Match<SharedClient> | undefined {
  const home = findClientHome(node, file);
  if (!home || /LISTEN\s|UNLISTEN|'notification'|"notification"|pg_advisory/.test(file.text)) return undefined;
  // A connection of its own, that changes come over.
  if (/\breplication\s*:/.test(node.getText(file.source))) return undefined;
  const isShared =
    home.path.startsWith('this.') || (home.binding !== undefined && home.binding.scope === file.moduleScope);
  if (
    !isShared ||
    (!home.path.startsWith('this.') && frequencyOf(node, file) === 'call' && home.binding?.kind === 'const')
  )
    return undefined;
  const calls = file
    .nodes('CallExpression')
    .filter((call) => findMemberPath(findMethodCall(call)?.receiver ?? call)?.join('.') === home.path);
  const listIn = (method: string) =>
    calls.filter((call) => findMethodCall(call)?.method === method).map(findEnclosingFunction);
  const use = calls.find((call) => {
    const fn = findEnclosingFunction(call);
    return findMethodCall(call)?.method === 'query' && fn !== undefined && !isStartup(fn, file);
  });
  // Who opens it, or queries it, ends it, too: it lasts for one use.
  const openers = [...listIn('connect'), use && findEnclosingFunction(use)];
  if (listIn('end').some((fn) => fn !== undefined && openers.includes(fn))) return undefined;
  if (!use) {
    // Other files import it.
    if (home.binding?.scope !== file.moduleScope) return undefined;
    const unless = ['LISTEN ', 'notification', 'pg_advisory'];
    return {
      at: node,
      values: { name: home.path },
      when: { kind: 'called-on-request-path', symbol: home.binding.name, members: ['query'], unless },
      data: { creation: node, home, isQueriedElsewhere: true },
    };
  }
  return {
    at: node,
    values: { name: home.path },
    related: [{ at: use, note: 'a request queries it' }],
    when: onRequestPath(use, file),
    data: { creation: node, home },
  };
}
