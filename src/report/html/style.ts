/** The whole style of the page. Colours have a contrast of at least 4.5 to 1 in both schemes. */
export const style = `
:root { color-scheme: light dark; --ink: #16202c; --dim: #55616f; --paper: #f5f7f9; --card: #fff; --rule: #d5dce3;
  --high: #b3261e; --medium: #8a5a00; --low: #1d5f9e; --good: #1b6e3c; --mark: #ffe3a3; --gone: #fde4e1; --come: #ddf3e3;
  --sea: #1d5f9e; --hull: #c8d3dd; --focus: #0b57d0; --tile-high: #b3261e; --tile-medium: #9a6400; --tile-low: #2a6fb0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --dim: #a3afbb; --paper: #11171d; --card: #1a222b;
  --rule: #33404d; --high: #ff8f84; --medium: #f0b64a; --low: #7fbaf0; --good: #74d398; --mark: #5f4a12; --gone: #4a2322;
  --come: #1c4029; --sea: #7fbaf0; --hull: #3a4855; --focus: #a8c7fa; --tile-high: #a8322a; --tile-medium: #8a5c0a; --tile-low: #2a649c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: 1.1rem 1.25rem; margin: 1rem 0; }
.dim { color: var(--dim); } .high { color: var(--high); } .medium { color: var(--medium); } .low { color: var(--low); }
.good { color: var(--good); } .num { text-align: right; font-variant-numeric: tabular-nums; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .8rem; z-index: 2; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.top { display: grid; grid-template-columns: 17rem 1fr; gap: 1rem 2rem; align-items: start; }
.dial { width: 100%; max-width: 17rem; display: block; margin: 0 auto; }
.dial .track { stroke: var(--hull); } .dial text { fill: var(--ink); } .dial .of { fill: var(--dim); }
.dial .value.good { stroke: var(--good); } .dial .value.medium { stroke: var(--medium); } .dial .value.high { stroke: var(--high); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--rule); vertical-align: top; }
th.num { text-align: right; } tbody tr:last-child > * { border-bottom: 0; } a { color: var(--low); } .wide { overflow-x: auto; position: relative; }
.bar { display: block; margin-top: .35rem; width: 100%; min-width: 8rem; height: .8rem; } .bar .track { fill: var(--hull); }
.bar .good { fill: var(--good); } .bar .medium { fill: var(--medium); } .bar .high { fill: var(--high); }
ul.gates { list-style: none; padding: 0; margin: .75rem 0 0; } ul.gates li { margin: .15rem 0; }
summary { cursor: pointer; } details > summary:focus-visible, button:focus-visible, a:focus-visible, input:focus-visible, select:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: .25rem; }
.map { display: block; width: 100%; height: auto; } .map .folder rect { fill: var(--paper); stroke: var(--rule); } .map .folder text { fill: var(--dim); font-size: 12px; }
.map .tile { cursor: pointer; } .map .tile rect { stroke: var(--card); } .map .tile text { fill: #fff; font-size: 12px; pointer-events: none; }
.map .high rect { fill: var(--tile-high); } .map .medium rect { fill: var(--tile-medium); } .map .low rect { fill: var(--tile-low); }
.map .tile:focus-visible { outline: none; } .map .tile:focus-visible rect, .map .tile:hover rect { stroke: var(--ink); stroke-width: 3; }
.trend { display: block; width: 100%; height: auto; } .trend text { fill: var(--dim); font-size: 12px; } .trend .grid { stroke: var(--rule); }
.trend polyline { stroke: var(--sea); stroke-width: 3; stroke-linejoin: round; } .trend circle { fill: var(--sea); }
.filters { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin-bottom: .75rem; }
.filters label:not([hidden]) { display: flex; flex-direction: column; font-size: .85rem; color: var(--dim); } ol.findings, .gates, li { overflow-wrap: anywhere; } .filters > * { min-width: 0; max-width: 100%; } .filters .grow { flex: 1 1 16rem; }
.filters input[type=search], .filters select { font: inherit; padding: .35rem .5rem; border: 1px solid var(--dim); border-radius: .35rem; background: var(--card); color: var(--ink); max-width: 100%; }
.filters fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 0 .75rem; } .filters legend { font-size: .85rem; color: var(--dim); padding: 0; }
.filters fieldset label:not([hidden]) { flex-direction: row; gap: .3rem; align-items: center; color: var(--ink); font-size: 1rem; }
button { font: inherit; padding: .4rem .9rem; border: 1px solid var(--dim); border-radius: .35rem; background: var(--card); color: var(--ink); cursor: pointer; }
ol.findings { list-style: none; padding: 0; margin: 0; } ol.findings > li { border-top: 1px solid var(--rule); }
.finding > summary { padding: .5rem .2rem; display: grid; grid-template-columns: 5.5rem 1fr; gap: 0 .75rem; } .finding > summary::-webkit-details-marker { display: none; } .finding > summary { list-style: none; }
.finding[open] > summary { background: var(--paper); }
.sev { font-weight: 600; } .sev::before { content: attr(data-sign); padding-right: .35rem; }
.where { font: .85rem ui-monospace, monospace; color: var(--dim); overflow-wrap: anywhere; }
.tag { font-size: .8rem; border: 1px solid var(--rule); border-radius: 1rem; padding: 0 .5rem; margin-left: .4rem; color: var(--dim); white-space: nowrap; }
.body { padding: .25rem .2rem 1rem 6.45rem; } .body p { margin: .5rem 0; max-width: 48rem; } .body h4 { margin: .9rem 0 .2rem; font-size: .95rem; }
pre { margin: .4rem 0; padding: .6rem .8rem; background: var(--paper); border: 1px solid var(--rule); border-radius: .35rem; overflow-x: auto; font: .85rem/1.45 ui-monospace, monospace; tab-size: 2; }
pre .n { color: var(--dim); user-select: none; } pre mark { background: var(--mark); color: inherit; } pre ins, pre del { text-decoration: none; display: inline-block; min-width: 100%; } pre ins { background: var(--come); } pre del { background: var(--gone); }
kbd { border: 1px solid var(--dim); border-radius: .2rem; padding: 0 .3rem; font: .8rem ui-monospace, monospace; }
footer { padding: 1rem 1.25rem 2.5rem; }
code { font: .9em ui-monospace, monospace; background: var(--paper); padding: 0 .2em; border-radius: .2rem; }
@media (max-width: 48rem) { .map, .trend { min-width: 44rem; } .bar { min-width: 3rem; } th, td { padding: .3rem; } .top { grid-template-columns: 1fr; } .body { padding-left: .2rem; } .finding > summary { grid-template-columns: 1fr; } }
@media print { body { background: #fff; } section { border: 0; padding: 0; break-inside: auto; } .filters, .more, .keys, .skip { display: none; } .finding { break-inside: avoid; } }
`;
