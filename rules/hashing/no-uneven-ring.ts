import { findNumber } from '../../src/ast/names/number-value.ts';
import {
  findEnclosingClass,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  isFunctionNode,
  nameOfFunction,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface UnevenRing {
  weakness: 'linear' | 'few-points';
  /** The number of points, where it is written as a number. */
  points: ts.NumericLiteral | undefined;
}

const ringName = /[hH]ash_?[rR]ing|[cC]onsistent|(?:^_*rings?|[a-z0-9]Rings?|_rings?)$|[cC]ontinuum|[kK]etama/;
/** Such a name, or that of a number of points: the path may say the rest. */
const ringText =
  /[hH]ash_?[rR]ing|[cC]onsistent|(?<![\w$])_*rings?(?![\w$])|(?:[a-z0-9]R|_r)ings?(?![\w$])|[cC]ontinuum|[kK]etama|[vV]_?[nN]ode|V_?NODE|[vV]irtual|VIRTUAL|[rR]eplica|REPLICA|[pP]oints_?[pP]er|POINTS_?PER/;
const pointsName =
  /^_*(?:virtual_?nodes?|v_?nodes?|vnode_?count|virtual_?node_?count|replicas|num_?replicas|replica_?count|points_?per_?node|virtual_?points?)(?:_?(?:count|per_?node))?$/i;
/** With fewer points a node, shares of 10 nodes differ by more than a fifth. */
const fewest = 64;

export const rule = defineRule<UnevenRing>({
  id: 'no-uneven-ring',
  category: 'hashing',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 45,
  message: 'This hash ring {what}.',
  why: 'A ring is as even as the square root of its points a node; and a walk over all of them costs every look-up as much as there are nodes times points.',
  advice: 'Use HashRing (rendezvous or AnchorHash), or 200 points a node and more with a binary search.',
  limits: ['A ring is told by the names of the class, the array or the function, and by what it does with them.'],
  mentions: ['ing&hash', 'ing&Hash', 'onsistent'],
  shapes: { ing: ringText },
  visit: {
    CallExpression(call, file) {
      const callee = call.expression;
      if (!ts.isPropertyAccessExpression(callee) || !/^(?:find|findIndex)$/.test(callee.name.text)) return undefined;
      return judgeFind(call, file);
    },
    ForOfStatement(loop, file) {
      return judgeLoop(loop, file);
    },
    VariableDeclaration(node, file) {
      return ts.isIdentifier(node.name) && node.initializer
        ? judgePoints(node.name.text, node.initializer, node, file)
        : undefined;
    },
    PropertyDeclaration(node, file) {
      return ts.isIdentifier(node.name) && node.initializer
        ? judgePoints(node.name.text, node.initializer, node, file)
        : undefined;
    },
    Constructor(node, file) {
      return node.parameters.flatMap((p) => {
        const match =
          ts.isIdentifier(p.name) && p.initializer && isRead(p, node, file)
            ? judgePoints(p.name.text, p.initializer, p, file)
            : undefined;
        return match ? [match] : [];
      });
    },
  },
});

function isInRing(node: ts.Node, receiver: string): boolean {
  const owner = findEnclosingClass(node)?.name?.text ?? '';
  const fn = findEnclosingFunction(node);
  return ringName.test(owner) || ringName.test(receiver) || (fn !== undefined && ringName.test(nameOfFunction(fn)));
}

const linear: Record<string, string> = {
  what: 'is walked point by point for every key: a look-up costs as much as there are points',
};

/** `ring.find((point) => point.position >= hash)`. */
function judgeFind(call: ts.CallExpression, file: FileContext): Match<UnevenRing> | undefined {
  const target = findMethodCall(call)!;
  const name = ts.isIdentifier(target.receiver) ? target.receiver.text : (findMemberName(target.receiver) ?? '');
  const callback = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!callback || !isFunctionNode(callback) || !callback.body || ts.isBlock(callback.body)) return undefined;
  const test = skipWrappers(callback.body);
  if (!ts.isBinaryExpression(test) || !isOrder(test.operatorToken.kind) || !isInRing(call, name)) return undefined;
  return mentionsHash(test, file)
    ? { at: call, values: linear, data: { weakness: 'linear', points: undefined } }
    : undefined;
}

function isOrder(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.LessThanToken && kind <= ts.SyntaxKind.GreaterThanEqualsToken;
}

function mentionsHash(test: ts.BinaryExpression, file: FileContext): boolean {
  return /hash|position|point|key|token|angle/i.test(test.getText(file.source));
}

/** `for (const point of this.sortedKeys) if (hash <= point) return …`. */
function judgeLoop(loop: ts.ForOfStatement, file: FileContext): Match<UnevenRing> | undefined {
  const over = skipWrappers(loop.expression);
  const name = ts.isIdentifier(over) ? over.text : (findMemberName(over) ?? '');
  if (!isInRing(loop, name)) return undefined;
  const body = ts.isBlock(loop.statement) ? loop.statement.statements : [loop.statement];
  const [first] = body;
  if (body.length !== 1 || !first || !ts.isIfStatement(first)) return undefined;
  const test = skipWrappers(first.expression);
  if (!ts.isBinaryExpression(test) || !isOrder(test.operatorToken.kind) || !mentionsHash(test, file)) return undefined;
  const then = ts.isBlock(first.thenStatement) ? first.thenStatement.statements.at(-1) : first.thenStatement;
  return then && ts.isReturnStatement(then)
    ? { at: loop.expression, values: linear, data: { weakness: 'linear', points: undefined } }
    : undefined;
}

/** A number that nothing reads decides nothing. */
function isRead(parameter: ts.ParameterDeclaration, node: ts.ConstructorDeclaration, file: FileContext): boolean {
  if (ts.isParameterPropertyDeclaration(parameter, node) || !node.body) return true;
  return file.bindings.some(({ identifier, references }) => identifier === parameter.name && references.length > 0);
}

function judgePoints(
  name: string,
  value: ts.Expression,
  node: ts.Node,
  file: FileContext,
): Match<UnevenRing> | undefined {
  if (!pointsName.test(name) || !ringName.test(file.path + (findEnclosingClass(node)?.name?.text ?? '')))
    return undefined;
  const points = findNumber(value, file);
  if (points === undefined || points < 1 || points >= fewest) return undefined;
  return {
    at: node,
    values: { what: `has ${points} points a node, too few for even shares` },
    data: { weakness: 'few-points', points: ts.isNumericLiteral(value) ? value : undefined },
  };
}
