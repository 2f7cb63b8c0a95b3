import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { chatBody, startChatServer } from "./chat-server.ts";
import { createProject, imports } from "./project.ts";
import { HOSTILE } from "./report/synthetic.ts";

/** As HOSTILE, and what terminals obey: colours, a title, a C1 sequence, a carriage return. */
const hostile = `${HOSTILE}\u001b[31m\u001b]0;title\u0007\u009b2J\r`;
/** What a command line can hold of it. */
const typed = hostile.replaceAll("\0", "");
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const controls = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** The server answers, answers with reasoning, refuses, and has no credit left. */
const rows = ["answer", "think", "refuse", "quota"].map((what) =>
  JSON.stringify({ id: `${what} ${typed}`, question: `${what} ${hostile}`, exact: `${what} ${hostile}` }),
);
const evalFile = `${imports}
describeEval("texts", { dataset: textChecks("rows.jsonl"), prompt: { user: "question" }, grader: textChecksGrader });`;

async function setUp() {
  const server = await startChatServer(({ body }) => {
    const what = body.messages.at(-1)!.content.split(" ")[0]!;
    if (what === "refuse") return { status: 422, body: { error: { message: hostile } } };
    if (what === "quota") return { status: 402, body: hostile };
    const text = body.seed === 1 ? `${what} ${hostile}` : hostile;
    return { body: chatBody({ content: text, reasoning: what === "think" ? hostile : undefined }) };
  });
  const project = createProject({ "evals/texts.eval.ts": evalFile, "rows.jsonl": rows.join("\n") });
  onTestFinished(project.remove);
  return { ...project, flags: ["--", "--endpoint", server.url] };
}

test("hostile text in every field reaches the terminal as text, from a run and from the commands that read its report", async () => {
  const { root, run, report, write, flags } = await setUp();
  const variants = ["--model", `a${typed}`, "--model", `b${typed}`];
  const reporters = ["--reporter=verbose", "--reporter=junit", "--outputFile=junit.xml"];
  const first = await run([...reporters, ...flags, ...variants, "--out", "before.json", "--seed", "1"]);
  const second = await run([...flags, ...variants, "--baseline", "before.json"]);
  const [one] = report().evals;
  expect(one).toMatchObject({ incorrect: 2, errors: 1, skipped: 1 });
  expect([first.exitCode, second.exitCode]).toEqual([2, 2]);
  expect(second.all).toContain("✗ answer </script><img src=x onerror=window.hacked=1>");
  expect(second.all).toContain("- broken answer </script>");

  const cli = (name: string, ...args: string[]) =>
    execa(process.execPath, [join(import.meta.dirname, "../src/cli", `${name}.ts`), ...args], {
      cwd: root,
      reject: false,
      all: true,
      env: { NO_COLOR: "1" },
    });
  write("twice.jsonl", `${rows[0]}\n${rows[0]}`);
  const said = [
    first,
    second,
    await cli("show", one!.items[0]!.id),
    await cli("compare", "before.json", "reports/accuracy.json"),
    await cli("compare", "before.json", "reports/accuracy.json", "--markdown"),
    await cli("history"),
    await cli("prompt", "texts"),
    await run([...flags, "--dataset", "twice.jsonl"]),
  ].map(({ all }) => all);
  for (const text of said) {
    expect(text).toContain("</script><img src=x onerror=window.hacked=1>");
    expect(text).not.toMatch(controls);
  }
  const junit = readFileSync(join(root, "junit.xml"), "utf8");
  expect(junit).not.toMatch(controls);
  expect(junit).not.toContain("<img");
});
