import findMyWay from 'find-my-way';
import { RouteCache } from '../../../runtime/src/route-cache.ts';
import { atLeast, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'route-cache';
export const anchors = ['find-my-way'];

const ROUTES = 500;
const patterns = Array.from({ length: ROUTES }, (_, i) => {
  const kinds = [`/res${i}`, `/res${i}/:id`, `/res${i}/:id/items`, `/res${i}/:id/items/:item`, `/res${i}/search/*`];
  return kinds[i % kinds.length]!;
});

/** Distinct paths: as many as asked for, over all routes. */
function pathsOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const pattern = patterns[(i * 7) % ROUTES]!;
    return pattern.replace(/:\w+/g, (name) => `${name.slice(1)}${i}`).replace('*', `q/${i}`);
  });
}

function measureOn(paths: string[], max: number, rounds: number) {
  const expressions = patterns.map((pattern) => ({
    expression: new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)').replace('*', '(.*)')}$`),
    pattern,
  }));
  return compare(
    [
      {
        name: 'cache',
        create() {
          const routes = new RouteCache<number>({ max });
          for (const [i, pattern] of patterns.entries()) routes.add(pattern, i);
          return () => {
            for (const path of paths) if (routes.match(path) === undefined) throw new Error(path);
          };
        },
      },
      {
        name: 'scan',
        create: () => () => {
          for (const path of paths) {
            if (!expressions.find(({ expression }) => expression.test(path))) throw new Error(path);
          }
        },
      },
      {
        name: 'find-my-way',
        create() {
          const router = findMyWay();
          for (const pattern of patterns) router.on('GET', pattern, () => undefined);
          return () => {
            for (const path of paths) if (router.find('GET', path) === null) throw new Error(path);
          };
        },
      },
    ],
    { rounds },
  );
}

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const warm = await measureOn(pathsOf(400), 1_000, rounds);
  const cold = await measureOn(pathsOf(5_000), 0, rounds);
  const limit = 'find-my-way is a compiled radix tree, the limit rather than the bar';
  return [
    atLeast('RouteCache 500 routes, paths seen before ÷ linear scan', 10, warm.ratio('cache', 'scan')),
    atLeast('RouteCache 500 routes, every path new ÷ linear scan', 10, cold.ratio('cache', 'scan')),
    atLeast('RouteCache 500 routes, paths seen before ÷ find-my-way', 1, warm.ratio('cache', 'find-my-way'), limit),
    atLeast('RouteCache 500 routes, every path new ÷ find-my-way', 0.5, cold.ratio('cache', 'find-my-way'), limit),
  ];
}
