import fc from "fast-check";
import { expect, test } from "vitest";
import { extractNumber, sameNumber } from "../../src/graders/number.ts";

const grouped = (digits: string, mark: string) => digits.replace(/\B(?=(\d{3})+$)/g, mark);
const fullWidth = (text: string) =>
  text.replace(/[\d.,-]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));

/** The dresses of a number with this sign, whole part and decimals. */
const dresses: Record<string, (sign: string, whole: string, decimals: string) => string> = {
  bare: (sign, whole, decimals) => sign + whole + decimals,
  "with commas": (sign, whole, decimals) => sign + grouped(whole, ",") + decimals,
  "with {,}": (sign, whole, decimals) => sign + grouped(whole, "{,}") + decimals,
  "with \\,": (sign, whole, decimals) => sign + grouped(whole, "\\,") + decimals,
  "with U+202F": (sign, whole, decimals) => sign + grouped(whole, "\u202F") + decimals,
  "with U+00A0": (sign, whole, decimals) => sign + grouped(whole, "\u00A0") + decimals,
  "with spaces": (sign, whole, decimals) => sign + grouped(whole, " ") + decimals,
  "with apostrophes": (sign, whole, decimals) => sign + grouped(whole, "'") + decimals,
  "in full width": (sign, whole, decimals) => fullWidth(sign + grouped(whole, ",") + decimals),
  "with a Unicode minus": (sign, whole, decimals) => sign.replace("-", "−") + whole + decimals,
  "in dollars": (sign, whole, decimals) => `${sign}$${grouped(whole, ",")}${decimals}`,
  "in dollars, sign inside": (sign, whole, decimals) => `$${sign}${whole}${decimals}`,
  "in escaped dollars": (sign, whole, decimals) => `${sign}\\$${grouped(whole, ",")}${decimals}`,
  "in euros": (sign, whole, decimals) => `${sign}€${whole}${decimals}`,
  "in pounds": (sign, whole, decimals) => `${sign}£${whole}${decimals}`,
  "in per cent": (sign, whole, decimals) => `${sign}${whole}${decimals}%`,
  "in LaTeX per cent": (sign, whole, decimals) => `${sign}${whole}${decimals}\\%`,
  "in degrees": (sign, whole, decimals) => `${sign}${whole}${decimals} °C`,
  "with trailing zeros": (sign, whole, decimals) => `${sign}${whole}${decimals || "."}00`,
  "with a unit": (sign, whole, decimals) => `${sign}${whole}${decimals} apples`,
  "with a Chinese unit": (sign, whole, decimals) => `${sign}${whole}${decimals} 美元`,
};

const forms: Record<string, (number: string) => string> = {
  "after ####": (number) => `9 * 2 = 7\n#### ${number}`,
  "after #### in a sentence": (number) => `So she makes #### ${number} in 7 days.`,
  boxed: (number) => `From 3 and 4 we get \\[\\boxed{${number}}\\]`,
  "after `the answer is`": (number) => `There are 3 eggs. The answer is ${number}.`,
  "after `Answer:`": (number) => `3 eggs\n\n**Answer:** ${number}\n`,
  "after 答案": (number) => `一共 3 个。答案是：${number}。`,
  "in JSON": (number) => `{"reasoning": "3 eggs, 4 left", "answer": ${JSON.stringify(number)}}`,
  bold: (number) => `With 3 eggs she makes **${number}**.`,
  "in its own bold line": (number) => `Of 3 eggs 2 are left.\n\n**${number}**`,
  "at the end": (number) => `There are 3 eggs.\nTherefore, it is ${number}.`,
  "after an equals sign": (number) => `9 eggs * 2 = ${number}`,
  alone: (number) => number,
};

const numberParts = fc.record({
  sign: fc.constantFrom("", "-"),
  whole: fc.oneof(fc.nat(999), fc.nat(99_999_999), fc.maxSafeNat()).map(String),
  decimals: fc.oneof(
    fc.constant(""),
    fc.nat(999).map((n) => `.${n}`),
  ),
});

test("any number, in any dress and answer form, is read back exactly", () => {
  const any = fc.tuple(numberParts, fc.constantFrom(...Object.keys(dresses)), fc.constantFrom(...Object.keys(forms)));
  fc.assert(
    fc.property(any, ([{ sign, whole, decimals }, dress, form]) => {
      const text = forms[form]!(dresses[dress]!(sign, whole, decimals));
      const found = extractNumber(text);
      expect(found, text).toBeDefined();
      expect(sameNumber(found!.answer, sign + whole + decimals), `${text} was read as ${found!.answer}`).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test("a number equals itself and differs from its successor, however large", () => {
  fc.assert(
    fc.property(fc.bigInt(), (n) => {
      expect(sameNumber(`${n}`, `${n}.0`)).toBe(true);
      expect(sameNumber(`${n}`, `${n + 1n}`)).toBe(false);
    }),
  );
});

const scraps = [
  "####",
  "\\boxed{",
  "}",
  "**",
  "answer:",
  '"answer":',
  "答案",
  "= ",
  "1",
  "12,345",
  "½",
  "(",
  "\n",
  "- ",
  "$",
  "\\frac{",
  "Wait, ",
  "<|channel|>",
];
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom(...scraps)).map((parts) => parts.join("")),
);

test("random text never throws, and what is found is a number", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const found = extractNumber(text);
      if (found && !/\/0/.test(found.answer)) expect(sameNumber(found.answer, found.answer), found.answer).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

// A pattern that backtracks needs minutes or days for these; the generous limit is that of the test runner.
test.each([...scraps, "a", " ", "1 ", "5 so ", "1. a\n", "is 5\n1. a\n", "[1,", "答案是", "Jan 5 "])(
  "100 kB of %j end",
  (scrap) => {
    const text = scrap.repeat(100_000 / scrap.length);
    for (const whole of [text, `${text} 5`, `5 ${text}`]) extractNumber(whole);
  },
);
