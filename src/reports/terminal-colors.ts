// Colours for tables on a terminal, added to the finished text: layout counts characters, and colours are none.

type Style = 'bold' | 'alarm' | 'red' | 'yellow' | 'cyan' | 'faint';

/** The sixteen colours that every terminal has, in the shades that its user chose. */
const CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  alarm: '1;31',
  red: '31',
  yellow: '33',
  cyan: '36',
  faint: '2',
};

const SEVERITY_STYLES: Readonly<Record<string, Style>> = {
  critical: 'alarm',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  negligible: 'faint',
  unknown: 'faint',
};

/** How the cell of a column is shown; `undefined`: as it is. */
const CELL_STYLES: Readonly<Record<string, (cell: string) => Style | undefined>> = {
  ID: (cell) => (cell.endsWith('*') ? 'alarm' : undefined),
  SEVERITY: (cell) => SEVERITY_STYLES[cell.toLowerCase()],
  FINDINGS: (cell) => (cell === 'failed' ? 'alarm' : cell === 'not judged' ? 'yellow' : undefined),
  CRITICAL: (cell) => (Number(cell) > 0 ? 'alarm' : undefined),
  EXPLOITED: (cell) => (Number(cell) > 0 ? 'alarm' : undefined),
};

/** Column titles: words in capitals, two spaces or more between them. */
const TITLES = /^[A-Z]+(?: [A-Z]+)*(?: {2,}[A-Z]+(?: [A-Z]+)*)+$/;

const COUNTED = /\b\d+ (critical|high|medium|low|negligible|unknown)\b/g;
const ATTACKED = /\b\d+ exploited \(\*\)/g;

interface Column {
  readonly title: string;
  readonly start: number;
}

/** The advice, or whatever the first lines are, in bold; then severities, attacks, warnings. Taken out again, the text is the same. */
export function paintTable(text: string): string {
  let columns: readonly Column[] | undefined;
  let part: 'first lines' | 'warning' | 'other' = 'first lines';
  const lines = text.split('\n').map((line) => {
    if (line === '') {
      columns = undefined;
      part = 'other';
      return line;
    }
    if (TITLES.test(line)) {
      columns = columnsOf(line);
      return paint(line, 'bold');
    }
    if (columns) return paintRow(line, columns);
    if (line.startsWith('! ')) part = 'warning';
    else if (part === 'warning' && !line.startsWith('  ')) part = 'other';
    if (part === 'first lines') return paint(line, 'bold');
    if (part === 'warning') return paint(line, 'yellow');
    return paintCounts(line);
  });
  return lines.join('\n');
}

/** What begins a block in bold. */
export function paintBlocks(text: string): string {
  return text.replace(/^\S.*$/gm, (heading) => paint(heading, 'bold'));
}

function columnsOf(titles: string): Column[] {
  return [...titles.matchAll(/[A-Z]+(?: [A-Z]+)*/g)].map(({ 0: title, index: start }) => ({ title, start }));
}

function paintRow(row: string, columns: readonly Column[]): string {
  return columns
    .map(({ title, start }, index) => {
      const cell = row.slice(start, columns[index + 1]?.start);
      const word = cell.trimEnd();
      const style = CELL_STYLES[title]?.(word);
      return style ? paint(word, style) + cell.slice(word.length) : cell;
    })
    .join('');
}

/** Only of the summary: titles of findings are not touched. */
function paintCounts(line: string): string {
  if (!/^ {2}(?:findings | {12})/.test(line)) return line;
  return line
    .replace(COUNTED, (counted, severity: string) => paint(counted, SEVERITY_STYLES[severity]!))
    .replace(ATTACKED, (counted) => paint(counted, 'alarm'));
}

function paint(text: string, style: Style): string {
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
