import { describe, expect, it } from 'vitest';
import { listDefaultLoads } from '../../src/engine/default-loads.ts';
import { hasReExport } from '../../src/engine/import-scan.ts';

describe('a text hands on what it imports', () => {
  it.each([
    `export * from './orders';`,
    `export { find as findOrder } from './orders';`,
    `import { find } from './orders';\nexport { find };`,
    `import find from './orders';\nexport default find;`,
    `import { makeFind } from './orders';\nconst find = makeFind(db);\nexport { find };`,
    `import { memo } from 'react';\nimport { Row } from './row';\nconst Kept = memo(Row);\nexport default Kept;`,
    `import Orders from './orders';\nexport const services = { orders: new Orders() };`,
    `const orders = require('./orders');\nmodule.exports = { orders };`,
    `import orders from './orders';\nexport = orders;`,
  ])('%s', (text) => expect(hasReExport(text)).toBe(true));
});

describe('what a text declares as a function or a class is no part of another file', () => {
  it.each([
    `import { find } from './orders';\nfunction show(id) {\n  return find(id);\n}\nexport { show };`,
    `import { find } from './orders';\nconst show = async (id) => find(id);\nexport { show as render };`,
    `import { find } from './orders';\nconst Show: FC<Props> = ({ id }) => find(id);\nexport default Show;`,
    `import { Base } from './base';\nclass Orders extends Base {}\nexport default Orders;`,
    `import { find } from './orders';\nexport function show(id) {\n  return find(id);\n}`,
    `import { find } from './orders';\nfind(1);`,
  ])('%s', (text) => expect(hasReExport(text)).toBe(false));
});

describe('the default exports that a text loads', () => {
  it.each([
    [`import find from './orders';\nfind(1);`, ['./orders'], []],
    [`import Orders, { type Order } from './orders';\nnew Orders();`, ['./orders'], ['./orders']],
    [`import * as orders from './orders';\nnew orders.Orders();`, ['./orders'], ['./orders']],
    [`import { find } from './orders';\nfind(1);`, [], []],
    [`import type Orders from './orders';\nlet orders: Orders;`, [], []],
    [`const Orders = require('./orders');\nconst orders = new Orders();`, ['./orders'], ['./orders']],
    [`const { default: Orders } = await import('./orders');\nnew Orders();`, ['./orders'], ['./orders']],
    [`import { default as find } from './orders';\nfind(1);`, ['./orders'], []],
  ])('%s', (text, called, made) => expect(listDefaultLoads(text)).toMatchObject({ called, made }));

  it.each([
    [`export { default } from './orders';`, true],
    [`import find from './orders';\nexport default find;`, true],
    [`import find from './orders';\nexport default memoize(find);`, true],
    [`const find = require('./orders');\nmodule.exports = find;`, true],
    [`import find from './orders';\nexport default function show(id) {\n  return find(id);\n}`, false],
    [`import { find } from './orders';\nconst Show = () => find(1);\nexport default Show;`, false],
  ])('may be its own: %s', (text, isHandedOn) => expect(listDefaultLoads(text)).toMatchObject({ isHandedOn }));

  it('are found in one pass over a text of a megabyte', () => {
    const text = `${'import a '.repeat(60_000)}${'export { a, '.repeat(40_000)}`;
    expect(listDefaultLoads(text).called).toEqual([]);
    expect(hasReExport(text)).toBe(false);
  });
});
