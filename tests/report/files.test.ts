import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { buildReport } from "../../src/report/build.ts";
import { readDatedReports, writeDatedReports, writeReport } from "../../src/report/files.ts";
import { reportJsonSchema, reportSchema } from "../../src/report/schema.ts";
import { infoOf, reportOf } from "./fixtures.ts";
import { HOSTILE, reportOf as hostileReportOf } from "./synthetic.ts";

const report = buildReport(
  [infoOf("gsm8k", { sample: 50 }), infoOf("gsm8k", { sample: 50 }), infoOf("smoke")].map((one) => ({
    info: one,
    records: [],
    elapsedMs: 1,
  })),
  { startedAt: new Date(2026, 10, 24, 1, 2, 3).toISOString(), elapsedMs: 2 },
);

test("each eval and variant gets a dated file of its own, never over another", () => {
  const folder = mkdtempSync(join(tmpdir(), "reports-"));
  const files = writeDatedReports(folder, report).map((file) => basename(file));
  expect(files).toEqual([
    "gsm8k_sample50_20261124_010203.json",
    "gsm8k_sample50_20261124_010203-2.json",
    "smoke_20261124_010203.json",
  ]);
  expect(
    reportSchema.parse(JSON.parse(readFileSync(join(folder, files[2]!), "utf8"))).evals.map(({ name }) => name),
  ).toEqual(["smoke"]);
});

test("dated reports are read newest first and without their items, of one eval or of all", () => {
  const folder = mkdtempSync(join(tmpdir(), "reports-"));
  const [first, second, third] = ["2026-11-23", "2026-11-25", "2026-11-24"].map((day, index) => ({
    ...reportOf("ci".slice(index % 2)),
    startedAt: `${day}T10:00:00.000Z`,
  }));
  for (const one of [report, first!, second!, third!]) writeDatedReports(folder, one);
  writeReport(join(folder, "accuracy.json"), report);
  const withoutItems = { ...second!, evals: second!.evals.map((one) => ({ ...one, items: [] })) };
  expect(readDatedReports(folder, "x", 1)).toEqual({ reports: [withoutItems], leftOut: [] });
  const dates = (name?: string) =>
    readDatedReports(folder, name).reports.map(({ startedAt }) => startedAt.slice(0, 10));
  expect(dates("x")).toEqual(["2026-11-25", "2026-11-24", "2026-11-23"]);
  expect(dates("gsm8k")).toHaveLength(2);
  expect(dates()).toHaveLength(6);
  expect(readDatedReports(join(folder, "none"))).toEqual({ reports: [], leftOut: [] });
});

test("names and paths that look like JSON do not end the head of a dated report", () => {
  const folder = mkdtempSync(join(tmpdir(), "reports-"));
  const hostile = hostileReportOf(`"items": [ \\"items": [\n${HOSTILE}`);
  writeDatedReports(folder, hostile);
  expect(readDatedReports(folder).reports[0]?.evals[0]?.name).toBe(hostile.evals[0]!.name);
});

test("a broken or foreign file among the dated reports is left out, with its reason", () => {
  const folder = mkdtempSync(join(tmpdir(), "reports-"));
  const [file] = writeDatedReports(folder, reportOf("c")) as [string];
  writeFileSync(join(folder, "x_20260101_000000.json"), readFileSync(file, "utf8").slice(0, 300));
  writeFileSync(join(folder, "x_20260102_000000.json"), '{"version": 2, "items": []}');
  writeFileSync(join(folder, "x_20260103_000000.json"), "");
  mkdirSync(join(folder, "x_20260104_000000.json"));
  const { reports, leftOut } = readDatedReports(folder);
  expect(reports).toHaveLength(1);
  expect(leftOut).toHaveLength(4);
  expect(leftOut[3]).toContain("x_20260101_000000.json cannot be read");
});

test("a report is written whole and leaves no temporary file", () => {
  const folder = mkdtempSync(join(tmpdir(), "reports-"));
  writeReport(join(folder, "deep", "accuracy.json"), report);
  expect(readdirSync(join(folder, "deep"))).toEqual(["accuracy.json"]);
});

test("the published JSON Schema is that of the report (npm run schema writes it)", () => {
  expect(readFileSync(join(import.meta.dirname, "../../reporters/accuracy.schema.json"), "utf8")).toBe(
    reportJsonSchema(),
  );
});
