/** The dashboard's page: one document, nothing loaded from anywhere; data arrive as text and are shown as text only. */

export const pageStyle = `
:root{color-scheme:light;--bg:#f3f5f7;--card:#fff;--ink:#16202b;--soft:#5a6775;--line:#dde3e9;--accent:#1d5f9e;--fill:#cfe1f3;
--ok:#1a7a4c;--warn:#a35a00;--bad:#b3261e;--track:#e6ebf0}
:root[data-theme=dark]{color-scheme:dark;--bg:#0d131a;--card:#151d27;--ink:#e7edf3;--soft:#94a3b3;--line:#25303c;--accent:#6fb1f0;--fill:#1d3a57;
--ok:#4cc38a;--warn:#e5a348;--bad:#ff7b72;--track:#222d39}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
header{position:sticky;top:0;z-index:1;display:flex;gap:.75rem;align-items:center;padding:.6rem clamp(.75rem,3vw,2rem);background:var(--card);border-bottom:1px solid var(--line)}
header svg{flex:none}
h1{font-size:1.05rem;margin:0;font-weight:650}
#process{min-width:0;max-width:45vw;overflow:hidden;text-overflow:ellipsis;padding:.3rem .5rem;border:1px solid var(--line);border-radius:.45rem;background:var(--bg);color:var(--ink);font:inherit;font-size:.9rem}
#status{display:flex;align-items:center;gap:.4rem;color:var(--soft);font-size:.85rem;margin-left:auto;white-space:nowrap}
#status::before{content:"";width:.6rem;height:.6rem;border-radius:50%;background:var(--soft)}
#status[data-state=live]::before{background:var(--ok)}
#status[data-state=stalled]::before,#status[data-state=lost]::before{background:var(--bad)}
button{border:1px solid var(--line);background:var(--bg);color:var(--ink);border-radius:.45rem;min-width:2.2rem;height:2.2rem;font:inherit;cursor:pointer}
main{max-width:84rem;margin:0 auto;padding:1rem clamp(.75rem,3vw,2rem) 3rem}
#notice{margin:0 0 1rem;padding:.7rem .9rem;border-radius:.6rem;border:1px solid var(--warn);color:var(--warn);background:var(--card)}
.grid{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,17.5rem),1fr))}
.vitals{grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.8rem .9rem;min-width:0}
.card h3{margin:0;font-size:.95rem;font-weight:600;overflow-wrap:anywhere}
.label{color:var(--soft);font-size:.82rem}.kind{margin-bottom:.15rem}
.value{display:flex;flex-wrap:wrap;column-gap:.3rem;align-items:baseline;font-size:1.6rem;font-weight:650;line-height:1.25;letter-spacing:-.01em}
.value small{white-space:nowrap;font-size:.8rem;font-weight:450;color:var(--soft)}
.warn .value,.value.warn{color:var(--warn)}.bad .value,.value.bad{color:var(--bad)}
h2{font-size:.95rem;margin:1.6rem 0 .6rem;color:var(--soft);font-weight:600}
.spark{display:block;width:100%;height:2.4rem;margin-top:.35rem}
.spark path.area{fill:var(--fill)}.spark path.line{fill:none;stroke:var(--accent);stroke-width:1.6;vector-effect:non-scaling-stroke}
.warn .spark path.line{stroke:var(--warn)}.bad .spark path.line{stroke:var(--bad)}
.bar{position:relative;height:.55rem;background:var(--track);border-radius:.3rem;overflow:hidden;margin:.45rem 0 .25rem;display:flex}
.bar i{display:block;height:100%;background:var(--accent);transition:width .3s}
.bar i+i{background:var(--fill)}
.bar.warn i:first-child{background:var(--warn)}.bar.bad i:first-child{background:var(--bad)}
.row{display:flex;justify-content:space-between;gap:.75rem;align-items:baseline}.row .label{white-space:nowrap}
dl{display:grid;grid-template-columns:1fr auto auto;gap:.15rem .75rem;margin:.6rem 0 0;font-size:.86rem}
dt{color:var(--soft);overflow-wrap:anywhere}dd{margin:0;text-align:right}dd.rate{color:var(--soft);min-width:4.2rem}
dd.bad{color:var(--bad);font-weight:600}
details{margin-top:.5rem}summary{cursor:pointer;color:var(--soft);font-size:.82rem;padding:.25rem 0}
#empty{color:var(--soft);max-width:46rem}
#empty pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem;color:var(--ink)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:34rem){h1{display:none}.vitals{grid-template-columns:1fr 1fr}.vitals .card:last-child:nth-child(odd){grid-column:1/-1}.value{font-size:1.3rem}#uptime{display:none}}
@media (prefers-reduced-motion:reduce){.bar i{transition:none}}
`;

export const pageScript = `
'use strict';
(function () {
var cumulative = new Set(JSON.parse(document.body.dataset.cumulative));
var POINTS = 120;
var processes = new Map();
var chosen = null, pinned = false, lastEvent = 0, opened = new Set();
function $(id) { return document.getElementById(id); }
function el(tag, className, text) {
  var node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}
function svg(tag, attributes) {
  var node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (var name in attributes) node.setAttribute(name, attributes[name]);
  return node;
}
function number(value) {
  if (value === null || value === undefined) return '–';
  var size = Math.abs(value);
  if (size >= 1e9) return (value / 1e9).toFixed(2) + ' G';
  if (size >= 1e6) return (value / 1e6).toFixed(2) + ' M';
  if (size >= 1e4) return (value / 1e3).toFixed(1) + ' k';
  return Number.isInteger(value) ? String(value) : value.toFixed(size < 10 ? 2 : 1);
}
function bytes(value) {
  if (value === null || value === undefined) return '–';
  var units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'], at = 0;
  while (value >= 1024 && at < 4) { value /= 1024; at++; }
  return (value >= 100 || at === 0 ? value.toFixed(0) : value.toFixed(1)) + ' ' + units[at];
}
function percent(value) { return (value * 100).toFixed(value < 0.0995 || (value > 0.99 && value < 1) ? 1 : 0) + ' %'; }
function words(name) {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/-/g, ' ').toLowerCase();
}
function show(field, value) {
  if (/bytes$/i.test(field)) return bytes(value);
  if (/^(ratio|utilization|eventLoopUtilization)$/.test(field)) return percent(value || 0);
  if (/(Millis|Ms)$/.test(field)) return number(value) + ' ms';
  return number(value);
}
function title(kind) {
  var known = { 'connection-pool': 'Connection pool', 'bounded-cache': 'Cache', 'task-queue': 'Task queue',
    'timer-registry': 'Timers', 'adaptive-interval': 'Adaptive interval', 'circuit-breaker': 'Circuit breaker',
    'memory-pressure': 'Memory pressure', 'load-monitor': 'Load', 'auto-scaler': 'Auto-scaling',
    'batch-loader': 'Batch loader', 'route-cache': 'Route cache', 'single-flight': 'Single flight' };
  if (known[kind]) return known[kind];
  var name = words(kind);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
var order = ['connection-pool', 'bounded-cache', 'task-queue', 'circuit-breaker', 'auto-scaler', 'timer-registry'];
function level(share, warn, bad) { return share >= bad ? 'bad' : share >= warn ? 'warn' : ''; }

/* What stands at the top of a part's card: [text, share of a bar, second share, level, caption]. */
var heads = {
  'connection-pool': function (s) {
    return { text: s.used + ' / ' + s.max, caption: s.waiting ? s.waiting + ' waiting' : s.idle + ' idle',
      bar: s.used / s.max, second: s.idle / s.max, level: s.waiting > 0 ? (s.waiting > s.max ? 'bad' : 'warn') : '' };
  },
  'bounded-cache': function (s) {
    var asked = s.hits + s.misses;
    var share = isFinite(s.max) && s.max > 0 ? s.size / s.max : s.maxSize > 0 ? s.bytes / s.maxSize : 0;
    return { text: asked ? percent(s.hits / asked) : '–', caption: number(s.size) + ' entries', bar: share, level: '', unit: 'hits' };
  },
  'task-queue': function (s) {
    var waiting = s.waiting !== undefined ? s.waiting : s.queued !== undefined ? s.queued : s.size;
    return { text: number(waiting), caption: (s.running !== undefined ? s.running : s.pending) + ' running', unit: 'waiting', level: '' };
  },
  'timer-registry': function (s) {
    return { text: number(s.active), unit: 'active', caption: s.referenced ? s.referenced + ' hold the process open' : '', level: '' };
  },
  'circuit-breaker': function (s, texts) {
    var state = texts.state || '–';
    return { text: state, caption: s.rejected ? s.rejected + ' refused' : '', level: state === 'open' ? 'bad' : state === 'closed' ? '' : 'warn' };
  },
  'auto-scaler': function (s) {
    return { text: s.current + (s.desired === s.current ? '' : ' → ' + s.desired), unit: 'replicas', caption: '', level: '' };
  },
  'memory-pressure': function (s) {
    return { text: percent(s.ratio), bar: s.ratio, caption: ['normal', 'high', 'critical'][s.level], level: ['', 'warn', 'bad'][s.level] };
  },
  'load-monitor': function (s) {
    return { text: s.overloaded ? 'overloaded' : 'below its limits', caption: s.overloads + ' overloads', level: s.overloaded ? 'bad' : '' };
  }
};
var trouble = /^(errors|timeouts|createErrors|validationFailures|leaks|loadFailures|failed|failures|rejected|overloads)$/;

function spark(points, top) {
  var box = svg('svg', { class: 'spark', viewBox: '0 0 ' + (POINTS - 1) + ' 30', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  if (points.length > 1) {
    var max = top || Math.max.apply(null, points) * 1.15 || 1, path = '';
    points.forEach(function (value, i) {
      var x = POINTS - points.length + i, y = 29 - 28 * Math.min(1, value / max);
      path += (i ? 'L' : 'M') + x + ' ' + y.toFixed(2);
    });
    box.append(svg('path', { class: 'area', d: path + 'L' + (POINTS - 1) + ' 30L' + (POINTS - points.length) + ' 30Z' }),
      svg('path', { class: 'line', d: path }));
  }
  return box;
}
function vital(label, text, unit, points, top, state) {
  var card = el('section', 'card ' + state), value = el('div', 'value', text);
  card.append(el('div', 'label', label), value);
  if (unit) value.append(el('small', '', unit));
  card.append(spark(points, top));
  return card;
}
function of(limit) { return limit === null || limit === undefined ? '' : 'of ' + bytes(limit); }
function share(used, limit) { return limit ? used / limit : 0; }

function vitals(entry) {
  var load = entry.now.load, history = entry.history;
  $('vitals').replaceChildren(
    vital('Event loop', percent(load.eventLoopUtilization), 'busy', history.elu, 1, level(load.eventLoopUtilization, 0.8, 0.95)),
    vital('Loop delay', load.eventLoopDelay.toFixed(load.eventLoopDelay < 10 ? 1 : 0), 'ms', history.delay, 0, level(load.eventLoopDelay, 100, 1000)),
    vital('CPU', percent(entry.now.cpuUtilization), 'of a core', history.cpu, 0, ''),
    vital('Heap', bytes(load.heapUsedBytes), of(load.heapLimitBytes), history.heap, 0, level(share(load.heapUsedBytes, load.heapLimitBytes), 0.85, 0.95)),
    vital('Resident memory', bytes(load.rssBytes), of(load.limitBytes), history.rss, 0, level(share(load.rssBytes, load.limitBytes), 0.85, 0.95)));
}
function rate(entry, part, field) {
  var before = entry.before && entry.before.parts.find(function (p) { return p.name === part.name && p.kind === part.kind; });
  if (!before || before.stats[field] === undefined) return '';
  var seconds = (entry.now.time - entry.before.time) / 1000;
  var change = (part.stats[field] - before.stats[field]) / seconds;
  return change > 0 ? '+' + number(change < 10 ? Math.round(change * 10) / 10 : Math.round(change)) + '/s' : '';
}
function partCard(entry, part) {
  var card = el('section', 'card'), head = heads[part.kind] ? heads[part.kind](part.stats, part.texts || {}) : null;
  var top = el('div', 'row');
  card.append(el('div', 'label kind', title(part.kind)));
  top.append(el('h3', '', part.name));
  if (head && head.caption) top.append(el('span', 'label', head.caption));
  card.append(top);
  if (head) {
    var value = el('div', 'value ' + head.level, head.text);
    if (head.unit) value.append(el('small', '', head.unit));
    card.append(value);
    if (head.bar !== undefined) {
      var bar = el('div', 'bar ' + head.level);
      [head.bar, head.second || 0].forEach(function (width) {
        var piece = el('i');
        piece.style.width = Math.min(100, Math.max(0, width * 100)) + '%';
        bar.append(piece);
      });
      card.append(bar);
    }
  }
  var list = el('dl');
  Object.keys(part.stats).forEach(function (field) {
    var raw = part.stats[field], grows = cumulative.has(field);
    list.append(el('dt', '', words(field)), el('dd', trouble.test(field) && raw > 0 ? 'bad' : '', show(field, raw)),
      el('dd', 'rate', grows ? rate(entry, part, field) : ''));
  });
  Object.keys(part.texts || {}).forEach(function (field) {
    list.append(el('dt', '', words(field)), el('dd', '', part.texts[field]), el('dd', 'rate', ''));
  });
  if (head) {
    var details = el('details'), key = part.kind + '/' + part.name;
    details.open = opened.has(key);
    details.addEventListener('toggle', function () { if (details.open) opened.add(key); else opened.delete(key); });
    details.append(el('summary', '', 'All numbers'), list);
    var shown = Object.keys(part.stats).filter(function (f) { return trouble.test(f) && part.stats[f] > 0; });
    var brief = el('dl');
    shown.concat(['acquired', 'hits', 'evictions', 'fired', 'completed', 'decisions'].filter(function (f) { return f in part.stats; })).slice(0, 4)
      .forEach(function (field) {
        brief.append(el('dt', '', words(field)), el('dd', trouble.test(field) ? 'bad' : '', show(field, part.stats[field])),
          el('dd', 'rate', rate(entry, part, field)));
      });
    if (brief.childElementCount) card.append(brief);
    card.append(details);
  } else card.append(list);
  return card;
}
function parts(entry) {
  function place(part) { var at = order.indexOf(part.kind); return at < 0 ? 99 : at; }
  var sorted = entry.now.parts.slice().sort(function (a, b) {
    return place(a) - place(b) || a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name, undefined, { numeric: true });
  });
  var grid = el('div', 'grid');
  sorted.forEach(function (part) { grid.append(partCard(entry, part)); });
  var content = sorted.length ? grid : el('p', 'label', 'No part of @plimsoll/runtime is in use in this process yet.');
  $('parts').replaceChildren(el('h2', '', 'Parts in use'), content);
}
function uptime(seconds) {
  var d = Math.floor(seconds / 86400), h = Math.floor(seconds / 3600) % 24, m = Math.floor(seconds / 60) % 60;
  return d ? d + ' d ' + h + ' h' : h ? h + ' h ' + m + ' min' : m ? m + ' min ' + Math.floor(seconds % 60) + ' s' : Math.floor(seconds) + ' s';
}
function choose() {
  if (pinned && processes.has(chosen)) return;
  var best = null;
  processes.forEach(function (entry, pid) {
    var current = processes.get(best);
    if (!current || entry.now.parts.length > current.now.parts.length) best = pid;
  });
  chosen = best;
}
function selector() {
  var select = $('process'), wanted = Array.from(processes.keys()).join();
  if (select.dataset.pids !== wanted) {
    select.dataset.pids = wanted;
    select.replaceChildren.apply(select, Array.from(processes.values()).map(function (entry) {
      var option = el('option', '', entry.now.title + ' · ' + entry.now.pid);
      option.value = entry.now.pid;
      return option;
    }));
  }
  select.value = chosen;
  select.hidden = processes.size === 0;
}
function render() {
  choose();
  selector();
  var entry = processes.get(chosen);
  $('empty').hidden = !!entry;
  $('vitals').hidden = $('parts').hidden = !entry;
  if (!entry || document.hidden) return;
  if (!document.activeElement || document.activeElement.tagName !== 'SUMMARY' || !$('parts').contains(document.activeElement)) parts(entry);
  vitals(entry);
  $('uptime').textContent = 'up ' + uptime(entry.now.uptime);
}
function take(list) {
  var seen = new Set();
  list.forEach(function (now) {
    seen.add(now.pid);
    var entry = processes.get(now.pid);
    if (!entry) processes.set(now.pid, entry = { history: { elu: [], delay: [], cpu: [], heap: [], rss: [] } });
    if (entry.now && entry.now.time === now.time) return;
    entry.before = entry.now;
    entry.now = now;
    entry.at = Date.now();
    var load = now.load, h = entry.history;
    [['elu', load.eventLoopUtilization], ['delay', load.eventLoopDelay], ['cpu', now.cpuUtilization], ['heap', load.heapUsedBytes], ['rss', load.rssBytes]]
      .forEach(function (pair) { h[pair[0]].push(pair[1]); if (h[pair[0]].length > POINTS) h[pair[0]].shift(); });
  });
  processes.forEach(function (_, pid) { if (!seen.has(pid)) processes.delete(pid); });
  render();
}
function status(state, text, notice) {
  var node = $('status');
  if (node.dataset.state !== state) { node.dataset.state = state; $('state').textContent = text; }
  $('notice').hidden = !notice;
  if (notice) $('notice').textContent = notice;
}
function watch() {
  var entry = processes.get(chosen), quiet = entry ? (Date.now() - entry.at) / 1000 : 0;
  if (Date.now() - lastEvent > 5000) status('lost', 'not connected', lastEvent ? 'The dashboard itself does not answer; trying again.' : '');
  else if (!entry) status('waiting', 'waiting', '');
  else if (quiet > 3.5) status('stalled', 'stalled', 'No numbers for ' + Math.round(quiet) + ' s: the event loop of this process is blocked, or it has been stopped.');
  else status('live', 'live', '');
}
var events = new EventSource('events');
events.onmessage = function (event) { lastEvent = Date.now(); take(JSON.parse(event.data)); watch(); };
setInterval(watch, 1000);
$('process').addEventListener('change', function () { chosen = Number($('process').value); pinned = true; render(); });
var theme = null;
try { theme = localStorage.getItem('plimsoll-theme'); } catch (error) { theme = null; }
var dark = matchMedia('(prefers-color-scheme: dark)');
function paint() { document.documentElement.dataset.theme = theme || (dark.matches ? 'dark' : 'light'); }
dark.addEventListener('change', paint);
$('theme').addEventListener('click', function () {
  theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  try { localStorage.setItem('plimsoll-theme', theme); } catch (error) { /* private mode: the choice lasts as long as the page */ }
  paint();
});
paint();
})();
`;

/** The document; `cumulative` are the fields shown with a rate. */
export function page(cumulative: readonly string[]): string {
  const fields = JSON.stringify(cumulative).replaceAll('"', '&quot;');
  return `<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Plimsoll</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body data-cumulative="${fields}">
<header>
<svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true"><circle cx="13" cy="13" r="8.5" fill="none" stroke="currentColor" stroke-width="2.4"/><path d="M1 13h24" stroke="var(--accent)" stroke-width="2.6"/></svg>
<h1>Plimsoll</h1>
<select id="process" aria-label="Process" hidden></select>
<div id="status" role="status" data-state="waiting"><span id="state">waiting</span><span id="uptime"></span></div>
<button id="theme" type="button" aria-label="Switch between dark and light">◐</button>
</header>
<main>
<p id="notice" role="alert" hidden></p>
<div id="vitals" class="grid vitals" hidden></div>
<div id="parts" hidden></div>
<div id="empty">
<h2>No process yet</h2>
<p>Start a program with its numbers shown here:</p>
<pre>npx plimsoll dashboard -- node app.js</pre>
<p>or show a program that already runs from inside it:</p>
<pre>import { startDashboard } from '@plimsoll/runtime/dashboard';
await startDashboard({ monitor });</pre>
</div>
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}
