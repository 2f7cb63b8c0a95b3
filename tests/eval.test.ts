import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { PageData } from "../src/report/page-data.ts";
import { type ChatRequest, chatBody, type Reply, startChatServer } from "./chat-server.ts";
import { additionEval, createProject, imports } from "./project.ts";

async function setUp(files: Record<string, string>, answer: (request: ChatRequest) => Reply) {
  const server = await startChatServer(answer);
  const project = createProject(files);
  onTestFinished(project.remove);
  return { ...project, server, endpoint: ["--endpoint", server.url] };
}

const numberAsked = ({ body }: ChatRequest): string => /What is (\d+)/.exec(body.messages.at(-1)!.content)![1]!;
const right = (request: ChatRequest): Reply => ({ text: numberAsked(request) });

test("quota leaves the denominator: 14 right, 1 wrong and 402 from then on is 14 of 15, inconclusive, exit 2", async () => {
  const { run, report, server, endpoint } = await setUp(additionEval("sums", 50), (request) => {
    if (request.index >= 15) return { status: 402, body: { error: "You have exceeded your monthly included credits" } };
    return request.index === 7 ? { text: "wrong: 999" } : right(request);
  });
  const { exitCode, all } = await run(["--", ...endpoint, "--concurrency", "4"]);
  const [sums] = report().evals;
  expect(sums).toMatchObject({
    total: 50,
    scored: 15,
    skipped: 35,
    errors: 0,
    notRun: 0,
    correct: 14,
    incorrect: 1,
    accuracy: 14 / 15,
    coverage: 0.3,
  });
  expect(sums!.gate.outcome).toBe("inconclusive");
  expect(exitCode).toBe(2);
  expect(server.requests.length).toBeLessThanOrEqual(15 + 3 + 4);
  expect(all).toContain("accuracy 93.33 % (14 of 15)");
  expect(all).toContain("gate INCONCLUSIVE (exit 2): coverage 30 % is below 90 %: 35 skipped of 50");
});

test("a wrong item prints one short line and no stack", async () => {
  const { run, endpoint } = await setUp(additionEval("sums", 5), (request) =>
    numberAsked(request) === "3" ? { text: "It is 41." } : right(request),
  );
  const { exitCode, all } = await run(["--", ...endpoint]);
  expect(all.split("\n").filter((line) => line.includes("✗"))).toEqual([" ✗ sums/3  answered 41, expected 3"]);
  expect(all).not.toMatch(/\.ts:\d+:\d+|AssertionError|❯/);
  expect(exitCode).toBe(0);
});

test("one line says before the first item what is asked, of whom and how, what is stored and what that cost", async () => {
  const { run, report, server, endpoint } = await setUp(additionEval("sums", 5), (request) => ({
    body: { ...chatBody({ content: numberAsked(request) }), usage: { prompt_tokens: 5, cost: 0.0004 } },
  }));
  const how = `openai/gpt-oss-20b (hf_api, ${server.url}) · prompts/system_v1.txt + prompts/question.txt · temperature 0, effort low\n`;
  const first = await run(["--", ...endpoint, "--limit", "2"]);
  expect(first.all).toContain(` sums: 2 items · ${how}`);
  expect(first.all).toMatch(/ without an answer · cost 0\.0008 · /);
  const second = await run(["--", ...endpoint, "--cache"]);
  expect(second.all).toContain(` sums: 5 items · 2 stored (cost 0.0008) · ${how}`);
  expect(report().evals[0]!.usage.cost).toBeCloseTo(0.002);
});

test("a failed call is an error, never a wrong answer, and lowers coverage only", async () => {
  const { run, report, endpoint } = await setUp(additionEval("sums", 20), (request) =>
    numberAsked(request) === "2" ? { status: 422 } : right(request),
  );
  const { exitCode } = await run(["--", ...endpoint]);
  expect(report().evals[0]).toMatchObject({ scored: 19, errors: 1, incorrect: 0, accuracy: 1, coverage: 0.95 });
  expect(exitCode).toBe(0);
});

test("an item that is not answered within --testTimeout is an error with one line, and the others go on", async () => {
  const { run, report, endpoint } = await setUp(additionEval("sums", 12), (request) =>
    numberAsked(request) === "2" ? { delayMs: 60_000 } : right(request),
  );
  const { exitCode, all } = await run(["--testTimeout", "5000", "--", ...endpoint]);
  expect(report().evals[0]).toMatchObject({ scored: 11, errors: 1 });
  expect(all.split("\n").filter((line) => line.includes("sums/2"))[0]).toBe(" ! sums/2  Test timed out in 5000ms.");
  expect(exitCode).toBe(0);
});

test("a refused token stops the run at the first call and exits 1 with the way out", async () => {
  const { run, report, server, endpoint } = await setUp(additionEval("sums", 40), () => ({ status: 401 }));
  const { exitCode, all } = await run(["--", ...endpoint, "--concurrency", "2"]);
  expect(exitCode).toBe(1);
  expect(server.requests.length).toBeLessThanOrEqual(2);
  expect(report().evals[0]).toMatchObject({ total: 40, scored: 0, skipped: 0, accuracy: null, partial: true });
  expect(all).toContain("refused the token");
  expect(all).toContain("EVAL_ENDPOINT_TOKEN");
});

test("reasoning is kept in the report and never graded", async () => {
  const { run, report, endpoint } = await setUp(additionEval("sums", 2), (request) => ({
    body: chatBody({ content: "1", reasoning: `I think ${numberAsked(request)}` }),
  }));
  await run(["--", ...endpoint]);
  const { items, correct, usage } = report().evals[0]!;
  expect(correct).toBe(1);
  expect(items[0]).toMatchObject({
    verdict: "incorrect",
    completion: "1",
    reasoning: "I think 0",
    prompt: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "What is 0 + 0?" },
    ],
  });
  expect(usage).toEqual({ promptTokens: 10, completionTokens: 14, reasoningTokens: 6 });
});

test("an answer cut by the token limit is incorrect and counted as truncated", async () => {
  const { run, report, endpoint } = await setUp(additionEval("sums", 2), (request) => ({
    body: chatBody({ content: numberAsked(request) }, request.index ? "stop" : "length"),
  }));
  const { all } = await run(["--", ...endpoint, "--concurrency", "1"]);
  expect(report().evals[0]).toMatchObject({ correct: 1, incorrect: 1, truncated: 1, noAnswer: 1 });
  expect(all).toContain("warning: 50 % of the answers were cut off by the token limit");
});

test("the settings reach the request, and the token reaches neither report nor output", async () => {
  const { run, root, report, server, endpoint } = await setUp(additionEval("sums", 1), right);
  const { all } = await run(
    ["--", ...endpoint, "--model", "openai/gpt-oss-20b:groq", "--max-tokens", "99", "--seed", "7", "--top-p", "0.5"],
    { EVAL_ENDPOINT_TOKEN: "secret-9f", HF_TOKEN: "hf_secret" },
  );
  const [{ body, headers, path }] = server.requests as [ChatRequest];
  expect(path).toBe("/v1/chat/completions");
  expect(body).toMatchObject({
    model: "openai/gpt-oss-20b:groq",
    temperature: 0,
    max_tokens: 99,
    seed: 7,
    top_p: 0.5,
    reasoning_effort: "low",
  });
  expect(headers.authorization).toBe("Bearer secret-9f");
  expect(JSON.stringify([report(), all, root])).not.toMatch(/secret/);
});

test("a run filtered with -t leaves accuracy.json alone, and what to look into is found in its dated report", async () => {
  const { run, report, endpoint } = await setUp(additionEval("sums", 3), () => ({ text: "1" }));
  const whole = await run(["--", ...endpoint]);
  expect(whole.all).toMatch(/to look into an item: npm run show -- sums\/0$/m);
  const { all } = await run(["-t", "sums/2", "--", ...endpoint]);
  const [, dated] = /to look into an item: npm run show -- sums\/2 --report (reports\/sums_\w+(?:-2)?\.json)$/m.exec(
    all,
  )!;
  expect(report(dated).evals[0]).toMatchObject({ total: 3, scored: 1, partial: true });
  expect(report().evals[0]).toMatchObject({ total: 3, scored: 3, partial: false });
});

test("the page of a second run shows both over time, and a broken file in reports/ breaks nothing", async () => {
  const { run, root, write, endpoint } = await setUp(additionEval("sums", 5), right);
  await run(["--", ...endpoint]);
  write("reports/sums_20260101_000000.json", '{"schemaVersion":');
  const { exitCode } = await run(["--", ...endpoint]);
  expect(exitCode).toBe(0);
  const page = readFileSync(join(root, "reports/accuracy.html"), "utf8");
  const [, data = ""] = /id="data">([^<]*)</.exec(page) ?? [];
  const { history }: PageData = JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString());
  expect(history.map(({ name, series }) => [name, series.map(({ runs }) => runs.length)])).toEqual([["sums", [2]]]);
});

test("every combination of system prompt and effort is a variant with a suite and a report entry of its own", async () => {
  const { run, report, write, endpoint } = await setUp(additionEval("sums", 1), (request) =>
    request.body.reasoning_effort === "high" && request.body.messages[0]!.content === "Be long."
      ? { text: "-1" }
      : right(request),
  );
  write("prompts/system_v2.txt", "Be long.");
  const { all } = await run([
    "--",
    ...endpoint,
    "--prompt",
    "prompts/system_v1.txt",
    "--prompt",
    "system_v2",
    "--reasoning-effort",
    "low",
    "--reasoning-effort",
    "high",
  ]);
  expect(report().evals.map(({ variant }) => variant)).toEqual([
    "system_v1, low",
    "system_v1, high",
    "system_v2, low",
    "system_v2, high",
  ]);
  expect(all).toContain(" ✗ sums/0 [system_v2, high]  answered -1, expected 0\n");
  expect(all).toMatch(/^ sums +accuracy .*\n system_v1, low +100 %.*\n.*\n.*\n system_v2, high +0 %/m);
});

test("repeats are tests of their own with the seed counted up, and give pass@k", async () => {
  const { run, report, server, endpoint } = await setUp(additionEval("sums", 2), (request) =>
    request.body.seed === 5 ? right(request) : { text: "-1" },
  );
  const { all } = await run(["--", ...endpoint, "--repeats", "2", "--temperature", "1", "--seed", "5"]);
  expect(server.requests.map(({ body }) => body.seed).sort()).toEqual([5, 5, 6, 6]);
  expect(report().evals[0]).toMatchObject({ total: 4, accuracy: 0.5, passAtK: { 1: 0.5, 2: 1 } });
  expect(all).toContain("pass@1 50 % · pass@2 100 %");
});

test("an eval name that is used twice ends the run and names both files", async () => {
  const files = additionEval("sums", 1);
  const { run, endpoint } = await setUp({ ...files, "evals/zz.eval.ts": files["evals/sums.eval.ts"]! }, right);
  const { exitCode, all } = await run(["--", ...endpoint]);
  expect(exitCode).toBe(1);
  expect(all).toMatch(/the eval "sums" is defined twice, in evals\/\w+\.eval\.ts and in evals\/\w+\.eval\.ts/);
});

test.each([
  [
    "a broken row",
    { "datasets/sums.jsonl": '{"id": "a", "question": "?", "number": 1}\n{"id": "b", "question": 3, "number": 1}' },
    'datasets/sums.jsonl:2: field "question"',
  ],
  ["an unknown prompt variable", { "prompts/question.txt": "{{ quesiton }}" }, 'prompts/question.txt uses "quesiton"'],
] satisfies [string, Record<string, string>, string][])(
  "%s exits 1 and says what is wrong",
  async (_, files, message) => {
    const { run, endpoint } = await setUp({ ...additionEval("sums", 1), ...files }, right);
    const { exitCode, all } = await run(["--", ...endpoint]);
    expect(all).toContain(message);
    expect(exitCode).toBe(1);
  },
);

test("--dataset with two evals and a wrong setting end the run before any request", async () => {
  const { run, server, endpoint } = await setUp({ ...additionEval("sums", 1), ...additionEval("more", 1) }, right);
  for (const [args, message] of [
    [["--", ...endpoint, "--dataset", "datasets/sums.jsonl"], "needs exactly one eval, but 2 would run"],
    [["--", ...endpoint, "--limit", "none"], '--limit: "none" is not accepted; it takes a whole number from 1'],
  ] as const) {
    const { exitCode, all } = await run(args);
    expect(all).toContain(message);
    expect(exitCode).toBe(1);
  }
  expect(server.requests).toEqual([]);
});

test("GSM8K's official rows become items named by their place in the file, with lm-eval's verdicts beside ours", async () => {
  const rows = ["#### 18", "9 + 0 = 9\n#### 1,000"].map((answer, n) =>
    JSON.stringify({ question: `What is ${n}?`, answer }),
  );
  const withLmEval = `(await import(${JSON.stringify(new URL("../src/graders/lm-eval.ts", import.meta.url).pathname)})).withLmEval`;
  const evalFile = `${imports}\ndescribeEval("gsm8k", { dataset: officialGsm8k, prompt: { user: "question" }, grader: ${withLmEval}(numberGrader) });`;
  const { run, report, endpoint } = await setUp(
    { "evals/gsm8k.eval.ts": evalFile, "mine.jsonl": `\uFEFF${rows.join("\r\n")}` },
    () => ({ text: "#### 1000.00" }),
  );
  const { all } = await run(["evals/gsm8k", "--", ...endpoint, "--dataset", "mine.jsonl"]);
  const [gsm8k] = report().evals;
  expect(gsm8k!.items.map(({ id, target, verdict }) => [id, target, verdict])).toEqual([
    ["gsm8k/0", "18", "incorrect"],
    ["gsm8k/1", "1,000", "correct"],
  ]);
  expect(gsm8k!.otherGraders).toEqual({ lm_eval_strict: 0, lm_eval_flexible: 0 });
  expect(all).toContain("for comparison: lm_eval_strict 0 % · lm_eval_flexible 0 %");
});
