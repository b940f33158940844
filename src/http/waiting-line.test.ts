import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

const patient = () => new AbortController().signal;

/** Work that goes on until it is told to end. */
function work(begun: string[], name: string) {
  const { promise, resolve } = withResolvers();
  return {
    end: () => resolve(name),
    run: () => {
      begun.push(name);
      return promise;
    },
  };
}

function withResolvers() {
  let resolve: (value: string) => void = () => {};
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('a line', () => {
  test('lets through as many as it has places, in the order they came', async () => {
    const line = new WaitingLine(2, 'test');
    const begun: string[] = [];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => work(begun, name));
    const all = [a, b, c, d].map((each) => line.wait(patient(), each!.run));
    await tick();
    expect(begun).toEqual(['a', 'b']);
    b!.end();
    await tick();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const each of [a, c, d]) each!.end();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  test('forgets who goes away while waiting, and keeps the place of who goes away later', async () => {
    const line = new WaitingLine(1, 'test');
    const begun: string[] = [];
    const gone = new AbortController();
    const first = work(begun, 'first');
    const results = [
      line.wait(gone.signal, first.run),
      line.wait(gone.signal, async () => 'never'),
      line.wait(patient(), async () => 'last'),
    ];
    await tick();
    gone.abort();
    expect(await results[1]).toBe('gone');
    await tick();
    expect(begun).toEqual(['first']);
    first.end();
    expect(await results[0]).toBe('first');
    expect(await results[2]).toBe('last');
  });

  test('frees the place of work that fails', async () => {
    const line = new WaitingLine(1, 'test');
    await expect(line.wait(patient(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await line.wait(patient(), async () => 'yes')).toBe('yes');
  });

  test('sends away only when a thousand wait', async () => {
    const line = new WaitingLine(1, 'test');
    const first = work([], 'first');
    const waiting = Array.from({ length: 1001 }, () => line.wait(patient(), first.run));
    expect(await line.wait(patient(), first.run)).toBe('full');
    first.end();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['first']));
  });
});
