/** Numbers as models write them: one plain spelling for all dresses, and the numerals in a text. */

/** A number in a text. `value` is bare: `-1234.50`, `1.8e1`, `840/13`, `2 1/2`, `2:30`, `3 million`. */
export interface Numeral {
  readonly value: string;
  /** Where its first digit stands, and where its last one ends. */
  readonly start: number;
  readonly end: number;
  readonly money: boolean;
}

const vulgar: Readonly<Record<string, string>> = { "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4" };
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";

/**
 * The text with one spelling for each thing: ASCII digits and minus, no thousands marks (`,` `{,}` `\,` `'` or a space
 * of any kind between groups of three), a point for a decimal comma (`1.200,50`), `a/b` for `\frac{a}{b}` and `½`,
 * `^n` for superscripts, no LaTeX dress (`\$`, `\text{…}`, `\left`, delimiters, also with backslashes that JSON
 * doubled), `**` for every bold, nothing struck out, none of GSM8K's `<<9*2=18>>`. Line breaks and Markdown stay.
 * Every pattern takes time linear in the text.
 */
export function plainNumerals(text: string): string {
  return text
    .replace(/<<[^<>\n]*>>|~~[^~\n]*~~/g, "")
    .replace(/\\\\\[[\d.]{1,4}[a-z]{2}\]/g, " ")
    .replace(/\\\\(?=[^\s\\])/g, "\\")
    .replace(/[\u200B\u2060\uFEFF]/g, "")
    .replace(/[！-～]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(/[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g, " ")
    .replace(/[\u2010-\u2013\u2212\uFE63]/g, "-")
    .replace(/[½⅓⅔¼¾]/g, (char) => ` ${vulgar[char]}`)
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (char) => `^${"0123456789-"[superscripts.indexOf(char)]}`)
    .replace(/(?<=\^[\d-])\^/g, "")
    .replace(/(?<=\d)\s?(?=\\[dt]?frac)/g, " ")
    .replace(/\\[dt]?frac\s?\{([^{}]*)\}\s?\{([^{}]*)\}/g, "$1/$2")
    .replace(/\\[dt]?frac\s?(\d)\s?(\d)/g, "$1/$2")
    .replace(/\\(?:text|textrm|mathrm|mbox)\s?\{([^{}]*)\}/g, " $1 ")
    .replace(/\\(?:textbf|mathbf|boldsymbol)\s?\{([^{}]*)\}/g, " **$1** ")
    .replace(/<\/?(?:b|strong)>/gi, "**")
    .replace(/\\(?:times|cdot)(?![A-Za-z])/g, "×")
    .replace(/\\(?:approx|simeq)(?![A-Za-z])/g, "≈")
    .replace(/\\(?:implies|Rightarrow|rightarrow|to)(?![A-Za-z])/g, "→")
    .replace(/\\(?:left|right|displaystyle|quad|qquad)(?![A-Za-z])/g, " ")
    .replace(/\^?\{?\\(?:circ|degree)(?![A-Za-z])\}?/g, "°")
    .replace(/\\n(?![a-z])/g, "\n")
    .replace(/\{,\}/g, ",")
    .replace(/\^\{(-?\d+)\}/g, "^$1")
    .replace(/\\[$%#&_]/g, (escaped) => escaped.slice(1))
    .replace(/\\[,;:! ]|(?<=\d)~(?=\d)/g, " ")
    .replace(/\\[()[\]]/g, " ")
    .replace(/(?<![\d.,])\d{1,3}(?:\.\d{3})+(?=,\d{1,2}(?![,.]?\d))/g, (whole) => whole.replaceAll(".", ""))
    .replace(/(?<![\d.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])/g, (lakh) => lakh.replaceAll(",", ""))
    .replace(/(?<=(?<![\d.,])\d{1,3}|[ ,'’]\d{3})[ ,'’](?=\d{3}(?!\d))/g, "")
    .replace(/(?<=(?<![\d.,])\d{1,9}),(?=\d{1,2}(?![,.]?\d))/g, ".");
}

const months = "(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\\.?";
const day = "\\d{1,2}(?:st|nd|rd|th)?";
const decimal = "(?:\\d+(?:\\.\\d+)?|(?<![\\w.])\\.\\d+)";
const power = "10\\^-?\\d{1,4}";

const body = new RegExp(
  [
    // A date with its year is not an amount: it is matched to be passed over whole.
    `(?<date>\\d{4}[-/年]\\d{1,2}[-/月]\\d{1,2}日?|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{4}|${months} ${day},? \\d{4}|${day} ${months},? \\d{4})(?!\\d)`,
    "\\d{1,2}:[0-5]\\d(?::[0-5]\\d)?(?![\\d:])",
    "\\d+ \\d{1,9}/\\d{1,9}(?![\\d/])",
    power,
    `${decimal}(?: ?[×x*] ?${power}|[eE][+-]?\\d{1,4}(?![\\w.])| ?/ ?${decimal}(?![\\d/.]))?`,
  ].join("|"),
  "g",
);

const currency = "(?:US|NT|HK|[CA])?[$€£¥₹]|\\b(?:USD|EUR|GBP|TWD|NTD|RMB|CNY|JPY|Rs\\.?)";
const prefix = new RegExp(
  `(?<sign>-|\\bnegative|\\bminus|[负負]|零下)?(?<gap> ?)(?:(?<money>${currency}) ?(?<inner>-)?)?$`,
);
const suffix =
  /^(?<size> ?(?:dozen|hundred|thousand|million|billion|trillion|百?[万萬]|[千亿億])|[kK](?![A-Za-z]))?(?<money> ?(?:dollars?|cents?|euros?|美元|元|[€£]))?/;

const inWordOrLabel =
  /(?:[A-Za-z_^]|\d\.|(?<!#)#|\b(?:step|method|part|case|problem|question|example|figure|table|equation) )$/i;

/**
 * The numbers in a plain text, in order. Dates, labels (`#5`, `Step 5`) and the digits of words, subscripts and
 * exponents are not numbers.
 */
export function findNumerals(text: string): Numeral[] {
  return [...numeralsOf(text)];
}

/** The first number in a plain text. */
export function firstNumeral(text: string): Numeral | undefined {
  return numeralsOf(text).next().value ?? undefined;
}

/** Whether a plain text holds a number. */
export function hasNumber(text: string): boolean {
  return /\d/.test(text) && firstNumeral(text) !== undefined;
}

function* numeralsOf(text: string): Generator<Numeral, undefined> {
  for (const match of text.matchAll(body)) {
    const start = match.index;
    const end = start + match[0].length;
    const before = text.slice(Math.max(0, start - 16), start);
    const dress = prefix.exec(before)!;
    const { sign = "", gap = "", money, inner } = dress.groups!;
    const inWord = money === undefined && inWordOrLabel.test(before);
    if (match.groups!.date !== undefined || inWord) continue;
    const minus = inner !== undefined || isMinus(sign, gap, before.slice(0, dress.index)) ? "-" : "";
    const digits = match[0]
      .replace(/ ?[×x*] ?10\^/, "e")
      .replace(/^10\^/, "1e")
      .replace(/ ?\/ ?/, "/");
    const { size = "", money: unit } = suffix.exec(text.slice(end, end + 24))!.groups!;
    yield { value: minus + digits + size, start, end, money: money !== undefined || unit !== undefined };
  }
}

/** Whether a sign negates. `-` after a digit, letter or bracket subtracts; set apart, it negates after `=` only. */
function isMinus(sign: string, gap: string, head: string): boolean {
  if (sign === "") return false;
  if (sign === "minus") return /(?:^|\b(?:is|was|be|to|at|of)|[=:≈#*(]) ?$/.test(head);
  if (sign !== "-") return true;
  return gap === "" ? !/[\w)\]}%°]$|[\d)\]] $/.test(head) : /[=≈] ?$/.test(head);
}
