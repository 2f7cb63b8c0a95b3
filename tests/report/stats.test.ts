import { expect, test } from "vitest";
import { clusteredInterval, passAtK, quantile, wilson } from "../../src/report/stats.ts";

// statsmodels 0.15.0: proportion_confint(count, nobs, method="wilson")
test.each([
  [14, 15, 0.701834701, 0.988133105],
  [0, 10, 0, 0.2775328],
  [10, 10, 0.7224672, 1],
  [1100, 1319, 0.812919404, 0.85307121],
])("Wilson's interval of %i in %i is %f to %f", (correct, scored, low, high) => {
  const [actualLow, actualHigh] = wilson(correct, scored)!;
  expect(actualLow).toBeCloseTo(low, 6);
  expect(actualHigh).toBeCloseTo(high, 6);
});

test("nothing scored has no interval", () => {
  expect(wilson(0, 0)).toBeNull();
  expect(clusteredInterval([])).toBeNull();
});

test("repeats that always agree count as one observation each", () => {
  const [low, high] = clusteredInterval([
    { correct: 4, scored: 4 },
    { correct: 0, scored: 4 },
    { correct: 4, scored: 4 },
    { correct: 4, scored: 4 },
  ])!;
  const plain = 1.959963984540054 * Math.sqrt((0.75 * 0.25) / 4);
  expect(high).toBe(1);
  expect(low).toBeCloseTo(0.75 - plain, 12);
});

test.each([
  [10, 3, 1, 0.3],
  [10, 3, 5, 1 - 21 / 252],
  [10, 0, 5, 0],
  [5, 4, 2, 1],
])("pass@k of %i completions, %i correct, k = %i is %f", (n, c, k, expected) => {
  expect(passAtK(n, c, k)).toBeCloseTo(expected, 12);
});

test("a quantile is a value that occurred", () => {
  expect(quantile([30, 10, 20], 0.5)).toBe(20);
  expect(quantile([1, 2, 3, 4], 0.95)).toBe(4);
  expect(quantile([], 0.5)).toBe(0);
});
