import { findRouteKeys, type RouteKeys } from '../src/ast/io/route-keys.ts';
import type { RouteScan } from '../src/ast/io/route-scan.ts';
import { findListHome, type ListHome } from '../src/ast/size/list-home.ts';
import {
  findMemberPath,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { findItemType } from './edit/item-type.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { replaceNode } from './edit/replace-node.ts';
import { findStatement } from './edit/statement-of.ts';

export const fixer: Fixer<RouteScan> = {
  rule: 'no-linear-route-scan',
  safety: 'review',
  changes: 'keeps the routes in a `RouteCache`, one for each method where the scan compares methods',
  fix({ data }, file): Fix | Skip {
    const home = findListHome(data.routes, file);
    const initial = home?.declaration?.initializer && skipWrappers(home.declaration.initializer);
    if (!home?.declaration || !initial || !ts.isArrayLiteralExpression(initial) || initial.elements.length > 0)
      return { skip: 'the routes do not begin as an empty list of this file' };
    if (!home.isPrivate) return { skip: 'other files may use the list' };
    const keys = findRouteKeys(data, file);
    if (!keys) return { skip: 'more than the path and the method decides, or the answer is used in another way' };
    const added = home.accesses.filter((access) => !isWithin(access, data.scan) && access !== declaredName(home));
    const call = added.length === 1 ? findMethodCall(getOutermostWrapped(added[0]!).parent.parent) : undefined;
    const route = call?.method === 'push' && call.call.arguments.length === 1 ? call.call.arguments[0] : undefined;
    if (!call || !route || !ts.isExpressionStatement(call.call.parent))
      return { skip: 'the list is used for more than to add a route and to find one' };
    const item = home.declaration.type ? findItemType(home.declaration.type, file) : undefined;
    if (isTypeScriptFile(file) && item === undefined) return { skip: 'the type of a route is not written' };
    const adding = addRoute(call.call, route, keys, isTypeScriptFile(file) ? `<${item}>` : '', file);
    const finding = findRoute(data, keys, file);
    if (!adding || !finding) return { skip: 'what a route holds is worked out in place' };
    return {
      edits: sorted([...listEdits(home, keys, item, file), adding, ...finding]),
      needs: ['RouteCache'],
      note: 'what follows a `?` or `#` in the path no longer counts',
    };
  },
};

const sorted = (edits: TextEdit[]): [TextEdit, ...TextEdit[]] =>
  edits.sort((a, b) => a.start - b.start) as [TextEdit, ...TextEdit[]];

function declaredName({ declaration }: ListHome): ts.Node | undefined {
  return declaration?.name;
}

function listEdits(
  { declaration }: ListHome,
  { method }: RouteKeys,
  item: string | undefined,
  file: FileContext,
): TextEdit[] {
  const cache = isTypeScriptFile(file) ? `RouteCache<${item}>` : 'RouteCache';
  const made = method ? (isTypeScriptFile(file) ? `Map<string, ${cache}>` : 'Map') : cache;
  const edits = [replaceNode(declaration!.initializer!, `new ${made}()`, file)];
  if (declaration!.type) edits.push(replaceNode(declaration!.type, made, file));
  return edits;
}

function addRoute(
  call: ts.CallExpression,
  route: ts.Expression,
  { pattern, method }: RouteKeys,
  typed: string,
  file: FileContext,
): TextEdit | undefined {
  const list = (call.expression as ts.PropertyAccessExpression).expression.getText(file.source);
  const key = partOf(route, pattern, file);
  if (key === undefined) return undefined;
  const add = `add(${key}, ${route.getText(file.source)});`;
  if (!method) return replaceNode(call.parent, `${list}.${add}`, file);
  const ofMethod = freeName('ofMethod', file);
  const name = partOf(route, method.member, file);
  if (name === undefined) return undefined;
  const code = [
    `const ${ofMethod} = ${list}.get(${name}) ?? new RouteCache${typed}();`,
    `${list}.set(${name}, ${ofMethod});`,
    `${ofMethod}.${add}`,
  ].join('\n');
  return ts.isBlock(call.parent.parent) ? replaceNode(call.parent, code, file) : undefined;
}

/** What a member of the route is when it is added, where that can be written twice. */
function partOf(route: ts.Expression, member: string, file: FileContext): string | undefined {
  const value = skipWrappers(route);
  if (ts.isIdentifier(value)) return `${value.text}.${member}`;
  if (!ts.isObjectLiteralExpression(value)) return undefined;
  const property = value.properties.find(({ name }) => findPropertyName(name) === member);
  if (property && ts.isShorthandPropertyAssignment(property)) return property.name.text;
  const given = property && ts.isPropertyAssignment(property) ? skipWrappers(property.initializer) : undefined;
  return given && findMemberPath(given) ? given.getText(file.source) : undefined;
}

function findRoute(
  { scan, routes, path }: RouteScan,
  { method }: RouteKeys,
  file: FileContext,
): TextEdit[] | undefined {
  const list = routes.getText(file.source);
  const asked = path.getText(file.source);
  const match = method ? `${list}.get(${method.asked})?.match(${asked})` : `${list}.match(${asked})`;
  if (!ts.isForOfStatement(scan)) return [replaceNode(scan, `${match}?.value`, file)];
  const name = (scan.initializer as ts.VariableDeclarationList).declarations[0]!.name.getText(file.source);
  const found = freeName('found', file);
  const body = scan.statement as ts.Block;
  const first = body.statements[0]!;
  if (findStatement(scan) !== scan) return undefined;
  const start = scan.getStart(file.source);
  const indent = /[^\n]*$/.exec(file.text.slice(0, first.getStart(file.source)))![0];
  const outer = /[^\n]*$/.exec(file.text.slice(0, start))![0];
  const open = body.getStart(file.source) + 1;
  return [
    {
      start,
      end: open,
      text: `const ${found} = ${match};\n${outer}if (${found}) {\n${indent}const ${name} = ${found}.value;`,
    },
  ];
}
