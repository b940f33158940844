// The configuration as its files say it, merged and before any default: the main file and its drop-ins.
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { ConfigurationError } from './configuration-error.ts';
import { applyJsonPatch, JsonPatchError } from './json-patch.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { mergePatch } from './merge-patch.ts';
import { type FileFormat, type ParsedFile, parseFile } from './parse-file.ts';
import { formatPlace, Places } from './places.ts';

export interface ConfigurationDocument {
  /** `undefined`: there is no file, and so no key. */
  readonly file: string | undefined;
  readonly value: JsonObject;
  readonly places: Places;
}

/** Clair's own sample with all comments has 20 KiB. */
const MAX_BYTES = 1024 * 1024;

/** A pipe must not be waited for; it is refused once it is open. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** A directory with more was not meant for this. */
const MAX_DROP_INS = 1_000;

export const NO_DOCUMENT: ConfigurationDocument = { file: undefined, value: {}, places: new Places() };

/**
 * Reads `file` and what lies in `<file>.d`, in lexical order, as Clair does: files of the same extension are merged
 * (RFC 7386), those with `-patch` behind it are applied (RFC 6902), others are passed over. Throws ConfigurationError
 * `UNREADABLE`, `MALFORMED`.
 */
export async function loadDocument(file: string): Promise<ConfigurationDocument> {
  const extension = extname(file);
  const format = formatOf(file, extension);
  const main = parseFile(await readText(file), file, format);
  const start = main.value ?? {};
  if (!isJsonObject(start)) throw notObject(file, main);
  let document = { value: start, places: main.places };
  for (const path of await dropIns(`${file}.d`, extension)) {
    const parsed = parseFile(await readText(path), path, format);
    document = extname(path) === extension ? merged(document, path, parsed) : patched(document, path, parsed);
  }
  return { file, ...document };
}

type Content = Pick<ConfigurationDocument, 'value' | 'places'>;

function merged({ value, places }: Content, path: string, parsed: ParsedFile): Content {
  const patch = parsed.value ?? {};
  if (!isJsonObject(patch)) throw notObject(path, parsed);
  places.take(parsed.places);
  return { value: mergePatch(value, patch), places };
}

function patched({ value, places }: Content, path: string, parsed: ParsedFile): Content {
  try {
    const result = applyJsonPatch(value, parsed.value ?? [], (index, changed) => {
      // What follows in a list has moved, so for the whole list the operation is what to point at.
      const inList = typeof changed.at(-1) === 'number';
      const target = inList ? changed.slice(0, -1) : changed;
      places.forgetBelow(target);
      places.set(target, parsed.places.find([index])!);
      if (!inList) places.take(parsed.places, [index, 'value'], target);
    });
    if (isJsonObject(result)) return { value: result, places };
    throw new JsonPatchError(0, 'leaves no configuration');
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    const place = parsed.places.find([error.index]) ?? { file: path, line: 1, column: 1 };
    const what = `${formatPlace(place)}: the JSON patch cannot be applied: operation ${error.index + 1}`;
    throw new ConfigurationError('MALFORMED', `${what} ${error.message}`, { cause: error });
  }
}

function formatOf(file: string, extension: string): FileFormat {
  if (extension === '.yaml') return 'yaml';
  if (extension === '.json') return 'json';
  const advice =
    extension === '.yml' ? '.yml is not accepted, as in Clair; name it .yaml' : 'name it .yaml or .json';
  throw new ConfigurationError('UNREADABLE', `${file}: its extension must say what it is; ${advice}`);
}

async function dropIns(directory: string, extension: string): Promise<string[]> {
  let names: string[];
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    // Links are what Kubernetes mounts; those to directories fail to be read as files and so are told.
    names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(directory, (error as NodeJS.ErrnoException).code);
  }
  const used = names.filter((name) => [extension, `${extension}-patch`].includes(extname(name)));
  if (used.length > MAX_DROP_INS) {
    throw new ConfigurationError(
      'UNREADABLE',
      `${directory} holds over ${MAX_DROP_INS} files; is it the right one?`,
    );
  }
  // By bytes, as Go sorts; the locale must not change what is merged over what.
  return used
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((name) => join(directory, name));
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const handle = await open(path, OPEN_FLAGS);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw unreadable(path, 'it is not a regular file');
      if (stat.size > MAX_BYTES) throw unreadable(path, `it has more than ${MAX_BYTES / 1024} KiB`);
      bytes = await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw unreadable(path, (error as NodeJS.ErrnoException).code);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError('MALFORMED', `${path} is not UTF-8 text`);
  }
}

function unreadable(path: string, reason: string | undefined): ConfigurationError {
  const what = basename(path) === path || path.startsWith('/') ? path : `./${path}`.replace('././', './');
  const said = reason === 'ENOENT' ? 'there is no such file' : (reason ?? 'it fails');
  return new ConfigurationError('UNREADABLE', `the configuration ${what} cannot be read: ${said}`);
}

function notObject(file: string, { places }: ParsedFile): ConfigurationError {
  const place: JsonValue = formatPlace(places.find([]) ?? { file, line: 1, column: 1 });
  return new ConfigurationError('MALFORMED', `${place}: is no map of keys at the top`);
}
