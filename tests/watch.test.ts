import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { type ChatRequest, type Reply, startChatServer } from "./chat-server.ts";
import { noTerminal, openTerminal } from "./cli/terminal.ts";
import { additionEval, createProject, demoModel } from "./project.ts";

/** Starts Vitest's watch mode; `until` waits until it has said something since the last call, and gives all that it said. */
function watch(project: ReturnType<typeof createProject>, args: readonly string[] = []) {
  const subprocess = project.watch(args);
  onTestFinished(project.remove);
  onTestFinished(async () => {
    subprocess.kill();
    await subprocess;
  });
  let output = "";
  subprocess.all.on("data", (chunk) => {
    output += chunk;
  });
  const until = async (text: string): Promise<string> => {
    for (let waited = 0; !output.includes(text); waited += 50) {
      if (waited > 30_000) throw new Error(`"${text}" did not come; instead:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const said = output;
    output = "";
    return said;
  };
  return { until, pid: subprocess.pid! };
}
const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const idle = "Watching for file changes...";
const settled = "for file changes...";

const right = ({ body }: ChatRequest): Reply => ({ text: /What is (\d+)/.exec(body.messages.at(-1)!.content)![1]! });

test("saving a prompt runs only the evals that use it, asks only what changed, and shows the flips", async () => {
  const server = await startChatServer((request) =>
    request.body.messages.at(-1)!.content.includes("trick") ? { text: "999" } : right(request),
  );
  const files: Record<string, string> = {
    ...additionEval("sums", 10),
    ...additionEval("more", 3),
    "prompts/more.txt": "More: {{ question }}",
    "prompts/unused.txt": "x",
  };
  files["evals/more.eval.ts"] = files["evals/more.eval.ts"]!.replace('user: "question"', 'user: "more"');
  const project = createProject(files);
  const { until } = watch(project, ["--", "--endpoint", server.url]);
  await until(settled);
  expect(server.requests).toHaveLength(13);

  project.write("prompts/question.txt", "{{ question }}{% if id == 'sums/4' %} trick{% endif %}");
  const said = await until(settled);
  expect(server.requests).toHaveLength(14);
  expect(said).toContain("100 % (72.24 % to 100 %) → 90 % (59.58 % to 98.21 %), 10 paired: 0 fixed, 1 broken");
  expect(said).toContain("- broken sums/4: 4 → 999, expected 4");
  expect(said).not.toContain("more: accuracy");
  expect(project.report().evals.map(({ name, correct, cached }) => [name, correct, cached])).toEqual([
    ["more", 3, 0],
    ["sums", 9, 9],
  ]);

  project.write("prompts/unused.txt", "y");
  project.write("prompts/question.txt", "{{ quesiton }}");
  expect(await until(idle)).toContain('prompts/question.txt uses "quesiton"');
  project.write("prompts/question.txt", "{{ question }}");
  expect(await until(settled)).toContain("+ fixed  sums/4: 999 → 4, expected 4");
  expect(server.requests).toHaveLength(14);
});

test("saving a dataset outside of the project runs its eval", async () => {
  const server = await startChatServer(right);
  const project = createProject(additionEval("sums", 1));
  const dataset = join(mkdtempSync(join(tmpdir(), "data-")), "mine.jsonl");
  const rows = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      JSON.stringify({ id: `m/${n}`, question: `What is ${n}?`, number: n }),
    ).join("\n");
  writeFileSync(dataset, rows(2));
  const { until } = watch(project, ["--", "--endpoint", server.url, "--dataset", dataset]);
  expect(await until(settled)).toContain("(2 of 2)");
  writeFileSync(dataset, rows(3));
  expect(await until(settled)).toContain("(3 of 3)");
  expect(server.requests).toHaveLength(3);
});

test("saving .env runs everything again under its settings; while one is wrong, it says so and waits", async () => {
  const server = await startChatServer((request) => (request.body.temperature === 1 ? { text: "-1" } : right(request)));
  const settings = (more: string) => `EVAL_ENDPOINT=${server.url}\n${more}\n`;
  const project = createProject({ ...additionEval("sums", 3), ...additionEval("more", 2), ".env": settings("") });
  const { until } = watch(project);
  await until(settled);
  project.write(".env", settings("EVAL_TEMPERATURE=hot"));
  expect(await until("a number from 0 to 2")).toMatch(/^ EVAL_TEMPERATURE in \.env: "hot" is not accepted; it takes /m);
  project.write(".env", settings("EVAL_TEMPERATURE=1"));
  const said = await until(settled);
  expect(said).toContain("3 paired: 0 fixed, 3 broken");
  expect(said).toContain("2 paired: 0 fixed, 2 broken");
  // Two of the sums are asked in both evals, and once.
  expect(server.requests).toHaveLength(6);
  project.write(".env", settings("EVAL_TEMPERATURE=0"));
  expect(await until(settled)).toContain("3 paired: 3 fixed, 0 broken");
  expect(server.requests).toHaveLength(6);
});

test.skipIf(noTerminal)("Vitest's keys work as always, and a filter leaves report and comparison alone", async () => {
  const server = await startChatServer(right);
  const project = createProject(additionEval("sums", 4));
  onTestFinished(project.remove);
  const command = [process.execPath, vitest, "--watch", "--", "--endpoint", server.url];
  const { keys, shows, close } = await openTerminal(command, project.root, { NO_COLOR: "1" });
  onTestFinished(close);
  await shows(/\(4 of 4\)(.|\n)*press h to show help/);
  await keys("t");
  await shows(/Input test name pattern/);
  await keys("sums/3", "Enter");
  await shows(
    /\(1 of 1\)(.|\n)*gate not applied: this run was filtered on purpose\n.*1 paired(.|\n)*press h to show help/,
  );
  expect(project.report().evals[0]).toMatchObject({ scored: 4, partial: false });
  await keys("a");
  await shows(/rerun all tests(.|\n)*\(4 of 4\)(.|\n)*4 paired: 0 fixed, 0 broken(.|\n)*press h to show help/);
  await keys("r");
  await shows(/RERUN(?! +rerun all)(.|\n)*4 paired: 0 fixed, 0 broken(.|\n)*press h to show help/);
  expect(server.requests).toHaveLength(4);
  await keys("q");
  await shows(/left with 0$/);
});

test("a local model stays loaded over re-runs: one process, with the same pid", async () => {
  const project = createProject(additionEval("sums", 2));
  const { until, pid } = watch(project, ["--", "--local-model", demoModel]);
  const modelPids = async () => {
    const { stdout } = await execa("ps", ["-A", "-o", "ppid=,pid=,args="]);
    const processes = stdout.split("\n").map((line) => line.trim().split(/\s+/));
    return processes.filter(([parent, , ...args]) => parent === `${pid}` && args.at(-1)!.endsWith("server.ts"));
  };
  expect(await until(settled)).toContain("loading demo.gguf");
  const before = process.platform === "win32" ? [] : await modelPids();
  project.write("prompts/question.txt", "Now: {{ question }}");
  const said = await until(settled);
  expect(said).toContain("accuracy");
  expect(said).not.toContain("loading");
  if (process.platform === "win32") return;
  expect(before).toHaveLength(1);
  expect(await modelPids()).toEqual(before);
});
