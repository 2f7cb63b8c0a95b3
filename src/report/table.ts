import { compareEvals } from "./compare.ts";
import { percent, percentRange } from "./gate.ts";
import type { EvalReport } from "./schema.ts";

/** The variants of one eval side by side, each tested against the first by pairs of items. */
export function variantTable(variants: readonly EvalReport[]): string[] {
  const [first] = variants;
  if (!first || variants.length < 2) return [];
  const header = [
    first.name,
    "accuracy",
    "95 % interval",
    "tokens",
    "reasoning",
    "p50 ms",
    "p95 ms",
    "truncated",
    "p vs first",
  ];
  const rows = variants.map((one) => [
    one.variant,
    one.accuracy === null ? "-" : percent(one.accuracy),
    one.ci95 ? percentRange(one.ci95) : "-",
    String(one.usage.completionTokens),
    String(one.usage.reasoningTokens),
    String(one.latencyMs.p50),
    String(one.latencyMs.p95),
    String(one.truncated),
    one === first ? "" : compareEvals(first, one).p.toPrecision(2),
  ]);
  return alignColumns([header, ...rows]);
}

/** Lines of cells, padded so that the columns stand below each other; the first column to the left, the rest to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
}
