// Metadata of Python distributions.
import { expect, test } from 'vitest';
import { parsePythonMetadata } from './python-metadata.ts';

test('name as PyPI compares it, and version, of the headers alone', () => {
  const metadata =
    'Metadata-Version: 2.1\r\nName: Zope.Interface__X\r\nVersion:  5.4.0 \r\n\r\nName: other\r\n';
  expect(parsePythonMetadata(Buffer.from(metadata))).toEqual([
    { ecosystem: 'pypi', name: 'zope-interface-x', version: '5.4.0' },
  ]);
});

test.each(['', 'Name: x\n', 'Name: x\n\nVersion: 1\n', 'Version: 1\n'])('%j is incomplete', (text) => {
  expect(() => parsePythonMetadata(Buffer.from(text))).toThrow(
    expect.objectContaining({ code: 'MALFORMED' }),
  );
});

test('a long line without a value costs no more than its length', () => {
  const metadata = Buffer.from(`Name:${' '.repeat(100_000)}\nVersion: 1\n\n`);
  const before = performance.now();
  expect(() => parsePythonMetadata(metadata)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  // By the square of its length it takes ten seconds.
  expect(performance.now() - before).toBeLessThan(1000);
});
