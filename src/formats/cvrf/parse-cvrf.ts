// Reads a CVRF document, streaming, into the parts this project uses.
import { SaxesParser } from 'saxes';
import type {
  CvrfDocument,
  CvrfRemediation,
  CvrfScore,
  CvrfThreat,
  CvrfVulnerability,
} from './cvrf-document.ts';
import { CvrfError } from './cvrf-error.ts';

/** The largest real document (2024-Dec) has 10.8 MB; six times that is room to grow, and still harmless. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** Text is handed to the parser in pieces of this many characters, so that its buffers stay small. */
const PIECE = 256 * 1024;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Elements whose text is read. Everything else (notes in HTML, acknowledgements) is passed over. */
const TEXT_ELEMENTS = new Set([
  'DocumentTitle',
  'ID',
  'InitialReleaseDate',
  'CurrentReleaseDate',
  'FullProductName',
  'Title',
  'Note',
  'CVE',
  'ProductID',
  'Description',
  'SubType',
  'FixedBuild',
  'BaseScore',
  'Vector',
  'Date',
]);

/** Whether a product interests, by its name in the product tree; a vulnerability of none that does is dropped. */
export type ProductFilter = (name: string | undefined) => boolean;

/**
 * Parses one document. `where` names it in error messages (a path or an address).
 * Elements are told apart by local name: MSRC has changed its prefixes before, never its names.
 * @throws CvrfError MALFORMED when it is not well-formed or ends early, NOT_CVRF when it is something else or has
 *   neither ID nor date, TOO_LARGE over MAX_DOCUMENT_BYTES.
 */
export function parseCvrf(
  bytes: Uint8Array,
  where: string,
  isWanted: ProductFilter = () => true,
): CvrfDocument {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new CvrfError('TOO_LARGE', `${where}: ${bytes.length} bytes, more than any CVRF document has`);
  }
  const builder = new CvrfBuilder(where, isWanted);
  const parser = new SaxesParser({ fragment: false });
  parser.on('error', (error) => {
    throw new CvrfError('MALFORMED', `${where}: not well-formed XML or cut off: ${error.message}`);
  });
  const takeText = (text: string): void => builder.text(text);
  // Without a handler the parser does not collect the text at all: most of a document is prose in HTML.
  let listening = false;
  const listen = (wanted: boolean): void => {
    if (wanted === listening) return;
    listening = wanted;
    if (wanted) {
      parser.on('text', takeText);
      parser.on('cdata', takeText);
    } else {
      parser.off('text');
      parser.off('cdata');
    }
  };
  const localNames = new LocalNames();
  parser.on('opentag', (tag) => {
    listen(builder.open(localNames.of(tag.name), tag.attributes as Record<string, string>));
  });
  parser.on('closetag', () => {
    builder.close();
    listen(false);
  });
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; at += PIECE) {
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE), { stream: true }));
  }
  parser.close();
  return builder.finish();
}

/** Names without their prefix, each cut once: the documents have six million elements of fifty names. */
class LocalNames {
  readonly #known = new Map<string, string>();

  of(name: string): string {
    let local = this.#known.get(name);
    if (local === undefined) {
      local = name.slice(name.indexOf(':') + 1);
      this.#known.set(name, local);
    }
    return local;
  }
}

/** Builds the document from the events; one method per level keeps the cases readable. */
class CvrfBuilder {
  readonly #where: string;
  readonly #isWanted: ProductFilter;
  readonly #path: string[] = [];
  readonly #products = new Map<string, string>();
  readonly #vulnerabilities: CvrfVulnerability[] = [];
  #header = { title: '', id: '', initialRelease: '', currentRelease: '' };
  #text = '';
  #productId = '';
  #noteType = '';
  #served = 0;
  #vulnerability: VulnerabilityInProgress | undefined;
  /** Depth at which reading goes on, while something is passed over. */
  #resumeAt: number | undefined;
  #item: ItemInProgress | undefined;

  constructor(where: string, isWanted: ProductFilter) {
    this.#where = where;
    this.#isWanted = isWanted;
  }

  /** Whether the text of the element is wanted. */
  open(name: string, attributes: Record<string, string>): boolean {
    if (this.#path.length === 0 && name !== 'cvrfdoc') {
      throw new CvrfError('NOT_CVRF', `${this.#where}: the root element is <${name}>, not a CVRF document`);
    }
    this.#path.push(name);
    if (this.#resumeAt !== undefined) return false;
    this.#text = '';
    if (name === 'Vulnerability') {
      this.#served++;
      this.#vulnerability = newVulnerability();
    }
    // "Remote Code Execution", once for every product: the title says it too.
    if (name === 'Threat' && attributes.Type === 'Impact') this.#passOver();
    else if (name === 'Threat' || name === 'Remediation') this.#item = newItem(attributes.Type ?? '');
    else if (name === 'ScoreSet') this.#item = newItem('');
    else if (name === 'FullProductName') this.#productId = attributes.ProductID ?? '';
    else if (name === 'Note') {
      this.#noteType = attributes.Type ?? '';
      return this.#noteType === 'Tag';
    }
    return TEXT_ELEMENTS.has(name);
  }

  text(text: string): void {
    this.#text += text;
  }

  /** Ends the element opened last; that the tags match, the parser has seen to. */
  close(): void {
    const name = this.#path.pop() ?? '';
    if (this.#resumeAt !== undefined) {
      if (this.#path.length === this.#resumeAt) this.#resumeAt = undefined;
    } else if (this.#vulnerability) this.#closeInVulnerability(this.#vulnerability, name);
    else this.#closeInHeader(name);
  }

  finish(): CvrfDocument {
    if (this.#header.id === '') {
      throw new CvrfError('NOT_CVRF', `${this.#where}: the document does not name its ID`);
    }
    if (Number.isNaN(Date.parse(this.#header.currentRelease))) {
      throw new CvrfError('NOT_CVRF', `${this.#where}: the document does not say when it was released`);
    }
    return {
      ...this.#header,
      products: this.#products,
      served: this.#served,
      vulnerabilities: this.#vulnerabilities,
    };
  }

  #closeInHeader(name: string): void {
    const text = this.#text.trim();
    const parent = this.#path.at(-1);
    if (name === 'FullProductName') this.#products.set(this.#productId, text.replace(/\s+/g, ' '));
    else if (name === 'DocumentTitle') this.#header.title = text;
    else if (name === 'ID' && parent === 'Identification') this.#header.id = text;
    else if (name === 'InitialReleaseDate') this.#header.initialRelease = text;
    else if (name === 'CurrentReleaseDate') this.#header.currentRelease = text;
  }

  /** The product tree stands before the vulnerabilities, and the products before all that is long. */
  #passOverUnlessWanted({ knownAffected }: VulnerabilityInProgress): void {
    if (knownAffected.some((product) => this.#isWanted(this.#products.get(product)))) return;
    this.#passOver();
    this.#vulnerability = undefined;
  }

  /** Reads nothing until the innermost open element has ended. */
  #passOver(): void {
    this.#resumeAt = this.#path.length - 1;
  }

  #closeInVulnerability(vulnerability: VulnerabilityInProgress, name: string): void {
    const item = this.#item;
    const text = this.#text.trim();
    switch (name) {
      case 'Vulnerability':
        this.#vulnerabilities.push(vulnerability);
        this.#vulnerability = undefined;
        break;
      case 'ProductStatuses':
        this.#passOverUnlessWanted(vulnerability);
        break;
      case 'Threat':
        if (item) vulnerability.threats.push(item);
        this.#item = undefined;
        break;
      case 'ScoreSet':
        if (item) vulnerability.scores.push(item);
        this.#item = undefined;
        break;
      case 'Remediation':
        if (item) vulnerability.remediations.push(item);
        this.#item = undefined;
        break;
      case 'ProductID':
        if (item) item.products.push(text);
        else if (this.#path.at(-1) === 'Status') vulnerability.knownAffected.push(text);
        break;
      case 'CVE':
        vulnerability.cve = text;
        break;
      case 'Title':
        vulnerability.title = text;
        break;
      case 'Note':
        if (this.#noteType === 'Tag') vulnerability.tag ??= text;
        break;
      case 'Date':
        vulnerability.revisionDates.push(text);
        break;
      case 'Description':
        if (item) item.description = text;
        break;
      case 'SubType':
        if (item) item.subType = text;
        break;
      case 'FixedBuild':
        if (item) item.fixedBuild = text;
        break;
      case 'BaseScore':
        if (item) item.baseScore = text;
        break;
      case 'Vector':
        if (item) item.vector = text;
        break;
    }
  }
}

type VulnerabilityInProgress = Mutable<CvrfVulnerability> & {
  knownAffected: string[];
  threats: CvrfThreat[];
  scores: CvrfScore[];
  remediations: CvrfRemediation[];
  revisionDates: string[];
};

/** Threats, scores and remediations share their parts; which of the three it is, its end tag says. */
type ItemInProgress = Mutable<CvrfThreat & CvrfScore & CvrfRemediation> & { products: string[] };

function newVulnerability(): VulnerabilityInProgress {
  return {
    cve: '',
    title: '',
    tag: undefined,
    knownAffected: [],
    threats: [],
    scores: [],
    remediations: [],
    revisionDates: [],
  };
}

function newItem(type: string): ItemInProgress {
  return { type, description: '', subType: '', fixedBuild: '', baseScore: '', vector: '', products: [] };
}
