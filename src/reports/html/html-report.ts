// The report as one self-contained HTML file: the advice on top, charts, and findings to filter and search.
import { createHash } from 'node:crypto';
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage } from '../../model/report.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { WHERE_CLASSES } from '../../model/where.ts';
import { adviceSentences } from '../advice-text.ts';
import { packageLabel, packagesOf, remarks, remedy, threatSources } from '../formats/finding-words.ts';
import { noFindingsText } from '../no-findings.ts';
import { hiddenSentences } from '../set-aside.ts';
import { monthChart, severityChart } from './charts.ts';
import { embeddedJson, html, Markup } from './markup.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const COLUMNS: readonly (readonly [title: string, column: string | undefined])[] = [
  ['ID', 'id'],
  ['Severity', 'severity'],
  ['CVSS', 'score'],
  ['Package', 'package'],
  ['Fixed in', undefined],
  ['Where', 'where'],
  ['Title', undefined],
];

export function renderHtml(report: Report): string {
  const packages = packagesOf(report);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<title>${report.image.target}: Clearstory</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>${report.image.target}</h1>
<section class="advice" aria-label="What to do">${adviceSentences(report.advice).map((text) => html`<p>${text}</p>`)}</section>
${report.notices.map(({ message }) => html`<p class="notice">${message}</p>`)}
${hiddenSentences(report).map((text) => html`<p class="notice">${text}</p>`)}
${facts(report)}
${report.findings.length > 0 ? findings(report) : ''}
${suppressed(report)}
<footer>Made ${report.created} by clearstory ${report.tool.version} from Microsoft’s advisories of ${report.advisories.fetchedAt.slice(0, 10)} (${[report.advisories.version, ...threatSources(report.advisories)].join(', ')}).</footer>
</main>
<script type="application/json" id="data">${embeddedJson(report.findings.map((each) => row(each, packages)))}</script>
${report.findings.length > 0 ? html`<script>${new Markup(SCRIPT)}</script>` : ''}
</body>
</html>
`;
  return page.text;
}

/** Nothing is loaded from anywhere, and nothing runs but our own script. */
function policy(): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function facts(report: Report): Markup {
  const { image, os, packages, findings: found } = report;
  const lines: [string, string][] = [
    ['Image', image.digest ?? 'no digest'],
    ...(os
      ? ([
          ['System', `${os.name}${os.installationType ? ` (${os.installationType})` : ''} ${os.version}`],
        ] as [string, string][])
      : []),
    ...(os?.endOfSupport
      ? ([['Support', `${os.supported ? 'until' : 'ended'} ${os.endOfSupport}`]] as [string, string][])
      : []),
    ['Layers', String(image.layers.length)],
    ['Packages', String(packages.length)],
    ['Findings', found.length > 0 ? String(found.length) : noFindingsText(report)],
  ];
  return html`<dl>${lines.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function findings(report: Report): Markup {
  return html`<section class="charts" aria-label="Numbers">${severityChart(report.findings)}${monthChart(report.findings, report.created)}</section>
<h2 id="findings">Findings</h2>
<form id="filter" role="search" aria-label="Filter findings">
<label>Search <input type="search" name="text" placeholder="CVE, package, title"></label>
<label>Severity <select name="severity"><option value="">all</option>${SEVERITIES.map((each) => html`<option>${each}</option>`)}</select></label>
<label>Where <select name="where"><option value="">all</option>${WHERE_CLASSES.map((each) => html`<option>${each}</option>`)}</select></label>
<label class="check"><input type="checkbox" name="fixable"> with a fix</label>
<label class="check"><input type="checkbox" name="exploited"> exploited</label>
</form>
<table>
<caption id="shown" role="status">${report.findings.length} findings</caption>
<thead><tr>${COLUMNS.map(([title, column]) => html`<th scope="col">${column === undefined ? title : html`<button type="button" data-column="${column}">${title}</button>`}</th>`)}</tr></thead>
<tbody id="rows"></tbody>
</table>
<button id="more" type="button" hidden>Show more</button>
<noscript><p class="notice">The list needs JavaScript; “clearstory convert -o markdown” makes one that does not.</p></noscript>`;
}

function suppressed({ suppressed: all }: Report): Markup | string {
  if (all.length === 0) return '';
  return html`<h2>Suppressed by policy: ${all.length}</h2><details><summary>Show them</summary><ul>${all.map(
    ({ finding, by, reason, until }) =>
      html`<li>${finding.id}: ${reason ?? 'no reason given'} (${by}${until === null ? '' : `, until ${until}`})</li>`,
  )}</ul></details>`;
}

/** What the script needs of a finding, and no more: it is most of the file. */
function row(finding: Finding, packages: ReadonlyMap<string, ReportPackage>): object {
  const { id, title, severity, cvss, exploited, kev, fixedIn, where, links, rule, source, published } =
    finding;
  return {
    id,
    title,
    severity,
    rank: SEVERITIES.indexOf(severity),
    score: cvss?.score ?? null,
    exploited,
    kev: kev !== null,
    package: packageLabel(packages.get(finding.package), finding),
    fix: [fixedIn.version ?? 'no fix', ...fixedIn.kb.slice(0, 1)].join(' '),
    fixable: fixedIn.version !== null,
    where: where?.class ?? '',
    link: links.find((link) => /^https:\/\//.test(link)) ?? '',
    details: [
      `${remedy(finding)}.`,
      ...remarks(finding),
      `Rule ${rule}, source ${source}${published === null ? '' : `, published ${published}`}${cvss === null ? '' : `, ${cvss.vector}`}`,
    ],
  };
}
