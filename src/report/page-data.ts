import { compareWith, type Flip, flipOf } from "./flips.ts";
import { historySeries, runCells } from "./history.ts";
import { titleOf } from "./merge.ts";
import type { EvalReport, ItemReport, Report } from "./schema.ts";

/** What the page's script is given: plain JSON. */
export interface PageData {
  readonly evals: readonly PageEval[];
  readonly items: readonly PageItem[];
  readonly hasBaseline: boolean;
  readonly history: readonly PageHistory[];
}

export interface PageEval extends Pick<EvalReport, "accuracy" | "ci95"> {
  readonly title: string;
  readonly minAccuracy: number;
  /** The baseline's accuracy. */
  readonly before: number | null;
}

export interface PageItem extends ItemReport {
  readonly title: string;
  /** The part of the address after `#`, not yet encoded. */
  readonly link: string;
  readonly before: Pick<ItemReport, "verdict" | "answer" | "completion"> | null;
  readonly flip: Flip | null;
}

/** The runs of one eval, there being more than one. */
export interface PageHistory {
  readonly name: string;
  readonly series: readonly PageSeries[];
}

export interface PageSeries {
  readonly heading: string;
  /** Whether the run that the page is about is one of its runs. */
  readonly isCurrent: boolean;
  readonly runs: readonly PageRun[];
}

export interface PageRun extends Pick<EvalReport, "accuracy" | "ci95" | "partial"> {
  readonly startedAt: string;
  /** The run in words, as in the terminal's history. */
  readonly cells: readonly string[];
}

/** The part of a report, of its baseline and of earlier reports that the page's script draws. */
export function pageData(report: Report, baseline?: Report, earlier: readonly Report[] = []): PageData {
  const linkOf = linker(report);
  const comparisons = report.evals.map((one) => compareWith(one, baseline));
  return {
    hasBaseline: baseline !== undefined,
    history: [...new Set(report.evals.map(({ name }) => name))].flatMap((name) => historyOf(name, report, earlier)),
    evals: report.evals.map((one, index) => ({
      title: titleOf(one),
      accuracy: one.accuracy,
      ci95: one.ci95,
      minAccuracy: one.gate.minAccuracy,
      before: comparisons[index]?.baseline.accuracy ?? null,
    })),
    items: report.evals.flatMap((one, index) =>
      one.items.map((item) => {
        const before = comparisons[index]?.before(item);
        return {
          ...item,
          title: titleOf(one),
          link: linkOf(one, item),
          before: before ? { verdict: before.verdict, answer: before.answer, completion: before.completion } : null,
          flip: flipOf(item, before),
        };
      }),
    ),
  };
}

/** The series in the order of their last run, the newest first: those of this report. */
function historyOf(name: string, report: Report, earlier: readonly Report[]): PageHistory[] {
  const reports = [...earlier, report].map((one) => ({
    ...one,
    evals: one.evals.filter((found) => found.name === name),
  }));
  const series = historySeries(reports).map(({ heading, runs }) => ({
    heading,
    isCurrent: runs.some(({ one }) => report.evals.includes(one)),
    runs: runs.map((run) => ({
      startedAt: run.startedAt,
      accuracy: run.one.accuracy,
      ci95: run.one.ci95,
      partial: run.one.partial,
      cells: runCells(run),
    })),
  }));
  const times = new Set(series.flatMap(({ runs }) => runs.map(({ startedAt }) => startedAt)));
  const lastOf = ({ runs }: PageSeries) => Date.parse(runs.at(-1)?.startedAt ?? "");
  const inOrder = series.toSorted((a, b) => lastOf(b) - lastOf(a));
  return times.size > 1 ? [{ name, series: inOrder }] : [];
}

/** An item's link is its id, with the eval, the variant and the repeat behind `@` where the id alone is not enough. */
function linker({ evals }: Report): (one: EvalReport, item: ItemReport) => string {
  const evalsOf = new Map<string, Set<string>>();
  for (const { name, items } of evals)
    for (const { id } of items) evalsOf.set(id, (evalsOf.get(id) ?? new Set()).add(name));
  return ({ name, variant, run }, { id, repeat }) =>
    [
      id,
      ...((evalsOf.get(id)?.size ?? 0) > 1 ? [name] : []),
      ...(variant ? [variant] : []),
      ...(run.repeats > 1 ? [repeat] : []),
    ]
      .join("@")
      // Half a surrogate pair, which JSON may hold, cannot stand in an address.
      .toWellFormed();
}
