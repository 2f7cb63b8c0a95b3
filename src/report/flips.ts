import type { EvalReport, ItemReport, Report } from "./schema.ts";

/** `broke`: right in the baseline and wrong now; `fixed`: the other way round. */
export type Flip = "broke" | "fixed";

/** One eval's items beside the same items of the baseline. */
export interface Comparison {
  readonly baseline: EvalReport;
  /** The baseline's record of the same question, if it asked it. */
  before(item: ItemReport): ItemReport | undefined;
}

/**
 * The baseline's side of an eval: the same variant, or else its only one, so that two prompts can be compared.
 * An item whose target has changed is another question.
 */
export function compareWith(report: EvalReport, baseline: Report | undefined): Comparison | undefined {
  const sameName = baseline?.evals.filter(({ name }) => name === report.name) ?? [];
  const found =
    sameName.find(({ variant }) => variant === report.variant) ?? (sameName.length === 1 ? sameName[0] : undefined);
  if (!found) return undefined;
  const items = new Map(found.items.map((item) => [JSON.stringify([item.id, item.repeat]), item]));
  return {
    baseline: found,
    before: ({ id, repeat, target }) => {
      const before = items.get(JSON.stringify([id, repeat]));
      return before?.target === target ? before : undefined;
    },
  };
}

/** How an item's verdict changed; null where it did not, or where one of the two was never scored. */
export function flipOf(now: ItemReport, before: ItemReport | undefined): Flip | null {
  if (before?.verdict === "correct" && now.verdict === "incorrect") return "broke";
  return before?.verdict === "incorrect" && now.verdict === "correct" ? "fixed" : null;
}
