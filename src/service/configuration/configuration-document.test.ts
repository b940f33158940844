// Files and their drop-ins: which are read, in which order, and what becomes of them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { refusalOf, writeConfiguration } from '../../../test/builders/configuration-files.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { loadDocument } from './configuration-document.ts';

async function merged(files: Readonly<Record<string, string | Uint8Array>>): Promise<unknown> {
  return (await loadDocument(writeConfiguration(files))).value;
}

describe('drop-ins', () => {
  test('are merged in the order of their names', async () => {
    const value = await merged({
      'config.yaml': 'matcher: { period: 1h, cache_age: 1h }\nlog_level: info\n',
      'config.yaml.d/20-later.yaml': 'matcher: { period: 3h }\n',
      'config.yaml.d/10-first.yaml': 'matcher: { period: 2h, cache_age: ~ }\n',
      'config.yaml.d/Z-before-small-letters.yaml': 'log_level: warn\n',
      'config.yaml.d/a.yaml': 'log_level: error\n',
    });
    expect(value).toEqual({ matcher: { period: '3h' }, log_level: 'error' });
  });

  test('of other extensions, and folders, are passed over', async () => {
    const value = await merged({
      'config.yaml': 'log_level: info\n',
      'config.yaml.d/a.json': '{"log_level": "json"}',
      'config.yaml.d/b.yml': 'log_level: yml\n',
      'config.yaml.d/c.yaml.bak': 'log_level: bak\n',
      'config.yaml.d/d.json-patch': '[{"op": "remove", "path": "/log_level"}]',
      'config.yaml.d/README': 'not a configuration',
      'config.yaml.d/deeper/e.yaml': 'log_level: deeper\n',
      'config.yaml.d/folder.yaml/e': 'log_level: folder\n',
    });
    expect(value).toEqual({ log_level: 'info' });
  });

  test('with -patch are applied as patches, in the same order', async () => {
    const value = await merged({
      'config.json': '{"auth": {"psk": {"iss": ["quay"]}}}',
      'config.json.d/1.json-patch': '[{"op": "add", "path": "/auth/psk/iss/-", "value": "clairctl"}]',
      'config.json.d/2.json': '{"log_level": "warn"}',
      'config.json.d/3.json-patch':
        '[{"op": "test", "path": "/log_level", "value": "warn"}, {"op": "move", "from": "/log_level", "path": "/level"}]',
    });
    expect(value).toEqual({ auth: { psk: { iss: ['quay', 'clairctl'] } }, level: 'warn' });
  });

  test('patches may be YAML', async () => {
    const value = await merged({
      'config.yaml': 'log_level: info\n',
      'config.yaml.d/1.yaml-patch': '- op: replace\n  path: /log_level\n  value: debug\n',
    });
    expect(value).toEqual({ log_level: 'debug' });
  });

  test('with nothing in them change nothing', async () => {
    const value = await merged({
      'config.yaml': 'log_level: info\n',
      'config.yaml.d/a.yaml': '',
      'config.yaml.d/b.yaml': '# only a comment\n',
      'config.yaml.d/c.yaml-patch': '',
    });
    expect(value).toEqual({ log_level: 'info' });
  });

  test('are found behind the links that Kubernetes mounts', async () => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'config.yaml.d/..2026'), { recursive: true });
    writeFileSync(join(folder, 'config.yaml'), 'log_level: info\n');
    writeFileSync(join(folder, 'config.yaml.d/..2026/key.yaml'), 'log_level: warn\n');
    symlinkSync('..2026', join(folder, 'config.yaml.d/..data'));
    symlinkSync('..data/key.yaml', join(folder, 'config.yaml.d/key.yaml'));
    expect((await loadDocument(join(folder, 'config.yaml'))).value).toEqual({ log_level: 'warn' });
  });

  test('that do not fit are refused with file, place and operation', async () => {
    const refused = (name: string, text: string): Promise<string> =>
      refusalOf(merged({ 'config.yaml': 'a: [1]\n', [`config.yaml.d/${name}`]: text }));
    expect(await refused('x.yaml', '- a\n')).toBe('config.yaml.d/x.yaml:1:1: is no map of keys at the top');
    expect(await refused('x.yaml-patch', 'op: add\n')).toMatch(
      /x\.yaml-patch:1:1: .* not a list of operations/,
    );
    const patch = '- op: test\n  path: /a/0\n  value: 1\n- op: remove\n  path: /b\n';
    expect(await refused('x.yaml-patch', patch)).toBe(
      'config.yaml.d/x.yaml-patch:4:3: the JSON patch cannot be applied: operation 2 names a place that is not there',
    );
  });
});

describe('places', () => {
  test('are those of the file that has the last word', async () => {
    const { places } = await loadDocument(
      writeConfiguration({
        'config.yaml': 'matcher:\n  period: 1h\n  cache_age: 1h\nlist: [a, b]\n',
        'config.yaml.d/1.yaml': '\n\nmatcher: { period: 2h }\n',
        'config.yaml.d/2.yaml-patch': '- { op: add, path: /list/0, value: { x: 1 } }\n',
      }),
    );
    const at = (...path: (string | number)[]) => {
      const { file = '', line } = places.find(path) ?? {};
      return `${file.split('/').at(-1)}:${line}`;
    };
    expect(at('matcher', 'period')).toBe('1.yaml:3');
    expect(at('matcher', 'cache_age')).toBe('config.yaml:3');
    // Which line the second item had nobody knows any more.
    expect(at('list', 1)).toBe('2.yaml-patch:1');
    expect(at('none')).toBe('config.yaml:1');
  });
});

describe('YAML', () => {
  test('may use anchors and merge keys', async () => {
    const text = 'x: &x { connstring: c }\nindexer: { <<: *x, airgap: true }\nmatcher: *x\n';
    expect(await merged({ 'config.yaml': text })).toEqual({
      x: { connstring: 'c' },
      indexer: { connstring: 'c', airgap: true },
      matcher: { connstring: 'c' },
    });
  });

  test.each([
    ['a second document', 'a: 1\n---\nb: 2\n', /config\.yaml:2:1: .*second document/],
    ['a key twice', 'a: 1\na: 2\n', /config\.yaml:2:1: .*twice/],
    ['a tab', 'a:\n\tb: 1\n', /config\.yaml:2:1: .*tab/],
    ['an open quote', 'a: "x\n', /config\.yaml:\d:\d+: is no valid YAML/],
    ['a list at the top', '- a\n', /config\.yaml:1:\d: is no map of keys/],
    ['a text at the top', 'hello\n', /config\.yaml:1:1: is no map of keys/],
  ])('%s is refused with its place', async (_, text, expected) => {
    expect(await refusalOf(merged({ 'config.yaml': text }))).toMatch(expected);
  });
});

describe('files', () => {
  test.each([
    ['config.yml', /\.yml is not accepted, as in Clair; name it \.yaml/],
    ['config.toml', /name it \.yaml or \.json/],
    ['config', /name it \.yaml or \.json/],
  ])('named %s are refused', async (name, expected) => {
    expect(await refusalOf(merged({ [name]: 'a: 1\n' }))).toMatch(expected);
  });

  test('that are not there are refused', async () => {
    expect(await refusalOf(loadDocument(join(temporaryDirectory(), 'config.yaml')))).toMatch(/no such file/);
  });

  test('over a mebibyte, folders, pipes and other encodings are refused', async () => {
    expect(await refusalOf(merged({ 'config.yaml': '#'.repeat(1024 * 1024 + 1) }))).toMatch(/1024 KiB/);
    expect(await refusalOf(merged({ 'config.yaml': Buffer.from('a: \xe9\n', 'latin1') }))).toMatch(/UTF-8/);
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'a.yaml'));
    expect(await refusalOf(loadDocument(join(folder, 'a.yaml')))).toMatch(/not a regular file/);
    execFileSync('mkfifo', [join(folder, 'b.yaml')]);
    expect(await refusalOf(loadDocument(join(folder, 'b.yaml')))).toMatch(/not a regular file/);
  });

  test('of Windows editors, with a byte order mark and CRLF, are read', async () => {
    expect(await merged({ 'config.yaml': '\ufeffmatcher:\r\n  period: 1h\r\n' })).toEqual({
      matcher: { period: '1h' },
    });
    expect(await merged({ 'config.json': '\ufeff{"a": 1}' })).toEqual({ a: 1 });
  });
});
