import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ChatRequest, type Reply, startChatServer } from "./chat-server.ts";
import { additionEval, createProject } from "./project.ts";

const slowly = ({ body }: ChatRequest): Reply => ({
  text: /What is (\d+)/.exec(body.messages.at(-1)!.content)![1]!,
  delayMs: 20,
});

async function setUp(rows: number) {
  const server = await startChatServer(slowly);
  const project = createProject(additionEval("sums", rows));
  onTestFinished(project.remove);
  return { ...project, server, flags: ["--", "--endpoint", server.url, "--concurrency", "4"] };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s in mid-run ends it broken with a partial report, and the next run asks only for the rest",
  async (signal) => {
    const { run, report, server, flags } = await setUp(150);
    const running = run(flags);
    while (server.requests.length < 40) await new Promise((resolve) => setTimeout(resolve, 10));
    running.kill(signal);
    const { exitCode, all } = await running;
    expect(exitCode).toBe(1);
    expect(all).toMatch(/^ broken \(exit 1\): the run was interrupted$/m);
    expect(all).toMatch(/^ to ask for what is missing: npx vitest run -- .* --cache$/m);
    expect(report()).toMatchObject({
      broken: ["the run was interrupted"],
      evals: [{ total: 150, errors: 0, partial: true }],
    });
    const asked = server.requests.length;
    await run([...flags, "--cache"]);
    expect(server.requests.length - asked).toBeLessThanOrEqual(150 - asked + 4);
    expect(report().evals[0]).toMatchObject({ scored: 150, partial: false });
  },
);

test("a report that cannot be written exits 1 and says why; the answers are stored", async () => {
  const { root, run, server, flags } = await setUp(3);
  writeFileSync(join(root, "reports"), "a file where the folder should be");
  const { exitCode, all } = await run(flags);
  expect(exitCode).toBe(1);
  expect(all).toContain("the report could not be written");
  expect(all).toContain("accuracy 100 % (3 of 3)");
  await run([...flags, "--cache"]);
  expect(server.requests).toHaveLength(3);
});

test("a store that cannot be opened ends the run before any request, in one line", async () => {
  const { root, run, server, flags } = await setUp(3);
  writeFileSync(join(root, ".cache"), "a file where the folder should be");
  const { exitCode, all } = await run(flags);
  expect(server.requests).toEqual([]);
  expect(all).toMatch(/✗ evals\/sums\.eval\.ts {2}completions cannot be stored in .*\.cache: /);
  expect(exitCode).toBe(1);
});
