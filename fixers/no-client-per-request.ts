import type { ClientPerRequest } from '../rules/pooling/no-client-per-request.ts';
import {
  findEnclosingFunction,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isWithin,
} from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Binding, FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { indentationOf } from './edit/indentation-of.ts';
import { insertBefore } from './edit/insert-before.ts';
import { isTypeScript } from './edit/keep-value.ts';
import { removeFinally } from './edit/remove-finally.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { renameReferences } from './edit/rename-references.ts';
import { getTopLevelStatement, isInList } from './edit/statement-of.ts';

type Client = Extract<ClientPerRequest, { kind: 'client' }>;

const endMethods = /^(?:end|close|quit|destroy|disconnect|\$disconnect|terminate)$/;

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
  const text = outdented(creation, home, file);
  const outer = getOutermostWrapped(creation);
  const { parent } = outer;
  if (!ts.isVariableDeclaration(parent) || !ts.isVariableDeclarationList(parent.parent)) {
    const wanted = `shared${library.kind === 'agent' ? 'Agent' : library.kind === 'pool' ? 'Pool' : 'Client'}`;
    if (isMadeLater(data, file)) {
      return { edits: shareLazily(creation, wanted, home, file) as [TextEdit, ...TextEdit[]] };
    }
    const name = freeName(wanted, file);
    return {
      edits: [
        ...insertBefore(home, `const ${name} = ${text};\n`, file),
        { start: creation.getStart(file.source), end: creation.end, text: name },
      ],
    };
  }
  const statement = parent.parent.parent;
  const binding = ts.isIdentifier(parent.name) ? file.bindingOf(parent.name) : undefined;
  if (binding?.kind !== 'const' || !ts.isVariableStatement(statement) || parent.parent.declarations.length > 1) {
    return { skip: 'it is not kept in a const of its own' };
  }
  if (library.kind !== 'pool' && isConnectedByHand(binding))
    return { skip: 'it is connected by hand: connect it once, where the service starts' };
  const ends = listEnds(binding, file);
  if (ends === undefined) return { skip: 'it is ended inside another expression' };
  const name =
    file.moduleScope.bindings.has(binding.name) || isNameTakenTwice(binding, file)
      ? freeName(binding.name, file)
      : binding.name;
  const note = 'it now lives as long as the process: end it where the process shuts down';
  if (isMadeLater(data, file)) {
    return {
      edits: [
        ...shareLazily(creation, `shared${binding.name[0]!.toUpperCase()}${binding.name.slice(1)}`, home, file),
        ...ends.flatMap((end) => removeEnd(end, file)),
      ] as [TextEdit, ...TextEdit[]],
      note,
    };
  }
  const type = parent.type ? `: ${parent.type.getText(file.source)}` : '';
  const ended = new Set<ts.Node>(
    ends.flatMap((end) => binding.references.filter((reference) => isWithin(reference, end))),
  );
  return {
    edits: [
      ...insertBefore(home, `const ${name}${type} = ${text};\n`, file),
      removeStatement(statement, file),
      ...(name === binding.name ? [] : renameReferences(binding, name, file, (reference) => !ended.has(reference))),
      ...ends.flatMap((end) => removeEnd(end, file)),
    ] as [TextEdit, ...TextEdit[]],
    note,
  };
}

/**
 * Whether it is to be made by the first call, not while modules load: what it reads may be set up in between. What tells
 * of errors by an event is made where a statement can listen once.
 */
function isMadeLater({ creation, library }: Client, file: FileContext): boolean {
  return library.kind === 'client' && !library.dialsAtOnce && readsSettings(creation, file);
}

/** Whether its arguments read the environment, or what another module may change. */
function readsSettings(creation: Client['creation'], file: FileContext): boolean {
  let isLater = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const binding = node.text === 'env' ? undefined : file.bindingOf(node);
      isLater ||= node.text === 'env' || (binding !== undefined && isSetElsewhere(binding, file));
    }
    ts.forEachChild(node, visit);
  };
  for (const argument of creation.arguments ?? []) visit(argument);
  return isLater;
}

/** What another module may change, or this one later on. */
function isSetElsewhere({ kind, declaration }: Binding, file: FileContext): boolean {
  if (kind === 'import' || kind === 'let' || kind === 'var') return true;
  const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value !== undefined && /^(?:await import|require)\(/.test(value.getText(file.source));
}

/** `let shared: Client | undefined;` at module level, and `(shared ??= new Client())` in its place. */
function shareLazily(creation: Client['creation'], wanted: string, home: ts.Statement, file: FileContext): TextEdit[] {
  const name = freeName(wanted, file);
  const made = creation.expression.getText(file.source);
  const args = creation.typeArguments?.map((one) => one.getText(file.source)).join(', ');
  const type = ts.isNewExpression(creation) ? `${made}${args ? `<${args}>` : ''}` : `ReturnType<typeof ${made}>`;
  const [start, end] = [creation.getStart(file.source), creation.end];
  return [
    ...insertBefore(home, `let ${name}${isTypeScript(file) ? `: ${type} | undefined` : ''};\n`, file),
    { start, end: start, text: `(${name} ??= ` },
    { start: end, end, text: ')' },
  ];
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

/** What differs once it is made where the module is loaded, and lives as long. */
function findWarning({ creation, library }: Client, file: FileContext): string | undefined {
  const limit = library.kind === 'agent' && findSocketLimit(creation);
  if (limit) return `\`${limit}\` then holds for all requests together: more of them than that wait for each other`;
  if (library.dialsAtOnce) return 'it connects as soon as the module is loaded, in tests and scripts too';
  return library.kind !== 'client' && readsSettings(creation, file)
    ? 'it reads its settings when the module is loaded, maybe before they are set up'
    : undefined;
}

/** An agent made for one request never reached its limit of sockets; a shared one does. */
function findSocketLimit(creation: Client['creation']): string | undefined {
  const options = creation.arguments?.[0];
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  const names = options.properties.map((property) => findPropertyName(property.name));
  return names.find((name) => name === 'maxSockets' || name === 'maxTotalSockets');
}

/** Whether requests of this function end by themselves when nobody answers: by a time-out, a signal, or a hand that ends them. */
function hasRequestDeadline(fn: ts.Node, file: FileContext): boolean {
  const isDeadline = (property: ts.ObjectLiteralElementLike): boolean =>
    /^(?:timeout|signal)$/.test(findPropertyName(property.name) ?? '');
  return (
    file.nodes('ObjectLiteralExpression').some((one) => isWithin(one, fn) && one.properties.some(isDeadline)) ||
    file
      .nodes('CallExpression')
      .some((call) => isWithin(call, fn) && /^(?:setTimeout|destroy|abort)$/.test(findMethodCall(call)?.method ?? ''))
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

/** The statements that end the client; undefined when one of them is more than a statement. */
function listEnds(binding: Binding, file: FileContext): ts.ExpressionStatement[] | undefined {
  const ends: ts.ExpressionStatement[] = [];
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target || !endMethods.test(target.method) || !ts.isIdentifier(target.receiver)) continue;
    if (file.bindingOf(target.receiver) !== binding) continue;
    let outer = getOutermostWrapped(call);
    if (ts.isAwaitExpression(outer.parent)) outer = outer.parent;
    if (!ts.isExpressionStatement(outer.parent) || !isInList(outer.parent) || !findEnclosingFunction(call))
      return undefined;
    ends.push(outer.parent);
  }
  return ends;
}

/** The statement goes; a `finally` that held nothing else goes with it. */
function removeEnd(end: ts.ExpressionStatement, file: FileContext): TextEdit[] {
  const block = end.parent;
  if (
    ts.isBlock(block) &&
    ts.isTryStatement(block.parent) &&
    block.parent.finallyBlock === block &&
    block.statements.length === 1
  ) {
    return removeFinally(block.parent, file);
  }
  return [removeStatement(end, file)];
}
