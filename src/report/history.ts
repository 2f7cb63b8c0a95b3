import { percent, percentRange } from "./gate.ts";
import { titleOf } from "./merge.ts";
import type { EvalReport, Report } from "./schema.ts";
import { alignColumns } from "./table.ts";

const BAR = 20;

/**
 * Accuracy over time: a block per eval, variant, model and prompts, whose lines are its runs, oldest first, each with its
 * interval and a bar. Runs of other prompts are other blocks: their numbers do not continue one another.
 */
export function historyLines(reports: readonly Report[]): string[] {
  const runs = reports.flatMap(({ startedAt, evals }) => evals.map((one) => ({ startedAt, one })));
  runs.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const series = Map.groupBy(runs, ({ one }) => headingOf(one));
  return [...series].flatMap(([heading, points]) => {
    const rows = points.map(({ startedAt, one }) => [
      `  ${startedAt.slice(0, 16).replace("T", " ")}`,
      one.accuracy === null ? "-" : percent(one.accuracy),
      one.ci95 ? percentRange(one.ci95) : "-",
      `${one.scored} of ${one.total}`,
      one.gate.outcome,
      bar(one.accuracy ?? 0),
    ]);
    return [heading, ...alignColumns(rows), ""];
  });
}

function headingOf(one: EvalReport): string {
  const prompts = one.run.prompts.map(({ path, sha256 }) => `${path}@${sha256.slice(0, 7)}`);
  return [titleOf(one), one.run.model, ...prompts].join(" · ");
}

function bar(accuracy: number): string {
  const full = Math.round(accuracy * BAR);
  return `${"█".repeat(full)}${"░".repeat(BAR - full)}`;
}
