import type { EvalInfo } from "../types.ts";
import type { EvalReport, GateReport } from "./schema.ts";
import type { Interval } from "./stats.ts";

type Measured = Pick<EvalReport, "total" | "scored" | "accuracy" | "coverage" | "skipped" | "errors" | "notRun">;

/** The demo model's name in `run.model`. */
export const DEMO = "demo";

/**
 * Judges one eval, in this order: too little measured is `inconclusive`, too low an accuracy is `failed`, else `passed`.
 * Numbers are compared unrounded. A pure function of the numbers: nothing measured is never a pass.
 */
export function judgeGate(
  measured: Measured,
  { gate, run, demoCounts }: Pick<EvalInfo, "gate" | "run" | "demoCounts">,
): GateReport {
  const minAccuracy = gate.minAccuracy ?? 1;
  const minCoverage = gate.minCoverage ?? 0.9;
  const floors = { minAccuracy, minCoverage };
  const { accuracy, coverage } = measured;
  if (accuracy === null)
    return { outcome: "inconclusive", ...floors, reasons: [`nothing was scored: ${leftOut(measured)}`] };
  if (coverage < minCoverage) {
    return {
      outcome: "inconclusive",
      ...floors,
      reasons: [`coverage ${percent(coverage)} is below ${percent(minCoverage)}: ${leftOut(measured)}`],
    };
  }
  if (run.model === DEMO && !demoCounts) {
    return {
      outcome: "inconclusive",
      ...floors,
      reasons: ["the demo model is never evidence here: set HF_TOKEN, LOCAL_MODEL_PATH or --endpoint"],
    };
  }
  if (accuracy < minAccuracy)
    return {
      outcome: "failed",
      ...floors,
      reasons: [`accuracy ${percent(accuracy)} is below ${percent(minAccuracy)}`],
    };
  return { outcome: "passed", ...floors, reasons: [] };
}

function leftOut({ total, skipped, errors, notRun }: Measured): string {
  const parts = [
    [skipped, "skipped"],
    [errors, "errors"],
    [notRun, "not run"],
  ].flatMap(([count, word]) => (count ? [`${count} ${word}`] : []));
  return `${parts.join(", ") || "no items"} of ${total}`;
}

/** A share for people, cut and not rounded to two digits: 89.999 % must not read as 90 %. */
export function percent(share: number): string {
  return `${Math.floor(share * 10_000 + 1e-6) / 100} %`;
}

/** The limits of an interval, for people. */
export const percentRange = ([low, high]: Interval): string => `${percent(low)} to ${percent(high)}`;

/** The exit code of a judged run: across evals 1 (failed) beats 2 (inconclusive) beats 0; no eval at all is 1. */
export function exitCode(outcomes: readonly GateReport["outcome"][]): 0 | 1 | 2 {
  if (outcomes.length === 0 || outcomes.includes("failed")) return 1;
  return outcomes.includes("inconclusive") ? 2 : 0;
}
