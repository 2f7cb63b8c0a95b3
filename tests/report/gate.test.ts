import { expect, test } from "vitest";
import { exitCode, judgeGate, percent } from "../../src/report/gate.ts";
import type { EvalInfo } from "../../src/types.ts";

const judge = (
  counts: { correct: number; incorrect?: number; skipped?: number; errors?: number; notRun?: number },
  gate: EvalInfo["gate"] = {},
  model = "m",
  demoCounts = false,
) => {
  const { correct, incorrect = 0, skipped = 0, errors = 0, notRun = 0 } = counts;
  const scored = correct + incorrect;
  const total = scored + skipped + errors + notRun;
  const measured = {
    total,
    scored,
    skipped,
    errors,
    notRun,
    accuracy: scored ? correct / scored : null,
    coverage: total ? scored / total : 0,
  };
  return judgeGate(measured, { gate, demoCounts, run: { model } as EvalInfo["run"] });
};

test.each([
  ["all right passes even the strictest floor", judge({ correct: 3 }), "passed"],
  ["without a gate one wrong answer fails", judge({ correct: 99, incorrect: 1 }), "failed"],
  ["an accuracy equal to the floor passes", judge({ correct: 17, incorrect: 3 }, { minAccuracy: 0.85 }), "passed"],
  [
    "an accuracy just below the floor fails",
    judge({ correct: 8499, incorrect: 1501 }, { minAccuracy: 0.85 }),
    "failed",
  ],
  ["a coverage equal to the floor counts", judge({ correct: 9, skipped: 1 }), "passed"],
  ["too many skipped is inconclusive", judge({ correct: 89, skipped: 11 }), "inconclusive"],
  ["too many errors is inconclusive", judge({ correct: 89, errors: 11 }), "inconclusive"],
  ["too many not run is inconclusive", judge({ correct: 89, notRun: 11 }), "inconclusive"],
  [
    "too little measured wins over too low an accuracy",
    judge({ correct: 1, incorrect: 9, skipped: 90 }),
    "inconclusive",
  ],
  [
    "nothing scored is inconclusive even without a coverage floor",
    judge({ correct: 0, errors: 5 }, { minCoverage: 0 }),
    "inconclusive",
  ],
  ["no items at all is inconclusive", judge({ correct: 0 }, { minCoverage: 0 }), "inconclusive"],
  ["the demo model proves nothing", judge({ correct: 9 }, {}, "demo"), "inconclusive"],
  ["the demo model may pass an eval made for it", judge({ correct: 9 }, {}, "demo", true), "passed"],
])("%s", (_, gate, outcome) => {
  expect(gate.outcome).toBe(outcome);
  expect(gate.reasons.length > 0).toBe(outcome !== "passed");
});

test("a reason names both numbers and what was left out", () => {
  expect(judge({ correct: 8, skipped: 1, errors: 1 }).reasons).toEqual([
    "coverage 80 % is below 90 %: 1 skipped, 1 errors of 10",
  ]);
  expect(judge({ correct: 8499, incorrect: 1501 }, { minAccuracy: 0.85 }).reasons).toEqual([
    "accuracy 84.99 % is below 85 %",
  ]);
});

test("a share is cut, so that it never reads as a floor that it missed", () => {
  expect(["0.89999", "0.9", "0.29", "1", "0.9333333"].map((share) => percent(Number(share)))).toEqual([
    "89.99 %",
    "90 %",
    "29 %",
    "100 %",
    "93.33 %",
  ]);
});

test("across evals 1 beats 2 beats 0, and no eval at all is 1", () => {
  expect(exitCode(["passed", "passed"])).toBe(0);
  expect(exitCode(["passed", "inconclusive"])).toBe(2);
  expect(exitCode(["inconclusive", "failed"])).toBe(1);
  expect(exitCode([])).toBe(1);
});
