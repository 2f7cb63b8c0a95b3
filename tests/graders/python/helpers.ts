import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { TestContext } from "vitest";
import { type Judge, openJudge, type PythonItem } from "../../../src/graders/python/judge.ts";
import type { SandboxName } from "../../../src/graders/python/sandbox.ts";

const data = join(import.meta.dirname, "../../../../shared/data");

function rows<T>(file: string): T[] {
  const path = join(data, file);
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

export interface OfficialItem extends PythonItem {
  readonly canonical_solution: string;
}

/** The 164 official rows, or none where ../shared/data is absent. */
export const official: readonly OfficialItem[] = rows<OfficialItem & { task_id: string }>(
  "humaneval/HumanEval.jsonl",
).map((row) => ({ ...row, id: row.task_id, target: row.canonical_solution }));

export interface Recorded {
  readonly source?: string;
  readonly note?: string;
  readonly kind?: "chat" | "program";
  readonly task_id: string;
  readonly output: string;
  readonly passes: boolean | null;
}

export const recorded = rows<Recorded>("recorded/humaneval.jsonl.gz");
export const hard = rows<Recorded>("recorded/humaneval_hard.jsonl.gz");

/** Every `step`th element; all of them when EVAL_TEST_FULL is set. */
export function some<T>(list: readonly T[], step: number): T[] {
  return list.filter((_, index) => process.env.EVAL_TEST_FULL || index % step === 0);
}

/** A judge, or the reason why this machine has none of that kind. */
export async function judgeOrReason(sandbox: SandboxName): Promise<Judge | string> {
  try {
    return await openJudge({ sandbox, concurrency: 2 });
  } catch (error) {
    return (error as Error).message;
  }
}

/** The judge, or a skipped test that says why. */
export function need(ctx: TestContext, judge: Judge | string): Judge {
  if (typeof judge === "string") ctx.skip(judge);
  return judge as Judge;
}

export function needData(ctx: TestContext, list: readonly unknown[]): void {
  if (list.length === 0) ctx.skip("../shared/data is absent");
}

/** An item whose one test calls the function without arguments and wants `expected`. */
export function probe(expected: string): PythonItem {
  return {
    id: "probe",
    target: expected,
    prompt: "def probe():\n",
    entry_point: "probe",
    test: `def check(candidate):\n    assert candidate() == ${JSON.stringify(expected)}\n`,
  };
}
