import { expect, test } from "vitest";
import { historyLines } from "../../src/report/history.ts";
import { reportOf } from "./fixtures.ts";

test("runs of one eval, model and prompt stand under one heading, oldest first", () => {
  const at = (startedAt: string, verdicts: string) => ({ ...reportOf(verdicts), startedAt });
  expect(historyLines([at("2026-11-24T10:00:00.000Z", "cc"), at("2026-11-23T09:30:00.000Z", "ci")])).toEqual([
    "x · m",
    "  2026-11-23 09:30   50 %  9.45 % to 90.54 %  2 of 2  passed  ██████████░░░░░░░░░░",
    "  2026-11-24 10:00  100 %   34.23 % to 100 %  2 of 2  passed  ████████████████████",
    "",
  ]);
});

test("another model is another series", () => {
  const [one, other] = [reportOf("c"), reportOf("c")];
  const renamed = { ...other, evals: other.evals.map((x) => ({ ...x, run: { ...x.run, model: "n" } })) };
  expect(historyLines([one, renamed]).filter((line) => line.startsWith("x"))).toEqual(["x · m", "x · n"]);
});
