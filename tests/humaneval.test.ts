import { expect, onTestFinished, test } from "vitest";
import { type Reply, startChatServer } from "./chat-server.ts";
import { createProject } from "./project.ts";

const row = {
  task_id: "HumanEval/x",
  prompt: 'def double(x):\n    """ Twice x. """\n',
  entry_point: "double",
  test: "def check(candidate):\n    assert candidate(21) == 42\n",
};
const source = (path: string) => JSON.stringify(new URL(`../src/${path}`, import.meta.url).pathname);
const files = {
  "evals/humaneval.eval.ts": `import { describeEval } from ${source("eval.ts")};
import { officialHumanEval } from ${source("formats.ts")};
import { pythonJudge } from ${source("graders/python/grader.ts")};
describeEval("humaneval", { dataset: officialHumanEval, prompt: { user: "code" }, grader: pythonJudge, gate: { minAccuracy: 0.5 } });`,
  "rows.jsonl": [1, 2, 3].map((n) => JSON.stringify({ ...row, task_id: `HumanEval/${n}` })).join("\n"),
  "prompts/code.txt": "{{ prompt }}",
};

async function runHumanEval(replies: string[], ...flags: string[]) {
  const server = await startChatServer(({ index }): Reply => ({ text: replies[index] ?? "" }));
  const project = createProject(files);
  onTestFinished(project.remove);
  const result = await project.run([
    "--",
    "--endpoint",
    server.url,
    "--dataset",
    "rows.jsonl",
    "--concurrency",
    "1",
    ...flags,
  ]);
  return { ...result, ...project, requests: server.requests };
}

test("model-written code is run in the sandbox that the report names, and its test's own words are the reason", async () => {
  const { exitCode, all, report } = await runHumanEval(
    [
      "```python\ndef double(x):\n    return x + x\n```",
      "```python\ndef double(x):\n    return x\n```",
      "I cannot help with that.",
    ],
    "--sandbox",
    "wasi",
  );
  const [humaneval] = report().evals;
  expect(humaneval).toMatchObject({ correct: 1, incorrect: 2, noAnswer: 1, syntaxRepairedAndPassed: 0 });
  expect(humaneval!.run.judge).toMatchObject({ sandbox: "wasi", python: expect.stringMatching(/^3\.\d+/) });
  expect(all).toMatch(/✗ HumanEval\/2 .*assert candidate\(21\) == 42/);
  expect(exitCode).toBe(1);
});

test.skipIf(process.getuid?.() !== 0)(
  "a sandbox that cannot be had ends the eval before any request (as root: none is refused)",
  async () => {
    const { exitCode, all, requests } = await runHumanEval([], "--sandbox", "none");
    expect(exitCode).toBe(1);
    expect(all).toContain("no sandbox to run Python in. none: it is refused as root");
    expect(requests).toEqual([]);
  },
);
