// Sets findings aside by a site's rules and VEX statements. Pure; the day comes in as an argument.
import type { Finding } from '../../model/finding.ts';
import type { InventoryPackage } from '../../model/inventory.ts';
import type { IgnoreRule, VexStatement } from '../../model/policy.ts';
import type { SuppressedFinding } from '../../model/report.ts';
import { globMatcher } from './glob.ts';
import { type VexSubject, vexApplies } from './vex-products.ts';

export interface Policy {
  readonly rules: readonly IgnoreRule[];
  readonly statements: readonly VexStatement[];
}

export interface PolicySubject {
  readonly packages: readonly InventoryPackage[];
  /** Name as given, and digest of the manifest where there is one. */
  readonly image: { readonly target: string; readonly digest: string | undefined };
  /** `yyyy-mm-dd`. */
  readonly today: string;
}

export interface PolicyResult {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  /** Rules that no longer hold: what they set aside counts again. */
  readonly expired: readonly IgnoreRule[];
}

export function applyPolicy(
  findings: readonly Finding[],
  policy: Policy,
  subject: PolicySubject,
): PolicyResult {
  const packages = new Map(subject.packages.map((each) => [each.id, each]));
  const expired = policy.rules.filter(({ until }) => until !== undefined && until < subject.today);
  const judges = policy.rules.filter((rule) => !expired.includes(rule)).map(ruleJudge);
  const byId = new Map<string, VexStatement[]>();
  for (const statement of policy.statements) {
    const id = statement.id.toUpperCase();
    byId.set(id, [...(byId.get(id) ?? []), statement]);
  }
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const each = packages.get(finding.package);
    const rule = judges.find((judge) => judge.fits(finding, each))?.rule;
    const vexSubject: VexSubject = { image: subject.image, purl: each?.purl };
    const named = new Set(namesOf(finding).flatMap((name) => byId.get(name.toUpperCase()) ?? []));
    const about = [...named].filter((one) => vexApplies(one, vexSubject));
    const statement = settling(about);
    if (rule) {
      suppressed.push({ finding, by: rule.source, reason: rule.reason ?? null, until: rule.until ?? null });
    } else if (statement) {
      const { source: by, reason = null, verdict } = statement;
      suppressed.push({ finding, by, reason, until: null, ...(verdict !== 'open' && { verdict }) });
    } else kept.push(finding);
  }
  return { findings: kept, suppressed, expired };
}

/**
 * The last statement that sets the finding aside, unless another leaves it open and is not older: of two that were made at
 * once, or at times nobody knows, the one that hides nothing counts.
 */
function settling(statements: readonly VexStatement[]): VexStatement | undefined {
  const when = ({ said }: VexStatement): number => said ?? 0;
  const [last] = statements
    .filter(({ verdict }) => verdict !== 'open')
    .sort((one, other) => when(other) - when(one));
  if (!last) return undefined;
  const isOpen = statements.some(
    ({ verdict, said = Number.POSITIVE_INFINITY }) => verdict === 'open' && said >= when(last),
  );
  return isOpen ? undefined : last;
}

interface RuleJudge {
  readonly rule: IgnoreRule;
  fits(finding: Finding, subject: InventoryPackage | undefined): boolean;
}

function ruleJudge(rule: IgnoreRule): RuleJudge {
  const path = rule.path === undefined ? undefined : globMatcher(rule.path);
  const name = rule.package === undefined ? undefined : globMatcher(rule.package.replaceAll('*', '**'));
  return {
    rule,
    fits: (finding, subject) =>
      (rule.id === undefined || namesOf(finding).some((name) => same(rule.id, name))) &&
      same(rule.component, finding.component ?? '') &&
      same(rule.where, finding.where?.class ?? '') &&
      (name === undefined || name(subject?.name ?? finding.package)) &&
      (path === undefined || liesWithin(path, finding, subject)),
  };
}

function same(wanted: string | undefined, actual: string): boolean {
  return wanted === undefined || wanted.toLowerCase() === actual.toLowerCase();
}

/** All of its files: what also lies elsewhere is not done with. Hives are no places of files. */
function liesWithin(
  path: (path: string) => boolean,
  { evidence }: Finding,
  subject: InventoryPackage | undefined,
): boolean {
  const files = [...evidence, ...(subject?.evidence ?? [])].flatMap((each) =>
    each.kind === 'file' && each.path !== undefined ? [each.path] : [],
  );
  const places = new Set([...files, ...(subject?.places ?? [])]);
  return places.size > 0 && [...places].every(path);
}

function namesOf({ id, aliases = [] }: Finding): string[] {
  return [id, ...aliases];
}
