import type { RuleFacts } from './model/rule-facts.ts';

export const ruleFacts: readonly RuleFacts[] = [
  {
    "id": "no-leaked-interval",
    "category": "resources",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "stable",
    "message": "This interval {what}: it runs, and keeps all it refers to alive, after {owner} is gone.",
    "why": "Each start leaves one more timer that fires for the rest of the process. CPU and memory grow with the number of starts: requests, connections, instances or mounts.",
    "advice": "Keep the handle and clear it where its owner ends (stop, close, dispose, the clean-up of the effect), on every outcome.",
    "limits": [
      "Whether a class is created once or many times is judged by this project alone; a library that others create many instances of is judged by its own calls.",
      "A handle passed to a function, returned or kept in an object of another file is taken to be cleared there."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "Clears the interval where its owner ends, and before it is started again."
    },
    "bad": "'use strict';\n\n/** Holds a lease as long as the holder lives. */\nfunction createLease(renew) {\n  let renewed = 0;\n\n  function start() {\n    setInterval(() => {\n      renewed += 1;\n      renew(renewed);\n    }, 15_000);\n  }\n\n  return {\n    start,\n    count: () => renewed,\n    stop() {\n      renewed = 0;\n    },\n  };\n}\n\nmodule.exports = { createLease };",
    "good": "const counts = new Map<string, number>();\n\nexport function count(name: string): void {\n  counts.set(name, (counts.get(name) ?? 0) + 1);\n}\n\nsetInterval(() => counts.clear(), 60_000);"
  },
  {
    "id": "no-leaked-timeout",
    "category": "resources",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "stable",
    "message": "This timeout {what}.",
    "why": "The pending timer keeps everything its callback refers to alive and runs its work for owners that are gone. What piles up grows with the number of starts: instances, connections, events.",
    "advice": "Keep the handle, clear it before arming it again and where its owner ends (stop, close, dispose).",
    "limits": [
      "One-shot timers that end by themselves are left alone, also when they outlive their owner for a moment.",
      "A condition ahead of the re-arming is taken to be able to end it."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "Clears the timeout where its owner ends, and before it is armed again."
    },
    "bad": "'use strict';\nconst http = require('node:http');\n\nfunction keepWarm(send) {\n  send();\n  setTimeout(() => keepWarm(send), 10_000);\n}\n\nexports.server = http.createServer((request, response) => {\n  keepWarm(() => response.write('.'));\n});",
    "good": "function sweep() {\n  globalThis.gc?.();\n  setTimeout(sweep, 60_000);\n}\n\nsweep();"
  },
  {
    "id": "no-uncleared-deadline",
    "category": "resources",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "message": "This deadline is {what}: the timer, and all that its callback refers to, stays until it fires.",
    "why": "Each call leaves one more pending timer behind, for the whole length of the deadline. Under load that is calls per second times seconds of timeout, each holding its request alive, and a process that does not exit.",
    "advice": "Keep the handle and clear it in a finally that covers success, error and early return; AbortSignal.timeout and withDeadline do so by themselves.",
    "limits": [
      "Deadlines shorter than half a second, and those in browser code, are left alone.",
      "A handle kept in a field or handed to another function is taken to be cleared there."
    ],
    "options": {}
  },
  {
    "id": "no-unbounded-cache",
    "category": "memory",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "message": "`{name}` gets an entry for every new {key} and {trim}: it grows for as long as the process lives.",
    "why": "Memory grows with the number of different keys ever seen (requests, users, messages), not with the load of the moment. Garbage collection takes longer and longer, and in the end the process dies.",
    "advice": "Give it a limit: a cache with `max` (and a `ttl`) where entries can be computed again; where they cannot, delete each entry when what it stands for ends.",
    "limits": [
      "Whether keys are few is judged by types, constants and names: a bounded set of keys with a name such as `id` is a false alarm.",
      "Instances of classes whose life the project does not show are left alone.",
      "A removal by key in another function counts as one for every entry, unless the container is a cache."
    ],
    "options": {}
  },
  {
    "id": "no-client-per-request",
    "category": "pooling",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "stable",
    "message": "{what}",
    "why": "Connections are set up again for each request and thrown away (or never closed): latency grows by a handshake, and the number of connections grows with the number of requests until the server refuses them.",
    "advice": "Make it once, at module level or when the service starts, and let every request use it.",
    "limits": [
      "A client built from the values of one request (another tenant’s address, a connection test) is reported as `possible` only.",
      "A factory that returns a new client is judged by its callers in the same file."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "makes the client once, at module level, and no longer ends it with the request"
    },
    "bad": "import type { Request, Response } from 'express';\nimport Redis from 'ioredis';\n\nexport async function session(req: Request, res: Response): Promise<void> {\n  const redis = new Redis({ host: 'cache' });\n  res.json({ user: await redis.get(`session:${req.params['id']}`) });\n  await redis.quit();\n}",
    "good": "import type { Request, Response } from 'express';\nimport { Pool } from 'pg';\n\nconst pool = new Pool();\n\nexport async function list(_req: Request, res: Response): Promise<void> {\n  res.json((await pool.query('select 1')).rows);\n}"
  },
  {
    "id": "no-naive-pool",
    "category": "pooling",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "stable",
    "message": "`{name}` is a pool written by hand that {faults}.",
    "why": "Under load callers starve or poll: with all connections taken, a scan-and-poll pool reached 0.47–0.73 of a real one’s throughput with five to six times its p99, and a pool without a limit opens connections until the server refuses them.",
    "advice": "Use the driver’s own pool (pg.Pool, mysql2 createPool, undici, piscina), or a pool with a maximum, a queue of waiters, an acquire timeout and a health check.",
    "limits": [
      "Only classes that both lend and take back what they create are looked at.",
      "Pools of plain objects or buffers, which lend at once and never wait, are left alone."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "keeps the class and its surface, and lends from a `ConnectionPool` with a maximum, a queue of waiters and a time-out"
    },
    "bad": "import { Worker } from 'node:worker_threads';\n\nexport class WorkerPool {\n  workers = [];\n\n  async acquire() {\n    for (const entry of this.workers) {\n      if (!entry.busy) {\n        entry.busy = true;\n        return entry.worker;\n      }\n    }\n    const worker = new Worker('./job.js');\n    this.workers.push({ worker, busy: true });\n    return worker;\n  }\n\n  release(worker) {\n    for (const entry of this.workers) if (entry.worker === worker) entry.busy = false;\n  }\n}",
    "good": "import pg from 'pg';\n\nexport class Database {\n  pool = new pg.Pool({ max: 20 });\n\n  async acquire() {\n    return this.pool.connect();\n  }\n\n  release(client) {\n    client.release();\n  }\n}"
  },
  {
    "id": "no-unreleased-connection",
    "category": "pooling",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "stable",
    "message": "`{name}` is taken from the pool here and not given back {outcome}.",
    "why": "Each miss takes one connection out of the pool for good. After as many as the pool holds, every request waits for a connection that never comes.",
    "advice": "Release it in a `finally` that begins right after it was acquired, or use the pool’s own `query`, `withConnection` or transaction helper.",
    "limits": [
      "A connection handed to a function of another file, stored or returned is taken to be released there.",
      "Pools are known by import; a pool of unknown origin counts only when the function itself releases what it took on some path."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "moves the release to a `finally` that begins right after the connection was acquired"
    },
    "bad": "import { Pool } from 'pg';\n\nconst pool = new Pool();\n\nexport async function ping() {\n  const client = await pool.connect();\n  const started = performance.now();\n  await client.query('select 1');\n  return performance.now() - started;\n}",
    "good": "import pg from 'pg';\n\nconst pool = new pg.Pool();\n\nexport async function lease(): Promise<{ query: pg.PoolClient['query']; done: () => void }> {\n  const client = await pool.connect();\n  return { query: client.query.bind(client), done: () => client.release() };\n}"
  }
];
