/** The rules of the number grader. Each looks at a plain text (`plainNumerals`) and finds an answer or undefined. */
import { firstNumeral, hasNumber, type Numeral } from "./numerals.ts";
import { answerOf, lastNumberOf, sentencesOf, startsWithNumber } from "./prose.ts";
import { answerLines, concludes, denial, givesNone, withoutMarker } from "./sections.ts";

/** An undefined answer means that the reply does answer here, but not with a number. */
export interface Found {
  readonly answer: string | undefined;
  readonly rule: string;
}

const foundBy = (rule: string, numeral: Numeral | undefined): Found | undefined =>
  numeral && { answer: numeral.value, rule };

/** The last `####` that a number follows; in the last line any sentence will do. `#### 2. Income` is a heading. */
export function marked(text: string): Found | undefined {
  const [, ...parts] = text.split(/#{4,}/);
  for (const [index, part] of [...parts.entries()].toReversed()) {
    const [line = "", ...following] = part.trimStart().split("\n", 3);
    const isEnd = index === parts.length - 1 && following.join("").trim() === "";
    const isHeading = /^\W*\d{1,2}[.):] +[^\d\s$]/.test(line);
    if (!isEnd && (isHeading || !startsWithNumber(line))) continue;
    const numeral = answerOf(line);
    if (numeral) return foundBy("after ####", numeral);
  }
  return undefined;
}

/** The last `\boxed{…}` that is not empty. */
export function boxed(text: string): Found | undefined {
  const [, ...parts] = text.split(/\\f?box(?:ed)?\s?\{/);
  for (const part of parts.toReversed()) {
    const content = untilClosed(part.slice(0, 400));
    if (content.trim() !== "") return { answer: answerOf(content)?.value, rule: "boxed" };
  }
  return undefined;
}

/** The text up to the brace that closes it; empty when none does. */
function untilClosed(text: string): string {
  let depth = 1;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    depth += brace === "{" ? 1 : -1;
    if (depth === 0) return text.slice(0, index);
  }
  return "";
}

const statement = new RegExp(
  [
    String.raw`"[\w -]{0,40}answer[\w ]{0,40}"\s*:\s*(?:"(?<text>[^"\\]*(?:\\.[^"\\]*)*)"|(?<value>[^,}\n]+))`,
    String.raw`\banswers?\b(?:,[^.:=\n]{0,40},| ?\([^()\n]{0,40}\))?(?: (?:to|of|for|in)\b[^.:=\n]{0,80}?)?[\s*_']{0,8}(?:is|was|are|would be|will be|should be|must be|equals?|comes to|[:=→]|- )(?![\s*_]{0,8}not\b|n't)`,
    String.raw`^[ \t#*_>]{0,8}(?:the )?(?:final )?answer[ \t*_]{0,8}$|<(?:final_?)?answer>`,
    String.raw`\b(?:final|correct) (?:result|total|value|number) is`,
    String.raw`答案?\s?(?:[应應][该該])?\s?[*_]{0,3}[是为為:=]|^[ \t#*_>]{0,8}(?:最[终終])?答案[ \t*_]{0,8}$`,
    String.raw`\b(?:respuesta|réponse|antwort|ответ)\b[\s*]{0,4}(?:es|est|ist|:|=)`,
  ].join("|"),
  "gim",
);

/** The last answer field of JSON or answer phrase (`the answer is`, `Answer:`, `答案`). */
export function stated(text: string): Found | undefined {
  const matches = [...text.matchAll(statement)].slice(-50);
  for (const [index, match] of [...matches.entries()].toReversed()) {
    const rest = text.slice(match.index + match[0].length, matches[index + 1]?.index);
    const field = match.groups!.text ?? match.groups!.value;
    if (field !== undefined) return workings(rest) ?? { answer: answerOf(field)?.value, rule: "answer field" };
    const [line = ""] = /^[\s*_`:#$]*[^\n]*/.exec(rest)!;
    // `Answer:` may be followed by a derivation, `the answer is` by an explanation.
    const isLabel = /[:=→>]$|^\W*answer\W*$/i.test(match[0]);
    const said = isLabel ? line : (sentencesOf(line).find(hasNumber) ?? "");
    const numeral = answerOf(said, text.slice(0, match.index));
    const isAsked = numeral !== undefined && /^[^.!\n]{0,40}\?/.test(line.slice(numeral.end));
    if (denial.test(line.slice(0, numeral?.start))) return { answer: undefined, rule: "answer phrase" };
    if (numeral && !isAsked) return foundBy("answer phrase", numeral);
  }
  return undefined;
}

/** Models that write the JSON first sometimes guess there, and calculate after it. */
function workings(rest: string): Found | undefined {
  const lines = answerLines(rest.slice(rest.indexOf("}") + 1));
  const found = lines.some((line) => /[=≈]\s?[*_$€£¥-]{0,4}\d/.test(line))
    ? (bold(lines) ?? lastNumber(lines))
    : undefined;
  return found && { ...found, rule: "workings" };
}

/** A number alone in the first line, before a blank line and more text. */
export function firstLine(text: string): Found | undefined {
  const [line = "", next, ...rest] = text.trim().split("\n", 3);
  if (next?.trim() !== "" || rest.length === 0 || !startsWithNumber(line)) return undefined;
  const numeral = firstNumeral(line)!;
  const isAlone = /^[%°]?[*_]*(?:\s?\p{L}{1,20}){0,2}[\s.*_$]*$/u.test(line.slice(numeral.end));
  return isAlone ? foundBy("first line", numeral) : undefined;
}

/** The number of a line's bold parts, labels (`**Step 2:**`) and headings aside. */
function boldNumberOf(line: string): Numeral | undefined {
  const parts = line.split("**");
  const isSaid = (part: string, index: number) =>
    index % 2 === 1 &&
    index < parts.length - 1 &&
    !/:\s*$/.test(part) &&
    !/^\s*:/.test(parts[index + 1]!) &&
    !heading.test(part);
  return lastNumberOf(parts.map((part, index) => (isSaid(part, index) ? part : part.replace(/\d/g, " "))).join("**"));
}

const heading =
  /^\s*(?:(?:step|part|case|option|question|problem|method|example|round|phase)\b|第|\d{1,2}[.)](?:\s|$))/i;

/** The last bold number, unless a conclusion follows it. */
export function bold(lines: readonly string[]): Found | undefined {
  const index = lines.findLastIndex((line) => line.includes("**") && boldNumberOf(line) !== undefined);
  if (index < 0 || lines.slice(index + 1).some(concludes)) return undefined;
  return foundBy("bold", boldNumberOf(lines[index]!));
}

/** The number of the last sentence that has one. */
export function lastNumber(answers: readonly string[]): Found | undefined {
  const lines = answers.map(withoutMarker);
  const index = lines.findLastIndex(hasNumber);
  return index < 0 ? undefined : foundBy("last number", lastNumberOf(lines[index]!, lines.slice(0, index).join("\n")));
}

const correction =
  /(?:^|[.!?。！？]\s|\n)[\s*_(]{0,8}(?:no,? )?(?:(?:wait|actually|hold on|hmm+|oops|sorry|apologies|correction|scratch that|i (?:made|see) (?:a|an|my) (?:mistake|error)|on second thought)\b|let me (?:re|correct|fix)|更正|等等|不[对對]|抱歉)/gi;
const shouldBe = /\b(?:should (?:be|have been)|is actually|must be)\b|[应應][该該]?[是为為]/gi;
const givesAnother = /[=≈→]|\*\*|\bit['’]s\b/;

/** The answer after the last `Wait, …`, if one is given: by rule, `should be`, a calculation, bold or a conclusion. */
export function corrected(text: string): Found | undefined {
  const last = [...text.matchAll(correction)].at(-1);
  if (!last) return undefined;
  const tail = text.slice(last.index + last[0].length);
  const explicit = marked(tail) ?? boxed(tail) ?? stated(tail);
  if (explicit) return explicit;
  const said = [...tail.matchAll(shouldBe)].at(-1);
  const numeral = said && answerOf(tail.slice(said.index + said[0].length).split("\n", 1)[0]!);
  if (numeral) return foundBy("correction", numeral);
  const lines = answerLines(tail);
  if (givesNone(tail) || !lines.some((line) => givesAnother.test(line) || sentencesOf(line).some(concludes)))
    return undefined;
  const found = bold(lines) ?? lastNumber(lines);
  return found && { ...found, rule: "correction" };
}
