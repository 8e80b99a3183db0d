import { createHash } from 'node:crypto';
import type { Category, Severity } from '../../model/rule.ts';
import type { ScanResult, Score } from '../../model/scan-result.ts';
import { homepage, type ReportContext, rulePage } from '../context.ts';
import {
  baselineInWords,
  besideTheScore,
  comparisonInWords,
  effortInWords,
  repairHeads,
  scopeInWords,
  skippedInWords,
} from '../summary.ts';
import { groupDigits, plural, visible } from '../text.ts';
import { pageFindings } from './findings.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import { type FileLoss, layoutTiles, lossByFile, type Tile } from './treemap.ts';
import { trendSection } from './trend.ts';

const severities: readonly Severity[] = ['high', 'medium', 'low'];
const mapWidth = 1160;
const mapHeight = 420;
const listedFiles = 50;

function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** JSON that no sequence in it can end the element it stands in. */
function embedded(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[<\u007f-\u009f\u2028\u2029]/g, escaped);
}

/** One file for people: score, categories, where the points are lost, every finding. It loads nothing and sends nothing. */
export function html(result: ScanResult, context: ReportContext): string {
  const { score, packages } = result;
  const data = pageFindings(result, context);
  const name = packages.length === 1 ? packages[0]?.name : undefined;
  const title = `Plimsoll${name === undefined ? '' : `: ${name}`}`;
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  const losses = lossByFile(result);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} – ${score.value} / 100 (${score.grade})</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header><h1>${escapeHtml(title)}</h1><p class="dim">${escapeHtml(scope(result))}</p></header>
<main>
<section aria-labelledby="score-title"><h2 id="score-title">Score</h2><div class="top">
<div>${dial(score)}</div>
<div>${verdict(result, context)}${arithmetic(score, context)}</div>
</div></section>
${trendSection(result.trend)}${categories(result)}
${packageTable(result)}
${problems(result)}
${map(losses, score)}
${findingsSection(result, data.rules.map(({ id }) => id).sort())}
</main>
<footer class="dim">Plimsoll ${escapeHtml(result.tool.version)} · <a href="${homepage}" rel="noreferrer">${homepage.replace('https://', '')}</a></footer>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function scope(result: ScanResult): string {
  const skipped = skippedInWords(result);
  return `${scopeInWords(result)}${skipped === '' ? '' : `; left out: ${skipped}`}`;
}

function toneOf(value: number): 'good' | 'medium' | 'high' {
  return value >= 80 ? 'good' : value >= 45 ? 'medium' : 'high';
}

/** Three quarters of a circle; the part above the line is what the code can still carry. */
function dial({ value, grade }: Score): string {
  const length = 75;
  return `<svg class="dial" viewBox="0 0 200 170" role="img" aria-label="Score ${value} of 100, grade ${escapeHtml(grade)}">
<circle class="track" cx="100" cy="96" r="78" fill="none" stroke-width="16" stroke-linecap="round" pathLength="100" stroke-dasharray="${length} 100" transform="rotate(135 100 96)"/>
${value === 0 ? '' : `<circle class="value ${toneOf(value)}" cx="100" cy="96" r="78" fill="none" stroke-width="16" stroke-linecap="round" pathLength="100" stroke-dasharray="${(length * value) / 100} 100" transform="rotate(135 100 96)"/>`}
<text x="100" y="106" text-anchor="middle" font-size="54" font-weight="700">${value}</text>
<text class="of" x="100" y="130" text-anchor="middle" font-size="16">of 100</text>
<text x="100" y="162" text-anchor="middle" font-size="24" font-weight="700">${escapeHtml(grade)}</text>
</svg>`;
}

function ruleLink(ruleId: string, { rules }: ReportContext): string {
  const page = rulePage(ruleId, rules);
  const name = escapeHtml(ruleId);
  return page === undefined ? name : `<a href="${escapeHtml(page)}" rel="noreferrer">${name}</a>`;
}

function verdict(result: ScanResult, context: ReportContext): string {
  const { score } = result;
  const beside = besideTheScore(result.findings);
  const lines = [
    `<p>${severities.map((severity) => `<strong class="${severity}">${groupDigits(score.counts[severity])} ${severity}</strong>`).join(' · ')}${beside.length > 0 ? `<span class="dim"> · beside the score: ${escapeHtml(beside.join(', '))}</span>` : ''}</p>`,
  ];
  const effort = effortInWords(result.findings);
  if (effort !== undefined) lines.push(`<p>${repairHeads(result).effort}: ${escapeHtml(effort)}</p>`);
  const since = comparisonInWords(result);
  if (since !== undefined) lines.push(`<p><strong>${escapeHtml(since)}</strong></p>`);
  if (result.baseline) lines.push(`<p>${escapeHtml(baselineInWords(result.baseline))}</p>`);
  if (score.moves.length > 0) {
    const moves = score.moves.map(
      ({ ruleId, findings, points }) =>
        `<li>${ruleLink(ruleId, context)}: ${plural(findings, 'finding')}, <strong class="good">+${points}</strong></li>`,
    );
    const won = score.moves.reduce((sum, move) => sum + move.points, 0);
    lines.push(
      `<p>${repairHeads(result).moves}, in this order (${score.value} → ${score.value + won}):</p><ol>${moves.join('')}</ol>`,
    );
  }
  const gates = result.gates.map(
    ({ name, passed, message }) =>
      `<li><strong class="${passed ? 'good' : 'high'}">${passed ? '✔ passed' : '✖ failed'}</strong> ${escapeHtml(name)}: ${escapeHtml(message)}</li>`,
  );
  if (gates.length > 0) lines.push(`<ul class="gates" aria-label="Gates">${gates.join('')}</ul>`);
  return lines.join('\n');
}

function arithmetic(score: Score, { weights }: ReportContext): string {
  const sum = score.lost.high + score.lost.medium + score.lost.low;
  const lines = Math.max(score.codeLines, weights?.leastCodeLines ?? 0);
  const number = (value: number, digits: number) => `<td class="num">${value.toFixed(digits)}</td>`;
  const rows = severities.map((severity) => {
    const count = score.counts[severity];
    const formula = weights
      ? `${number(lines === 0 ? 0 : count / (lines / 1000), 3)}<td class="num">${weights.half[severity]}</td><td class="num">${weights.budget[severity]}</td>`
      : '';
    return `<tr><th scope="row" class="${severity}">${severity}</th><td class="num">${groupDigits(count)}</td>${formula}${number(score.lost[severity], 2)}</tr>`;
  });
  const heads = weights
    ? '<th scope="col" class="num">per 1,000 lines</th><th scope="col" class="num">half at</th><th scope="col" class="num">budget</th>'
    : '';
  const least =
    weights && score.codeLines < weights.leastCodeLines ? `, counted as ${groupDigits(weights.leastCodeLines)}` : '';
  const terms = severities.map((severity) => score.lost[severity].toFixed(2)).join(' − ');
  const floor = sum > 100 ? ', never below 0' : '';
  return `<details id="arithmetic"><summary>How the score comes about</summary>
<p>Each severity takes budget × (1 − 2<sup>−density / half</sup>) points; density is findings per 1,000 code lines (${groupDigits(score.codeLines)}${least}).</p>
<div class="wide"><table><thead><tr><th scope="col">severity</th><th scope="col" class="num">findings</th>${heads}<th scope="col" class="num">points taken</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>
<p>100 − ${terms} = ${(100 - sum).toFixed(2).replace('-', '−')} → <strong>${score.value}</strong>${floor}</p></details>`;
}

function bar(value: number): string {
  return `<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="${toneOf(value)}" width="${value}" height="8"/></svg>`;
}

function scoreRow(label: string, score: { value: number; grade: string; counts: Record<Severity, number> }): string {
  const counts = severities.map((severity) => `<td class="num">${groupDigits(score.counts[severity])}</td>`).join('');
  return `<tr><th scope="row">${escapeHtml(label)}</th><td>${bar(score.value)}</td><td class="num">${score.value}</td><td>${escapeHtml(score.grade)}</td>${counts}</tr>`;
}

function scoreTable(title: string, id: string, what: string, rows: readonly string[]): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><div class="wide"><table><thead><tr><th scope="col">${what}</th><th scope="col"><span class="unseen">Score as a bar</span></th><th scope="col" class="num">score</th><th scope="col">grade</th><th scope="col" class="num">high</th><th scope="col" class="num">medium</th><th scope="col" class="num">low</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

function categories({ score }: ScanResult): string {
  const rows = Object.entries(score.categories) as [Category, NonNullable<Score['categories'][Category]>][];
  if (rows.length === 0) return '';
  const sorted = rows.sort(([, a], [, b]) => a.value - b.value);
  return scoreTable(
    'Categories',
    'categories-title',
    'category',
    sorted.map(([name, own]) => scoreRow(name, own)),
  );
}

function packageTable({ packages }: ScanResult): string {
  if (packages.length < 2) return '';
  const rows = packages.map(({ name, dir, score }) => scoreRow(name ?? (dir || '.'), score));
  return scoreTable('Packages', 'packages-title', 'package', rows);
}

function problems(result: ScanResult): string {
  const rows = [
    ...result.problems.map(
      ({ file, position, message }) =>
        `<tr><td class="high">not analysed</td><td class="where">${escapeHtml(file)}${position ? `:${position.line}` : ''}</td><td>${escapeHtml(message)}</td></tr>`,
    ),
    ...result.suppressionProblems.map(
      ({ kind, file, line, message }) =>
        `<tr><td class="medium">${escapeHtml(kind)} suppression</td><td class="where">${escapeHtml(file)}:${line}</td><td>${escapeHtml(message)}</td></tr>`,
    ),
  ];
  if (rows.length === 0) return '';
  return `<section aria-labelledby="problems-title"><h2 id="problems-title">What needs a look${result.partial ? ': the result is partial' : ''}</h2><div class="wide"><table><thead><tr><th scope="col">what</th><th scope="col">where</th><th scope="col">message</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

function countsOf(counts: Record<Severity, number>): string {
  return severities
    .filter((one) => counts[one] > 0)
    .map((one) => `${counts[one]} ${one}`)
    .join(', ');
}

function worstOf(counts: Record<Severity, number>): Severity {
  return severities.find((one) => counts[one] > 0) ?? 'low';
}

function tileMarkup(tile: Tile): string {
  const box = `<rect x="${tile.x}" y="${tile.y}" width="${tile.width}" height="${tile.height}"/>`;
  const letters = Math.floor((tile.width - 8) / 6.8);
  const label = tile.name.length <= letters ? tile.name : letters > 4 ? `${tile.name.slice(0, letters - 1)}…` : '';
  const text =
    label === '' || tile.height < 16 ? '' : `<text x="${tile.x + 4}" y="${tile.y + 13}">${escapeHtml(label)}</text>`;
  if (tile.isFolder) return `<g class="folder" aria-hidden="true">${box}${text}</g>`;
  const about = `${tile.file?.endsWith('/') || !tile.file ? `${tile.file ?? ''} ${tile.name}`.trim() : tile.file}: ${tile.points.toFixed(1)} points, ${countsOf(tile.counts)}`;
  const title = `<title>${escapeHtml(about)}</title>`;
  return `<g class="tile ${worstOf(tile.counts)}" role="button" aria-label="${escapeHtml(about)}" data-file="${escapeHtml(tile.file ?? '')}">${title}${box}${text}</g>`;
}

function map(losses: readonly FileLoss[], score: Score): string {
  if (losses.length === 0) return '';
  const tiles = layoutTiles(losses, mapWidth, mapHeight).map(tileMarkup);
  const rows = losses
    .slice(0, listedFiles)
    .map(
      ({ file, points, counts }) =>
        `<tr><td><button type="button" class="where" data-file="${escapeHtml(file)}">${escapeHtml(file)}</button></td><td class="num">${points.toFixed(1)}</td>${severities.map((one) => `<td class="num">${counts[one]}</td>`).join('')}</tr>`,
    );
  const rest =
    losses.length > listedFiles
      ? `<p class="dim">${plural(losses.length - listedFiles, 'more file')} not in this table.</p>`
      : '';
  const sum = score.lost.high + score.lost.medium + score.lost.low;
  return `<section aria-labelledby="map-title"><h2 id="map-title">Where the points are lost</h2>
<p class="dim">Areas are points that a file takes of the ${sum.toFixed(1)} that are lost; the colour is its worst severity:
<span class="high">▲ high</span>, <span class="medium">● medium</span>, <span class="low">○ low</span>. Choose a file to see its findings.</p>
<div class="wide"><svg class="map" viewBox="0 0 ${mapWidth} ${mapHeight}" role="group" aria-label="Treemap of files by lost points; arrow keys move, Enter filters">${tiles.join('')}</svg></div>
<details><summary>The same as a table</summary><div class="wide"><table><thead><tr><th scope="col">file</th><th scope="col" class="num">points</th><th scope="col" class="num">high</th><th scope="col" class="num">medium</th><th scope="col" class="num">low</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>${rest}</details></section>`;
}

function options(values: readonly string[]): string {
  return values.map((value) => `<option>${escapeHtml(value)}</option>`).join('');
}

function findingsSection(result: ScanResult, rules: readonly string[]): string {
  const owners = [...new Set(result.findings.flatMap(({ owners = [] }) => owners))].sort();
  const names = [...new Set(result.findings.map(({ category }) => category))].sort();
  const boxes = severities
    .map((one) => `<label><input type="checkbox" id="is-${one}" checked><span class="${one}">${one}</span></label>`)
    .join('');
  return `<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>
<form class="filters" id="filters" role="search" aria-label="Filter findings">
<label class="grow">Search in file, rule, message, symbol<input type="search" id="q" autocomplete="off" spellcheck="false"></label>
<fieldset><legend>Severity</legend>${boxes}</fieldset>
<label>Category<select id="category"><option value="">all</option>${options(names)}</select></label>
<label>Rule<select id="rule"><option value="">all</option>${options(rules)}</select></label>
<label${owners.length === 0 ? ' hidden' : ''}>Owner<select id="owner"><option value="">all</option>${options(owners)}</select></label>
<label>Status<select id="status"><option value="active">to repair</option><option value="suppressed">suppressed</option><option value="baselined">known before</option><option value="">all</option></select></label>
<fieldset><legend>Fix</legend><label><input type="checkbox" id="fix">can be fixed</label></fieldset>
<button type="button" id="reset">Reset</button>
</form>
<p class="dim"><span id="count" role="status" aria-live="polite"></span> <span class="keys">· <kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>Enter</kbd> open</span></p>
<noscript><p>The list needs JavaScript in this page; <code>--reporter markdown</code> gives the same without.</p></noscript>
<ol class="findings" id="list"></ol>
<p class="more"><button type="button" id="more" hidden>Show 100 more</button></p></section>`;
}
