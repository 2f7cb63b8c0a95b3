import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../errors.ts";
import { readReport } from "../../report/files.ts";
import { shorten } from "../../text.ts";
import type { Message } from "../../types.ts";
import type { Turn } from "./conversation.ts";

const REPORT = "reports/accuracy.json";

/** What was asked and answered in an item of the last run: the conversation to go on with, and a line that says how it was judged. */
export interface Opening {
  readonly system: Message | undefined;
  /** Its answer is empty if the run has none. */
  readonly turn: Turn;
  readonly about: string;
}

/**
 * Reads an item's messages and answer from the last report. Of several variants and repeats it takes the first that was wrong.
 * @throws UserError if there is no report or no such item in it.
 */
export function openingFrom(id: string, root: string): Opening {
  const file = resolve(root, REPORT);
  if (!existsSync(file)) throw new UserError(`there is no ${REPORT}: run an eval first.`);
  const items = readReport(file).evals.flatMap((evaluation) => evaluation.items);
  const same = items.filter((item) => item.id === id && item.prompt.length > 0);
  const item = same.find(({ verdict }) => verdict === "incorrect") ?? same[0];
  if (!item) {
    const wrong = items.filter(({ verdict }) => verdict === "incorrect").map((one) => one.id);
    const advice = wrong.length > 0 ? `; wrong were, for example, ${wrong.slice(0, 5).join(", ")}` : "";
    throw new UserError(`${REPORT} has no item "${id}" that was asked${advice}.`);
  }
  const question = item.prompt.findLast(({ role }) => role === "user")?.content ?? "";
  return {
    system: item.prompt.find(({ role }) => role === "system"),
    turn: { question, answer: item.completion ?? "" },
    about: `${id}: ${item.verdict ?? "not run"}, ${item.answer === null ? "no answer" : `answered ${shorten(item.answer, 61)}`}, expected ${shorten(item.target, 61)}`,
  };
}
