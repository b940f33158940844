// The parser against two others: tar-stream in both directions, and the system's tar.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { extract, type Header, pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { readTar } from '../../../test/builders/read-tar.ts';
import { buildTar, type TarEntrySpec } from '../../../test/builders/tar.ts';
import { TarError } from './tar-error.ts';

interface Seen {
  path: string;
  type: string;
  content: string;
  linkPath?: string;
}

async function packWithTarStream(
  entries: readonly [Partial<Header> & { name: string }, string][],
): Promise<Buffer> {
  const archive = pack();
  for (const [headers, content] of entries) archive.entry(headers, Buffer.from(content, 'latin1'));
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function readWithTarStream(archive: Buffer): Promise<Seen[]> {
  const reader = extract();
  reader.end(archive);
  const seen: Seen[] = [];
  for await (const entry of reader) {
    const { name, type, linkname } = entry.header;
    let content = '';
    for await (const chunk of entry) content += (chunk as Buffer).toString('latin1');
    const path = name.replace(/\/$/, '');
    seen.push({
      path,
      type: type === 'link' ? 'hardlink' : type!,
      content,
      ...(linkname && { linkPath: linkname }),
    });
  }
  return seen;
}

function readWithOurs(archive: Buffer): Seen[] {
  return readTar(archive).map(({ path, type, content, linkPath }) => ({
    path: path.replace(/\/$/, ''),
    type,
    content,
    ...(linkPath !== undefined && { linkPath }),
  }));
}

const segment = fc.stringMatching(/^[A-Za-z0-9 ._~$()äß-]{1,30}$/).filter((text) => !/^\.*$/.test(text));
const path = fc.array(segment, { minLength: 1, maxLength: 12 }).map((segments) => segments.join('/'));
const content = fc.string({ unit: 'binary-ascii', maxLength: 1500 });

const entrySpec: fc.Arbitrary<TarEntrySpec> = fc.oneof(
  fc.record({ path, content, pax: fc.dictionary(fc.stringMatching(/^MSWINDOWS\.[a-z]{1,9}$/), segment) }),
  fc.record({ path, typeFlag: fc.constant('5') }),
  fc.record({ path, typeFlag: fc.constantFrom('1', '2'), linkPath: path }),
);

describe('TarParser against tar-stream', () => {
  test('reads what tar-stream packs', async () => {
    const header: fc.Arbitrary<[Partial<Header> & { name: string }, string]> = fc.oneof(
      fc.tuple(fc.record({ name: path, pax: fc.constant({ 'MSWINDOWS.fileattr': '32' }) }), content),
      fc.tuple(fc.record({ name: path, type: fc.constant('directory' as const) }), fc.constant('')),
      fc.tuple(
        fc.record({ name: path, type: fc.constantFrom('symlink' as const, 'link' as const), linkname: path }),
        fc.constant(''),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 8 }), async (entries) => {
        const archive = await packWithTarStream(entries);
        expect(readWithOurs(archive)).toEqual(await readWithTarStream(archive));
        expect(readTar(archive).map((entry) => entry.content)).toEqual(entries.map(([, text]) => text));
      }),
      { numRuns: 100 },
    );
  });

  test('tar-stream reads what the builder writes, and so do we', async () => {
    const longNames = fc.constantFrom('pax' as const, 'gnu' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(entrySpec, { maxLength: 8 }), longNames, async (specs, style) => {
        const archive = buildTar(specs, { longNames: style });
        const ours = readWithOurs(archive);
        expect(ours).toEqual(await readWithTarStream(archive));
        expect(ours.map((entry) => [entry.path, entry.content])).toEqual(
          specs.map((spec) => [spec.path, spec.content ?? '']),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('TarParser against the system tar', () => {
  test.each(['gnu', 'pax', 'ustar', 'v7', 'oldgnu'])('reads --format=%s', (format) => {
    const folder = mkdtempSync(join(tmpdir(), 'clearstory-tar-'));
    try {
      const deep = format === 'v7' || format === 'ustar' ? 'deep' : `deep/${'folder-name/'.repeat(20)}`;
      mkdirSync(join(folder, 'in', deep), { recursive: true });
      writeFileSync(join(folder, 'in', deep, 'a.txt'), 'some text');
      writeFileSync(join(folder, 'in/empty'), '');
      writeFileSync(join(folder, 'in/large'), 'L'.repeat(70_000));
      linkSync(join(folder, 'in/large'), join(folder, 'in/large-again'));
      symlinkSync('../elsewhere', join(folder, 'in/link'));
      const names = execFileSync(
        'tar',
        ['-C', folder, `--format=${format}`, '--sort=name', '-cvf', 'out.tar', 'in'],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
      const archive = execFileSync('cat', [join(folder, 'out.tar')], { maxBuffer: 1e8 });
      const entries = readTar(archive);
      expect(entries.map((entry) => entry.path)).toEqual(names.trimEnd().split('\n'));
      const byName = new Map(entries.map((entry) => [entry.path, entry]));
      expect(byName.get(join('in', deep, 'a.txt'))).toMatchObject({ type: 'file', content: 'some text' });
      expect(byName.get('in/large')).toMatchObject({
        type: 'file',
        sizeBytes: 70_000,
        content: 'L'.repeat(70_000),
      });
      expect(byName.get('in/large-again')).toMatchObject({ type: 'hardlink', linkPath: 'in/large' });
      expect(byName.get('in/link')).toMatchObject({ type: 'symlink', linkPath: '../elsewhere' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      console.warn('skipped: no tar command on this machine');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('TarParser: properties', () => {
  const archive = fc
    .tuple(fc.array(entrySpec, { maxLength: 6 }), fc.constantFrom('pax' as const, 'gnu' as const))
    .map(([specs, longNames]) => buildTar(specs, { longNames }));

  test('the way the bytes are cut does not matter', () => {
    fc.assert(
      fc.property(archive, fc.array(fc.nat({ max: 900 }), { maxLength: 60 }), (bytes, cuts) => {
        expect(readTar(bytes, cuts)).toEqual(readTar(bytes));
      }),
    );
  });

  test('mutated archives throw nothing but TarError', () => {
    const edit = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(
        archive,
        fc.array(edit, { maxLength: 6 }),
        fc.boolean(),
        fc.nat(),
        (bytes, edits, seal, cut) => {
          const mutated = Buffer.from(bytes.subarray(0, bytes.length - (cut % 700)));
          for (const [index, value] of edits) if (mutated.length > 0) mutated[index % mutated.length] = value;
          // A valid checksum lets the mutation through to the code behind it.
          if (seal && mutated.length >= 512) {
            const sum = mutated.subarray(0, 512).reduce((total, byte) => total + byte, 0);
            const blanked = sum - mutated.subarray(148, 156).reduce((total, byte) => total + byte, 0) + 256;
            mutated.write(`${blanked.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
          }
          try {
            readTar(mutated);
          } catch (error) {
            expect(error).toBeInstanceOf(TarError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('arbitrary bytes throw nothing but TarError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        try {
          readTar(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(TarError);
        }
      }),
    );
  });
});
