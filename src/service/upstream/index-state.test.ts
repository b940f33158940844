// The token that makes Quay post its images again: when it changes, and when it must not.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstreamClair, type UpstreamServer } from '../../../test/builders/upstream-clair.ts';
import { createLogger } from '../../base/log.ts';
import { IndexState, type IndexStateOptions, type StateMemory } from './index-state.ts';
import { UpstreamClair } from './upstream-clair.ts';

const log = createLogger('silent');

/** A store as far as it is used; the real one is tested where it is made. */
class Memory implements StateMemory {
  readonly values = new Map<string, string>();
  isDown = false;

  async get(name: string): Promise<string | undefined> {
    if (this.isDown) throw new Error('the store is down');
    return this.values.get(name);
  }

  async set(name: string, value: string): Promise<void> {
    if (this.isDown) throw new Error('the store is down');
    this.values.set(name, value);
  }
}

let server: UpstreamServer;
let memory: Memory;
let now: number;
const open: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  server = await startUpstreamClair();
  memory = new Memory();
  now = Date.parse('2026-07-01T00:00:00Z');
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
  await server.close();
});

async function replica(options: Partial<IndexStateOptions> = {}): Promise<IndexState> {
  const upstream = new UpstreamClair({ url: server.url, log });
  const clock = () => now;
  const state = new IndexState({ own: '1', upstream, memory, log, pollMs: 1e9, clock, ...options });
  open.push(state, { stop: () => upstream.close() });
  await state.start();
  return state;
}

async function pollFor(states: readonly IndexState[], minutes: number): Promise<void> {
  for (let index = 0; index < minutes * 6; index++) {
    now += 10_000;
    for (const state of states) await state.poll();
  }
}

describe('the token', () => {
  test('is hex that Quay can keep, and the same in every replica and after a restart', async () => {
    const first = await replica();
    expect(first.current()).toMatch(/^[0-9a-f]{32}$/);
    expect((await replica()).current()).toBe(first.current());
  });

  test('tells own versions apart, and an upstream from none', async () => {
    const tokens = [
      (await replica()).current(),
      (await replica({ own: '2' })).current(),
      (await replica({ upstream: undefined })).current(),
      (await replica({ upstream: undefined, own: '2' })).current(),
    ];
    expect(new Set(tokens).size).toBe(4);
  });

  test('stays while the upstream is down, and over a restart during that', async () => {
    const before = (await replica()).current();
    server.fault = () => ({ kind: 'answer', status: 503 });
    const [running] = [await replica()];
    await pollFor([running], 5);
    expect(running.current()).toBe(before);
    expect((await replica()).current()).toBe(before);
  });

  test('stays while the store is down', async () => {
    const state = await replica();
    const before = state.current();
    memory.isDown = true;
    server.states = ['upgraded'];
    await pollFor([state], 5);
    expect(state.current()).toBe(before);
  });

  test('changes once when an upstream is seen for the first time', async () => {
    server.fault = () => ({ kind: 'answer', status: 503 });
    const state = await replica();
    const unseen = state.current();
    server.fault = undefined;
    await state.poll();
    const seen = state.current();
    expect(seen).not.toBe(unseen);
    await pollFor([state], 2);
    expect(state.current()).toBe(seen);
  });
});

describe('an upgrade of the upstream', () => {
  test('changes it in all replicas, once, after it has been steady', async () => {
    const replicas = [await replica(), await replica()];
    const before = replicas[0]!.current();
    const seen = new Set<string>();
    // Of two Clairs behind one address one is upgraded, later the other.
    server.states = ['0cd1ab5d9b4a2d1a3c2e9f3d6a1b5c77', 'upgraded', 'upgraded'];
    for (let index = 0; index < 10; index++) {
      await pollFor(replicas, 1);
      for (const each of replicas) seen.add(each.current());
    }
    expect([...seen]).toEqual([before]);
    server.states = ['upgraded'];
    await pollFor(replicas, 2);
    const after = replicas.map((each) => each.current());
    expect(after[0]).not.toBe(before);
    expect(after[1]).toBe(after[0]);
  });

  test('a replica takes over what another has seen', async () => {
    const [seeing, blind] = [await replica(), await replica()];
    server.states = ['upgraded'];
    await pollFor([seeing], 2);
    server.fault = () => ({ kind: 'answer', status: 503 });
    await blind.poll();
    expect(blind.current()).toBe(seeing.current());
  });

  test('is another Clair when the address is another', async () => {
    const state = await replica();
    const before = state.current();
    const other = await startUpstreamClair();
    const moved = await replica({ upstream: new UpstreamClair({ url: other.url, log }) });
    expect(moved.current()).toBe(before);
    await pollFor([moved], 2);
    expect(moved.current()).not.toBe(before);
    await other.close();
  });
});

test('is asked in the background', async () => {
  const state = await replica({ pollMs: 20 });
  const asked = server.requests.length;
  await expect.poll(() => server.requests.length).toBeGreaterThan(asked + 2);
  await state.stop();
  const stopped = server.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(server.requests.length).toBe(stopped);
});

test('what is kept in a way that nobody knows is passed over', async () => {
  const before = (await replica()).current();
  for (const text of ['', 'null', '{"state":1}', '[]']) {
    memory.values.set('upstream-state', text);
    expect((await replica()).current()).toBe(before);
  }
});
