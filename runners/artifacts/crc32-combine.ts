/** The CRC-32 polynomial of zip, without its highest term, lowest power in the highest bit. */
const POLYNOMIAL = 0xedb88320;
/** The polynomial 1, in the same order of bits. */
const ONE = 0x80000000;

/**
 * The checksum of two pieces of data, one behind the other, from the checksum of each and the length of the second.
 * It lets workers check pieces of one file side by side.
 *
 * A checksum is a remainder of polynomials over GF(2): appending n bytes multiplies what went before by x^(8n).
 */
export function crc32Combine(first: number, second: number, secondBytes: number): number {
  return (multiply(powerOfX(8 * secondBytes), first) ^ second) >>> 0;
}

/** x^n by squaring. `n` may exceed 32 bits, so it is halved by division. */
function powerOfX(n: number): number {
  let power = ONE;
  let square = ONE >>> 1;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(power, square);
    square = multiply(square, square);
  }
  return power;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor;
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}
