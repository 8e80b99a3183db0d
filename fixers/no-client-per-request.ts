import type { ClientPerRequest } from '../rules/pooling/no-client-per-request.ts';
import { findMethodCall, getOutermostWrapped, isWithin } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { findOtherEnd, listClientEnds, removeEnd } from './edit/client-ends.ts';
import { type ClientScope, findClientScope } from './edit/client-scope.ts';
import { findShared, isNameTaken } from './edit/find-shared.ts';
import { freeName } from './edit/free-name.ts';
import { insertBefore } from './edit/insert-before.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { renameReferences } from './edit/rename-references.ts';
import { replaceNode } from './edit/replace-node.ts';
import { rewriteParts } from './edit/rewrite-part.ts';
import { findObjection } from './edit/share-given.ts';
import { shareLazily } from './edit/share-lazily.ts';
import { findSetUp, findSocketLimit, findWarning, hasRequestDeadline, isMadeLater } from './edit/shared-client.ts';
import { getTopLevelStatement } from './edit/statement-of.ts';
import { whyNotShared } from './edit/why-not-shared.ts';

type Client = Extract<ClientPerRequest, { kind: 'client' }>;

export const fixer: Fixer<ClientPerRequest> = {
  rule: 'no-client-per-request',
  safety: 'safe',
  changes: 'makes the client once, at module level or by the first call, and no longer ends it with the request',
  fix({ data }, file): Fix | Skip {
    if (data.kind === 'misspelt-option') {
      return { edits: [{ start: data.name.getStart(file.source), end: data.name.end, text: data.right }] };
    }
    const { creation, library, fn, isGiven } = data;
    if (library.kind === 'connection')
      return { skip: 'one connection shared by all requests would serve them one after another: use a pool' };
    const objection = isGiven && findObjection(fn, file);
    if (objection) return { skip: objection };
    const limit = library.kind === 'agent' ? findSocketLimit(creation) : undefined;
    if (limit && !hasRequestDeadline(fn, file)) {
      const why = `\`${limit}\` would hold for all requests together, and one that is never answered keeps its socket for good`;
      return { skip: `${why}: give the request a time-out first` };
    }
    const scope = findClientScope(creation, fn, file);
    if ('skip' in scope) return scope;
    const isLate = isGiven || scope.owner !== undefined || scope.isLate || isMadeLater(data, file);
    const shared = { ...scope, isLate };
    const fix = share(data, shared, file);
    const warning = findWarning(data, shared, file);
    if ('skip' in fix || !warning) return fix;
    return { ...fix, safety: 'review', note: fix.note ? `${warning}; ${fix.note}` : warning };
  },
};

function share(data: Client, scope: ClientScope, file: FileContext): Fix | Skip {
  const { creation, library, isGiven } = data;
  const { parent } = getOutermostWrapped(creation);
  const setUp = findSetUp(data, file);
  if (setUp) return { skip: `\`${setUp}\` sets it up by hand: do that once, where the service starts` };
  if (!isGiven && ts.isVariableDeclaration(parent) && ts.isVariableDeclarationList(parent.parent))
    return shareVariable(data, parent, scope, file);
  if (!isGiven && isWaitedFor(creation))
    return { skip: 'it is a promise, and one that failed would be kept for good: keep it once it is there' };
  const end = isGiven ? undefined : findOtherEnd(creation, data.fn, file);
  if (end) return { skip: `\`${end}\` ends it, and it is not kept in a const of its own` };
  const kind = library.kind === 'agent' ? 'Agent' : library.kind === 'pool' ? 'Pool' : 'Client';
  if (scope.isLate) return asFix(shareLazily(creation, kind, scope, file));
  const home = getTopLevelStatement(creation);
  const known = findShared(creation, scope, file);
  const name = known?.name ?? freeName(`shared${kind}`, file);
  const made = known ? [] : insertBefore(home, `const ${name} = ${rewriteParts(creation, [], file)};\n`, file);
  return { edits: [replaceNode(creation, name, file), ...made] };
}

/** `await MongoClient.connect(url)`, `MongoClient.connect(url).then(…)`. */
function isWaitedFor(creation: Client['creation']): boolean {
  const { parent } = getOutermostWrapped(creation);
  return ts.isAwaitExpression(parent) || findMethodCall(parent.parent)?.method === 'then';
}

/** A client in a const: the const moves, or is given what the first call has made, and what ended the client goes. */
function shareVariable(
  data: Client,
  declaration: ts.VariableDeclaration,
  scope: ClientScope,
  file: FileContext,
): Fix | Skip {
  const { creation } = data;
  const statement = declaration.parent.parent;
  const binding = ts.isIdentifier(declaration.name) ? file.bindingOf(declaration.name) : undefined;
  const isAlone = ts.isVariableStatement(statement) && statement.declarationList.declarations.length === 1;
  if (binding?.kind !== 'const' || !isAlone) return { skip: 'it is not kept in a const of its own' };
  if (scope.isLate && (declaration.parent.flags & ts.NodeFlags.Using) !== 0)
    return { skip: '`using` ends it with each call' };
  const doubt = whyNotShared(data, binding, file);
  if (doubt) return { skip: doubt };
  const ends = listClientEnds(binding, file);
  if ('skip' in ends) return ends;
  const removals = ends.flatMap((end) => removeEnd(end, file));
  const note = 'it now lives as long as the process: end it where the process shuts down';
  if (scope.isLate) return asFix(shareLazily(creation, binding.name, scope, file), removals, note);
  const home = getTopLevelStatement(creation);
  const known = findShared(creation, scope, file);
  const name = known?.name ?? (isNameTaken(binding, creation, file) ? freeName(binding.name, file) : binding.name);
  const type = declaration.type ? `: ${declaration.type.getText(file.source)}` : '';
  const code = `const ${name}${type} = ${rewriteParts(creation, [], file)};\n`;
  const isEnding = (reference: ts.Node): boolean => ends.some((end) => isWithin(reference, end));
  return {
    edits: [
      removeStatement(statement, file),
      ...(known ? [] : insertBefore(home, code, file)),
      ...(name !== binding.name ? renameReferences(binding, name, file, (reference) => !isEnding(reference)) : []),
      ...removals,
    ],
    note,
  };
}

function asFix(shared: Fix['edits'] | Skip, more: readonly TextEdit[] = [], note?: string): Fix | Skip {
  return 'skip' in shared ? shared : { edits: [...shared, ...more], ...(note && { note }) };
}
