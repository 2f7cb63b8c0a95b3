/** What every grader does to a reply before it looks at it. */
import type { Completion, Grade } from "../types.ts";

/**
 * The text with the typographic variants that models write replaced by what a keyboard has: every Unicode space
 * (U+00A0, U+202F, U+3000, …) by a space, hyphens and the minus sign (U+2010, U+2011, U+2212) by `-`, curly quotes by
 * straight ones, zero-width spaces by nothing. Letters, digits, dashes and letter case stay as they are
 * (no NFKC: it would make `x²` equal `x2`). The ends are trimmed.
 */
export function foldText(text: string): string {
  return text
    .replace(/[\u200B\u2060\uFEFF]/g, "")
    .replace(/[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g, " ")
    .replace(/[\u2010\u2011\u2212\uFE63\uFF0D]/g, "-")
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201C\u201D]/g, '"')
    .trim();
}

/** The grade of a completion that holds no answer (cut off, withheld or empty), else undefined. */
export function gradeUnanswered(completion: Completion): Grade | undefined {
  if (completion.finishReason === "length")
    return { correct: false, reason: "the answer was cut off by the token limit" };
  if (completion.finishReason === "content_filter")
    return { correct: false, reason: "the answer was withheld by a content filter" };
  if (foldText(completion.text) === "") return { correct: false, reason: "the answer is empty" };
  return undefined;
}

/**
 * What of a raw text is meant for the reader: the last `final` channel of leaked Harmony tokens (or of their remains,
 * `analysis…assistantfinal…`), the part after the last `</think>`. Empty when only reasoning is there.
 * https://cookbook.openai.com/articles/openai-harmony
 */
export function finalText(text: string): string {
  const bare = text.trimStart().startsWith("analysis") ? text.slice(afterLast(text, "assistantfinal")) : text;
  const channels = bare.split("<|channel|>");
  const final = channels.findLast((channel) => channel.startsWith("final"));
  if (channels.length > 1 && final === undefined) return "";
  const message = final === undefined ? bare : final.slice(afterLast(final, "<|message|>"));
  const answer = message.slice(afterLast(message, "</think>"));
  return answer.trimStart().startsWith("<think>") ? "" : answer.replace(/<\|[a-z_]{1,20}\|>/g, " ");
}

function afterLast(text: string, mark: string): number {
  const at = text.lastIndexOf(mark);
  return at < 0 ? 0 : at + mark.length;
}
