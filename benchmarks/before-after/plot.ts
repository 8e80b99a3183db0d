/** The drawings of the page: inline SVG that follows the page's colours. */
import { type FormName, formNames } from './forms.ts';
import { type PerForm, shares } from './numbers.ts';

const width = 560;
const height = 250;
const box = { left: 62, right: 26, top: 14, bottom: 40 };
const plotWidth = width - box.left - box.right;
const plotHeight = height - box.top - box.bottom;

function shown(value: number): string {
  if (value === 0) return '0';
  if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e4) return `${+(value / 1e3).toPrecision(3)} k`;
  return `${+value.toPrecision(3)}`;
}

/** 1, 2 or 5 times a power of ten, about four steps to `max`. */
function steps(max: number): number[] {
  const raw = max / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step);
}

function frame(label: string, ticks: string, xLabel: string, yLabel: string, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${ticks}
<text class="axis" x="${box.left + plotWidth / 2}" y="${height - 6}" text-anchor="middle">${xLabel}</text>
<text class="axis" x="14" y="${box.top + plotHeight / 2}" text-anchor="middle" transform="rotate(-90 14 ${box.top + plotHeight / 2})">${yLabel}</text>
${body}
</svg>`;
}

function yTick(y: number, text: string): string {
  return `<line class="grid" x1="${box.left}" x2="${width - box.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/><text class="tick" x="${box.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
}

function xTick(x: number, text: string): string {
  return `<text class="tick" x="${x.toFixed(1)}" y="${height - box.bottom + 16}" text-anchor="middle">${text}</text>`;
}

function line(name: FormName, points: readonly (readonly [number, number])[]): string {
  const path = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return `<polyline class="line ${name}" points="${path}"/>`;
}

/** MiB of heap over what was done. */
export function heapPlot(label: string, xLabel: string, series: PerForm<{ x: number; bytes: number }[]>): string {
  const all = formNames.flatMap((name) => series[name]);
  const maxX = Math.max(...all.map(({ x }) => x), 1);
  const maxY = Math.max(...all.map(({ bytes }) => bytes / 2 ** 20), 0.1);
  const toX = (x: number): number => box.left + (plotWidth * x) / maxX;
  const toY = (bytes: number): number => box.top + plotHeight * (1 - Math.max(0, bytes) / 2 ** 20 / maxY);
  const ticks = [
    ...steps(maxY).map((value) => yTick(toY(value * 2 ** 20), shown(value))),
    ...steps(maxX).map((value) => xTick(toX(value), shown(value))),
  ].join('\n');
  const lines = formNames.map((name) =>
    line(
      name,
      series[name].map(({ x, bytes }) => [toX(x), toY(bytes)] as const),
    ),
  );
  return frame(label, ticks, xLabel, 'heap, MiB', lines.join('\n'));
}

/** Latency over the share of requests, both so that the slow end is wide. */
export function latencyPlot(label: string, series: PerForm<readonly number[]>): string {
  const all = formNames.flatMap((name) => series[name]).map((value) => Math.max(value, 0.001));
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const drawn = shares.filter((share) => share < 1);
  const nines = (share: number): number => -Math.log10(1 - share);
  const toX = (share: number): number => box.left + (plotWidth * nines(share)) / nines(0.999);
  const toY = (ms: number): number =>
    box.top + plotHeight * (1 - (Math.log10(Math.max(ms, 0.001)) - low) / (high - low));
  const ticks = [
    ...Array.from({ length: high - low + 1 }, (_, i) => yTick(toY(10 ** (low + i)), shown(10 ** (low + i)))),
    ...[0, 0.5, 0.9, 0.99, 0.999].map((share) => xTick(toX(share), share === 0 ? '0' : `p${100 * share}`)),
  ].join('\n');
  const lines = formNames.map((name) =>
    line(
      name,
      drawn.map((share, i) => [toX(share), toY(series[name][i] ?? 0)] as const),
    ),
  );
  return frame(label, ticks, 'requests, fastest to slowest', 'milliseconds (logarithmic)', lines.join('\n'));
}

/** Each node's keys, as a share of what it should hold. */
export function loadBars(label: string, series: PerForm<readonly number[]>): string {
  const max = Math.max(...formNames.flatMap((name) => series[name]), 1.2);
  const count = series.naive.length;
  const slot = plotWidth / count;
  const bar = slot / 4;
  const toY = (value: number): number => box.top + plotHeight * (1 - value / max);
  const bars = formNames.flatMap((name, form) =>
    series[name].map((value, node) => {
      const x = box.left + node * slot + (form + 0.5) * bar;
      return `<rect class="bar ${name}" x="${x.toFixed(1)}" y="${toY(value).toFixed(1)}" width="${(bar * 0.9).toFixed(1)}" height="${(box.top + plotHeight - toY(value)).toFixed(1)}"/>`;
    }),
  );
  const ticks = [
    ...steps(max).map((value) => yTick(toY(value), `${shown(100 * value)} %`)),
    ...series.naive.map((_, node) => xTick(box.left + (node + 0.5) * slot, `${count > 8 ? '' : 'node '}${node}`)),
  ].join('\n');
  const even = `<line class="even" x1="${box.left}" x2="${width - box.right}" y1="${toY(1)}" y2="${toY(1)}"/>`;
  return frame(label, ticks, 'dashed: the even share', 'keys, of the even share', `${bars.join('\n')}\n${even}`);
}
