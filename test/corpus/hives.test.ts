// Every sample hive reads as its ground truth says, or fails with an error that names the offset.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openHive } from '../../src/formats/regf/hive.ts';
import { HiveError } from '../../src/formats/regf/hive-error.ts';
import type { HiveKey } from '../../src/formats/regf/hive-key.ts';
import { extractAll } from '../../src/windows/registry/extract.ts';
import { findKey, textOf } from '../../src/windows/registry/lookup.ts';
import { type MergedKey, mergeLayer, standalone } from '../../src/windows/registry/merge.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

const SAMPLES = join(SHARED_DATA, 'samples');
const index = hasSharedData
  ? readFileSync(join(SAMPLES, 'INDEX.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
      .map(([file = '', , what = '', , truth = '']) => ({ file, what, truth }))
      .filter(({ file, truth }) => file.startsWith('hives/') && truth.includes('header regf'))
  : [];

function sample(file: string): Buffer {
  const path = join(SAMPLES, file);
  if (file.endsWith('.gz')) return gunzipSync(readFileSync(path));
  if (file.endsWith('.xz')) return execFileSync('xz', ['-dc', path], { maxBuffer: 1 << 28 });
  return readFileSync(path);
}

function count(key: HiveKey): { keys: number; values: number } {
  let values = key.values().length;
  let keys = 1;
  for (const child of key.subkeys()) {
    const below = count(child);
    keys += below.keys;
    values += below.values;
  }
  return { keys, values };
}

describe.skipIf(!hasSharedData)('sample hives', () => {
  // A log or a file that is none has no figures; of several tools' figures the last, most complete one counts.
  const readable = index.flatMap(({ file, what, truth }) => {
    const figures = [...truth.matchAll(/keys (\d+) values (\d+)/g)].at(-1);
    const damaged = /malformed|truncated/i.test(what);
    return figures ? [{ file, damaged, keys: Number(figures[1]), values: Number(figures[2]) }] : [];
  });

  test('there are enough of them', () => {
    expect(readable.length).toBeGreaterThan(35);
    expect(readable.filter((each) => each.damaged).length).toBeLessThan(5);
  });

  test.each(readable.filter((each) => !each.damaged))(
    '$file has $keys keys and $values values',
    ({ file, keys, values }) => {
      expect(count(openHive(sample(file)).root)).toEqual({ keys, values });
    },
  );

  // Tools that pass over damage find some keys; we must not lose a key without saying so.
  test.each(readable.filter((each) => each.damaged))(
    '$file is damaged: all of it or an error',
    ({ file, keys, values }) => {
      let outcome: unknown;
      try {
        outcome = count(openHive(sample(file)).root);
      } catch (error) {
        outcome = error;
      }
      if (outcome instanceof HiveError) expect(outcome.message).toMatch(/ at offset 0x[0-9a-f]+$/);
      else expect(outcome).toEqual({ keys, values });
    },
  );

  test.each(index.filter(({ truth }) => /type [126] /.test(truth) || truth.startsWith('header not')))(
    '$file is no hive',
    ({ file }) => {
      expect(() => count(openHive(sample(file)).root)).toThrow(HiveError);
    },
  );

  test.each([
    ['yarp/NewDirtyHive1/NewDirtyHive', 'yarp/NewDirtyHive1/RecoveredHive_Windows10'],
    ['yarp/OldDirtyHive/OldDirtyHive', 'yarp/OldDirtyHive/RecoveredHive_Windows7'],
  ])('%s recovers to what Windows made of it', (dirty, recovered) => {
    const logs = ['LOG1', 'LOG2'].map((log) => sample(`hives/${dirty}.${log}`));
    const hive = openHive(sample(`hives/${dirty}`), { logs });
    expect(hive.state).toBe('recovered');
    expect(extractAll(hive)).toEqual(extractAll(openHive(sample(`hives/${recovered}`))));
    expect(openHive(sample(`hives/${dirty}`)).state).toBe('dirty');
  });

  test('real logs are replayed, entry after entry', () => {
    const logs = ['LOG1', 'LOG2'].map((log) => sample(`hives/regipy/SYSTEM_B.${log}.xz`));
    const hive = openHive(sample('hives/regipy/SYSTEM_B.xz'), { logs });
    expect(hive.state).toBe('recovered');
    expect(count(hive.root).keys).toBeGreaterThan(33_000);
  });

  test('big data come in full', () => {
    const root = openHive(sample('hives/yarp/BigDataHive')).root;
    const lengths = [...root.subkeys(), root].flatMap((key) =>
      key.values().map((value) => value.data.length),
    );
    expect(lengths.sort()).toEqual([16345, 81725]);
  });
});

describe.skipIf(!hasSharedData)('the real Software_Delta', () => {
  const merged = (): MergedKey => {
    const empty = standalone({ name: '' }, 0);
    return mergeLayer(empty, extractAll(openHive(sample('hives/scancode-Software_Delta-full'))), 1);
  };

  test('over an empty base it gives 2929 keys and 3869 values', () => {
    const total = (key: MergedKey): { keys: number; values: number } =>
      [...key.keys.values()]
        .map(total)
        .reduce((sum, below) => ({ keys: sum.keys + below.keys, values: sum.values + below.values }), {
          keys: 1,
          values: key.values.size,
        });
    expect(total(merged())).toEqual({ keys: 2929, values: 3869 });
  });

  test('it has eight Python programs', () => {
    const views = ['', 'WOW6432Node\\'].map((view) => `${view}Microsoft\\Windows\\CurrentVersion\\Uninstall`);
    const programs = views.flatMap((view) =>
      [...(findKey(merged(), view)?.keys.values() ?? [])].map(
        (key) => `${textOf(key, 'DisplayName')} ${textOf(key, 'DisplayVersion')}`,
      ),
    );
    const parts = ['Tcl/Tk Support', 'Utility Scripts', 'Add to Path', 'Executables'];
    const more = ['Development Libraries', 'Standard Library', 'Core Interpreter'];
    expect(programs.sort()).toEqual(
      [...parts, ...more]
        .map((part) => `Python 3.9.5 ${part} (64-bit) 3.9.5150.0`)
        .concat('Python Launcher 3.9.7427.0')
        .sort(),
    );
  });
});
