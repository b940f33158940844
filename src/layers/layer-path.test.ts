import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LayerError } from './layer-error.ts';
import { parseLayerPath, whiteoutTarget } from './layer-path.ts';

const pathOf = (raw: string): string => parseLayerPath(raw).path;

describe('parseLayerPath', () => {
  test.each([
    ['Files/Windows/System32/ntdll.dll', 'FILES/WINDOWS/SYSTEM32/NTDLL.DLL'],
    ['./Hives/Software_Delta', 'HIVES/SOFTWARE_DELTA'],
    ['Files/Windows/', 'FILES/WINDOWS'],
    ['/etc/passwd', 'ETC/PASSWD'],
    ['.', ''],
    ['Files/straße', 'FILES/STRAßE'],
  ])('%s is %s', (raw, path) => {
    expect(pathOf(raw)).toBe(path);
  });

  test('an alternate data stream is not the file', () => {
    const stream = parseLayerPath('Files/Windows/System32/config/SOFTWARE:evil');
    expect(stream).toEqual({ path: 'FILES/WINDOWS/SYSTEM32/CONFIG/SOFTWARE', stream: 'EVIL' });
    expect(parseLayerPath('Files/a').stream).toBeUndefined();
  });

  test.each([
    ['Files/../../etc/passwd', '..'],
    ['..', '..'],
    ['Files\\..\\x', '..'],
    ['C:/Windows', 'drive letter'],
    ['c:evil', 'drive letter'],
    ['Files/a\0b', 'NUL'],
    ['Files/Windows\\System32', 'backslash'],
    ['Hives/a:b/c', 'colon'],
    ['Files/:stream', 'stream of no file'],
  ])('%j is refused', (raw, why) => {
    expect(() => parseLayerPath(raw)).toThrow(LayerError);
    expect(() => parseLayerPath(raw)).toThrow(why);
  });

  test('names that are tricks on Windows only are fine outside its trees', () => {
    expect(pathOf('lib/dev-disk-by\\x2dlabel.device')).toBe('LIB/DEV-DISK-BY\\X2DLABEL.DEVICE');
    expect(pathOf('usr/share/man/man3/Foo::Bar.3pm')).toBe('USR/SHARE/MAN/MAN3/FOO::BAR.3PM');
    expect(pathOf('Files/a..b')).toBe('FILES/A..B');
  });

  test('whatever the name, it is a clean path or a LayerError', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '/', '.', '\\', ':', '\0', 'Files/', 'é') }),
        (raw) => {
          let path: string;
          try {
            path = pathOf(raw);
          } catch (error) {
            expect(error).toBeInstanceOf(LayerError);
            return;
          }
          expect(path.split('/')).not.toContain('..');
          expect(path).not.toMatch(/\0|\/$/);
        },
      ),
    );
  });
});

describe('whiteoutTarget', () => {
  test('names what is removed', () => {
    expect(whiteoutTarget(pathOf('Files/a/.wh.b'))).toBe('FILES/A/B');
    expect(whiteoutTarget(pathOf('.wh.x'))).toBe('X');
    expect(whiteoutTarget(pathOf('Files/a/.wh..wh..opq'))).toBe('FILES/A/*');
  });

  test('only a name that begins with the marker is one', () => {
    expect(whiteoutTarget(pathOf('Files/xwh.b'))).toBeUndefined();
    expect(whiteoutTarget(pathOf('Files/a.wh.b'))).toBeUndefined();
    expect(whiteoutTarget(pathOf('Files/.wh.d/e'))).toBeUndefined();
  });
});
