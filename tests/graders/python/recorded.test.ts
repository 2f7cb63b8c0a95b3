import { afterAll, expect, test } from "vitest";
import { extractProgram } from "../../../src/graders/python/extract.ts";
import { pythonGrader } from "../../../src/graders/python/grader.ts";
import type { Judge } from "../../../src/graders/python/judge.ts";
import type { Completion, Grade } from "../../../src/types.ts";
import { hard, judgeOrReason, need, needData, official, type Recorded, recorded } from "./helpers.ts";

const judge: Judge | string = await judgeOrReason("bwrap");
afterAll(async () => {
  if (typeof judge !== "string") await judge.close();
});

const items = new Map(official.map((item) => [item.id, item]));

const completion = (text: string, finishReason: Completion["finishReason"] = "stop"): Completion => ({
  text,
  finishReason,
  reasoning: "",
  usage: { promptTokens: 0, completionTokens: 0, reasoningTokens: 0 },
  latencyMs: 0,
  cached: false,
  retries: 0,
});

/** Rows whose verdict differs from the recorded one. */
async function disagreements(open: Judge, rows: readonly Recorded[]): Promise<string[]> {
  const grade = pythonGrader(open);
  const verdicts = await Promise.all(
    rows.map(async ({ task_id, kind, output }): Promise<Grade> => {
      const item = items.get(task_id)!;
      return kind === "program" ? open.judge(output, item) : grade(completion(output), item);
    }),
  );
  return rows.flatMap(({ task_id, passes, source, note }, index) =>
    verdicts[index]!.correct === passes
      ? []
      : [`${task_id} (${source ?? note}): recorded ${passes}, ${verdicts[index]!.reason ?? "correct"}`],
  );
}

test("at least 99 % of 492 chat replies and 492 programs get their recorded verdict", {
  timeout: 600_000,
}, async (ctx) => {
  needData(ctx, recorded);
  const differ = await disagreements(need(ctx, judge), recorded);
  expect(differ.length, differ.join("\n")).toBeLessThanOrEqual(recorded.length * 0.01);
});

test("at least 38 of 42 hard replies get the verdict that a reader gave them", { timeout: 120_000 }, async (ctx) => {
  needData(ctx, hard);
  const differ = await disagreements(need(ctx, judge), hard);
  expect(differ.length, differ.join("\n")).toBeLessThanOrEqual(4);
});

const item = {
  id: "x/1",
  target: "",
  prompt: 'def add(x, y):\n    """Adds."""\n',
  entry_point: "add",
  test: "def check(candidate):\n    assert candidate(2, 3) == 5\n",
};

test("a grade names the program, the rule and the repairs", async (ctx) => {
  const grade = await pythonGrader(need(ctx, judge))(completion("```python\nreturn x + y\n```"), item);
  expect(grade).toEqual({
    correct: true,
    answer: extractProgram("```python\nreturn x + y\n```", item)!.program,
    rule: "body in a fence",
    repairs: ["body indented"],
  });
});

test("a reply that the token limit cut is incorrect even when its code would pass", async (ctx) => {
  const grade = await pythonGrader(need(ctx, judge))(completion("    return x + y\n", "length"), item);
  expect(grade).toMatchObject({ correct: false, reason: "cut by the token limit" });
});

test("a reply without code is incorrect and has no answer", async (ctx) => {
  const grade = await pythonGrader(need(ctx, judge))(completion("I cannot help with that."), item);
  expect(grade).toEqual({ correct: false, reason: "no code that defines add" });
});
