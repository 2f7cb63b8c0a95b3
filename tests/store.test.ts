import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ChatRequest, type Reply, startChatServer } from "./chat-server.ts";
import { additionEval, createProject } from "./project.ts";

async function setUp(rows: number, answer: (request: ChatRequest) => Reply) {
  const server = await startChatServer(answer);
  const project = createProject(additionEval("sums", rows));
  onTestFinished(project.remove);
  return { ...project, server, flags: ["--", "--endpoint", server.url] };
}

const right = ({ body }: ChatRequest): Reply => ({ text: /What is (\d+)/.exec(body.messages.at(-1)!.content)![1]! });

test("after a quota stop, the printed command asks only for what is missing", async () => {
  let quota = 15;
  const { run, report, server, flags } = await setUp(50, (request) => (quota-- > 0 ? right(request) : { status: 402 }));
  const first = await run([...flags, "--concurrency", "2"]);
  expect(report().evals[0]).toMatchObject({ scored: 15, skipped: 35 });
  expect(first.all).toMatch(/to ask for what is missing: npx vitest run -- --endpoint http\S+ --concurrency 2 --cache/);
  quota = 1000;
  const before = server.requests.length;
  const second = await run([...flags, "--concurrency", "2", "--cache"]);
  expect(server.requests.length - before).toBe(35);
  expect(report().evals[0]).toMatchObject({ scored: 50, skipped: 0, cached: 15, accuracy: 1 });
  expect(second.exitCode).toBe(0);
});

test("what was answered before Vitest was killed is not asked again", async () => {
  const { run, report, server, flags } = await setUp(200, (request) => ({ ...right(request), delayMs: 10 }));
  const killed = run([...flags, "--concurrency", "4"]);
  while (server.requests.length < 60) await new Promise((resolve) => setTimeout(resolve, 10));
  killed.kill("SIGKILL");
  await killed;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const asked = server.requests.length;
  await run([...flags, "--concurrency", "4", "--cache"]);
  expect(server.requests.length - asked).toBeLessThanOrEqual(200 - asked + 4);
  expect(report().evals[0]).toMatchObject({ scored: 200, accuracy: 1 });
});

test("a run reads no stored completion unless told to, and the store holds no token", async () => {
  const { root, run, server, flags } = await setUp(3, right);
  const env = { EVAL_ENDPOINT_TOKEN: "secret-token-9f" };
  await run(flags, env);
  await run(flags, env);
  expect(server.requests).toHaveLength(6);
  await run([...flags, "--cache"], env);
  expect(server.requests).toHaveLength(6);
  expect(readFileSync(join(root, ".cache/completions.sqlite"), "latin1")).not.toContain("secret-token-9f");
});
