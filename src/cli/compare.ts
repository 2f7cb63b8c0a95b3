/** `npm run compare -- a.json b.json [--json|--markdown]`: two reports, eval by eval; exit code 1 on a regression, 2 if nothing is in common. */
import { parseArgs } from "node:util";
import { abort } from "../abort.ts";
import { messageOf } from "../errors.ts";
import { type Comparison, compareEvals, comparisonLines, judgeComparison } from "../report/compare.ts";
import { readReport } from "../report/files.ts";
import { counterpart } from "../report/flips.ts";
import { exitCode } from "../report/gate.ts";
import { titleOf } from "../report/merge.ts";

const usage =
  "Usage: npm run compare -- BEFORE.json AFTER.json [--json | --markdown]\n\nExit code 0: not worse; 1: worse beyond chance (one-sided exact McNemar, p < 0.05); 2: nothing in common.";

try {
  const options = { json: { type: "boolean" }, markdown: { type: "boolean" }, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const [first, second] = positionals;
  if (!first || !second || positionals.length > 2)
    abort(`compare takes two reports, not ${positionals.length}.\n\n${usage}`);
  const before = readReport(first);
  const comparisons = readReport(second).evals.flatMap((after) => {
    const earlier = counterpart(before, after);
    return earlier ? [compareEvals(earlier, after)] : [];
  });
  if (values.json) console.log(JSON.stringify(comparisons.map(toJson), null, 2));
  else for (const comparison of comparisons) console.log(values.markdown ? toMarkdown(comparison) : toText(comparison));
  if (comparisons.length === 0) console.error("the reports have no eval in common.");
  process.exitCode = comparisons.length === 0 ? 2 : exitCode(comparisons.map(judgeComparison));
} catch (error) {
  abort(messageOf(error));
}

function toText(comparison: Comparison): string {
  const lines = comparisonLines(comparison, Number.POSITIVE_INFINITY);
  return `${titleOf(comparison.after)}: ${lines.join("\n  ")}`;
}

/** Answers are models' text: in a code span nothing of it is markup. */
function toMarkdown(comparison: Comparison): string {
  const [headline, ...flips] = comparisonLines(comparison, Number.POSITIVE_INFINITY);
  return [
    `### ${titleOf(comparison.after)}`,
    "",
    headline,
    "",
    ...flips.map((line) => `- \`${line.replaceAll("`", "'")}\``),
    "",
  ].join("\n");
}

function toJson(comparison: Comparison): object {
  const { before, after, paired, fixed, broken, p, pWorse } = comparison;
  const sides = {
    before: { accuracy: before.accuracy, ci95: before.ci95 },
    after: { accuracy: after.accuracy, ci95: after.ci95 },
  };
  const flips = { fixed: fixed.map((flip) => flip.after.id), broken: broken.map((flip) => flip.after.id) };
  return {
    name: after.name,
    variant: after.variant,
    ...sides,
    paired,
    ...flips,
    p,
    pWorse,
    outcome: judgeComparison(comparison),
  };
}
