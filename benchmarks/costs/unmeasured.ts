/** Why a rule's cost is not measured beside another form in one process, by rule; shown on its page. */
export const unmeasured: Readonly<Record<string, string>> = {
  'no-leaked-handle':
    'not measured: what a handle holds (a descriptor, a socket, a watcher) is counted by the system, which ends a process at its limit',
  'no-naive-pool':
    'measured on a real PostgreSQL by `npm run bench:pool`: with 50 callers the p99 of a pool that scans its list and polls is 614 ms, that of `ConnectionPool` 130 ms',
  'no-network-in-transaction':
    'not measured: a connection is held for as long as the other side takes to answer, which is no property of the code',
  'no-redis-keys': 'not measured: the server stands still in proportion to its keys, not to those that match',
  'no-shared-client': 'not measured: what is lost is correctness, statements of two callers on one connection',
  'no-unreleased-connection':
    'not measured: each one is lost for good, so that a pool of ten is empty after ten failures',
  'require-circuit-breaker':
    'not measured: it depends on how long the other side is down; each call waits for its whole time-out',
  'require-graceful-shutdown': 'not measured: what is lost are the requests in flight at each deployment',
  'require-pool-error-handler': 'not measured: one dropped connection ends the process',
  'require-pool-limits': 'not measured: it depends on the database, whose connections run out before memory does',
  'require-query-limit': 'not measured: it grows with the rows of the table, which the code does not tell',
  'require-runtime-metrics': 'not measured: it costs nothing until somebody looks for the cause of an outage',
};
