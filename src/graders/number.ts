import type { Grader } from "../types.ts";
import { gradeUnanswered } from "./text.ts";

export function extractNumber(text: string): { answer: string; rule: string } | undefined {
  const last = text.match(/-?\d[\d,]*(?:\.\d+)?/g)?.at(-1);
  return last === undefined ? undefined : { answer: last.replaceAll(",", ""), rule: "last number" };
}

export function sameNumber(a: string, b: string): boolean {
  return Number(a.replaceAll(",", "")) === Number(b.replaceAll(",", ""));
}

export const numberGrader: Grader = (completion, item) => {
  const unanswered = gradeUnanswered(completion);
  if (unanswered) return unanswered;
  const found = extractNumber(completion.text);
  if (!found) return { correct: false, reason: "no number was found" };
  const correct = sameNumber(found.answer, item.target);
  return { correct, ...found, reason: correct ? undefined : `the answer is ${found.answer}, not ${item.target}` };
};
