import { oneLine } from "../text.ts";
import { percent, percentRange } from "./gate.ts";
import { titleOf } from "./merge.ts";
import type { EvalReport, Report } from "./schema.ts";
import { alignColumns } from "./table.ts";

/** The runs of one eval and variant with one model, the same prompts, rows and settings, oldest first. */
export interface Series {
  readonly heading: string;
  readonly runs: readonly Run[];
}

export interface Run {
  readonly startedAt: string;
  readonly one: EvalReport;
}

const BAR = 20;

/** Accuracy over time as series. Runs of other prompts are other series: their numbers do not continue one another. */
export function historySeries(reports: readonly Report[]): Series[] {
  const runs = reports.flatMap(({ startedAt, evals }) => evals.map((one): Run => ({ startedAt, one })));
  runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  return [...Map.groupBy(runs, ({ one }) => headingOf(one))].map(([heading, runs]) => ({ heading, runs }));
}

/** The same for a terminal: a block per series, whose lines are its runs, each with its interval and a bar. */
export function historyLines(reports: readonly Report[]): string[] {
  return historySeries(reports).flatMap(({ heading, runs }) => {
    const rows = runs.map((run) => [...runCells(run), bar(run.one.accuracy ?? 0)]);
    return [heading, ...alignColumns(rows).map((line) => `  ${line}`), ""];
  });
}

/** A run in words: when, accuracy, 95 % interval, how much was scored, what the gate said. */
export const runCells = ({ startedAt, one }: Run): string[] => [
  new Date(startedAt).toISOString().slice(0, 16).replace("T", " "),
  one.accuracy === null ? "-" : percent(one.accuracy),
  one.ci95 ? percentRange(one.ci95) : "-",
  `${one.scored} of ${one.total}`,
  one.gate.outcome,
];

/** What a number depends on: a run of other prompts, rows or settings does not continue it. */
function headingOf(one: EvalReport): string {
  const { model, prompts, temperature, reasoningEffort, sample, limit } = one.run;
  const version = (path: string, sha256: string) => `${path}@${sha256.slice(0, 7)}`;
  const parts = [
    titleOf(one),
    model,
    ...prompts.map(({ path, sha256 }) => version(path, sha256)),
    version(one.dataset, one.datasetSha256) + (sample ? ` (sample ${sample})` : limit ? ` (first ${limit})` : ""),
    `temperature ${temperature}${reasoningEffort ? `, effort ${reasoningEffort}` : ""}`,
  ];
  return oneLine(parts.join(" · "));
}

function bar(accuracy: number): string {
  const full = Math.round(accuracy * BAR);
  return `${"█".repeat(full)}${"░".repeat(BAR - full)}`;
}
