import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { buildReport } from "../../src/report/build.ts";
import { writeDatedReports, writeReport } from "../../src/report/files.ts";
import { reportJsonSchema, reportSchema } from "../../src/report/schema.ts";
import { infoOf } from "./fixtures.ts";

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
