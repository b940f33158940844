// What others than Microsoft know of attacks: CISA's catalogue of known exploited vulnerabilities, and EPSS.

/** CISA knows of attacks. https://www.cisa.gov/known-exploited-vulnerabilities-catalog */
export interface KnownExploited {
  /** `yyyy-mm-dd`. */
  readonly added: string;
  /** Until when agencies of the United States must have acted, `yyyy-mm-dd`; null where none is set. */
  readonly due: string | null;
  /** Used in campaigns of extortion. */
  readonly ransomware: boolean;
}

/** How likely attacks are within 30 days, as FIRST's model sees it. https://www.first.org/epss/ */
export interface ExploitPrediction {
  /** 0 to 1. */
  readonly probability: number;
  /** Share of all CVEs with this probability or a lower one, 0 to 1. */
  readonly percentile: number;
}

/** The feeds that were fetched: what is known of one vulnerability. */
export interface Threats {
  /** When CISA's catalogue was last read, ISO 8601; `undefined`: it was not fetched. */
  readonly kevFetchedAt: string | undefined;
  /** The same of EPSS. */
  readonly epssFetchedAt: string | undefined;
  knownExploited(id: string): KnownExploited | undefined;
  prediction(id: string): ExploitPrediction | undefined;
}

/** Whoever says so: Microsoft or CISA. */
export function isAttacked({
  exploited,
  kev,
}: {
  readonly exploited: boolean;
  readonly kev: KnownExploited | null;
}): boolean {
  return exploited || kev !== null;
}
