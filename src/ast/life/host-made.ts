import type { FileContext } from '../../model/file-context.ts';
import type { ClassShape } from '../names/class-shape.ts';
import { findMemberPath, hasModifier, isClassNode } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Bases that say how a class works, not who makes it. */
const ownMeans =
  /^(?:Object|Array|Map|Set|WeakMap|Error|Promise|EventTarget|Readable|Writable|Duplex|Transform|PassThrough|Stream|Server|Socket|Agent)$|Emitter|Emittery|^Eventful$/;

/**
 * Whether a class is what its module gives out, `export default class Cam extends Device`, on the base of another: a plug-in
 * that its host loads and makes, one for as long as the module is loaded. Who else makes it would say so.
 */
export function isMadeByHost({ node }: ClassShape): boolean {
  if (!isClassNode(node) || !node.name || !extendsHostBase(node)) return false;
  const isDefault = hasModifier(node, ts.SyntaxKind.DefaultKeyword);
  return isDefault || node.getSourceFile().statements.some((statement) => isExportOf(statement, node.name!.text));
}

const platformReady = /['"]didFinishLaunching['"]|\bDID_FINISH_LAUNCHING\b/;

/** Whether a class is a platform of Homebridge, which makes one for as long as it runs: it waits to be told that all is known again. */
export function isPlatform(cls: ts.ClassLikeDeclaration, file: FileContext): boolean {
  return platformReady.test(file.source.text) && platformReady.test(cls.getText(file.source));
}

function extendsHostBase(node: ts.ClassLikeDeclaration): boolean {
  const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  const base = clause?.types[0] && findMemberPath(clause.types[0].expression)?.at(-1);
  return base !== undefined && !ownMeans.test(base);
}

/** `export default Cam`, `export = Cam`. */
function isExportOf(statement: ts.Statement, name: string): boolean {
  return (
    ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression) && statement.expression.text === name
  );
}
