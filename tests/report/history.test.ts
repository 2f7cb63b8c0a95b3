import { expect, test } from "vitest";
import { historyLines, historySeries } from "../../src/report/history.ts";
import { reportOf } from "./fixtures.ts";

test("runs of one eval, model and prompt stand under one heading, oldest first", () => {
  const at = (startedAt: string, verdicts: string) => ({ ...reportOf(verdicts), startedAt });
  expect(historyLines([at("2026-11-24T10:00:00.000Z", "cc"), at("2026-11-23T09:30:00.000Z", "ci")])).toEqual([
    "x · m · d@0 · temperature 0",
    "  2026-11-23 09:30   50 %  9.45 % to 90.54 %  2 of 2  passed  ██████████░░░░░░░░░░",
    "  2026-11-24 10:00  100 %   34.23 % to 100 %  2 of 2  passed  ████████████████████",
    "",
  ]);
});

test("another model, another variant and another text of the same prompt file are other series", () => {
  const report = reportOf("c");
  const changed = (more: object, run: object = {}) => ({
    ...report,
    evals: report.evals.map((one) => ({ ...one, ...more, run: { ...one.run, ...run } })),
  });
  const prompt = (sha256: string) => changed({}, { prompts: [{ role: "system", path: "p.txt", sha256 }] });
  const reports = [report, changed({}, { model: "n" }), changed({ variant: "v" }), prompt("a"), prompt("b"), report];
  expect(historySeries(reports).map(({ heading, runs }) => [heading, runs.length])).toEqual([
    ["x · m · d@0 · temperature 0", 2],
    ["x · n · d@0 · temperature 0", 1],
    ["x [v] · m · d@0 · temperature 0", 1],
    ["x · m · p.txt@a · d@0 · temperature 0", 1],
    ["x · m · p.txt@b · d@0 · temperature 0", 1],
  ]);
});

test("a name does not steer the terminal", () => {
  const report = reportOf("c");
  const hostile = { ...report, evals: report.evals.map((one) => ({ ...one, name: "x\u001b[2J\ny" })) };
  expect(historyLines([hostile])[0]).toBe("x␛[2J y · m · d@0 · temperature 0");
});
