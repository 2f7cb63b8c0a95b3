import { counterpart, keyOf } from "./compare.ts";
import type { EvalReport, ItemReport, Report } from "./schema.ts";

/** `broke`: right in the baseline and wrong now; `fixed`: the other way round. */
export type Flip = "broke" | "fixed";

/** One eval's items beside the same items of the baseline. */
export interface Comparison {
  readonly baseline: EvalReport;
  /** The baseline's record of the same question, if it asked it. */
  before(item: ItemReport): ItemReport | undefined;
}

/** The baseline's side of an eval. A row that has changed is another question. */
export function compareWith(report: EvalReport, baseline: Report | undefined): Comparison | undefined {
  const found = baseline && counterpart(baseline, report);
  if (!found) return undefined;
  const items = new Map(found.items.map((item) => [keyOf(item), item]));
  return { baseline: found, before: (item) => items.get(keyOf(item)) };
}

/** How an item's verdict changed; null where it did not, or where one of the two was never scored. */
export function flipOf(now: ItemReport, before: ItemReport | undefined): Flip | null {
  if (before?.verdict === "correct" && now.verdict === "incorrect") return "broke";
  return before?.verdict === "incorrect" && now.verdict === "correct" ? "fixed" : null;
}
