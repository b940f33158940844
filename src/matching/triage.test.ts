// Where the code of a vulnerability runs, by its component and the files of the image.
import { expect, test } from 'vitest';
import { COMPONENT_WITNESSES } from '../windows/msrc-components/user-components.ts';
import { triage } from './triage.ts';

const SYSTEM32 = 'FILES/WINDOWS/SYSTEM32';

function classOf(
  component: string | undefined,
  files: readonly string[] | undefined,
  title = `${component ?? ''} Elevation of Privilege Vulnerability`,
): string {
  return triage({ title, component }, files && new Set(files)).class;
}

test.each([
  ['Windows Kernel', 'Windows Kernel Elevation of Privilege Vulnerability'],
  ['Windows NTFS', 'NTFS Remote Code Execution Vulnerability'],
  ['Role: Windows Hyper-V', 'Windows Hyper-V Denial of Service Vulnerability'],
  ['Windows Secure Boot', 'Secure Boot Security Feature Bypass Vulnerability'],
])('%s is the host’s whatever the image has', (component, title) => {
  expect(classOf(component, [], title)).toBe('host');
  expect(classOf(component, undefined, title)).toBe('host');
});

test('a service is in the image exactly when one of its files is', () => {
  expect(classOf('Windows Message Queuing', [`${SYSTEM32}/MQSVC.EXE`])).toBe('image');
  expect(classOf('Windows Message Queuing', [`${SYSTEM32}/RPCRT4.DLL`])).toBe('absent');
  expect(triage({ title: 'Message Queuing', component: 'Windows Message Queuing' }, new Set()).reason).toBe(
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

test.each([
  ['Windows Kernel', 'Windows Kernel Elevation of Privilege Vulnerability', 'host'],
  ['Windows Kernel', 'Windows Elevation of Privilege Vulnerability', 'host'],
  ['Windows Kernel', 'Windows Bluetooth Service Elevation of Privilege Vulnerability', 'absent'],
  ['Windows Kernel', 'Windows System Events Broker Elevation of Privilege Vulnerability', 'unknown'],
  ['Windows COM', 'Windows Search Indexer Elevation of Privilege Vulnerability', 'unknown'],
  ['Windows Authentication Methods', 'Windows Kerberos Denial of Service Vulnerability', 'absent'],
  [
    'Windows Internet Connection Sharing (ICS)',
    'Windows Network Address Translation (NAT) Denial of Service Vulnerability',
    'host',
  ],
  ['Windows SMB', 'Windows SMB Witness Service Elevation of Privilege Vulnerability', 'unknown'],
  ['Windows Hyper-V', 'Internet Connection Sharing Service Denial of Service Vulnerability', 'unknown'],
  [
    'Windows File Server',
    'Windows File Server Resource Management Service Elevation of Privilege',
    'unknown',
  ],
  ['Windows Fundamentals', 'MS-EVEN RPC Remote Code Execution Vulnerability', 'absent'],
  ['Windows Win32K - GRFX', 'GDI+ Remote Code Execution Vulnerability', 'absent'],
])('%s, "%s": the title says more than the tag: %s', (component, title, expected) => {
  expect(classOf(component, [], title)).toBe(expected);
});
