// Components that run inside the container, with the files that bear witness whether an image has them.

/** Where a component's code runs when one of its witnesses is in the image, and what its absence means. */
export interface UserComponent {
  /** Canonical paths of layers, such as `FILES/WINDOWS/SYSTEM32/MQSVC.EXE`: without any of them the component is not there. */
  readonly witnesses: readonly string[];
  /** It has a driver too: when the image lacks the user-mode part, the rest is the host's. */
  readonly hasDriver: boolean;
}

/**
 * `tag | files`, below System32 unless they begin with a slash; a tag that ends in `+driver` has kernel code as well. Only
 * files that the component cannot be without: a wrong name here would call something absent that is there. Components
 * whose files we are not sure of are left out and stay `unknown`.
 */
const COMPONENTS = `
  Windows Routing and Remote Access Service (RRAS) | mprdim.dll iprtrmgr.dll rasmans.dll mprapi.dll
  Windows Message Queuing | mqsvc.exe mqqm.dll mqrt.dll
  Windows Telephony Service | tapisrv.dll
  Windows Telephony Server | tapisrv.dll
  Microsoft Graphics Component +driver | gdi32full.dll windowscodecs.dll d2d1.dll
  Windows DWM Core Library | dwmcore.dll
  Windows DWM | dwmcore.dll
  Desktop Window Manager | dwm.exe dwmcore.dll
  Microsoft WDAC OLE DB provider for SQL | /Program_Files/Common_Files/System/Ole_DB/sqloledb.dll
  Windows Kerberos | kerberos.dll kdcsvc.dll
  Windows Remote Desktop Services | termsrv.dll rdpcorets.dll
  Windows Remote Desktop | termsrv.dll rdpcorets.dll mstscax.dll
  Windows Remote Desktop Protocol | termsrv.dll rdpcorets.dll mstscax.dll
  Windows RDP | termsrv.dll rdpcorets.dll mstscax.dll aaedge.dll
  Remote Desktop Server | termsrv.dll rdpcorets.dll
  Remote Desktop Client | mstscax.dll mstsc.exe
  Windows Clipboard Virtual Channel Extension | mstscax.dll rdpclip.exe
  Windows Digital Media +driver | mfplat.dll mf.dll quartz.dll
  Windows Media | quartz.dll mfplat.dll dmusic.dll wmp.dll
  Microsoft Windows Media Foundation | mfplat.dll mf.dll
  Windows Direct Show | quartz.dll
  Windows Microsoft DirectMusic | dmusic.dll
  Windows Cryptographic Services | cryptsvc.dll crypt32.dll bcryptprimitives.dll
  Windows CryptoAPI | crypt32.dll
  Windows Certificates | crypt32.dll
  Windows HMAC Key Derivation | bcryptprimitives.dll
  Windows CNG Key Isolation Service | keyiso.dll
  Windows DPAPI (Data Protection Application Programming Interface) | dpapi.dll dpapisrv.dll crypt32.dll
  Windows DHCP Server | dhcpssvc.dll
  Windows DHCP Client | dhcpcore.dll dhcpcore6.dll
  Windows Internet Connection Sharing (ICS) | ipnathlp.dll
  Windows Mobile Hotspot | ipnathlp.dll
  Windows Remote Procedure Call | rpcrt4.dll
  RPC Runtime | rpcrt4.dll
  Windows Remote Procedure Call Interface Definition Language (IDL) | rpcrt4.dll
  RPC Endpoint Mapper Service | rpcepmap.dll rpcrt4.dll
  Windows Remote Access Connection Manager | rasmans.dll
  Windows Shell | shell32.dll windows.storage.dll
  Windows Core Shell | shell32.dll windows.storage.dll
  Windows Shell Link Processing | shell32.dll windows.storage.dll
  Windows File Explorer | /Windows/explorer.exe shell32.dll
  Windows COM Session | /Windows/explorer.exe shell32.dll
  Windows Mark of the Web (MOTW) | urlmon.dll shell32.dll
  Windows Remote Desktop Licensing Service | lserver.dll
  Windows Push Notifications | wpncore.dll wpnapps.dll wpnservice.dll
  Windows Push Notification Core | wpncore.dll
  Windows Notification | wpncore.dll wpnservice.dll
  Windows Installer | msi.dll msiexec.exe
  Windows LDAP - Lightweight Directory Access Protocol | wldap32.dll ntdsai.dll
  Windows Active Directory | wldap32.dll ntdsai.dll
  Active Directory Domain Services | ntdsai.dll
  Windows Management Services | windows.management.service.dll
  Role: DNS Server | dns.exe
  Microsoft Windows DNS | dnsapi.dll dnsrslvr.dll dns.exe
  Windows DNS | dnsapi.dll dnsrslvr.dll
  Windows NTLM | msv1_0.dll ntlmshared.dll
  Windows Authentication Methods | lsasrv.dll msv1_0.dll kerberos.dll
  Windows Local Security Authority Subsystem Service (LSASS) | lsass.exe lsasrv.dll
  Windows Local Security Authority (LSA) | lsass.exe lsasrv.dll
  Microsoft Local Security Authority Server (lsasrv) | lsasrv.dll
  Windows SPNEGO Extended Negotiation | lsasrv.dll negoexts.dll
  Windows Cred SSProvider Protocol | credssp.dll tspkg.dll
  Windows Security Account Manager | samsrv.dll
  Windows Secure Channel | schannel.dll
  Windows Transport Security Layer (TLS) | schannel.dll
  Microsoft Digest Authentication | wdigest.dll
  Windows Netlogon | netlogon.dll
  Windows KDC Proxy Service (KPSSVC) | kpssvc.dll
  Windows Storage Management Provider | smphost.dll mispace.dll storagewmi.dll
  Windows Storage | storsvc.dll windows.storage.dll
  Windows PrintWorkflowUserSvc | printworkflowservice.dll
  Windows MapUrlToZone | urlmon.dll
  Windows Security Zone Mapping | urlmon.dll
  UrlMon | urlmon.dll
  Windows Internet (wininet.dll) | wininet.dll
  Windows Universal Plug and Play (UPnP) Device Host | upnphost.dll
  Windows UPnP Device Host | upnphost.dll
  Windows upnphost.dll | upnphost.dll
  Universal Plug and Play (upnp.dll) | upnp.dll
  Windows SSDP Service | ssdpsrv.dll
  Function Discovery Service (fdwsd.dll) | fdwsd.dll
  Windows Deployment Services | wdssrv.dll wdstftp.dll wdsutil.exe
  Microsoft Windows Search Component | searchindexer.exe mssrch.dll tquery.dll
  Windows DirectX +driver | d3d11.dll d3d12.dll d3d9.dll
  Windows Advanced Rasterization Platform | d3d10warp.dll
  Windows Wireless Wide Area Network Service | wwansvc.dll
  Inbox COM Objects | ole32.dll combase.dll
  Windows COM | combase.dll ole32.dll
  Windows OLE | oleaut32.dll ole32.dll
  Windows MSHTML Platform | mshtml.dll ieframe.dll
  MSHTML Framework | mshtml.dll ieframe.dll
  Windows HTML Platform | mshtml.dll ieframe.dll
  Internet Explorer | mshtml.dll ieframe.dll
  Internet Shortcut Files | ieframe.dll shdocvw.dll
  Windows Scripting | jscript.dll jscript9.dll vbscript.dll mshtml.dll
  Microsoft Scripting Engine | jscript.dll jscript9.dll vbscript.dll
  Windows Update Stack | wuaueng.dll usosvc.dll
  Windows Update Service | wuaueng.dll
  Windows Update Orchestrator Service | usosvc.dll
  Windows Connected Devices Platform Service | cdpsvc.dll cdp.dll
  Connected Devices Platform Service (Cdpsvc) | cdpsvc.dll cdp.dll
  Windows Hello +driver | ngcsvc.dll winbio.dll wbiosrvc.dll
  Windows Biometric Service | wbiosrvc.dll
  Microsoft Printer Drivers | spoolsv.exe
  Windows Print Spooler Components | spoolsv.exe localspl.dll winspool.drv
  Universal Print Management Service | mcpmanagementservice.dll
  Line Printer Daemon Service (LPD) | lpdsvc.dll
  Windows GDI +driver | gdi32full.dll
  Windows GDI+ | gdi32full.dll gdiplus.dll
  Windows Imaging Component | windowscodecs.dll
  Microsoft Windows Codecs Library | windowscodecs.dll mfplat.dll msmpeg2vdec.dll
  Windows Bluetooth Service | bthserv.dll
  Capability Access Management Service (camsvc) | capabilityaccessmanager.dll
  Windows Defender Firewall Service | mpssvc.dll
  Windows ODBC Driver | odbc32.dll sqlsrv32.dll
  Microsoft WDAC ODBC Driver | odbc32.dll sqlsrv32.dll
  Microsoft ActiveX | /Program_Files/Common_Files/System/ado/msado15.dll
  Windows Server Update Service | /Program_Files/Update_Services/Services/WsusService.exe
  Windows Error Reporting | wer.dll wersvc.dll werfault.exe
  Windows SmartScreen | smartscreen.exe shell32.dll urlmon.dll
  Windows PowerShell | WindowsPowerShell/v1.0/powershell.exe
  Microsoft PowerShell | WindowsPowerShell/v1.0/powershell.exe
  Windows Client-Side Caching (CSC) Service +driver | cscsvc.dll
  Remote Desktop Gateway Service | aaedge.dll
  Microsoft Windows Speech | Speech/Common/sapi.dll
  Windows Speech | Speech/Common/sapi.dll Speech_OneCore/Common/sapi_onecore.dll
  Windows Themes | themeui.dll uxtheme.dll themeservice.dll
  Microsoft UxTheme Library (uxtheme.dll) | uxtheme.dll
  Windows Subsystem for Linux +driver | wsl.exe
  Winlogon | winlogon.exe
  Windows Performance Monitor | pdh.dll
  Windows Performance Counters | pdh.dll advapi32.dll
  Windows Local Session Manager (LSM) | lsm.dll
  Windows AllJoyn API | msajapi.dll ajrouter.dll
  Windows Distributed File System (DFS) +driver | dfssvc.exe dfsrs.exe
  Windows Online Certificate Status Protocol (OCSP) | ocspsvc.exe
  Windows Active Directory Certificate Services | certsrv.exe
  Active Directory Certificate Services (AD CS) | certsrv.exe
  Role: Windows Active Directory Certificate Services | certsrv.exe
  Active Directory Federation Services | /Windows/ADFS/Microsoft.IdentityServer.ServiceHost.exe
  Microsoft Management Console | mmc.exe mmcndmgr.dll
  OpenSSH for Windows | OpenSSH/ssh.exe OpenSSH/sshd.exe
  Windows Failover Cluster | /Windows/Cluster/clussvc.exe
  Windows Cluster Server | /Windows/Cluster/clussvc.exe
  Windows Smart Card | scardsvr.dll winscard.dll
  Microsoft QUIC +driver | msquic.dll
  Windows cURL Implementation | curl.exe
  Windows Libarchive | archiveint.dll tar.exe
  Windows Compressed Folder | archiveint.dll zipfldr.dll
  Windows CoreMessaging | coremessaging.dll msctf.dll
  Windows Core Messaging | coremessaging.dll
  Windows Collaborative Translation Framework | msctf.dll coremessaging.dll
  Windows WLAN Auto Config Service | wlansvc.dll
  Windows WLAN Service | wlansvc.dll
  BranchCache | peerdistsvc.dll
  Windows Event Tracing | sechost.dll advapi32.dll
  Windows Event Logging Service | wevtsvc.dll wevtapi.dll
  Mariner | winsqlite3.dll
  SQLite | winsqlite3.dll
  Microsoft Input Method Editor (IME) | imm32.dll msctf.dll
  Windows StateRepository API | windows.staterepository.dll
  Windows Application Identity (AppID) Subsystem +driver | appidsvc.dll
  Windows Connected User Experiences and Telemetry | diagtrack.dll
  Windows Image Acquisition | wiaservc.dll
  Windows Geolocation Service | lfsvc.dll
  Windows Group Policy | gpsvc.dll
  Windows Fax and Scan Service | fxssvc.exe
  Windows IKE Extension | ikeext.dll
  Windows Internet Key Exchange (IKE) Protocol | ikeext.dll
  Microsoft Remote Registry Service | regsvc.dll
  Windows Server Service | srvsvc.dll
  Windows Workstation Service | wkssvc.dll
  Windows Distributed Transaction Coordinator | msdtc.exe msdtctm.dll
  Windows Resource Manager | psmserviceexthost.dll
  Windows Task Scheduler | schedsvc.dll
  Host Process for Windows Tasks | taskhostw.exe
  Windows Recovery Environment Agent | reagent.dll reagentc.exe
  Windows Device Association Service | das.dll
  Windows Broadcast DVR User Service | bcastdvruserservice.dll
  Windows License Manager | licensemanager.dll licensemanagersvc.dll
  Windows Clip Service | clipsvc.dll
  Tablet Windows User Interface (TWINUI) Subsystem | twinui.dll
  Tablet Windows User Interface | twinui.dll
  Windows Accessibility Infrastructure (ATBroker.exe) | atbroker.exe
  Windows Snipping Tool | snippingtool.exe
  Windows Peer Name Resolution Protocol | pnrpsvc.dll
  Windows App Store | installservice.dll
  Microsoft Install Service | installservice.dll
  Windows Volume Shadow Copy | vssvc.exe
  Windows System Assessment Tool | winsat.exe
  Windows Client/Server Runtime Subsystem | csrss.exe csrsrv.dll
  Client Server Run-time Subsystem (CSRSS) | csrss.exe csrsrv.dll
  Windows Power Management Service | umpo.dll
  Microsoft WordPad | /Program_Files/Windows_NT/Accessories/wordpad.exe
  Windows Protected EAP (PEAP) | raschap.dll rastls.dll
  Remote Access Point-to-Point Protocol (PPP) EAP-TLS | rastls.dll
  Windows IIS | inetsrv/w3wp.exe
  Windows iSCSI | iscsiexe.dll iscsidsc.dll
  Internet Small Computer Systems Interface (iSCSI) | iscsiexe.dll iscsidsc.dll
  Microsoft WS-Discovery | wsdapi.dll
  Windows LockDown Policy (WLDP) | wldp.dll
  IP Helper | iphlpsvc.dll
  Windows Disk Cleanup Tool | cleanmgr.exe
  Windows AppX Deployment Service | appxdeploymentserver.dll
  Windows User-Mode Driver Framework Host | wudfhost.exe
  Windows Camera Frame Server Monitor | fsmonitor.dll frameserver.dll frameservermonitor.dll
  Application Information Services | appinfo.dll
  Software Protection Platform (SPP) | sppsvc.exe
  Windows Remote Assistance | msra.exe
  Windows Sensor Data Service | sensordataservice.exe
  Windows WalletService | walletservice.dll
  Telnet Client | telnet.exe
  Windows Rich Text Edit Control | msftedit.dll riched20.dll
  Windows Rich Text Edit | msftedit.dll riched20.dll
  Windows Program Compatibility Assistant Service | pcasvc.dll
  UI Automation Manager (uiamanager.dll) | uiamanager.dll
  Windows Performance Recorder | wpr.exe
  Windows Encrypting File System (EFS) | efssvc.dll efslsaext.dll
  NPS RADIUS Server | iassvcs.dll ias.dll
  Customer Experience Improvement Program (CEIP) | wsqmcons.exe`;

const TABLE: ReadonlyMap<string, UserComponent> = new Map(
  COMPONENTS.trim()
    .split(/\n\s*/)
    .map((line) => {
      const [head = '', files = ''] = line.split(' | ');
      const tag = head.replace(/ \+driver$/, '');
      return [tag, { witnesses: files.split(' ').map(canonicalPath), hasDriver: tag !== head }] as const;
    }),
);

/** `undefined`: the component is not in the table. */
export function userComponent(tag: string): UserComponent | undefined {
  return TABLE.get(tag);
}

/** Every file that any component is recognised by. */
export const COMPONENT_WITNESSES: ReadonlySet<string> = new Set(
  [...TABLE.values()].flatMap(({ witnesses }) => witnesses),
);

/** Underscores stand for spaces: file names of Windows that are listed here have none of their own but `msv1_0.dll`. */
function canonicalPath(file: string): string {
  const path = file.startsWith('/') ? file.slice(1).replaceAll('_', ' ') : `Windows/System32/${file}`;
  return `FILES/${path}`.toUpperCase();
}
