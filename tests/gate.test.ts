import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EvalReport } from "../src/report/schema.ts";
import { type ChatRequest, type Reply, startChatServer } from "./chat-server.ts";
import { additionEval, createProject, demoModel, imports } from "./project.ts";

type Answer = (asked: number, request: ChatRequest) => Reply;

interface Run {
  /** Every sum right unless given. */
  readonly answer?: Answer;
  /** Vitest's own flags, and ours. */
  readonly args?: readonly string[];
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
}

interface Row extends Run {
  /** Ten sums with a floor of 80 % unless given. */
  readonly files?: Record<string, string>;
  /** What was run in the same project before. */
  readonly earlier?: readonly Run[];
  readonly exit: 0 | 1 | 2;
  /** The closing lines that speak of gate and exit, in their order. One may be given without its end. */
  readonly says: readonly string[];
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

const passed = "gate PASSED (exit 0): accuracy is at least 80 %";
const tooLow = (accuracy: number) => `gate FAILED (exit 1): accuracy ${accuracy} % is below 80 %`;
const tooFew = (left: string) => `gate INCONCLUSIVE (exit 2): coverage 80 % is below 90 %: ${left} of 10`;
const filtered = "gate not applied: this run was filtered on purpose";

const rows: Record<string, Row> = {
  // Floors: the eval's own, none, a flag's, the environment's.
  "all right": { exit: 0, says: [passed] },
  "wrong within the floor": { answer: but(wrong, 0, 1), exit: 0, says: [passed] },
  "wrong below the floor": {
    answer: but(wrong, 0, 1, 2),
    exit: 1,
    says: [tooLow(70)],
  },
  "without a floor all must be right": {
    files: sumsWith(""),
    answer: but(wrong, 0),
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 90 % is below 100 %"],
  },
  "a floor by flag wins over the eval's": {
    answer: but(wrong, 0, 1, 2),
    flags: ["--min-accuracy", "0.7"],
    exit: 0,
    says: ["gate PASSED (exit 0): accuracy is at least 70 %"],
  },
  "a floor by environment wins over the eval's": {
    answer: but(wrong, 0),
    env: { EVAL_MIN_ACCURACY: "0.95" },
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 90 % is below 95 %"],
  },
  "a floor of coverage in the eval": {
    files: sumsWith("gate: { minCoverage: 0.95 },"),
    answer: but(refused, 0),
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 90 % is below 95 %: 1 errors of 10"],
  },
  // Too little measured: skips, errors, both, nothing at all.
  "a tenth skipped is still a number": { answer: but(quota, 9), exit: 0, says: [passed] },
  "too many skipped": {
    answer: but(quota, 8, 9),
    exit: 2,
    says: [tooFew("2 skipped")],
  },
  "too many skipped, but coverage by flag allows it": {
    answer: but(quota, 8, 9),
    flags: ["--min-coverage", "0.8"],
    exit: 0,
    says: [passed],
  },
  "too many errors": {
    answer: but(refused, 0, 1),
    exit: 2,
    says: [tooFew("2 errors")],
  },
  "too little measured wins over too many wrong": {
    answer: (asked) => (asked < 6 ? wrong : asked < 8 ? refused : quota),
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 60 % is below 90 %: 2 skipped, 2 errors of 10"],
  },
  "nothing scored": {
    answer: () => refused,
    flags: ["--min-coverage", "0"],
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): nothing was scored: 10 errors of 10"],
  },
  "a refused token stops the run": {
    answer: () => ({ status: 401 }),
    flags: ["--concurrency", "1"],
    exit: 1,
    says: [
      "gate INCONCLUSIVE (exit 2): nothing was scored: 1 errors, 9 not run of 10",
      "broken (exit 1): the run was stopped: ",
      "exit 1: the run broke; sums INCONCLUSIVE",
    ],
  },
  // A part of the items: --bail, -t, --last-failed, shards.
  "--bail leaves too much out": {
    answer: (asked) => ({ ...(asked === 1 ? wrong : right(asked)), delayMs: 20 }),
    args: ["--bail=1"],
    flags: ["--concurrency", "1"],
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): coverage 20 % is below 90 %: 8 not run of 10"],
  },
  "-t with a right item": {
    args: ["-t", "sums/3"],
    exit: 0,
    says: [filtered],
  },
  "-t with a wrong item": {
    answer: () => wrong,
    args: ["-t", "sums/3"],
    exit: 1,
    says: [filtered],
  },
  "-t that fits no item": { args: ["-t", "nothing"], exit: 0, says: [filtered] },
  "--last-failed": { earlier: [{ answer: but(wrong, 3) }], args: ["--last-failed"], exit: 0, says: [filtered] },
  "-t beside a broken module": {
    files: beside('throw new Error("not today");'),
    args: ["-t", "sums/3"],
    exit: 1,
    says: [filtered, "broken (exit 1): evals/zz.eval.ts could not be run"],
  },
  "-t with a report that cannot be written": {
    files: { ...sums, reports: "a file where the folder should be" },
    args: ["-t", "sums/3"],
    exit: 1,
    says: [filtered, "broken (exit 1): the report could not be written"],
  },
  "a shard with wrong items": {
    answer: () => wrong,
    args: shard(1, 2),
    exit: 0,
    says: ["gate not applied: shard 1 of 2: the merge judges"],
  },
  "a shard without items": {
    files: additionEval("sums", 1),
    args: shard(2, 2),
    exit: 0,
    says: ["gate not applied: shard 2 of 2: the merge judges"],
  },
  "a shard that broke": {
    files: beside('throw new Error("not today");'),
    args: shard(1, 2),
    exit: 1,
    says: ["gate not applied: shard 1 of 2: the merge judges", "broken (exit 1): evals/zz.eval.ts could not be run"],
  },
  "merged shards are judged": {
    earlier: [1, 2].map((index) => ({ answer: but(wrong, 0, 1, 2), args: shard(index, 2) })),
    args: ["--merge-reports"],
    exit: 1,
    says: [tooLow(70)],
  },
  "a missing shard": {
    earlier: [{ args: shard(1, 2) }],
    args: ["--merge-reports"],
    exit: 1,
    says: [passed, "broken (exit 1): sums: shard 2 of 2 is missing", "exit 1: the run broke"],
  },
  // Several evals and variants.
  "one eval passes, another is inconclusive": {
    files: two,
    answer: but(quota, 8, 9),
    exit: 2,
    says: [passed, tooFew("2 skipped"), "exit 2: sums INCONCLUSIVE"],
  },
  "one eval fails, another is inconclusive": {
    files: two,
    answer: (asked) => (asked === 0 ? wrong : asked > 7 ? refused : right(asked)),
    exit: 1,
    says: [tooLow(50), tooFew("2 errors"), "exit 1: more FAILED; sums INCONCLUSIVE"],
  },
  "two evals fail": {
    files: two,
    answer: () => wrong,
    exit: 1,
    says: [tooLow(0), tooLow(0)],
  },
  "one variant of two fails": {
    answer: (asked, { body }) => (body.reasoning_effort === "high" ? wrong : right(asked)),
    flags: variants,
    exit: 1,
    says: [passed, tooLow(0), "exit 1: sums [high] FAILED"],
  },
  // Against a baseline.
  "no worse than the baseline": {
    answer: but(wrong, 0),
    earlier: [{ answer: but(wrong, 1), flags: before }],
    flags: baseline,
    exit: 0,
    says: [passed],
  },
  "a regression above the floor": {
    answer: but(wrong, 0, 1, 2, 3, 4),
    earlier: [{ flags: before }],
    flags: [...baseline, "--min-accuracy", "0.5"],
    exit: 1,
    says: ["gate FAILED (exit 1): worse than the baseline: 5 broken, 0 fixed, one-sided p = 0.031"],
  },
  "a regression below the floor": {
    answer: but(wrong, 0, 1, 2, 3, 4),
    earlier: [{ flags: before }],
    flags: baseline,
    exit: 1,
    says: [
      "gate FAILED (exit 1): accuracy 50 % is below 80 %; worse than the baseline: 5 broken, 0 fixed, one-sided p = 0.031",
    ],
  },
  "a regression where too little was measured": {
    answer: (asked) => (asked < 5 ? wrong : asked > 7 ? refused : right(asked)),
    earlier: [{ flags: before }],
    flags: baseline,
    exit: 2,
    says: [tooFew("2 errors")],
  },
  "nothing in common with the baseline": {
    earlier: [{ answer: () => quota, flags: before }],
    flags: baseline,
    exit: 2,
    says: ["gate INCONCLUSIVE (exit 2): nothing in common with the baseline"],
  },
  "nothing in common with the baseline and below the floor": {
    answer: () => wrong,
    earlier: [{ answer: () => quota, flags: before }],
    flags: baseline,
    exit: 1,
    says: ["gate FAILED (exit 1): accuracy 0 % is below 80 %; nothing in common with the baseline"],
  },
  // What breaks a run.
  "a broken module beside a passing eval": {
    files: beside('throw new Error("not today");'),
    exit: 1,
    says: [passed, "broken (exit 1): evals/zz.eval.ts could not be run", "exit 1: the run broke"],
  },
  "an unhandled error beside a passing eval": {
    files: beside(
      'import { test } from "vitest"; test("mine", async () => { Promise.reject(new Error("stray")); await new Promise((go) => setTimeout(go, 20)); });',
    ),
    exit: 1,
    says: [passed, "broken (exit 1): unhandled error: stray", "exit 1: the run broke"],
  },
  "a test that is no item and fails": {
    files: beside('import { test } from "vitest"; test("mine", () => { throw new Error("mine failed"); });'),
    answer: but(wrong, 0, 1, 2),
    exit: 1,
    says: [tooLow(70), "broken (exit 1): mine failed"],
  },
  "a test that is no item and passes": {
    files: beside('import { test } from "vitest"; test("mine", () => {});'),
    exit: 0,
    says: [passed],
  },
  "tests without an eval": {
    files: { "evals/zz.eval.ts": 'import { test } from "vitest"; test("mine", () => {});' },
    exit: 1,
    says: ["exit 1: no eval was run"],
  },
  "no file of that name": { args: ["evals/none"], exit: 1, says: ["exit 1: no eval was run"] },
  "a cancelled run": {
    files: { ...sums, "vitest.config.ts": cancelling },
    answer: (asked) => ({ ...right(asked), delayMs: 20 }),
    flags: ["--concurrency", "1", "--min-coverage", "0"],
    exit: 1,
    says: [passed, "broken (exit 1): the run was interrupted", "exit 1: the run broke"],
  },
  "--retry": { args: ["--retry=1"], exit: 1, says: ["Error --retry would ask a wrong answer again"] },
  // The demo model, and another reporter.
  "the demo model passes an eval made for it and is no evidence on another": {
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
  },
  "with the JUnit reporter": {
    answer: but(quota, 8, 9),
    args: ["--reporter=junit", "--outputFile=junit.xml"],
    exit: 2,
    says: [tooFew("2 skipped")],
  },
};

test.concurrent.for(Object.entries(rows))("%s", async ([, row], { expect, onTestFinished }) => {
  let answer: Answer = right;
  const server = await startChatServer((request) => {
    const [, asked] = /What is (\d+)/.exec(request.body.messages.at(-1)!.content)!;
    return answer(Number(asked), request);
  }, onTestFinished);
  const { run, root, report, remove } = createProject(row.files ?? sums);
  onTestFinished(remove);
  const start = (how: Run, ...more: string[]) => {
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

  const evals = existsSync(join(root, "out.json")) ? report("out.json").evals : [];
  const judged = said.filter((line) => /^gate [A-Z]+ /.test(line));
  if (judged.length > 0) expect(judged).toEqual(evals.map(gateLineOf));
  if (said[0]?.startsWith("Error ")) expect(server.requests).toEqual([]);
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
