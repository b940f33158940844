// Lengths of time as Go writes them: 6h, 1m30s, 1.5h (package time, ParseDuration).

/** In milliseconds; Go's units below one are rounded. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const PARTS = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** Milliseconds, or `undefined` for what is no duration. A bare `0` is one, as in Go. */
export function parseDuration(text: string): number | undefined {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  let end = 0;
  let ms = 0;
  for (const [part, amount, unit] of rest.matchAll(PARTS)) {
    end += part.length;
    ms += Number(amount) * UNITS[unit!]!;
  }
  if (rest === '' || end !== rest.length || !Number.isFinite(ms)) return undefined;
  return Math.round(sign === '-' ? -ms : ms);
}
