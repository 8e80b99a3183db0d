import type { HttpLibrary } from './outbound-call.ts';

/** How long a library waits for an answer when it is told nothing; version read, and where. */
export const patienceOf = {
  // undici 7.10 (Node.js 20 bundles 6), lib/dispatcher/client.js: headersTimeout and bodyTimeout are 300 s each.
  fetch: 'up to five minutes for the headers, and again between two parts of the body',
  edge: 'until its platform ends it',
  // node-fetch 2.7 and 3.3, src/index.js: http.request, no `timeout` unless set; cross-fetch 4.1 and isomorphic-fetch 3.0
  // hand on to node-fetch 2.
  'node-fetch': 'without end (node-fetch has no time-out of its own)',
  // axios 1.7, lib/defaults/index.js: timeout 0.
  axios: 'without end (its `timeout` is 0)',
  // @nestjs/axios 4.0, dist/http.module.js: axios as it is.
  nest: 'without end (the `timeout` of its axios is 0)',
  // got 14, source/core/options.ts: every phase of `timeout` is undefined.
  got: 'without end (no phase has a time-out)',
  // superagent 10.4, lib/request-base.js: none unless `timeout()` is called.
  superagent: 'without end (superagent has no time-out of its own)',
  // request 2.88, request.js: none unless `timeout` is set.
  'request-promise': 'without end (request has no time-out of its own)',
  request: 'without end (request has no time-out of its own)',
  // simple-get 4.0, index.js: none unless `timeout` is set.
  'simple-get': 'without end (simple-get has no time-out of its own)',
  // download 8.0, index.js: got, with what it is handed.
  download: 'without end (download hands on to got, which has no time-out)',
  // needle 3.3, lib/needle.js: response_timeout and read_timeout are 0.
  needle: 'without end (needle limits the connection, not the answer)',
  // Node.js 20, lib/_http_client.js: no `timeout` unless set.
  http: 'without end',
} as const satisfies Record<HttpLibrary | 'edge', string>;
