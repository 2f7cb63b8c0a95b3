import { DEMO, exitCode, percent, percentRange } from "./gate.ts";
import { titleOf } from "./merge.ts";
import type { EvalReport } from "./schema.ts";

const TRUNCATED_WARNING = 0.02;

/** The closing lines of an eval: what was measured, what was left out, what the gate says or why it is not applied (`noGate`). */
export function closingLines(report: EvalReport, noGate: string | null): string[] {
  const { accuracy, correct, scored, ci95 } = report;
  const measured =
    accuracy === null
      ? "accuracy unknown: nothing was scored"
      : `accuracy ${percent(accuracy)} (${correct} of ${scored})`;
  const interval = ci95 ? `, 95 % interval ${percentRange(ci95)}` : "";
  return [
    `${titleOf(report)}: ${measured}${interval} · ${modelOf(report)}`,
    `  ${leftOut(report)}`,
    ...passRates(report),
    ...otherGraders(report),
    ...warnings(report),
    `  ${gateLine(report, noGate)}`,
  ];
}

/** The model that was asked, by a name that does not let the demo model pass for another. */
export const modelOf = ({ run }: EvalReport): string =>
  run.model === DEMO ? "the demo model, not gpt-oss" : run.model;

function leftOut({
  coverage,
  total,
  skipped,
  errors,
  notRun,
  truncated,
  noAnswer,
  retries,
  usage,
  elapsedMs,
}: EvalReport): string {
  const parts = [
    `coverage ${percent(coverage)} of ${total}`,
    `${skipped} skipped`,
    `${errors} errors`,
    ...(notRun > 0 ? [`${notRun} not run`] : []),
    `${truncated} truncated`,
    `${noAnswer} without an answer`,
    ...(retries > 0 ? [`${retries} retries`] : []),
    ...(usage.cost === undefined ? [] : [costOf(usage.cost)]),
    seconds(elapsedMs),
  ];
  return parts.join(" · ");
}

function passRates({ passAtK }: EvalReport): string[] {
  if (!passAtK) return [];
  return [
    `  ${Object.entries(passAtK)
      .map(([k, rate]) => `pass@${k} ${percent(rate)}`)
      .join(" · ")}`,
  ];
}

/** Their share is of the same completions, so that it can be laid beside published figures. */
function otherGraders({ otherGraders, scored }: EvalReport): string[] {
  const shares = Object.entries(otherGraders).map(([name, correct]) => `${name} ${percent(correct / scored)}`);
  return shares.length > 0 && scored > 0 ? [`  for comparison: ${shares.join(" · ")}`] : [];
}

function warnings({ truncated, scored, run }: EvalReport): string[] {
  if (scored === 0 || truncated / scored <= TRUNCATED_WARNING) return [];
  return [
    `  warning: ${percent(truncated / scored)} of the answers were cut off by the token limit (${run.maxTokens}): raise --max-tokens`,
  ];
}

function gateLine({ gate }: EvalReport, noGate: string | null): string {
  if (noGate !== null) return `gate not applied: ${noGate}`;
  const word = gate.outcome.toUpperCase();
  const reasons =
    gate.reasons.length > 0 ? gate.reasons.join("; ") : `accuracy is at least ${percent(gate.minAccuracy)}`;
  return `gate ${word} (exit ${exitCode([gate.outcome])}): ${reasons}`;
}

/** What the exit code of the whole run is and why, where the lines of its evals do not say that. */
export function exitLine(evals: readonly EvalReport[], broken: readonly string[]): string[] {
  const code = broken.length > 0 ? 1 : exitCode(evals.map(({ gate }) => gate.outcome));
  if (evals.length === 0) return broken.length > 0 ? [] : [`exit ${code}: no eval was run`];
  if (evals.every(({ gate }) => exitCode([gate.outcome]) === code)) return [];
  const others = evals.filter(({ gate }) => gate.outcome !== "passed");
  const reasons = others.map((one) => `${titleOf(one)} ${one.gate.outcome.toUpperCase()}`);
  return [`exit ${code}: ${[...(broken.length > 0 ? ["the run broke"] : []), ...reasons].join("; ")}`];
}

/** An amount of money in the server's currency, which no server names. */
export const costOf = (cost: number): string => `cost ${Number(cost.toPrecision(3))}`;

/** A duration for people: 26.9 s, 14 min 5 s. */
export function seconds(ms: number): string {
  const total = ms / 1000;
  return total < 60 ? `${total.toFixed(1)} s` : `${Math.floor(total / 60)} min ${Math.floor(total % 60)} s`;
}
