import type { ClientPerRequest } from '../rules/pooling/no-client-per-request.ts';
import { findMethodCall, getOutermostWrapped, isWithin } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Binding, FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { listEnds, removeEnd } from './edit/client-ends.ts';
import { freeName } from './edit/free-name.ts';
import { indentationOf } from './edit/indentation-of.ts';
import { insertBefore } from './edit/insert-before.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { renameReferences } from './edit/rename-references.ts';
import { shareLazily } from './edit/share-lazily.ts';
import { findSocketLimit, findWarning, hasRequestDeadline, isMadeLater } from './edit/shared-client.ts';
import { getTopLevelStatement } from './edit/statement-of.ts';

type Client = Extract<ClientPerRequest, { kind: 'client' }>;

export const fixer: Fixer<ClientPerRequest> = {
  rule: 'no-client-per-request',
  safety: 'safe',
  changes: 'makes the client once, at module level, and no longer ends it with the request',
  fix({ data }, file): Fix | Skip {
    if (data.kind === 'misspelt-option') {
      return { edits: [{ start: data.name.getStart(file.source), end: data.name.end, text: data.right }] };
    }
    const fix = hoist(data, file);
    const warning = findWarning(data, file);
    if ('skip' in fix || !warning) return fix;
    return { ...fix, safety: 'review', note: fix.note ? `${warning}; ${fix.note}` : warning };
  },
};

function hoist(data: Client, file: FileContext): Fix | Skip {
  const { creation, library, fn, isStatic } = data;
  if (data.isGiven) return { skip: 'its callers may end what they are given' };
  if (!isStatic) return { skip: 'it is made from what the request brings' };
  if (library.kind === 'connection')
    return { skip: 'one connection shared by all requests would serve them one after another: use a pool' };
  const limit = library.kind === 'agent' ? findSocketLimit(creation) : undefined;
  if (limit && !hasRequestDeadline(fn, file)) {
    const why = `\`${limit}\` would hold for all requests together, and one that is never answered keeps its socket for good`;
    return { skip: `${why}: give the request a time-out first` };
  }
  const home = getTopLevelStatement(fn);
  if (namesLaterValue(creation, home, file)) return { skip: 'its arguments are declared further down' };
  const { parent } = getOutermostWrapped(creation);
  return ts.isVariableDeclaration(parent) && ts.isVariableDeclarationList(parent.parent)
    ? hoistVariable(data, parent, home, file)
    : hoistExpression(data, home, file);
}

/** A client that is used where it is made gets a name of its own. */
function hoistExpression(data: Client, home: ts.Statement, file: FileContext): Fix {
  const { creation, library } = data;
  const wanted = `shared${library.kind === 'agent' ? 'Agent' : library.kind === 'pool' ? 'Pool' : 'Client'}`;
  if (isMadeLater(data, file)) return { edits: shareLazily(creation, wanted, home, file) };
  const name = freeName(wanted, file);
  return {
    edits: [
      ...insertBefore(home, `const ${name} = ${outdented(creation, home, file)};\n`, file),
      { start: creation.getStart(file.source), end: creation.end, text: name },
    ],
  };
}

/** A client in a const: the const moves, and what ended the client goes. */
function hoistVariable(
  data: Client,
  declaration: ts.VariableDeclaration,
  home: ts.Statement,
  file: FileContext,
): Fix | Skip {
  const { creation, library } = data;
  const statement = declaration.parent.parent;
  const binding = ts.isIdentifier(declaration.name) ? file.bindingOf(declaration.name) : undefined;
  const isAlone = ts.isVariableStatement(statement) && statement.declarationList.declarations.length === 1;
  if (binding?.kind !== 'const' || !isAlone) return { skip: 'it is not kept in a const of its own' };
  if (library.kind !== 'pool' && isConnectedByHand(binding))
    return { skip: 'it is connected by hand: connect it once, where the service starts' };
  const ends = listEnds(binding, file);
  if (ends === undefined) return { skip: 'it is ended inside another expression' };
  const removals = ends.flatMap((end) => removeEnd(end, file));
  const note = 'it now lives as long as the process: end it where the process shuts down';
  if (isMadeLater(data, file)) {
    const wanted = `shared${binding.name[0]!.toUpperCase()}${binding.name.slice(1)}`;
    return { edits: [...shareLazily(creation, wanted, home, file), ...removals], note };
  }
  const isTaken = file.moduleScope.bindings.has(binding.name) || isNameTakenTwice(binding, file);
  const name = isTaken ? freeName(binding.name, file) : binding.name;
  const type = declaration.type ? `: ${declaration.type.getText(file.source)}` : '';
  const isEnding = (reference: ts.Node): boolean => ends.some((end) => isWithin(reference, end));
  return {
    edits: [
      ...insertBefore(home, `const ${name}${type} = ${outdented(creation, home, file)};\n`, file),
      removeStatement(statement, file),
      ...(isTaken ? renameReferences(binding, name, file, (reference) => !isEnding(reference)) : []),
      ...removals,
    ],
    note,
  };
}

/** The creation as it stands at module level. */
function outdented(creation: ts.Node, home: ts.Statement, file: FileContext): string {
  const from = indentationOf(creation, file);
  const to = indentationOf(home, file);
  const text = creation.getText(file.source);
  // White space in a template is part of it.
  if (!from.startsWith(to) || text.includes('`')) return text;
  return text.replace(/(\r\n|[\r\n])([\t ]*)/g, (line, end: string, indent: string) =>
    indent.startsWith(from) ? end + to + indent.slice(from.length) : line,
  );
}

function isConnectedByHand(binding: Binding): boolean {
  return binding.references.some((reference) => findMethodCall(reference.parent.parent)?.method === 'connect');
}

/** A const below `home` is not set yet when the module gets there. */
function namesLaterValue(creation: ts.Node, home: ts.Statement, file: FileContext): boolean {
  let isLater = false;
  const visit = (node: ts.Node): void => {
    const binding = ts.isIdentifier(node) ? file.bindingOf(node) : undefined;
    if (
      binding &&
      binding.kind !== 'import' &&
      binding.kind !== 'function' &&
      binding.identifier.pos > home.pos &&
      !isWithin(binding.identifier, creation)
    )
      isLater = true;
    ts.forEachChild(node, visit);
  };
  visit(creation);
  return isLater;
}

function isNameTakenTwice(binding: Binding, file: FileContext): boolean {
  return file.bindings.some((other) => other !== binding && other.name === binding.name);
}
