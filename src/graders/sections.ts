/** The parts of a reply that are not its answer: checks, notes, explanations, code; and replies that give none. */
import { hasNumber } from "./numerals.ts";

const lead = String.raw`^[\s*_#>|•,(-]*`;
const check = new RegExp(
  `${lead}(?:(?:wait|actually|now),? )?(?:let'?s |let me |we can |to |i'll )?(?:quickly |also )?(?:double[- ]?check|check|verif|sanity|[驗验檢检][算查驗验證证])`,
  "i",
);
const aside = new RegExp(
  `${lead}(?:(?:note|nb|p\\.?s\\.?|tip|remark|assum\\w+|let me know|feel free|i hope|hope this|would you like)\\b|备?注:|[備附]?註:)`,
  "i",
);
const explanation = new RegExp(
  `${lead}(?:\\w+ )?(?:explanation|reasoning|breakdown|steps|working|workings|justification|details|here'?s (?:how|why|the)[^\\n]{0,40}|how (?:it works|i got|we got)[^\\n]{0,20}|why|解[释釋]|[说說]明|理由|步[骤驟])[*_\\s]*:?[*_\\s]*$`,
  "i",
);
const conclusion = new RegExp(
  `${lead}(?:so|therefore|thus|hence|in total|in conclusion|altogether|finally|因此|所以|故|答)(?![a-z])`,
  "i",
);

/** Whether a line is a conclusion with a number: `Therefore, … 18 …`. */
export function concludes(line: string): boolean {
  return conclusion.test(line) && hasNumber(line);
}

/**
 * The lines, blank ones aside, that can hold a number given in plain words: without checks of the answer (`Let's
 * verify:` and what follows, up to a line of conclusion), notes, courtesies and fenced program code, and without an
 * explanation that follows the answer (`**Explanation:**` after a number, or a list without an equation after
 * `… is 18`; neither with a conclusion at its end).
 */
export function answerLines(text: string): string[] {
  let checking = false;
  let code = false;
  const lines: string[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    if (/^\s*```/.test(line)) code = !code && /```\s?(?!json|text|math|latex|markdown|md)\w/i.test(line);
    checking = check.test(line) || (checking && !conclusion.test(line));
    if (!checking && !code && !aside.test(line)) lines.push(line);
  }
  const explained = lines.findIndex(
    (line, index) => index > 0 && (explanation.test(line) || startsListOfFacts(lines, index)),
  );
  const before = lines.slice(0, Math.max(explained, 0));
  return before.some(hasNumber) && !lines.slice(explained).some(concludes) ? before : lines;
}

const marker = /^([\s>*_#|-]*)(?:\d{1,3}[.)、]|step \d+ ?[:.)]|第 ?\d+ ?步 ?[:,.]?)\s+(?=\S)/i;
const item = /^\s*(?:[-*•]|\d{1,3}[.)、])\s+\S/;
const answering =
  /(?:\b(?:is|are|was|makes?|earns?|costs?|needs?|takes?|gets?|spends?|pays?|totals?)(?: [a-z]{1,15}){0,2} [*$€£-]{0,5}\d|[=≈是為为賺赚] ?[*$€£-]{0,5}\d)/i;

/** The line without the marker of a list item or step: `2.` is not an amount. */
export function withoutMarker(line: string): string {
  return line.replace(marker, "$1");
}

/** Whether from this line on there is only a list without an equation, after a line that gives a number as answer. */
function startsListOfFacts(lines: readonly string[], index: number): boolean {
  const said = lines[index - 1] ?? "";
  if (!item.test(lines[index]!) || item.test(said) || !answering.test(said) || /:[\s*]*$/.test(said)) return false;
  const isFact = (line: string) => (item.test(line) || /^\s/.test(line)) && !/[=≈]/.test(line);
  for (let i = index; i < lines.length; i++) if (!isFact(lines[i]!)) return false;
  return true;
}

/** Words by which a reply gives no answer: `cannot be determined`, `not enough information`, `无法计算`. */
export const denial =
  /\b(?:(?:can ?not|can['’]t|unable to|(?:im|not )possible to|not able to) (?:be )?(?:answer|determin|solve|calculat|comput|find|know|say|help|assist|provide|comply)|(?:not enough|insufficient|missing) (?:information|data)|(?:not possible|impossible|is (?:unknown|undetermined)|no (?:solution|answer))\b)|[无無]法(?:[确確]定|[计計]算|回答|[帮幫]助|提供)|[资資訊信][料讯訊息]不足/i;
const apology =
  /^\W*(?:i['’]?a?m sorry|sorry|unfortunately|i (?:can ?not|can['’]t|am unable|am not able)|抱歉|[对對]不起|很[遗遺]憾|我[无無]法|我不能)/i;
const announcement =
  /\b(?:let['’]s|(?:we|i) (?:need to|can|must|have to|will|should)|to do this, we) (?:\w+ ){0,2}?(?:add|calculate|compute|convert|determine|divide|find|multiply|solve|substitute|subtract|use)\b/i;

/**
 * Whether a reply gives no answer in plain words: it opens with an apology and a denial, its last sentence denies, or
 * it breaks off: inside a JSON object, after a word or sign that calls for more (`… is`, `+`), or with a sentence that
 * only announces a step (`First, we need to …`).
 */
export function givesNone(text: string): boolean {
  const sentences = text.trim().split(/(?<=[.!?:])\s+|(?<=[。！？])|\n/);
  const opening = sentences.slice(0, 2).join(" ");
  const ending = sentences.at(-1)!;
  return (
    (apology.test(opening) && denial.test(opening)) ||
    denial.test(ending) ||
    (/^\s*(?:```\s?(?:json)?\s*)?\{\s*"/.test(text) && !/["\d\]]\s*\}/.test(text)) ||
    /(?:[=+(,×÷]|\b(?:the|an?|of|to|is|are|and|by|for|with|so|then|which|that))$/i.test(ending) ||
    (announcement.test(ending) && !/[=≈]/.test(ending))
  );
}
