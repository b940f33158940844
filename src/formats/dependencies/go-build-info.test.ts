// Module lists of Go programs, in chunks of any size.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildGoInfo } from '../../../test/builders/go-binary.ts';
import { GoBuildInfoReader } from './go-build-info.ts';

const go = (name: string, version: string) => ({ ecosystem: 'golang', name, version });

const INFO = buildGoInfo('go1.21.5', [
  'path\texample.com/tool',
  'mod\texample.com/tool\t(devel)\t',
  'dep\tgolang.org/x/net\tv0.17.0\th1:abc=',
  'dep\texample.com/old\tv1.0.0',
  '=>\texample.com/new\tv1.2.0\th1:def=',
  'dep\texample.com/local\tv1.0.0',
  '=>\t./local',
  'build\t-compiler=gc',
]);
const EXPECTED = [go('stdlib', '1.21.5'), go('golang.org/x/net', 'v0.17.0'), go('example.com/new', 'v1.2.0')];

function read(bytes: Buffer, cuts: readonly number[] = []): unknown {
  const reader = new GoBuildInfoReader();
  const ends = [...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
  let start = 0;
  for (const end of ends) {
    reader.write(bytes.subarray(start, end));
    start = end;
  }
  return reader.end();
}

test('modules with what replaces them, and the version of Go; what has no version is left out', () => {
  expect(read(Buffer.concat([Buffer.alloc(4096, 0xcc), INFO, Buffer.alloc(100)]))).toEqual(EXPECTED);
});

test('however the bytes are cut', () => {
  const program = Buffer.concat([Buffer.alloc(64, 0xcc), INFO, Buffer.alloc(64)]);
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { maxLength: 200 }), (cuts) => {
      expect(read(program, cuts)).toEqual(EXPECTED);
    }),
  );
  for (const size of [1, 2, 3, 7, 14, 15, 16]) {
    const cuts = Array.from({ length: Math.ceil(program.length / size) }, (_, index) => index * size);
    expect(read(program, cuts), `chunks of ${size}`).toEqual(EXPECTED);
  }
});

test('a program that knows the magic as a constant', () => {
  const constant = Buffer.from('\xff Go buildinf:not a Go executable', 'latin1');
  expect(read(Buffer.concat([constant, Buffer.alloc(500), INFO]), [10, 14, 15, 16, 40])).toEqual(EXPECTED);
});

test('other programs, those of before Go 1.18 and damaged ones are none', () => {
  expect(read(Buffer.alloc(1000, 0xff))).toBeUndefined();
  const old = Buffer.from(INFO);
  old[15] = 0;
  expect(read(old)).toBeUndefined();
  for (let length = 0; length < INFO.length; length++) {
    expect(read(INFO.subarray(0, length)), `cut at ${length}`).toBeUndefined();
  }
});
