// Where the code of a vulnerability runs, by its component and the files of the image.
import { expect, test } from 'vitest';
import { COMPONENT_WITNESSES } from '../windows/msrc-components/user-components.ts';
import { triage } from './triage.ts';

const SYSTEM32 = 'FILES/WINDOWS/SYSTEM32';

function classOf(
  component: string | undefined,
  files: readonly string[] | undefined,
  title = 'A Vulnerability',
): string {
  return triage({ title, component }, files && new Set(files)).class;
}

test.each([
  ['Windows Kernel', 'host'],
  ['Windows NTFS', 'host'],
  ['Role: Windows Hyper-V', 'host'],
  ['Windows Secure Boot', 'host'],
])('%s is the host’s whatever the image has', (component, expected) => {
  expect(classOf(component, [])).toBe(expected);
  expect(classOf(component, undefined)).toBe(expected);
});

test('a service is in the image exactly when one of its files is', () => {
  expect(classOf('Windows Message Queuing', [`${SYSTEM32}/MQSVC.EXE`])).toBe('image');
  expect(classOf('Windows Message Queuing', [`${SYSTEM32}/RPCRT4.DLL`])).toBe('absent');
  expect(triage({ title: '', component: 'Windows Message Queuing' }, new Set()).reason).toBe(
    'the image has no mqsvc.exe, mqqm.dll, mqrt.dll',
  );
});

test('an image that was not read whole lacks nothing for certain', () => {
  expect(classOf('Windows Message Queuing', undefined)).toBe('unknown');
});

test('a component with a driver is the host’s where the image lacks the rest', () => {
  expect(classOf('Microsoft QUIC', [])).toBe('host');
  expect(classOf('Microsoft QUIC', [`${SYSTEM32}/MSQUIC.DLL`])).toBe('image');
});

test.each([undefined, '', 'A Component Nobody Knows', 'toString'])('component %j is unknown', (component) => {
  expect(classOf(component, [])).toBe('unknown');
});

test('the title counts before a component that is too wide', () => {
  expect(
    classOf(
      'Microsoft Graphics Component',
      [`${SYSTEM32}/GDI32FULL.DLL`],
      'Windows Win32k Elevation of Privilege Vulnerability',
    ),
  ).toBe('host');
  expect(classOf('Microsoft Windows', [], 'AMD: CVE-2023-20569 Return Address Predictor')).toBe('host');
  expect(
    classOf('Windows RDP', [], 'Windows Remote Desktop Gateway (RD Gateway) Denial of Service Vulnerability'),
  ).toBe('absent');
  expect(
    classOf(
      'Windows ODBC Driver',
      [`${SYSTEM32}/ODBC32.DLL`],
      'Microsoft ODBC Driver Remote Code Execution Vulnerability',
    ),
  ).toBe('image');
});

test('witnesses are written as layers’ paths are compared', () => {
  for (const path of COMPONENT_WITNESSES) expect(path).toMatch(/^FILES\/[A-Z0-9 ._/-]+\.(?:DLL|EXE|DRV)$/);
  expect(COMPONENT_WITNESSES.has(`${SYSTEM32}/MSV1_0.DLL`)).toBe(true);
  expect(COMPONENT_WITNESSES.has('FILES/PROGRAM FILES/COMMON FILES/SYSTEM/OLE DB/SQLOLEDB.DLL')).toBe(true);
});
