// Writes servicing manifests for tests.

export interface MumSpec {
  readonly name?: string;
  readonly version?: string;
  readonly language?: string;
  readonly identifier?: string;
  readonly releaseType?: string;
  /** Packages it consists of: name and version. */
  readonly children?: readonly (readonly [name: string, version: string])[];
}

export function buildMum(spec: MumSpec = {}): string {
  const children = (spec.children ?? []).map(
    ([name, version]) =>
      `<update name="u"><package integrate="hidden">${identity(name, version)}</package></update>`,
  );
  const identifier = spec.identifier === undefined ? '' : ` identifier="${spec.identifier}"`;
  const releaseType = spec.releaseType === undefined ? '' : ` releaseType="${spec.releaseType}"`;
  return `<?xml version="1.0" encoding="utf-8"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0">
  ${identity(spec.name ?? 'Package_for_KB5000001', spec.version ?? '20348.2322.1.8', spec.language)}
  <package${identifier}${releaseType}>
    <parent>${identity('Microsoft-Windows-ServerCore-Edition', '10.0.20348.1')}</parent>
    ${children.join('\n    ')}
  </package>
</assembly>`;
}

function identity(name: string, version: string, language = 'neutral'): string {
  const attributes = `processorArchitecture="amd64" publicKeyToken="31bf3856ad364e35"`;
  return `<assemblyIdentity name="${name}" version="${version}" language="${language}" ${attributes} />`;
}
