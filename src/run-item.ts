import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { TestContext } from "vitest";
import { withBreaker } from "./backend/breaker.ts";
import { createBackend } from "./backend/client.ts";
import { BackendError } from "./backend/errors.ts";
import { withRetry, withThrottle } from "./backend/retry.ts";
import { openStore, type StoredBackend, withStore } from "./backend/store.ts";
import { type RunContext, STORE_FILE } from "./context.ts";
import { messageOf } from "./errors.ts";
import { shorten, visible } from "./text.ts";
import type { Backend, Completion, CompletionOptions, EvalRecord, Grade, Item, Prompt } from "./types.ts";

/** The record of an item that has not been asked yet. */
export const newRecord = (item: Item, index: number, repeat: number, prompt: Prompt): EvalRecord => ({
  id: item.id,
  index,
  rowSha256: createHash("sha256").update(JSON.stringify(item)).digest("hex"),
  repeat,
  target: item.target,
  verdict: null,
  answer: null,
  rule: null,
  reason: null,
  otherGraders: {},
  repairs: [],
  retries: 0,
  prompt,
  completion: null,
});

/** The one way to completions: stored ones are there even when the server is not asked any more. */
export function openBackend({ settings, target, readStore }: RunContext): StoredBackend {
  const store = openStore(resolve(settings.root, STORE_FILE));
  // A local model's process does not come back, and has no limit to keep to.
  const client = target.loaded
    ? createBackend(target)
    : withRetry(withThrottle(createBackend(target), settings.concurrency));
  return withStore(withBreaker(client), store, {
    read: readStore,
    source: target.loaded?.fingerprint ?? target.url,
  });
}

/** Asks, grades and writes what came of it into the record; then says it to Vitest by passing, skipping or throwing. */
export async function runItem(
  backend: Backend,
  record: EvalRecord,
  options: CompletionOptions,
  grade: (completion: Completion) => Grade | Promise<Grade>,
  { task, skip, signal }: TestContext,
): Promise<void> {
  Object.assign(record, {
    verdict: "error",
    reason: "the test ended before an answer came",
  } satisfies Partial<EvalRecord>);
  try {
    record.completion = await backend.complete(record.prompt, options, signal);
    record.retries = record.completion.cached ? 0 : record.completion.retries;
    const { correct, answer, rule, reason, otherGraders, repairs } = await grade(record.completion);
    Object.assign(record, {
      verdict: correct ? "correct" : "incorrect",
      answer: answer ?? null,
      rule: rule ?? null,
      reason: reason ?? null,
      otherGraders: otherGraders ?? {},
      repairs: repairs ?? [],
    } satisfies Partial<EvalRecord>);
  } catch (error) {
    record.reason = messageOf(error);
    if (error instanceof BackendError) record.retries = error.retries;
    const kind = error instanceof BackendError ? error.kind : "failed";
    if (kind === "fatal") task.meta.runStopped = record.reason;
    if (kind === "quota" || kind === "stopped") {
      record.verdict = kind === "quota" ? "skipped" : null;
      skip(record.reason);
    }
    // Whoever cancels a run, or --bail, leaves what is in flight without an answer.
    if (signal.aborted && signal.reason?.name === "TestRunAbortError") record.verdict = null;
    throw new EvalFailure("ItemError", record.reason);
  }
  if (record.verdict === "incorrect") throw new EvalFailure("IncorrectAnswer", describeWrong(record));
}

/** The line of a wrong item: what was answered and what was expected. */
function describeWrong({ answer, target, reason }: EvalRecord): string {
  const answered = answer === null ? `no answer (${reason})` : `answered ${shorten(answer, 61)}`;
  if (answer?.includes("\n")) return reason ?? "";
  return `${answered}, expected ${shorten(target, 61)}`;
}

/** A stack would point into this file and say nothing about the item. */
class EvalFailure extends Error {
  constructor(name: "IncorrectAnswer" | "ItemError", message: string) {
    super(visible(message));
    this.name = name;
    this.stack = `${name}: ${this.message}`;
  }
}
