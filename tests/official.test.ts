import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadDataset } from "../src/datasets.ts";
import { officialGsm8k, officialMgsm } from "../src/formats.ts";
import { official } from "../src/official.ts";
import { startChatServer } from "./chat-server.ts";
import { createProject, imports } from "./project.ts";

const repository = join(import.meta.dirname, "..");
const data = join(repository, "..", "shared", "data");
const dataIsThere = existsSync(data);
const files: Record<string, string> = {
  "test.jsonl": "gsm8k/test.jsonl",
  "HumanEval.jsonl.gz": "humaneval/HumanEval.jsonl.gz",
  "mgsm_en.tsv": "mgsm/mgsm_en.tsv",
  "mgsm_zh.tsv": "mgsm/mgsm_zh.tsv",
};

/** Stands in for GitHub: sends the official files, or something else where the path says so. */
const mirror = createServer((request, response) => {
  const path = request.url ?? "";
  if (path.startsWith("/wrong/")) return response.end("something else");
  const file = join(data, files[basename(path)] ?? "none");
  if (!existsSync(file)) return response.writeHead(404).end();
  response.end(readFileSync(file));
});
let host: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve));
  host = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
});
afterAll(() => mirror.close());

const fetchInto = (cwd: string, names: string[], from: string) =>
  execa(process.execPath, [join(repository, "src/cli/datasets.ts"), ...names], {
    cwd,
    env: { EVAL_DATASET_MIRROR: from },
    reject: false,
    all: true,
  });
const emptyFolder = () => mkdtempSync(join(tmpdir(), "official-"));

test("without a network the path, the URL and --dataset are named", async () => {
  const { exitCode, all } = await fetchInto(emptyFolder(), ["gsm8k"], "http://127.0.0.1:9");
  expect(exitCode).toBe(1);
  expect(all).toMatch(
    /datasets\/\.cache\/gsm8k_test\.jsonl is not there and cannot be downloaded from http:\/\/127\.0\.0\.1:9\/openai\/grade-school-math\/3101c7d/,
  );
  expect(all).toContain("-- --dataset FILE");
});

test("a file that is not the official one is refused and not kept", async () => {
  const folder = emptyFolder();
  const { exitCode, all } = await fetchInto(folder, ["gsm8k"], `${host}/wrong`);
  expect(exitCode).toBe(1);
  expect(all).toMatch(/its sha256 is [0-9a-f]{64}, not 3730d312/);
  expect(existsSync(join(folder, official.gsm8k.path))).toBe(false);
});

test("an unknown name is refused with the known ones", async () => {
  const { exitCode, all } = await fetchInto(emptyFolder(), ["mmlu"], host);
  expect(exitCode).toBe(1);
  expect(all).toContain('there is no dataset "mmlu"; the names are gsm8k, humaneval, mgsm_en, mgsm_zh.');
});

test("an eval whose official dataset cannot be had ends before any request", async () => {
  const server = await startChatServer(() => ({ text: "1" }));
  const project = createProject({
    "evals/gsm8k.eval.ts": `${imports}\ndescribeEval("gsm8k", { dataset: officialGsm8k, prompt: { user: "question" }, grader: numberGrader });`,
  });
  const { exitCode, all } = await project.run(["--", "--endpoint", server.url], {
    EVAL_DATASET_MIRROR: "http://127.0.0.1:9",
  });
  project.remove();
  await server.close();
  expect(exitCode).toBe(1);
  expect(all).toContain(
    "datasets/.cache/gsm8k_test.jsonl is not there and cannot be downloaded from http://127.0.0.1:9/",
  );
  expect(server.requests).toEqual([]);
});

describe.skipIf(!dataIsThere)("with the official files (skipped where ../shared/data is absent)", () => {
  test("all are downloaded once, checked and stored unzipped", async () => {
    const folder = emptyFolder();
    const first = await fetchInto(folder, [], host);
    expect(first.exitCode).toBe(0);
    expect(first.all).toContain("humaneval: downloaded");
    expect(readFileSync(join(folder, official.humaneval.path), "utf8").trim().split("\n")).toHaveLength(164);
    expect((await fetchInto(folder, [], "http://127.0.0.1:9")).all).toContain("humaneval: there");
  });

  test("a run that needs one fetches it", async () => {
    const server = await startChatServer(() => ({ text: "#### 18" }));
    const project = createProject({
      "evals/gsm8k.eval.ts": `${imports}\ndescribeEval("gsm8k", { dataset: officialGsm8k, prompt: { user: "question" }, grader: numberGrader });`,
    });
    const { all } = await project.run(["--", "--endpoint", server.url, "--limit", "2"], { EVAL_DATASET_MIRROR: host });
    const [gsm8k] = project.report().evals;
    project.remove();
    await server.close();
    expect(all).toContain("gsm8k: downloaded, datasets/.cache/gsm8k_test.jsonl");
    expect(gsm8k).toMatchObject({ total: 2, correct: 1, datasetSha256: official.gsm8k.sha256 });
  });

  test("the official rows are items unchanged, from JSONL and from TSV", () => {
    const gsm8k = loadDataset(officialGsm8k, join(data, "gsm8k/test.jsonl"), repository);
    expect(gsm8k.items).toHaveLength(1319);
    expect(gsm8k.items[0]).toMatchObject({ id: "gsm8k/0", target: "18" });
    for (const language of ["en", "zh"] as const) {
      const { items } = loadDataset(officialMgsm(language), join(data, `mgsm/mgsm_${language}.tsv`), repository);
      expect(items).toHaveLength(250);
      expect(items[0]).toMatchObject({ id: `mgsm_${language}/0`, target: "18" });
    }
  });
});
