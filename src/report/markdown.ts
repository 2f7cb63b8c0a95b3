import { shorten } from "../text.ts";
import { escapeMarkdown, fenced } from "./escape.ts";
import { compareWith, type Flip, flipOf } from "./flips.ts";
import { titleOf } from "./merge.ts";
import type { EvalReport, ItemReport, Report } from "./schema.ts";
import { summarize } from "./summary.ts";

const FLIPS = 20;
const FAILURES = 10;
const CELL = 80;
/** GitHub refuses a step summary over 1 MiB. */
const TEXT = 2000;

/** The report for a CI summary: headline, table of evals and variants, gate reasons, flips if a baseline is given, the first failing items folded. */
export function toMarkdown(report: Report, baseline?: Report): string {
  const { headline, subtitle, columns, rows } = summarize(report, baseline);
  const gates = rows.flatMap(({ title, notes }) => [
    `- **${escapeMarkdown(title)}**`,
    ...notes.map((note) => `  - ${escapeMarkdown(note)}`),
  ]);
  const blocks = [
    `## ${escapeMarkdown(headline)}`,
    escapeMarkdown(subtitle),
    table(
      columns,
      rows.map(({ cells }) => cells),
    ),
    gates.join("\n"),
    ...report.evals.flatMap((one) => flips(one, baseline)),
    ...report.evals.flatMap(failures),
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

function flips(one: EvalReport, baseline: Report | undefined): string[] {
  const comparison = compareWith(one, baseline);
  const flipped = one.items.flatMap((item) => {
    const before = comparison?.before(item);
    const flip = flipOf(item, before);
    return before && flip ? [{ flip, cells: [flip, item.id, answerOf(before), answerOf(item), item.target] }] : [];
  });
  if (flipped.length === 0) return [];
  const count = (wanted: Flip) => flipped.filter(({ flip }) => flip === wanted).length;
  const rows = flipped.toSorted((a, b) => a.flip.localeCompare(b.flip)).map(({ cells }) => cells);
  return [
    `### ${escapeMarkdown(titleOf(one))}: ${count("broke")} broke, ${count("fixed")} fixed`,
    table(["change", "item", "baseline", "now", "target"], rows.slice(0, FLIPS)),
    ...andMore(rows.length - FLIPS),
  ];
}

function failures(one: EvalReport): string[] {
  const failed = one.items.filter(({ verdict }) => verdict === "incorrect" || verdict === "error");
  if (failed.length === 0) return [];
  return [
    `### ${escapeMarkdown(titleOf(one))}: the first ${Math.min(failed.length, FAILURES)} of ${failed.length} failing items`,
    ...failed.slice(0, FAILURES).map(folded),
    ...andMore(failed.length - FAILURES),
  ];
}

function folded(item: ItemReport): string {
  const { id, verdict, target, rule, reason, completion, prompt } = item;
  const question = prompt.findLast(({ role }) => role === "user")?.content;
  const line = (text: string) => escapeMarkdown(shorten(text, CELL));
  return [
    `<details><summary>${verdict}: ${line(id)}, answered ${line(answerOf(item))}, expected ${line(target)}</summary>`,
    ...(reason ? [`Reason: ${escapeMarkdown(shorten(reason, TEXT))}`] : []),
    ...(rule ? [`Rule: ${escapeMarkdown(rule)}`] : []),
    ...(question ? [fenced(startOf(question))] : []),
    ...(completion === null ? [] : [fenced(startOf(completion))]),
    "</details>",
  ].join("\n\n");
}

/** Of a long text what is enough for a summary, with its lines. */
const startOf = (text: string): string => (text.length <= TEXT ? text : `${text.slice(0, TEXT)}…`);

const answerOf = ({ answer }: ItemReport): string => answer ?? "nothing";

const andMore = (count: number): string[] => (count > 0 ? [`… and ${count} more in the report.`] : []);

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => escapeMarkdown(shorten(cell, CELL))).join(" | ")} |`;
  return [line(columns), line(columns).replace(/[^|]+/g, " --- "), ...rows.map(line)].join("\n");
}
