import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test('keeps the length, and what people read', () => {
  expect(printable('Größe 10 µm, 日本語 – “ok”')).toBe('Größe 10 µm, 日本語 – “ok”');
  expect(printable('a\u001b[2Jb\u009bc\u202ed\u0007')).toBe('a?[2Jb?c?d?');
  expect(printable('a\r\nCVE-2026-0001\tb\u2028c')).toBe('a  CVE-2026-0001 b c');
});
