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
  return { baseline: found, before: earlierItems(found) };
}

/** Looks up the earlier answer to the same question. */
export function earlierItems(before: EvalReport): (item: ItemReport) => ItemReport | undefined {
  const items = new Map(before.items.map((item) => [keyOf(item), item]));
  return (item) => items.get(keyOf(item));
}

/** What makes two records answers to the same question. */
const keyOf = ({ id, repeat, rowSha256 }: ItemReport): string => JSON.stringify([id, repeat, rowSha256]);

/** The eval of `report` that `one` is to be compared with: the same name and variant, or the only variant of the name. */
export function counterpart(report: Report, one: EvalReport): EvalReport | undefined {
  const sameName = report.evals.filter(({ name }) => name === one.name);
  return sameName.find(({ variant }) => variant === one.variant) ?? (sameName.length === 1 ? sameName[0] : undefined);
}

/** How an item's verdict changed; null where it did not, or where one of the two was never scored. */
export function flipOf(now: ItemReport, before: ItemReport | undefined): Flip | null {
  if (before?.verdict === "correct" && now.verdict === "incorrect") return "broke";
  return before?.verdict === "incorrect" && now.verdict === "correct" ? "fixed" : null;
}
