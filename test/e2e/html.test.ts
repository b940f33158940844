// The HTML report in a browser: fast, silent, searchable, usable on a phone and on paper, and nothing breaks out of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { renderHtml } from '../../src/reports/html/html-report.ts';
import { fullReport } from '../builders/full-report.ts';
import { isInstalled } from '../builders/installed.ts';
import { buildFinding } from '../builders/report.ts';

const CHROMIUM = '/usr/bin/chromium';
const canRun = isInstalled('chromium');
if (!canRun)
  console.warn('the HTML report is not tested in a browser: Debian’s package chromium is not installed');

/** No look-ups of its own, which a machine without a network would wait for. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function largeReport(findings: number): Report {
  const base = fullReport();
  const severities = ['Critical', 'High', 'Medium', 'Low'] as const;
  const more = Array.from({ length: findings - base.findings.length }, (_, index) =>
    buildFinding(`CVE-2023-${10_000 + index}`, {
      severity: severities[index % 4]!,
      title: `Component ${index} Elevation of Privilege Vulnerability`,
      exploited: index % 100 === 0,
    }),
  );
  return { ...base, findings: [...base.findings, ...more] };
}

describe.skipIf(!canRun)('the HTML report in Chromium', () => {
  let browser: Browser;
  let folder: string;
  let address: string;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clearstory-html-'));
    const file = join(folder, 'report.html');
    writeFileSync(file, renderHtml(largeReport(3000)));
    address = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(request.url());
    });
    await page.goto(address);
  });

  afterAll(async () => {
    await browser?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  test('3,000 findings are painted within a second; nothing is loaded and nothing complains', async () => {
    // The entry may come after the page is there.
    const entry = 'performance.getEntriesByName("first-contentful-paint")[0]';
    await page.waitForFunction(entry);
    const paint = (await page.evaluate(`${entry}.startTime`)) as number;
    console.log(`first paint of 3,000 findings: ${Math.round(paint)} ms`);
    expect(paint).toBeLessThan(1000);
    expect(complaints).toEqual([]);
  });

  test('the advice comes first, and names from the image are text', async () => {
    expect(await page.locator('.advice p').first().textContent()).toMatch(
      /^Base is 10\.0\.20348\.2322 .* Rebuild on/,
    );
    expect(await page.locator('.notice').first().textContent()).toContain('<script>alert(1)</script>');
    expect(await page.locator('script').count()).toBe(2);
  });

  test('rows come as they are asked for; search and filters narrow them', async () => {
    expect(await page.locator('#rows tr').count()).toBe(100);
    await page.locator('#more').click();
    expect(await page.locator('#rows tr').count()).toBe(600);
    await page.fill('input[name=text]', 'component 1717');
    expect(await page.locator('#rows tr').count()).toBe(1);
    expect(await page.locator('#shown').textContent()).toBe('1 of 3000 findings');
    await page.fill('input[name=text]', '');
    await page.selectOption('select[name=where]', 'absent');
    expect(await page.locator('#rows tr').count()).toBe(1);
    await page.selectOption('select[name=where]', '');
    await page.check('input[name=exploited]');
    expect(await page.locator('#shown').textContent()).toBe('31 of 3000 findings');
    await page.uncheck('input[name=exploited]');
  });

  test('columns sort both ways and say so to a screen reader', async () => {
    const header = page.locator('th', { hasText: 'Severity' });
    await header.locator('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    expect(await page.locator('#rows tr').first().textContent()).toContain('Critical');
    await header.locator('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    expect(await page.locator('#rows tr').first().textContent()).toContain('Unknown');
  });

  test('charts and controls have names', async () => {
    for (const svg of await page.locator('svg').all())
      expect(await svg.getAttribute('aria-label')).toMatch(/\d/);
    expect(await page.getByLabel('Search').count()).toBe(1);
    expect(await page.getByLabel('Severity', { exact: false }).count()).toBeGreaterThan(0);
  });

  test('a phone in the dark needs no sideways scrolling', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await phone.goto(address);
    const width = (await phone.evaluate('document.documentElement.scrollWidth')) as number;
    expect(width).toBeLessThanOrEqual(390);
    const background = (await phone.evaluate('getComputedStyle(document.body).backgroundColor')) as string;
    expect(background).toBe('rgb(20, 24, 28)');
    await phone.close();
  });

  test('paper gets every row', async () => {
    await page.reload();
    await page.evaluate('window.dispatchEvent(new Event("beforeprint"))');
    expect(await page.locator('#rows tr').count()).toBe(3000);
  });
});
