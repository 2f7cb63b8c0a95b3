import { compareWith, flipOf } from "./flips.ts";
import { exitCode, percent, percentRange } from "./gate.ts";
import { closingLines, modelOf, seconds } from "./lines.ts";
import { titleOf } from "./merge.ts";
import type { EvalReport, Report } from "./schema.ts";

/** A table of evals and variants, as text; Markdown and HTML escape it each in their own way. */
export interface Summary {
  readonly headline: string;
  readonly subtitle: string;
  readonly columns: readonly string[];
  readonly rows: readonly SummaryRow[];
}

export interface SummaryRow {
  readonly title: string;
  readonly outcome: EvalReport["gate"]["outcome"];
  readonly cells: readonly string[];
  /** The terminal's closing lines under the first one: what was left out, warnings, the gate. */
  readonly notes: readonly string[];
}

const OUTCOMES = ["passed", "inconclusive", "failed"] as const;

/** What a report says in a few lines; with a baseline, also what changed; of a run that broke, why its gate is void. */
export function summarize(report: Report, baseline?: Report): Summary {
  const change = baseline ? ["baseline", "broke", "fixed"] : [];
  return {
    headline: headline(report),
    subtitle: [
      [...new Set(report.evals.map(modelOf))].join(", "),
      when(report),
      seconds(report.elapsedMs),
      ...(baseline ? [`compared with the run of ${when(baseline)}`] : []),
    ].join(" · "),
    columns: [
      "eval",
      "model",
      "gate",
      "accuracy",
      "95 % interval",
      ...change,
      "coverage",
      "latency p50, p95",
      "tokens out",
    ],
    rows: report.evals.map((one) => ({
      title: titleOf(one),
      outcome: one.gate.outcome,
      cells: cells(one, baseline),
      notes: closingLines(one, null)
        .slice(1)
        .map((line) => line.trim()),
    })),
  };
}

const when = ({ startedAt }: Report): string =>
  `${new Date(startedAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;

function headline({ evals, broken = [] }: Report): string {
  const [first] = evals;
  if (!first) return "nothing was run";
  const code = exitCode(evals.map(({ gate }) => gate.outcome));
  const word =
    broken.length > 0 ? `broken: ${broken.join("; ")}` : `gate ${["passed", "failed", "inconclusive"][code]}`;
  if (evals.length === 1)
    return `${titleOf(first)}: ${first.accuracy === null ? "nothing was scored" : percent(first.accuracy)}, ${word}`;
  const counts = OUTCOMES.flatMap((outcome) => {
    const count = evals.filter(({ gate }) => gate.outcome === outcome).length;
    return count > 0 ? [`${count} ${outcome}`] : [];
  });
  if (broken.length > 0) return `${evals.length} evals and variants, ${word}`;
  if (counts.length === 1) return `${evals.length} evals and variants, all ${first.gate.outcome}`;
  return `${evals.length} evals and variants, ${word}: ${counts.join(", ")}`;
}

function cells(one: EvalReport, baseline: Report | undefined): string[] {
  const { accuracy, ci95, correct, scored, latencyMs, usage } = one;
  return [
    titleOf(one),
    modelOf(one),
    one.gate.outcome.toUpperCase(),
    accuracy === null ? "unknown" : `${percent(accuracy)} (${correct} of ${scored})`,
    ci95 ? percentRange(ci95) : "",
    ...(baseline ? change(one, baseline) : []),
    percent(one.coverage),
    `${seconds(latencyMs.p50)}, ${seconds(latencyMs.p95)}`,
    usage.completionTokens.toLocaleString("en"),
  ];
}

function change(one: EvalReport, baseline: Report): string[] {
  const comparison = compareWith(one, baseline);
  if (!comparison) return ["not in it", "", ""];
  const { accuracy } = comparison.baseline;
  const flips = one.items.map((item) => flipOf(item, comparison.before(item)));
  return [
    accuracy === null ? "unknown" : percent(accuracy),
    String(flips.filter((flip) => flip === "broke").length),
    String(flips.filter((flip) => flip === "fixed").length),
  ];
}
