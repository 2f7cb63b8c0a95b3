/** Which of several numbers a sentence is about, and which parts of a reply are not its answer. */
import { findNumerals, firstNumeral, hasNumber, type Numeral } from "./numerals.ts";
import { sameNumber } from "./same-number.ts";

const concludingWord =
  /\b(?:so(?! that| much| many)|therefore|thus|hence|consequently|giving|making|leaving|earning|totall?ing|leaves|gives)\b|\b(?:altogether|in total|in conclusion|overall),|因此|所以|故|[總总一]共|共[計计]/gi;
const givenReason = /\b(?:because|since|due to|given that)\b|因[为為]|由[于於]/i;
const openingClause = /^\W{0,8}(?:since|because|given that|if|when|after|in|for|on|at|with)\b[^,\n]*,\s/i;
const beingWord =
  /(?:\b(?:is|are|was|were|be)(?: (?:only|exactly|about|approximately|still))?|[是为為共])[\s*]*[$€£¥-]{0,2}$/i;
const circumstance =
  /\b(?:for|in|on|at|by|after|before|from|than|within|over|during|every|per|with|until|(?:out )?of the)(?: (?:the|all|these|those|his|her|their|its|each|only|first|last|next|remaining|other))?[\s*]*[$€£¥-]{0,2}$/i;
const total = /^(?: [a-z]{1,15}){0,2} (?:in total|altogether|in all|overall)\b/i;
const equals = /[=≈→⇒]|\bequals\b|\b(?:equal|equivalent) to\b|\bwhich (?:is|means) (?=[$€£]?\d)|等[于於]/gi;

/** The numeral after the last equals sign, word or arrow; undefined when an unfinished calculation follows there. */
export function resultOf(span: string): Numeral | undefined {
  const numerals = findNumerals(span);
  const last = numerals.at(-1)?.start ?? -1;
  const from = [...span.matchAll(equals)].findLast(({ index }) => index < last)?.index;
  const result = from === undefined ? undefined : numerals.find(({ start }) => start > from);
  return result && startsCalculation(span.slice(result.end)) ? undefined : result;
}

/** Whether what follows a number goes on calculating with it: ` * 5`, ` apples + 3 pears`. */
export function startsCalculation(rest: string): boolean {
  return /^[%)]{0,2}\s?(?:[A-Za-z/]+\s){0,2}[-+*×÷/x]\s?[($€£-]{0,3}\d/.test(rest);
}

/**
 * The number a sentence is about. Its claim is what follows a word of conclusion, without an opening clause (`Since …,`
 * `In 7 days,`), brackets and a reason at its end. Of the claim's numbers it is the first of these that exists:
 *
 * - the one after the last `=`, the only one;
 * - in a conclusion, the one that the last equation of `before`, the text so far, arrived at;
 * - the one before `in total`, the one after `is`, the only amount of money;
 * - the last (in a conclusion the first) that is neither an adjective (`5-day`) nor introduced by a preposition
 *   (`18 dollars in 7 days`); the last.
 *
 * A sentence can be known to conclude without a word for it.
 */
export function numberOf(sentence: string, before: string, isConclusion: boolean): Numeral | undefined {
  const final = findNumerals(sentence).at(-1);
  if (final === undefined) return undefined;
  const word = [...sentence.matchAll(concludingWord)].findLast(({ index }) => index < final.start);
  const concludes = isConclusion || word !== undefined;
  const concluded = sentence.slice(word?.index);
  const main = preferNumbered(concluded.replace(openingClause, ""), concluded);
  const open = preferNumbered(withoutBrackets(main), main);
  const claim = preferNumbered(open.slice(0, givenReason.exec(open)?.index), open);
  const result = resultOf(claim);
  if (result) return result;
  const numerals = findNumerals(claim);
  if (numerals.length === 1) return numerals[0];
  const calculated = concludes ? resultOf(before) : undefined;
  const follows = (pattern: RegExp, { start }: Numeral) => pattern.test(claim.slice(Math.max(0, start - 40), start));
  const amounts = numerals.filter(({ money }) => money);
  const subjects = numerals.filter((n) => !follows(circumstance, n) && !/^-[A-Za-z]/.test(claim.slice(n.end)));
  return (
    (calculated && numerals.findLast(({ value }) => sameNumber(value, calculated.value))) ??
    numerals.findLast(({ end }) => total.test(claim.slice(end))) ??
    numerals.find((numeral) => follows(beingWord, numeral)) ??
    (amounts.length === 1 ? amounts[0] : subjects.at(concludes ? 0 : -1)) ??
    numerals.at(-1)
  );
}

function preferNumbered(part: string, whole: string): string {
  return hasNumber(part) ? part : whole;
}

function withoutBrackets(text: string): string {
  return text.replace(/(?<![=≈] ?)\([^()]*\)/g, (inner) => " ".repeat(inner.length));
}

/** The sentences of a line, in order. */
export function sentencesOf(line: string): string[] {
  return line.split(/(?<=[.!?;])\s+|(?<=[。！？；])/);
}

const remark = /\?\s*$|^\W{0,8}(?:this|that|it) (?:includes|is because|accounts for|assumes|comes from)\b/i;

// Nothing that is written for a reader is longer: what is looked at more than once stays bounded.
const longestSentence = 2000;

/**
 * The number that the last sentence with numbers is about, questions and remarks (`This includes …`) aside. `before` is
 * the text before the line.
 */
export function lastNumberOf(line: string, before = "", isConclusion = false): Numeral | undefined {
  const sentences = sentencesOf(line);
  const said = sentences.findLastIndex((sentence) => hasNumber(sentence) && !remark.test(sentence));
  const index = said < 0 ? sentences.findLastIndex(hasNumber) : said;
  if (index < 0) return undefined;
  const context = `${before.slice(-longestSentence)}\n${sentences.slice(0, index).join(" ")}`.slice(-longestSentence);
  return numberOf(sentences[index]!.slice(-longestSentence), context, isConclusion);
}

const dress = /^[\s*_`~≈=:()[\]"'$€£¥-]*$/;

/** Whether a span begins with a number, its dress aside. */
export function startsWithNumber(span: string): boolean {
  const first = firstNumeral(span);
  return first !== undefined && dress.test(span.slice(0, first.start));
}

/**
 * The number of a span that is given as an answer: the one it begins with (the result, if an equation begins there;
 * none, if that calculation has no result), else the one that its last sentence concludes.
 */
export function answerOf(span: string, before = ""): Numeral | undefined {
  const first = firstNumeral(span);
  if (first === undefined || !startsWithNumber(span)) return lastNumberOf(span, before, true);
  const rest = span.slice(first.end);
  const isEquation = startsCalculation(rest) || /^[%°]?\s?(?:[A-Za-z]{1,15}\s?){0,2}[=≈→⇒][^=≈→⇒\n]{0,40}\d/.test(rest);
  return isEquation ? resultOf(span.slice(0, longestSentence)) : first;
}
