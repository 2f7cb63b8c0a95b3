import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { readDatedReports, readReport, writeDatedReports, writeReport, writeWhole } from "../src/report/files.ts";
import { toMarkdown } from "../src/report/markdown.ts";
import type { Report } from "../src/report/schema.ts";
import type { Settings } from "../src/settings.ts";

export interface WriteOptions {
  readonly settings: Pick<Settings, "markdown" | "out" | "root">;
  readonly baseline: Report | undefined;
  /** A part of the items, on purpose: the last whole run's files stay. */
  readonly filtered: boolean;
  /** Watch mode keeps `accuracy.json` alone up to date, with the evals that it did not run again. */
  readonly watch: boolean;
}

/** How many dated reports of an eval the page is drawn from: each variant of a run has one. */
const MOST_RUNS = 100;

/** Writes a run's files under reports/ and where the settings say. Gives their paths, those of the dated ones apart. */
export async function writeFiles(
  report: Report,
  { settings: { root, out, markdown }, baseline, filtered, watch }: WriteOptions,
): Promise<{ written: string[]; dated: string[] }> {
  const folder = join(root, "reports");
  const latest = join(folder, "accuracy.json");
  const whole = watch ? withEarlier(report, latest) : report;
  // Before this run's own are among them.
  const earlier = filtered || watch ? [] : earlierRuns(folder, report);
  const written = [...(filtered ? [] : [latest]), ...(out ? [out] : [])];
  for (const file of written) writeReport(file, whole);
  if (watch) return { written, dated: [] };
  const dated = writeDatedReports(folder, report);
  written.push(...dated);
  if (filtered) return { written, dated };
  // Loaded only here: its bundler takes half a second.
  const { toHtml } = await import("../src/report/html.ts");
  const page = join(folder, "accuracy.html");
  writeWhole(page, await toHtml(report, baseline, earlier));
  const summary = markdown ?? process.env.GITHUB_STEP_SUMMARY;
  if (summary) appendFileSync(summary, toMarkdown(report, baseline));
  return { written: [...written, page], dated };
}

/** The newest dated reports of the report's evals. A file among them that is none is left out: npm run history says why. */
const earlierRuns = (folder: string, { evals }: Report): Report[] =>
  [...new Set(evals.map(({ name }) => name))].flatMap((name) => readDatedReports(folder, name, MOST_RUNS).reports);

/** Watch mode runs a part of the evals again: the others keep their last result. */
function withEarlier(report: Report, file: string): Report {
  const names = new Set(report.evals.map(({ name }) => name));
  return { ...report, evals: [...evalsIn(file).filter(({ name }) => !names.has(name)), ...report.evals] };
}

function evalsIn(file: string): Report["evals"] {
  try {
    return readReport(file).evals;
  } catch {
    // There is none yet, or one of another version: it is about to be replaced.
    return [];
  }
}
