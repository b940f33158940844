// Marvin32, the checksum of transaction-log entries.

/** The seed Windows uses for hives: the number 0x82EF4D887A4E55C5. */
const SEED_LOW = 0x7a4e55c5 | 0;
const SEED_HIGH = 0x82ef4d88 | 0;

/** The 64-bit hash of `data`, little-endian, as eight bytes of a log entry. */
export function marvin32(data: Buffer): bigint {
  let low = SEED_LOW;
  let high = SEED_HIGH;
  const mix = (word: number): void => {
    low = (low + word) | 0;
    high ^= low;
    low = (rotate(low, 20) + high) | 0;
    high = rotate(high, 9) ^ low;
    low = (rotate(low, 27) + high) | 0;
    high = rotate(high, 19);
  };
  const whole = data.length & ~3;
  for (let at = 0; at < whole; at += 4) mix(data.readInt32LE(at));
  // The last word is what is left, then a single one bit.
  let last = 0x80;
  for (let at = data.length - 1; at >= whole; at--) last = (last << 8) | data[at]!;
  mix(last);
  mix(0);
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
