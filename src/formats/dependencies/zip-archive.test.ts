// Zip archives of unusual make, and such as state what is not true.
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { DependencyFileError } from './dependency-file-error.ts';
import { ZipArchive } from './zip-archive.ts';

const FILES = { 'a.txt': strToU8('first '.repeat(1000)), 'ü/b.txt': strToU8('second') };
const END_BYTES = 22;

const zip = (files: Record<string, Uint8Array>, level: 0 | 6 = 6): Buffer =>
  Buffer.from(zipSync(files, { level }));

function unpackAll(bytes: Buffer): Record<string, string> {
  const archive = new ZipArchive(bytes);
  return Object.fromEntries(
    [...archive.entries()].map((entry) => [entry.name, archive.unpack(entry).toString()]),
  );
}

/** With the directory's statement of the first file's size replaced. */
function restated(bytes: Buffer, sizeBytes: number): Buffer {
  const directory = bytes.readUInt32LE(bytes.length - END_BYTES + 16);
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(sizeBytes, directory + 24);
  return changed;
}

/** With a zip64 end record, as archives of more than 65,534 files have it. */
function withLargeEnd(bytes: Buffer): Buffer {
  const end = Buffer.from(bytes.subarray(-END_BYTES));
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), 24);
  record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), 32);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(bytes.length - END_BYTES), 8);
  locator.writeUInt32LE(1, 16);
  end.fill(0xff, 8, 20);
  return Buffer.concat([bytes.subarray(0, -END_BYTES), record, locator, end]);
}

describe('all files are found and unpacked', () => {
  const plain = zip(FILES);
  const commented = Buffer.concat([plain.subarray(0, -2), Buffer.from([5, 0]), Buffer.from('hello')]);
  test.each([
    ['deflated', plain],
    ['stored', zip(FILES, 0)],
    ['with a comment', commented],
    ['behind a program', Buffer.concat([Buffer.from('#!/bin/sh\nexec java -jar "$0"\n'), plain])],
    ['zip64', withLargeEnd(plain)],
    ['zip64 behind a program', Buffer.concat([Buffer.alloc(1000, 0x90), withLargeEnd(plain)])],
  ])('%s', (_what, bytes) => {
    expect(unpackAll(bytes)).toEqual({ 'a.txt': 'first '.repeat(1000), 'ü/b.txt': 'second' });
  });

  test('or there are none', () => {
    expect(unpackAll(zip({}))).toEqual({});
  });
});

test('no more is unpacked than is stated', () => {
  const bomb = zip({ 'a.txt': new Uint8Array(64 * 1024 * 1024) });
  const before = performance.now();
  for (let time = 0; time < 20; time++) {
    expect(() => unpackAll(restated(bomb, 1000))).toThrow(/a\.txt in it cannot be unpacked to 1000 bytes/);
  }
  // In full it takes more than a second.
  expect(performance.now() - before).toBeLessThan(1000);
});

test('a cut anywhere is found', () => {
  const bytes = zip(FILES);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => unpackAll(bytes.subarray(0, length)), `cut at ${length}`).toThrow(DependencyFileError);
  }
});
