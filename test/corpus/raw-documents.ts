// MSRC's documents as plain rows, read with nothing but regular expressions: what the oracles of this folder start from.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompressBytes } from '../../src/formats/compression/decompress-bytes.ts';

export interface RawFix {
  /** Digits, or words such as `Release Notes`. */
  kb: string;
  subType: string;
  fixedBuild: string;
  products: string[];
}

export interface RawEntry {
  document: string;
  id: string;
  affected: string[];
  /** Its Vendor Fixes (R1). */
  fixes: RawFix[];
}

export interface RawDocuments {
  /** Those whose ID has the form of one (R0). */
  entries: RawEntry[];
  /** Name by product ID; names that differ in spaces only are the same. */
  names: ReadonlyMap<string, string>;
}

export interface HistoryRow {
  build: number;
  revision: number;
  kb: string;
}

/**
 * The history begins 1903 with 18362.116. The update before, of May 2019, is KB4497936, 18362.113
 * (Microsoft's release notes); the rules need it for the entries of that month.
 */
export const BEFORE_THE_HISTORY: HistoryRow = { build: 18362, revision: 113, kb: '4497936' };

export async function readRawDocuments(folder: string): Promise<RawDocuments> {
  const entries: RawEntry[] = [];
  const names = new Map<string, string>();
  for (const document of readdirSync(folder).filter((each) => each.includes('.xml'))) {
    const bytes = await decompressBytes(readFileSync(join(folder, document)), { maxBytes: 1e9 });
    const xml = bytes.toString('utf8');
    for (const [, id, name] of xml.matchAll(
      /<prod:FullProductName\s[^>]*?ProductID="([^"]*)"[^>]*>([^<]*)</g,
    )) {
      names.set(id!, text(name!).replace(/\s+/g, ' '));
    }
    for (const [, body = ''] of xml.matchAll(/<vuln:Vulnerability\b([\s\S]*?)<\/vuln:Vulnerability>/g)) {
      const id = one(body, 'CVE');
      if (!/^CVE-\d{4}-\d{4,}$|^ADV\d+$/.test(id)) continue;
      const statuses = /<vuln:ProductStatuses>([\s\S]*?)<\/vuln:ProductStatuses>/.exec(body)?.[1] ?? '';
      const remediations = [
        ...body.matchAll(/<vuln:Remediation\s+Type="([^"]*)">([\s\S]*?)<\/vuln:Remediation>/g),
      ];
      entries.push({
        document,
        id,
        affected: all(statuses, 'ProductID'),
        fixes: remediations
          .filter((match) => match[1] === 'Vendor Fix')
          .map(([, , fix = '']) => ({
            kb: one(fix, 'Description'),
            subType: one(fix, 'SubType'),
            fixedBuild: one(fix, 'FixedBuild'),
            products: all(fix, 'ProductID'),
          })),
      });
    }
  }
  return { entries, names };
}

/** The Vendor Fixes of an entry for one product; a fix that names none is for all. */
export function fixesFor(entry: RawEntry, product: string): RawFix[] {
  return entry.fixes.filter((fix) => fix.products.length === 0 || fix.products.includes(product));
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `2018-FEB.xml.zst` → months since year 0, so that two can be compared. */
export function monthOf(document: string): number {
  const [year, month] = document.slice(0, 8).toLowerCase().split('-');
  return Number(year) * 12 + MONTHS.indexOf(month!);
}

export function readServerHistory(tsv: string): HistoryRow[] {
  const rows = readFileSync(tsv, 'utf8').trim().split('\n').slice(1);
  return rows
    .map((row) => row.split('\t'))
    .filter(([family]) => family === 'server')
    .map(([, build, revision, kb]) => ({ build: Number(build), revision: Number(revision), kb: kb ?? '' }));
}

function all(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<vuln:${element}>([^<]*)</vuln:${element}>`, 'g'))].map((match) =>
    text(match[1]!),
  );
}

function one(xml: string, element: string): string {
  return all(xml, element)[0] ?? '';
}

function text(escaped: string): string {
  return escaped.replaceAll('&amp;', '&').trim();
}
