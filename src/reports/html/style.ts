// The style sheet of the HTML report: light and dark, wide and narrow, screen and paper.

export const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1c2024; --soft: #5b6570; --line: #d8dde3; --card: #f5f7f9;
  --accent: #0b5cad; --advice: #e7f1fb; --critical: #8f1d3f; --high: #c0392b; --medium: #b9770e; --low: #2c7a4b;
  --negligible: #5b6570; --unknown: #6c5b9c; }
@media (prefers-color-scheme: dark) { :root { --page: #14181c; --text: #e6e9ec; --soft: #9aa5b1; --line: #333b44;
  --card: #1d2329; --accent: #7ab8f5; --advice: #15293d; --critical: #ff7a9e; --high: #ff8a7d; --medium: #f0b64c;
  --low: #6fcf97; --negligible: #9aa5b1; --unknown: #b5a5e8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.15rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
a { color: var(--accent); }
.advice { background: var(--advice); border-left: 4px solid var(--accent); border-radius: 4px; padding: .75rem 1rem; }
.advice p { margin: .25rem 0; } .advice p:first-child { font-size: 1.1rem; font-weight: 600; }
.notice { border-left: 4px solid var(--medium); background: var(--card); padding: .5rem 1rem; margin: .5rem 0; border-radius: 4px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.charts { display: flex; flex-wrap: wrap; gap: 2rem; } figure { margin: 0; flex: 1 1 18rem; max-width: 26rem; }
figcaption { color: var(--soft); margin-bottom: .25rem; } svg { width: 100%; height: auto; }
svg text { fill: var(--text); font-size: 12px; } .bar { fill: var(--accent); }
.bar.critical { fill: var(--critical); } .bar.high { fill: var(--high); } .bar.medium { fill: var(--medium); }
.bar.low { fill: var(--low); } .bar.negligible { fill: var(--negligible); } .bar.unknown { fill: var(--unknown); }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; background: var(--card); padding: .75rem; border-radius: 4px; }
form label { display: flex; flex-direction: column; color: var(--soft); font-size: .85rem; }
form label.check { flex-direction: row; gap: .35rem; align-items: center; }
input[type=search], select { font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 4px; padding: .3rem .5rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: .5rem 0; color: var(--soft); }
th, td { text-align: left; vertical-align: top; padding: .4rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; } td:nth-child(6) { white-space: nowrap; } th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; font-weight: 600; }
td.num { white-space: nowrap; } th:last-child { width: 40%; }
.severity { font-weight: 600; } .s-Critical { color: var(--critical); } .s-High { color: var(--high); } .s-Medium { color: var(--medium); }
.s-Low { color: var(--low); } .s-Negligible { color: var(--negligible); } .s-Unknown { color: var(--unknown); }
.tag { border: 1px solid currentColor; border-radius: 3px; padding: 0 .3rem; font-size: .8rem; margin-left: .3rem; white-space: nowrap; }
details summary { cursor: pointer; } details p { margin: .25rem 0; color: var(--soft); }
#more { font: inherit; margin: 1rem 0; padding: .4rem 1rem; cursor: pointer; }
footer { color: var(--soft); font-size: .85rem; margin-top: 2rem; }
@media (max-width: 42rem) {
  thead { position: absolute; left: -999rem; } tr { display: block; border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td { display: grid; grid-template-columns: 6.5rem 1fr; border: 0; padding: .1rem 0; } td::before { content: attr(data-name); color: var(--soft); }
  dl { grid-template-columns: 1fr; } dt { margin-top: .3rem; }
}
@media print { form, #more { display: none; } main { max-width: none; padding: 0; } details > p { display: block; }
  tr { break-inside: avoid; } a { color: inherit; text-decoration: none; } }
`;
