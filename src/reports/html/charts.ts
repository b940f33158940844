// The charts of the HTML report, as inline SVG with the numbers in words for those who do not see them.
import type { Finding } from '../../model/finding.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { html, type Markup } from './markup.ts';

const BAR_WIDTH = 320;
const ROW_HEIGHT = 26;
const LABEL_WIDTH = 90;

/** How many findings of each severity. */
export function severityChart(findings: readonly Finding[]): Markup {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: findings.filter((each) => each.severity === severity).length,
  }));
  const most = Math.max(1, ...counts.map(({ count }) => count));
  const rows = counts.map(({ severity, count }, index) => {
    const y = index * ROW_HEIGHT;
    const width = Math.max(count === 0 ? 0 : 2, Math.round((count / most) * (BAR_WIDTH - LABEL_WIDTH - 50)));
    return html`<text x="0" y="${y + 17}">${severity}</text><rect class="bar ${severity.toLowerCase()}" x="${LABEL_WIDTH}" y="${y + 4}" width="${width}" height="16" rx="3"/><text x="${LABEL_WIDTH + width + 6}" y="${y + 17}">${count}</text>`;
  });
  const words = counts.map(({ severity, count }) => `${count} ${severity.toLowerCase()}`).join(', ');
  return html`<figure><figcaption>By severity</figcaption><svg role="img" aria-label="${words}" viewBox="0 0 ${BAR_WIDTH} ${counts.length * ROW_HEIGHT}">${rows}</svg></figure>`;
}

const MONTHS_SHOWN = 24;
const COLUMN_WIDTH = 13;
const CHART_HEIGHT = 110;

/** When what is found was published: the last two years, and everything before as one column. */
export function monthChart(findings: readonly Finding[], created: string): Markup {
  const months = lastMonths(created);
  const counts = new Map<string, number>(months.map((month) => [month, 0]));
  let earlier = 0;
  for (const { published } of findings) {
    const month = published?.slice(0, 7);
    if (month !== undefined && counts.has(month)) counts.set(month, counts.get(month)! + 1);
    else if (month !== undefined && month < months[0]!) earlier++;
  }
  const columns: readonly (readonly [string, number])[] = [['earlier', earlier], ...counts];
  const most = Math.max(1, ...columns.map(([, count]) => count));
  const bars = columns.map(([month, count], index) => {
    const height = count === 0 ? 0 : Math.max(2, Math.round((count / most) * (CHART_HEIGHT - 20)));
    return html`<rect class="bar month" x="${index * COLUMN_WIDTH}" y="${CHART_HEIGHT - height}" width="${COLUMN_WIDTH - 3}" height="${height}"><title>${month}: ${count}</title></rect>`;
  });
  const total = columns.length * COLUMN_WIDTH;
  const words = columns
    .filter(([, count]) => count > 0)
    .map(([month, count]) => `${month}: ${count}`)
    .join(', ');
  return html`<figure><figcaption>By month of publication</figcaption><svg role="img" aria-label="${words || 'none'}" viewBox="0 0 ${total} ${CHART_HEIGHT + 16}">${bars}<text x="0" y="${CHART_HEIGHT + 13}">earlier</text><text x="${total}" y="${CHART_HEIGHT + 13}" text-anchor="end">${months.at(-1)!}</text></svg></figure>`;
}

/** Ascending, the month of `created` last, as `yyyy-mm`. */
function lastMonths(created: string): string[] {
  const [year = 0, month = 1] = created.slice(0, 7).split('-').map(Number);
  return Array.from({ length: MONTHS_SHOWN }, (_, index) => {
    const date = new Date(Date.UTC(year, month - 1 - (MONTHS_SHOWN - 1 - index), 1));
    return date.toISOString().slice(0, 7);
  });
}
