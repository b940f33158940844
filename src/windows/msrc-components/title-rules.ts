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
  { title: /\(MSMQ\)/, tag: 'Windows Message Queuing' },
  { title: /\bRemote Desktop Gateway\b/i, tag: 'Remote Desktop Gateway Service' },
  { title: /\bActive Directory Federation Serv/i, tag: 'Active Directory Federation Services' },
  { title: /\bSQLite\b/i, tag: 'SQLite' },
];

export function titleRule(title: string): TitleRule | undefined {
  return RULES.find((rule) => rule.title.test(title));
}
