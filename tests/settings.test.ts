import { mkdtempSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSettings, remoteEndpoint, settingsHelp } from "../src/settings.ts";

const root = mkdtempSync(join(tmpdir(), "settings-"));
const read = (flags: string[] = [], env: NodeJS.ProcessEnv = {}, at = root) => readSettings(flags, at, env);

test("a flag wins over the environment, the environment over .env, .env over the default", () => {
  const project = mkdtempSync(join(tmpdir(), "settings-"));
  writeFileSync(join(project, ".env"), "EVAL_SEED=1\nEVAL_LIMIT=10\nEVAL_MAX_TOKENS=100\n");
  const { settings } = read(["--limit", "30"], { EVAL_LIMIT: "20", EVAL_MAX_TOKENS: "200" }, project);
  expect(settings).toMatchObject({ limit: 30, maxTokens: 200, seed: 1, repeats: 1 });
});

test("an empty variable counts as not set", () => {
  expect(read([], { EVAL_LIMIT: "", HF_TOKEN: "" }).settings).toMatchObject({ limit: undefined, backend: "local" });
});

test("the backend is hf_api if a token or an endpoint is set, else local", () => {
  expect(read().settings).toMatchObject({ backend: "local", concurrency: 4, topP: 0.9 });
  expect(read([], { HF_TOKEN: "hf_x" }).settings).toMatchObject({ backend: "hf_api", concurrency: 8, topP: undefined });
  expect(read(["--endpoint", "http://127.0.0.1:8000/v1"]).settings.backend).toBe("hf_api");
});

test.each([
  [["--limit", "0"], '--limit: "0" is not accepted; it takes a whole number from 1.'],
  [["--device", "tpu"], '--device: "tpu" is not accepted; it takes cpu, mps, cuda or cuda:N.'],
  [["--endpoint", "localhost:8000"], '--endpoint: "localhost:8000" is not accepted; it takes an http(s) URL.'],
  [["--unknown", "1"], "Unknown option '--unknown'. Flags after --: --backend"],
  [["--limit", "1", "--sample", "1"], "--limit and --sample exclude each other"],
  [["--limit", "1", "--limit", "2"], "--limit is given 2 times, but takes one value."],
  [["--repeats", "4"], "--repeats 4 at temperature 0 would ask the same thing 4 times"],
  [["--backend", "hf_api"], "HF_TOKEN is not set"],
  [["--model", "a", "--model", "b"], "the local backend holds one model at a time"],
])("%j is refused in one line", (flags, message) => {
  expect(() => read(flags)).toThrow(message);
});

test("a wrong value in .env is said to come from there", () => {
  const project = mkdtempSync(join(tmpdir(), "settings-"));
  writeFileSync(join(project, ".env"), "EVAL_TEMPERATURE=warm\n");
  expect(() => read([], {}, project)).toThrow(
    'EVAL_TEMPERATURE in .env: "warm" is not accepted; it takes a number from 0 to 2.',
  );
});

test("~ expands, a relative path starts at the project, an hf: URI and a prompt's name stay", () => {
  expect(read(["--local-model", "~/m.gguf"]).settings.localModel).toBe(join(homedir(), "m.gguf"));
  expect(read(["--dataset", "../x.jsonl"]).settings.dataset).toBe(join(root, "..", "x.jsonl"));
  expect(read(["--local-model", "hf:a/b"]).settings.localModel).toBe("hf:a/b");
  expect(read(["--prompt", "system_v2", "--prompt", "p/a.txt"]).settings.systemPrompts).toEqual([
    "system_v2",
    join(root, "p/a.txt"),
  ]);
});

test("HF_TOKEN goes to Hugging Face's own hosts only, and the settings hold no token", () => {
  const env = { HF_TOKEN: "hf_secret", EVAL_ENDPOINT_TOKEN: "other" };
  const tokenFor = (endpoint: string, given: NodeJS.ProcessEnv) => {
    const { settings, tokens } = read(["--endpoint", endpoint], given);
    expect(JSON.stringify(settings)).not.toMatch(/hf_secret|other/);
    return remoteEndpoint(settings, tokens).token;
  };
  const { HF_TOKEN } = env;
  expect(tokenFor("https://x.endpoints.huggingface.cloud/v1", { HF_TOKEN })).toBe("hf_secret");
  expect(tokenFor("https://x.endpoints.huggingface.cloud/v1", env)).toBe("other");
  for (const url of [
    "http://huggingface.co/v1",
    "https://huggingface.co.evil.example/v1",
    "https://evilhuggingface.co/v1",
    "http://127.0.0.1:8000/v1",
  ]) {
    expect(tokenFor(url, { HF_TOKEN })).toBeUndefined();
  }
  const { settings, tokens } = read([], env);
  expect(remoteEndpoint(settings, tokens)).toEqual({ url: "https://router.huggingface.co/v1", token: "hf_secret" });
});

test("--help lists every flag with its variable", () => {
  expect(settingsHelp()).toMatch(/--reasoning-effort …\s+EVAL_REASONING_EFFORT\s+how long to think/);
});
