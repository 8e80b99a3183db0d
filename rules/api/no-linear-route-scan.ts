import { findRouteScan, type RouteScan } from '../../src/ast/io/route-scan.ts';
import { onUsersPath } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';

export const rule = defineRule<RouteScan>({
  id: 'no-linear-route-scan',
  category: 'api',
  severity: 'medium',
  confidence: 'possible',
  lifecycle: 'trial',
  effort: 30,
  message: 'Each request tries the patterns of `{routes}` one after another{compiled} until one matches `{path}`.',
  why: 'The work of finding a route grows with the number of routes, and an unknown path pays for all of them. With 1,000 patterns a request took 140 µs to find its route, 900 µs where each was compiled anew, and 7 µs through a RouteCache.',
  advice:
    'Index the routes by their segments, or remember the answers for the paths last asked for: a RouteCache does both. Compile patterns when a route is added.',
  limits: [
    'Lists that are written out in the file, and constants in capitals, are taken to be short.',
    'A chain of middleware, in which every layer that matches is run, is not looked at, nor is a list of all routes that match.',
    'Routers of development servers are reported as well, and how many routes there are is not known: the finding is `possible` only.',
  ],
  mentions: [
    'oute&exec(',
    'oute&test(',
    'oute&match',
    'ndpoint&exec(',
    'ndpoint&test(',
    'ayer&match',
    'andler&exec(',
    'andler&test(',
    'oute&pathTo',
  ],
  visit: {
    CallExpression(call, file) {
      const found = findRouteScan(call, file);
      return (
        found && {
          at: call,
          related: [{ at: found.routes, note: 'grows with every route that is added' }],
          values: {
            routes: found.routes.getText(file.source),
            path: found.path.getText(file.source),
            compiled: found.isCompiledAnew ? ', compiling each anew,' : '',
          },
          when: onUsersPath(call, file),
          data: found,
        }
      );
    },
  },
});
