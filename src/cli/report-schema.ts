// Holds saved reports against the published schema of the format.
import { readFile } from 'node:fs/promises';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonPath } from '../base/json-text.ts';

/** Names of members that came into the format later. */
const LATER: ReadonlySet<string> = new Set(['kev', 'epss', 'kevFetchedAt', 'epssFetchedAt']);

/** Beside the program, in the package as in the repository. */
const SCHEMA = new URL('../../schemas/report-1.schema.json', import.meta.url);

export interface ReportFault {
  readonly path: JsonPath;
  /** `must be object`, to be put behind the path. */
  readonly what: string;
}

/** `undefined`: there is none. Members that came later may be missing. */
export async function firstFaultOf(report: unknown): Promise<ReportFault | undefined> {
  prepared ??= prepare();
  const validate = await prepared;
  return validate(report) ? undefined : faultOf(validate.errors ?? []);
}

let prepared: Promise<ValidateFunction> | undefined;

async function prepare(): Promise<ValidateFunction> {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'), (key, value: unknown) =>
    key === 'required' && Array.isArray(value) ? value.filter((name) => !LATER.has(name)) : value,
  ) as object;
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/** Where a value may be one of several things, what lies deepest is of the one that was meant. */
function faultOf(errors: readonly ErrorObject[]): ReportFault {
  const depth = (error: ErrorObject): number => pathOf(error).length;
  const deepest = Math.max(...errors.map(depth));
  const [first, ...others] = errors.filter(
    (error) => depth(error) === deepest && !['anyOf', 'oneOf', '$ref'].includes(error.keyword),
  ) as [ErrorObject, ...ErrorObject[]];
  const path = pathOf(first);
  if (first.keyword === 'required') return { path, what: 'is missing' };
  const types = [first, ...others].flatMap(({ keyword, params }) =>
    keyword === 'type' ? (params as { type: string | string[] }).type : [],
  );
  if (first.keyword === 'type') return { path, what: `must be ${types.join(' or ')}` };
  if (first.keyword === 'enum') {
    const { allowedValues } = first.params as { allowedValues: unknown[] };
    return { path, what: `must be one of ${allowedValues.map((each) => JSON.stringify(each)).join(', ')}` };
  }
  return { path, what: first.message ?? 'is not what the schema wants' };
}

/** Of what is missing, where it should be. */
function pathOf({ instancePath, keyword, params }: ErrorObject): (string | number)[] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return keyword === 'required' ? [...path, (params as { missingProperty: string }).missingProperty] : path;
}
