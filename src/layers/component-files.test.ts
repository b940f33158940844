// Which component files an image of several layers has in the end.
import { expect, test } from 'vitest';
import { layerFacts } from '../../test/builders/layer-facts.ts';
import { file, hardlink, whiteout } from '../../test/builders/tar.ts';
import { componentFiles } from './component-files.ts';

test('files of all layers count, as Windows compares names, and removals too', async () => {
  const base = await layerFacts([
    file('Files/Windows/System32/mqsvc.exe', 'x'),
    file('Files/Windows/System32/curl.exe', 'x'),
    file('Files/Windows/WinSxS/amd64_dns/dns.exe', 'x'),
    file('Files/app/spoolsv.exe', 'x'),
  ]);
  const upper = await layerFacts([
    whiteout('Files/Windows/System32/curl.exe'),
    file('Files/windows/SYSTEM32/DNS.exe', 'x'),
    hardlink('Files/Windows/explorer.exe', 'Files/Windows/WinSxS/explorer.exe'),
  ]);
  expect(componentFiles([base, upper])).toEqual([
    'FILES/WINDOWS/EXPLORER.EXE',
    'FILES/WINDOWS/SYSTEM32/DNS.EXE',
    'FILES/WINDOWS/SYSTEM32/MQSVC.EXE',
  ]);
});
