// packages.lock.json and packages.config.
import { expect, test } from 'vitest';
import { parseNuGetConfig } from './nuget-config.ts';
import { parseNuGetLock } from './nuget-lock.ts';

test('a lock file names each package once, direct or not, and no projects', () => {
  const lock = {
    version: 1,
    dependencies: {
      'net8.0': {
        'Newtonsoft.Json': { type: 'Direct', requested: '[13.0.1, )', resolved: '13.0.1' },
        'System.Buffers': { type: 'Transitive', resolved: '4.5.1' },
        'my.project': { type: 'Project' },
      },
      'net8.0/win-x64': { 'System.Buffers': { type: 'Transitive', resolved: '4.5.1' } },
    },
  };
  expect(parseNuGetLock(Buffer.from(JSON.stringify(lock)))).toEqual([
    { ecosystem: 'nuget', name: 'Newtonsoft.Json', version: '13.0.1' },
    { ecosystem: 'nuget', name: 'System.Buffers', version: '4.5.1' },
  ]);
});

test('packages.config, without what was only built with', () => {
  const config = `\ufeff<?xml version="1.0" encoding="utf-8"?>
    <packages>
      <package id="jQuery" version="3.4.1" targetFramework="net48" />
      <package id="StyleCop" version="6.0.0" developmentDependency="true" />
      <package id="NoVersion" />
    </packages>`;
  expect(parseNuGetConfig(Buffer.from(config))).toEqual([
    { ecosystem: 'nuget', name: 'jQuery', version: '3.4.1' },
  ]);
  expect(() => parseNuGetConfig(Buffer.from('<packages>'))).toThrow(
    expect.objectContaining({ code: 'MALFORMED' }),
  );
});
