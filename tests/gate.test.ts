import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EvalReport } from "../src/report/schema.ts";
import { type ChatRequest, type Reply, startChatServer } from "./chat-server.ts";
import { additionEval, createProject, demoModel, imports } from "./project.ts";

type Answer = (asked: number, request: ChatRequest) => Reply;

interface Row {
  readonly name: string;
  /** Beside the project's config and prompts; ten sums with a floor of 80 % unless given. */
  readonly files?: Record<string, string>;
  /** Every sum right unless given. */
  readonly answer?: Answer;
  /** Vitest's own flags, and ours. */
  readonly args?: readonly string[];
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
  /** Runs of the same project before this one. */
  readonly earlier?: readonly { answer?: Answer; args?: readonly string[]; flags?: readonly string[] }[];
  readonly exit: 0 | 1 | 2;
  /** The closing lines that speak of gate and exit, in their order, without what follows the last word given. */
  readonly says: readonly string[];
  /** The reasons of each eval's gate in the report; undefined where no report is written. */
  readonly reasons?: readonly (readonly string[])[];
}

const right = (asked: number): Reply => ({ text: String(asked) });
/** These sums get another answer than their own. */
const but =
  (reply: Reply, ...these: number[]): Answer =>
  (asked) =>
    these.includes(asked) ? reply : right(asked);
const wrong = { text: "-1" };
const refused = { status: 422 };
const quota = { status: 402, body: { error: "You have exceeded your monthly included credits" } };

const sums = additionEval("sums", 10);
const two = { ...sums, ...additionEval("more", 2) };
const sumsWith = (gate: string) => ({
  ...sums,
  "evals/sums.eval.ts": sums["evals/sums.eval.ts"]!.replace("gate: { minAccuracy: 0.8 },", gate),
});
const beside = (text: string) => ({ ...sums, "evals/zz.eval.ts": text });
const variants = ["--reasoning-effort", "low", "--reasoning-effort", "high"];
const before = ["--out", "before.json"];
const baseline = ["--baseline", "before.json"];
const shard = (index: number, count: number) => [`--shard=${index}/${count}`, "--reporter=blob"];
const cancelling = `import { evals } from ${JSON.stringify(join(import.meta.dirname, "../src/plugin.ts"))};
const cancel = { name: "cancel", configureVitest({ vitest }) {
  vitest.config.reporters.push({ onTestCaseResult: () => vitest.cancelCurrentRun("keyboard-input") });
} };
export default { plugins: [evals(), cancel], test: { include: ["evals/**/*.eval.ts"] } };`;

const rows: readonly Row[] = [
  // Floors: the eval's own, none, a flag's, the environment's.
  { name: "all right", exit: 0, says: ["gate PASSED (exit 0): accuracy is at least 80 %"], reasons: [[]] },
  {
    name: "wrong within the floor",
    answer: but(wrong, 0, 1),
    exit: 0,
    says: ["gate PASSED (exit 0): accuracy is at least 80 %"],
    reasons: [[]],
  },
  {
    name: "wrong below the floor",
    answer: but(wrong, 0, 1, 2),
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 70 % is below 80 %"],
    reasons: [["accuracy 70 % is below 80 %"]],
  },
  {
    name: "without a floor all must be right",
    files: sumsWith(""),
    answer: but(wrong, 0),
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 90 % is below 100 %"],
    reasons: [["accuracy 90 % is below 100 %"]],
  },
  {
    name: "a floor by flag wins over the eval's",
    answer: but(wrong, 0, 1, 2),
    flags: ["--min-accuracy", "0.7"],
    exit: 0,
    says: ["gate PASSED (exit 0): accuracy is at least 70 %"],
    reasons: [[]],
  },
  {
    name: "a floor by environment wins over the eval's",
    answer: but(wrong, 0),
    env: { EVAL_MIN_ACCURACY: "0.95" },
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 90 % is below 95 %"],
    reasons: [["accuracy 90 % is below 95 %"]],
  },
  {
    name: "a floor of coverage in the eval",
    files: sumsWith("gate: { minCoverage: 0.95 },"),
    answer: but(refused, 0),
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 90 % is below 95 %: 1 errors of 10"],
    reasons: [["coverage 90 % is below 95 %: 1 errors of 10"]],
  },
  // Too little measured: skips, errors, both, nothing at all.
  {
    name: "a tenth skipped is still a number",
    answer: but(quota, 9),
    exit: 0,
    says: ["gate PASSED (exit 0)"],
    reasons: [[]],
  },
  {
    name: "too many skipped",
    answer: but(quota, 8, 9),
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 80 % is below 90 %: 2 skipped of 10"],
    reasons: [["coverage 80 % is below 90 %: 2 skipped of 10"]],
  },
  {
    name: "too many skipped, but coverage by flag allows it",
    answer: but(quota, 8, 9),
    flags: ["--min-coverage", "0.8"],
    exit: 0,
    says: ["gate PASSED (exit 0)"],
    reasons: [[]],
  },
  {
    name: "too many errors",
    answer: but(refused, 0, 1),
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 80 % is below 90 %: 2 errors of 10"],
    reasons: [["coverage 80 % is below 90 %: 2 errors of 10"]],
  },
  {
    name: "too little measured wins over too many wrong",
    answer: (asked) => (asked < 6 ? wrong : asked < 8 ? refused : quota),
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 60 % is below 90 %: 2 skipped, 2 errors of 10"],
    reasons: [["coverage 60 % is below 90 %: 2 skipped, 2 errors of 10"]],
  },
  {
    name: "nothing scored",
    answer: () => refused,
    flags: ["--min-coverage", "0"],
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): nothing was scored: 10 errors of 10"],
    reasons: [["nothing was scored: 10 errors of 10"]],
  },
  {
    name: "a refused token stops the run",
    answer: () => ({ status: 401 }),
    flags: ["--concurrency", "1"],
    exit: 1,
    says: [
      "gate INCONCLUSIVE (exit 2): nothing was scored: 1 errors, 9 not run of 10",
      "broken (exit 1): the run was stopped: ",
      "exit 1: the run broke; sums INCONCLUSIVE",
    ],
    reasons: [["nothing was scored: 1 errors, 9 not run of 10"]],
  },
  // A part of the items: --bail, -t, --last-failed, shards.
  {
    name: "--bail leaves too much out",
    answer: (asked) => ({ ...(asked === 1 ? wrong : right(asked)), delayMs: 20 }),
    args: ["--bail=1"],
    flags: ["--concurrency", "1"],
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 20 % is below 90 %: 8 not run of 10"],
    reasons: [["coverage 20 % is below 90 %: 8 not run of 10"]],
  },
  {
    name: "-t with a right item",
    args: ["-t", "sums/3"],
    exit: 0,
    says: ["gate not applied: this run was filtered on purpose"],
    reasons: [["coverage 10 % is below 90 %: 9 not run of 10"]],
  },
  {
    name: "-t with a wrong item",
    answer: () => wrong,
    args: ["-t", "sums/3"],
    exit: 1,
    says: ["gate not applied: this run was filtered on purpose"],
    reasons: [["coverage 10 % is below 90 %: 9 not run of 10"]],
  },
  {
    name: "-t beside a broken module",
    files: beside('throw new Error("not today");'),
    args: ["-t", "sums/3"],
    exit: 1,
    says: ["gate not applied: this run was filtered on purpose", "broken (exit 1): evals/zz.eval.ts could not be run"],
    reasons: [["coverage 10 % is below 90 %: 9 not run of 10"]],
  },
  {
    name: "-t with a report that cannot be written",
    files: { ...sums, reports: "a file where the folder should be" },
    args: ["-t", "sums/3"],
    exit: 1,
    says: ["gate not applied: this run was filtered on purpose", "broken (exit 1): the report could not be written"],
    reasons: [["coverage 10 % is below 90 %: 9 not run of 10"]],
  },
  {
    name: "a shard with wrong items",
    answer: () => wrong,
    args: shard(1, 2),
    exit: 0,
    says: ["gate not applied: shard 1 of 2: the merge judges"],
  },
  {
    name: "a shard without items",
    files: additionEval("sums", 1),
    args: shard(2, 2),
    exit: 0,
    says: ["gate not applied: shard 2 of 2: the merge judges"],
  },
  {
    name: "a shard that broke",
    files: beside('throw new Error("not today");'),
    args: shard(1, 2),
    exit: 1,
    says: ["gate not applied: shard 1 of 2: the merge judges", "broken (exit 1): evals/zz.eval.ts could not be run"],
  },
  {
    name: "merged shards are judged",
    earlier: [1, 2].map((index) => ({ answer: but(wrong, 0, 1, 2), args: shard(index, 2) })),
    args: ["--merge-reports"],
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 70 % is below 80 %"],
    reasons: [["accuracy 70 % is below 80 %"]],
  },
  {
    name: "a missing shard",
    earlier: [{ args: shard(1, 2) }],
    args: ["--merge-reports"],
    exit: 1,
    says: ["gate PASSED (exit 0)", "broken (exit 1): sums: shard 2 of 2 is missing", "exit 1: the run broke"],
    reasons: [[]],
  },
  // Several evals and variants.
  {
    name: "one eval passes, another is inconclusive",
    files: two,
    answer: but(quota, 8, 9),
    exit: 2,
    says: ["gate PASSED (exit 0)", "gate INCONCLUSIVE (exit 2)", "exit 2: sums INCONCLUSIVE"],
    reasons: [[], ["coverage 80 % is below 90 %: 2 skipped of 10"]],
  },
  {
    name: "one eval fails, another is inconclusive",
    files: two,
    answer: (asked) => (asked === 0 ? wrong : asked > 7 ? refused : right(asked)),
    exit: 1,
    says: [
      "gate FAILED (exit 1): accuracy 50 % is below 80 %",
      "gate INCONCLUSIVE (exit 2)",
      "exit 1: more FAILED; sums INCONCLUSIVE",
    ],
    reasons: [["accuracy 50 % is below 80 %"], ["coverage 80 % is below 90 %: 2 errors of 10"]],
  },
  {
    name: "two evals fail",
    files: two,
    answer: () => wrong,
    exit: 1,
    says: ["gate FAILED (exit 1)", "gate FAILED (exit 1)"],
    reasons: [["accuracy 0 % is below 80 %"], ["accuracy 0 % is below 80 %"]],
  },
  {
    name: "one variant of two fails",
    answer: (asked, { body }) => (body.reasoning_effort === "high" ? wrong : right(asked)),
    flags: variants,
    exit: 1,
    says: ["gate PASSED (exit 0)", "gate FAILED (exit 1)", "exit 1: sums [high] FAILED"],
    reasons: [[], ["accuracy 0 % is below 80 %"]],
  },
  // Against a baseline.
  {
    name: "no worse than the baseline",
    answer: but(wrong, 0),
    earlier: [{ answer: but(wrong, 1), flags: before }],
    flags: baseline,
    exit: 0,
    says: ["gate PASSED (exit 0)"],
    reasons: [[]],
  },
  {
    name: "a regression above the floor",
    answer: but(wrong, 0, 1, 2, 3, 4),
    earlier: [{ flags: before }],
    flags: [...baseline, "--min-accuracy", "0.5"],
    exit: 1,
    says: ["gate FAILED (exit 1): worse than the baseline: 5 broken, 0 fixed, one-sided p = 0.031"],
    reasons: [["worse than the baseline: 5 broken, 0 fixed, one-sided p = 0.031"]],
  },
  {
    name: "a regression below the floor",
    answer: but(wrong, 0, 1, 2, 3, 4),
    earlier: [{ flags: before }],
    flags: baseline,
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 50 % is below 80 %; worse than the baseline"],
    reasons: [["accuracy 50 % is below 80 %", "worse than the baseline: 5 broken, 0 fixed, one-sided p = 0.031"]],
  },
  {
    name: "a regression where too little was measured",
    answer: (asked) => (asked < 5 ? wrong : asked > 7 ? refused : right(asked)),
    earlier: [{ flags: before }],
    flags: baseline,
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 80 % is below 90 %: 2 errors of 10"],
    reasons: [["coverage 80 % is below 90 %: 2 errors of 10"]],
  },
  {
    name: "nothing in common with the baseline",
    earlier: [{ answer: () => quota, flags: before }],
    flags: baseline,
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): nothing in common with the baseline"],
    reasons: [["nothing in common with the baseline"]],
  },
  {
    name: "nothing in common with the baseline and below the floor",
    answer: () => wrong,
    earlier: [{ answer: () => quota, flags: before }],
    flags: baseline,
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 0 % is below 80 %; nothing in common with the baseline"],
    reasons: [["accuracy 0 % is below 80 %", "nothing in common with the baseline"]],
  },
  // What breaks a run.
  {
    name: "a broken module beside a passing eval",
    files: beside('throw new Error("not today");'),
    exit: 1,
    says: ["gate PASSED (exit 0)", "broken (exit 1): evals/zz.eval.ts could not be run", "exit 1: the run broke"],
    reasons: [[]],
  },
  {
    name: "an unhandled error beside a passing eval",
    files: beside(
      'import { test } from "vitest"; test("mine", async () => { Promise.reject(new Error("stray")); await new Promise((go) => setTimeout(go, 20)); });',
    ),
    exit: 1,
    says: ["gate PASSED (exit 0)", "broken (exit 1): unhandled error: stray", "exit 1: the run broke"],
    reasons: [[]],
  },
  {
    name: "a test that is no item and fails",
    files: beside('import { test } from "vitest"; test("mine", () => { throw new Error("mine failed"); });'),
    answer: but(wrong, 0, 1, 2),
    exit: 1,
    says: ["gate FAILED (exit 1)", "broken (exit 1): mine failed"],
    reasons: [["accuracy 70 % is below 80 %"]],
  },
  {
    name: "a test that is no item and passes",
    files: beside('import { test } from "vitest"; test("mine", () => {});'),
    exit: 0,
    says: ["gate PASSED (exit 0)"],
    reasons: [[]],
  },
  {
    name: "tests without an eval",
    files: { "evals/zz.eval.ts": 'import { test } from "vitest"; test("mine", () => {});' },
    exit: 1,
    says: ["exit 1: no eval was run"],
  },
  { name: "no file of that name", args: ["evals/none"], exit: 1, says: ["exit 1: no eval was run"] },
  {
    name: "an interrupted run",
    files: { ...sums, "vitest.config.ts": cancelling },
    answer: (asked) => ({ ...right(asked), delayMs: 20 }),
    flags: ["--concurrency", "1", "--min-coverage", "0"],
    exit: 1,
    says: ["gate PASSED (exit 0)", "broken (exit 1): the run was interrupted", "exit 1: the run broke"],
    reasons: [[]],
  },
  { name: "--retry", args: ["--retry=1"], exit: 1, says: ["Error --retry would ask a wrong answer again"] },
  // The demo model, and another reporter.
  {
    name: "the demo model passes an eval made for it and is no evidence on another",
    files: {
      ...additionEval("more", 1),
      "evals/smoke.eval.ts": `${imports}
describeEval("smoke", { dataset: textChecks("datasets/more.jsonl"), prompt: { user: "question" }, grader: textChecksGrader, gate: { minAccuracy: 0 }, demoCounts: true });`,
    },
    flags: ["--backend", "local", "--local-model", demoModel, "--max-tokens", "60"],
    exit: 2,
    says: [
      "gate INCONCLUSIVE (exit 2): the demo model is never evidence here",
      "gate PASSED (exit 0): accuracy is at least 0 %",
      "exit 2: more INCONCLUSIVE",
    ],
    reasons: [["the demo model is never evidence here: set HF_TOKEN, LOCAL_MODEL_PATH or --endpoint"], []],
  },
  {
    name: "with the JUnit reporter",
    answer: but(quota, 8, 9),
    args: ["--reporter=junit", "--outputFile=junit.xml"],
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2)"],
    reasons: [["coverage 80 % is below 90 %: 2 skipped of 10"]],
  },
];

test.concurrent.for(rows)("$name: exit $exit", async (row, { expect, onTestFinished }) => {
  let answer: Answer = right;
  const server = await startChatServer((request) => {
    const [, asked] = /What is (\d+)/.exec(request.body.messages.at(-1)!.content)!;
    return answer(Number(asked), request);
  }, onTestFinished);
  const { run, root, report, remove } = createProject(row.files ?? sums);
  onTestFinished(remove);
  const start = (how: Pick<Row, "answer" | "args" | "flags" | "env">, ...more: string[]) => {
    answer = how.answer ?? right;
    return run([...(how.args ?? []), "--", "--endpoint", server.url, ...(how.flags ?? []), ...more], how.env);
  };
  for (const earlier of row.earlier ?? []) await start(earlier);
  const { all, exitCode } = await start(row, "--out", "out.json");
  const lines = all.split("\n").map((line) => line.trim());
  const said = lines.filter((line) => /^(gate |broken |exit |Error )/.test(line));
  expect(said.map((line, at) => line.slice(0, row.says[at]?.length))).toEqual(row.says);
  expect(exitCode).toBe(row.exit);
  expect(codeOf(said, all)).toBe(exitCode);
  if (said[0]?.startsWith("Error ")) expect(server.requests).toEqual([]);

  const evals = existsSync(join(root, "out.json")) ? report("out.json").evals : undefined;
  expect(evals?.map(({ gate }) => gate.reasons)).toEqual(row.reasons);
  for (const { partial, notRun } of evals ?? []) expect(partial).toBe(notRun > 0);
  const judged = said.filter((line) => /^gate [A-Z]+ /.test(line));
  if (judged.length > 0) expect(judged).toEqual(evals?.map(gateLineOf));
});

/** The exit code that the printed lines promise, by the contract: broken is 1; of the gates 1 beats 2 beats 0. */
function codeOf(said: readonly string[], all: string): number {
  const codes = said.flatMap((line) => /^gate [A-Z]+ \(exit (\d)\)/.exec(line)?.[1] ?? []).map(Number);
  const run = said.flatMap((line) => /^exit (\d)/.exec(line)?.[1] ?? []).map(Number);
  const isBroken = said.some((line) => /^(broken \(exit 1\)|Error )/.test(line));
  const vitests = /^ +Tests .*\d+ failed/m.test(all) ? 1 : 0;
  const unjudged = said.some((line) => line.includes("shard")) ? 0 : vitests;
  const code = isBroken ? 1 : ([1, 2, 0].find((one) => codes.includes(one)) ?? run[0] ?? unjudged);
  // The last line says the run's code where a gate's line says another.
  const isPlain = codes.every((one) => one === code);
  if (codes.length > 0) expect(run).toEqual(isPlain ? [] : [code]);
  return code;
}

/** How the report's gate reads on the terminal. */
function gateLineOf({ gate: { outcome, reasons, minAccuracy } }: EvalReport): string {
  const why = reasons.length > 0 ? reasons.join("; ") : `accuracy is at least ${minAccuracy * 100} %`;
  return `gate ${outcome.toUpperCase()} (exit ${{ passed: 0, failed: 1, inconclusive: 2 }[outcome]}): ${why}`;
}
