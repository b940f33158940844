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

test('a long line costs no more than its length', () => {
  const metadata = `Name: x${' '.repeat(1_000_000)}\nVersion:${'\t'.repeat(1_000_000)}2\n\n`;
  expect(parsePythonMetadata(Buffer.from(metadata))).toEqual([
    { ecosystem: 'pypi', name: 'x', version: '2' },
  ]);
});
