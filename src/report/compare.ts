import { percent } from "./gate.ts";
import type { EvalReport, ItemReport, Report } from "./schema.ts";

/** One item whose verdict changed between two runs. */
export interface Flip {
  readonly before: ItemReport;
  readonly after: ItemReport;
}

/** Two runs of one eval, over the completions that were scored in both and ask the same row. */
export interface Comparison {
  readonly before: EvalReport;
  readonly after: EvalReport;
  /** How many completions could be paired. */
  readonly paired: number;
  readonly fixed: readonly Flip[];
  readonly broken: readonly Flip[];
  /** The exact two-sided McNemar p-value: how likely flips as uneven are if nothing changed. */
  readonly p: number;
  /** The exact one-sided p-value of getting worse. */
  readonly pWorse: number;
}

/** A regression is significant below this. */
export const ALPHA = 0.05;

/** Pairs two runs by item id, repeat and row hash. McNemar 1947, doi:10.1007/BF02295996, in its exact form. */
export function compareEvals(before: EvalReport, after: EvalReport): Comparison {
  const old = new Map(before.items.map((item) => [keyOf(item), item]));
  const pairs = after.items.flatMap((item): Flip[] => {
    const earlier = old.get(keyOf(item));
    return earlier && isScored(earlier) && isScored(item) ? [{ before: earlier, after: item }] : [];
  });
  const fixed = pairs.filter((pair) => pair.before.verdict === "incorrect" && pair.after.verdict === "correct");
  const broken = pairs.filter((pair) => pair.before.verdict === "correct" && pair.after.verdict === "incorrect");
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

/** What makes two records answers to the same question. */
export const keyOf = ({ id, repeat, rowSha256 }: ItemReport): string => JSON.stringify([id, repeat, rowSha256]);
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

/** The eval of `report` that `one` is to be compared with: the same name and variant, or the only variant of the name. */
export function counterpart(report: Report, one: EvalReport): EvalReport | undefined {
  const sameName = report.evals.filter(({ name }) => name === one.name);
  return sameName.find(({ variant }) => variant === one.variant) ?? (sameName.length === 1 ? sameName[0] : undefined);
}

export type ComparisonOutcome = "passed" | "failed" | "inconclusive";

/** Worse beyond chance is `failed`; nothing in common is `inconclusive`. */
export function judgeComparison({ paired, pWorse }: Comparison): ComparisonOutcome {
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
  accuracy === null || !ci95 ? "unknown" : `${percent(accuracy)} (${percent(ci95[0])} to ${percent(ci95[1])})`;

function flipLines(mark: string, flips: readonly Flip[], most: number): string[] {
  const lines = flips
    .slice(0, most)
    .map(
      ({ before, after }) =>
        `${mark} ${after.id}: ${briefly(before.answer)} → ${briefly(after.answer)}, expected ${briefly(after.target)}`,
    );
  return flips.length > most ? [...lines, `${mark} … and ${flips.length - most} more`] : lines;
}

function briefly(text: string | null): string {
  const line = (text ?? "no answer").replace(/\s+/g, " ").trim();
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
