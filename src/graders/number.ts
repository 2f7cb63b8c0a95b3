/** The number grader: GSM8K and its kin. */
import type { Grader } from "../types.ts";
import { bold, boxed, corrected, type Found, firstLine, lastNumber, marked, stated } from "./number-rules.ts";
import { plainNumerals } from "./numerals.ts";
import { sameNumber } from "./same-number.ts";
import { answerLines, givesNone } from "./sections.ts";
import { finalText, gradeUnanswered } from "./text.ts";

export { sameNumber };

/**
 * The number that a reply gives as its answer, bare (`70000`, `-3`, `840/13`), and the rule that found it. From the
 * final channel only, the first of these that applies:
 *
 * 1. `after ####`: the last `####` that a number follows, or a sentence in the last line. Headings are passed over.
 * 2. `boxed`: the last `\boxed{…}`.
 * 3. `answer field` of JSON or `answer phrase` (`the answer is`, `Answer:`, `答案`), whichever comes last.
 *    `workings`: a calculation after the JSON object, unless it is a check, corrects the field.
 * 4. `first line`: a first line that is a number and nothing else, when an explanation follows it.
 * 5. `bold`: the last bold number that is not a label, unless a conclusion (`Therefore, …`) follows it.
 * 6. `last number`: of the last sentence with numbers, the one it is about (`numberOf` in prose.ts).
 *
 * Before all of these comes `correction`: what is said so, calculated or concluded after a `Wait, …` or `Actually, …`.
 * Of an equation the result counts. A box, field or phrase without a number (`Answer: not enough information`) is an
 * answer that is no number; a refusal and a text that breaks off give nothing to rules 4 to 6.
 *
 * Number words (`eighteen`, `十八`) are not read; `2 hours 30 minutes` is two numbers; `12,50` is 12.5.
 * Never throws; takes time linear in the text. The order of 1 to 6 is that of GSM8K's own format, then of the marks that
 * models put on an answer, strongest first; measured on the recorded answers of ZeroEval, GSM-Plus and Abel.
 */
export function extractNumber(text: string): { readonly answer: string; readonly rule: string } | undefined {
  const plain = plainNumerals(finalText(text));
  const found = corrected(plain) ?? marked(plain) ?? boxed(plain) ?? stated(plain) ?? inProse(plain);
  return found?.answer === undefined ? undefined : { answer: found.answer, rule: found.rule };
}

function inProse(plain: string): Found | undefined {
  if (givesNone(plain)) return undefined;
  const lines = answerLines(plain);
  return firstLine(plain) ?? bold(lines) ?? lastNumber(lines);
}

/** Correct when the number that `extractNumber` reads equals the item's target exactly. */
export const numberGrader: Grader = (completion, item) => {
  const unanswered = gradeUnanswered(completion);
  if (unanswered) return unanswered;
  const found = extractNumber(completion.text);
  if (!found) return { correct: false, reason: "no number was found" };
  const correct = sameNumber(found.answer, item.target);
  return { correct, ...found, reason: correct ? undefined : `the answer is ${found.answer}, not ${item.target}` };
};
