/** Why a row may miss its bar, by the start of its name: printed beneath a row that does, and recorded with it. */
const reasons: readonly (readonly [row: RegExp, reason: string])[] = [
  [
    /^BoundedCache \w+ (set\+evict|zipf)/,
    'both caches spend most of it in one Map.set and one Map.delete (see the bare Map); what is left pays for slots that grow on demand where lru-cache takes its memory at once, and in s3fifo for the ghosts that win its hit ratio',
  ],
  [
    /^BoundedCache \w+ hit/,
    'a look-up in random order waits for memory: the Map, then the slot; both caches touch as many lines',
  ],
  [
    /^BoundedCache lru set\+evict \S+ ÷ Map idiom/,
    'a Map of 1,000 entries is rehashed before many deleted ones stand in front of the oldest, so the idiom is not slow yet',
  ],
  [
    /^ConnectionPool, cost a waiter/,
    'every waiter has a promise, a deadline and a place in the queue; at 100,000 they outlive the young generation and are copied by the collector',
  ],
  [
    /^ConnectionPool, \d+ workers/,
    'a lease is a new object with Symbol.dispose, and each hand-over checks lifetime, uses and affinity',
  ],
  [
    /^TimerRegistry (CPU|refresh)/,
    'a refresh is one look at the clock (58 of its 66 ns) and a run is 0.2 µs once compiled, 0.6 µs before: a machine that compiles late shows in both',
  ],
  [
    /^Deque push\+shift at \d+ ÷ denque/,
    'both take either 5 or 15 ns an operation and change between the two within a process, each by itself: 0.32 to 3.2 times were seen on the same code, and the two touch the same memory',
  ],
  [
    /^withDeadline, work succeeds, 1 at a time/,
    'with no other timer of its delay pending Node builds and drops a timer list for each call, three quarters of the cost; sharing one native timer would keep it past the work and hold the context of the call that made it',
  ],
  [
    /^LoadMonitor at 1 Hz/,
    'its four looks a second at the loop are wake-ups of an idle process, about 0.3 ms each with cold caches; in a busy one they ride along',
  ],
  [
    /^runInWorker, 512/,
    'half a megabyte is parsed here in 3 to 4 ms, which is about what the longest pause costs when another thread wakes on a machine of two cores; from a few megabytes on it is nothing beside the parse',
  ],
  [/^BoundedCache \w+ update/, 'an update finds the slot in a Map, writes it and moves it to the front, here as there'],
  [
    /^Deque push\+shift at 20000 ÷ Array.shift/,
    'the array moves 160 KB for each shift, at the speed of the memory: 265 to 1,048 times were seen',
  ],
  [
    /^Deque push\+shift at 1000 ÷ Array.shift/,
    'in some runs V8 moves the start of a short array instead of its values: 7.6 to 84 times were seen',
  ],
  [
    /^Size of/,
    'checks that name option, value and range, and the diagnostics channels, weigh 0.3 to 0.45 KiB in each part',
  ],
  [
    /^Size of bounded-cache/,
    'three policies, byte limits, ttl, shared loads and shrinking under pressure in one surface',
  ],
  [
    /^Size of connection-pool/,
    'affinity, idle validation, jittered lifetimes, back-off of failing creates, leak reports with the acquire stack, drain',
  ],
  [/^Size of hash-ring/, 'three placements, weights and getN in one class; the hash is 0.4 KiB of it'],
  [
    /^Size of task-queue/,
    'ageing, the context of whoever added a task, aborts and time limits a task, and the heap of PriorityQueue',
  ],
  [
    /^Size of timer-registry/,
    'own timer lists on one native timer, phases kept, overrun, jitter, lifetimes, long delays, error reports',
  ],
  [
    /^Size of retry/,
    'Retry-After out of errors of HTTP clients, a budget, a total time, three jitters, hooks that may be async',
  ],
  [/^Size of circuit-breaker/, 'rolling window, half-open probes, fallback, cancellation, state events and stats'],
  [/^Size of load-monitor/, 'the limits of cgroup v1 and v2 (0.3 KiB), a delay timer, hysteresis, events and stats'],
];

export function reasonFor(bar: string): string | undefined {
  return reasons.findLast(([row]) => row.test(bar))?.[1];
}
