import type { EvalInfo, EvalRecord, Usage } from "../types.ts";
import { compareEvals, judgeComparison } from "./compare.ts";
import { counterpart } from "./flips.ts";
import { judgeGate } from "./gate.ts";
import type { EvalReport, ItemReport, Report } from "./schema.ts";
import { clusteredInterval, passAtK, quantile, sum, wilson } from "./stats.ts";

/** One eval in one variant, as its tests left it. */
export interface EvalRun {
  readonly info: EvalInfo;
  readonly records: readonly EvalRecord[];
  readonly elapsedMs: number;
}

/** Counts the records of a run. A pure function: verdicts come from the records and nothing else. */
export function buildReport(
  runs: readonly EvalRun[],
  times: Pick<Report, "startedAt" | "elapsedMs">,
  baseline?: Report,
): Report {
  return { schemaVersion: 1, ...times, evals: runs.map((run) => withBaseline(buildEval(run), baseline)) };
}

/** A regression against the baseline fails the gate; a baseline with nothing in common says nothing. */
function withBaseline(one: EvalReport, baseline: Report | undefined): EvalReport {
  if (!baseline || one.gate.outcome === "inconclusive") return one;
  const before = counterpart(baseline, one);
  const comparison = before && compareEvals(before, one);
  const outcome = comparison ? judgeComparison(comparison) : "inconclusive";
  if (outcome === "passed") return one;
  const reason =
    outcome === "failed"
      ? `worse than the baseline: ${comparison!.broken.length} broken, ${comparison!.fixed.length} fixed, one-sided p = ${comparison!.pWorse.toPrecision(2)}`
      : "nothing in common with the baseline";
  const failed = one.gate.outcome === "failed" ? "failed" : outcome;
  return { ...one, gate: { ...one.gate, outcome: failed, reasons: [...one.gate.reasons, reason] } };
}

function buildEval({ info, records, elapsedMs }: EvalRun): EvalReport {
  const verdicts = Object.groupBy(records, ({ verdict }) => verdict ?? "notRun");
  const counted = (verdict: keyof typeof verdicts) => verdicts[verdict]?.length ?? 0;
  const [correct, incorrect, skipped, errors, notRun] = [
    counted("correct"),
    counted("incorrect"),
    counted("skipped"),
    counted("error"),
    counted("notRun"),
  ];
  const scored = correct + incorrect;
  const total = records.length;
  const completions = records.flatMap(({ completion }) => completion ?? []);
  const latencies = completions.map(({ latencyMs }) => latencyMs);
  const measured = {
    total,
    scored,
    skipped,
    errors,
    notRun,
    accuracy: scored === 0 ? null : correct / scored,
    coverage: total === 0 ? 0 : scored / total,
  };
  const wrong = verdicts.incorrect ?? [];
  return {
    name: info.name,
    variant: info.variant,
    dataset: info.dataset,
    datasetSha256: info.datasetSha256,
    run: info.run,
    ...measured,
    correct,
    incorrect,
    ci95: info.run.repeats === 1 ? wilson(correct, scored) : clusteredInterval(perItem(records)),
    passAtK: info.run.repeats === 1 ? null : passRates(perItem(records), info.run.repeats),
    partial: notRun > 0,
    truncated: wrong.filter(({ completion }) => completion?.finishReason === "length").length,
    noAnswer: wrong.filter(({ answer }) => answer === null).length,
    syntaxRepairedAndPassed: (verdicts.correct ?? []).filter(({ repairs }) => repairs.length > 0).length,
    otherGraders: countOtherGraders(records),
    cached: completions.filter(({ cached }) => cached).length,
    retries: sum(records.map(({ retries }) => retries)),
    usage: totalUsage(completions.map(({ usage }) => usage)),
    latencyMs: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
    elapsedMs,
    gate: judgeGate(measured, info),
    items: records.map(toItemReport),
  };
}

function toItemReport({ completion, ...record }: EvalRecord): ItemReport {
  const { id, rowSha256, repeat, verdict, answer, target, rule, reason, otherGraders, repairs, retries, prompt } =
    record;
  return {
    id,
    rowSha256,
    repeat,
    verdict,
    answer,
    target,
    rule,
    reason,
    otherGraders,
    repairs,
    finishReason: completion?.finishReason ?? null,
    latencyMs: completion?.latencyMs ?? null,
    cached: completion?.cached ?? false,
    retries,
    prompt,
    completion: completion?.text ?? null,
    reasoning: completion?.reasoning ?? null,
    usage: completion?.usage ?? null,
  };
}

function countOtherGraders(records: readonly EvalRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { otherGraders } of records) {
    for (const [name, correct] of Object.entries(otherGraders)) counts[name] = (counts[name] ?? 0) + Number(correct);
  }
  return counts;
}

interface ItemCounts {
  readonly correct: number;
  readonly scored: number;
}

function perItem(records: readonly EvalRecord[]): ItemCounts[] {
  const byId = Map.groupBy(records, ({ id }) => id);
  return [...byId.values()].map((repeats) => {
    const correct = repeats.filter(({ verdict }) => verdict === "correct").length;
    return { correct, scored: correct + repeats.filter(({ verdict }) => verdict === "incorrect").length };
  });
}

/** pass@k for k = 1, 2, 4, … up to the number of repeats. */
function passRates(items: readonly ItemCounts[], repeats: number): Record<string, number> | null {
  const whole = items.filter(({ scored }) => scored === repeats);
  if (whole.length === 0) return null;
  const ks = new Set([...Array(Math.floor(Math.log2(repeats)) + 1).keys()].map((power) => 2 ** power)).add(repeats);
  return Object.fromEntries(
    [...ks].map((k) => [String(k), sum(whole.map(({ correct }) => passAtK(repeats, correct, k))) / whole.length]),
  );
}

function totalUsage(usages: readonly Usage[]): Usage {
  const costs = usages.flatMap(({ cost }) => cost ?? []);
  return {
    promptTokens: sum(usages.map((usage) => usage.promptTokens)),
    completionTokens: sum(usages.map((usage) => usage.completionTokens)),
    reasoningTokens: sum(usages.map((usage) => usage.reasoningTokens)),
    ...(costs.length > 0 ? { cost: sum(costs) } : {}),
  };
}
