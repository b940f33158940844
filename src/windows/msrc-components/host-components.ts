// Components that run below the container: the kernel, its drivers, the hypervisor, the boot chain, the processor.

/** Why a component is the host's, as the beginning of a sentence. */
export type HostReason = 'kernel' | 'driver' | 'hypervisor' | 'boot' | 'processor';

/**
 * MSRC's component tags, one a line. Reviewed against what the advisories of each tag name as the vulnerable file. Some
 * tags are given to services as well: behind the bar stand the words of which the title must have one, unless it names
 * nothing at all.
 */
const TAGS: Readonly<Record<HostReason, string>> = {
  kernel: `
    Windows Kernel | kernel|ALPC|DirectX|NTFS|ReFS|driver
    Windows NT OS Kernel | kernel|ALPC|DirectX|NTFS|ReFS|driver
    Windows Kernel Memory | kernel|ALPC|DirectX|NTFS|ReFS|driver
    Windows Win32K - GRFX | win32|kernel
    Windows Win32K - ICOMP | win32|kernel
    Windows Win32K | win32|kernel
    Windows Win32 Kernel Subsystem | win32|kernel
    Graphics Kernel
    Windows Registry
    Windows Transaction Manager
    Kernel Transaction Manager
    NtQueryInformation Token function (ntifs.h)
    Windows Defender Application Control (WDAC)
    App Control for Business (WDAC)
    Code Integrity Guard
    Windows Power Dependency Coordinator`,
  driver: `
    Windows Ancillary Function Driver for WinSock
    Windows Mobile Broadband
    Windows Common Log File System Driver
    Windows TCP/IP
    Windows Cloud Files Mini Filter Driver
    Windows NTFS
    Microsoft Streaming Service
    Windows Kernel-Mode Drivers | kernel|ALPC|DirectX|NTFS|ReFS|driver
    Microsoft Brokering File System
    Windows Projected File System
    Windows Projected File System Filter Driver
    Windows Layer 2 Tunneling Protocol
    Windows Layer-2 Bridge Network Driver
    Windows HTTP.sys
    HTTP/2
    Windows Internet Information Services
    Windows USB Video Driver
    Windows SMB | SMB (?!Witness)|NTFS
    Windows SMB Server | SMB
    Windows SMB Client
    Windows SMBv3 Client
    Windows SMBv3 Client/Server
    Windows Resilient File System (ReFS)
    Windows Network Virtualization | virtualization
    Windows Network Address Translation (NAT)
    Windows USB Print Driver
    Windows USB Serial Driver
    Windows USB Hub Driver
    Microsoft Virtual Hard Drive
    Virtual Hard Disk (VHDX)
    Kernel Streaming WOW Thunk Service Driver
    Windows TDX.sys
    Windows TDI Translation Driver (tdx.sys)
    Agere Windows Modem Driver
    Windows Motorola Soft Modem Driver
    Windows Universal Disk Format File System Driver (UDFS)
    Windows Storage Spaces Controller
    Windows Named Pipe File System
    Mailslot File System
    Microsoft Bluetooth Driver
    Windows Bluetooth RFCOM Protocol Driver
    Windows Bluetooth A2DP driver
    Windows Bluetooth Port Driver
    Microsoft Windows SCSI Class System File
    Reliable Multicast Transport Driver (RMCAST)
    Windows PGM
    Windows Storage Port Driver
    Storage Port Driver
    Storport.sys Driver
    Windows Storport Miniport Driver
    Windows Fast FAT Driver
    Windows exFAT File System
    Windows Extensible File Allocation
    Windows MBT Transport driver
    Windows NDIS
    NDIS
    Windows Partition Management Driver
    Windows VOLSNAP.SYS
    Windows Volume Manager Extension Driver
    Windows Composite Image File System
    Windows Container Isolation FS Filter Driver
    Windows Wi-Fi Driver
    Windows Native WiFi Miniport Driver
    Windows Proxy Driver
    Windows Filtering
    Windows Filtering Platform (WFP)
    Windows WFP NDIS Lightweight Filter Driver (wfplwfs.sys)
    Windows LUAFV
    Applocker Filter Driver (applockerfltr.sys)
    Windows Client Side Caching driver (csc.sys)
    Windows Trusted Runtime Interface Driver
    Windows Drivers
    Windows Recovery Driver
    HID class driver
    Microsoft Windows QoS scheduler
    Multimedia Class Scheduler Service (MMCSS)
    Microsoft Failover Cluster Virtual Driver
    Windows Link-Layer Discovery Protocol (LLDP)`,
  hypervisor: `
    Role: Windows Hyper-V | VMSwitch|\\bNAT\\b
    Windows Hyper-V | hypervisor|\\bNAT\\b
    Windows Hyper-V NT Kernel Integration VSP
    Windows Storage VSP Driver
    Storvsp.sys Driver
    Windows Virtual Machine Bus
    Windows VMSwitch
    Windows Virtual Trusted Platform Module
    Windows Secure Kernel Mode
    Virtual Secure Mode
    Windows Virtualization-Based Security (VBS) Enclave
    Windows Hypervisor-Protected Code Integrity
    Windows Defender Credential Guard
    Trusted Compute Base`,
  boot: `
    Windows Secure Boot
    Windows Boot Manager
    Windows Boot Loader
    Windows BitLocker
    Windows EFI Partition
    Windows UEFI
    Unified Extensible Firmware Interface
    Windows TPM
    TCG TPM2.0
    Dynamic Root of Trust for Measurement (DRTM)`,
  processor: `
    Chipsets
    Intel
    AMD L1 Data Queue
    AMD Store Queue
    AMD CPU Branch
    Input-Output Memory Management Unit (IOMMU)`,
};

/** Titles such as "Windows Elevation of Privilege Vulnerability": only the tag says of what. */
const NAMELESS =
  /^(?:Microsoft )?Windows (?:Elevation of Privilege|Information Disclosure|Remote Code Execution|Denial of Service|Security Feature Bypass)/i;

interface HostComponent {
  readonly reason: HostReason;
  readonly words: RegExp | undefined;
}

const COMPONENTS: ReadonlyMap<string, HostComponent> = new Map(
  (Object.entries(TAGS) as [HostReason, string][]).flatMap(([reason, lines]) =>
    lines
      .trim()
      .split(/\n\s*/)
      .map((line) => {
        const [tag = '', words] = line.split(/ \| (.+)/);
        return [tag, { reason, words: words ? new RegExp(words, 'i') : undefined }] as const;
      }),
  ),
);

/** `undefined`: the component is not known to be the host's, or the title speaks of something else. */
export function hostReason(tag: string, title: string): HostReason | undefined {
  const component = COMPONENTS.get(tag);
  if (!component) return undefined;
  const { reason, words } = component;
  return !words || words.test(title) || NAMELESS.test(title) ? reason : undefined;
}
