/**
 * What runs in the page: filters, search, the list in portions, keys, printing. It reads the data block and writes text
 * nodes only, so that scanned code cannot become markup.
 */
export const script = String.raw`
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const find = (id) => document.getElementById(id);
const portion = 100, printed = 1000;
const list = find('list'), count = find('count'), more = find('more');
const inputs = { q: find('q'), category: find('category'), rule: find('rule'), owner: find('owner'), status: find('status'), fix: find('fix') };
const severities = ['high', 'medium', 'low'];
const signs = { high: '▲', medium: '●', low: '○' };
const haystacks = data.findings.map((one) => (one.f + ' ' + data.rules[one.r].id + ' ' + one.m + ' ' + (one.o || '')).toLowerCase());
let matches = [], shown = 0;

function el(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}
/* Names between backticks are code. */
function prose(name, text) {
  const node = el(name);
  text.split('\x60').forEach((part, index, all) => {
    const isCode = index % 2 === 1 && index < all.length - 1;
    if (part !== '') node.append(isCode ? el('code', '', part) : index % 2 === 1 ? '\x60' + part : part);
  });
  return node;
}
function link(href, text) {
  const a = el('a', '', text);
  a.href = href; a.rel = 'noreferrer';
  return a;
}
function frame(one) {
  const pre = el('pre');
  pre.setAttribute('aria-label', 'Code at line ' + one.l);
  pre.tabIndex = 0;
  const [fromLine, fromColumn, toLine, toColumn] = one.w.mark;
  const width = String(one.w.at + one.w.lines.length).length;
  one.w.lines.forEach((line, index) => {
    pre.append(el('span', 'n', String(one.w.at + index).padStart(width) + ' │ '));
    if (index < fromLine || index > toLine) pre.append(line);
    else {
      const start = index === fromLine ? fromColumn : line.length - line.trimStart().length;
      const end = index === toLine ? toColumn : line.length;
      pre.append(line.slice(0, start), el('mark', '', line.slice(start, end)), line.slice(end));
    }
    pre.append('\n');
  });
  return pre;
}
function diff(lines) {
  const pre = el('pre');
  pre.setAttribute('aria-label', 'What the fix changes');
  pre.tabIndex = 0;
  for (const line of lines) {
    const kind = line[0];
    if (kind === '@') pre.append(el('span', 'n', 'line ' + line.slice(1) + '\n'));
    else if (kind === ' ') pre.append(line + '\n');
    else {
      const part = el(kind === '+' ? 'ins' : 'del', '', line);
      pre.append(part, '\n');
    }
  }
  return pre;
}
function body(one) {
  const rule = data.rules[one.r];
  const box = el('div', 'body', frame(one));
  if (one.n) box.append(el('p', 'dim', (one.t === 'suppressed' ? 'Suppressed: ' : 'Not new: ') + one.n));
  box.append(el('h4', '', 'Why'), prose('p', rule.why), el('h4', '', 'What to do'), prose('p', rule.advice));
  if (one.e) {
    const chain = el('ol');
    for (const step of one.e) chain.append(el('li', '', el('span', 'where', step.f + ':' + step.l), ' ' + step.n));
    box.append(el('h4', '', 'Evidence'), chain);
  }
  if (one.x) {
    const how = one.x.s === 'safe' ? 'Safe fix: plimsoll --fix' : 'Fix to review: plimsoll --fix=review';
    box.append(el('h4', '', how), prose('p', one.x.c.replace(/[.]$/, '') + (one.x.n ? '; ' + one.x.n : '') + (one.x.i ? '. Imports ' + one.x.i : '') + '.'));
    if (one.x.d.length > 0) box.append(diff(one.x.d));
  } else if (one.y) box.append(el('h4', '', 'No fix'), prose('p', one.y));
  const foot = el('p', 'dim', rule.page ? link(rule.page, rule.id) : rule.id, ' · ' + rule.category + ' · confidence ' + one.c + (one.u ? ' · owner ' + one.u.join(', ') : '') + ' · id ' + one.id);
  box.append(foot);
  return box;
}
function item(one) {
  const severity = el('span', 'sev ' + one.s, one.s);
  severity.dataset.sign = signs[one.s];
  const text = el('span', '', prose('span', one.m), el('span', 'tag', data.rules[one.r].id));
  if (one.x) text.append(el('span', 'tag', one.x.s === 'safe' ? 'safe fix' : 'fix to review'));
  if (one.t !== 'active') text.append(el('span', 'tag', one.t === 'suppressed' ? 'suppressed' : one.n ? 'not new' : 'in the baseline'));
  if (one.z) text.append(el('span', 'tag', one.z + ': does not weigh'));
  const place = el('div', 'where', one.f + ':' + one.l + ':' + one.k);
  const details = el('details', 'finding', el('summary', '', severity, el('span', '', text, place)));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(body(one));
  });
  return el('li', '', details);
}
function append(many) {
  const fragment = document.createDocumentFragment();
  for (const index of matches.slice(shown, shown + many)) fragment.append(item(data.findings[index]));
  list.append(fragment);
  shown = Math.min(matches.length, shown + many);
  const digits = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
  count.textContent = matches.length === 0 ? 'No finding matches.' : digits(shown) + ' of ' + digits(matches.length) + (matches.length === 1 ? ' finding' : ' findings');
  more.hidden = shown >= matches.length;
}
function state() {
  const words = inputs.q.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = severities.filter((one) => find('is-' + one).checked);
  return { words, wanted, category: inputs.category.value, rule: inputs.rule.value, owner: inputs.owner.value, status: inputs.status.value, fix: inputs.fix.checked };
}
let waiting;
function apply(keepHash) {
  clearTimeout(waiting);
  const { words, wanted, category, rule, owner, status, fix } = state();
  matches = [];
  data.findings.forEach((one, index) => {
    if (!wanted.includes(one.s) || (status !== '' && one.t !== status) || (fix && !one.x)) return;
    const its = data.rules[one.r];
    if ((category !== '' && its.category !== category) || (rule !== '' && its.id !== rule)) return;
    if (owner !== '' && !(one.u || []).includes(owner)) return;
    if (words.every((word) => haystacks[index].includes(word))) matches.push(index);
  });
  list.replaceChildren();
  shown = 0;
  append(portion);
  if (!keepHash) writeHash();
}
function writeHash() {
  const { wanted, category, rule, owner, status, fix } = state();
  const hash = new URLSearchParams();
  if (inputs.q.value !== '') hash.set('q', inputs.q.value);
  if (wanted.length < 3) hash.set('severity', wanted.join('.'));
  if (category) hash.set('category', category);
  if (rule) hash.set('rule', rule);
  if (owner) hash.set('owner', owner);
  if (status !== 'active') hash.set('status', status || 'all');
  if (fix) hash.set('fix', '1');
  const text = hash.toString();
  history.replaceState(null, '', text === '' ? '#' : '#' + text);
}
function readHash() {
  const hash = new URLSearchParams(location.hash.slice(1));
  inputs.q.value = hash.get('q') || '';
  const wanted = hash.get('severity');
  for (const one of severities) find('is-' + one).checked = wanted === null || wanted.split('.').includes(one);
  inputs.category.value = hash.get('category') || '';
  inputs.rule.value = hash.get('rule') || '';
  inputs.owner.value = hash.get('owner') || '';
  inputs.status.value = hash.get('status') === 'all' ? '' : hash.get('status') || 'active';
  inputs.fix.checked = hash.get('fix') === '1';
  apply(true);
}
function showFile(file) {
  inputs.q.value = file;
  apply();
  find('findings').scrollIntoView();
  const first = list.querySelector('summary');
  if (first) first.focus({ preventScroll: true });
}
inputs.q.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
find('filters').addEventListener('change', () => apply());
find('filters').addEventListener('submit', (event) => event.preventDefault());
find('reset').addEventListener('click', () => { history.replaceState(null, '', '#'); readHash(); inputs.q.focus(); });
more.addEventListener('click', () => {
  const at = list.children.length;
  append(portion);
  const next = list.children[at];
  if (next) next.querySelector('summary').focus();
});
addEventListener('hashchange', readHash);
for (const button of document.querySelectorAll('button[data-file]')) button.addEventListener('click', () => showFile(button.dataset.file));
const tiles = [...document.querySelectorAll('.tile')];
tiles.forEach((tile, index) => {
  tile.setAttribute('tabindex', index === 0 ? '0' : '-1');
  tile.addEventListener('click', () => showFile(tile.dataset.file));
  tile.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); showFile(tile.dataset.file); return; }
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step && tiles[index + step];
    if (!next) return;
    event.preventDefault();
    tile.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  });
});
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === 'Escape' && event.target === inputs.q) { inputs.q.value = ''; apply(); return; }
  if (typing) return;
  if (event.key === '/') { event.preventDefault(); inputs.q.focus(); return; }
  if (event.key !== 'j' && event.key !== 'k') return;
  const summaries = [...list.querySelectorAll('.finding > summary')];
  const at = summaries.indexOf(document.activeElement);
  const next = event.key === 'j' ? summaries[at + 1] : summaries[Math.max(0, at - 1)];
  if (next) next.focus();
});
let closed = [];
addEventListener('beforeprint', () => {
  if (shown < printed) append(printed - shown);
  closed = [...list.querySelectorAll('details:not([open])')];
  for (const details of closed) { details.open = true; if (details.children.length === 1) details.append(body(data.findings[matches[[...list.children].indexOf(details.parentElement)]])); }
});
addEventListener('afterprint', () => { for (const details of closed) details.open = false; });
readHash();
`;
