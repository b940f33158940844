// What was read of layers, shared by all replicas, and who is reading which.
import type { LayerFacts } from '../model/layer-facts.ts';
import type { Database } from './database.ts';
import { bytesOfDigest, digestOfBytes } from './digest-bytes.ts';
import { packJson, unpackJson } from './packed-json.ts';

/** `other`: no Windows layer. */
export type LayerPlatform = 'windows' | 'other';

/** `busy`: another replica reads it, and its lease has not run out. `known`: it has been read. */
export type LayerClaim = 'claimed' | 'busy' | 'known';

/** That a layer is of Windows may be known before it has been read. */
const KNOWN = `(facts is not null or platform = 'other')`;

export class LayerFactsStore {
  readonly #database: Database;
  readonly #reader: string;

  /** What another version of the reader found is as if it had not been read. */
  constructor(database: Database, readerVersion: string) {
    this.#database = database;
    this.#reader = readerVersion;
  }

  async facts(digest: string): Promise<LayerFacts | undefined> {
    const packed = await this.packedFacts(digest);
    return packed && unpackJson<LayerFacts>(packed);
  }

  /** As JSON in gzip: what a layer says of itself may be large, and not everybody wants to hold it unpacked. */
  async packedFacts(digest: string): Promise<Buffer | undefined> {
    const [row] = await this.#database.query<{ facts: Buffer | null }>(
      'select facts from layer_facts where digest = $1 and reader = $2',
      [bytesOfDigest(digest), this.#reader],
    );
    return row?.facts ?? undefined;
  }

  /** Those of the layers that nobody needs to read any more; for the next weeks, what was read of them is kept. */
  async known(digests: readonly string[]): Promise<Set<string>> {
    const rows = await this.#database.query<{ digest: Buffer; stale: boolean }>(
      `select digest, touched_at < now() - interval '1 day' as stale from layer_facts
       where digest = any($1) and reader = $2 and ${KNOWN}`,
      [digests.map(bytesOfDigest), this.#reader],
    );
    const fresh = rows.filter((row) => !row.stale);
    const touched = await this.#touch(rows.filter((row) => row.stale));
    return new Set([...fresh, ...touched].map(({ digest }) => digestOfBytes(digest)));
  }

  /** Those of the layers of which it is told already, by whoever read them or is reading them. */
  async platforms(digests: readonly string[]): Promise<Map<string, LayerPlatform>> {
    const rows = await this.#database.query<{ digest: Buffer; platform: LayerPlatform }>(
      `select digest, platform from layer_facts
       where digest = any($1) and reader = $2 and platform is not null`,
      [digests.map(bytesOfDigest), this.#reader],
    );
    return new Map(rows.map(({ digest, platform }) => [digestOfBytes(digest), platform]));
  }

  /**
   * Reserves the reading of a layer, until the lease runs out by the clock of the database, and counts it. An owner is
   * given what it has already: it knows itself what it is doing.
   */
  async claim(digest: string, owner: string, leaseSeconds: number): Promise<LayerClaim> {
    if ((await this.known([digest])).size > 0) return 'known';
    const claimed = await this.#database.query(
      `insert into layer_facts as held (digest, reader, owner, leased_until, reads)
       values ($1, $2, $3, now() + $4 * interval '1 second', 1)
       on conflict (digest, reader) do update
         set owner = excluded.owner, leased_until = excluded.leased_until, reads = held.reads + 1, touched_at = now()
         where not (held.facts is not null or held.platform is not distinct from 'other')
           and (held.leased_until is null or held.leased_until < now() or held.owner = excluded.owner)
       returning reads`,
      [bytesOfDigest(digest), this.#reader, owner, leaseSeconds],
    );
    if (claimed.length > 0) return 'claimed';
    return (await this.known([digest])).size > 0 ? 'known' : 'busy';
  }

  /** Prolongs the leases that `owner` still has. */
  async renew(digests: readonly string[], owner: string, leaseSeconds: number): Promise<void> {
    await this.#database.query(
      `with held as (
         select digest from layer_facts
         where digest = any($1) and reader = $2 and owner = $3 order by digest for update)
       update layer_facts set leased_until = now() + $4 * interval '1 second'
       where reader = $2 and digest in (select digest from held)`,
      [digests.map(bytesOfDigest), this.#reader, owner, leaseSeconds],
    );
  }

  /** Ends the claim, whoever had it: what a slow reader found is as good. */
  async put(facts: LayerFacts, platform: LayerPlatform): Promise<void> {
    await this.putPacked(facts.digest, await packJson(facts), platform);
  }

  /** As `put`, of facts as `packedFacts` gives them. */
  async putPacked(digest: string, packed: Uint8Array, platform: LayerPlatform): Promise<void> {
    await this.#finish(digest, platform, packed);
  }

  /** For a layer of Windows that `owner` is reading: other replicas need not wait for its facts to go on with the image. */
  async recognise(digest: string, owner: string): Promise<void> {
    await this.#database.query(
      `update layer_facts set platform = 'windows'
       where digest = $1 and reader = $2 and owner = $3 and platform is null`,
      [bytesOfDigest(digest), this.#reader, owner],
    );
  }

  /** For a layer that was recognised as not Windows without being read whole. */
  async markOther(digest: string): Promise<void> {
    await this.#finish(digest, 'other', null);
  }

  /** Reading failed: the next one may try at once. */
  async release(digest: string, owner: string): Promise<void> {
    await this.#database.query(
      `update layer_facts set owner = null, leased_until = null
       where digest = $1 and reader = $2 and owner = $3`,
      [bytesOfDigest(digest), this.#reader, owner],
    );
  }

  async #finish(digest: string, platform: LayerPlatform, facts: Uint8Array | null): Promise<void> {
    await this.#database.query(
      `insert into layer_facts (digest, reader, platform, facts) values ($1, $2, $3, $4)
       on conflict (digest, reader) do update
         set platform = excluded.platform, facts = coalesce(excluded.facts, layer_facts.facts),
           owner = null, leased_until = null, touched_at = now()`,
      [bytesOfDigest(digest), this.#reader, platform, facts],
    );
  }

  /** Once a day at most: known layers are asked for all the time. Those of them that are still there. */
  async #touch(rows: readonly { readonly digest: Buffer }[]): Promise<{ digest: Buffer }[]> {
    if (rows.length === 0) return [];
    return this.#database.query<{ digest: Buffer }>(
      `with asked as (
         select digest from layer_facts where digest = any($1) and reader = $2 order by digest for update)
       update layer_facts set touched_at = now()
       where reader = $2 and digest in (select digest from asked) returning digest`,
      [rows.map(({ digest }) => digest), this.#reader],
    );
  }
}
