// What the title of an entry tells where its component tag is too wide, or wrong.
import type { HostReason } from './host-components.ts';

export type TitleRule =
  | { readonly title: RegExp; readonly host: HostReason }
  /** Judge it by another tag. */
  | { readonly title: RegExp; readonly tag: string };

/** The first that fits counts, and counts before the tag. */
const RULES: readonly TitleRule[] = [
  { title: /^(?:AMD|Intel|ARM)\b/i, host: 'processor' },
  { title: /\bWin32k\b/i, host: 'kernel' },
  { title: /\b(?:DirectX )?Graphics Kernel\b/i, host: 'kernel' },
  { title: /\bHyper-V\b/i, host: 'hypervisor' },
  { title: /\bSecure Boot\b/i, host: 'boot' },
  { title: /\bHTTP\.sys\b/i, host: 'driver' },
  { title: /\b\w+\.sys\b/i, host: 'driver' },
  // Drivers of databases run in the process that uses them.
  {
    title:
      /^(?!.*\b(?:ODBC|OLE DB|Printer) Driver).*\b(?:Filter |System |Class |Network |Port )?Driver (?:Elevation|Information|Remote|Denial|Security|Spoofing|Tampering)/i,
    host: 'driver',
  },
  { title: /\bSysmain Service\b/i, tag: 'Windows Sysmain Service' },
  { title: /\bGDI\+/, tag: 'Windows GDI+' },
  { title: /\bGDI\b/, tag: 'Windows GDI' },
  { title: /\bGraphics Component\b/, tag: 'Microsoft Graphics Component' },
  { title: /\bMS-EVEN\b/, tag: 'Windows Event Logging Service' },
  { title: /\(PGM\)/, tag: 'Windows PGM' },
  { title: /\(VBS\)/, host: 'hypervisor' },
  { title: /\bDomain Name Service\b/i, tag: 'Role: DNS Server' },
  { title: /\bLocal Security Authority\b|\bWindows LSA\b/i, tag: 'Windows Local Security Authority (LSA)' },
  { title: /\bSchannel\b/i, tag: 'Windows Secure Channel' },
  { title: /\bHTML Platforms\b/i, tag: 'Windows HTML Platform' },
  { title: /\bRemote Registry Service\b/i, tag: 'Microsoft Remote Registry Service' },
  { title: /\bKDC Proxy\b/i, tag: 'Windows KDC Proxy Service (KPSSVC)' },
  { title: /\bNTLM Hash\b/i, tag: 'Windows NTLM' },
  { title: /\bText Services Framework\b/i, tag: 'Windows Collaborative Translation Framework' },
  { title: /\bShortcut Files\b/i, tag: 'Internet Shortcut Files' },
  { title: /\bCSC Service\b/i, tag: 'Windows Client-Side Caching (CSC) Service' },
  { title: /\bInput Method Editor\b/i, tag: 'Microsoft Input Method Editor (IME)' },
  {
    title: /\bConnected User Experiences and Telemetry\b/i,
    tag: 'Windows Connected User Experiences and Telemetry',
  },
  { title: /\bWindows Certificate\b/i, tag: 'Windows Certificates' },
  { title: /\bPrint Spooler\b/i, tag: 'Windows Print Spooler Components' },
  { title: /\bDCOM\b/, tag: 'Windows COM' },
  { title: /^Hackerone: CVE-/i, tag: 'Windows cURL Implementation' },
  { title: /\(MSMQ\)/, tag: 'Windows Message Queuing' },
  { title: /\bRemote Desktop Gateway\b/i, tag: 'Remote Desktop Gateway Service' },
  { title: /\bActive Directory Federation Serv/i, tag: 'Active Directory Federation Services' },
  { title: /\bSQLite\b/i, tag: 'SQLite' },
];

export function titleRule(title: string): TitleRule | undefined {
  return RULES.find((rule) => rule.title.test(title));
}

/** What a title says of itself, without how it is attacked: `Windows Kerberos`; often a component tag. */
export function titleSubject(title: string): string {
  return title
    .replace(
      / (?:Elevation of Privilege|Information Disclosure|Remote Code Execution|Denial of Service|Security Feature Bypass|Spoofing|Tampering)\b.*/,
      '',
    )
    .trim();
}
