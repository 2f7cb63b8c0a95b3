/** Exact comparison of numbers written in different ways. */
import { findNumerals, plainNumerals } from "./numerals.ts";

type Fraction = readonly [numerator: bigint, denominator: bigint];

/** How many of one thing a word after a number stands for. */
const sizes: Readonly<Record<string, bigint>> = {
  dozen: 12n,
  hundred: 100n,
  k: 1000n,
  thousand: 1000n,
  千: 1000n,
  万: 10_000n,
  萬: 10_000n,
  百万: 1_000_000n,
  百萬: 1_000_000n,
  million: 1_000_000n,
  亿: 100_000_000n,
  億: 100_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
};

/**
 * Whether two numbers, in any dress, are exactly equal: `31.00` and `31`, `1e3` and `1,000`, `1/2` and `.5`, `2:00`
 * and `2`, `2:30` and `2.5`. A word of size is a factor or else the unit that was asked for: `5 dozen` equals 60 and 5.
 * False when either text does not hold exactly one number.
 */
export function sameNumber(a: string, b: string): boolean {
  return readings(a).some(([n, d]) => readings(b).some(([m, e]) => n * e === m * d));
}

function readings(text: string): Fraction[] {
  const [numeral, another] = findNumerals(plainNumerals(text));
  if (numeral === undefined || another !== undefined) return [];
  const digits = numeral.value.replace(/(?<=\d) ?[^\d\s]*$/, "");
  const factor = sizes[numeral.value.slice(digits.length).trim().toLowerCase()];
  const value = toFraction(digits);
  if (value === undefined) return [];
  return factor === undefined ? [value] : [value, [value[0] * factor, value[1]]];
}

/** The value of `2`, `-1.50`, `1.8e1`, `840/13`, `2 1/2` or `2:30`; undefined when it divides by zero. */
function toFraction(digits: string): Fraction | undefined {
  if (digits.startsWith("-")) {
    const value = toFraction(digits.slice(1));
    return value && [-value[0], value[1]];
  }
  if (digits.includes(":")) {
    const [hours = "", minutes = "0", seconds = "0"] = digits.split(":");
    return [BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds), 3600n];
  }
  const [whole, fraction] = digits.includes(" ") ? digits.split(" ") : ["0", digits];
  const [numerator, denominator = "1"] = fraction!.split("/");
  const [n, d] = toDecimal(numerator!);
  const [m, e] = toDecimal(denominator);
  return m === 0n ? undefined : [BigInt(whole!) * d * m + n * e, d * m];
}

function toDecimal(digits: string): Fraction {
  const [mantissa = "", exponent = "0"] = digits.toLowerCase().split("e");
  const [whole = "", decimals = ""] = mantissa.split(".");
  const scale = Number(exponent) - decimals.length;
  const value = BigInt(whole + decimals);
  return scale >= 0 ? [value * 10n ** BigInt(scale), 1n] : [value, 10n ** BigInt(-scale)];
}
