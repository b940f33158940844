// The version of a Windows system: build and revision, as in 10.0.20348.2322.

/** `build` is CurrentBuildNumber, `revision` is UBR. Every supported container Windows is 10.0. */
export interface WindowsVersion {
  readonly build: number;
  readonly revision: number;
}

const VERSION = /^10\.0\.(\d{1,6})\.(\d{1,6})$/;

/** Reads `10.0.B.R`; anything else, also a version of another shape or product, is `undefined`. */
export function parseWindowsVersion(text: string): WindowsVersion | undefined {
  const match = VERSION.exec(text.trim());
  return match ? { build: Number(match[1]), revision: Number(match[2]) } : undefined;
}

export function formatWindowsVersion(version: WindowsVersion): string {
  return `10.0.${version.build}.${version.revision}`;
}
