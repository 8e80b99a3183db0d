import type { RuleFacts } from './model/rule-facts.ts';

export const ruleFacts: readonly RuleFacts[] = [
  {
    "id": "no-leaked-handle",
    "category": "resources",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "This {name} is not ended {outcome}: each one that is left open keeps {cost}.",
    "why": "The garbage collector does not close it. Descriptors, sockets, processes and timers grow with calls or instances until the process, or the server at the other end, has no more of them.",
    "advice": "End it in a `finally` that begins right after it was made, or with `await using`; an owner ends in its own end what it made. Join streams by `pipeline()` of `node:stream`, which ends all of them when one goes.",
    "limits": [
      "A page, icon or text whose name is written out and that is piped to a client is left alone: it is read in one piece.",
      "What only a failure leaves open is `possible` where no request, event or timer comes there (a browser and a client of a database are `likely` anyway); so are observers, and what an owner hands on or a base class may end.",
      "A handle that is returned, stored or passed on is taken to be ended there. What an effect of a page leaves open is `possible` where it may run once for the page; editors, charts, maps and players are judged in effects and owners only.",
      "Of streams joined by `pipe()`, those between a file, an answer of another service, or the output of a child, and the client of a handler are followed, also by way of what is made of the response, and what another service sends, or a function is handed as a stream, into a file; an answer that its handler calls an image or the like is `possible`: what is small is sent before anybody goes. An abort counts as an end of what is read, unless it is that of a timer that is cleared as the answer comes. An object of S3 is left alone where a client of the project has a `socketTimeout`, and so is a download of GridFS, which keeps neither a file nor a socket.",
      "A thread is judged where its owner keeps it, and where a function starts it for one message by a file that waits for more.",
      "An instance of a class of the project is judged in a field of an owner with an end, where it is used by its members alone, and where the class starts an interval, a thread or a listener of the page or process as it is made, which its end alone stops.",
      "Of what no known library makes, only what its own function opens, waits for and ends on some way out is followed.",
      "Else only what is known by its import is a handle; response bodies that are left unread, at all or on an early return, are followed for `http` and `https`, and on an early return for objects of S3 and for the stream in what a function of the project gives. Of `fetch`, only a GET of whatever an address names whose body nobody reads: a body of up to 16 KB (Node.js 20) or 64 KB (22 and later) holds no connection, so that what answers a failure, or an API, does not matter; the garbage collector ends it in its time, so that it is `possible`. What a refusal or a redirect leaves unread is `possible`."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "moves the end to a `finally` that begins right after the handle was made; joins piped streams by `pipeline()`, or ends one when the response that it goes to is over; lets an answer that is not read flow away"
    },
    "bad": "const { spawn } = require('child_process');\nconst express = require('express');\n\nconst app = express();\n\napp.get('/backup', (req, res) => {\n  const dump = spawn('pg_dump', ['--format=custom', 'shop']);\n  res.attachment('shop.dump');\n  dump.stdout.pipe(res);\n  dump.stderr.on('data', (text) => console.warn(String(text)));\n});\n\napp.listen(3000);",
    "says": "This child process is not ended when the client goes before the end: each one that is left open keeps a process that waits for ever to write what nobody reads.",
    "good": "import { watch } from 'chokidar';\n\nexport class Pool {\n  private again(left: number): unknown {\n    const watcher = watch('.');\n    return left > 0 ? this.again(left - 1) : watcher;\n  }\n\n  open(): unknown {\n    return this.again(2);\n  }\n\n  close(): void {}\n}"
  },
  {
    "id": "no-leaked-interval",
    "category": "resources",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "This interval {what}: it runs, and keeps all it refers to alive, after {owner} is gone.",
    "why": "Each start leaves one more timer that fires for the rest of the process. CPU and memory grow with the number of starts: requests, connections, instances or mounts.",
    "advice": "Keep the handle and clear it where its owner ends (stop, close, dispose, the clean-up of the effect), on every outcome.",
    "limits": [
      "A class of an application counts as created many times only when the project does so; what a published package offers may be created by its users as often as they like (a platform of Homebridge, which the host makes one of, once).",
      "Sure is what an effect or a component leaves running, and what requests, users of a library, or an owner that ends without its part leave more than one of, and what works on a thing that the end has closed. Where nothing says so, in the one service of a process or in a function that is called once, it is `possible`.",
      "What runs each time that a client has connected (of Mongoose, Redis, MQTT, Socket.IO and others that connect anew by themselves) starts one more each time; so does a method that whoever has made an instance calls once more on it, later.",
      "An owner that is told of the end of the socket which it was handed as it was made counts as one of many.",
      "That a client has gone before a handler listens for its end is asked of timers that this end alone clears.",
      "One that is kept by a key is lost with the next start for that key where several functions of the file bring it, or requests do; what there is one of for each use (a connection, a job, a round) comes once.",
      "A handle passed to a function, returned or kept in an object of another file is taken to be cleared there."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "clears the interval where its owner ends, and before it is started again"
    },
    "bad": "/** The one of its service, as far as anything says. */\nexport class Gauge {\n  constructor(private readonly read: () => void) {\n    setInterval(() => this.read(), 10_000);\n  }\n\n  close(): void {\n    this.read();\n  }\n}",
    "says": "This interval can never be cleared, its handle is dropped: it runs, and keeps all it refers to alive, after its Gauge is gone.",
    "good": "const counts = new Map<string, number>();\n\nexport function count(name: string): void {\n  counts.set(name, (counts.get(name) ?? 0) + 1);\n}\n\nsetInterval(() => counts.clear(), 60_000);"
  },
  {
    "id": "no-leaked-listener",
    "category": "resources",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "This \"{event}\" listener on {target} {fate}: {what} leaves one more behind.",
    "why": "The emitter outlives the code that listens. Each listener keeps its closure alive and runs on every event, so memory and time per event grow with calls, requests, instances or mounts.",
    "advice": "Remove the listener where the work or its owner ends, on every outcome; once() alone leaves the siblings that did not fire. A `{ signal }` removes several at a time.",
    "limits": [
      "Emitters handed in by a caller are taken to end with the call, unless a caller in the project is seen to hand in what it keeps, or a class of a library with an end of its own was handed it as it was made (a socket, a stream or whatever else by its name is one side of a conversation is taken to end with its owner, and what its maker makes itself, in a constructor, with both); AbortSignals are taken to live on, unless all callers in the file make them for the call.",
      "A removal of the same event anywhere in the file is taken to be the right one, unless it is one of several outcomes.",
      "Listeners of one instance or call each are `possible` unless requests, events, timers or the users of a package come there; so are those on the socket of a request, on what is kept by a key, and on an emitter that an owner has for itself.",
      "One that a method adds for what it was handed, for what it gives its caller or for whoever waits is sure where such calls are many.",
      "Emitters of other files are taken to live as long as the process, and so is what a getter such as `config.getEventBus()` gives.",
      "A listener on a signal that is handed in is `possible` unless a loop, or a method that an instance hands its own signal on in, is seen to call with one and the same, or an instance of a published package stands for one piece of work on it.",
      "Clients of a pool are known by its name or import; one that listens for notifications is `possible`."
    ],
    "options": {},
    "bad": "import { useEffect, useState } from 'react';\n\nexport function useWidth(): number {\n  const [width, setWidth] = useState(0);\n  useEffect(() => {\n    window.addEventListener('resize', () => setWidth(window.innerWidth));\n  }, []);\n  return width;\n}",
    "says": "This \"resize\" listener on window is never removed: each run of the effect leaves one more behind.",
    "good": "process.on('SIGTERM', () => process.exit(0));\nprocess.on('unhandledRejection', (reason) => console.error(reason));"
  },
  {
    "id": "no-leaked-timeout",
    "category": "resources",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "This timeout {what}.",
    "why": "The pending timer keeps everything its callback refers to alive and runs its work for owners that are gone. What piles up grows with the number of starts: instances, connections, events.",
    "advice": "Keep the handle, clear it before arming it again and where its owner ends (stop, close, dispose).",
    "limits": [
      "One-shot timers that end by themselves are left alone, also when they outlive their owner for a moment.",
      "A condition ahead of the re-arming is taken to be able to end it, and a chain that settles a promise ends with that.",
      "A chain that only a flag ends is reported where the owner can begin again before its timer fires, for waits of a second and more.",
      "A chain whose run waits before it sets the next timer is taken to be ended by a flag that a run asks for, by an end that waits for the run, and by one that aborts anything.",
      "A timer that is started only while none is pending, and forgotten when it fires, gathers work: it is `possible` when its owner ends without clearing it.",
      "A timer that sets state when its component may be gone, or its effect has run again, is `possible`: it sets it in vain, or for a moment.",
      "Sure is what fires later than within five seconds and comes with requests or with the use of a library, a reconnection that an event starts, a chain that starts something in the end, or that a request starts, a second start by the same key, item by item of a batch, by messages of a client, or by the error and the close of one connection, and, however soon, what ends its owner after a beginning that may have been tried again. So is what is kept and works on what the end has ended. All else is `possible`: any other second start while the first is pending, any other chain of a plain function, what one service of a process leaves at its end.",
      "What clears the handle of a chain by a member that no place of the file sets clears nothing; whether another file sets it is not asked.",
      "A plain function that starts itself again, and that an owner hands itself to, counts as a part of that owner.",
      "A method that other files call on the instance they have just made is taken to run once for it; an end that whoever makes the owner calls only ahead of `process.exit()` is that of the process."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "clears the timeout where its owner ends, and before it is armed again"
    },
    "bad": "'use strict';\nconst http = require('node:http');\n\nfunction keepWarm(send) {\n  send();\n  setTimeout(() => keepWarm(send), 10_000);\n}\n\nexports.server = http.createServer((request, response) => {\n  keepWarm(() => response.write('.'));\n});",
    "says": "This timeout starts itself again for ever, and nothing can stop it.",
    "good": "function sweep() {\n  globalThis.gc?.();\n  setTimeout(sweep, 60_000);\n}\n\nsweep();"
  },
  {
    "id": "no-mismatched-removal",
    "category": "resources",
    "severity": "high",
    "confidence": "certain",
    "lifecycle": "trial",
    "effort": 10,
    "message": "This removal of a \"{event}\" listener removes nothing: {why}.",
    "why": "The listener stays for the life of its emitter, with all it refers to, and runs once more for each time it was added: instances, calls, mounts.",
    "advice": "Keep the function in a field or const, and hand that same reference, event and capture flag to both calls.",
    "limits": [
      "Only adds and removals in the same file are compared.",
      "Where the listener goes anyway (it has fired, its event comes once, its element goes with its component, its socket is given up right behind) the finding is `possible`."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "hands the same function, event and capture flag to the removal as to the add"
    },
    "bad": "export function drag(element, move) {\n  const onMove = (event) => move(event.clientX);\n  element.addEventListener('pointermove', onMove);\n  return () => element.removeEventListener('mousemove', onMove);\n}",
    "says": "This removal of a \"mousemove\" listener removes nothing: onMove was added for \"pointermove\".",
    "good": "export function detach(emitter, handler) {\n  emitter.off('data', handler);\n  emitter.off('end', handler);\n}"
  },
  {
    "id": "no-race-in-loop",
    "category": "resources",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 30,
    "message": "Each round races `{survivor}` anew: the promise keeps every round, and what it gave, until it is settled itself.",
    "why": "A race adds a reaction to each promise in it, and nothing takes one away from a promise that stays pending. 100,000 rounds left 31 MB behind; 10,000 rounds that read 16 KB each kept all 164 MB alive.",
    "advice": "Let the long-lived end be an AbortSignal or an event, whose listener each round takes off again; or add one reaction to the promise before the loop, which settles a promise of the round.",
    "limits": [
      "Loops with an end that is set beforehand (attempts, a deadline), also by a counter within, are left alone, and so are rounds more than five seconds apart.",
      "Sets of promises that are raced as a whole (`Promise.race(running)`) are taken to be replaced as they end.",
      "A race in a function that is called again and again is not looked at."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "adds one reaction to the long-lived promise before the loop, which settles a promise of the round"
    },
    "bad": "const { once } = require('node:events');\n\nasync function send(rows, res) {\n  const gone = new Promise((resolve) => res.on('close', resolve));\n  let isGone = false;\n  gone.then(() => {\n    isGone = true;\n  });\n  for await (const row of rows) {\n    if (isGone) return;\n    if (!res.write(`${JSON.stringify(row)}\\n`)) {\n      await Promise.race([once(res, 'drain'), gone]);\n    }\n  }\n  res.end();\n}\n\nmodule.exports = { send };",
    "says": "Each round races `gone` anew: the promise keeps every round, and what it gave, until it is settled itself.",
    "good": "import { once } from 'node:events';\nimport { setTimeout as sleep } from 'node:timers/promises';\n\n// One reaction a minute.\nexport async function refreshUntilStopped(service, refresh) {\n  const stopped = once(service, 'stop');\n  while (service.isRunning) {\n    await refresh();\n    await Promise.race([stopped, sleep(60_000)]);\n  }\n}"
  },
  {
    "id": "no-uncleared-deadline",
    "category": "resources",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "This deadline is {what}: the timer, and all that its callback refers to, stays until it fires.",
    "why": "Each call leaves one more pending timer behind, for the whole length of the deadline. Under load that is calls per second times seconds of timeout, each holding its request alive, and a process that does not exit.",
    "advice": "Keep the handle and clear it in a finally that covers success, error and early return; AbortSignal.timeout and withDeadline do so by themselves.",
    "limits": [
      "Deadlines shorter than half a second, and those in browser code, are left alone.",
      "A deadline of less than five seconds is `possible` only, and so is one of five whose callback only settles its promise or aborts: it holds next to nothing. A longer one that holds no more is `likely` in a library only, whose users it keeps from ending, and there, of less than fifteen, where users set it: a service has room for thousands of them (what an error tells and a default that it settles with are little). One that holds more is `likely` from a minute on, where requests lead there, users of a library set it, or it ends its owner or calls back a second time. One of a beginning that failed is sure however short it is where it ends its owner, which may have begun anew.",
      "One that only failures leave, and that holds no more than that, is `possible` below a minute; so is one that another timer sets as it fires, and one of a page. Where nobody hears of a failure the process ends with it.",
      "A sleep that is raced is `likely` where it is a minute or more, where requests lead there, and in a library whose users say how long it is.",
      "One of less than a minute that only failures leave is `likely` in a library alone, whatever it holds.",
      "A handle kept in a field is looked at only where the function that sets it clears it itself, but for when its work fails; one handed to another function is taken to be cleared there, one on what the function was handed is looked at where an end clears the timer beside it, and one in an entry of a table is followed to where all entries leave it."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "clears the timer in a finally that covers every outcome, or when what it would end has closed"
    },
    "bad": "export function load(url: string, timeoutMs: number): Promise<Response> {\n  const controller = new AbortController();\n  setTimeout(() => controller.abort(), timeoutMs);\n  return fetch(url, { signal: controller.signal });\n}",
    "says": "This deadline is never cleared, also when the work is done in time: the timer, and all that its callback refers to, stays until it fires.",
    "good": "export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));\n\nexport async function retry(run) {\n  for (let wait = 1_000; ; wait *= 2) {\n    try {\n      return await run();\n    } catch {\n      await sleep(wait);\n    }\n  }\n}"
  },
  {
    "id": "no-undisposed-subscription",
    "category": "resources",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "{what} outlives {whom}: {why}.",
    "why": "What is subscribed to goes on, and keeps the subscriber and all it refers to: both memory and the work per event grow with every instance, mount or call.",
    "advice": "Keep what the call gives back and end it where its owner ends, or let it end by itself with `takeUntil`, `first` or `take(1)`.",
    "limits": [
      "Observables that a call makes are taken to complete, unless it is `interval`, `select` or `asObservable`.",
      "What a function of another package gives back is known for RxJS, VS Code and the libraries of `library-subscriptions.ts` (MobX, Redux, Zustand, Firebase, wagmi, Expo and others), where the file shows that it is theirs; a reaction of MobX counts where it reads what outlives its owner. What a class leaves of which the project makes one, as it starts, is `possible`."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "ends what a field holds in the end of its owner"
    },
    "bad": "'use strict';\nconst express = require('express');\nconst { Subject } = require('rxjs');\n\nconst orders$ = new Subject();\nconst app = express();\n\napp.get('/orders', (request, response) => {\n  orders$.subscribe((order) => response.write(JSON.stringify(order)));\n});\n\napp.listen(8080);",
    "says": "This subscription to orders$ outlives each call: what would end it is dropped.",
    "good": "import { Subject } from 'rxjs';\n\nexport const orders$ = new Subject();\nlet count = 0;\n\norders$.subscribe(() => {\n  count++;\n});\n\nexport const seen = () => count;"
  },
  {
    "id": "no-lost-entry",
    "category": "memory",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "{what}.",
    "why": "One entry stays for every operation that failed, or for every key that was ever used; what waits for such an entry to go waits for ever.",
    "advice": "Delete the entry in `finally`; delete a key when the last item of its list goes.",
    "limits": [
      "What runs between an add and its removal is looked at in one function; ends of an operation are deadlines, failed sends, rejections, errors handed to a callback, the timer that is kept, a connection that closes while its handler awaits, and one, or a child process, that closes before it has answered.",
      "A key whose list is empty is small: `possible`, unless keys stand for what passes, such as sessions and messages.",
      "Awaits of sleeps, and those whose errors are caught on the spot, are taken not to fail."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "moves the removal to `finally`; removes a key with the last item of its list; removes by the key that the entry has"
    },
    "bad": "export function makeRunner(run) {\n  const running = new Map();\n  return async (job) => {\n    running.set(job.id, Date.now());\n    const result = await run(job);\n    running.delete(job.id);\n    return result;\n  };\n}",
    "says": "The entry of `running` stays when what is awaited before its removal fails.",
    "good": "const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));\nconst cooling = new Set();\n\nasync function cool(key) {\n  cooling.add(key);\n  await sleep(1_000);\n  cooling.delete(key);\n}\n\nmodule.exports = { cool };"
  },
  {
    "id": "no-slow-eviction",
    "category": "memory",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 30,
    "message": "`{map}` finds its oldest entry with `{walk}` on every eviction: the larger the cache, the slower every insertion once it is full.",
    "why": "V8 walks over the holes that earlier deletions left to find the first entry: at 100,000 entries an eviction is some 50 times slower than at 1,000.",
    "advice": "Use a cache that links its entries, such as BoundedCache or lru-cache, or drop half of the entries at once in two generations.",
    "limits": [
      "Maps whose limit is a constant of 5,000 and less are left alone, and classes of which every instance is made with 1,000 or less. A limit below 100,000 costs microseconds, one of a million and more is hardly ever reached, and one that comes from elsewhere may be small: `possible`."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "puts a `BoundedCache` of the same limit in the place of the map, which evicts in constant time"
    },
    "bad": "const seen = new Map();\n\nfunction remember(key, value) {\n  if (seen.size > 100_000) seen.delete(seen.keys().next().value);\n  seen.set(key, value);\n}\n\nmodule.exports = { remember, recall: (key) => seen.get(key) };",
    "says": "`seen` finds its oldest entry with `keys().next()` on every eviction: the larger the cache, the slower every insertion once it is full.",
    "good": "import { LRUCache } from 'lru-cache';\n\nexport const sessions = new LRUCache<string, object>({\n  max: 500_000,\n  ttl: 60_000,\n  ttlAutopurge: true,\n});"
  },
  {
    "id": "no-unbounded-cache",
    "category": "memory",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 20,
    "message": "`{name}` gets an entry for every new {key} and {trim}: it grows for as long as the process lives.",
    "why": "Memory grows with the number of different keys ever seen (requests, users, messages), not with the load of the moment. Garbage collection takes longer and longer, and in the end the process dies.",
    "advice": "Give it a limit: a cache with `max` (and a `ttl`) where entries can be computed again; where they cannot, delete each entry when what it stands for ends.",
    "limits": [
      "Whether keys are few is judged by types, constants and names. What a field or a module keeps by a bare `id` or `key` is left alone unless its own name says what there is one of for each: `sessions`, `usersById`, a cache.",
      "Keys that somebody sets up or owns (servers, workspaces, campaigns, whatever is only called `id`) are few: `possible`. It is `likely` where a key is made anew, comes out of a request (also through four functions that hand it on), or is called after what passes, such as a session, a message, a user name, a text or a token that is asked for here, for entries that say when they expire under a `key` that the caller chooses, for locks, and where the key is an object that is loaded or made anew. The short beginning of a text, and keys under which a row or a file has to be found first, are few; ids of accounts that no request makes up are as many as are registered, a number, a flag or a few of them for each group or channel are little, and ports of a thread are as many as there are parts. In a library it is `likely` too for what is kept open for each address, and closed only as its owner ends. A function that a library memoizes counts where requests bring its first argument, and nothing says how long or how many it keeps. In pages, behind an administration, where only the clock of the process and its jobs lead to it and the keys are no rows or messages, and in migrations, imports and backups it is `possible`.",
      "Instances of classes whose life the project does not show are left alone, and so is what nothing is seen to add to again and again; but for an entry that is over all the same: it waits for one answer, it is ended by its key, or the entry under that key of another table of its owner goes.",
      "A removal by key in another function counts as one for every entry, unless the container is a cache, it asks how old the entry is, or nobody calls the sweep that takes out what is too old; one that only a failure leads to counts for none."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "holds the entries in a `BoundedCache` of 10,000: the ones used least go when it is full and are computed again when asked for"
    },
    "bad": "import express from 'express';\n\nconst seen = new Set<string>();\n\nexport const router = express.Router();\n\nrouter.post('/events/:id', (req, res) => {\n  const id = req.params.id as string;\n  if (seen.has(id)) return res.sendStatus(409);\n  seen.add(id);\n  return res.sendStatus(202);\n});",
    "says": "`seen` gets an entry for every new `id` and never loses one: it grows for as long as the process lives.",
    "good": "import { createServer } from 'node:http';\n\nconst visits = new Map<string, number>();\n\n/** The hosts that a server answers for are few, however many addresses are asked for. */\nexport const server = createServer((req, res) => {\n  const { host } = new URL(req.url ?? '/', 'http://localhost');\n  visits.set(host, (visits.get(host) ?? 0) + 1);\n  res.end(String(visits.get(host)));\n});"
  },
  {
    "id": "no-unbounded-log",
    "category": "memory",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "`{name}` only ever grows: {fn} adds to it and {trim} for as long as the process lives.",
    "why": "A history that is never cut grows with every request, sample or event since the start, and whatever sorts, averages or copies it takes longer each time.",
    "advice": "Keep the last N in a ring buffer, or sums and counts instead of the samples; or cut the array where it is added to.",
    "limits": [
      "Arrays of handlers, plugins, routes and other parts are taken to be filled at start-up; what settles one promise and a timer that fires once are of no use soon after.",
      "What its own function ends, or hears the end of, is taken to leave its list behind.",
      "Any removal while the owner lives counts as enough, unless what would sweep out the items that are too old is called by nobody.",
      "A list that neither is called a log, a history, records and the like nor keeps connections or what has the time in it is `possible`, and so is one that nothing is seen to add to again and again."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "keeps the last 10,000 values: in a `RingBuffer`, or by cutting the array where it is added to"
    },
    "bad": "const express = require('express');\n\nconst auditLog = [];\n\nconst app = express();\n\napp.post('/orders', (req, res) => {\n  auditLog.push({ user: req.user.id, action: 'order', at: Date.now() });\n  res.sendStatus(201);\n});\n\napp.get('/audit', (req, res) => {\n  res.json(auditLog.slice(-50));\n});\n\nmodule.exports = app;",
    "says": "`auditLog` only ever grows: the function handed to `app.post` adds to it and nothing takes from it for as long as the process lives.",
    "good": "import { communication, weather } from './catalogue.js';\n\nconst integrations = [];\n\nconst addAll = (items, type) => {\n  items.forEach((item) => {\n    integrations.push({ ...item, type });\n  });\n};\n\naddAll(communication, 'communication');\naddAll(weather, 'weather');\n\nexport { integrations };"
  },
  {
    "id": "no-unbounded-queue",
    "category": "memory",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 30,
    "message": "`{name}` takes in everything while {state} does not hold, without a limit, and is drained only when it does again.",
    "why": "While the other side is away the queue grows with every message; a long outage ends in a heap that is full, and then all is lost at once.",
    "advice": "Give the queue a limit and say what happens beyond it: drop the oldest, refuse, or hold the producer back.",
    "limits": [
      "What one page of a browser keeps while it is not connected is `possible`.",
      "The state is told by the name of what the condition asks, or is whether there is a link that is sent over in the other branch."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "holds at most 10,000 waiting items: beyond that the oldest goes"
    },
    "bad": "const unsent = [];\nlet isOnline = false;\n\nexport function bridge(client) {\n  client.on('online', () => {\n    isOnline = true;\n    for (const message of unsent.splice(0)) client.publish(message);\n  });\n}\n\nexport function forward(client, message) {\n  if (!isOnline) unsent.push(message);\n  else client.publish(message);\n}",
    "says": "`unsent` takes in everything while `isOnline` does not hold, without a limit, and is drained only when it does again.",
    "good": "const queue = [];\nlet isRunning = false;\n\nasync function add(job) {\n  queue.push(job);\n  if (isRunning) return;\n  isRunning = true;\n  while (queue.length > 0) await queue.shift()();\n  isRunning = false;\n}\n\nmodule.exports = { add };"
  },
  {
    "id": "no-modulo-sharding",
    "category": "hashing",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 60,
    "message": "Keys are placed by a hash modulo `{nodes}`: when one node comes or goes, nearly every key moves.",
    "why": "With n nodes, adding one moves n of n+1 keys: caches go cold at once and every session lands somewhere else, just when load made you add it.",
    "advice": "Use consistent or rendezvous hashing, such as HashRing: a change moves only the share of the node that changed.",
    "limits": [
      "Lists whose length is fixed in the file, partitions, buckets and workers of one process are left alone.",
      "Lists that the same file neither adds to nor takes from come from a configuration that seldom changes: `possible`.",
      "What is a list of nodes, and what a hash, is told by name."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "chooses the node with a `HashRing`: when one comes or goes, only its share of the keys moves"
    },
    "bad": "const crc32 = require('crc-32');\n\nfunction pick(upstreams, address) {\n  const hash = crc32.str(address) >>> 0;\n  return upstreams[hash % upstreams.length];\n}\n\nmodule.exports = { pick };",
    "says": "Keys are placed by a hash modulo `upstreams.length`: when one node comes or goes, nearly every key moves.",
    "good": "let turn = 0;\n\nexport function next(servers: readonly string[]): string | undefined {\n  turn += 1;\n  return servers[turn % servers.length];\n}"
  },
  {
    "id": "no-uneven-ring",
    "category": "hashing",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 45,
    "message": "This hash ring {what}.",
    "why": "A ring is as even as the square root of its points a node; and a walk over all of them costs every look-up as much as there are nodes times points.",
    "advice": "Use HashRing (rendezvous or AnchorHash), or 200 points a node and more with a binary search.",
    "limits": [
      "A ring is told by the names of the class, the array or the function, and by what it does with them."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "puts a `HashRing` in the place of the points and their search; where a ring does more than place keys, gives each node 256 points"
    },
    "bad": "export class HashRing {\n  constructor(hash, replicas = 3) {\n    this.hash = hash;\n    this.replicas = replicas;\n    this.points = [];\n  }\n\n  add(node) {\n    for (let i = 0; i < this.replicas; i++) this.points.push({ hash: this.hash(`${node}-${i}`), node });\n  }\n}",
    "says": "This hash ring has 3 points a node, too few for even shares.",
    "good": "export class ConsistentHashing {\n  constructor(hash, virtualNodes = 200) {\n    this.hash = hash;\n    this.virtualNodes = virtualNodes;\n  }\n}"
  },
  {
    "id": "no-weak-hash",
    "category": "hashing",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "The hash `{name}` {what}.",
    "why": "Keys pile up on few shards, buckets or nodes while others stay idle, and different texts get the same tag. It grows worse with the number of keys and their likeness.",
    "advice": "Use a hash that keeps 32 bits (`Math.imul`) and mixes them at the end, such as `hash32` of @plimsoll/runtime.",
    "limits": [
      "Checksums whose bits a standard fixes are told by the name of the function.",
      "Hashes that only choose colours and the like are left alone. Hashes of one's own make that do not say in their name or class that they choose a node, a shard or a bucket are `possible`.",
      "Hashes over buffers are seen only where they multiply by the constants of FNV or murmur."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "hashes with `hash32`: FNV-1a over UTF-8 bytes with murmur3’s final mix, uniform in every bit"
    },
    "bad": "/** All that begin alike land on one worker. */\nexport function workerOf(name: string, workers: readonly string[]): string | undefined {\n  return workers[name.charCodeAt(0) % workers.length];\n}",
    "says": "The hash `workerOf` looks at one character only: all keys with the same prefix land in one place.",
    "good": "const MASK = 0xffffffffffffffffn;\n\nexport function fnv64(text: string): bigint {\n  let hash = 0xcbf29ce484222325n;\n  for (let i = 0; i < text.length; i++) hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & MASK;\n  return hash;\n}"
  },
  {
    "id": "no-client-per-request",
    "category": "pooling",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "{what}",
    "why": "Connections are set up again for each request and thrown away (or never closed): latency grows by a handshake, and the number of connections grows with the number of requests until the server refuses them.",
    "advice": "Make it once, at module level or when the service starts, and let every request use it.",
    "limits": [
      "A method that makes a client of what its object was given and ends it again is reported whoever calls it, unless it is there to connect, to try a connection or to set something up, or the client blocks or subscribes.",
      "A client built from the values of one request (another tenant’s address, a connection test) is reported as `possible` only, and so is one of what few ask for (administrators, jobs, a change of one thing, a report or an export by its name).",
      "What a function gives as a part of the context of a request is known by its name (`createContext`), and an instance for each request by `Scope.REQUEST` of Nest.",
      "An agent without `keepAlive` costs a handshake and keeps nothing: it is `possible`.",
      "An agent, or a client that one method of its class ends again, is `possible` where neither a request nor a user of the package (whom a function that reads the command line is not there for) is seen to come there; so is a client whose end somebody listens for, one that tries its settings or checks health, and one that only background jobs (pg-boss, BullMQ, Agenda, cron) make.",
      "A factory that returns a new client is judged by its callers in the same file; one called `getS3Client()` or the like by those of all files: where one of them keeps what it gives, gives it on, or hands in what differs from call to call, it is left alone."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "makes the client once, at module level or by the first call, and no longer ends it with the request"
    },
    "bad": "import type { Request, Response } from 'express';\nimport Redis from 'ioredis';\n\nexport async function session(req: Request, res: Response): Promise<void> {\n  const redis = new Redis({ host: 'cache' });\n  res.json({ user: await redis.get(`session:${req.params['id']}`) });\n  await redis.quit();\n}",
    "says": "`new Redis()` opens a Redis connection each time `session` runs, and a request runs it.",
    "good": "import type { Request, Response } from 'express';\nimport { Pool } from 'pg';\n\nconst pool = new Pool();\n\nexport async function list(_req: Request, res: Response): Promise<void> {\n  res.json((await pool.query('select 1')).rows);\n}"
  },
  {
    "id": "no-naive-pool",
    "category": "pooling",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 120,
    "message": "`{name}` is a pool written by hand that {faults}.",
    "why": "Under load callers starve or poll: with all connections taken, a scan-and-poll pool reached 0.47–0.73 of a real one’s throughput with five to six times its p99, and a pool without a limit opens connections until the server refuses them.",
    "advice": "Use the driver’s own pool (pg.Pool, mysql2 createPool, undici, piscina), or a pool with a maximum, a queue of waiters, an acquire timeout and a health check.",
    "limits": [
      "Only classes that both lend and take back what they create are looked at: those that search a list of theirs for a free one, and put it back or mark it.",
      "Pools of plain objects or buffers, which lend at once and never wait, are left alone."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "keeps the class and its surface, and lends from a `ConnectionPool` with a maximum, a queue of waiters and a time-out"
    },
    "bad": "import { Worker } from 'node:worker_threads';\n\nexport class WorkerPool {\n  workers = [];\n\n  async acquire() {\n    for (const entry of this.workers) {\n      if (!entry.busy) {\n        entry.busy = true;\n        return entry.worker;\n      }\n    }\n    const worker = new Worker('./job.js');\n    this.workers.push({ worker, busy: true });\n    return worker;\n  }\n\n  release(worker) {\n    for (const entry of this.workers) if (entry.worker === worker) entry.busy = false;\n  }\n}",
    "says": "`WorkerPool` is a pool written by hand that searches all its connections for a free one, has no maximum and lets them wait without a timeout.",
    "good": "import pg from 'pg';\n\nexport class Database {\n  pool = new pg.Pool({ max: 20 });\n\n  async acquire() {\n    return this.pool.connect();\n  }\n\n  release(client) {\n    client.release();\n  }\n}"
  },
  {
    "id": "no-shared-client",
    "category": "pooling",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 30,
    "message": "All requests share the one connection `{name}`: their queries run one after another.",
    "why": "One connection holds one conversation: queries of concurrent requests queue behind the slowest, and transactions of two requests mix. Measured: 0.43 to 0.66 of the throughput of a pool; when the connection breaks, every request fails.",
    "advice": "Use `new Pool()`; check a client out of it only for a transaction.",
    "limits": [
      "Only pg.Client is seen, kept at module level or in a field and queried in the same file, or kept at module level and queried by others that import it; not one that a function makes and gives."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "makes it a pool, and no longer connects it by hand"
    },
    "bad": "const express = require('express');\nconst pg = require('pg');\n\nconst db = new pg.Client(process.env.DATABASE_URL);\ndb.connect();\n\nconst router = express.Router();\nrouter.get('/items', async (req, res) => {\n  res.json((await db.query('SELECT * FROM items LIMIT 50')).rows);\n});\nmodule.exports = router;",
    "says": "All requests share the one connection `db`: their queries run one after another.",
    "good": "import { Client } from 'pg';\n\nexport const client = new Client();"
  },
  {
    "id": "no-unreleased-connection",
    "category": "pooling",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "{name} is taken from the pool here and {outcome}.",
    "why": "Each miss takes one connection out of the pool for good. After as many as the pool holds, every request waits for a connection that never comes.",
    "advice": "Release it in a `finally` that begins right after it was acquired, or use the pool’s own `query`, `withConnection` or transaction helper.",
    "limits": [
      "A connection handed to a function of another file, stored or returned is taken to be released there.",
      "A connection handed to `commit(connection)` or `rollback(connection)` of the project is `possible`: these may release it.",
      "A second release is told for pools of pg, which throw; those of mysql2 take no notice of it.",
      "A query runner of TypeORM whose transaction begins outside of the `try` is `possible`: it gives back what it cannot begin with.",
      "Where only the rollback of a `catch` can still fail, it is `possible`: the connection is lost then, and its pool notices. So is a session of MongoDB that something throws past outside of a transaction, or whose transactions `withTransaction` runs: it holds a number on the server, for half an hour, and no connection. What a branch that rolls back does ahead of it is taken to go well. A first connection that tries a pool which the function has just made is left alone when that throws.",
      "A transaction is followed in the function that begins and commits it. Pools are known by import, or by their name in a package with one such driver; others count where the function itself releases what it took on some path."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "moves the release to a `finally` that begins right after the connection was acquired"
    },
    "bad": "import { createPool } from 'mysql2';\n\nexport const pool = createPool({ uri: process.env.DATABASE_URL });\n\npool.getConnection((error, connection) => {\n  if (error) throw error;\n  console.log(`connected as ${connection.threadId}`);\n});",
    "says": "`connection` is taken from the pool here and not given back at all.",
    "good": "import pg from 'pg';\n\nconst pool = new pg.Pool();\n\nexport async function lease(): Promise<{ query: pg.PoolClient['query']; done: () => void }> {\n  const client = await pool.connect();\n  return { query: client.query.bind(client), done: () => client.release() };\n}"
  },
  {
    "id": "require-pool-error-handler",
    "category": "pooling",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 5,
    "message": "{what} 'error', and nothing listens on `{name}`: the process ends.",
    "why": "Idle connections break whenever the server restarts, fails over or a firewall drops them. The event comes outside of any request, so no try/catch sees it, and all requests of the process die with it.",
    "advice": "Listen: `pool.on('error', (error) => log.error(error))`. A pool replaces the connection by itself; a single one has to be made anew.",
    "limits": [
      "A client that is handed to another function at once, is left alone; one of pg that a factory gives is reported where the project calls the factory and listens on nothing that is called a pool, a client or a database. So left alone is a single connection (`Client` of pg, `createConnection()` of mysql) that no field or name of the module keeps.",
      "What a script opens that asks or sends something and ends is `possible` only, unless a program that serves loads it."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "listens to 'error' right where the pool or client is made, and logs it; where a single connection is lost, ends the process as before"
    },
    "bad": "import { Pool } from \"pg\";\n\nexport const pool = new Pool({ max: 10, connectionTimeoutMillis: 5_000 });",
    "says": "An idle connection that breaks makes the pool emit 'error', and nothing listens on `pool`: the process ends.",
    "good": "class Pool {\n  readonly items: string[] = [];\n}\n\nexport const pool = new Pool();"
  },
  {
    "id": "require-pool-limits",
    "category": "pooling",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 5,
    "message": "This pool has no `{options}`: {without}.",
    "why": "When connections run short (a slow query, a leak, a restart of the database), requests queue up with the arrival rate and nothing ever fails: memory and latency grow until the process is killed.",
    "advice": "Set a time-out for acquiring a connection, so that the excess fails fast and the caller can shed or retry it.",
    "limits": [
      "Options that come from elsewhere or are spread are taken to hold it.",
      "A pool that the function which makes it ends again, or that serves migrations alone, is left alone.",
      "A pool whose queries have a time-out, that serves pages of administrators and back-ups, is of one connection, is made for one list and asked for each of it, or belongs to a worker (`workers/`, `x.worker.ts`), is reported as `possible` only. So is one of a library, and one of a program that answers no requests: a script, a bot, what runs beside a service.",
      "Pools whose library gives up by itself (knex, Sequelize, mssql, mariadb) are left alone.",
      "The pools that TypeORM, MikroORM and drizzle make are not looked at."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "adds the missing options, with named constants above"
    },
    "bad": "const { Pool } = require('pg');\n\nconst pool = new Pool();\n\nmodule.exports = { query: (sql) => pool.query(sql) };",
    "says": "This pool has no `connectionTimeoutMillis`: a request waits for ever for a free connection.",
    "good": "import { Pool } from 'pg';\n\nexport const pool = new Pool({ max: 20, connectionTimeoutMillis: 5_000 });"
  },
  {
    "id": "no-naive-retry",
    "category": "database",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "A failed attempt is repeated {how}.",
    "why": "When a dependency is down or slow, retries multiply the calls that reach it just when it can bear them least, and clients that retry in step come back in waves.",
    "advice": "Retry a few times with pauses that grow and vary (`retry` of @plimsoll/runtime, decorrelated jitter), and give up with the last error.",
    "limits": [
      "It is `likely` where nothing but success, the kind of a failure that does not go by, or a time of five seconds and more ends the tries, and nothing waits between them; so it is where what could not be sent stays in its queue, or is put back, and the next run begins at once. Else it is `possible`: who knows the service knows what a failed attempt meets there, some tries do no harm, and what goes on to the next of several looks the same.",
      "What waits for a person is left alone.",
      "A wait for an event that is taken up again, and a loop that ends with its connection, are left alone.",
      "A restart from the event that tells of the end is one where a start that fails ends so too: child processes, workers, sockets, requests of `http`. What counts its starts, or takes the next of a queue, is left alone.",
      "Whether an error is worth a retry at all is not judged."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "lets `retry` repeat the attempt, a few times, with pauses that grow and vary; turns the jitter of a library on"
    },
    "bad": "import pRetry from 'p-retry';\n\nexport const load = (url) => pRetry(() => fetch(url), { retries: 4 });",
    "says": "A failed attempt is repeated after pauses that all clients share: `p-retry` has its `randomize` off by default.",
    "good": "import pRetry from 'p-retry';\n\nexport const load = (url: string) => pRetry(() => fetch(url), { retries: 4, randomize: true });"
  },
  {
    "id": "no-network-in-transaction",
    "category": "database",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "stable",
    "effort": 45,
    "message": "`{call}` is awaited inside a database transaction: its connection and locks wait for another service.",
    "why": "A transaction that waits 500 ms for a stranger holds a pooled connection and row locks for 500 ms: a pool of ten then serves at most twenty such requests a second, and a hanging service stops the whole database traffic.",
    "advice": "Call before the transaction begins or after it has committed; where both must happen or none, write an outbox row and send it afterwards.",
    "limits": [
      "A call with a time-out of its own is `possible`: the connection is held for no longer than that.",
      "What only a failure leads to (a `catch`, a branch that throws) is `possible`.",
      "A helper of another file counts when it, or a function that it calls, waits for another service: two calls deep at most.",
      "A transaction that is begun by hand (`BEGIN`, `startTransaction()`) counts where the same function commits it; one that is handed to another function is not followed there."
    ],
    "options": {},
    "bad": "async function notify(id) {\n  await fetch(`https://hooks.example/${id}`, { method: 'POST' });\n}\n\nexport function close(db, id) {\n  return db.transaction(async (trx) => {\n    await trx('orders').where({ id }).update({ closed: true });\n    await notify(id);\n  });\n}",
    "says": "`notify` is awaited inside a database transaction: its connection and locks wait for another service.",
    "good": "import { PrismaClient } from '@prisma/client';\n\nconst prisma = new PrismaClient();\n\nexport async function import1(url: string): Promise<void> {\n  const total = Number(await (await fetch(url)).text());\n  await prisma.$transaction(async (tx) => {\n    await tx.order.create({ data: { total } });\n  });\n}"
  },
  {
    "id": "no-query-in-loop",
    "category": "database",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 30,
    "message": "`{query}` runs once for each of `{over}`{through}: one round trip a row where one query would do.",
    "why": "The number of round trips grows with the number of rows: 200 rows at 2 ms each hold a connection for 0.4 s, and a pool of ten is empty at 25 such requests a second.",
    "advice": "Fetch all rows in one query before the loop (`IN`, `= ANY($1)`, `findMany({ where: { id: { in: ids } } })`) and look them up in a Map; write with one bulk statement; or load through a BatchLoader.",
    "limits": [
      "A query on the way out of a loop (ahead of a `throw`, a `return`), and of a table that each item names, there or in a helper that is told which, is left alone. What writes rows one by one, and loops that may end early, are reported as `possible` only: what is written together is mostly a handful that belongs to one thing. A function that says that it is for many (`bulkCreate`), and a handler whose route does (`POST /labels/bulk`), is taken at its word, and what writes the same for each of rows or ids (`update({ where: { id }, data: { hidden: true } })`) counts.",
      "A helper counts when it asks the database each time, of what it is handed: in this file, or in another one that the call leads to, one hop further at most, by way of what a container, a factory or a field gives; helpers that keep what they read do not count.",
      "Where the project has a function for many keys (`getUsersByIds`), each call of the one for one key in a loop counts; in a published library also where only its users reach the loop.",
      "A loop that no request of users who read is seen to wait for (a job, a timer, a command, a page of administrators, and what somebody does now and then: moves, invites, pays) is `possible`, unless its list holds all rows of a table or comes with the request, its function says that it is for many (`bulkCreate`) or it asks one by one for the keys of a data loader; what changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL) or is a chore by the name of its file or route (a report, an export) is so whatever its list holds; so is one in a project whose databases are all SQLite, which answers without a round trip.",
      "How many rows there are is judged by where they come from, not counted: a query of this file, or of the function that gives the list (three calls deep at most). Lists that are passed in and not called after rows or ids, what hangs on one row, and rounds that also write or ask another service, are `possible` only; so are a call whose answer nobody uses, and what is kept for the rounds that ask for the same (`if (!types.has(key)) types.set(key, await load(key))`)."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "asks for all rows in one query before the rounds and looks them up in a Map, by key or by the list of a key; writes and deletes in one statement"
    },
    "bad": "import { Pool } from 'pg';\n\nexport class Members {\n  private readonly pool = new Pool({ max: 10 });\n\n  async removeAll(members: { id: string }[]): Promise<void> {\n    for (const member of members) {\n      await this.pool.query('DELETE FROM members WHERE id = $1', [member.id]);\n    }\n  }\n}",
    "says": "`this.pool.query` runs once for each of `members`: one round trip a row where one query would do.",
    "good": "import { PrismaClient } from '@prisma/client';\n\nconst prisma = new PrismaClient();\n\n/** Runs once, when the database is new. */\nexport async function seedUsers(names: string[]) {\n  for (const name of names) {\n    await prisma.user.create({ data: { name } });\n  }\n}"
  },
  {
    "id": "no-redis-keys",
    "category": "database",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 30,
    "message": "`{call}` walks every key of the server while nothing else is served, each time {name} runs.",
    "why": "Redis runs one command at a time: KEYS takes time with the number of all keys, about 40 ms a million, and every other client waits.",
    "advice": "Walk with SCAN (`scanStream`, `scanIterator`), or keep a set of the keys that belong together.",
    "limits": [
      "A client of another file is known where that file exports it by name, unless its own name tells.",
      "Where a function deletes all keys there are, it is `possible`: somebody asks for that once in a while. So it is where only a timetable, a job of a queue, a loop or an administrator leads to it.",
      "SMEMBERS and HGETALL of large keys are not reported: how large they are is not to be seen."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "collects the keys by SCAN, a hundred at a time"
    },
    "bad": "import { Router } from 'express';\nimport Redis from 'ioredis';\n\nconst store = new Redis();\nexport const router = Router();\nrouter.get('/tokens', async (req, res) => {\n  res.json((await store.keys('token:*')).length);\n});",
    "says": "`store.keys()` walks every key of the server while nothing else is served, each time the function handed to `router.get` runs.",
    "good": "import { Router } from 'express';\n\nexport const router = Router();\nrouter.get('/fields', async (_req, res) => {\n  res.json(Object.keys({ a: 1 }));\n});"
  },
  {
    "id": "require-query-limit",
    "category": "database",
    "severity": "low",
    "confidence": "possible",
    "lifecycle": "trial",
    "effort": 20,
    "message": "`{query}` reads {what} for each request{use}.",
    "why": "Memory and time of one request grow with the number of rows that were ever written; some day one request takes the process down.",
    "advice": "Read a page (`take`, `limit`), filter and count in the database, and select the columns that are used.",
    "limits": [
      "Rows behind a filter are reported where all that is done with them is to count them, or to look for one among all of a table or of a tenant; whether there are any at all is asked of few most often.",
      "A table that always stays small (settings, groups, what somebody makes by hand) is not told from one that grows."
    ],
    "options": {},
    "bad": "import { PrismaClient } from '@prisma/client';\nimport { Router } from 'express';\n\nconst db = new PrismaClient();\n\nasync function readAll() {\n  return db.user.findMany();\n}\n\nexport const router = Router();\nrouter.get('/export', async (_req, res) => res.json(await readAll()));",
    "says": "`db.user.findMany` reads the whole table for each request.",
    "good": "import { PrismaClient } from '@prisma/client';\n\n/** Once, before the first request. */\nexport async function warmUp(): Promise<number> {\n  return (await new PrismaClient().user.findMany()).length;\n}"
  },
  {
    "id": "no-blocking-json",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 20,
    "message": "{value} {what}: all other requests wait for the whole of it.",
    "why": "JSON is made and read in one go on the thread that serves all requests, at about 10 ms for a megabyte each way; what is copied, compared or cached this way grows with the rows and the payload.",
    "advice": "Copy with structuredClone or only what is changed, compare ids or versions, keep values themselves in a cache of the process, and hand the object to the logger. Do not parse in a worker and send the whole object back: that is slower at every size.",
    "limits": [
      "It is `likely` only where a request waits for a copy or a comparison of what this file shows to grow with data, where a package copies the rows that its users read, and around a cache of the process and in an interceptor of all answers; one answer that is cached for a key and not shown to grow, what is only called after many, one row, all rows of a table (how many there are is not shown), bodies of requests (limited by what parses them), what runs by a timer or for an event, and log lines are `possible`.",
      "What is one text by its name (an id, an address, a name) is not judged, nor what MySQL answers a write with.",
      "What is put under a key as text, by itself or as a field of an entry, counts where the same class, or the file, parses that field; a text that is also used otherwise (sent, say) is left alone where it has a name.",
      "A store in memory that stands in for one on a disk is left alone: its values are copies by contract.",
      "Bodies that frameworks parse and send are not judged, but for a limit of 100 MB and more for all paths; that of a router is `possible` in a program whose application reads all bodies itself."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "copies with `structuredClone`"
    },
    "bad": "import { createServer } from 'node:http';\nimport { logger } from './logger.mjs';\n\nexport const server = createServer((req, res) => {\n  logger.debug(`got ${JSON.stringify(req.body)}`);\n  res.end();\n});",
    "says": "req.body is turned into JSON for a log line that is dropped unless its level is on: all other requests wait for the whole of it.",
    "good": "import { createServer } from 'node:http';\n\ndeclare function loadOrders(): Promise<unknown[]>;\nexport const server = createServer(async (_req, res) => res.end(JSON.stringify(await loadOrders())));"
  },
  {
    "id": "no-buffer-concat-in-loop",
    "category": "performance",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "{name} is copied whole for {round}: the time grows with the square of the bytes received.",
    "why": "Buffer.concat allocates a new buffer and copies all bytes so far. 4,000 chunks of 16 KB (one upload of 64 MB) took 154 s this way and 65 ms with one concat at the end; the event loop stands still meanwhile.",
    "advice": "Push the chunks to an array and concat once when all are there, or use ByteAccumulator, which also knows the length. A parser that looks at the pending bytes for each chunk should read the length header first and join when the message is complete.",
    "limits": [
      "A list of chunks that is joined for each of them counts where nothing is taken out of it before the last has come.",
      "Loops that end at a fixed length (padding, key derivation) are left alone.",
      "What is cut to frames after each chunk is left alone where a frame is small: of one size, of a length of 16 bits at most, up to a delimiter. What else is cut off while chunks come is `possible` unless a library reads lengths of 32 bits, and so is what gathers parts of chunks: a vector, a remainder; an `append()` or `push()` that its file does not call, nor a `write()` of a class that is no stream, and small answers by name (a log-in, a snapshot)."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "collects the chunks in a `ByteAccumulator` and joins them where they are read"
    },
    "bad": "export function packRecords(records) {\n  let packed = Buffer.alloc(0);\n  for (const record of records) {\n    const head = Buffer.from([record.kind]);\n    packed = Buffer.concat([packed, head, record.bytes]);\n  }\n  return packed;\n}",
    "says": "packed is copied whole for each round of the loop: the time grows with the square of the bytes received.",
    "good": "export class Message {\n  constructor(head, body) {\n    this.bytes = head;\n    this.bytes = Buffer.concat([this.bytes, body]);\n  }\n}"
  },
  {
    "id": "no-quadratic-accumulation",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "All of {name} is copied for each of {over}: the time grows with the square of their number.",
    "why": "Each step makes a new array or object and copies what was gathered so far. With 5,000 keys `{ ...all }` took 6.4 s against 0.7 ms for one object that is written to; arrays are cheaper, and as quadratic.",
    "advice": "Write to the accumulator: push to the array, assign to the object, and return it. Nobody else sees it before the end.",
    "limits": [
      "What is gathered this way is mostly some dozens of items, also where data says how many: it is `likely` only in a library, for the rows of a result, for what is done in bulk, which users hand in, for all that is nested in what they hand in, and for an object with an entry for each that a read gives. Inputs known to be small are left alone.",
      "Copies of a field of `this`, as stores of immutable state make them, are left alone, and so are those that one call of a function makes, however often it is called.",
      "A list of open work that each round copies counts as all that is walked, unless each round waits, or what is walked is files or what somebody writes by hand."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "writes to the accumulator instead of copying it"
    },
    "bad": "const http = require('node:http');\n\nfunction collect(documents) {\n  let words = [];\n  documents.forEach((document) => {\n    words = words.concat(document.words);\n  });\n  return words;\n}\n\nhttp.createServer((req, res) => res.end(collect(req.documents).join())).listen(3000);",
    "says": "All of words is copied for each of documents: the time grows with the square of their number.",
    "good": "import { createServer } from 'node:http';\n\nlet history: string[] = [];\nexport const server = createServer((req, res) => {\n  history = [...history, req.url ?? ''].slice(-10);\n  res.end(history.join());\n});"
  },
  {
    "id": "no-quadratic-lookup",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "{list} is searched from its beginning {when}: the time grows with the square of their number.",
    "why": "A search of an array looks at every item. Among 10,000 it takes 17 µs where a Set or a Map takes 0.02 µs, and it is done once for each of them; below some hundred there is no difference, and then one customer has more.",
    "advice": "Build a Map or a Set of the list once, before the loop, and look up in that; keep what is added and removed one by one in a Set or a Map instead of an array.",
    "limits": [
      "Most lists are some dozens long, also those that grow with data: it is `likely` only in a library, for the rows of a result and for what is done in bulk, which users hand in, for the keys that a data loader gathers, for what waits to be taken elsewhere, and for a list of all clients that are connected; on the request path for a list that is kept for the life of the process, and for rows of a read, or what a stream brings, of which each is looked for among those gathered before. Where else it is shown that both sides grow, the finding says by what.",
      "What is read by the keys of a list is as long as that list, and so are the different ids of its own items; of kinds and names there are few.",
      "Searches in what a sort compares with are `likely` in a library, where the list is a copy of what is sorted or one for each of it; all keys that are listed to drop the first, where users of a library fill the object.",
      "Searches in a helper that is called in the loop are not seen, but in one that a sort compares with."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "builds a `Set` or a `Map` of the list before the loop and looks up in that"
    },
    "bad": "interface Part {\n  links: Part[];\n}\n\nexport class Collector {\n  reached: Part[] = [];\n\n  collect(part: Part): void {\n    if (this.reached.includes(part)) return;\n    this.reached.push(part);\n    for (const link of part.links) this.collect(link);\n  }\n}",
    "says": "this.reached is searched from its beginning whenever one is added: the time grows with the square of their number.",
    "good": "const warnedNames: string[] = [];\n\nexport function warnOnce(name: string): void {\n  if (warnedNames.includes(name)) return;\n  warnedNames.push(name);\n  process.emitWarning(name);\n}"
  },
  {
    "id": "no-regexp-compile-in-request",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "This regular expression is compiled {when}, from the same source.",
    "why": "Compiling a dynamic RegExp takes about 10 µs, testing a compiled one 0.02 µs; a table of patterns multiplies that by its length for each request.",
    "advice": "Compile before the loop, or when the pattern is registered, and keep the compiled expression.",
    "limits": [
      "Only a memo that never finds what it kept is `likely`: the engine keeps short patterns that it compiled a while ago, so that the rest rarely shows.",
      "A pattern that comes with the request is compiled once for it and is left alone.",
      "Literals cost nothing measurable and are never reported."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "compiles the expression once, when the loop first needs it"
    },
    "bad": "const http = require('node:http');\n\nconst banned = [];\nexports.ban = (word) => banned.push(word);\n\nhttp\n  .createServer((req, res) => {\n    const isBanned = banned.some((word) => RegExp(`\\\\b${word}\\\\b`).test(req.url));\n    res.end(String(isBanned));\n  })\n  .listen(3000);",
    "says": "This regular expression is compiled for each of banned in every call, from the same source.",
    "good": "import { createServer } from 'node:http';\n\nexport const server = createServer((req, res) => {\n  const pattern = new RegExp(req.url ?? '');\n  res.end(String(pattern.test('a')));\n});"
  },
  {
    "id": "no-sequential-await",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "{what} wait for one another though none needs the other: the time is the sum of all of them.",
    "why": "Each await is a round trip. Twenty reads of 20 ms take 420 ms one after another and 21 ms together, and the request holds its memory and its connection all the while.",
    "advice": "In a loop use mapLimit, which runs some ten at a time and keeps the order and the first error (a plain Promise.all over rows starts them all at once); neighbouring reads go into one Promise.all. For rows, one query for all is better still.",
    "limits": [
      "Only reads are judged, for writes may meet in one record, and what a round of a loop sends to another host where it deals with its failure and goes on.",
      "A loop that counts is judged where it starts at a written number and each call is handed the counter; one up to a number that is written out, or named as a limit, is left alone.",
      "Loops with an early exit, shared state, a transaction, a pause, chunks, pages or retries are left alone, and those over a list that is written out or few by its name. Where nothing says that it grows with data, only what is surely read over the network counts; queries only where each round asks another table.",
      "Two reads side by side are `possible` but where a route for reading (GET, a query) starts with them and both go to another service (a call of a known HTTP library, or of what is called `…Client`, `…Api` and is no database): the quicker one is all that is won, of two queries a millisecond; so are three of which no two ask for several things (`getTags`), outside of loops.",
      "The values of one object (`{ a: await a(), b: await b() }`) are weighed as neighbouring reads are, where all that are waited for are read.",
      "What a `Promise.all` is handed as `[await a(), await b()]` is `likely` in what answers requests or a library offers, and `possible` where one of them writes.",
      "Fewer than five reads of what somebody does now and then (approves, invites, removes), or that a cache may answer, and those whose order a comment explains by who may go on, or says is meant, are `possible`. What one connection answers, taken out of a pool before or handed in, is left alone; where only its name says so (`connection`), it is `possible`.",
      "Reads that are made for all elements at once (`Promise.all(rows.map(async …))`) are `possible`: those of the others go on meanwhile.",
      "A loop is `likely` where users read (no action of theirs), in the handler and up to three calls below it, and each round waits for another service; what asks the own database, most often for a handful, what a round sends for its effect, a list that the program keeps, and where what is called keeps the answers, are `possible`.",
      "What changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL), and what is a chore by the name of its file or route (a report, an export, an upload, a synchronisation, settings), is asked for by few: `possible`.",
      "Reads of local files, for administrators or background jobs and in code of the browser are `possible`; queries of a project that sets up SQLite alone run one after another anyway, and what it reads otherwise is `possible`, but for calls of other hosts."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "puts neighbouring reads, and those for one object, into one `Promise.all`, above declarations between them that only compute, and takes out `await` in the list of one"
    },
    "bad": "const http = require('node:http');\nconst axios = require('axios');\n\nhttp\n  .createServer(async (req, res) => {\n    const prices = {};\n    for (const product of req.products) {\n      const { data } = await axios.get(`https://price.example/${product.id}`);\n      prices[product.id] = data.price;\n    }\n    res.end(JSON.stringify(prices));\n  })\n  .listen(3000);",
    "says": "The requests for each of req.products wait for one another though none needs the other: the time is the sum of all of them.",
    "good": "import { createServer } from 'node:http';\n\nexport const server = createServer(async (_req, res) => {\n  for (const region of ['eu', 'us']) await fetch(`https://${region}.example`);\n  res.end();\n});"
  },
  {
    "id": "no-shift-queue",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "{name} is drained from its front: with some ten thousand entries each {method} moves all the others.",
    "why": "V8 moves the whole array when it is long: draining 10,000 entries takes 0.3 ms, 50,000 take 136 ms and 200,000 take 2.2 s. A queue grows that long just when the service is behind.",
    "advice": "Use a Deque, or walk the array by an index and empty it at the end.",
    "limits": [
      "Queues with a check of their length are left alone, and a shift outside of a loop but in a class that is called a queue.",
      "It is `likely` where the loop leaves off before the queue is empty, because no more is taken for now or its time is up: nobody holds back what comes meanwhile. What fills most other queues leaves less than the ten thousand entries that it takes: they are `possible`. Local arrays are reported only when data makes them long."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "makes the array a `Deque`, where only the methods of a queue are used on it"
    },
    "bad": "export async function exportRows(store, write) {\n  const rows = await store.findAll();\n  while (rows.length > 0) {\n    write(rows.shift());\n  }\n}",
    "says": "rows is drained from its front: with some ten thousand entries each shift() moves all the others.",
    "good": "const argv = process.argv.slice(2);\n\nexport function parse(): string[] {\n  const names: string[] = [];\n  while (argv.length) names.push(argv.shift()!);\n  return names;\n}"
  },
  {
    "id": "no-sort-on-insert",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 20,
    "message": "{name} is sorted anew {when}: n log n comparisons for one insert.",
    "why": "Adding 5,000 entries one by one and sorting after each took 324 ms, 1,000 took 16 ms; the cost of one insert grows with all that is there already.",
    "advice": "Use a PriorityQueue where only the first is taken; else insert at the place that a binary search finds, or sort when the order is asked for.",
    "limits": [
      "Lists of handlers, plugins and the like are left alone: they are filled once.",
      "A sort that is put off until the next read is seen only where that read takes one entry.",
      "Lists that another function takes entries from one by one are queues, as long as there is work, and a sort in the very loop that fills its list runs once for each entry of the data. How long other lists get is not known: they are `possible`."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "makes the list a `PriorityQueue` where only its first is taken, else inserts each entry at its place"
    },
    "bad": "import { EventEmitter } from 'node:events';\n\nexport const bus = new EventEmitter();\nexport const events = [];\n\nbus.on('event', (event) => {\n  events.push(event);\n  events.sort((a, b) => a.time - b.time);\n});",
    "says": "events is sorted anew for each entry that is added: n log n comparisons for one insert.",
    "good": "interface Layer {\n  order: number;\n}\nconst stack: Layer[] = [];\n\nexport function registerLayer(layer: Layer): void {\n  stack.push(layer);\n  stack.sort((a, b) => a.order - b.order);\n}"
  },
  {
    "id": "no-sync-in-request",
    "category": "performance",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 15,
    "message": "{name} is reached by requests: every other request stands still while it waits for {what}.",
    "why": "Node serves all clients on one thread. A synchronous call keeps it from answering any of them until it is done, so that the time of the slowest call is added to each request that is in flight.",
    "advice": "Use the asynchronous form (fs.promises, promisify(zlib.gunzip), crypto.scrypt, execFile), or read once at start-up and keep the result.",
    "limits": [
      "existsSync, statSync and other calls of a few microseconds are left alone.",
      "A file call in a synchronous helper is reported only at most two calls from a handler, where its path comes with the call or the disk is changed; what reads a fixed path is `possible`: most often it reads settings once.",
      "A file call is `likely` only where it is shown to take long: one read for each entry of a folder or of a list that this file shows to be long, or written for each of a list, a copy, bytes that are written or read whole by a path that comes with the call, what the handler of a GET route reads itself, a template by a path that varies; or where its function waits for the contents of other files or for a question about this one, and so means to wait for it. One small file is `possible`.",
      "What no handler of the project is seen to reach, only users of the package, is `possible` unless the function is asynchronous, a key is derived in 50,000 rounds and more, or data is unpacked at once in a file that waits while it packs.",
      "What changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL), and what is a chore by the name of its file or route (a report, an export, an upload, a synchronisation, settings), is asked for by few: `possible`.",
      "Settings, state that is replaced by a renamed file, removals and renames by a synchronous helper, small files of a fixed path, what only a failure or a refusal (`return res.status(400)`) leads to, what only administrators, threads beside the server and background jobs ask for, the few bytes of a secret, and what a platform gives a process of its own (AWS Lambda, Netlify), are `possible`.",
      "Keys of elliptic curves and key derivations of up to 5,000 rounds are quick.",
      "What is kept in a variable outside of the function counts as read once."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "awaits the asynchronous form, where the function is asynchronous already or only such functions of its file call it; what takes a callback is promisified once, at module level"
    },
    "bad": "const express = require('express');\n\nconst app = express();\n\napp.get('/terms/:version', (req, res) => {\n  res.send(require('fs').readFileSync(`terms/${req.params.version}.html`));\n});",
    "says": "readFileSync is reached by requests: every other request stands still while it waits for the disk.",
    "good": "import { readFile } from 'node:fs/promises';\nimport { createServer } from 'node:http';\n\nexport const server = createServer(async (req, res) => res.end(await readFile(`pages${req.url}`)));"
  },
  {
    "id": "no-unbounded-fanout",
    "category": "performance",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 10,
    "message": "Work is started for all of {items} at once: as many {what} in flight as there are items.",
    "why": "A database pool has some ten connections and a remote service its own limits: with 5,000 items the rest waits in memory, times out, and keeps every other request waiting too. One connection or transaction an item can even deadlock the pool.",
    "advice": "Run some ten at a time: mapLimit keeps the order of results and the first error. Where the work is a query, ask for all of them in one.",
    "limits": [
      "A list as long as an answer tells (`Array.from({ length: pageCount }, …)`) is `likely` where another host is asked, whoever waits, a command too; one whose count is compared with a limit, or cut by `Math.min`, is left alone. Parts of a text count where each is asked for at another host.",
      "Lists whose files are written count where requests, listeners or timers lead there.",
      "Lists that neither their file nor their name calls long count where a caller in another file hands in what data makes long.",
      "Lists that only a name calls long are `possible`, unless each item takes a transaction of its own, a caller in another file hands in what data makes long, or the function of another file that gives the list asks for all rows; a loop that waits for something before it starts the next is left alone.",
      "Statements of one transaction, or of one connection that an object was made with, run in turn and are left alone; calls that only items missing from a set make, those of an AWS client, which has a limit of its own, and commands of Redis, which share one connection, are `possible`; so are items that a function picks of others (`users.filter((user) => wants(user))`), unless each takes a transaction of its own.",
      "What changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL), and what is a chore by the name of its file or route (a report, an export, an upload, a synchronisation, settings), is asked for by few: `possible`.",
      "What no request is seen to wait for (a timer, a job, a library), and what administrators ask for, is `possible`, unless each item takes a transaction of its own or the list is all that a query without a limit, or a store (`getAll()`), gives.",
      "Reads for each row of a table are `possible`, unless another host is asked: the pool lets them wait, and `no-query-in-loop` says where one query would do.",
      "Reads of a project whose databases are all SQLite are `possible`: it answers one after the other anyway.",
      "A limit inside of the function that is called (in another file) is not seen."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "runs 10 at a time with `mapLimit`: same results in the same order, same first error"
    },
    "bad": "import { createServer } from 'node:http';\n\nexport const server = createServer(async (req, res) => {\n  const orders = req.orders;\n  const states = await Promise.all(orders.map((order, index) => fetch(`https://ship.example/${index}/${order.id}`)));\n  res.end(String(states.length));\n});",
    "says": "Work is started for all of orders at once: as many reads in flight as there are items.",
    "good": "import { createServer } from 'node:http';\n\nexport const server = createServer(async (_req, res) => {\n  const [a, b] = await Promise.all([fetch('https://one.example'), fetch('https://two.example')]);\n  res.end(String(a.status + b.status));\n});"
  },
  {
    "id": "no-cache-stampede",
    "category": "api",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "trial",
    "effort": 20,
    "message": "Between `{get}` and `{set}` nothing shares the load in flight: all calls of {name} that find nothing load at once.",
    "why": "When a hot key expires, every request that arrives before the first load ends starts its own: the load on what is behind the cache grows with the request rate times the load time.",
    "advice": "Share the load in flight by key: `singleFlight`, or keep the promise in a Map until it settles.",
    "limits": [
      "It is `likely` only where what is kept lives for ten minutes or less, by what the file says of it, is taken out elsewhere in it, or is asked of one after another in a loop for a time that the file does not tell, and is shown to be dear: it comes from another service, has tens of thousands of rows, or is drawn or decrypted by its name. A few queries more at an expiry are `possible`, whatever they count or search.",
      "What is not called a cache, or does not return what it holds at once, is `possible`; so is what is kept for one person (a user, a session, a token) or under keys of which data brings many (an order, a text), what only administrators and jobs ask for or is a chore by the name of its file or route (a report, an export), what a `post()` or `put()` does, and a variable that keeps a token, or one value for one object, or is not called a cache but asked for its time.",
      "A helper that keeps for a time what its callers load under keys of theirs is seen whatever its store is called, and `possible` unless a library offers it: it does not tell what they load.",
      "A cache that a function makes for what it returns, and a load that keeps what it read in a table of its own, are `possible` only.",
      "Only functions that read, load and write the same cache under the same key are seen, also by helpers called so (`readStatsCache(id)`, `writeStatsCache(id, stats)`), and those that ask a variable of the module or a field called a cache.",
      "Several processes still load once each: a lock in the shared cache or refresh before expiry is for those."
    ],
    "options": {},
    "fix": {
      "safety": "safe",
      "changes": "wraps the function in `singleFlight`, so that calls for one key share the load in flight"
    },
    "bad": "import { Router } from 'express';\nimport Redis from 'ioredis';\n\nconst redis = new Redis();\nexport const router = Router();\n\nrouter.get('/reports/:month', async (req, res) => {\n  const month = req.params.month ?? '';\n  const kept = await redis.get(month);\n  if (kept) {\n    res.json(JSON.parse(kept));\n    return;\n  }\n  const report = await (await fetch(`https://reports.internal/${month}`)).json();\n  await redis.set(month, JSON.stringify(report), 'EX', 300);\n  res.json(report);\n});",
    "says": "Between `redis.get()` and `redis.set()` nothing shares the load in flight: all calls of the function handed to `router.get` that find nothing load at once.",
    "good": "const configCache = new Map<string, unknown>();\n\n/** Runs once, before any request. */\nexport async function setup(name: string): Promise<unknown> {\n  const known = configCache.get(name);\n  if (known) return known;\n  const config = await (await fetch(`https://config.internal/${name}`)).json();\n  configCache.set(name, config);\n  return config;\n}"
  },
  {
    "id": "no-linear-route-scan",
    "category": "api",
    "severity": "medium",
    "confidence": "possible",
    "lifecycle": "trial",
    "effort": 30,
    "message": "Each request tries the patterns of `{routes}` one after another{compiled} until one matches `{path}`.",
    "why": "The work of finding a route grows with the number of routes, and an unknown path pays for all of them. With 1,000 patterns a request took 140 µs to find its route, 900 µs where each was compiled anew, and 7 µs through a RouteCache.",
    "advice": "Index the routes by their segments, or remember the answers for the paths last asked for: a RouteCache does both. Compile patterns when a route is added.",
    "limits": [
      "Lists that are written out in the file, and constants in capitals, are taken to be short.",
      "A chain of middleware, in which every layer that matches is run, is not looked at, nor is a list of all routes that match.",
      "Routers of development servers are reported as well, and how many routes there are is not known: the finding is `possible` only."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "keeps the routes in a `RouteCache`, one for each method where the scan compares methods"
    },
    "bad": "function Router() {\n  this.layers = [];\n}\n\nRouter.prototype.mount = function (layer) {\n  this.layers.push(layer);\n};\n\nRouter.prototype.handle = function (req, res) {\n  var path = req.path;\n  for (var i = 0; i < this.layers.length; i++) {\n    if (this.layers[i].match(path)) {\n      return this.layers[i].run(req, res);\n    }\n  }\n  res.end();\n};\n\nmodule.exports = Router;",
    "says": "Each request tries the patterns of `this.layers` one after another until one matches `path`.",
    "good": "interface Route {\n  pattern: RegExp;\n  fallbackRoutes: { pattern: RegExp }[];\n}\n\n// A route has a few other patterns, one a language.\nexport function applies(route: Route, pathname: string): boolean {\n  return route.fallbackRoutes.some((other) => other.pattern.test(pathname));\n}"
  },
  {
    "id": "require-circuit-breaker",
    "category": "api",
    "severity": "low",
    "confidence": "possible",
    "lifecycle": "trial",
    "effort": 45,
    "message": "Requests wait for `{service}` in {count} places, and nothing stops asking it when it fails.",
    "why": "While the service is down or slow, every request still waits for its own failure: requests pile up with the arrival rate, and the load keeps the other side from coming back.",
    "advice": "Put one CircuitBreaker in front of the service: after a share of failures it refuses calls at once, and tries a few after a while. Answer with something else meanwhile where that is possible.",
    "limits": [
      "A breaker in a proxy or a service mesh is not seen: the finding is `possible` only.",
      "Files of background work (`cron/`, `jobs/`, `workers/`, …) are left alone.",
      "Calls of one service are told by a host, a base address or a client in one file."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "calls the service through one `CircuitBreaker` with its default limits"
    },
    "bad": "import Fastify from 'fastify';\nimport got from 'got';\n\nconst app = Fastify();\n\napp.post('/invite', async (request) => {\n  await got.post('https://mail.example.com/v1/send', { json: request.body, timeout: { request: 3_000 } });\n  return { ok: true };\n});\n\napp.get('/bounces', async () => got.get('https://mail.example.com/v1/bounces').json());",
    "says": "Requests wait for `mail.example.com` in 2 places, and nothing stops asking it when it fails.",
    "good": "import express from 'express';\n\n// The process itself.\nexport const app = express();\napp.get('/a', async (_req, res) => res.send(await (await fetch('http://localhost:3000/b')).text()));\napp.get('/c', async (_req, res) => res.send(await (await fetch('http://localhost:3000/d')).text()));"
  },
  {
    "id": "require-compression",
    "category": "api",
    "severity": "low",
    "confidence": "possible",
    "lifecycle": "trial",
    "effort": 10,
    "message": "No answer of this {framework} server is compressed, as far as the project shows.",
    "why": "JSON and HTML shrink to a fifth or a tenth: without compression the bytes sent, and the time slow clients hold a connection, are that much higher for each request.",
    "advice": "Add compression (`compression`, `koa-compress`, `@fastify/compress`), or let the proxy in front do it and suppress this finding with that reason.",
    "limits": [
      "A proxy or CDN that compresses is not seen: the finding is `possible` only."
    ],
    "options": {},
    "bad": "import express from 'express';\n\nconst app = express();\napp.get('/items', (_req, res) => res.json([]));\napp.listen(3000);",
    "says": "No answer of this express server is compressed, as far as the project shows.",
    "good": "import Koa from 'koa';\nimport compress from 'koa-compress';\n\nconst app = new Koa();\napp.use(compress());\napp.listen(3000);"
  },
  {
    "id": "require-graceful-shutdown",
    "category": "api",
    "severity": "low",
    "confidence": "possible",
    "lifecycle": "trial",
    "effort": 20,
    "message": "Nothing in the project ends this server on SIGTERM: each deployment cuts off the requests that are running.",
    "why": "Every rollout, scale-down and restart sends SIGTERM; without a handler the process dies at once, and all requests in flight fail: as many as the arrival rate times the time a request takes.",
    "advice": "On SIGTERM stop accepting (`server.close()`), let requests end within a few seconds, then close pools and exit: `process.once('SIGTERM', …)`.",
    "limits": [
      "A handler in a package outside of the scanned folder is not seen.",
      "A server that a function hands back, that the file closes, or in a file that ends the process, is left alone."
    ],
    "options": {},
    "bad": "import express from 'express';\n\nconst app = express();\napp.get('/items', (_req, res) => res.json([]));\napp.listen(3000);",
    "says": "Nothing in the project ends this server on SIGTERM: each deployment cuts off the requests that are running.",
    "good": "/** `listen` of a bus starts no server. */\nexport function start(bus: { listen(topic: string): void }): void {\n  bus.listen('orders');\n}"
  },
  {
    "id": "require-outbound-timeout",
    "category": "api",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "stable",
    "effort": 10,
    "message": "`{call}`{place} has no time-out: when the other side hangs, whoever waits for it hangs {wait}.",
    "why": "One dependency that answers slowly holds every request that asks it: sockets, memory and pooled connections of those requests pile up with the arrival rate, until nothing is served.",
    "advice": "Give the call a time-out a little above what it takes on a bad day: `signal: AbortSignal.timeout(10_000)`, or `timeout` in the options of axios or got.",
    "limits": [
      "Options that come from elsewhere or are spread are taken to hold a time-out, unless it is the callers of the function that hand them in, and none of them in the project says anything of time; those that stand under a name of the file are read there, where nothing but such calls is handed them.",
      "A wrapper of the project around fetch is judged where it calls fetch; an instance of axios or got where it is made, by the calls of its file (also of what callers hand in) and, where it is exported, of files that say nothing of time; one that a container hands in under a token (`@Inject`) by each of its requests.",
      "Calls that nobody waits for, those made after the response, and those that somebody waits for up to a limit only are left alone though their sockets pile up; so is a function that stands in for the `fetch` of a client and hands on what that says.",
      "What an administrator asks for or calls by hand, or tries (`/settings/chat/test`), is `possible`.",
      "Where all requests end at a limit (a time-out in a middleware or an interceptor, a platform that routes tell how long they may take by `maxDuration`, a function of AWS Lambda, a worker at the edge), it is `possible`. So is fetch, which gives up after five minutes, where only jobs wait for it, where one answer is kept for all (also by the data cache of Next.js, of a fixed address), or where it asks for the cookies of a browser (`credentials`).",
      "An address that users set (`webhook.url`, a `callbackUrl` that is handed in) is none of these: whoever sets it may name a host that never answers, and jobs and requests behind it wait.",
      "What only a timer starts is `possible`, and left alone where it is fetch.",
      "What only users of a published package are seen to wait for is `possible` unless a class (a client) makes the call, and left alone where it is fetch, which gives up after five minutes.",
      "Calls of the own machine or application, by their address or what it is called, are left alone; not those whose address the environment gives and only the default is local."
    ],
    "options": {},
    "fix": {
      "safety": "review",
      "changes": "gives the call ten seconds"
    },
    "bad": "const https = require('node:https');\nconst http = require('node:http');\n\nhttp\n  .createServer((req, res) => {\n    https.get('https://origin.example' + req.url, (answer) => answer.pipe(res));\n  })\n  .listen(8080);",
    "says": "`https.get` in the function handed to `http.createServer` has no time-out: when the other side hangs, whoever waits for it hangs without end.",
    "good": "import { Router } from 'express';\n\nexport const router = Router();\nrouter.get('/self', async (_req, res) => {\n  res.json(await (await fetch('/api/health')).json());\n});"
  },
  {
    "id": "require-runtime-metrics",
    "category": "monitoring",
    "severity": "low",
    "confidence": "possible",
    "lifecycle": "trial",
    "effort": 20,
    "message": "This service starts without metrics of its event loop, memory or pools.",
    "why": "What sinks a service under load (a blocked loop, a growing heap, an empty pool) shows in these figures minutes before requests fail; without them the first sign is the outage.",
    "advice": "Publish them: `new RuntimeMonitor()` of @plimsoll/runtime, `prom-client` with its default metrics, or an OpenTelemetry or APM agent.",
    "limits": [
      "An agent that is loaded by the environment (`--require`, an operator) is not seen: the finding is `possible` only."
    ],
    "options": {},
    "bad": "import express from 'express';\n\nconst app = express();\napp.get('/items', (_req, res) => res.json([]));\napp.listen(3000);",
    "says": "This service starts without metrics of its event loop, memory or pools.",
    "good": "import { NodeSDK } from '@opentelemetry/sdk-node';\nimport express from 'express';\n\nnew NodeSDK().start();\nexpress().listen(3000);"
  }
];
