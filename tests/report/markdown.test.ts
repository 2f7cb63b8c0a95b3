import { expect, test } from "vitest";
import { escapeMarkdown, fenced } from "../../src/report/escape.ts";
import { toMarkdown } from "../../src/report/markdown.ts";
import { HOSTILE, reportOf, syntheticReport } from "./synthetic.ts";

const report = syntheticReport({ count: 400, variant: "v1" }, { count: 400, variant: "v2", seed: 2 });

test("the headline, a row per eval and variant and the gate's words come first", () => {
  const lines = toMarkdown(report).split("\n");
  expect(lines[0]).toBe("## 2 evals and variants, all passed");
  expect(lines.filter((line) => line.startsWith("| gsm8k"))).toHaveLength(2);
  expect(lines).toContain("  - gate PASSED (exit 0): accuracy is at least 85 %");
});

test("of a run that broke the headline says so, whatever its gates say", () => {
  expect(toMarkdown({ ...report, broken: ["gsm8k: shard 2 of 2 is missing"] }).split("\n")[0]).toBe(
    "## 2 evals and variants, broken: gsm8k: shard 2 of 2 is missing",
  );
});

test("of many failing items the first ten are there, folded, and the rest are counted", () => {
  const markdown = toMarkdown(report);
  expect(markdown.match(/<details>/g)).toHaveLength(20);
  expect(markdown).toMatch(/… and \d+ more in the report\./);
});

test("with a baseline the flips are listed, those that broke first", () => {
  const [one] = report.evals;
  const wrong = one!.items.map((item) =>
    item.id === "gsm8k/3" ? { ...item, verdict: "incorrect" as const, answer: "9|9" } : item,
  );
  const now = { ...report, evals: [{ ...one!, items: wrong }] };
  const markdown = toMarkdown(now, report);
  expect(markdown).toContain("1 broke, 0 fixed");
  expect(markdown).toContain(`| broke | gsm8k/3 | ${one!.items[3]!.answer} | 9&#124;9 | ${one!.items[3]!.target} |`);
  expect(toMarkdown(report, report)).not.toContain("### gsm8k &#91;v1&#93;: 0 broke");
});

test("hostile text breaks no table, no fold and no fence", () => {
  const markdown = toMarkdown(reportOf(HOSTILE), reportOf(HOSTILE, "correct"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(markdown).not.toMatch(/[\x00-\x08\x0b-\x1f\u202e]/);
  const outside = markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "");
  expect(outside).not.toMatch(/<img|<script|<svg|<!--|@someone|```|\]\(/);
  expect(outside.match(/<\/details>/g)).toHaveLength(1);
  const rows = outside.split("\n").filter((line) => line.startsWith("|"));
  expect(new Set(rows.map((row) => row.split("|").length))).toEqual(new Set([13, 7]));
});

test("a fence is longer than any run of backticks in its text", () => {
  expect(fenced("a ````` b")).toBe("``````text\na ````` b\n``````");
});

test("escaped text keeps what needs no escape readable", () => {
  expect(escapeMarkdown("lm_eval_strict 92.3 % (exit 0): fine, a-b/c")).toBe(
    "lm_eval_strict 92.3 % (exit 0): fine, a-b/c",
  );
  expect(escapeMarkdown("_x_ https://a.b www.a.b")).toBe("&#95;x&#95; https&#58;//a.b www&#46;a.b");
});
