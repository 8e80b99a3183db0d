/** The page and the table that a run leaves. */
import { type ClaimRow, listUnseen, type Measured, mebibytes, type Unseen } from './claims.ts';
import { type FormName, formNames, type System } from './forms.ts';
import type { PerForm } from './numbers.ts';
import { heapPlot, latencyPlot, loadBars } from './plot.ts';

export interface Run {
  command: string;
  machine: string;
  versions: Record<string, string>;
  /** "load average 3.1 at the start". */
  circumstances: string;
  rounds: number;
  isQuick: boolean;
}

/** What is to be known of the system that no fixture shows. */
const unseenStory =
  'A webhook dispatcher, written after the fixers. As it comes; no bars. In its first full run (2026-11-26) the fully fixed form stopped answering under load: a fix had made one agent of ten sockets for all requests, and those that hang kept theirs for good. That fix was mended, so that nobody can call the dispatcher unseen any more.';

const labels: Record<FormName, string> = { naive: 'naive', safe: '--fix', fixed: '--fix=review' };

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** Text with `code` marked up. */
function rich(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

export function markdown(rows: readonly ClaimRow[], unseen: Unseen, run: Run): string {
  const cell = (text: string): string => text.replace(/\|/g, '\\|');
  const lines = rows.map((row) => {
    const cells = [
      row.claim,
      row.bar,
      row.before,
      row.safe,
      row.after,
      row.measured,
      row.wanted,
      row.met ? 'yes' : '**no**',
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  const notes = rows.filter(({ met, note }) => !met && note).map(({ bar, note }) => `- ${bar}: ${note}`);
  return `# Before and after

The four systems of the report: naive, after \`plimsoll scan --fix\`, after \`--fix=review\`, under the same load (benchmarks/before-after/LOAD.md).
Command: \`${run.command}\`. ${run.rounds} rounds, medians. ${run.machine}; ${run.circumstances}.
${rows.filter(({ met }) => met).length} of ${rows.length} bars met.

| claim of the report | measured | naive | --fix | --fix=review | ratio | bar | met |
|-|-|-|-|-|-|-|-|
${lines.join('\n')}
${notes.length > 0 ? `\nWhere a bar is not met:\n\n${notes.join('\n')}\n` : ''}
## A system that no fixture shows

${unseenStory}

Its sources are in benchmarks/before-after/unseen.

| measured | naive | --fix | --fix=review |
|-|-|-|-|
${listUnseen(unseen)
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n')}

Left for people: ${unseen.system.forms.fixed.left.map((place) => `\`${place}\``).join(', ') || 'nothing'}.
`;
}

function tableOf(rows: readonly ClaimRow[]): string {
  let last = '';
  const lines = rows.map((row) => {
    const span = rows.filter(({ claim }) => claim === row.claim).length;
    const head = row.claim === last ? '' : `<th scope="rowgroup" rowspan="${span}">${rich(row.claim)}</th>`;
    last = row.claim;
    const note = row.note ? `<span class="note">${rich(row.note)}</span>` : '';
    return `<tr>${head}<td>${rich(row.bar)}${note}</td><td>${escapeHtml(row.before)}</td><td>${escapeHtml(row.safe)}</td><td>${escapeHtml(row.after)}</td>
<td class="${row.met ? 'met' : 'missed'}">${escapeHtml(row.measured)}<span class="verdict">${row.met ? 'met' : 'not met'}</span></td><td>${escapeHtml(row.wanted)}</td></tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th>Claim of the report</th><th>Measured</th><th>Naive</th><th><code>--fix</code></th>
<th><code>--fix=review</code></th><th>Ratio</th><th>Bar</th></tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function forms<Value>(pick: (name: FormName) => Value): PerForm<Value> {
  return { naive: pick('naive'), safe: pick('safe'), fixed: pick('fixed') };
}

function figure(caption: string, svg: string): string {
  return `<figure>${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function section(title: string, text: string, figures: readonly string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2><p>${rich(text)}</p><div class="figures">${figures.join('\n')}</div></section>`;
}

/** The round in the middle by `pick`, so that a drawing shows one real run. */
function middle<Value>(runs: readonly Value[], pick: (run: Value) => number): Value {
  return [...runs].sort((a, b) => pick(a) - pick(b))[runs.length >> 1]!;
}

function sections({ gateway, orders, cache, placement, scaler, cycles }: Measured): string[] {
  const gatewayRun = forms((name) => middle(gateway[name], (run) => run.busy.p50));
  const ordersRun = forms((name) => middle(orders[name], (run) => run.bursts.p50));
  const cacheRun = forms((name) => middle(cache[name], (run) => run.traffic.p50));
  const scalerRun = forms((name) => middle(scaler[name], (run) => run.p50));
  const upstream = formNames
    .map((name) => `${gatewayRun[name].upstreamConnections.busy} (\`${labels[name]}\`)`)
    .join(', ');
  const left = Object.entries(cycles).map(
    ([name, per]) =>
      `${name}: ${formNames.map((form) => `${per[form].timers} timers and ${mebibytes(per[form].bytes)}`).join(' → ')}`,
  );
  return [
    section(
      'API gateway',
      `Over HTTP, upstreams that are slow and sometimes hang. Connections to the upstreams after the busy load: ${upstream}.`,
      [
        figure(
          'Heap over requests',
          heapPlot(
            'gateway heap',
            'requests',
            forms((name) => gatewayRun[name].heap.map(({ requests, bytes }) => ({ x: requests, bytes }))),
          ),
        ),
        figure(
          'Latency, 100 connections',
          latencyPlot(
            'gateway latency, busy',
            forms((name) => gatewayRun[name].busy.curve),
          ),
        ),
        figure(
          'Latency, 250 requests a second',
          latencyPlot(
            'gateway latency, steady',
            forms((name) => gatewayRun[name].steady.curve),
          ),
        ),
      ],
    ),
    section('Connection pool', 'The orders service on PostgreSQL, ten connections.', [
      figure(
        'Latency, bursts of 100 requests',
        latencyPlot(
          'orders latency, bursts',
          forms((name) => ordersRun[name].bursts.curve),
        ),
      ),
      figure(
        'Latency, 50 callers',
        latencyPlot(
          'orders latency, busy',
          forms((name) => ordersRun[name].busy.curve),
        ),
      ),
      figure(
        'Heap over customers looked up',
        heapPlot(
          'orders heap',
          'customers',
          forms((name) => ordersRun[name].heap.map(({ customers, bytes }) => ({ x: customers, bytes }))),
        ),
      ),
    ]),
    section('Distributed cache', 'Real-looking keys while nodes join and leave.', [
      ...placement.naive.slice(-2).map((naive, i, slice) => {
        const at = placement.naive.length - slice.length + i;
        return figure(
          `Keys a node, ${naive.nodes} nodes`,
          loadBars(
            `keys over ${naive.nodes} nodes`,
            forms((name) => placement[name][at]!.shares),
          ),
        );
      }),
      figure(
        'Heap over gets',
        heapPlot(
          'cache heap',
          'gets',
          forms((name) => cacheRun[name].traffic.heap.map(({ gets, bytes }) => ({ x: gets, bytes }))),
        ),
      ),
      figure(
        'Latency of get',
        latencyPlot(
          'cache latency',
          forms((name) => cacheRun[name].traffic.curve),
        ),
      ),
    ]),
    section('Auto-scaler', 'One service over 24 hours on a given clock.', [
      figure(
        'Heap over hours',
        heapPlot(
          'scaler heap',
          'hours',
          forms((name) => scalerRun[name].heap.map(({ hours, bytes }) => ({ x: hours, bytes }))),
        ),
      ),
      figure(
        'Time of one evaluation',
        latencyPlot(
          'scaler evaluation',
          forms((name) => scalerRun[name].curve),
        ),
      ),
    ]),
    `<section><h2>Left after the create/stop cycles</h2><ul>${left.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul></section>`,
  ];
}

function verdictsOf(systems: readonly System[]): string {
  const lines = systems.map(({ name, forms: built }) => {
    const cells = formNames.map((form) => {
      const { verdict, compileErrors, isStable } = built[form];
      const trouble = [
        compileErrors.length > 0 ? `${compileErrors.length} type errors` : '',
        isStable ? '' : 'a second fix changes it',
      ].filter(Boolean);
      return `<td>${verdict.score} ${verdict.grade} · ${verdict.high} high, ${verdict.medium} medium${trouble.length > 0 ? ` · <b>${trouble.join(', ')}</b>` : ''}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.join('')}</tr>`;
  });
  const heads = formNames
    .map((form) => `<th>${form === 'naive' ? 'naive' : `<code>${labels[form]}</code>`}</th>`)
    .join('');
  return `<div class="scroll"><table><thead><tr><th>System</th>${heads}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>
<p class="small">Every form compiles under its own strict settings and is stable under a second fix, unless said.</p>`;
}

function unseenSection(unseen: Unseen): string {
  const { runs, system } = unseen;
  const lines = listUnseen(unseen).map(
    ([what, ...values]) =>
      `<tr><th scope="row">${escapeHtml(what)}</th>${values.map((value) => `<td>${escapeHtml(value)}</td>`).join('')}</tr>`,
  );
  const shown = forms((name) => middle(runs[name], (run) => run.publish.p50));
  const left = system.forms.fixed.left.map((place) => `<code>${escapeHtml(place)}</code>`).join(', ');
  return `${section('A system that no fixture shows', unseenStory, [
    figure(
      'Heap over events',
      heapPlot(
        'dispatcher heap',
        'events',
        forms((name) => shown[name].heap.map(({ events, bytes }) => ({ x: events, bytes }))),
      ),
    ),
    figure(
      'Latency of publishing',
      latencyPlot(
        'dispatcher latency',
        forms((name) => shown[name].publish.curve),
      ),
    ),
  ])}
<div class="scroll"><table><thead><tr><th>Measured</th><th>Naive</th><th><code>--fix</code></th><th><code>--fix=review</code></th></tr></thead><tbody>${lines.join('\n')}</tbody></table></div>
<p class="small">Left for people: ${left || 'nothing'}.</p>`;
}

const style = `:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#5b6570;--rule:#d9dee3;--naive:#c4402d;--safe:#b07a00;--fixed:#0a6fb8;--met:#17713f;--missed:#b3261e}
@media(prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6e9ec;--soft:#9aa5b0;--rule:#343c45;--naive:#ff8a75;--safe:#e3b341;--fixed:#6cb6ff;--met:#6bd297;--missed:#ff8f87}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1240px;padding:24px;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:28px;margin:0 0 4px}h2{font-size:20px;margin:36px 0 4px}p{max-width:78ch}.small,.note,figcaption,.run{color:var(--soft);font-size:13px}.note{display:block}
.headline{font-size:18px}code{font:0.9em ui-monospace,monospace}.scroll{overflow-x:auto}.scroll table{min-width:760px}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--rule);padding:6px 10px;text-align:left;vertical-align:top}thead th{border-bottom:2px solid var(--ink);white-space:nowrap}tbody th{font-weight:600;max-width:14em}
.met,.missed{white-space:nowrap;font-weight:600}.met{color:var(--met)}.missed{color:var(--missed)}tbody td+td{white-space:nowrap}.verdict{display:block;font-weight:400;font-size:12px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:20px}figure{margin:0}figcaption{text-align:center}svg{width:100%;height:auto;display:block}
.legend{position:sticky;top:0;background:var(--paper);padding:8px 0;display:flex;gap:20px;border-bottom:1px solid var(--rule);flex-wrap:wrap}.legend span::before{content:'';display:inline-block;width:22px;height:0;margin-right:6px;vertical-align:middle;border-top:3px var(--dash,solid) var(--c)}
text{font:12px system-ui,sans-serif;fill:var(--ink)}.tick{fill:var(--soft);font-size:11px}.axis{fill:var(--soft)}.grid{stroke:var(--rule)}.even{stroke:var(--ink);stroke-dasharray:5 4}
.line{fill:none;stroke-width:2.5;stroke-linejoin:round}.line.naive{stroke:var(--naive)}.line.safe{stroke:var(--safe);stroke-dasharray:6 4}.line.fixed{stroke:var(--fixed)}.bar.naive{fill:var(--naive)}.bar.safe{fill:var(--safe)}.bar.fixed{fill:var(--fixed)}`;

export function page(rows: readonly ClaimRow[], measured: Measured, unseen: Unseen, run: Run): string {
  const met = rows.filter((row) => row.met).length;
  const versions = Object.entries(run.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plimsoll: before and after</title><style>${style}</style></head><body>
<h1>Before and after</h1>
<p class="headline">Four naive services, the same services after <code>plimsoll scan --fix</code>, and after <code>--fix=review</code>, under the same load. No hand
edit in between. <strong>${met} of ${rows.length} bars met</strong>${run.isQuick ? ' (a quick, rough run)' : ''}.</p>
<p class="run">${escapeHtml(run.command)} · ${run.rounds} round${run.rounds === 1 ? '' : 's'}, medians; ratios taken within a round · ${escapeHtml(run.machine)} · ${escapeHtml(run.circumstances)} · ${escapeHtml(versions)}</p>
<div class="legend"><span style="--c:var(--naive)">naive</span><span style="--c:var(--safe);--dash:dashed">after <code>--fix</code></span><span style="--c:var(--fixed)">after <code>--fix=review</code></span></div>
<h2>What the scan says</h2>
${verdictsOf(measured.systems)}
<h2>The claims</h2>
${tableOf(rows)}
${sections(measured).join('\n')}
${unseenSection(unseen)}
</body></html>
`;
}
