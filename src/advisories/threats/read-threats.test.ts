// Documents of CISA's catalogue and of EPSS: what is taken from them, and what is refused in one sentence.
import { describe, expect, test } from 'vitest';
import { buildEpss, buildKev, buildKevEntry } from '../../../test/builders/threats.ts';
import { EpssFile } from './epss-file.ts';
import { decodeKev } from './kev-file.ts';
import { readEpss } from './read-epss.ts';
import { readKev } from './read-kev.ts';

async function* pieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("CISA's catalogue", () => {
  test('dates and ransomware of each entry', async () => {
    const text = buildKev([
      buildKevEntry('CVE-2025-1000', { knownRansomwareCampaignUse: 'Known' }),
      buildKevEntry('CVE-2021-44228', { dateAdded: '2021-12-10', dueDate: '' }),
    ]);
    const { bytes, entries, released } = await readKev(pieces(`\ufeff${text}`), 'kev.json');
    expect([entries, released]).toEqual([2, '2026-01-01T15:00:00.123Z']);
    expect(Object.fromEntries(decodeKev(bytes)!)).toEqual({
      'CVE-2021-44228': { added: '2021-12-10', due: null, ransomware: false },
      'CVE-2025-1000': { added: '2025-06-10', due: '2025-07-01', ransomware: true },
    });
  });

  test('equal entries give equal bytes', async () => {
    const entries = [buildKevEntry('CVE-2025-1000'), buildKevEntry('CVE-2025-1001')];
    const one = await readKev(pieces(buildKev(entries)), '');
    const other = await readKev(pieces(buildKev([...entries].reverse())), '');
    expect(one.bytes).toEqual(other.bytes);
  });

  const whole = buildKev([buildKevEntry('CVE-2025-1000')]);
  test.each([
    ['a web page', '\n<!DOCTYPE html><title>Access denied</title>', /kev\.json: is a web page; a proxy/],
    ['cut', whole.slice(0, -10), /is not JSON, or is cut off/],
    ['nothing', '', /is not JSON, or is cut off/],
    ['null', 'null', /is no catalogue/],
    ['another document', '{"count":1}', /has no list "vulnerabilities"/],
    ['empty', buildKev([]), /has no entries/],
    ['a wrong count', buildKev([buildKevEntry('CVE-2025-1000')], { count: 2 }), /says that it has 2 entries/],
    ['no ID', buildKev([buildKevEntry('soon')]), /kev\.json: vulnerabilities\[0\]: has no CVE ID/],
    ['no entry', buildKev([null as never]), /vulnerabilities\[0\]: has no CVE ID/],
    ['no date', buildKev([buildKevEntry('CVE-2025-1000', { dateAdded: 'May' })]), /no "dateAdded"/],
  ])('%s is refused', async (_what, text, says) => {
    await expect(readKev(pieces(text), 'kev.json')).rejects.toThrow(says);
    await expect(readKev(pieces(text), 'kev.json')).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
  });

  test('one without end is refused', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = Buffer.alloc(8 * 1024 * 1024, ' ');
      for (;;) yield chunk;
    }
    await expect(readKev(endless(), 'kev.json')).rejects.toThrow(/over 64 MiB/);
  });
});

describe('EPSS', () => {
  test('scores and date, whatever the pieces and line ends', async () => {
    const text = buildEpss([
      ['CVE-2025-0001', '0.93412', '0.99871'],
      ['CVE-1999-0001', '9e-05', '0.00012'],
    ]);
    for (const size of [1, 7, 1000]) {
      const read = await readEpss(pieces(text.replaceAll('\n', '\r\n'), size), 'epss.csv');
      expect([read.entries, read.released]).toEqual([2, '2026-01-01T12:00:00.000Z']);
      const file = EpssFile.of(read.bytes)!;
      expect(file.find('CVE-2025-0001')).toEqual({ probability: 0.93412, percentile: 0.99871 });
      expect(file.find('CVE-1999-0001')).toEqual({ probability: 0.00009, percentile: 0.00012 });
    }
  });

  test('without a comment there is no date; the date of former years is one too', async () => {
    const rows = 'cve,epss,percentile\nCVE-2025-0001,1,1';
    expect((await readEpss(pieces(rows), '')).released).toBeUndefined();
    const former = `#model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000\n${rows}`;
    expect((await readEpss(pieces(former), '')).released).toBe('2023-03-07T00:00:00.000Z');
  });

  test.each([
    ['a web page', '<html>', /epss\.csv: is a web page/],
    ['nothing', '', /has no scores/],
    ['a header alone', 'cve,epss,percentile\n', /has no scores/],
    ['no header', 'CVE-2025-0001,0.1,0.2\n', /epss\.csv: line 1: is not the header/],
    ['another table', '# x\ncve,score\n', /line 2: is not the header/],
    ['cut', buildEpss([['CVE-2025-0001', '0.5', '0.5']]).slice(0, -5), /line 3: is no row/],
    ['too likely', buildEpss([['CVE-2025-0001', '1.5', '0.5']]), /line 3: is no row/],
    ['no number', buildEpss([['CVE-2025-0001', '', '0.5']]), /line 3: is no row/],
    ['no CVE', buildEpss([['GHSA-1', '0.5', '0.5']]), /line 3: is no row/],
    ['a line without end', `cve,epss,percentile\n${'x'.repeat(100_000)}`, /line 2: is no row/],
  ])('%s is refused', async (_what, text, says) => {
    await expect(readEpss(pieces(text), 'epss.csv')).rejects.toThrow(says);
  });
});
