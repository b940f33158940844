// The two feeds of attacks: their names, where they are served, and how their documents are read.
import { readEpss } from './read-epss.ts';
import { readKev } from './read-kev.ts';
import type { ThreatDocument } from './threat-document.ts';

export type ThreatFeedName = 'kev' | 'epss';

export interface ThreatFeed {
  readonly name: ThreatFeedName;
  /** For messages. */
  readonly title: string;
  /** Where it is read from unless a mirror is named. */
  readonly address: string;
  /**
   * Reads a document as served, decompressed, to its end.
   * @throws AdvisoriesError DOCUMENT_UNREADABLE; `where` names the document
   */
  read(chunks: AsyncIterable<Uint8Array>, where: string): Promise<ThreatDocument>;
}

export const THREAT_FEEDS: readonly ThreatFeed[] = [
  {
    name: 'kev',
    title: "CISA's catalogue of known exploited vulnerabilities",
    address: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    read: readKev,
  },
  {
    name: 'epss',
    title: 'EPSS',
    address: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
    read: readEpss,
  },
];
