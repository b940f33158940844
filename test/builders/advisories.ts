// Advisories as an update makes them: from documents, through every step on the way to disk and back.
import { decodeAdvisories, encodeAdvisories } from '../../src/advisories/advisories-file.ts';
import { normalise } from '../../src/advisories/normalise.ts';
import { parseCvrf } from '../../src/formats/cvrf/parse-cvrf.ts';
import type { Advisories } from '../../src/model/advisories.ts';
import { buildCvrf, type CvrfSpec } from './cvrf.ts';

export function buildAdvisories(...documents: CvrfSpec[]): Advisories {
  const records = documents.map((document) =>
    normalise(parseCvrf(Buffer.from(buildCvrf(document)), document.id)),
  );
  return decodeAdvisories(encodeAdvisories(records).file, 'advisories', '2026-07-01T00:00:00Z');
}
