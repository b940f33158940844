// What the HTML report does in the browser: filter, search, sort, and show rows as they are needed.

/**
 * Rows are made from the embedded JSON, some at a time: 3,000 at once would keep a phone busy for seconds. Text only ever
 * goes in as text.
 */
export const SCRIPT = `
'use strict';
(() => {
  const rows = JSON.parse(document.getElementById('data').textContent);
  const body = document.getElementById('rows');
  const shown = document.getElementById('shown');
  const more = document.getElementById('more');
  const form = document.getElementById('filter');
  const STEP = 100;
  let order = null;
  let matching = rows;
  let count = 0;

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const cell = (row, name, content, className) => {
    const td = element('td', undefined, className);
    td.dataset.name = name;
    const box = element('div');
    for (const each of [].concat(content)) box.append(each);
    td.append(box);
    row.append(td);
  };
  const rowOf = (finding) => {
    const tr = element('tr');
    const id = finding.link ? element('a', finding.id) : element('span', finding.id);
    if (finding.link) { id.href = finding.link; id.rel = 'noreferrer'; }
    cell(tr, 'ID', id, 'num');
    const severity = [element('span', finding.severity, 'severity s-' + finding.severity)];
    if (finding.exploited) severity.push(element('span', 'exploited', 'tag s-Critical'));
    if (finding.kev) severity.push(element('span', 'KEV', 'tag s-Critical'));
    cell(tr, 'Severity', severity);
    cell(tr, 'CVSS', finding.score === null ? '' : finding.score.toFixed(1), 'num');
    cell(tr, 'Package', finding.package);
    cell(tr, 'Fixed in', finding.fix, 'num');
    cell(tr, 'Where', finding.where);
    const details = element('details');
    details.append(element('summary', finding.title || finding.id));
    for (const line of finding.details) details.append(element('p', line));
    cell(tr, 'Title', details);
    return tr;
  };
  const show = (until) => {
    const part = document.createDocumentFragment();
    for (; count < Math.min(until, matching.length); count++) part.append(rowOf(matching[count]));
    body.append(part);
    shown.textContent = matching.length === rows.length
      ? rows.length + (rows.length === 1 ? ' finding' : ' findings')
      : matching.length + ' of ' + rows.length + ' findings';
    more.hidden = count >= matching.length;
    more.textContent = 'Show ' + Math.min(STEP * 5, matching.length - count) + ' more of ' + (matching.length - count);
  };
  const apply = () => {
    const wanted = new FormData(form);
    const text = String(wanted.get('text') || '').trim().toLowerCase();
    const severity = wanted.get('severity');
    const where = wanted.get('where');
    matching = rows.filter((each) =>
      (!severity || each.severity === severity) &&
      (!where || each.where === where) &&
      (!wanted.get('fixable') || each.fixable) &&
      (!wanted.get('exploited') || each.exploited || each.kev) &&
      (!text || each.search.includes(text)));
    if (order) {
      const sign = order.down ? -1 : 1;
      matching = matching.slice().sort((a, b) => {
        const left = a.sort[order.column], right = b.sort[order.column];
        return left < right ? -sign : left > right ? sign : 0;
      });
    }
    body.textContent = '';
    count = 0;
    show(STEP);
  };
  for (const each of rows) {
    each.search = [each.id, each.title, each.package, each.fix, each.where].join(' ').toLowerCase();
    each.sort = { id: each.id, severity: each.rank, score: -(each.score || 0), package: each.package, where: each.where };
  }
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => { event.preventDefault(); apply(); });
  more.addEventListener('click', () => show(count + STEP * 5));
  for (const button of document.querySelectorAll('th button')) {
    button.addEventListener('click', () => {
      const column = button.dataset.column;
      order = { column, down: order !== null && order.column === column && !order.down };
      for (const th of document.querySelectorAll('th')) th.removeAttribute('aria-sort');
      button.closest('th').setAttribute('aria-sort', order.down ? 'descending' : 'ascending');
      apply();
    });
  }
  // Paper has no button to show more.
  window.addEventListener('beforeprint', () => show(matching.length));
  apply();
})();
`;
