import { compareWith, type Flip, flipOf } from "./flips.ts";
import { titleOf } from "./merge.ts";
import type { EvalReport, ItemReport, Report } from "./schema.ts";

/** What the page's script is given: plain JSON. */
export interface PageData {
  readonly evals: readonly PageEval[];
  readonly items: readonly PageItem[];
  readonly hasBaseline: boolean;
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

/** The part of a report that the page's script draws. */
export function pageData(report: Report, baseline?: Report): PageData {
  const linkOf = linker(report);
  const comparisons = report.evals.map((one) => compareWith(one, baseline));
  return {
    hasBaseline: baseline !== undefined,
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
