import { expect, onTestFinished, test } from "vitest";
import type { Report } from "../src/report/schema.ts";
import { type ChatRequest, type Reply, startChatServer } from "./chat-server.ts";
import { additionEval, createProject } from "./project.ts";

const answer = ({ body }: ChatRequest): Reply => {
  const asked = /What is (\d+)/.exec(body.messages.at(-1)!.content)![1]!;
  return { text: Number(asked) % 7 === 3 ? "-1" : asked };
};

async function setUp(files: Record<string, string>) {
  const server = await startChatServer(answer);
  const project = createProject(files);
  onTestFinished(project.remove);
  const flags = ["--", "--endpoint", server.url];
  const shard = (index: number, count: number, ...more: string[]) =>
    project.run([`--shard=${index}/${count}`, "--reporter=blob", ...flags, ...more]);
  const merge = () => project.run(["--merge-reports", ...flags]);
  return { ...project, server, flags, shard, merge };
}

/** What must be equal between a sharded and a whole run: everything but times. */
const timeless = ({ evals }: Report) =>
  evals.map(({ elapsedMs, latencyMs, items, ...one }) => ({
    ...one,
    items: items.map(({ latencyMs, ...item }) => item),
  }));

test("the shards of two evals in two variants merge into the report of the whole run, and the merge is judged", async () => {
  const { run, report, shard, merge, server, flags } = await setUp({
    ...additionEval("sums", 30),
    ...additionEval("more", 3),
  });
  const variants = ["--reasoning-effort", "low", "--reasoning-effort", "high"];
  const whole = await run([...flags, ...variants]);
  const expected = timeless(report());
  const asked = server.requests.length;
  for (const index of [1, 2, 3, 4]) {
    const { exitCode, all } = await shard(index, 4, ...variants);
    expect(all).toContain(`gate not applied: shard ${index} of 4: the merge judges`);
    expect(all).not.toContain("npm run show");
    expect(exitCode).toBe(0);
  }
  expect(server.requests.length - asked).toBe(asked);
  const merged = await merge();
  expect(timeless(report())).toEqual(expected);
  expect([whole.exitCode, merged.exitCode]).toEqual([0, 0]);
});

test("a shard of another run exits 1 and is named", async () => {
  const { shard, merge } = await setUp(additionEval("sums", 4));
  await shard(1, 2);
  await shard(2, 2, "--max-tokens", "7");
  const { exitCode, all } = await merge();
  expect(exitCode).toBe(1);
  expect(all).toMatch(/sums: shard \d is of another run than shard \d/);
});
