import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { additionEval, createProject } from "./project.ts";
import { reportOf } from "./report/fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-"));
const cli = (name: string, args: string[], cwd = folder) =>
  execa(process.execPath, [join(import.meta.dirname, "../src/cli", `${name}.ts`), ...args], {
    cwd,
    reject: false,
    all: true,
    env: { NO_COLOR: "1" },
  });

function reportFile(name: string, verdicts: string): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(reportOf(verdicts)));
  return file;
}

test.each([
  ["no worse", "ccccci", "cccccc", 0, "1 fixed, 0 broken"],
  ["worse beyond chance", "cccccc", "iiiiic", 1, "0 fixed, 5 broken"],
  ["nothing in common", "ss", "cc", 2, "0 paired"],
])("compare: %s", async (_, before, after, code, text) => {
  const { exitCode, all } = await cli("compare", [reportFile("a.json", before), reportFile("b.json", after)]);
  expect(exitCode).toBe(code);
  expect(all).toContain(text);
});

test("compare speaks JSON and Markdown, and names a file that is no report", async () => {
  const files = [reportFile("a.json", "ci"), reportFile("b.json", "ic")];
  const json = JSON.parse((await cli("compare", [...files, "--json"])).all);
  expect(json).toMatchObject([{ name: "x", paired: 2, fixed: ["x/1"], broken: ["x/0"], p: 1, outcome: "passed" }]);
  expect((await cli("compare", [...files, "--markdown"])).all).toContain("- `+ fixed  x/1: 2 → 1, expected 1`");
  writeFileSync(join(folder, "no.json"), '{"schemaVersion": 2}');
  const { exitCode, all } = await cli("compare", [files[0]!, join(folder, "no.json")]);
  expect(exitCode).toBe(1);
  expect(all).toContain("no.json is not an accuracy report");
});

test("show prints the transcript of an item, and says when there is none", async () => {
  const file = reportFile("a.json", "ci");
  expect((await cli("show", ["x/1", "--report", file])).all).toMatch(
    /x\/1 · x · m[\s\S]*verdict: incorrect\nanswer: 2\nexpected: 1/,
  );
  const { exitCode, all } = await cli("show", ["x/9", "--report", file]);
  expect(exitCode).toBe(1);
  expect(all).toContain('there is no item "x/9"');
});

test("prompt prints the messages of an item and sends nothing", async () => {
  const project = createProject(additionEval("sums", 3));
  const { all } = await cli("prompt", ["sums", "--item", "sums/2"], project.root);
  project.write("prompts/loud.txt", "BE BRIEF");
  const loud = await cli("prompt", ["sums", "--item", "sums/2", "--prompt", "loud"], project.root);
  const missing = await cli("prompt", ["sums", "--item", "sums/7"], project.root);
  project.remove();
  expect(all).toContain("── system\nBe brief.\n── user\nWhat is 2 + 0?");
  expect(loud.all).toContain("── system\nBE BRIEF\n");
  expect(missing.all).toContain('the eval sums has no item "sums/7".');
});
