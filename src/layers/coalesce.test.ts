import { describe, expect, test } from 'vitest';
import { dword, hiveFromPaths, sz } from '../../test/builders/hive.ts';
import type { LayerSpec } from '../../test/builders/image.ts';
import { layerFacts } from '../../test/builders/layer-facts.ts';
import { buildPe } from '../../test/builders/pe.ts';
import { file, whiteout } from '../../test/builders/tar.ts';
import {
  baseLayer,
  CONFIG,
  CURRENT_VERSION,
  deltaLayer,
  updateLayer,
} from '../../test/builders/windows-image.ts';
import type { ImageConfig } from '../images/image-source.ts';
import type { LayerFacts } from '../model/layer-facts.ts';
import { coalesce } from './coalesce.ts';

const CONFIG_5000: ImageConfig = {
  os: 'windows',
  architecture: 'amd64',
  osVersion: '10.0.20348.5000',
  env: [],
  history: [],
  diffIds: [],
};

const factsOf = (layer: LayerSpec): Promise<LayerFacts> => layerFacts(layer.entries);

const inventoryOf = async (...layers: LayerSpec[]) =>
  coalesce({ layers: await Promise.all(layers.map(factsOf)), absent: [] }, CONFIG_5000);

describe('coalesce', () => {
  test('the last layer that sets the revision is the one that brought it', async () => {
    const layers = [
      baseLayer({ revision: 859 }),
      updateLayer(5000),
      deltaLayer({ 'Software\\App': [sz('a', 'b')] }),
    ];
    const facts = await Promise.all(layers.map(factsOf));
    const { os, packages, notices } = coalesce({ layers: facts, absent: [] }, CONFIG_5000);
    expect(os).toMatchObject({ revision: 5000, introducedIn: facts[1]!.digest });
    expect(packages[0]).toMatchObject({
      id: 'os',
      version: '10.0.20348.5000',
      introducedIn: facts[1]!.digest,
    });
    expect(packages[0]?.purl).toBe('pkg:generic/microsoft/windows-server-2022@10.0.20348.5000?arch=amd64');
    expect(notices).toEqual([]);
  });

  test('an empty delta changes nothing', async () => {
    const { os } = await inventoryOf(baseLayer({ revision: 5000 }), {
      entries: [file('Hives/Software_Delta', '')],
    });
    expect(os?.revision).toBe(5000);
  });

  test('a hive file above the base counts only where no delta is', async () => {
    const whole = file(
      `${CONFIG}/SOFTWARE`,
      hiveFromPaths({ [CURRENT_VERSION]: [sz('CurrentBuildNumber', '20348'), dword('UBR', 1)] }),
    );
    const ignored = await inventoryOf(baseLayer({ revision: 859 }), {
      entries: [...updateLayer(5000).entries, whole],
    });
    expect(ignored.os?.revision).toBe(5000);
    expect(ignored.notices).toEqual([]);
    const replaced = await inventoryOf(baseLayer({ revision: 859 }), { entries: [whole] });
    expect(replaced.os?.revision).toBe(1);
    expect(replaced.notices.map(({ code }) => code)).toEqual(['HIVE_REPLACED', 'REVISION_CONFLICT']);
  });

  test('a delta without a base leaves the image config to say which Windows it is', async () => {
    const { os, notices } = await inventoryOf(updateLayer(5000));
    expect(os?.evidence).toMatchObject([{ kind: 'config', value: 'os.version' }]);
    expect(notices.map(({ code, uncertain }) => [code, uncertain])).toEqual([
      ['HIVE_WITHOUT_BASE', true],
      ['STATED_ONLY', true],
    ]);
  });

  test('files that a layer above removes bear no witness any more', async () => {
    const path = 'Files/Windows/System32/ntdll.dll';
    const newer = file(path, buildPe({ versions: [{ file: '10.0.20348.6000' }] }));
    const pending = file('Files/Windows/WinSxS/pending.xml', '<x/>');
    const base = baseLayer({ revision: 5000, entries: [newer, pending] });
    expect((await inventoryOf(base)).notices[0]?.message).toContain(`${path} has version 10.0.20348.6000`);
    expect((await inventoryOf(base)).notices.map(({ code }) => code)).toEqual([
      'REVISION_CONFLICT',
      'SERVICING_PENDING',
    ]);
    const single = await inventoryOf(base, { entries: [whiteout(path), whiteout('Files/Windows/WinSxS')] });
    expect(single.notices).toEqual([]);
    const opaque = await inventoryOf(base, { entries: [file('Files/Windows/.wh..wh..opq', '')] });
    expect(opaque.notices).toEqual([]);
    const similar = await inventoryOf(base, { entries: [whiteout('Files/Windows/System32/ntdll')] });
    expect(similar.notices).toHaveLength(2);
  });

  test.each([
    ['linux', 'it is an image for linux'],
    ['windows', 'no layer has a SOFTWARE registry hive'],
  ])('an image for %s without a hive says why there is no Windows', async (os, reason) => {
    const facts = await factsOf({ entries: [file('etc/os-release', 'x')] });
    const { notices } = coalesce({ layers: [facts], absent: [] }, { ...CONFIG_5000, os });
    expect(notices[0]?.message).toContain(reason);
  });
});
