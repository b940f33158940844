// The products of Microsoft's advisories that are not matched, and why not.

export interface OtherProduct {
  /** `elsewhere`: it cannot be in a Windows container image. `unread`: it may be, and is not looked for. */
  readonly kind: 'elsewhere' | 'unread';
  readonly why: string;
  /** On the name with single spaces. */
  readonly pattern: RegExp;
}

/** The first that fits counts. What fits none is reported as unknown, so these are as narrow as the names allow. */
export const OTHER_PRODUCTS: readonly OtherProduct[] = [
  elsewhere(
    'other platforms',
    /\b(?:on|for|installed on) (?:Linux|Mac ?OS|macOS|iOS|IoS|Android|Mac|visionOS|Apple|Meta)\b/i,
  ),
  elsewhere('other platforms', /\b(?:Linux|Android|iOS|HoloLens|Xbox|Surface|Mobile|Universal)\b/i),
  elsewhere('other platforms', /\b(?:CBL[- ]Mariner|Azure Linux) \d/i),
  elsewhere('client Windows', /^Windows (?:7|8\.1|10|11|RT|Vista)\b/i),
  elsewhere('client Windows', /^(?:Microsoft )?Windows (?:XP|Vista)\b/i),
  elsewhere('servers before containers', /^Windows Server (?:2008|2012)\b/i),
  elsewhere(
    'components of Windows that no container image is made of',
    /^(?:Internet Explorer (?:8|9|10)|JScript|VBScript|Microsoft Windows Hyperlink|Microsoft XML Core Services|Microsoft Edge \(Chromium-based\) in IE Mode|Raw Image Extension)\b.* on (?:Windows|Microsoft)/i,
  ),
  elsewhere('old .NET Framework', /^Microsoft \.NET Framework\b.* on (?:Microsoft )?Windows/i),
  elsewhere(
    'cloud services',
    /^(?:Azure|Microsoft Azure|Microsoft 365|Microsoft Dynamics 365 \(online\)|Microsoft Entra|Microsoft Copilot|M365|Copilot|Microsoft Graph|Microsoft Power (?:Apps|Pages|Platform|Automate|BI)|Power ?BI)\b/i,
  ),
  elsewhere('cloud services', /\bazurewebsites\.net$|\bmicrosoft\.com$/i),
  elsewhere(
    'Office and its servers',
    /^(?:Microsoft )?(?:Office|Excel|Word|PowerPoint|Outlook|Access|OneNote|Publisher|Visio|Project|InfoPath|SharePoint|Lync|Skype|Teams|Live Meeting|Business Productivity)\b/i,
  ),
  elsewhere(
    'business applications',
    /^Microsoft (?:Dynamics|BizTalk|Forefront|System Center|HPC Pack|Commerce)\b|^(?:Dynamics|System Center|Host Integration Server|Nuance|PowerScribe)\b/i,
  ),
  elsewhere(
    'desktop programs',
    /^(?:OneDrive|Snip|Paint 3D|Print 3D|3D |Windows (?:Narrator|Notepad|Terminal|Security App|App |Update Assistant|Upgrade Assistant)|Remote Desktop client|Microsoft Silverlight|Mail,? )/i,
  ),
  elsewhere(
    'Windows tools for building and testing',
    /^Windows (?:\d+ )?(?:\d+ )?(?:HLK|ADK|SDK|PE add-on|Driver Kit)\b/i,
  ),
  elsewhere(
    'Windows features that need a machine',
    /^Windows (?:Subsystem for Linux|Intune|Azure Pack|Admin Center)\b/i,
  ),
  elsewhere('runs on container hosts', /^Windows Host Compute Service Shim$/i),
  elsewhere('SQL Server before containers', /^Microsoft SQL Server (?:2008|2012|2014)\b/i),
  elsewhere(
    'SQL Server elsewhere',
    /^SQL Server (?:2019 Big Data Clusters|2019 for Linux Containers)|^SQL Server backend for Django/i,
  ),
  unread(
    'tools beside SQL Server',
    /^SQL Server (?:\d+ Reporting Services|Management Studio|Integration Services)\b/i,
  ),
  unread(
    'libraries: see OSV',
    /^ChakraCore\b|^Microsoft JDBC Driver\b|^ADAL\.NET$|\bfor \.NET$|^Azure SDK for \.Net$|^Bot Framework SDK|^(?:Microsoft|System)\.[A-Z]\w*\.|^ASP\.NET (?:MVC|Web Pages)\b|^(?:NuGet|Nuget)\b/,
  ),
  unread(
    'PowerShell modules',
    /^(?:PowerShellGet|Microsoft\.PowerShell\.Archive|PowerShell Editor Services|PowerShell Extension)\b/i,
  ),
  unread(
    'parts of the .NET SDK',
    /^\.NET (?:Core SDK|Education Bundle|Install Tool|Framework [\d.]+ Developer Pack)\b/i,
  ),
  unread(
    'Microsoft Defender',
    /^(?:Windows|Microsoft) (?:Defender|Malware Protection|Malicious Software|Security Essentials|Endpoint Protection|System Center\b.*Endpoint Protection)\b/i,
  ),
  unread(
    'parts of Edge',
    /^Microsoft Edge (?:\(Chromium-based\) (?:Extended Stable|Updater)|Update Setup)$/i,
  ),
  unread(
    'development tools',
    /^(?:Microsoft )?Visual Studio\b|^Build Tools for Visual Studio\b|^Team Foundation Server\b|^Windows (?:Sysinternals|Sysmon)\b|^(?:Sysinternals|PsExec|WinDbg|TypeScript|Git)\b/i,
  ),
  unread('servers', /^Microsoft Exchange Server\b/i),
  unread('database providers', /^Microsoft OLE DB Provider for DB2\b/i),
];

function elsewhere(why: string, pattern: RegExp): OtherProduct {
  return { kind: 'elsewhere', why, pattern };
}

function unread(why: string, pattern: RegExp): OtherProduct {
  return { kind: 'unread', why, pattern };
}
