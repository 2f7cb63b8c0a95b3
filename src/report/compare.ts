import { oneLine, shorten } from "../text.ts";
import { earlierItems, flipOf } from "./flips.ts";
import { percent, percentRange } from "./gate.ts";
import type { EvalReport, GateReport, ItemReport } from "./schema.ts";

/** One question and its answers in two runs. */
export interface Pair {
  readonly before: ItemReport;
  readonly after: ItemReport;
}

/** Two runs of one eval, over the completions that were scored in both and ask the same row. */
export interface Comparison {
  readonly before: EvalReport;
  readonly after: EvalReport;
  /** How many completions could be paired. */
  readonly paired: number;
  readonly fixed: readonly Pair[];
  readonly broken: readonly Pair[];
  /** The exact two-sided McNemar p-value: how likely flips as uneven are if nothing changed. */
  readonly p: number;
  /** The exact one-sided p-value of getting worse. */
  readonly pWorse: number;
}

/** A regression is significant below this. */
export const ALPHA = 0.05;

/** Pairs two runs by item id, repeat and row hash. McNemar 1947, doi:10.1007/BF02295996, in its exact form. */
export function compareEvals(before: EvalReport, after: EvalReport): Comparison {
  const earlierOf = earlierItems(before);
  const pairs = after.items.flatMap((item): Pair[] => {
    const earlier = earlierOf(item);
    return earlier && isScored(earlier) && isScored(item) ? [{ before: earlier, after: item }] : [];
  });
  const fixed = pairs.filter((pair) => flipOf(pair.after, pair.before) === "fixed");
  const broken = pairs.filter((pair) => flipOf(pair.after, pair.before) === "broke");
  const flips = fixed.length + broken.length;
  return {
    before,
    after,
    paired: pairs.length,
    fixed,
    broken,
    p: Math.min(1, 2 * upperTail(flips, Math.max(fixed.length, broken.length))),
    pWorse: upperTail(flips, broken.length),
  };
}

const isScored = ({ verdict }: ItemReport): boolean => verdict === "correct" || verdict === "incorrect";

/** P(X ≥ k) of n fair coins, exact: sums of binomial coefficients as whole numbers, divided once. */
export function upperTail(n: number, k: number): number {
  let coefficient = 1n;
  let sum = 0n;
  for (let i = 0; i <= n - k; i++) {
    sum += coefficient;
    coefficient = (coefficient * BigInt(n - i)) / BigInt(i + 1);
  }
  const digits = 10n ** 40n;
  return Number((sum * digits) >> BigInt(n)) / 1e40;
}

/** Worse beyond chance is `failed`; nothing in common is `inconclusive`. */
export function judgeComparison({ paired, pWorse }: Comparison): GateReport["outcome"] {
  if (paired === 0) return "inconclusive";
  return pWorse < ALPHA ? "failed" : "passed";
}

const MOST_FLIPS = 20;

/** The comparison for a terminal: accuracy before and after, the items fixed and broken, the p-value. Silent on the rest. */
export function comparisonLines(comparison: Comparison, most = MOST_FLIPS): string[] {
  const { before, after, paired, fixed, broken, p } = comparison;
  return [
    `${accuracyOf(before)} → ${accuracyOf(after)}, ${paired} paired: ${fixed.length} fixed, ${broken.length} broken, p = ${p.toPrecision(2)} (exact McNemar)`,
    ...flipLines("+ fixed ", fixed, most),
    ...flipLines("- broken", broken, most),
  ];
}

const accuracyOf = ({ accuracy, ci95 }: EvalReport): string =>
  accuracy === null || !ci95 ? "unknown" : `${percent(accuracy)} (${percentRange(ci95)})`;

function flipLines(mark: string, flips: readonly Pair[], most: number): string[] {
  const lines = flips
    .slice(0, most)
    .map(
      ({ before, after }) =>
        `${mark} ${oneLine(after.id)}: ${answerOf(before)} → ${answerOf(after)}, expected ${shorten(after.target, 41)}`,
    );
  return flips.length > most ? [...lines, `${mark} … and ${flips.length - most} more`] : lines;
}

const answerOf = ({ answer }: ItemReport): string => shorten(answer ?? "no answer", 41);
