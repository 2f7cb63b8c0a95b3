import { expect, test } from "vitest";
import { compareEvals, comparisonLines, judgeComparison } from "../../src/report/compare.ts";
import { reportOf } from "./fixtures.ts";

const compare = (before: string, after: string) => compareEvals(reportOf(before).evals[0]!, reportOf(after).evals[0]!);
const flips = (broken: number, fixed: number) =>
  compare("c".repeat(broken) + "i".repeat(fixed), "i".repeat(broken) + "c".repeat(fixed));

// scipy 1.17.1: binomtest(broken, broken + fixed, 0.5), two-sided and alternative="greater"
test.each([
  [5, 0, 0.0625, 0.03125],
  [12, 3, 0.03515625, 0.017578125],
  [40, 21, 0.0204147137996349, 0.01020735689981745],
  [300, 250, 0.036578745549102676, 0.018289372774551338],
  [1, 1, 1, 0.75],
  [0, 0, 1, 1],
])("%i broken and %i fixed have p = %f, and %f of getting worse", (broken, fixed, p, pWorse) => {
  const comparison = flips(broken, fixed);
  expect(comparison.p).toBeCloseTo(p, 12);
  expect(comparison.pWorse).toBeCloseTo(pWorse, 12);
});

test("only completions scored in both, of an unchanged row, are paired", () => {
  const comparison = compare("cicse", "iicci");
  expect(comparison.paired).toBe(3);
  expect(comparison.broken.map(({ after }) => after.id)).toEqual(["x/0"]);
  const [before, after] = [reportOf("cc").evals[0]!, reportOf("ii").evals[0]!];
  const changed = {
    ...after,
    items: after.items.map((item, n) => (n === 0 ? { ...item, rowSha256: "changed" } : item)),
  };
  expect(compareEvals(before, changed).paired).toBe(1);
});

test("five broken and none fixed is a regression, four is chance, nothing in common is inconclusive", () => {
  expect(judgeComparison(flips(5, 0))).toBe("failed");
  expect(judgeComparison(flips(4, 0))).toBe("passed");
  expect(judgeComparison(compare("cs", "sc"))).toBe("inconclusive");
});

test("the lines name the flips and are silent on the rest", () => {
  expect(comparisonLines(compare("cic", "icc"))).toEqual([
    "66.66 % (20.76 % to 93.85 %) → 66.66 % (20.76 % to 93.85 %), 3 paired: 1 fixed, 1 broken, p = 1.0 (exact McNemar)",
    "+ fixed  x/1: 2 → 1, expected 1",
    "- broken x/0: 1 → 2, expected 1",
  ]);
  expect(comparisonLines(flips(3, 0), 1).at(-1)).toBe("- broken … and 2 more");
});

test("a regression against the baseline fails the gate, and a baseline with nothing in common is inconclusive", () => {
  const outcome = (before: string, after: string) => reportOf(after, reportOf(before)).evals[0]!.gate;
  expect(outcome("cccccc", "iiiiic")).toMatchObject({
    outcome: "failed",
    reasons: [expect.stringContaining("worse than the baseline: 5 broken, 0 fixed, one-sided p = 0.031")],
  });
  expect(outcome("cccccc", "cccccc").outcome).toBe("passed");
  expect(outcome("ssssss", "cccccc")).toMatchObject({
    outcome: "inconclusive",
    reasons: ["nothing in common with the baseline"],
  });
});
