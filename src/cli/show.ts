/** `npm run show -- gsm8k/7 [--report FILE]`: the whole transcript of an item: messages, reasoning, answer, rule, verdict. */
import { parseArgs, styleText } from "node:util";
import { abort } from "../abort.ts";
import { messageOf } from "../errors.ts";
import { readReport } from "../report/files.ts";
import { titleOf } from "../report/merge.ts";
import type { EvalReport, ItemReport } from "../report/schema.ts";
import { oneLine, visible } from "../text.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { report: { type: "string", default: "reports/accuracy.json" }, help: { type: "boolean" } },
});
if (values.help) {
  console.log(
    "Usage: npm run show -- ITEM [--report FILE]\n\nPrints what was asked and answered. The report is reports/accuracy.json unless given.",
  );
  process.exit(0);
}
const [id] = positionals;
if (!id) abort("show takes the id of an item, as in npm run show -- gsm8k/7.");
try {
  const found = readReport(values.report).evals.flatMap((one) =>
    one.items.filter((item) => item.id === id).map((item) => [one, item] as const),
  );
  if (found.length === 0) abort(`there is no item "${id}" in ${values.report}.`);
  for (const [one, item] of found) console.log(transcript(one, item));
} catch (error) {
  abort(messageOf(error));
}

function transcript(one: EvalReport, item: ItemReport): string {
  const head = (text: string) => styleText("bold", `── ${oneLine(text)} `.padEnd(72, "─"));
  const part = (title: string, text: string | null) => (text ? [head(title), visible(text)] : []);
  const facts = {
    verdict: item.verdict ?? "not run",
    answer: item.answer,
    expected: item.target,
    rule: item.rule,
    reason: item.reason,
  };
  const repeat = one.run.repeats > 1 ? ` #${item.repeat + 1}` : "";
  return [
    head(`${item.id}${repeat} · ${titleOf(one)} · ${one.run.model}`),
    ...item.prompt.flatMap(({ role, content }) => part(role, content)),
    ...part("reasoning", item.reasoning),
    ...part(
      `answer (${item.finishReason ?? "none"}, ${item.usage?.completionTokens ?? 0} tokens, ${item.latencyMs ?? 0} ms)`,
      item.completion,
    ),
    head("verdict"),
    ...Object.entries(facts).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${visible(value)}`])),
    "",
  ].join("\n");
}
