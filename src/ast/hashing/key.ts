import type { Binding, FileContext } from '../../model/file-context.ts';
import { calleeName, type FunctionNode, getOutermostWrapped, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isPart, touches } from './effects.ts';
import { callsIn, listIdentifiers, type Part, uses } from './parts.ts';
import type { RingChange } from './points.ts';

/** The parameter that is handed to what hashes the points as well. */
export function findRingKey(
  fn: FunctionNode,
  { changes }: { changes: readonly RingChange[] },
  file: FileContext,
): { parameter: Binding; value: ts.Expression; call: ts.Node } | undefined {
  const adding = changes.filter(({ method }) => method === 'add');
  const hashes = new Set(adding.flatMap((change) => hashesOf(change, file)));
  for (const parameter of fn.parameters) {
    const binding = file.bindings.find((b) => b.identifier === parameter.name);
    if (!binding || binding.writes.length > 0) continue;
    const calls = callsIn(fn.body!).filter((call) => hashes.has(calleeName(call)));
    const hashed = calls.filter((call) => call.arguments?.some((a) => uses(a, binding)));
    const inner = hashed.at(-1);
    const value = inner?.arguments?.find((a) => uses(a, binding));
    if (!inner || !value || hashed.some((call) => !isWithin(inner, call))) continue;
    const isPlain = listIdentifiers(value).every(
      (name) => file.bindingOf(name) === binding || /^(?:String|toString)$/.test(name.text),
    );
    if (isPlain) return { parameter: binding, value, call: inner };
  }
  return undefined;
}

/** The names of the functions that the text of a point is handed to. */
function hashesOf({ main, node, member }: RingChange, file: FileContext): string[] {
  const around = member?.body ?? main;
  const text = (call: ts.CallExpression | ts.NewExpression): boolean =>
    call.arguments?.some((argument) => {
      const value = skipWrappers(argument);
      const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
      const initial =
        binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
      return [value, ...(initial ? [initial] : [])].some(
        (one) => !ts.isObjectLiteralExpression(one) && !ts.isArrayLiteralExpression(one) && uses(one, node),
      );
    }) ?? false;
  return callsIn(around)
    .filter(text)
    .map(calleeName)
    .filter(
      (name) => !/^(?:push|unshift|splice|set|has|add|get|String|from|concat|forEach|includes|delete)$/.test(name),
    );
}

/** The variables of a look-up that its search is about. */
export function listSearchLocals(
  fn: FunctionNode,
  hashed: ts.Node,
  state: readonly Part[],
  file: FileContext,
): Binding[] {
  const inside = file.bindings.filter(
    ({ declaration }) => ts.isVariableDeclaration(declaration) && isWithin(declaration, fn),
  );
  const found = new Set<Binding>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const binding of inside) {
      const { declaration, writes } = binding;
      const sources = [declaration, ...writes.map((w) => w.parent)];
      // What a loop over the points counts or takes is of the search as well.
      const isAbout = sources.some(
        (s) =>
          isWithin(hashed, s) || touches(s, state) || [...found].some((other) => other !== binding && uses(s, other)),
      );
      const isCompared = binding.references.some((r) => {
        const { parent } = getOutermostWrapped(r);
        return (
          ts.isElementAccessExpression(parent) && parent.argumentExpression === r && isPart(parent.expression, state)
        );
      });
      if (isAbout || isCompared) found.add(binding);
    }
  }
  return [...found];
}
