import { expect, test } from "vitest";
import { closingLines } from "../../src/report/lines.ts";
import { reportOf } from "./fixtures.ts";

const linesOf = (verdicts: string, noGate: string | null = null) => closingLines(reportOf(verdicts).evals[0]!, noGate);

test("the closing lines say what was measured, what was left out, and what the gate says", () => {
  expect(linesOf("ccis")).toEqual([
    "x: accuracy 66.66 % (2 of 3), 95 % interval 20.76 % to 93.85 % · m",
    "  coverage 75 % of 4 · 1 skipped · 0 errors · 0 truncated · 0 without an answer · 0.0 s",
    "  gate INCONCLUSIVE (exit 2): coverage 75 % is below 90 %: 1 skipped of 4",
  ]);
});

test("nothing scored is said, and never a number", () => {
  expect(linesOf("ss")[0]).toBe("x: accuracy unknown: nothing was scored · m");
});

test("a gate that is not applied says why", () => {
  expect(linesOf("c", "this run was filtered on purpose").at(-1)).toBe(
    "  gate not applied: this run was filtered on purpose",
  );
});
