import { expect, test } from "vitest";
import { variantTable } from "../../src/report/table.ts";
import { reportOf } from "./fixtures.ts";

test("variants stand side by side, each with its p-value against the first", () => {
  const [low, high] = [reportOf("cccccc").evals[0]!, reportOf("iiiiii").evals[0]!];
  const lines = variantTable([
    { ...low, variant: "low" },
    { ...high, variant: "high" },
  ]);
  expect(lines.map((line) => line.split(/ {2,}/).filter(Boolean))).toEqual([
    ["x", "accuracy", "95 % interval", "tokens", "reasoning", "p50 ms", "p95 ms", "truncated", "p vs first"],
    ["low", "100 %", "60.96 % to 100 %", "0", "0", "0", "0", "0"],
    ["high", "0 %", "0 % to 39.03 %", "0", "0", "0", "0", "0", "0.031"],
  ]);
});

test("one variant needs no table", () => {
  expect(variantTable(reportOf("c").evals)).toEqual([]);
});
