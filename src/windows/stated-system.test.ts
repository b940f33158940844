// Without a registry: what catalogue and image config say, and that the report rests on them.
import { describe, expect, test } from 'vitest';
import { buildImageContent } from '../../test/builders/image-content.ts';
import { NO_SERVICING } from '../../test/builders/inventory.ts';
import type { KnownBase } from '../model/known-base.ts';
import { statedSystem } from './stated-system.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as const;

function base(revision: number, build = 20348): KnownBase {
  return {
    digest: DIGEST,
    diffId: DIGEST,
    build,
    revision,
    basis: 'registry',
    installationType: 'Nano Server',
    architecture: 'amd64',
  };
}

function stated(configVersion: string | undefined, known?: KnownBase) {
  const content = buildImageContent({
    ...(configVersion !== undefined && { configVersion }),
    configArchitecture: 'amd64',
  });
  return statedSystem(content, NO_SERVICING, 'no layer was read', known);
}

describe('statedSystem', () => {
  test('the image config stands in, and the report says so', () => {
    const { os, notices } = stated('10.0.20348.2322');
    expect(os).toMatchObject({ build: 20348, revision: 2322, name: 'Windows Server 2022', basis: 'config' });
    expect(os?.evidence).toEqual([{ kind: 'config', value: 'os.version', data: '10.0.20348.2322' }]);
    expect(notices).toMatchObject([
      { code: 'STATED_ONLY', uncertain: true, message: expect.stringMatching(/no layer was read.*config/) },
    ]);
  });

  test('nothing is made up where nobody says anything', () => {
    expect(stated(undefined).os).toBeUndefined();
    expect(stated('6.1.7601').os).toBeUndefined();
  });

  test('the catalogue decides and knows more', () => {
    const { os, notices } = stated('10.0.20348.2322', base(2322));
    expect(os).toMatchObject({
      revision: 2322,
      basis: 'catalog',
      installationType: 'Nano Server',
      introducedIn: DIGEST,
    });
    expect(os?.evidence[0]).toEqual({ kind: 'catalog', layer: DIGEST, data: '10.0.20348.2322' });
    expect(notices.map(({ code }) => code)).toEqual(['STATED_ONLY']);
  });

  test.each([
    ['an older catalogue', '10.0.20348.5000', base(2322), 2322, 'catalog'],
    ['an older config', '10.0.20348.100', base(2322), 100, 'config'],
    ['another build in the config', '10.0.17763.9000', base(2322), 2322, 'catalog'],
  ])('%s counts, and both are named', (_what, config, known, revision, basis) => {
    const { os, notices } = stated(config, known);
    expect(os).toMatchObject({ build: 20348, revision, basis });
    const conflict = notices.find(({ code }) => code === 'REVISION_CONFLICT');
    expect(conflict).toMatchObject({ uncertain: true });
    expect(conflict?.message).toContain('10.0.20348.2322');
    expect(conflict?.message).toContain(config);
  });
});
