// OpenVEX 0.2.0, restated from openvex_json_schema.json of github.com/openvex/spec.
import { among, closed, list, type Schema, text, whole } from './restated-schema.ts';

const uri: Schema = { type: 'string', format: 'uri' };
const moment: Schema = { type: 'string', format: 'date-time' };
const different: Schema = { uniqueItems: true };

const HASHES =
  'md5 sha1 sha-256 sha-384 sha-512 sha3-224 sha3-256 sha3-384 sha3-512 blake2s-256 blake2b-256 blake2b-512';

const part = {
  '@id': uri,
  identifiers: closed({}, { purl: text, '@cpe22': text, '@cpe23': text }),
  hashes: closed({}, Object.fromEntries(HASHES.split(' ').map((name) => [name, text]))),
};

const vulnerability = closed(
  { name: text },
  { '@id': uri, description: text, aliases: list(text, different) },
);

const when = (status: string, then: Schema): Schema => ({
  if: { properties: { status: { const: status } } },
  then,
});

const statement = closed(
  { vulnerability, status: among('not_affected', 'affected', 'fixed', 'under_investigation') },
  {
    '@id': uri,
    version: whole(1),
    timestamp: moment,
    last_updated: moment,
    products: list(closed({}, { ...part, subcomponents: list(closed({}, part), different) }), different),
    supplier: text,
    status_notes: text,
    justification: among(
      'component_not_present',
      'vulnerable_code_not_present',
      'vulnerable_code_not_in_execute_path',
      'vulnerable_code_cannot_be_controlled_by_adversary',
      'inline_mitigations_already_exist',
    ),
    impact_statement: text,
    action_statement: text,
    action_statement_timestamp: moment,
  },
  {
    allOf: [
      // One of the two, and never both.
      when('not_affected', { oneOf: [{ required: ['justification'] }, { required: ['impact_statement'] }] }),
      when('affected', { required: ['action_statement'] }),
    ],
  },
);

export const OPENVEX_SCHEMA = closed(
  {
    '@context': uri,
    '@id': uri,
    author: text,
    timestamp: moment,
    version: whole(1),
    statements: list(statement, { minItems: 1, ...different }),
  },
  { role: text, last_updated: moment, tooling: text },
);
