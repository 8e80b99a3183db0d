import { expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const rules = pairs.filter(({ rule }) =>
  /^no-(?:leaked-(?:interval|timeout|listener|handle)|undisposed-subscription|unbounded-cache)$/.test(rule.id),
);

async function countFindings(files: Record<string, string>, dependencies: readonly string[] = []): Promise<number> {
  const manifest = {
    name: 'things',
    version: '1.0.0',
    main: 'src/index.ts',
    files: ['dist'],
    dependencies: Object.fromEntries(dependencies.map((name) => [name, '1'])),
  };
  const root = tempProject({ 'package.json': JSON.stringify(manifest), ...files });
  const { findings, problems } = await scan({ root }, rules);
  expect(problems).toEqual([]);
  return findings.length;
}

/** What a library is imported as, what begins, and what ends it. */
type Pair = readonly [opening: string, begin: string, end: string];
const told = '(value) => show(value)';
const dropping = (begin: string): string => begin.replace(/^const stop = /, '');

const effects: Record<string, Pair> = {
  MobX: [
    `import { reaction } from 'mobx';\nimport { cart } from './cart';`,
    `const stop = reaction(() => cart.total, ${told});`,
    'stop();',
  ],
  Valtio: [
    `import { subscribe } from 'valtio';\nimport { cart } from './cart';`,
    `const stop = subscribe(cart, ${told});`,
    'stop();',
  ],
  Redux: [
    `import { createStore } from 'redux';\nconst store = createStore(reduce);`,
    `const stop = store.subscribe(${told});`,
    'stop();',
  ],
  Zustand: [
    `import { create } from 'zustand';\nconst useCart = create(() => ({ total: 0 }));`,
    `const stop = useCart.subscribe(${told});`,
    'stop();',
  ],
  Jotai: [
    `import { getDefaultStore } from 'jotai';\nimport { total } from './atoms';\nconst store = getDefaultStore();`,
    `const stop = store.sub(total, ${told});`,
    'stop();',
  ],
  XState: [
    `import { createActor } from 'xstate';\nimport { machine } from './machine';\nconst actor = createActor(machine);`,
    `const stop = actor.subscribe(${told});`,
    'stop.unsubscribe();',
  ],
  Firestore: [
    `import { doc, onSnapshot } from 'firebase/firestore';`,
    `const stop = onSnapshot(doc(props.db, 'rooms', props.id), ${told});`,
    'stop();',
  ],
  'the database of Firebase': [
    `import { onValue } from 'firebase/database';`,
    `const stop = onValue(props.room, ${told});`,
    'stop();',
  ],
  'who is signed in at Firebase': [
    `import { onAuthStateChanged } from 'firebase/auth';`,
    `const stop = onAuthStateChanged(props.auth, ${told});`,
    'stop();',
  ],
  wagmi: [
    `import { watchAccount } from '@wagmi/core';`,
    `const stop = watchAccount(props.config, { onChange: ${told} });`,
    'stop();',
  ],
  history: [
    `import { createBrowserHistory } from 'history';\nconst history = createBrowserHistory();`,
    `const stop = history.listen(${told});`,
    'stop();',
  ],
  NetInfo: [
    `import NetInfo from '@react-native-community/netinfo';`,
    `const stop = NetInfo.addEventListener(${told});`,
    'stop();',
  ],
  Expo: [
    `import { Accelerometer } from 'expo-sensors';`,
    `const stop = Accelerometer.addListener(${told});`,
    'stop.remove();',
  ],
  Tauri: [
    `import { listen } from '@tauri-apps/api/event';`,
    `const stop = listen('progress', ${told});`,
    'stop.then((run) => run());',
  ],
  'a WebSocket': ['', 'const stop = new WebSocket(props.url);', 'stop.close();'],
  'an EventSource': ['', 'const stop = new EventSource(props.url);', 'stop.close();'],
  'a channel between pages': ['', `const stop = new BroadcastChannel('carts');`, 'stop.close();'],
  'a worker': ['', `const stop = new Worker('/count.js');`, 'stop.terminate();'],
  'a connection between peers': ['', 'const stop = new RTCPeerConnection();', 'stop.close();'],
  ECharts: [`import * as echarts from 'echarts';`, 'const stop = echarts.init(props.place);', 'stop.dispose();'],
  'Chart.js': [
    `import Chart from 'chart.js/auto';`,
    `const stop = new Chart(props.place, { type: 'bar' });`,
    'stop.destroy();',
  ],
  MapLibre: [
    `import maplibre from 'maplibre-gl';`,
    'const stop = new maplibre.Map({ container: props.place });',
    'stop.remove();',
  ],
  'hls.js': [`import Hls from 'hls.js';`, 'const stop = new Hls();', 'stop.destroy();'],
  'MQTT in a page': [`import mqtt from 'mqtt';`, 'const stop = mqtt.connect(props.url);', 'stop.end();'],
};

const panel = (opening: string, effect: string): Record<string, string> => ({
  'src/panel.ts': `import { useEffect } from 'react';\n${opening}\nexport function usePanel(props, show) {\n  useEffect(${effect}, [props.id, show]);\n}\n`,
});

for (const [name, [opening, begin, end]] of Object.entries(effects))
  test(`an effect ends what it begins: ${name}`, async () => {
    const use =
      begin.startsWith('const stop = new ') || /\.(?:init|connect)\(/.test(begin) ? '\n    stop.onmessage = show;' : '';
    const left = panel(opening, `() => {\n    ${use ? begin + use : dropping(begin)}\n  }`);
    expect(await countFindings(left, ['react'])).toBe(1);
    const ended = panel(opening, `() => {\n    ${begin}${use}\n    return () => {\n      ${end}\n    };\n  }`);
    expect(await countFindings(ended, ['react'])).toBe(0);
  });

const starts: Record<string, Pair> = {
  interval: ['', 'const id = setInterval(show, 1000);', 'clearInterval(id);'],
  listener: ['', `window.addEventListener('resize', show);`, `window.removeEventListener('resize', show);`],
  socket: ['', 'const socket = new WebSocket(props.url);\n      socket.onmessage = show;', 'socket.close();'],
  subscription: [
    `import { onSnapshot } from 'firebase/firestore';`,
    'const stop = onSnapshot(props.query, show);',
    'stop();',
  ],
};

for (const [name, [opening, begin, end]] of Object.entries(starts)) {
  const given = `${begin}\n      return () => {\n        ${end}\n      };`;
  const lost: Record<string, string> = {
    'of an async function that runs at once': `() => {\n    (async () => {\n      await props.load();\n      ${given}\n    })();\n  }`,
    'of an async function by its name': `() => {\n    const start = async () => {\n      await props.load();\n      ${given}\n    };\n    start().catch(console.error);\n  }`,
    'of an async effect': `async () => {\n      await props.load();\n      ${given}\n  }`,
  };
  for (const [form, effect] of Object.entries(lost))
    test(`nobody is given the clean-up ${form}: ${name}`, async () => {
      expect(await countFindings(panel(opening, effect), ['react'])).toBe(1);
    });
  test(`an effect hands on the clean-up that it is given: ${name}`, async () => {
    const called = `() => {\n    const start = () => {\n      ${given}\n    };\n    const end = start();\n    return end;\n  }`;
    const returned = `() => {\n    const start = () => {\n      ${given}\n    };\n    return start();\n  }`;
    expect(await countFindings(panel(opening, called), ['react'])).toBe(0);
    expect(await countFindings(panel(opening, returned), ['react'])).toBe(0);
  });
}

const components: Record<string, (end: string) => string> = {
  'options of Vue': (end) =>
    `export default {\n  data() { return { at: 0 }; },\n  created() { this.clock = setInterval(() => { this.at++; }, 1000); },\n  beforeDestroy() { this.gone = true; ${end} },\n};\n`,
  'a mixin of Vue': (end) =>
    `export default {\n  mounted() { this.clock = setInterval(this.tick, 1000); },\n  beforeDestroy() { this.gone = true; ${end} },\n  methods: { tick() {} },\n};\n`,
  createReactClass: (end) =>
    `module.exports = createReactClass({\n  componentDidMount: function () { this.clock = setInterval(this.tick, 1000); },\n  componentWillUnmount: function () { this.gone = true; ${end} },\n  tick: function () {},\n});\n`,
  Ember: (end) =>
    `export default Component.extend({\n  didInsertElement() { this.clock = setInterval(() => this.set('at', Date.now()), 1000); },\n  willDestroyElement() { this.gone = true; ${end} },\n});\n`,
};

for (const [name, component] of Object.entries(components))
  test(`a component clears what it starts: ${name}`, async () => {
    expect(await countFindings({ 'src/clock.js': component('') }, ['vue'])).toBe(1);
    expect(await countFindings({ 'src/clock.js': component('clearInterval(this.clock);') }, ['vue'])).toBe(0);
  });

const hears: Record<string, string> = {
  'a parameter that is a field': `constructor(private engine: Engine) { this.engine.on('changed', this.onChanged); }`,
  'a field that is set to a parameter': `private engine: Engine;\n  constructor(engine: Engine) { this.engine = engine; this.engine.on('changed', this.onChanged); }`,
  'the parameter itself': `constructor(private engine: Engine) { engine.on('changed', this.onChanged); }`,
  'an option': `private engine: Engine;\n  constructor(options: Options) { this.engine = options.engine; this.engine.on('changed', this.onChanged); }`,
  'what its constructor calls': `constructor(private engine: Engine) { this.listen(); }\n  private listen() { this.engine.on('changed', this.onChanged); }`,
};
const session = (opening: string, end: string): Record<string, string> => ({
  'src/index.ts': `export class Session {\n  private jobs = new Set<Job>();\n  ${opening}\n  private onChanged = (job: Job) => { job.restart(this.jobs.size); };\n  close() { for (const job of this.jobs) job.stop(); ${end} }\n}\n`,
});

for (const [name, opening] of Object.entries(hears))
  test(`what has an end takes its listener from what it was handed: ${name}`, async () => {
    expect(await countFindings(session(opening, ''))).toBe(1);
    expect(await countFindings(session(opening, `this.engine.off('changed', this.onChanged);`))).toBe(0);
    // What it ends itself goes with its listeners.
    expect(await countFindings(session(opening, 'this.engine.close();'))).toBe(0);
    // One side of a conversation is over when its owner is.
    expect(await countFindings(session(opening.replaceAll('engine', 'socket'), ''))).toBe(0);
  });

const children: Record<string, string> = {
  spawn: `import { spawn } from 'node:child_process';\nexport function convert(file: string) {\n  return new Promise((resolve) => {\n    const child = spawn('convert', [file]);\n    const kill = () => child.kill();\n    process.on('exit', kill);\n    child.on('close', (code) => { /* end */ resolve(code); });\n  });\n}\n`,
  execa: `import { execa } from 'execa';\nexport async function convert(file: string) {\n  const child = execa('convert', [file]);\n  const kill = () => child.kill();\n  process.once('SIGTERM', kill);\n  await child;\n  /* end */\n}\n`,
};

for (const [name, text] of Object.entries(children))
  test(`a listener on the process goes with the child that it is for: ${name}`, async () => {
    expect(await countFindings({ 'src/index.ts': text })).toBe(1);
    const event = /process\.on\w*\('(\w+)'/.exec(text)?.[1] ?? 'SIGTERM';
    const ended = text.replace('/* end */', `process.off('${event}', kill);`);
    expect(await countFindings({ 'src/index.ts': ended })).toBe(0);
  });

const connections: Record<string, readonly [path: string, dependency: string, text: string, end: string]> = {
  'a gateway of Nest': [
    'src/clock.gateway.ts',
    '@nestjs/websockets',
    `import { WebSocketGateway } from '@nestjs/websockets';\n@WebSocketGateway()\nexport class Clock {\n  private clocks = new Map<string, NodeJS.Timeout>();\n  handleConnection(client: Client) { this.clocks.set(client.id, setInterval(() => client.emit('tick'), 1000)); }\n  /* end */\n}\n`,
    'handleDisconnect(client: Client) { clearInterval(this.clocks.get(client.id)); this.clocks.delete(client.id); }',
  ],
  'a socket of Elysia': [
    'src/index.ts',
    'elysia',
    `import { Elysia } from 'elysia';\nconst clocks = new Map<string, any>();\nnew Elysia().ws('/clock', {\n  open(ws) { clocks.set(ws.id, setInterval(() => ws.send('tick'), 1000)); },\n  /* end */\n}).listen(3000);\n`,
    'close(ws) { clearInterval(clocks.get(ws.id)); clocks.delete(ws.id); },',
  ],
  'a socket of Bun': [
    'src/index.ts',
    'bun',
    `const sockets = new Map<string, any>();\nBun.serve({\n  fetch(request, server) { server.upgrade(request); },\n  websocket: {\n    open(ws) { sockets.set(ws.data.sessionId, ws); },\n    message(ws, message) { for (const one of sockets.values()) one.send(message); },\n    /* end */\n  },\n});\n`,
    'close(ws) { sockets.delete(ws.data.sessionId); },',
  ],
  'a stream that a route answers with, by a timer': [
    'app/api/ticks/route.ts',
    'next',
    `export async function GET() {\n  let clock;\n  const stream = new ReadableStream({\n    start(controller) { clock = setInterval(() => controller.enqueue('tick'), 1000); },\n    /* end */\n  });\n  return new Response(stream);\n}\n`,
    'cancel() { clearInterval(clock); },',
  ],
  'a stream that a route answers with, by a listener': [
    'app/api/feed/route.ts',
    'next',
    `import { bus } from '@/lib/bus';\nexport async function GET(request) {\n  const stream = new ReadableStream({\n    start(controller) {\n      const hear = (change) => controller.enqueue(change);\n      bus.on('change', hear);\n      /* end */\n    },\n  });\n  return new Response(stream);\n}\n`,
    `request.signal.addEventListener('abort', () => bus.off('change', hear));`,
  ],
  'a socket of Nitro': [
    'server/routes/feed.ts',
    'nitropack',
    `import { bus } from '../bus';\nexport default defineWebSocketHandler({\n  open(peer) { const hear = (change) => peer.send(change); peer.hear = hear; bus.on('change', hear); },\n  /* end */\n});\n`,
    `close(peer) { bus.off('change', peer.hear); },`,
  ],
};

for (const [name, [path, dependency, text, end]] of Object.entries(connections))
  test(`what a connection begins goes with it: ${name}`, async () => {
    expect(await countFindings({ [path]: text }, [dependency])).toBe(1);
    expect(await countFindings({ [path]: text.replace('/* end */', end) }, [dependency])).toBe(0);
  });
