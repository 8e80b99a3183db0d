import type { TrendPoint } from '../../model/scan-result.ts';
import { escapeXml, groupDigits } from '../text.ts';

const width = 1160;
const height = 180;
const margin = { top: 12, right: 16, bottom: 26, left: 36 };

/** The score over the recorded scans as a line, one step a scan, and the same as a table; nothing for a single scan. */
export function trendSection(trend: readonly TrendPoint[] | undefined): string {
  if (!trend || trend.length < 2) return '';
  const first = trend[0]!;
  const last = trend.at(-1)!;
  const x = (index: number) =>
    (margin.left + (index / (trend.length - 1)) * (width - margin.left - margin.right)).toFixed(1);
  const y = (score: number) =>
    (height - margin.bottom - (score / 100) * (height - margin.top - margin.bottom)).toFixed(1);
  const grid = [0, 50, 100].map(
    (score) =>
      `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(score)}" y2="${y(score)}"/><text x="${margin.left - 8}" y="${Number(y(score)) + 4}" text-anchor="end">${score}</text>`,
  );
  const line = trend.map(({ score }, index) => `${x(index)},${y(score)}`).join(' ');
  const dots = trend.map(
    (point, index) =>
      `<circle cx="${x(index)}" cy="${y(point.score)}" r="4"><title>${escapeXml(inWords(point))}</title></circle>`,
  );
  const days = [
    `<text x="${margin.left}" y="${height - 6}">${dayOf(first)}</text>`,
    `<text x="${width - margin.right}" y="${height - 6}" text-anchor="end">${dayOf(last)}</text>`,
  ];
  const about = `Score over ${trend.length} scans, from ${first.score} on ${dayOf(first)} to ${last.score} on ${dayOf(last)}`;
  const rows = [...trend]
    .reverse()
    .map(
      (point) =>
        `<tr><th scope="row">${escapeXml(point.at.slice(0, 16).replace('T', ' '))}</th><td class="where">${escapeXml((point.commit ?? '').slice(0, 7))}</td><td class="num">${point.score}</td><td>${escapeXml(point.grade)}</td>${[point.counts.high, point.counts.medium, point.counts.low, point.codeLines].map((count) => `<td class="num">${groupDigits(count)}</td>`).join('')}</tr>`,
    );
  return `<section aria-labelledby="trend-title"><h2 id="trend-title">Trend</h2>
<div class="wide"><svg class="trend" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(about)}">${grid.join('')}<polyline points="${line}" fill="none"/>${dots.join('')}${days.join('')}</svg></div>
<details><summary>The same as a table</summary><div class="wide"><table><thead><tr><th scope="col">time (UTC)</th><th scope="col">commit</th><th scope="col" class="num">score</th><th scope="col">grade</th><th scope="col" class="num">high</th><th scope="col" class="num">medium</th><th scope="col" class="num">low</th><th scope="col" class="num">code lines</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details></section>
`;
}

function dayOf({ at }: TrendPoint): string {
  return escapeXml(at.slice(0, 10));
}

function inWords({ at, commit, score, grade, counts }: TrendPoint): string {
  const where = commit === undefined ? '' : ` at ${commit.slice(0, 7)}`;
  return `${at.slice(0, 10)}${where}: ${score} (${grade}); ${counts.high} high, ${counts.medium} medium, ${counts.low} low`;
}
