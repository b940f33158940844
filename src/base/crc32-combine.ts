// CRC-32 of joined data from the checksums of its parts, as zlib's crc32_combine does it.

/** The polynomial of CRC-32 (RFC 1952, section 8), bits reversed: the highest is x⁰. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;

/** Where x^(2ⁿ) stands; 2ⁿ is taken modulo 2³² - 1, the order of x, so 32 powers are all there are. */
const SQUARES = squares();

/** The checksum of `a` followed by `b`; `bytesOfB` is the length of `b`, up to 2⁵³. Unsigned, as zlib.crc32 gives it. */
export function crc32Combine(crcOfA: number, crcOfB: number, bytesOfB: number): number {
  return (multiply(shiftBy(bytesOfB), crcOfA) ^ crcOfB) >>> 0;
}

/** x^(8 × bytes): what appending so many bytes multiplies a checksum by. */
function shiftBy(bytes: number): number {
  let product = ONE;
  let rest = bytes;
  for (let power = 3; rest > 0; power = (power + 1) % 32) {
    if (rest % 2 === 1) product = multiply(SQUARES[power]!, product);
    rest = Math.floor(rest / 2);
  }
  return product;
}

/** a × b modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product;
}

function squares(): number[] {
  const powers = [ONE >>> 1];
  while (powers.length < 32) powers.push(multiply(powers.at(-1)!, powers.at(-1)!));
  return powers;
}
