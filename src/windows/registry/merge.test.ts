// Differencing hives change what lies below as Windows says, one case after another and in any stack.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildHive, dword, type KeySpec, tombstone } from '../../../test/builders/hive.ts';
import { openHive } from '../../formats/regf/hive.ts';
import type { LayerSemantics, RegistryKey } from '../../model/registry.ts';
import { extractAll } from './extract.ts';
import { type MergedKey, mergeLayer, standalone } from './merge.ts';

const number = (name: string, data: number) => ({ name, type: 4, data });
const gone = (name: string) => ({ name, type: 0, tombstone: true as const });

/** Every key by path, with its values as `name=data@layer`. */
function flat(key: MergedKey, path = ''): Record<string, string[]> {
  const values = [...key.values.values()].map(({ name, data, layer }) => `${name}=${data}@${layer}`);
  const below = [...key.keys.values()].map((child) =>
    flat(child, path === '' ? child.name : `${path}\\${child.name}`),
  );
  return Object.assign({ [path]: values.sort() }, ...below);
}

const base: RegistryKey = {
  name: 'ROOT',
  values: [number('r', 0)],
  keys: [
    {
      name: 'Key',
      values: [number('a', 1), number('b', 2)],
      keys: [{ name: 'Below', values: [number('c', 3)] }],
    },
    { name: 'Other', values: [number('o', 9)] },
  ],
};

function over(...keys: RegistryKey[]): Record<string, string[]> {
  return flat(mergeLayer(standalone(base, 0), { name: 'ROOT', keys }, 1));
}

const other = { '': ['r=0@0'], Other: ['o=9@0'] };

describe('a key', () => {
  test('merges: values are overlaid, subkeys stay', () => {
    expect(over({ name: 'Key', values: [number('b', 20), number('d', 40)] })).toEqual({
      ...other,
      Key: ['a=1@0', 'b=20@1', 'd=40@1'],
      'Key\\Below': ['c=3@0'],
    });
  });

  test('of a tombstone goes with all below it', () => {
    expect(over({ name: 'Key', semantics: 'tombstone' })).toEqual(other);
  });

  test('superseded locally loses its values, not its subkeys', () => {
    const upper: RegistryKey = {
      name: 'Key',
      semantics: 'supersede-local',
      values: [number('b', 20)],
      keys: [{ name: 'Below', values: [number('e', 5)] }, { name: 'New' }],
    };
    expect(over(upper)).toEqual({
      ...other,
      Key: ['b=20@1'],
      'Key\\Below': ['c=3@0', 'e=5@1'],
      'Key\\New': [],
    });
  });

  test('superseded with its tree is replaced', () => {
    const upper: RegistryKey = {
      name: 'Key',
      semantics: 'supersede-tree',
      values: [number('b', 20)],
      keys: [{ name: 'New', values: [number('n', 6)] }],
    };
    expect(over(upper)).toEqual({ ...other, Key: ['b=20@1'], 'Key\\New': ['n=6@1'] });
  });

  test('with a value tombstone loses that value', () => {
    const upper = { name: 'Key', values: [gone('A'), gone('never there')] };
    expect(over(upper)).toEqual({ ...other, Key: ['b=2@0'], 'Key\\Below': ['c=3@0'] });
  });

  test('of type REG_NONE is no tombstone', () => {
    const upper = { name: 'Key', values: [{ name: 'a', type: 0, data: '' }] };
    expect(over(upper).Key).toEqual(['a=@1', 'b=2@0']);
  });

  test.each<LayerSemantics>(['merge', 'supersede-local', 'supersede-tree'])(
    'that is new, %s, comes without what its own tombstones name',
    (semantics) => {
      const upper: RegistryKey = {
        name: 'New',
        semantics,
        values: [number('n', 1), gone('m')],
        keys: [
          { name: 'Dead', semantics: 'tombstone', keys: [{ name: 'Deeper' }] },
          { name: 'Live', semantics: 'supersede-local', values: [gone('x')] },
        ],
      };
      expect(over(upper)).toMatchObject({ New: ['n=1@1'], 'New\\Live': [] });
      expect(Object.keys(over(upper))).not.toContain('New\\Dead');
      expect(Object.keys(over(upper))).not.toContain('New\\Dead\\Deeper');
    },
  );

  test('that is new is none when it is a tombstone', () => {
    expect(over({ name: 'New', semantics: 'tombstone' })).toEqual(over());
  });

  test('keeps its lower spelling; letters with and without case are the same', () => {
    const upper = { name: 'kEY', values: [number('A', 10)], keys: [{ name: 'BELOW', values: [gone('C')] }] };
    expect(over(upper)).toEqual({ ...other, Key: ['A=10@1', 'b=2@0'], 'Key\\Below': [] });
  });

  test('that is deleted and made anew in a later layer has nothing of the old one', () => {
    const deleted = mergeLayer(
      standalone(base, 0),
      { name: 'ROOT', keys: [{ name: 'Key', semantics: 'tombstone' }] },
      1,
    );
    const renewed = mergeLayer(
      deleted,
      { name: 'ROOT', keys: [{ name: 'KEY', values: [number('z', 1)] }] },
      2,
    );
    expect(flat(renewed)).toEqual({ ...other, KEY: ['z=1@2'] });
  });
});

describe('the root', () => {
  test.each<LayerSemantics>(['tombstone', 'supersede-local', 'supersede-tree'])(
    'merges, though it says %s',
    (semantics) => {
      const merged = mergeLayer(
        standalone(base, 0),
        { name: 'Another', semantics, values: [number('s', 1)] },
        1,
      );
      expect(merged.name).toBe('ROOT');
      expect(flat(merged)).toEqual({ ...over(), '': ['r=0@0', 's=1@1'] });
    },
  );

  test('of a base hive stays, whatever it says', () => {
    expect(flat(standalone({ ...base, semantics: 'tombstone' }, 0))).toEqual(over());
  });
});

describe('the layer of a key', () => {
  const layerOf = (upper: RegistryKey): number | undefined =>
    mergeLayer(standalone(base, 0), { name: 'ROOT', keys: [upper] }, 1).keys.get('KEY')?.layer;

  test.each<[string, RegistryKey, number]>([
    ['only passed through', { name: 'Key', keys: [{ name: 'Below', values: [number('c', 4)] }] }, 0],
    ['with a value set', { name: 'Key', values: [number('a', 1)] }, 1],
    ['with a value deleted', { name: 'Key', values: [gone('a')] }, 1],
    ['superseded locally', { name: 'Key', semantics: 'supersede-local' }, 1],
    ['replaced', { name: 'Key', semantics: 'supersede-tree' }, 1],
  ])('%s', (_, upper, layer) => {
    expect(layerOf(upper)).toBe(layer);
  });
});

test('the lower state is left as it is', () => {
  const lower = standalone(base, 0);
  const before = flat(lower);
  mergeLayer(
    lower,
    {
      name: '',
      keys: [
        { name: 'Key', semantics: 'tombstone' },
        { name: 'Other', values: [gone('o')] },
      ],
    },
    1,
  );
  expect(flat(lower)).toEqual(before);
});

describe('any stack of hives', () => {
  const name = fc.constantFrom('a', 'A', 'b', 'ß', 'ж', 'Ж');
  const fold = (each: string): string => ({ a: 'A', b: 'B', ж: 'Ж' })[each] ?? each;
  const unlike = <T extends { name: string }>(each: fc.Arbitrary<T>) =>
    fc.uniqueArray(each, { maxLength: 3, selector: (one) => fold(one.name) });
  const value = fc.oneof(
    fc.tuple(name, fc.nat(99)).map(([each, data]) => dword(each, data)),
    name.map((each) => tombstone(each)),
  );
  const { tree } = fc.letrec<{ tree: KeySpec }>((tie) => ({
    tree: fc.record({
      name,
      semantics: fc.constantFrom<LayerSemantics>(
        'merge',
        'merge',
        'tombstone',
        'supersede-local',
        'supersede-tree',
      ),
      values: unlike(value),
      subkeys: fc.oneof({ maxDepth: 3 }, fc.constant([]), unlike(tie('tree'))),
    }),
  }));
  const layer = fc.record({ name: fc.constant('ROOT'), values: unlike(value), subkeys: unlike(tree) });

  /** Paths to values; a key is a path to a map, and every layer is a list of changes to the paths. */
  type Model = Map<string, Map<string, number>>;

  function apply(model: Model, path: string, key: KeySpec, isRoot: boolean): void {
    const how = isRoot ? 'merge' : (key.semantics ?? 'merge');
    if (how === 'tombstone' || how === 'supersede-tree') {
      for (const known of [...model.keys()]) if (`${known}\\`.startsWith(`${path}\\`)) model.delete(known);
    }
    if (how === 'tombstone') return;
    if (how === 'supersede-local' || !model.has(path)) model.set(path, new Map());
    const values = model.get(path)!;
    for (const each of key.values ?? []) {
      if (each.tombstone) values.delete(fold(each.name));
      else values.set(fold(each.name), each.data.readUInt32LE());
    }
    for (const child of key.subkeys ?? []) apply(model, `${path}\\${fold(child.name)}`, child, false);
  }

  function modelOf(key: MergedKey, path = '', model: Model = new Map()): Model {
    model.set(path, new Map([...key.values].map(([folded, { data }]) => [folded, Number(data)])));
    for (const [folded, child] of key.keys) modelOf(child, `${path}\\${folded}`, model);
    return model;
  }

  test('merges as a list of paths would', () => {
    fc.assert(
      fc.property(fc.array(layer, { minLength: 1, maxLength: 5 }), (layers) => {
        const model: Model = new Map();
        for (const root of layers) apply(model, '', root, true);
        const [first, ...rest] = layers.map((root) =>
          extractAll(openHive(buildHive({ root, layered: true }))),
        );
        const merged = rest.reduce(
          (lower, upper, index) => mergeLayer(lower, upper, index + 1),
          standalone(first!, 0),
        );
        expect(modelOf(merged)).toEqual(model);
      }),
      { numRuns: 500 },
    );
  });
});
