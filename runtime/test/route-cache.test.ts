import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RouteCache } from '../src/route-cache.ts';

const params = (match: { params: Readonly<Record<string, string>> } | undefined): unknown =>
  match && { ...match.params };

test('finds literals, parameters and rests, and says what they stood for', () => {
  const routes = new RouteCache<string>();
  routes.add('/', 'home').add('/users', 'list').add('/users/:id', 'show').add('/users/:id/posts/:post', 'post');
  routes.add('/files/*path', 'file').add('/any/*', 'any');
  expect(routes.match('/')?.value).toBe('home');
  expect(routes.match('/users')?.value).toBe('list');
  expect([routes.match('/users/42')?.value, params(routes.match('/users/42'))]).toEqual(['show', { id: '42' }]);
  expect(params(routes.match('/users/42/posts/7'))).toEqual({ id: '42', post: '7' });
  expect(params(routes.match('/files/a/b.txt'))).toEqual({ path: 'a/b.txt' });
  expect(params(routes.match('/any/x/y'))).toEqual({ '*': 'x/y' });
  for (const path of ['/users/', '/users/42/', '/users/42/posts', '/files/', '/files', '/nope', '', 'users']) {
    expect(routes.match(path)).toBeUndefined();
  }
});

test('a literal goes before a parameter before a rest before a RegExp, and a dead end is left again', () => {
  const routes = new RouteCache<string>();
  routes
    .add(/^\/a\//, 'expression')
    .add('/a/*', 'rest')
    .add('/a/:x/c', 'parameter')
    .add('/a/b/d', 'literal');
  expect(routes.match('/a/b/d')?.value).toBe('literal');
  expect(routes.match('/a/b/c')?.value).toBe('parameter');
  expect(routes.match('/a/b/e')?.value).toBe('rest');
  expect(params(routes.match('/a/b/e'))).toEqual({ '*': 'b/e' });
  expect(routes.match('/a/')?.value).toBe('expression');
});

test('of equal patterns the first one added counts, as in a scan', () => {
  const routes = new RouteCache<number>().add('/a/:x', 1).add('/a/:y', 2).add(/^\/r/, 3).add(/^\/r/, 4);
  expect([routes.match('/a/b')?.value, params(routes.match('/a/b'))]).toEqual([1, { x: 'b' }]);
  expect(routes.match('/r')?.value).toBe(3);
});

test('agrees with a linear scan over every route, remembered or not', () => {
  const segment = fc.constantFrom('a', 'b', 'c', ':p', ':q', '');
  const patterns = fc.uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 4 }).filter((parts) => {
      const names = parts.filter((part) => part.startsWith(':'));
      return new Set(names).size === names.length;
    }),
    { selector: (parts) => parts.map((part) => (part.startsWith(':') ? ':' : part)).join('/'), maxLength: 30 },
  );
  const paths = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { minLength: 1, maxLength: 4 }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(patterns, paths, fc.constantFrom(0, 4, 1_000), (table, asked, max) => {
      const routes = new RouteCache<string>({ max });
      for (const parts of table) routes.add(`/${parts.join('/')}`, parts.join('/'));
      const fits = (parts: string[], path: string[]): boolean =>
        parts.length === path.length &&
        parts.every((part, i) => (part.startsWith(':') ? path[i] !== '' : part === path[i]));
      const rank = (parts: string[]): string => parts.map((part) => (part.startsWith(':') ? '1' : '0')).join('');
      for (const path of [...asked, ...asked]) {
        const best = table.filter((parts) => fits(parts, path)).sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0];
        const match = routes.match(`/${path.join('/')}`);
        expect(match?.value).toBe(best?.join('/'));
        best?.forEach((part, i) => {
          if (part.startsWith(':')) expect(match?.params[part.slice(1)]).toBe(path[i]);
        });
      }
      expect(routes.stats().size).toBeLessThanOrEqual(max);
    }),
    { numRuns: 200 },
  );
});

test('remembers at most max paths, answers of nothing included, however many are asked for', () => {
  const routes = new RouteCache<number>({ max: 100 }).add('/x/:id', 1);
  for (let i = 0; i < 10_000; i++) {
    routes.match(`/x/${i}`);
    routes.match(`/unknown/${i}`);
    expect(routes.stats().size).toBeLessThanOrEqual(100);
  }
  expect(routes.stats()).toMatchObject({ hits: 0, misses: 20_000, routes: 1, max: 100 });
  expect([routes.match('/unknown/9999'), routes.stats().hits]).toEqual([undefined, 1]);
  routes.match(`/x/${'y'.repeat(5_000)}`);
  routes.match(`/x/${'y'.repeat(5_000)}`);
  expect(routes.stats().hits).toBe(1);
});

test('a path that is asked for again and again stays remembered while others come and go', () => {
  const routes = new RouteCache<number>({ max: 10 }).add('/x/:id', 1);
  for (let i = 0; i < 1_000; i++) {
    routes.match('/x/often');
    routes.match(`/x/${i}`);
  }
  expect(routes.stats().hits).toBe(999);
});

test('a route added later is found although its path was asked for before', () => {
  const routes = new RouteCache<number>();
  expect(routes.match('/late')).toBeUndefined();
  routes.add('/late', 1);
  expect(routes.match('/late')?.value).toBe(1);
});

test('decodes parameters, leaves ill-formed ones as they are, and looks at the path only', () => {
  const routes = new RouteCache<number>().add('/f/:name', 1);
  expect(params(routes.match('/f/a%20b%2Fc'))).toEqual({ name: 'a b/c' });
  expect(params(routes.match('/f/100%'))).toEqual({ name: '100%' });
  expect(params(routes.match('/f/a?b=/c#d'))).toEqual({ name: 'a' });
  expect(params(routes.match('/f/__proto__'))).toEqual({ name: '__proto__' });
  const odd = new RouteCache<number>().add('/:__proto__', 1).match('/x');
  expect(Object.entries(odd!.params)).toEqual([['__proto__', 'x']]);
});

test('answers cannot be changed by who gets them', () => {
  const match = new RouteCache<number>().add('/:a', 1).match('/x')!;
  expect(() => Object.assign(match.params, { a: 'y' })).toThrow(TypeError);
});

test('names groups of RegExps, and forgets flags that carry state', () => {
  const routes = new RouteCache<number>().add(/^\/v(?<major>\d+)(?:\.(?<minor>\d+))?$/g, 1);
  for (let i = 0; i < 3; i++) expect(params(routes.match(`/v${i}`))).toEqual({ major: `${i}` });
  expect(params(routes.match('/v1.2'))).toEqual({ major: '1', minor: '2' });
});

test('ignores a trailing slash where asked to', () => {
  const routes = new RouteCache<number>({ ignoreTrailingSlash: true }).add('/a/', 1).add('/b', 2).add('/', 3);
  expect(['/a', '/a/', '/b', '/b/', '/'].map((path) => routes.match(path)?.value)).toEqual([1, 1, 2, 2, 3]);
});

test('tells methods apart when they start pattern and path', () => {
  const routes = new RouteCache<string>().add('GET /users/:id', 'show').add('DELETE /users/:id', 'remove');
  expect(routes.match('DELETE /users/1')?.value).toBe('remove');
  expect(routes.match('PUT /users/1')).toBeUndefined();
});

test.each([
  ['/a:b', /a parameter that is a whole segment/],
  ['/a/b*', /a parameter that is a whole segment/],
  ['/:', /a name of its own for each parameter/],
  ['/:a/:a', /a name of its own/],
  ['/*a/b', /nothing after a rest/],
])('refuses the pattern %s', (pattern, message) => {
  expect(() => new RouteCache().add(pattern, 1)).toThrow(TypeError);
  expect(() => new RouteCache().add(pattern, 1)).toThrow(message);
});

test('refuses a bad max by name and range', () => {
  expect(() => new RouteCache({ max: -1 })).toThrow(/max must be an integer of at least 0, got -1/);
});
